"""What stands in each cell of the ledger on a day, and what its record lacks."""

import datetime
from dataclasses import dataclass

import numpy as np

from strategy_app.coverage import matrix, standing
from strategy_app.coverage.frame import Frame, Tree


@dataclass(frozen=True)
class Cells:
    """The cells of E elements and n programmes; nothing is rolled up.

    ids: ledger row in force, 0 for none, int64[E, n]. level: as in ``matrix.levels``,
    int8[E, n]. stands: how the row stands (``standing``), 0 for none, uint8[E, n].
    """

    ids: np.ndarray
    level: np.ndarray
    stands: np.ndarray


def of_programmes(
    frame: Frame, tree: Tree, day: datetime.date, columns: np.ndarray
) -> Cells:
    """Return the cells of these programme columns, int64[n], on ``day``, in their order."""
    shape = (len(tree.codes), len(columns))
    found = Cells(
        ids=np.zeros(shape, np.int64),
        level=matrix.none_assessed(*shape),
        stands=np.zeros(shape, np.uint8),
    )
    ledger, rows = frame.ledger, matrix.rows_about(frame, columns)
    rows = rows[frame.in_force(day, rows)]
    elements = matrix.elements_of(frame, tree, rows)
    rows, elements = rows[elements >= 0], elements[elements >= 0]
    place_of = np.zeros(len(frame.programmes.codes), np.int64)
    place_of[columns] = np.arange(len(columns))
    at = (elements, place_of[ledger.programme[rows]])
    found.ids[at] = ledger.ids[rows]
    found.level[at] = ledger.level[rows]
    found.stands[at] = standing.standing_of(frame, tree, day, rows)
    return found


def below(tree: Tree, cells: Cells) -> tuple[np.ndarray, np.ndarray]:
    """Return, for each cell, how many alignable elements below are assessed, of how many.

    int64[E, n] and int64[E]; the element itself is not among them.
    """
    assessed = (cells.level != matrix.NOT_ASSESSED) & tree.alignable[:, None]
    number = tree.rolled_up(assessed.astype(np.int64), np.add)
    all_below = tree.rolled_up(tree.alignable.astype(np.int64), np.add)
    return number - assessed, all_below - tree.alignable
