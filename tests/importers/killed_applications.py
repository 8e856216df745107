"""Apply a table in processes that are killed, for ``test_killed.py``; prints what is left.

    python -m tests.importers.killed_applications ROWS KILLS (guarded|unguarded)

It runs on the product's own settings, on the empty database in DATABASE_URL. Of each table
one half says something else than what is recorded, the other half is not recorded.
"""

import json
import os
import sys

import django
from django.core.management import call_command

from tests import killing

ELEMENTS = 50


def main(rows, kills, mode):
    """Kill one application after the other; print each moment, exit code and remains."""
    from tests import factories

    call_command("migrate", verbosity=0)
    factories.make_strategy(elements=[f"E{number}" for number in range(ELEMENTS)])
    for number in range(rows // ELEMENTS):
        factories.make_programme(f"P-{number}")
    by = factories.make_person("dai", role="manager")

    killing.killed(Table("first", rows, by).apply, "guarded")
    measured = Table("measured", rows, by)
    seconds = killing.seconds_of(measured.apply, "guarded")
    whole = measured.remains()

    table, outcomes = Table("0", rows, by), []
    for number, part in enumerate(killing.parts(kills), 1):
        moment = seconds * part
        code = killing.killed(table.apply, mode, after=moment)
        seconds = killing.needed(seconds, moment, code)
        killing.use(number)
        remains = table.remains()
        outcomes.append([round(moment, 3), code, remains])
        if remains == whole:
            table = Table(str(number), rows, by)
        elif any(remains.values()):
            break  # there is nothing to go on from
    print(json.dumps({"seconds": seconds, "whole": whole, "outcomes": outcomes}))  # noqa: T201


class Table:
    """A table that somebody has looked through; its name stands in all that it writes."""

    def __init__(self, name, rows, by):
        from strategy_app.importers import alignments
        from strategy_app.importers.table import read_table
        from strategy_app.models import Alignment
        from strategy_app.services import ledger
        from tests import factories

        self.words, self.by = f"Table {name}", by
        some = Alignment.objects.open().filter(element__code__regex="[02468]$")
        gone = [ledger.Withdraw(row.programme, row.element, row.pk) for row in some]
        ledger.carry_out(ledger.plan(gone, by=by))
        text = "\n".join(
            f"P-{number // ELEMENTS}\tE{number % ELEMENTS}\t1\t{self.words}"
            f"\t{self.words}\thttps://example.org/report\t2026-03-31"
            for number in range(rows)
        )
        self.kept = factories.make_table(text, by)
        lines = alignments.read_lines(read_table(text), strategy=self.kept.strategy, by=by)
        self.plan = alignments.plan_lines(lines, by=by, seen=self.kept.seen)

    def apply(self, mode):
        """Write it, as its page does."""
        from strategy_app.services import pending_table

        if mode == "unguarded":
            killing.without_transactions()
        pending_table.apply(table=self.kept, plan=self.plan, reason=self.words)

    def remains(self):
        """Return how much of all that it writes is there."""
        from strategy_app.models import Alignment, Change, Evidence, PendingTable

        changes = Change.objects.filter(reason=self.words)
        return {
            "changes": changes.count(),
            "rows": Alignment.objects.filter(rationale=self.words).count(),
            "open": Alignment.objects.open().filter(rationale=self.words).count(),
            "sources": Evidence.objects.filter(title=self.words).count(),
            "closed": Alignment.objects.filter(closed_in__in=changes).count(),
            "applied": PendingTable.objects.filter(applied_in__in=changes).count(),
        }


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
