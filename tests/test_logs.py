"""The log: JSON lines, one a request, that outsiders cannot write into or learn from."""

import io
import json
import logging

import pytest
from django.urls import path
from structlog.stdlib import ProcessorFormatter

from tests import factories


@pytest.fixture
def log():
    """Return a function that returns the lines logged so far, parsed."""
    [handler] = [
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler.formatter, ProcessorFormatter)
    ]
    written = io.StringIO()
    before = handler.setStream(written)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    handler.setStream(before)


def failing(request):
    raise RuntimeError("the reason")


urlpatterns = [path("fails", failing)]


def test_request_is_one_line(client, ben, log):
    client.force_login(ben)

    client.get("/accounts/password/change/?a=1")

    [line] = log()
    assert line["event"] == "request_finished"
    assert line["request"] == "GET /accounts/password/change/"
    assert (line["code"], line["user_id"], line["ip"]) == (200, ben.pk, "127.0.0.1")
    assert len(line["request_id"]) == 36
    assert line["timestamp"].endswith("Z")
    assert line["level"] == "info"


def test_each_request_has_an_id_of_its_own(client, db, log):
    client.get("/accounts/login/")
    client.get("/accounts/login/", headers={"x-request-id": "chosen-by-the-client"})

    ids = {line["request_id"] for line in log()}
    assert len(ids) == 2
    assert "chosen-by-the-client" not in ids


def test_refusal_is_one_line(client, db, log):
    client.get("/no-such-page/")

    [line] = log()
    assert (line["code"], line["level"], line["user_id"]) == (404, "warning", None)


def test_failure_is_one_line_with_its_traceback(client, db, log, settings):
    settings.ROOT_URLCONF = "tests.test_logs"
    client.raise_request_exception = False

    client.get("/fails")

    [line] = log()
    assert (line["event"], line["code"], line["level"]) == ("request_failed", 500, "error")
    assert "RuntimeError: the reason" in line["exception"]
    assert line["request_id"]


def test_probes_leave_no_lines(client, db, log):
    client.get("/healthz")
    client.get("/readyz")

    assert log() == []


def test_line_breaks_cannot_forge_a_line(client, db, log):
    client.get('/x%0D%0A{"event": "forged"}%E2%80%A8%C2%85')

    [line] = log()
    assert line["event"] == "request_finished"
    assert line["request"] == "GET /x%0D%0A%7B%22event%22:%20%22forged%22%7D%E2%80%A8%C2%85"


def test_claimed_address_is_not_believed(client, db, log):
    client.get("/accounts/login/", headers={"x-forwarded-for": "203.0.113.9"})

    assert log()[0]["ip"] == "127.0.0.1"


def test_no_secret_is_logged(client, ben, log):
    client.post("/accounts/login/", {"login": "ben", "password": "s3cret-wrong"})
    client.post("/accounts/login/", {"login": "ben", "password": factories.PASSWORD})
    client.get("/accounts/oidc/sso/login/callback/?code=s3cret-code&state=s3cret-state")
    client.get("/accounts/password/reset/key/1-s3cret-key/")
    client.get("/api/v1/programmes/", headers={"authorization": "Token s3cret-token"})

    lines = log()
    assert [line["request"] for line in lines] == [
        "POST /accounts/login/",
        "POST /accounts/login/",
        "GET /accounts/oidc/sso/login/callback/",
        "GET /accounts/password/reset/key/1-***/",
        "GET /api/v1/programmes/",
    ]
    text = json.dumps(lines)
    for secret in ["s3cret", factories.PASSWORD, client.cookies["sessionid"].value]:
        assert secret not in text
