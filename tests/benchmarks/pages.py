"""Measure the pages of the database in DATABASE_URL; print JSON by page."""

import json
import os
import statistics
import time
from functools import partial

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["DEBUG"] = "true"  # static files need not be collected
django.setup()

from django.db import connection, reset_queries
from django.test import Client

from strategy_app.coverage import frame, timeline
from strategy_app.coverage.scope import Scope
from strategy_app.models import Programme, Strategy, User
from strategy_app.models.dates import fiscal_year, today
from strategy_app.services import people
from tests.benchmarks import sql
from tests.benchmarks.serving import judgements

ROUNDS = 40


def main():
    reader = User.objects.filter(username="bench-admin").first() or people.create_person(
        username="bench-admin", by=None, role="admin"
    )
    client = Client(headers={"Host": "localhost"})
    client.force_login(reader)
    # The one in the middle, so that no page gets away with the first row.
    codes = Programme.objects.order_by("code").values_list("code", flat=True)
    code = codes[len(codes) // 2]
    pages = {
        "overview": "/",
        "matrix": "/matrix/",
        "gaps": "/gaps/",
        "timeline": "/timeline/",
        "programmes": "/programmes/",
        "programme": f"/programmes/{code}/",
        "my work": "/review/",
        "queue": "/tagging/queue/",
        "queue to confirm": "/tagging/queue/?kind=unconfirmed",
        # The administration's list is what the grid is held against.
        "grid, 50 × 40": "/tagging/?open=all",
        "administration's list": "/admin/strategy_app/alignment/",
    }
    found = {name: cost(client, path) for name, path in pages.items()}
    numbers = {
        name: once_in_sql(questions, found[name]["p50"])
        for name, questions in numbers_of_pages().items()
    }
    found["a save in the grid"] = saving(client)
    print(json.dumps({"pages": found, "numbers of pages": numbers}))


def numbers_of_pages():
    """Return the questions in SQL that give the counts which a page shows.

    Counts alone: what makes a gap of them, budgets and targets would come on top.
    """
    strategy, day = Strategy.objects.order_by("code")[0].code, today()
    columns, scope = frame.current(), Scope(strategy, day)
    this = fiscal_year(day)

    def of_years(first, last):
        days = map(timeline.last_day_of, range(first, last + 1))
        return [partial(sql.by_element, strategy, one) for one in days]

    by_element = partial(sql.by_element, strategy, day)
    by_category = partial(sql.by_group, strategy, day, "category")
    return {
        "overview": [by_element, by_category, *of_years(this - 5, this + 3)],
        "matrix": [by_element, by_category],
        "gaps": [by_element, by_category],
        "timeline": of_years(*timeline.span(columns, scope)),
    }


def once_in_sql(questions, page):
    """Return how many ms all questions take, one by one, and how many pages that is."""
    began = time.perf_counter()
    for ask in questions:
        ask()
    took = 1000 * (time.perf_counter() - began)
    return {"p50": took, "ratio": took / page}


def saving(client):
    """Return what one judgement in the grid costs, with its cell drawn again."""
    given = iter(judgements()[:ROUNDS])

    def save():
        cell = next(given)
        answer = client.post(
            "/tagging/write/",
            {
                "do": "level", "cells": f"{cell['programme']} {cell['element']} 0",
                "strategy": cell["strategy"], "level": 0, "rationale": "Measured.",
            },
            headers={"HX-Request": "true"},
        )  # fmt: skip
        assert answer.status_code == 200, answer.content

    return measured(save)


def cost(client, path):
    """Return what ``ROUNDS`` requests of a page cost, once it is warm."""
    for _warm_up in range(3):
        assert client.get(path).status_code == 200
    return measured(lambda: client.get(path))


def measured(ask):
    """Return what asking ``ROUNDS`` times costs."""
    return summary([once(ask) for _round in range(ROUNDS)])


def once(ask):
    """Return time and CPU in ms, and the number of queries."""
    reset_queries()
    cpu, began = time.process_time(), time.perf_counter()
    ask()
    took, used = time.perf_counter() - began, time.process_time() - cpu
    return 1000 * took, 1000 * used, len(connection.queries)


def summary(taken):
    """Return median, 95th percentile and CPU in ms, and queries of the last time."""
    times, cpu, queries = zip(*taken, strict=True)
    return {
        "p50": statistics.median(times),
        "p95": statistics.quantiles(times, n=20, method="inclusive")[18],
        "cpu": statistics.mean(cpu),
        "queries": queries[-1],
    }


if __name__ == "__main__":
    main()
