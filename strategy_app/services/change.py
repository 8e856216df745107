"""Open a change: the transaction in which anything is written."""

from contextlib import contextmanager

try:
    import fcntl
except ImportError:  # on Windows, where nobody serves from
    fcntl = None

from django.db import connection, transaction
from django.utils import timezone

from strategy_app.models.change import Change, as_current, current_change

# Any number will do, as long as nothing else in this database uses the same.
_TURN = 20_170_801


@contextmanager
def recording(
    action,
    *,
    by,
    source=Change.Source.PAGE,
    reason="",
    illustrative=False,
    reverts=None,
):
    """Run the block in one transaction and one Change; yield the Change.

    Inside an open change the block joins it, so that a batch of services is one change.

    Writers take turns, in the order in which they came: on PostgreSQL by a lock held
    until commit, on SQLite by one on a file beside the database. The clock is read and the
    id drawn after the turn has come, so ids, times and commits are in one order and no
    reader can miss a change.
    """
    outer = current_change()
    if outer is not None:
        with _joined(outer):
            yield outer
        return
    with _in_line(), transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TURN])
        change = Change.objects.create(
            at=timezone.now(),
            by=by,
            action=action,
            source=source,
            reason=reason,
            illustrative=illustrative,
            reverts=reverts,
        )
        change.opened_here = True
        with as_current(change):
            yield change


@contextmanager
def _in_line():
    """Wait on SQLite until it is one's turn to write.

    SQLite lets writers try again and again, and among many somebody is left behind until
    its patience ends ("database is locked"). A lock on a file lets them queue.
    """
    name = str(connection.settings_dict["NAME"])
    waits = connection.vendor == "sqlite" and not connection.in_atomic_block
    if fcntl is None or not waits or connection.is_in_memory_db():
        yield
        return
    with open(f"{name}-turn", "w") as line:  # noqa: PTH123 - a lock, not a file to read
        fcntl.flock(line, fcntl.LOCK_EX)
        yield


@contextmanager
def _joined(change):
    """Keep a block that joined ``change`` from discarding what others have written."""
    opened_here, change.opened_here = change.opened_here, False
    try:
        yield
    finally:
        change.opened_here = opened_here


def discard(change):
    """Leave no trace of a change that turned out to alter nothing.

    Only whoever opened it can; inside another change it has no effect.
    """
    if current_change() is change and change.opened_here:
        transaction.set_rollback(True)
