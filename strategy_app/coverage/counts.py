"""Coverage counted: how many programmes, or how much budget, stand at which level."""

import datetime
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from strategy_app.coverage import matrix, standing
from strategy_app.coverage.frame import NO_BUDGET, Frame, Tree, current
from strategy_app.coverage.scope import UNKNOWN, Scope
from strategy_app.models import Level
from strategy_app.models.dates import fiscal_year, today

# The four parts of every count, from the strongest; the order of the last axis.
STATES = ("principal", "significant", "not_targeted", "not_assessed")
# As narrow as the matrix, or every comparison would widen it first.
_LEVEL_OF = np.array(
    [Level.PRINCIPAL, Level.SIGNIFICANT, Level.NOT_TARGETED, matrix.NOT_ASSESSED], np.int8
)

DEFINITIONS = {
    "principal": _("The element is a main purpose of the programme: level 2."),
    "significant": _(
        "The element is a purpose of the programme, not the main one: level 1."
    ),
    "not_targeted": _("Somebody looked, and the programme does not aim at it: level 0."),
    "not_assessed": _(
        "No judgement is in force. It is not known whether the programme supports the"
        " element; this is never counted as level 0."
    ),
    "supported": _(
        "The effective level is 1 or 2; where only principal counts as support, 2."
    ),
    "assessed": _("A judgement is in force, at any level."),
    "active": _(
        "The programme has begun and not ended, by its dates. A date known only by year or"
        " month starts on its first day and ends on its last; without a start it has begun,"
        " unless it is planned; without an end it goes on. Closed or cancelled without an"
        " end date, it is active on no day and listed as “period unknown”."
    ),
    "coverage": _(
        "For each element, how many active programmes of those selected stand at each"
        " effective level. The four parts add up to all of them. Counted by budget, each"
        " programme counts for what it has to spend in the fiscal year of the day; where"
        " no budget is on record, it adds nothing, and how many have one is said."
    ),
    "completeness": _(
        "How much has been looked at at all: assessed pairs of an element to align with and"
        " an active programme, of all such pairs."
    ),
}
JUDGED_LATELY = ngettext_lazy(
    "Records in force, of active programmes and elements to align with, that were judged or"
    " found still right within the last %(fresh_months)d month. Unlike “fresh”, whether"
    " or not a second person has confirmed them.",
    "Records in force, of active programmes and elements to align with, that were judged or"
    " found still right within the last %(fresh_months)d months. Unlike “fresh”, whether"
    " or not a second person has confirmed them.",
    "fresh_months",
)
FORMULAS = {
    "supported": _("principal + significant"),
    "assessed": _("principal + significant + not targeted"),
    "not_assessed": _("active − assessed"),
    "completeness": _("assessed pairs ÷ (elements × active programmes)"),
}

GROUPINGS = ("category", "department", "country", "status")


@dataclass(frozen=True)
class Coverage:
    """Coverage of one strategy on one day.

    tree: the elements in force, None before the first revision. active: how much (number
    or budget) the scope holds in all. counts: int64[E, 4], parts as in STATES; each row
    adds up to ``active``. columns: bool[P], what was counted.
    """

    scope: Scope
    frame: Frame = field(repr=False)
    tree: Tree | None
    active: int
    counts: np.ndarray
    columns: np.ndarray

    @property
    def change(self) -> int:
        """The change as of which it was counted."""
        return self.frame.change

    @property
    def levels(self) -> np.ndarray:
        """The levels behind the counts, int8[E, P]; kept elsewhere, for they are big."""
        if self.tree is None:
            return matrix.none_assessed(0, len(self.columns))
        scope = self.scope
        return matrix.levels(self.frame, self.tree, scope.day, scope.rollup, scope.layer)

    @property
    def programmes(self) -> int:
        """How many programmes were counted, whatever the basis."""
        return int(np.count_nonzero(self.columns))

    @property
    def with_budget(self) -> int:
        """How many of them have a budget on record for the fiscal year of the day."""
        known = has_budget(self.frame, self.scope.day)
        return int(np.count_nonzero(self.columns & known))

    @property
    def is_empty(self) -> bool:
        """Whether no programme at all is in the scope."""
        return not self.columns.any()

    @property
    def supported(self) -> np.ndarray:
        """How much supports each element at the scope's least level, int64[E]."""
        return _supported(self.counts, self.scope.level)

    @property
    def assessed(self) -> np.ndarray:
        """How much was assessed against each element, at any level, int64[E]."""
        return self.active - self.counts[:, 3]


@dataclass(frozen=True)
class GroupedCoverage:
    """Coverage by groups of programmes.

    groups: codes, UNKNOWN last where some programme has none. active: int64[G].
    counts: int64[E, G, 4]. A programme of several countries counts in each of them.
    """

    by: str
    groups: list[str]
    active: np.ndarray
    counts: np.ndarray
    overall: Coverage

    @property
    def supported(self) -> np.ndarray:
        """How much of each group supports each element, int64[E, G]."""
        return _supported(self.counts, self.overall.scope.level)

    @property
    def assessed(self) -> np.ndarray:
        """How much of each group was assessed against each element, int64[E, G]."""
        return self.active - self.counts[:, :, 3]

    @property
    def holes(self) -> np.ndarray:
        """Elements supported overall but by nothing in an active group, bool[E, G].

        Asked of what is counted by programmes: one without a budget supports as well.
        Programmes of which the group is not known are no group that could do something.
        """
        is_group = np.array([code != UNKNOWN for code in self.groups], bool)
        return (
            (self.supported == 0)
            & (self.overall.supported > 0)[:, None]
            & (is_group & (self.active > 0))[None, :]
        )


def elements(frame: Frame, scope: Scope) -> Coverage:
    """Count coverage by element. Raises matrix.UnknownGroup for an unknown filter."""
    key = ("elements", question(scope))
    kept = frame.answer(key, lambda: _elements(frame, scope))
    return Coverage(scope, frame, *kept)


def question(scope: Scope) -> tuple:
    """Return what tells one scope's numbers from another's."""
    found = None if scope.matching is None else scope.matching.tobytes()
    return scope, found


def _elements(frame, scope):
    columns = matrix.in_scope(frame, scope)
    tree = frame.tree(scope.strategy, scope.day)
    weights = weights_of(frame, scope)
    active = total_of(columns, weights)
    if tree is None:
        counts = np.zeros((0, 4), np.int64)
    else:
        levels = matrix.levels(frame, tree, scope.day, scope.rollup, scope.layer)
        counts = four_parts(levels, columns, weights, active)
    return tree, active, counts, columns


def load_ahead() -> None:
    """Load the frame and count today's coverage, so that the first question finds both."""
    columns = current()
    for strategy in columns.strategies:
        elements(columns, Scope(strategy.code, today()))


def by_group(frame: Frame, scope: Scope, by: str) -> GroupedCoverage:
    """Count coverage by element and group (``by`` as in GROUPINGS).

    Groups without a programme in the scope are left out.
    """
    key = ("by_group", by, question(scope))
    overall = elements(frame, scope)
    groups, active, counts = frame.answer(key, lambda: _by_group(frame, overall, by))
    return GroupedCoverage(by, list(groups), active, counts, overall)


def _by_group(frame, overall, by):
    codes, order, group_of = _order(frame, by)
    counted = overall.columns[order]
    order, group_of = order[counted], group_of[counted]
    kept, starts = np.unique(group_of, return_index=True)
    counts = np.zeros((len(overall.counts), len(kept), 4), np.int64)
    weights = weights_of(frame, overall.scope)
    weights = None if weights is None else weights[order]
    active = np.diff(np.append(starts, len(order)))
    if len(kept):
        if weights is not None:
            active = np.add.reduceat(weights, starts)
        for number, row in enumerate(overall.levels):
            counts[number, :, :3] = _counted_by_group(row[order], starts, weights)
    active = active.astype(np.int64)
    counts[:, :, 3] = active - counts.sum(axis=2)
    return [codes[group] for group in kept], active, counts


def _order(frame, by):
    """Return the codes of the groups, the programmes sorted by group, and their groups.

    A programme of several countries stands there once for each of them.
    """
    codes = [*matrix.group_codes(frame, by), *([UNKNOWN] if by != "status" else [])]

    def compute():
        members = [np.flatnonzero(matrix.member(frame, by, code)) for code in codes]
        group_of = np.repeat(np.arange(len(codes)), [len(some) for some in members])
        return np.concatenate(members), group_of.astype(np.int16)

    return codes, *frame.answer(("order", by), compute)


def _counted_by_group(levels, starts, weights):
    """Count the three assessed parts of one row, sorted by group: int64[G, 3]."""
    parts = [levels == level for level in _LEVEL_OF[:3]]
    if weights is not None:
        return np.stack([np.add.reduceat(part * weights, starts) for part in parts], 1)
    # Counting a stretch at a time is much faster than one reduceat, which widens first.
    stretches = list(pairwise([*starts.tolist(), len(levels)]))
    return np.array(
        [[np.count_nonzero(part[a:b]) for part in parts] for a, b in stretches], np.int64
    )


def programmes_at(coverage: Coverage, row: int, state: str) -> np.ndarray:
    """Return which programmes a number counts, bool[P].

    row: the element's row in the tree. state: one of STATES, "supported" (at the scope's
    least level), "assessed" or "active".
    """
    level = coverage.levels[row]
    if state == "active":
        return coverage.columns
    if state == "supported":
        chosen = level >= coverage.scope.level
    elif state == "assessed":
        chosen = level != matrix.NOT_ASSESSED
    else:
        chosen = level == _LEVEL_OF[STATES.index(state)]
    return chosen & coverage.columns


def completeness(coverage: Coverage) -> tuple[int, int]:
    """Return how many cells are assessed, of how many: alignable elements × programmes.

    Counted on the programmes in scope, whatever the basis; rolled up when the scope is.
    """
    if coverage.tree is None:
        return 0, 0
    cells = coverage.levels[coverage.tree.alignable][:, coverage.columns]
    return int((cells != matrix.NOT_ASSESSED).sum()), int(cells.size)


def freshness(frame: Frame, coverage: Coverage) -> tuple[int, int]:
    """Return how many records in force were judged lately, of how many.

    Records of alignable elements and counted programmes, at the scope's layer; "lately"
    is within the months that Thresholds say, whoever has confirmed them.
    """
    if coverage.tree is None:
        return 0, 0
    rows = matrix.records(frame, coverage.tree, coverage.scope, coverage.columns)
    stands = standing.standing(frame, coverage.tree, coverage.scope.day)[rows]
    return int((~standing.has(stands, standing.STALE)).sum()), len(rows)


def has_budget(frame: Frame, day: datetime.date) -> np.ndarray:
    """Return whose budget of the fiscal year of ``day`` is on record, bool[P]."""
    return frame.programmes.budget_of(fiscal_year(day)) != NO_BUDGET


def four_parts(
    levels: np.ndarray, columns: np.ndarray, weights: np.ndarray | None, active: int
) -> np.ndarray:
    """Count the four parts of each row: int64[E, 4].

    levels: int8[E, P]. columns: bool[P]. weights: int64[P], or None to count programmes.
    Comparing and counting one contiguous row is what numpy does fastest by far, and what
    is not assessed is the rest, so it need not be looked at.
    """
    counts = np.zeros((len(levels), 4), np.int64)
    # All bits set is NOT_ASSESSED: or-ed with any level it is what comes out.
    mask = np.where(columns, 0, matrix.NOT_ASSESSED).astype(np.int8)
    seen, at_level = np.empty_like(mask), np.empty_like(columns)
    for number, row in enumerate(levels):
        np.bitwise_or(row, mask, out=seen)
        for part, level in enumerate(_LEVEL_OF[:3]):
            np.equal(seen, level, out=at_level)
            counts[number, part] = total_of(at_level, weights)
    counts[:, 3] = active - counts.sum(axis=1)
    return counts


def total_of(columns: np.ndarray, weights: np.ndarray | None) -> int:
    """Return how much these columns hold: how many they are, or their weights' sum."""
    if weights is None:
        return int(np.count_nonzero(columns))
    return int(np.dot(columns.astype(np.int64), weights))


def weights_of(frame: Frame, scope: Scope) -> np.ndarray | None:
    """Return what each programme counts for: its budget of the year, int64[P].

    None where programmes are counted, each for one. What is not on record counts as
    nothing: whoever shows such a number says how many budgets are (``with_budget``), and
    where none is (``budgets.Ways``).
    """
    if scope.basis == "programmes":
        return None
    if scope.basis == "on_record":
        return has_budget(frame, scope.day).astype(np.int64)
    return np.maximum(frame.programmes.budget_of(fiscal_year(scope.day)), 0)


def _supported(counts, level):
    return counts[..., 0] if level == Level.PRINCIPAL else counts[..., 0] + counts[..., 1]
