"""Pages of 5,000 programmes and 50,000 ledger rows: no more queries than promised."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from strategy_app.importers import generated
from strategy_app.models import Alignment, Programme

MOST_QUERIES = 12


def test_pages_of_five_thousand_programmes(client, dai):
    generated.generate("medium", seed=1)
    assert Programme.objects.count() == 5_000
    assert Alignment.objects.count() > 50_000
    code = Programme.objects.order_by("code")[2_500].code
    client.force_login(dai)
    costs = {}
    queue = "/tagging/queue/"
    for path in [
        "/", "/matrix/", "/gaps/", "/programmes/", f"/programmes/{code}/", "/review/",
        "/strategy/GEN/", "/strategy/GEN/compare/",
        queue, f"{queue}?order=element", f"{queue}?kind=unconfirmed", f"{queue}?kind=stale",
    ]:  # fmt: skip
        assert client.get(path).status_code == 200
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(path)
        costs[path] = len(queries)
    assert {path: cost for path, cost in costs.items() if cost > MOST_QUERIES} == {}
