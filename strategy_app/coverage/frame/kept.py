"""What was computed from a frame and is kept beside it, to be answered again at once."""

import datetime
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

# Matrices of 40 elements × 100,000 programmes take 4 MB each, an answer 0.1 MB.
_MATRICES, _ANSWERS = 4, 32
# The places of a million ledger rows take 4 MB.
_CELLS = 4
# With more programmes changed than this, making a matrix anew costs no more.
_PATCHED = 2_000


@dataclass
class Kept:
    """Kept results, the oldest given up first.

    turns: ordinals, ascending, between which no ledger row begins or ends (there may be
    more of them). cells: by revision, where each ledger row stands in the flat matrix.
    matrices: levels, or how each ledger row stands (``waiting``), by the first day on
    which they hold, an ordinal, and the question. outdated: matrices of the frame before,
    each with the columns that have changed since. orders: programmes by group. answers: by
    question, each with the last day, an ordinal, that it looks at, None where it may look
    at any.
    """

    turns: np.ndarray | None = None
    cells: dict[int, np.ndarray] = field(default_factory=dict)
    matrices: dict[tuple[int, Hashable], np.ndarray] = field(default_factory=dict)
    outdated: dict[tuple[int, Hashable], tuple[np.ndarray, np.ndarray]] = field(
        default_factory=dict
    )
    orders: dict[str, tuple] = field(default_factory=dict)
    answers: dict[Hashable, tuple[int | None, Any]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def matrix(
        self, first: int, question: Hashable, compute: Callable[[], np.ndarray]
    ) -> np.ndarray:
        """Return the matrix that holds from a day on, computed if not kept; read-only."""
        key = (first, question)
        found = self.matrices.get(key)
        if found is None:
            found = compute()
            found.flags.writeable = False
        self._keep(self.matrices, key, found, _MATRICES)
        with self.lock:
            self.outdated.pop(key, None)
        return found

    def answer(
        self, key: Hashable, compute: Callable[[], Any], day: datetime.date | None = None
    ) -> Any:
        """Return the answer to a question, computed where it is not kept.

        day: the last one that the answer looks at, None where it may look at any.
        """
        until = day and day.toordinal()
        _until, found = self.answers.get(key) or (until, compute())
        self._keep(self.answers, key, (until, found), _ANSWERS)
        return found

    def place(self, revision: int, cells: np.ndarray) -> None:
        """Keep where the ledger's rows stand in the flat matrix of a revision."""
        self._keep(self.cells, revision, cells, _CELLS)

    def _keep(self, store, key, value, most):
        with self.lock:
            store.pop(key, None)
            store[key] = value
            while len(store) > most:
                del store[next(iter(store))]

    def after(self, since: int, columns: np.ndarray, turns: np.ndarray) -> "Kept":
        """Return what still holds after a change of the ledger alone.

        since: ordinal of the first day on which something may be otherwise: what was
        computed of the days before stays. columns: of the programmes with rows touched,
        int32, distinct. turns: the days on which these rows begin or end.

        What does not stay is handed over: a request that is still at the frame before
        computes anew what it asks for again, and requests that are done, but not yet
        collected as garbage, hold no matrices.
        """
        later = Kept(orders=self.orders, cells=dict(self.cells))
        if self.turns is not None:
            later.turns = np.union1d(self.turns, turns)
        with self.lock:
            later.matrices = {
                key: levels for key, levels in self.matrices.items() if key[0] < since
            }
            later.answers = {
                key: (until, found)
                for key, (until, found) in self.answers.items()
                if until is not None and until < since
            }
            later.outdated = self._outdated_by(since, columns)
            for store in (self.matrices, self.outdated, self.answers):
                store.clear()
        return later

    def _outdated_by(self, since, columns):
        """Return the matrices of which some columns have changed, and which those are."""
        none = columns[:0]
        known = [
            (key, levels, none, True)
            for key, levels in self.matrices.items()
            if key[0] >= since
        ]
        known += [
            (key, levels, earlier, key[0] >= since)
            for key, (levels, earlier) in self.outdated.items()
            if key not in self.matrices
        ]
        found = {
            key: (levels, np.union1d(earlier, columns) if is_reached else earlier)
            for key, levels, earlier, is_reached in known[:_MATRICES]
        }
        return {key: pair for key, pair in found.items() if len(pair[1]) <= _PATCHED}


def with_room(size: int, dtype: np.typing.DTypeLike) -> np.ndarray:
    """Return an empty column to which ``size`` values, and a few more, can be appended."""
    return np.empty(size + size // 50 + 1_000, dtype)[:0]


def appended(column: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Return a column with values added, in room behind it where there is some.

    What an earlier frame sees of the same memory ends before. Only the newest frame is
    ever carried on, so nobody else writes there.
    """
    if not len(new):
        return column
    size, room = len(column) + len(new), column.base
    if room is None or len(room) < size:
        room = with_room(size, column.dtype).base
        room[: len(column)] = column
    room[len(column) : size] = new
    return room[:size]
