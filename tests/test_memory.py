"""What stays in memory when a page has been sent: nothing but what is shared."""

import gc
import weakref

import pytest
from django.test.client import ClientHandler

from strategy_app.coverage import frame, matrix
from strategy_app.models.dates import today
from tests import factories

ADDRESSES = [
    "/", "/matrix/", "/gaps/", "/timeline/", "/compare/", "/strategy/STR/",
    "/strategy/STR/A/", "/tagging/", "/review/", "/programmes/", "/definitions/",
    "/api/v1/coverage/", "/api/v1/coverage/matrix/", "/api/v1/coverage/gaps/",
    "/api/v1/coverage/timeline/", "/api/v1/coverage/compare/?with=2020-04-01",
    "/api/v1/programmes/", "/api/v1/elements/", "/api/v1/alignments/",
    "/admin/", "/admin/strategy_app/programme/", "/admin/strategy_app/alignment/",
    # What is refused or not there.
    "/?day=nonsense", "/gaps/?kind=nonsense", "/strategy/STR/NOPE/", "/nowhere/",
    "/api/v1/coverage/?day=nonsense", "/api/v1/coverage/compare/?with=nonsense",
]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_answer_holds_on_to_nothing_large(db, client, address):
    """Else each change leaves megabytes behind until the garbage is collected."""
    factories.make_strategy()
    factories.align(factories.make_programme(), "A")
    client.force_login(factories.make_person("chie", role="admin"))
    path, _mark, query = address.partition("?")
    environ = client._base_environ() | {"PATH_INFO": path, "QUERY_STRING": query}
    serve = ClientHandler()
    gc.disable()
    try:
        levels = weakref.ref(_levels())
        serve(dict(environ))  # as the client does, which itself holds on to the answer
        assert levels() is _levels()
        factories.make_person("newcomer")
        frame.current()
        assert levels() is None
    finally:
        gc.enable()


def _levels():
    """Return the array that pages of today have their numbers from."""
    columns = frame.current()
    return matrix.levels(columns, columns.tree("STR", today()), today(), rollup=True)
