"""The columns of the ledger, the programmes and the strategies, one copy per process.

Each use asks the newest change id. Unchanged: nothing to do. Changed: only the ledger
rows opened, closed or confirmed since are read, which is enough because nothing is ever
overwritten; programmes and strategies are read again only when a change touched them.
"""

import threading

from strategy_app.coverage.frame import load
from strategy_app.coverage.frame.columns import (
    ALWAYS,
    ANSWERS,
    NEVER,
    NO_BUDGET,
    OPEN,
    Frame,
    Group,
    Ledger,
    Programmes,
    Target,
    Thresholds,
    Tree,
)
from strategy_app.coverage.frame.few import of_rows
from strategy_app.coverage.frame.load import known_rows
from strategy_app.models import Change
from strategy_app.models.change import current_change

__all__ = [
    "ALWAYS", "ANSWERS", "NEVER", "NO_BUDGET", "OPEN", "Frame", "Group", "Ledger",
    "Programmes", "Target", "Thresholds", "Tree", "as_known_at", "current", "forget",
    "known_rows", "of_rows",
]  # fmt: skip

# How many older changes are kept that somebody looks back to.
_KEPT = 4

# The id and the time of the change before the first one.
_NOTHING_YET = (0, None)

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
        before, _cached = _cached, _load_settled(_cached)
        if before is not _cached:
            ANSWERS.clear()
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
    with _lock:
        # Those seen from a change that is past are never asked for again.
        for old in [old for old in _older if old[0] != newest.change]:
            del _older[old]
        found = _older.get(key)
    if found is None:
        change = Change.objects.filter(pk=number, pk__lte=newest.change).first()
        if change is None:
            return None
        found = load.as_known_at(newest, change)
        with _lock:
            while len(_older) >= _KEPT:
                del _older[next(iter(_older))]
            _older[key] = found
    return found


def forget() -> None:
    """Drop the process's copy; the next use loads afresh."""
    global _cached
    with _lock:
        _cached = None
        _older.clear()
        ANSWERS.clear()


def _load_settled(known):
    """Load until no change has come in between, so that all columns are of one change."""
    while True:
        if known is None:
            newest = Change.objects.order_by("-id").values_list("id", "at").first()
            known = load.load(*(newest or _NOTHING_YET))
        before, *later = _changes_from(known.change)
        if before != (known.change, known.changed_at):
            known = None  # another history than the one we know: a restored backup
        elif not later:
            return known
        else:
            known = load.update(known, later)


def _changes_from(number):
    """Return this change as (id, at), and all later ones as (id, at, action)."""
    found = list(
        Change.objects.filter(id__gte=number)
        .order_by("id")
        .values_list("id", "at", "action")
    )
    if number == 0:
        return [_NOTHING_YET, *found]
    return [found[0][:2], *found[1:]] if found else [None]
