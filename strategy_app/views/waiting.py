"""What waits for the person who asks: from the frame, within a scope."""

import datetime
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from strategy_app.coverage import matrix, waiting
from strategy_app.coverage.frame import Frame, Tree
from strategy_app.coverage.scope import Scope
from strategy_app.queries import review
from strategy_app.views.whose import mask_of, recordable


@dataclass
class Waiting:
    """What of a scope waits for a person, today; ``whose`` as views.whose has it."""

    user: object
    frame: Frame
    tree: Tree
    scope: Scope
    whose: str = "all"

    @cached_property
    def columns(self) -> np.ndarray:
        """The programmes asked about that they may record for, bool[P]."""
        asked = matrix.selected(self.frame, self.scope)
        return (
            asked
            & recordable(self.user, self.frame)
            & mask_of(self.user, self.frame, self.whose)
        )

    @cached_property
    def _whom(self):
        return {
            "columns": self.columns,
            "person": self.user.pk,
            "returned": review.returned(self.frame),
        }

    @property
    def numbers(self) -> dict[str, int]:
        """How many cells wait for each kind of work."""
        return waiting.numbers(self.frame, self.tree, self.scope.today, **self._whom)

    def cells(self, kind: str) -> waiting.Cells:
        """Return the cells that wait for a kind of work, programme by programme."""
        return waiting.cells(self.frame, self.tree, self.scope.today, kind, **self._whom)

    def place_of_all(self, cells) -> tuple[np.ndarray, np.ndarray]:
        """Return rows and columns of cells that ids of programme and element name.

        -1 where the tree or the frame has none, so that they stay as many as asked.
        """
        row_of = {int(pk): row for row, pk in enumerate(self.tree.element_ids)}
        return (
            np.array([row_of.get(element, -1) for _, element in cells], np.int64),
            self.frame.programmes.columns_of([programme for programme, _ in cells]),
        )

    def all_of(self, kind: str) -> int | None:
        """Return of how many cells these are what is left, None where of nothing."""
        return waiting.all_of(
            self.frame,
            self.tree,
            self.scope.today,
            kind,
            columns=self.columns,
            person=self.user.pk,
        )


def number_waiting(user, frame: Frame, strategy: str, day: datetime.date) -> int:
    """Return how many cells of a strategy wait for someone who may record."""
    tree = frame.tree(strategy, day)
    if tree is None:
        return 0
    return waiting.number(
        frame,
        tree,
        day,
        columns=recordable(user, frame),
        person=user.pk,
        returned=review.returned(frame),
    )
