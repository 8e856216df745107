"""Measure the pages of the database in DATABASE_URL; print JSON by page."""

import json
import os
import statistics
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["DEBUG"] = "true"  # static files need not be collected
django.setup()

from django.db import connection, reset_queries
from django.test import Client

from strategy_app.models import Programme, User
from strategy_app.services import people

ROUNDS = 40


def main():
    reader = User.objects.filter(username="bench").first() or people.create_person(
        username="bench", by=None, role="manager"
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
    }
    print(json.dumps({name: cost(client, path) for name, path in pages.items()}))


def cost(client, path):
    """Return median, 95th percentile and CPU in ms of ``ROUNDS`` requests, and queries."""
    for _warm_up in range(3):
        assert client.get(path).status_code == 200
    reset_queries()
    client.get(path)
    queries = len(connection.queries)
    times, cpu = [], time.process_time()
    for _round in range(ROUNDS):
        began = time.perf_counter()
        client.get(path)
        times.append(1000 * (time.perf_counter() - began))
    return {
        "p50": statistics.median(times),
        "p95": statistics.quantiles(times, n=20)[18],
        "cpu": 1000 * (time.process_time() - cpu) / ROUNDS,
        "queries": queries,
    }


if __name__ == "__main__":
    main()
