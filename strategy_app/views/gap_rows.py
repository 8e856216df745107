"""Gaps as rows of a page: why, since when, and what can be done about each."""

import datetime
from collections import Counter
from dataclasses import dataclass

from strategy_app.coverage.counts import Coverage
from strategy_app.coverage.frame import Frame
from strategy_app.coverage.gaps import DEFINITIONS, Gap, Kind
from strategy_app.coverage.since import since
from strategy_app.models.localized import LocalizedText, localized_text
from strategy_app.views.gap_actions import actions
from strategy_app.views.gap_words import why
from strategy_app.views.rows import element_address, group_label


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


def gap_rows(
    frame: Frame, coverage: Coverage, found: list[Gap], first=1, *, user=None
) -> list[GapRow]:
    """Return rows for these gaps, ranked from ``first`` on, with what ``user`` can do."""
    tree, scope = coverage.tree, coverage.scope
    days = since(frame, coverage, found)
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
            since=day,
            score=gap.score,
            actions=actions(frame, coverage, gap, user),
        )
        for rank, (gap, day) in enumerate(zip(found, days, strict=True), start=first)
    ]
