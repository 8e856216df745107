"""What waits for somebody: cells to assess, to re-read, to judge again, to confirm."""

import datetime
from dataclasses import dataclass

import numpy as np

from strategy_app.coverage import matrix
from strategy_app.coverage.frame import ALWAYS, Frame, Tree

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
class Records:
    """The n ledger rows in force in a tree's alignable cells of active programmes.

    rows: in the ledger. elements, columns: the cell of each, int64[n]. reworded: its
    element's wording has changed materially since it was judged. stale: it was judged
    longer ago than records are fresh for, and is not reworded. unconfirmed: it claims
    support (level 1 or 2), is not reworded, and no second person's confirmation stands.
    claims: it claims support. All bool[n].
    """

    rows: np.ndarray
    elements: np.ndarray
    columns: np.ndarray
    reworded: np.ndarray
    stale: np.ndarray
    unconfirmed: np.ndarray
    claims: np.ndarray


@dataclass(frozen=True)
class Cells:
    """Cells of the matrix: rows of the tree and columns of the frame, integers[n] each.

    since: the ordinal of the day from which each has waited, integers[n]. Of empty cells,
    of which there may be tens of millions, all three take 32 bits.
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


def records(frame: Frame, tree: Tree, day: datetime.date) -> Records:
    """Return what is in force on ``day`` and what each record waits for; kept."""

    def compute():
        active = np.flatnonzero(frame.programmes.active(day) & frame.programmes.exists)
        found = matrix.records_of(frame, tree, day, active)
        counted = tree.alignable[found.elements]
        rows, reworded = found.rows[counted], found.reworded[counted]
        ledger = frame.ledger
        limit = matrix.months_before(day, frame.thresholds.fresh_months)
        claims = ledger.level[rows] >= matrix.SIGNIFICANT
        return Records(
            rows=rows,
            elements=found.elements[counted].astype(np.int64),
            columns=ledger.programme[rows].astype(np.int64),
            reworded=reworded,
            stale=(ledger.judged[rows] <= limit) & ~reworded,
            unconfirmed=claims & ~found.confirmed[counted] & ~reworded,
            claims=claims,
        )

    return frame.kept.answer(("waiting", tree.revision_id, day), compute)


def not_assessed(frame: Frame, tree: Tree, day: datetime.date) -> np.ndarray:
    """Return which cells nobody has assessed: bool[E, P], of active programmes."""
    active = frame.programmes.active(day) & frame.programmes.exists
    levels = matrix.levels(frame, tree, day, rollup=False)
    return (levels == matrix.NOT_ASSESSED) & tree.alignable[:, None] & active


def proposed(frame: Frame, tree: Tree, day: datetime.date) -> np.ndarray:
    """Return which empty cells have something to go by: bool[E, P]; kept.

    Their element was split or merged from another one, against which the programme's
    record is in force. Nothing follows from it by itself: somebody has to judge.
    """

    def compute():
        found = np.zeros((len(tree.codes), len(frame.programmes.codes)), bool)
        begins, ends = frame.periods
        ordinal = day.toordinal()
        for row, origin in tree.origins.tolist():
            of_origin = np.flatnonzero(frame.ledger.element == origin)
            held = (begins[of_origin] <= ordinal) & (ordinal < ends[of_origin])
            found[row, frame.ledger.programme[of_origin[held]]] = True
        return found & not_assessed(frame, tree, day) if len(tree.origins) else found

    return frame.kept.answer(("proposed", tree.revision_id, day), compute)


def missing_by_programme(frame: Frame, tree: Tree, day: datetime.date) -> np.ndarray:
    """Return how many cells of each programme nobody has assessed, int64[P]; kept."""

    def compute():
        active = frame.programmes.active(day) & frame.programmes.exists
        assessed = np.bincount(
            records(frame, tree, day).columns, minlength=len(frame.programmes.codes)
        )
        return np.where(active, int(tree.alignable.sum()) - assessed, 0)

    return frame.kept.answer(("missing", tree.revision_id, day), compute)


def is_waiting(
    frame: Frame, found: Records, kind: str, person: int, returned: Returned
) -> np.ndarray:
    """Return which records wait for a ``kind`` of work by a person: bool[n].

    Nobody confirms their own. What is returned waits for its author; where that is nobody
    who could see to it, for whoever may record there.
    """
    if kind == "needs_review":
        return found.reworded
    if kind == "stale":
        return found.stale
    author = frame.ledger.author[found.rows]
    if kind == "returned":
        mine = _among(frame, found, returned.rows) & (author == person)
        return mine | _among(frame, found, returned.rows[returned.unclaimed])
    return found.unconfirmed & (author != person) & ~_among(frame, found, returned.rows)


def _among(frame, found, ids):
    """Return which records are these ledger rows: bool[n]. The ids ascend, and are few."""
    known = frame.ledger.ids
    places = np.searchsorted(known, ids)
    marked = np.zeros(len(known) + 1, bool)  # one more: past the end there is none
    marked[places] = np.append(known, -1)[places] == ids if len(ids) else False
    return marked[found.rows]


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
        empty = not_assessed if kind == "not_assessed" else proposed
        missing = (empty(frame, tree, day) & columns).T
        programmes, rows = (np.arange(size, dtype=np.int32) for size in missing.shape)
        places = np.repeat(programmes, missing.sum(axis=1))
        elements = np.broadcast_to(rows, missing.shape)[missing]
        begun = np.int32(tree.in_force_from.toordinal())
        return Cells(elements, places, np.maximum(frame.programmes.starts, begun)[places])
    found = records(frame, tree, day)
    mine = is_waiting(frame, found, kind, person, returned) & columns[found.columns]
    rows = found.rows[mine]
    elements, places = found.elements[mine], found.columns[mine]
    since = _since(frame, tree, kind, rows, elements, returned)
    return Cells(elements, places, since).chosen(np.lexsort((elements, places)))


def _since(frame, tree, kind, rows, elements, returned):
    """Return from which day on each record has waited, as ordinals."""
    ledger = frame.ledger
    if kind == "needs_review":
        return tree.material_from[elements].astype(np.int64)
    if kind == "stale":
        return matrix.stale_from(ledger.judged[rows], frame.thresholds.fresh_months)
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

    Of not assessed: all cells; of reworded: the records of elements that have ever changed
    materially; of unconfirmed: the claims of others; proposed and returned ones are of
    nothing.
    """
    if kind == "not_assessed":
        active = frame.programmes.active(day) & frame.programmes.exists
        return int(tree.alignable.sum()) * int((active & columns).sum())
    if kind in ("returned", "proposed"):
        return None
    found = records(frame, tree, day)
    counted = columns[found.columns]
    if kind == "needs_review":
        counted = counted & (tree.material_from[found.elements] != ALWAYS)
    elif kind == "unconfirmed":
        counted = counted & found.claims & (frame.ledger.author[found.rows] != person)
    return int(counted.sum())


@dataclass(frozen=True)
class Rereading:
    """How far the records of reworded elements have been read again, by department.

    group: index into the frame's departments, -1 for none. records: how many there are,
    done: how many of them are judged on the new wording; proposed: empty cells of split
    or merged elements that wait besides.
    """

    group: int
    records: int
    done: int
    proposed: int


def rereading(frame: Frame, tree: Tree, day: datetime.date) -> list[Rereading]:
    """Return the progress of every department that has, or had, something to re-read."""
    found = records(frame, tree, day)
    of = frame.programmes.department
    concerned = tree.material_from[found.elements] != ALWAYS
    size = len(frame.programmes.departments) + 1
    # One more than the index, so that -1 counts too.
    asked, left, waits = (
        np.bincount(of[columns] + 1, minlength=size)
        for columns in (
            found.columns[concerned],
            found.columns[found.reworded],
            proposed(frame, tree, day).nonzero()[1],
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
    found = records(frame, tree, day)
    asked = columns[found.columns]
    missing = missing_by_programme(frame, tree, day)
    numbers = {
        kind: int((is_waiting(frame, found, kind, person, returned) & asked).sum())
        for kind in KINDS
        if kind not in _EMPTY
    }
    numbers["not_assessed"] = int(missing[columns].sum())
    numbers["proposed"] = int(proposed(frame, tree, day)[:, columns].sum())
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
    found = records(frame, tree, day)
    waits = np.zeros(len(found.rows), bool)
    for kind in set(KINDS) - {*_EMPTY}:
        waits |= is_waiting(frame, found, kind, person, returned)
    missing = missing_by_programme(frame, tree, day)
    return int(missing[columns].sum()) + int((waits & columns[found.columns]).sum())
