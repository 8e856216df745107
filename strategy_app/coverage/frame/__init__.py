"""The columns of the ledger, the programmes and the strategies, one copy per process.

Each use asks the newest change id. Unchanged: nothing to do. Changed: only the ledger
rows opened, closed or confirmed since are read, which is enough because nothing is ever
overwritten; programmes and strategies are read again only when a change touched them.
"""

import threading

from strategy_app.coverage.frame import load
from strategy_app.coverage.frame.columns import (
    ALWAYS,
    NEVER,
    OPEN,
    Frame,
    Group,
    Ledger,
    Programmes,
    Target,
    Thresholds,
    Tree,
)
from strategy_app.models import Change
from strategy_app.models.change import current_change

__all__ = [
    "ALWAYS", "NEVER", "OPEN", "Frame", "Group", "Ledger", "Programmes", "Target",
    "Thresholds", "Tree", "as_known_at", "current", "forget",
]  # fmt: skip

# How many older changes are kept that somebody looks back to.
_KEPT = 4

_cached: Frame | None = None
_older: dict[tuple[int, int], Frame] = {}
_lock = threading.Lock()


def current() -> Frame:
    """Return the frame of the newest change.

    Take it once per request, so that all numbers of a page are of one change.
    """
    global _cached
    if current_change() is not None:
        # What an open change has written may yet be rolled back: never shared.
        return _load_settled(None)
    with _lock:
        _cached = _load_settled(_cached)
        return _cached


def as_known_at(number: int) -> Frame | None:
    """Return what was known at a change, None where there is no such change.

    Numbers that were printed with this change can be had again: dates of programmes,
    targets and revisions are as they were on record then.
    """
    newest = current()
    if number == newest.change:
        return newest
    key = (newest.change, number)
    if key not in _older:
        change = Change.objects.filter(pk=number, pk__lte=newest.change).first()
        if change is None:
            return None
        while len(_older) >= _KEPT:
            _older.pop(next(iter(_older)), None)
        _older[key] = load.as_known_at(newest, change)
    return _older[key]


def forget() -> None:
    """Drop the process's copy; the next use loads afresh."""
    global _cached
    with _lock:
        _cached = None
        _older.clear()


def _load_settled(known):
    """Load until no change has come in between, so that all columns are of one change."""
    while True:
        since = Change.objects.filter(id__gte=known.change if known else 0)
        newest = Change.objects.order_by("-id").values("id", "at").first()
        number, at = (newest["id"], newest["at"]) if newest else (0, None)
        if known is not None and known.change == number and known.changed_at == at:
            return known
        if known is not None and not (
            number > known.change
            and since.filter(id=known.change, at=known.changed_at).exists()
        ):
            known = None  # another history than the one we know: a restored backup
        known = load.load(number, at) if known is None else load.update(known, number, at)
