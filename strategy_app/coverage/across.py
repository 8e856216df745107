"""Two strategies crossed: what supports an element of both."""

from dataclasses import dataclass

import numpy as np

from strategy_app.coverage import counts, matrix
from strategy_app.coverage.counts import Coverage, GroupedCoverage
from strategy_app.coverage.frame import Frame
from strategy_app.coverage.scope import Scope


@dataclass(frozen=True)
class Crossing:
    """Coverage of a strategy by what supports another one.

    grouped: a group for each element at the top of the other strategy: the programmes that
    support it. other: the other strategy's coverage. columns: the rows of its tree that
    the groups stand for, int64[G].
    """

    grouped: GroupedCoverage
    other: Coverage
    columns: list[int]

    @property
    def is_read(self) -> np.ndarray:
        """Whether any programme was assessed against the group's element, bool[G]."""
        assessed = self.other.levels[self.columns] != matrix.NOT_ASSESSED
        return (assessed & self.other.columns).any(axis=1)


def by_strategy(frame: Frame, scope: Scope, other: str) -> Crossing | None:
    """Count each element among the programmes that support an element of another strategy.

    Both under the same scope. None where either has no revision in force on the day.
    """
    own = counts.elements(frame, scope)
    second = counts.elements(frame, scope.but(strategy=other))
    if own.tree is None or second.tree is None:
        return None
    columns, active, counted = frame.answer(
        ("across", other, counts.question(scope)), lambda: _crossed(own, second)
    )
    codes = [second.tree.codes[row] for row in columns]
    return Crossing(
        GroupedCoverage("strategy", codes, active, counted, own), second, columns
    )


def _crossed(own, second):
    """Return the rows of the groups, how much is in each, and what it counts for."""
    frame, scope = own.frame, own.scope
    columns = [
        row
        for row in range(len(second.tree.codes))
        if second.tree.alignable[row] and second.tree.depth[row] == 0
    ]
    groups = (second.levels[columns] >= scope.level) & second.columns
    weights = counts.weights_of(frame, scope)
    active = np.array([counts.total_of(group, weights) for group in groups], np.int64)
    counted = np.zeros((len(own.counts), len(columns), 4), np.int64)
    for number, group in enumerate(groups):
        counted[:, number] = counts.four_parts(own.levels, group, weights, active[number])
    return columns, active, counted
