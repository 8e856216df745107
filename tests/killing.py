"""Kill processes that write, at moments spread over the time that writing takes.

For modules that run on a database of their own; see ``start_on_own_database``.
"""

import multiprocessing
import random
import time
from contextlib import nullcontext
from types import SimpleNamespace

from django.db import connection, connections


def killed(action, *arguments, after=None):
    """Act in a process that is killed after so many seconds; return its exit code."""
    connections.close_all()  # none may be shared with the process
    context = multiprocessing.get_context("fork")
    process = context.Process(target=action, args=arguments)
    process.start()
    process.join(after)
    process.kill()
    process.join()
    return process.exitcode


def seconds_of(action, *arguments):
    """Return how long it takes where nobody is killed."""
    begun = time.perf_counter()
    assert killed(action, *arguments) == 0
    return time.perf_counter() - begun


def parts(number):
    """Yield one random part of the time in each of as many equal ones: from 0 up to 1."""
    for part in range(number):
        yield (part + random.random()) / number  # noqa: S311


def needed(seconds, moment, code):
    """Return how long it takes, as far as is known after a kill at that moment.

    Whoever has ended before the kill needs less than was measured, as on a busy machine.
    """
    return min(seconds, moment) if code == 0 else seconds


def without_transactions():
    """Make the twin: no transaction holds together what is written."""
    from strategy_app.services import change

    change.transaction = SimpleNamespace(atomic=nullcontext)


def use(number):
    """Write something, once it is one's turn; a lock left behind would keep it waiting."""
    from tests import factories

    factories.make_department(f"AFTER-{number}")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for check, healthy in [
                ("integrity_check", [("ok",)]),
                ("foreign_key_check", []),
            ]:
                assert cursor.execute(f"PRAGMA {check}").fetchall() == healthy
