"""Measure a strategy's life in the database in DATABASE_URL; print JSON by step and page.

Drafts of the largest strategy are started, reworded, looked at, rehearsed, published and
read, one after the other. What is published stays in the database.
"""

import datetime
import json
import os
import random

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["DEBUG"] = "true"  # static files need not be collected
django.setup()

from django.db.models import Count, Max
from django.test import Client

from strategy_app.coverage import frame, rehearsal
from strategy_app.importers.generated import reword
from strategy_app.models import Alignment, Strategy, User
from strategy_app.models.dates import today
from strategy_app.queries import strategy as strategy_queries
from strategy_app.services import people
from strategy_app.services import strategy as strategy_services
from tests.benchmarks.pages import once, summary

LIVES, READINGS = 5, 5


def main():
    by = User.objects.filter(username="bench-admin").first() or people.create_person(
        username="bench-admin", by=None, role="admin"
    )
    client = Client(headers={"Host": "localhost"})
    client.force_login(by)
    strategy = Strategy.objects.annotate(size=Count("elements")).latest("size")
    ask(client, f"/?strategy={strategy.code}")  # loads the columns
    taken = {}
    for name, cost in lives(client, strategy, by):
        taken.setdefault(name, []).append(cost)
    print(json.dumps({name: summary(costs) for name, costs in taken.items()}))


def lives(client, strategy, by):
    """Yield (step or page, what it cost): each the first time that it is asked for."""
    pick = random.Random(1)  # noqa: S311
    address, scope = f"/strategy/{strategy.code}", f"?strategy={strategy.code}"
    for number in reversed(range(LIVES)):
        day = today() - datetime.timedelta(days=number)

        def start():
            strategy_services.create_draft(strategy=strategy, by=by, name_en="Measured")

        yield "start a draft", once(start)
        draft = strategy_queries.draft_of(strategy.pk)
        reword(pick, draft, by=by)
        element = strategy_queries.wordings(draft)[0].element.code
        for name, path in {
            "workshop": f"{address}/draft/",
            "workshop, an element": f"{address}/draft/{element}/",
            "diff, draft": f"{address}/compare/",
        }.items():
            yield from of_page(client, name, path)
        yield "rehearsal", once(lambda draft=draft, day=day: rehearse(strategy, draft, day))
        yield from of_page(client, "rehearsal page", f"{address}/draft/publish/")

        ledger = fingerprint()
        yield "publish", once(lambda draft=draft, day=day: publish(draft, day, by))
        assert fingerprint() == ledger, "publishing wrote to the ledger"
        for name, path in {
            "overview after it": f"/{scope}",
            "my work after it": f"/review/{scope}",
        }.items():
            yield name, once(lambda path=path: ask(client, path))
        first = strategy_queries.published_revisions(strategy.pk).last().in_force_from
        for name, path in {
            "my work, progress": f"/review/{scope}",
            "text in force": f"{address}/",
            "text as published": f"{address}/revisions/{day}/",
            "diff, first and newest": f"{address}/compare/?from={first}&to={day}",
        }.items():
            yield from of_page(client, name, path)


def of_page(client, name, path):
    for _reading in range(READINGS):
        yield name, once(lambda: ask(client, path))


def ask(client, path):
    assert client.get(path).status_code == 200, path


def rehearse(strategy, draft, day):
    """Compute what the draft would change, as its page does."""
    rehearsal.rehearse(
        frame.current(),
        strategy.code,
        strategy_queries.rows_of_tree(draft),
        day,
        origins=list(draft.origins.values_list("element_id", "origin_id")),
    )


def publish(draft, day, by):
    strategy_services.publish(
        revision=draft, in_force_from=day, by=by, despite_warnings=True
    )


def fingerprint():
    """Return what any row that is written to the ledger would alter."""
    newest = [Max(name) for name in ("id", "opened_in", "closed_in", "confirmed_in")]
    return Alignment.objects.aggregate(Count("id"), Count("closed_in"), *newest)


if __name__ == "__main__":
    main()
