"""What split and merged elements have to go by: records of what they come from."""

import datetime
from dataclasses import dataclass

import numpy as np

from strategy_app.coverage.frame import Frame, Tree


@dataclass(frozen=True)
class Proposals:
    """Empty cells and the ledger rows that they have to go by, int64[k] each.

    columns, elements: of the cell, in the order of the programmes, and within each of the
    strategy. records: places in the ledger. A merged element's cell may stand in several.
    """

    columns: np.ndarray
    elements: np.ndarray
    records: np.ndarray


def lasted(frame: Frame, rows: np.ndarray, day, published) -> np.ndarray:
    """Return which ledger rows lasted until a revision took force, or came later: bool[n].

    day: the ordinal of its first day, published: the change that published it; of all the
    rows, or int64[n]. What was closed on that day lasted where it was closed afterwards.
    """
    ends = frame.periods[1][rows]
    return (ends > day) | ((ends == day) & (frame.ledger.closed[rows] > published))


def was_in_force(frame: Frame, rows: np.ndarray, day, published) -> np.ndarray:
    """Return which ledger rows were in force when a revision took force: bool[n].

    Judged on a wording before it, and whatever has become of them since; arguments as
    ``lasted`` has them.
    """
    begun = frame.periods[0][rows] <= day
    is_older = frame.ledger.judged_from[rows] < day
    return begun & is_older & lasted(frame, rows, day, published)


def published_in(frame: Frame, strategy: str) -> dict[int, int]:
    """Return the change that published each revision, by the ordinal of its first day."""
    return {
        tree.in_force_from.toordinal(): tree.published for tree in frame.trees[strategy]
    }


def proposals(frame: Frame, tree: Tree, day: datetime.date) -> Proposals:
    """Return which empty cells have something to go by on ``day``, and what; kept.

    Their element was split or merged from another one, and when that took force a record
    of the programme was in force against it. What becomes of this record later changes
    nothing; later records are not of what was split. The cell waits until it is judged, or
    somebody says that the record does not apply to it. Nothing follows by itself.
    """
    key = ("proposed", tree.revision_id, day, len(frame.dismissed))
    return frame.answer(key, lambda: _proposals(frame, tree, day))


def proposed(frame: Frame, tree: Tree, day: datetime.date) -> tuple[np.ndarray, np.ndarray]:
    """Return these cells, each once: their columns and rows, int32[k]."""
    found = proposals(frame, tree, day)
    cells = np.stack([found.columns, found.elements])
    is_new = np.ones(len(found.columns), bool)
    is_new[1:] = (cells[:, 1:] != cells[:, :-1]).any(axis=0)
    return found.columns[is_new].astype(np.int32), found.elements[is_new].astype(np.int32)


def records_proposed(
    frame: Frame, tree: Tree, day: datetime.date, *, programme: int, element: str
) -> list[int]:
    """Return the ids of the ledger rows that one cell has to go by.

    programme: its id. element: its code.
    """
    column, row = frame.programmes.column_of(programme), tree.row_of.get(element)
    if column is None or row is None:
        return []
    found = proposals(frame, tree, day)
    here = (found.columns == column) & (found.elements == row)
    return frame.ledger.ids[found.records[here]].tolist()


def _proposals(frame, tree, day):
    active = frame.programmes.active(day) & frame.programmes.exists
    rows_of = _rows_by_element(frame, tree)
    published = published_in(frame, tree.strategy)
    found = []
    for row, origin, since in tree.origins.tolist():
        if not tree.alignable[row]:
            continue
        of_origin = _last_of_each(frame, rows_of(origin), since, published[since])
        columns = frame.ledger.programme[of_origin]
        waits = active & ~_answered(
            frame, rows_of(int(tree.element_ids[row])), int(tree.element_ids[row]), day,
            since, published[since],
        )  # fmt: skip
        records = of_origin[waits[columns]]
        columns = columns[waits[columns]].astype(np.int64)
        found.append(np.stack([columns, np.full(len(columns), row), records]))
    every = np.concatenate([np.zeros((3, 0), np.int64), *found], axis=1)
    every = every[:, np.lexsort(every[::-1])]
    # A split that two revisions tell of is one.
    is_new = np.ones(every.shape[1], bool)
    is_new[1:] = (every[:, 1:] != every[:, :-1]).any(axis=0)
    return Proposals(*every[:, is_new])


def _rows_by_element(frame, tree):
    """Return the function that finds all ledger rows of an element in question."""
    asked = np.unique([tree.element_ids[tree.origins[:, 0]], tree.origins[:, 1]])
    element = frame.ledger.element
    highest = max(int(asked.max(initial=0)), int(element.max(initial=0)))
    is_asked = np.zeros(1 + highest, bool)
    is_asked[asked] = True
    rows = np.flatnonzero(is_asked[element])
    rows = rows[np.argsort(element[rows], kind="stable")]
    ordered = element[rows]

    def rows_of(pk):
        return rows[slice(*np.searchsorted(ordered, [pk, pk + 1]))]

    return rows_of


def _last_of_each(frame, rows, since, published):
    """Return the record of each programme that was in force when a revision took force.

    On that day itself it may have been changed before: then the last one counts.
    """
    rows = rows[was_in_force(frame, rows, since, published)]
    rows = rows[np.lexsort((rows, frame.periods[0][rows]))]
    last = np.full(len(frame.programmes.codes), -1)
    last[frame.ledger.programme[rows]] = rows
    return last[last >= 0]


def _answered(frame, rows, element, day, since, published):
    """Return which programmes' cells were judged, or dismissed, since then: bool[P]."""
    found = np.zeros(len(frame.programmes.codes), bool)
    begun = frame.periods[0][rows] <= day.toordinal()
    judged = rows[begun & lasted(frame, rows, since, published)]
    found[frame.ledger.programme[judged]] = True
    programmes, elements, days, changes, waits_again = frame.dismissed.T
    counts = (elements == element) & (days >= since) & (days <= day.toordinal())
    counts &= (changes > published) & (changes <= frame.change)
    columns = frame.programmes.columns_of(programmes[counts])
    is_known = columns >= 0
    is_set_aside = np.zeros(len(found), bool)
    # Of several of one cell the last one stays.
    is_set_aside[columns[is_known]] = waits_again[counts][is_known] == 0
    return found | is_set_aside
