"""How the wording of an element changed from one revision to the next."""

from strategy_app.models import Wording
from strategy_app.queries import text

_TEXTS = ("title_en", "body_en", "title_ja", "body_ja")


def has_changed(before: Wording | None, after: Wording) -> bool:
    """Whether the element says something else than before, in either language."""
    return before is None or any(
        getattr(before, name) != getattr(after, name) for name in _TEXTS
    )


def is_far(before: Wording, after: Wording) -> bool:
    """Whether more of its words changed, in either language, than a correction would."""
    return any(
        text.is_material(
            *(
                f"{getattr(wording, f'title_{code}')}\n{getattr(wording, f'body_{code}')}"
                for wording in (before, after)
            )
        )
        for code in ("en", "ja")
    )


def suggested(before: Wording | None, after: Wording) -> str:
    """Return how a wording seems to have changed; a person decides."""
    kinds = Wording.Modification
    if before is None:
        return kinds.NEW
    if not has_changed(before, after):
        return kinds.UNCHANGED
    return kinds.MATERIAL if is_far(before, after) else kinds.EDITORIAL
