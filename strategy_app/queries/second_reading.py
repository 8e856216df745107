"""Read what a second reader needs to see: what has changed since it was last confirmed."""

from collections.abc import Iterable
from dataclasses import dataclass

from strategy_app.models import Alignment, Wording
from strategy_app.models.localized import localized_text
from strategy_app.queries.text import difference


@dataclass(frozen=True)
class Changed:
    """One thing that is not what it was: a level from → to, or a text by its pieces.

    what: "level", "rationale", "evidence", "wording" or "programme".
    """

    what: str
    before: object = None
    after: object = None
    pieces: list[tuple[str, str]] | None = None


@dataclass(frozen=True)
class SinceConfirmed:
    """The row of a cell that was confirmed last, and what has changed since."""

    row: Alignment
    changes: list[Changed]


def since_confirmed(
    current: Alignment, history: Iterable[Alignment], wording: Wording, versions: list
) -> SinceConfirmed | None:
    """Return what has changed since a second person last confirmed this cell, if ever.

    history: every row of the cell, the newest first. wording: the one in force. versions:
    those of its programme, the newest first
    (``queries.history.versions_of``).
    """
    confirmed = [row for row in history if row.confirmed_in_id is not None]
    if not confirmed:
        return None
    last = confirmed[0]
    changes = [*_judgement(last, current), *reworded(last.wording, wording)]
    text_changed = current.programme.text_changed_in_id
    if text_changed and text_changed > last.confirmed_in_id:
        changes += _programme_text(current.programme, last.confirmed_in_id, versions)
    return SinceConfirmed(last, changes)


def reworded(before: Wording, after: Wording) -> list[Changed]:
    """Return what is different in the reader's language between two wordings."""
    if before.pk == after.pk:
        return []
    return _texts("wording", _full(before), _full(after))


def _full(wording):
    return "\n".join(part for part in (wording.title.text, wording.body.text) if part)


def _judgement(last, current):
    changes = []
    if last.level != current.level:
        changes.append(Changed("level", last.level, current.level))
    changes += _texts("rationale", last.rationale, current.rationale)
    changes += _texts("evidence", _sources(last), _sources(current))
    return changes


def _sources(row):
    """Return the evidence of a row as text, a line each."""
    lines = []
    for item in row.evidence.all():
        day = item.dated_on.isoformat() if item.dated_on else ""
        where = item.url or item.file.name
        lines.append(" · ".join(part for part in (item.title, where, day) if part))
    return "\n".join(lines)


def _programme_text(programme, confirmed_in, versions):
    then = next((row for row in versions if row.change_id <= confirmed_in), None)
    if then is None:
        return []
    before = [
        localized_text(getattr(then, f"{name}_en"), getattr(then, f"{name}_ja")).text
        for name in ("name", "summary")
    ]
    after = [programme.name.text, programme.summary.text]
    return _texts("programme", "\n".join(before).strip(), "\n".join(after).strip())


def _texts(what, before, after):
    if before == after:
        return []
    return [Changed(what, before, after, difference(before, after))]
