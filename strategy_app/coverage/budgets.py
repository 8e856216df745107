"""Where the budget that is counted is not known, which is no zero."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from strategy_app.coverage import counts
from strategy_app.coverage.counts import Coverage, GroupedCoverage
from strategy_app.coverage.frame import Frame
from strategy_app.coverage.scope import Scope

Counted = TypeVar("Counted", Coverage, GroupedCoverage)


@dataclass(frozen=True)
class Ways(Generic[Counted]):
    """One question, counted as it was asked, by programmes, and by budgets on record.

    Whether somebody has looked, and what is a hole, is told by programmes: it does not
    depend on whose budget is on record. Counted by programmes, all three are the same.
    """

    asked: Counted
    programmes: Counted
    on_record: Counted

    def unknown(self, state: str) -> np.ndarray:
        """Return where programmes stand at a state, but no budget of theirs is on record.

        state: "supported" or "assessed", bool[E] or bool[E, G]; "counts" for each of the
        four parts, bool[E, 4]; "active" for all, one bool or bool[G].
        """
        return (getattr(self.programmes, state) > 0) & (getattr(self.on_record, state) == 0)


def ways(count: Callable[[Scope], Counted], scope: Scope) -> Ways[Counted]:
    """Return what ``count`` answers to the scope, counted in each of the three ways."""
    asked = count(scope)
    if scope.basis != "budget":
        return Ways(asked, asked, asked)
    return Ways(
        asked, count(scope.but(basis="programmes")), count(scope.but(basis="on_record"))
    )


def elements(frame: Frame, scope: Scope) -> Ways[Coverage]:
    """Return coverage by element, counted in each of the three ways."""
    return ways(lambda one: counts.elements(frame, one), scope)
