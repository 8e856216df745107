"""What was computed from a frame and is kept beside it, to be answered again at once."""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

# Matrices of 40 elements × 100,000 programmes take 4 MB each, an answer 0.1 MB.
_MATRICES, _ANSWERS = 8, 32
# With more programmes changed than this, making a matrix anew costs no more.
_PATCHED = 2_000


@dataclass
class Kept:
    """Kept results, the oldest given up first.

    turns: ordinals, ascending, between which no ledger row begins or ends (there may be
    more of them). cells: by revision, where each ledger row stands in the flat matrix.
    matrices: levels by question. outdated: matrices of the frame before, each with the
    columns that have changed since. orders: programmes by group. answers: by question.
    """

    turns: np.ndarray | None = None
    cells: dict[int, np.ndarray] = field(default_factory=dict)
    matrices: dict[Hashable, np.ndarray] = field(default_factory=dict)
    outdated: dict[Hashable, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    orders: dict[str, tuple] = field(default_factory=dict)
    answers: dict[Hashable, Any] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def matrix(self, key: Hashable, compute: Callable[[], np.ndarray]) -> np.ndarray:
        """Return the matrix of a question, computed where it is not kept; read-only."""
        found = self.matrices.get(key)
        if found is None:
            found = compute()
            found.flags.writeable = False
        self._keep(self.matrices, key, found, _MATRICES)
        self.outdated.pop(key, None)
        return found

    def answer(self, key: Hashable, compute: Callable[[], Any]) -> Any:
        """Return the answer to a question, computed where it is not kept."""
        found = self.answers.get(key)
        if found is None:
            found = compute()
        self._keep(self.answers, key, found, _ANSWERS)
        return found

    def _keep(self, store, key, value, most):
        with self.lock:
            store.pop(key, None)
            store[key] = value
            while len(store) > most:
                del store[next(iter(store))]

    def after(self, columns: np.ndarray, turns: np.ndarray) -> "Kept":
        """Return what still holds after a change of the ledger alone.

        columns: of the programmes with rows touched, int32, distinct. turns: the days on
        which these rows begin or end. It is handed over: a request that is still at the
        frame before computes anew what it asks for again, and requests that are done, but
        not yet collected as garbage, hold no matrices.
        """
        later = Kept(orders=self.orders, cells=dict(self.cells))
        if self.turns is not None:
            later.turns = np.union1d(self.turns, turns)
        with self.lock:
            known = [(key, levels, columns) for key, levels in self.matrices.items()]
            known += [
                (key, levels, np.union1d(earlier, columns))
                for key, (levels, earlier) in self.outdated.items()
                if key not in self.matrices
            ]
            for store in (self.matrices, self.outdated, self.answers):
                store.clear()
        later.outdated = {
            key: (levels, changed)
            for key, levels, changed in known[:_MATRICES]
            if len(changed) <= _PATCHED
        }
        return later


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
