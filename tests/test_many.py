"""Pages of many programmes and ledger rows: no more queries than promised.

In the long run they are 5,000 and 50,000.
"""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from strategy_app.importers import generated
from strategy_app.models import Alignment, Programme
from tests.lengths import runs

MOST_QUERIES = 12
PROGRAMMES = runs("programmes on pages whose queries are counted")
SIZE = {100: "small", 5_000: "medium"}[PROGRAMMES]


def test_pages_of_many_programmes(client, dai):
    generated.generate(SIZE, seed=1)
    assert Programme.objects.count() == PROGRAMMES
    assert Alignment.objects.count() > 10 * PROGRAMMES
    code = Programme.objects.order_by("code")[PROGRAMMES // 2].code
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
