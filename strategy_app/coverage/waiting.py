"""What waits for somebody: cells to assess, to re-read, to judge again, to confirm."""

import datetime
from dataclasses import dataclass

import numpy as np

from strategy_app.coverage import matrix
from strategy_app.coverage.frame import ALWAYS, Frame, Tree
from strategy_app.coverage.proposals import proposed, published_in, was_in_force
from strategy_app.coverage.standing import (
    COUNTS,
    REWORDED,
    STALE,
    UNCONFIRMED,
    has,
    stale_from,
    standing,
)
from strategy_app.models import Level

KINDS = (
    "not_assessed",
    "needs_review",
    "proposed",
    "stale",
    "unconfirmed",
    "returned",
)
# Those of empty cells; the others are of records.
_EMPTY = ("not_assessed", "proposed")


@dataclass(frozen=True)
class Cells:
    """Cells of the matrix: rows of the tree and columns of the frame, integers[n] each.

    since: the ordinal of the day from which each has waited, integers[n]; of empty cells
    from when there was something to assess, though it may have been assessed and withdrawn
    since. Of these there may be tens of millions: all three take 32 bits.
    """

    elements: np.ndarray
    columns: np.ndarray
    since: np.ndarray

    def __len__(self):
        return len(self.elements)

    def places_of(self, elements: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Return the places of these cells, -1 for those that are not among them: int64[k].

        elements, columns: rows of the tree and columns of the frame, int64[k], -1 where
        there is none. For cells in the order of ``cells``, of which there may be millions.
        """
        if not len(self) or not len(elements):
            return np.full(len(elements), -1)
        height = 1 + max(int(self.elements.max()), int(elements.max()))
        own = self.columns.astype(np.int64) * height + self.elements
        asked = columns * height + elements
        places = np.minimum(np.searchsorted(own, asked), len(self) - 1)
        return np.where((own[places] == asked) & (elements >= 0), places, -1)

    def chosen(self, which: np.ndarray) -> "Cells":
        """Return some of them: bool[n], or their places in the order wanted."""
        return Cells(self.elements[which], self.columns[which], self.since[which])


@dataclass(frozen=True)
class Returned:
    """Records that a second reader gave back, by the ids of their ledger rows in order.

    rows: int64[n]. unclaimed: bool[n], their author is nobody, has left, or may no longer
    record there. since: ordinals of the days on which they were returned, int64[n].
    """

    rows: np.ndarray
    unclaimed: np.ndarray
    since: np.ndarray


def to_be_reread(frame: Frame, tree: Tree, day: datetime.date) -> np.ndarray:
    """Return which records that count have to be read again: bool[R]."""
    return has(standing(frame, tree, day), COUNTS, REWORDED)


def not_assessed(frame: Frame, tree: Tree, day: datetime.date) -> np.ndarray:
    """Return which cells nobody has assessed: bool[E, P], of active programmes."""
    active = frame.programmes.active(day) & frame.programmes.exists
    levels = matrix.levels(frame, tree, day, rollup=False)
    return (levels == matrix.NOT_ASSESSED) & tree.alignable[:, None] & active


def is_waiting(
    frame: Frame, stands: np.ndarray, kind: str, person: int, returned: Returned
) -> np.ndarray:
    """Return which records wait for a ``kind`` of work by a person: bool[R].

    stands: as ``standing`` says. What is reworded is to be read again, and neither judged
    again nor confirmed before. Nobody confirms their own, and level 0 needs nobody. What is
    returned waits for its author; where that is nobody who could see to it, for whoever may
    record there.
    """
    if kind == "needs_review":
        return has(stands, COUNTS, REWORDED)
    is_as_judged = ~has(stands, REWORDED)
    if kind == "stale":
        return has(stands, COUNTS, STALE) & is_as_judged
    author = frame.ledger.author
    rows, unclaimed = _given_back(frame, returned)
    if kind == "returned":
        waits = np.zeros(len(stands), bool)
        waits[rows[unclaimed | (author[rows] == person)]] = True
        return waits & has(stands, COUNTS)
    is_claim = frame.ledger.level >= Level.SIGNIFICANT.value
    waits = has(stands, COUNTS, UNCONFIRMED) & is_as_judged & is_claim & (author != person)
    waits[rows] = False
    return waits


def _given_back(frame, returned):
    """Return where the ledger has what is returned, and which of it is unclaimed.

    What came into the ledger after the frame is left out.
    """
    ids = frame.ledger.ids
    rows = np.searchsorted(ids, returned.rows)
    is_there = rows < len(ids)
    is_there[is_there] = ids[rows[is_there]] == returned.rows[is_there]
    return rows[is_there], returned.unclaimed[is_there]


def cells(
    frame: Frame,
    tree: Tree,
    day: datetime.date,
    kind: str,
    *,
    columns: np.ndarray,
    person: int,
    returned: Returned,
) -> Cells:
    """Return the cells that wait for a ``kind`` (one of KINDS) of work by a person.

    columns: the programmes that they may record for and ask about, bool[P]. person: their
    id. In the order of the programmes, and within each of the strategy.
    """
    if kind in _EMPTY:
        places, elements = _empty_cells(frame, tree, day, kind)
        asked = columns[places]
        places, elements = places[asked], elements[asked]
        since = _asked_from(frame, tree, kind)[elements]
        np.maximum(since, frame.programmes.starts[places], out=since)
        return Cells(elements, places, since)
    waits = is_waiting(frame, standing(frame, tree, day), kind, person, returned)
    rows = np.flatnonzero(waits & columns[frame.ledger.programme])
    elements = matrix.elements_of(frame, tree, rows)
    places = frame.ledger.programme[rows].astype(np.int64)
    since = _since(frame, tree, kind, rows, elements, returned)
    return Cells(elements, places, since).chosen(np.lexsort((elements, places)))


def _empty_cells(frame, tree, day, kind):
    """Return the columns and rows of what is not assessed, or proposed."""
    if kind == "proposed":
        return proposed(frame, tree, day)
    missing = not_assessed(frame, tree, day).T
    programmes, rows = (np.arange(size, dtype=np.int32) for size in missing.shape)
    places = np.repeat(programmes, missing.sum(axis=1))
    return places, np.broadcast_to(rows, missing.shape)[missing]


def _asked_from(frame, tree, kind):
    """Return from which day on each element's cells have asked, as ordinals: int32[E].

    From when it could be aligned with, in this and all revisions since; what is proposed,
    from when the element last was split or merged from another.
    """
    begun = np.full(len(tree.codes), tree.in_force_from.toordinal(), np.int32)
    if kind == "proposed":
        begun[:] = ALWAYS
        np.maximum.at(begun, tree.origins[:, 0], tree.origins[:, 2])
        return begun
    unbroken = np.ones(len(begun), bool)
    for earlier in reversed(frame.trees[tree.strategy]):
        if earlier.in_force_from < tree.in_force_from:
            ids = earlier.element_ids[earlier.alignable]
            unbroken &= np.isin(tree.element_ids, ids)
            begun[unbroken] = earlier.in_force_from.toordinal()
    return begun


def _since(frame, tree, kind, rows, elements, returned):
    """Return from which day on each record has waited, as ordinals."""
    ledger = frame.ledger
    if kind == "needs_review":
        return tree.material_from[elements].astype(np.int64)
    if kind == "stale":
        return stale_from(ledger.judged[rows], frame.thresholds.fresh_months)
    if kind == "returned":
        return returned.since[np.searchsorted(returned.rows, ledger.ids[rows])]
    return ledger.valid_from[rows].astype(np.int64)


def all_of(
    frame: Frame,
    tree: Tree,
    day: datetime.date,
    kind: str,
    *,
    columns: np.ndarray,
    person: int,
) -> int | None:
    """Return how many cells there are of which those waiting are what is left; or None.

    Of not assessed: all cells; of reworded: those whose record was in force when their
    element changed, withdrawn since or not; of unconfirmed: the claims of others; proposed
    and returned ones are of nothing.
    """
    if kind == "not_assessed":
        active = frame.programmes.active(day) & frame.programmes.exists
        return int(tree.alignable.sum()) * int((active & columns).sum())
    if kind in ("returned", "proposed"):
        return None
    if kind == "needs_review":
        return int(columns[asked_to_reread(frame, tree, day)[0]].sum())
    ledger = frame.ledger
    counted = has(standing(frame, tree, day), COUNTS) & columns[ledger.programme]
    if kind == "unconfirmed":
        counted &= (ledger.level >= Level.SIGNIFICANT.value) & (ledger.author != person)
    return int(counted.sum())


def asked_to_reread(
    frame: Frame, tree: Tree, day: datetime.date
) -> tuple[np.ndarray, np.ndarray]:
    """Return the cells that had to be read again: columns and rows, int64[k]; kept.

    Those of active programmes whose record was in force when the element changed
    materially last, whether it was found still right, changed or withdrawn since; and what
    has to be read again besides, as when a withdrawal was taken back.
    """

    def compute():
        width = max(len(frame.programmes.codes), 1)
        cells = np.union1d(_held(frame, tree, day), _reworded(frame, tree, day))
        return cells % width, cells // width

    return frame.answer(("reread", tree.revision_id, day), compute)


def _held(frame, tree, day):
    """Return the cells whose record was in force when their element was reworded."""
    if not (tree.material_from != ALWAYS).any():
        return np.zeros(0, np.int64)
    ledger, asks = frame.ledger, (tree.material_from != ALWAYS) & tree.alignable
    elements = matrix.elements_of(frame, tree, slice(None))
    # The last place of asks is for what is not in the tree.
    rows = np.flatnonzero(np.append(asks, False)[elements])
    active = frame.programmes.active(day) & frame.programmes.exists
    rows = rows[active[ledger.programme[rows]]]
    published = published_in(frame, tree.strategy)
    changes = np.array([published.get(since, 0) for since in tree.material_from.tolist()])
    elements = elements[rows]
    held = was_in_force(frame, rows, tree.material_from[elements], changes[elements])
    return _cells_of(frame, elements[held], ledger.programme[rows[held]])


def _reworded(frame, tree, day):
    """Return the cells that wait to be read again."""
    rows = np.flatnonzero(to_be_reread(frame, tree, day))
    elements = matrix.elements_of(frame, tree, rows)
    return _cells_of(frame, elements, frame.ledger.programme[rows])


def _cells_of(frame, elements, columns):
    """Return cells as places in the flat matrix."""
    return elements.astype(np.int64) * max(len(frame.programmes.codes), 1) + columns


@dataclass(frozen=True)
class Rereading:
    """How far the records of reworded elements have been read again, by department.

    group: index into the frame's departments, -1 for none. records: how many had to be,
    done: how many of them were found still right, changed or withdrawn; proposed: empty
    cells of split or merged elements that wait besides.
    """

    group: int
    records: int
    done: int
    proposed: int


def rereading(frame: Frame, tree: Tree, day: datetime.date) -> list[Rereading]:
    """Return the progress of every department that has, or had, something to re-read."""
    of, size = frame.programmes.department, len(frame.programmes.departments) + 1
    waiting = np.flatnonzero(to_be_reread(frame, tree, day))
    # One more than the index, so that -1 counts too.
    asked, left, waits = (
        np.bincount(of[columns] + 1, minlength=size)
        for columns in (
            asked_to_reread(frame, tree, day)[0],
            frame.ledger.programme[waiting],
            proposed(frame, tree, day)[0],
        )
    )
    return [
        Rereading(index - 1, int(asked[index]), int(asked[index] - left[index]),
                  int(waits[index]))
        for index in np.flatnonzero(asked + waits).tolist()
    ]  # fmt: skip


def numbers(
    frame: Frame,
    tree: Tree,
    day: datetime.date,
    *,
    columns: np.ndarray,
    person: int,
    returned: Returned,
) -> dict[str, int]:
    """Return how many cells wait for each kind of work; arguments as ``cells`` has them."""
    stands = standing(frame, tree, day)
    asked = columns[frame.ledger.programme]
    numbers = {
        kind: int((is_waiting(frame, stands, kind, person, returned) & asked).sum())
        for kind in KINDS
        if kind not in _EMPTY
    }
    numbers["not_assessed"] = _missing(frame, tree, day, columns, stands, asked)
    numbers["proposed"] = int(columns[proposed(frame, tree, day)[0]].sum())
    return numbers


def number(
    frame: Frame,
    tree: Tree,
    day: datetime.date,
    *,
    columns: np.ndarray,
    person: int,
    returned: Returned,
) -> int:
    """Return how many cells wait for a person: each once, whatever it waits for.

    Arguments as ``cells`` has them.
    """
    stands = standing(frame, tree, day)
    asked = columns[frame.ledger.programme]
    waits = np.zeros(len(stands), bool)
    for kind in set(KINDS) - {*_EMPTY}:
        waits |= is_waiting(frame, stands, kind, person, returned)
    missing = _missing(frame, tree, day, columns, stands, asked)
    return missing + int((waits & asked).sum())


def _missing(frame, tree, day, columns, stands, asked):
    """Return how many cells of some programmes nobody has assessed: what is left of all.

    asked: which ledger rows are of these programmes, bool[R].
    """
    every = all_of(frame, tree, day, "not_assessed", columns=columns, person=0)
    return every - int((has(stands, COUNTS) & asked).sum())
