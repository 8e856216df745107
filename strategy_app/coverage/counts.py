"""Coverage counted: how many programmes, or how much budget, stand at which level."""

import datetime
from dataclasses import dataclass

import numpy as np

from strategy_app.coverage import matrix
from strategy_app.coverage.frame import Frame, Tree
from strategy_app.coverage.scope import UNKNOWN, Scope
from strategy_app.models.dates import fiscal_year

# The four parts of every count, from the strongest; the order of the last axis.
STATES = ("principal", "significant", "not_targeted", "not_assessed")
_LEVEL_OF = np.array([3, 2, 1, 0])

GROUPINGS = ("category", "department", "country", "status")


@dataclass(frozen=True)
class Coverage:
    """Coverage of one strategy on one day.

    tree: the elements in force, None before the first revision. active: how much (number
    or budget) the scope holds in all. counts: int64[E, 4], parts as in STATES; each row
    adds up to ``active``. levels: uint8[E, P]; columns: bool[P], what was counted.
    """

    scope: Scope
    change: int
    tree: Tree | None
    active: int
    counts: np.ndarray
    levels: np.ndarray
    columns: np.ndarray

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
    def holes(self) -> np.ndarray:
        """Elements supported overall but by nothing in an active group, bool[E, G]."""
        return (
            (self.supported == 0)
            & (self.overall.supported > 0)[:, None]
            & (self.active > 0)[None, :]
        )


def elements(frame: Frame, scope: Scope) -> Coverage:
    """Count coverage by element. Raises matrix.UnknownGroup for an unknown filter."""
    columns = matrix.in_scope(frame, scope)
    tree = frame.tree(scope.strategy, scope.day)
    weights = _weights(frame, scope)
    active = int(weights[columns].sum())
    if tree is None:
        nothing = np.zeros((0, len(columns)), np.uint8)
        return Coverage(
            scope,
            frame.change,
            None,
            active,
            np.zeros((0, 4), np.int64),
            nothing,
            columns,
        )
    levels = matrix.levels(frame, tree, scope.day, scope.rollup)
    counts = _counted(levels * columns, weights, scope.basis, active)
    return Coverage(scope, frame.change, tree, active, counts, levels, columns)


def by_group(frame: Frame, scope: Scope, by: str) -> GroupedCoverage:
    """Count coverage by element and group (``by`` as in GROUPINGS).

    Groups without a programme in the scope are left out.
    """
    overall = elements(frame, scope)
    codes = [*matrix.group_codes(frame, by), *([UNKNOWN] if by != "status" else [])]
    weights = _weights(frame, scope)
    masks = [matrix.member(frame, by, code) & overall.columns for code in codes]
    kept = [index for index, mask in enumerate(masks) if mask.any()]
    columns = [np.flatnonzero(masks[index]) for index in kept]
    active = np.array([weights[inside].sum() for inside in columns], np.int64)
    counts = np.zeros((len(overall.levels), len(kept), 4), np.int64)
    for group, inside in enumerate(columns):
        counts[:, group] = _counted(
            overall.levels[:, inside], weights[inside], scope.basis, int(active[group])
        )
    groups = [codes[index] for index in kept]
    return GroupedCoverage(by, groups, active, counts, overall)


def programmes_at(coverage: Coverage, row: int, state: str) -> np.ndarray:
    """Return which programmes a number counts, bool[P].

    row: the element's row in the tree. state: one of STATES, "supported" (at the scope's
    least level), "assessed" or "active".
    """
    level = coverage.levels[row]
    if state == "active":
        return coverage.columns
    if state == "supported":
        chosen = level > coverage.scope.level
    elif state == "assessed":
        chosen = level > 0
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
    return int((cells > 0).sum()), int(cells.size)


def has_budget(frame: Frame, day: datetime.date) -> bool:
    """Whether any budget is known for the fiscal year of ``day``."""
    return fiscal_year(day) in frame.programmes.budgets


def _counted(levels, weights, basis, active):
    """Count the four parts of each row: int64[E, 4] of uint8[E, n] and int64[n].

    Counting the true cells of one contiguous row is what numpy does fastest by far, and
    what is not assessed is the rest, so zeros need not be looked at.
    """
    counts = np.zeros((len(levels), 4), np.int64)
    for number, row in enumerate(levels):
        for part, level in enumerate(_LEVEL_OF[:3]):
            at_level = row == level
            counts[number, part] = (
                weights[at_level].sum() if basis == "budget" else np.count_nonzero(at_level)
            )
    counts[:, 3] = active - counts.sum(axis=1)
    return counts


def _weights(frame, scope):
    """Return what each programme counts for, int64[P]: one, or its budget of the year."""
    size = len(frame.programmes.codes)
    if scope.basis == "budget":
        year = fiscal_year(scope.day)
        return frame.programmes.budgets.get(year, np.zeros(size, np.int64))
    return np.ones(size, np.int64)


def _supported(counts, level):
    return counts[..., 0] if level == 2 else counts[..., 0] + counts[..., 1]
