"""What stays in memory when a page has been sent: nothing but what is shared."""

import gc
import weakref

import pytest
from django.test.client import ClientHandler

from strategy_app.coverage import frame
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
def test_an_answer_holds_on_to_no_data_of_coverage(db, client, address):
    """Else each change leaves megabytes behind until the garbage is collected."""
    factories.make_strategy()
    factories.align(factories.make_programme(), "A")
    client.force_login(factories.make_person("chie", role="admin"))
    path, _mark, query = address.partition("?")
    environ = client._base_environ() | {"PATH_INFO": path, "QUERY_STRING": query}
    serve, statuses = ClientHandler(), []

    def ask():  # as the client does, which itself holds on to what it was answered
        answer = serve(dict(environ))
        statuses.append(answer.status_code)

    ask()  # what is kept for good, such as compiled templates, comes with the first
    gc.collect()
    gc.disable()
    try:
        frame.forget()
        kept = weakref.ref(frame.current())
        ask()
        frame.forget()
        assert statuses[0] == statuses[1]
        assert kept() is None
    finally:
        gc.enable()
