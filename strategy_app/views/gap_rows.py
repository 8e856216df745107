"""Gaps as rows of a page: why, since when, and what can be done about each."""

import datetime
from collections import Counter
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from strategy_app.coverage.counts import Coverage
from strategy_app.coverage.frame import Frame
from strategy_app.coverage.gaps import DEFINITIONS, Gap, Kind
from strategy_app.coverage.since import since
from strategy_app.models.localized import LocalizedText, localized_text
from strategy_app.views.gap_words import why
from strategy_app.views.rows import element_address, group_label, programmes_address


@dataclass(frozen=True)
class GapRow:
    """One gap in words, with what can be done about it."""

    rank: int
    kind: Kind
    definition: str
    code: str
    title: LocalizedText
    address: str
    group: str
    why: str
    since: datetime.date | None
    score: float
    actions: list[tuple[str, str]]


def kinds_counted(found: list[Gap]):
    """Return each kind with its definition and how many gaps of it were found."""
    numbers = Counter(gap.kind for gap in found)
    return [(kind, DEFINITIONS[kind], numbers[kind]) for kind in Kind]


def gap_rows(frame: Frame, coverage: Coverage, found: list[Gap], first=1) -> list[GapRow]:
    """Return rows for these gaps, ranked from ``first`` on."""
    tree, scope = coverage.tree, coverage.scope
    return [
        GapRow(
            rank=rank,
            kind=gap.kind,
            definition=DEFINITIONS[gap.kind],
            code=tree.codes[gap.row],
            title=localized_text(tree.titles_en[gap.row], tree.titles_ja[gap.row]),
            address=element_address(scope, tree.codes[gap.row]),
            group=group_label(frame, gap.by, gap.group) if gap.group else "",
            why=why(frame, gap),
            since=since(frame, coverage, gap),
            score=gap.score,
            actions=_actions(scope, tree.codes[gap.row], gap),
        )
        for rank, gap in enumerate(found, start=first)
    ]


def _actions(scope, code, gap):
    """Return what can be done from a gap: (what, where)."""
    narrowed = scope.but(**{gap.by: gap.group}) if gap.by and gap.by != "status" else scope
    if gap.kind == Kind.UNKNOWN and gap.measure:
        words = _("%(number)d without a budget") % {"number": gap.unbudgeted}
        return [(words, programmes_address(narrowed, budget="missing"))]
    missing = (
        _("%(number)d not assessed") % {"number": gap.active - gap.assessed},
        programmes_address(narrowed, element=code, state="not_assessed"),
    )
    records = (
        _("Open these records"),
        programmes_address(scope, element=code, state="supported"),
    )
    raisable = (
        _("Those at level 1"),
        programmes_address(narrowed, element=code, state="significant"),
    )
    if gap.kind in (Kind.UNEVIDENCED, Kind.UNCONFIRMED, Kind.STALE, Kind.NEEDS_REVIEW):
        return [records]
    if gap.kind == Kind.THIN:
        return [(_("See which"), records[1]), missing]
    if gap.kind == Kind.CLIFF:
        ahead = scope.but(day=gap.from_day)
        return [
            (_("See which"), _ending_address(scope, code, gap)),
            (_("That day"), element_address(ahead, code)),
        ]
    if gap.kind == Kind.HOLE:
        matrix = f"{reverse('matrix')}?{scope.query(by=gap.by)}#{code}"
        return [missing, (_("Matrix"), matrix)]
    return [missing, raisable] if gap.actual else [missing]


def _ending_address(scope, code, gap):
    """Return the list of the programmes that end by the day of a cliff."""
    state = "principal" if gap.measure == "principal" else "supported"
    if gap.measure == "supported":  # a target keeps its own measure
        scope = scope.but(level=1)
    return programmes_address(scope, element=code, state=state, ends_by=gap.from_day)
