"""Two strategies crossed: what supports an element of both."""

from dataclasses import dataclass

import numpy as np

from strategy_app.coverage import counts
from strategy_app.coverage.counts import Coverage
from strategy_app.coverage.frame import Frame
from strategy_app.coverage.scope import Scope


@dataclass(frozen=True)
class Crossing:
    """How much supports each element of a strategy and of another one at once.

    counts: int64[E, F], rows of ``own.tree`` by ``columns``, the rows of ``other.tree``
    that stand at its top. active: int64[F], how much supports each of these at all.
    """

    own: Coverage
    other: Coverage
    columns: list[int]
    counts: np.ndarray
    active: np.ndarray


def by_strategy(frame: Frame, scope: Scope, other: str) -> Crossing | None:
    """Count the programmes that support an element of each of two strategies.

    Both under the same scope. None where either has no revision in force on the day.
    """
    own = counts.elements(frame, scope)
    second = counts.elements(frame, scope.but(strategy=other))
    if own.tree is None or second.tree is None:
        return None
    columns = [
        row
        for row in range(len(second.tree.codes))
        if second.tree.alignable[row] and second.tree.depth[row] == 0
    ]
    supports = (own.levels > scope.level) & own.columns
    others = (second.levels[columns] > scope.level) & second.columns
    weights = counts.weights_of(frame, scope)
    weighted = others.astype(np.int64) if weights is None else others * weights
    # Exact as long as sums stay below 2**53, which budgets in any currency do.
    crossed = supports.astype(np.float64) @ weighted.astype(np.float64).T
    return Crossing(
        own=own,
        other=second,
        columns=columns,
        counts=crossed.round().astype(np.int64),
        active=weighted.sum(axis=1),
    )
