"""Measure the preview and the application of a table of 5,000 rows; print JSON.

    DATABASE_URL=… python -m tests.benchmarks.tables

The database has to hold data (``manage.py generate_data --size medium``); what is applied
stays in it. Requests are answered in this process, from what is sent to the whole page.
"""

import json
import os
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["DEBUG"] = "true"  # static files need not be collected
django.setup()

from django.conf import settings
from django.test import Client
from django.urls import reverse

from strategy_app.importers.columns import header_in
from strategy_app.models import Alignment, PendingTable, Programme, Strategy, User
from strategy_app.models.dates import today
from strategy_app.queries import strategy as strategy_queries
from strategy_app.services import people
from strategy_app.services.ledger import MOST


def main():
    """Send and apply a table, then one that says something else of all its cells."""
    by = User.objects.filter(role="manager").first() or people.create_person(
        username="bench", by=None, role="manager"
    )
    settings.DEBUG = False  # from here on, so that questions to the database are not kept
    client = Client(headers={"host": "localhost"})
    client.force_login(by)
    strategy = max(Strategy.objects.all(), key=lambda one: one.elements.count())
    rows = table(strategy)
    found = {"rows": len(rows) - 1, "updates among them": recorded(strategy, rows)}
    found["preview"], found["apply"] = measured(client, strategy, rows)
    rows = [row.replace("Measured", "Measured again") for row in rows]
    found["preview of updates"], found["apply updates"] = measured(client, strategy, rows)
    print(json.dumps(found))


def measured(client, strategy, rows):
    """Return how many ms preview and application of a table take."""
    sent = {"strategy": strategy.code, "text": "\n".join(rows)}
    preview = milliseconds(lambda: post(client, reverse("paste"), sent))
    newest = PendingTable.objects.latest("id")
    address = reverse("paste-apply", args=[newest.pk])
    applied = milliseconds(lambda: post(client, address, {}))
    newest.refresh_from_db()
    assert newest.applied_in.opened_alignments.count() == len(rows) - 1
    return preview, applied


def table(strategy):
    """Return as many rows as one table may have, all of them to be written."""
    revision = strategy_queries.revision_in_force(strategy.pk, today())
    wordings = [one for one in strategy_queries.wordings(revision) if one.is_alignable]
    codes = sorted(wording.element.code for wording in wordings)
    programmes = [one for one in Programme.objects.order_by("code")
                  if not one.has_ended(today())]  # fmt: skip
    # One after the other, so that some cells are empty and some are not.
    cells = [(programme.code, code) for programme in programmes for code in codes][:MOST]
    source = "Annual report\thttps://example.org/report\t2026-03-31"
    header = "\t".join(list(header_in("en").values())[:7])
    return [header] + [
        f"{programme}\t{code}\t{number % 3}\tMeasured in row {number}.\t{source}"
        for number, (programme, code) in enumerate(cells)
    ]


def recorded(strategy, rows):
    """Return how many of the cells have a row in force already."""
    cells = {tuple(row.split("\t")[:2]) for row in rows[1:]}
    found = (
        Alignment.objects.open()
        .filter(element__strategy=strategy)
        .values_list("programme__code", "element__code")
    )
    return len(cells & set(found))


def post(client, address, sent):
    """Send and follow to the page that it leads to."""
    answer = client.post(address, sent, follow=True)
    assert answer.status_code == 200, answer.content[:2000]


def milliseconds(action):
    begun = time.perf_counter()
    action()
    return round(1000 * (time.perf_counter() - begun))


if __name__ == "__main__":
    main()
