"""Writers in a process of their own, for ``test_concurrency.py``; prints what became of it.

    python -m tests.services.concurrent_writers prepare
    python -m tests.services.concurrent_writers write NAME (guarded|unguarded) THREADS EDITS
    python -m tests.services.concurrent_writers report

They run on the product's own settings, on the database in DATABASE_URL.
"""

import json
import os
import sys
import threading

import django
from django.core.management import call_command

CELLS = [f"C{number}" for number in range(20)]


def prepare():
    """Migrate, and make one programme and a strategy of twenty elements."""
    from tests import factories

    call_command("migrate", verbosity=0)
    factories.make_strategy(elements=CELLS)
    factories.make_programme()
    factories.make_person("dai", role="manager")


def write(name, mode, threads, edits):
    """Let so many threads edit the same cells so many times at once; print each edit."""
    from strategy_app.services.ledger.asked import Asked

    if mode == "unguarded":
        # The twin: whatever is in force is replaced, whoever saw what.
        Asked.row_seen = lambda asked, facts: facts.current(asked)
    gate = threading.Barrier(int(threads))
    outcomes = []
    writers = [
        threading.Thread(
            target=one_writer, args=(f"{name}-{number}", gate, int(edits), outcomes)
        )
        for number in range(int(threads))
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    print(json.dumps(outcomes))  # noqa: T201


def one_writer(name, gate, edits, outcomes):
    """Look at a cell, judge it, save: many times, over what others do meanwhile."""
    from django.db import connection

    from strategy_app.models import Element, Programme, User
    from strategy_app.services import ledger

    programme, by = Programme.objects.get(), User.objects.get(username="dai")
    elements = [Element.objects.get(code=code) for code in CELLS]
    for number in range(edits):
        element = elements[number % len(elements)]
        seen = open_row(element)
        replaces = seen and seen.pk
        if number == 0:
            gate.wait(30)  # so that all of them have seen the same
        words = f"{name}-{number}"
        try:
            row = ledger.align(
                programme=programme, element=element, level=1, rationale=words,
                evidence=[], replaces=replaces, by=by,
            )  # fmt: skip
            outcomes.append([words, element.code, replaces, row.pk])
        except ledger.Conflict:
            outcomes.append([words, element.code, replaces, "conflict"])
        except Exception as error:
            outcomes.append([words, element.code, replaces, f"error: {error!r}"])
    connection.close()


def open_row(element):
    """Return the row of a cell that is in force."""
    from strategy_app.models import Alignment

    return Alignment.objects.open().filter(element=element).first()


def report():
    """Print every row of the ledger, and how ids and times of changes are ordered."""
    from strategy_app.models import Alignment, Change

    rows = Alignment.objects.order_by("pk").values_list(
        "pk", "rationale", "element__code", "valid_until", "opened_in", "closed_in"
    )
    changes = list(Change.objects.order_by("id").values_list("at", flat=True))
    answer = {"rows": list(rows), "in_order": changes == sorted(changes)}
    print(json.dumps(answer, default=str))  # noqa: T201


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    {"prepare": prepare, "write": write, "report": report}[sys.argv[1]](*sys.argv[2:])
