"""The text of a revision as a document: its sections, in one language or in both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from strategy_app.models import Revision, Wording
from strategy_app.models.localized import languages
from strategy_app.queries import crosswalk as crosswalk_queries
from strategy_app.queries import revision as revision_queries
from strategy_app.queries import strategy as strategy_queries
from strategy_app.views.rows import ElementRow

# Headings below the page's own: h2 to h6, whatever is deeper is an h6 too.
_LOWEST_HEADING = 6
_MOST_CONTENTS = 60


@dataclass(frozen=True)
class OtherText:
    """A wording in the language that is not the reader's own."""

    language: str
    title: str
    body: str


@dataclass(frozen=True)
class Section:
    """One wording, its depth in the document from 1, and what stands beside it."""

    wording: Wording
    level: int
    other: OtherText | None
    coverage: ElementRow | None = None
    is_withdrawn: bool = False
    links: Sequence[tuple[str, list[str]]] = ()

    @property
    def heading(self) -> str:
        """The element of HTML that its title is set in."""
        return f"h{min(self.level + 1, _LOWEST_HEADING)}"

    @property
    def code(self) -> str:
        return self.wording.element.code


def sections(
    revision: Revision,
    *,
    previous: Revision | None = None,
    now: Revision | None = None,
    coverage: Mapping[str, ElementRow] | None = None,
) -> list[Section]:
    """Return the sections of a revision in order (three queries, six with ``now``).

    previous: the revision before, None for the first. now: the one in force, where this
    one is past: elements that it lacks are marked as withdrawn. coverage: rows by code.
    """
    still = now and set(now.wordings.values_list("element_id", flat=True))
    came = crosswalk_queries.between(previous, revision)
    went = crosswalk_queries.between(revision, now) if now else came
    return [
        Section(
            wording,
            level,
            other_text(wording),
            (coverage or {}).get(wording.element.code),
            still is not None and wording.element_id not in still,
            crosswalk_queries.grouped(
                [
                    *came.origins.get(wording.element.code, []),
                    *went.successors.get(wording.element.code, []),
                ]
            ),
        )
        for wording, level in revision_queries.document(strategy_queries.wordings(revision))
    ]


def contents(sections: list[Section]) -> list[Section]:
    """Return the sections that the table of contents names: as many as can be taken in."""
    two_levels = [section for section in sections if section.level <= 2]
    if len(two_levels) <= _MOST_CONTENTS:
        return two_levels
    return [section for section in sections if section.level == 1]


def other_text(wording: Wording) -> OtherText | None:
    """Return a wording in the other language, None where it is not in both."""
    own, other = languages()
    title = getattr(wording, f"title_{other}")
    body = getattr(wording, f"body_{other}")
    if not getattr(wording, f"title_{own}"):
        title = ""  # it stands in for the one that is missing
    if not getattr(wording, f"body_{own}"):
        body = ""
    return OtherText(other, title, body) if title or body else None


def setting(scope, asked) -> dict:
    """Return how the text is set, and the addresses that set it otherwise."""
    chosen = asked["languages"]
    hidden = asked.get("coverage") or None
    return {
        "languages": chosen or "auto",
        "hides_coverage": bool(hidden),
        "here": f"?{scope.query(languages=chosen or None, coverage=hidden)}",
        "one": f"?{scope.query(languages='one', coverage=hidden)}",
        "both": f"?{scope.query(languages='both', coverage=hidden)}",
        "with_coverage": f"?{scope.query(languages=chosen or None)}",
        "without_coverage": f"?{scope.query(languages=chosen or None, coverage='hidden')}",
    }
