"""The description of the API: valid, complete, shown offline, and kept to."""

import re

import pytest
import schemathesis
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.wsgi import application
from strategy_app.models import Alignment
from strategy_app.services import people
from tests import factories

OPERATIONS = {
    "/api/v1/": {"get"},
    "/api/v1/strategies/": {"get"},
    "/api/v1/strategies/{code}/": {"get"},
    "/api/v1/strategies/{code}/revisions/": {"get"},
    "/api/v1/strategies/{code}/revisions/{day}/": {"get"},
    "/api/v1/strategies/{code}/diff/": {"get"},
    "/api/v1/strategies/{code}/correspondences/": {"get"},
    "/api/v1/elements/": {"get"},
    "/api/v1/programmes/": {"get"},
    "/api/v1/programmes/{code}/": {"get"},
    "/api/v1/alignments/": {"get", "post"},
    "/api/v1/alignments/{id}/": {"get"},
    "/api/v1/alignments/{id}/withdraw/": {"post"},
    "/api/v1/alignments/{id}/confirm/": {"post"},
    "/api/v1/alignments/{id}/reaffirm/": {"post"},
    "/api/v1/alignments/{id}/return/": {"post"},
    "/api/v1/changes/": {"get"},
    "/api/v1/changes/{id}/": {"get"},
    "/api/v1/coverage/": {"get"},
    "/api/v1/coverage/matrix/": {"get"},
    "/api/v1/coverage/gaps/": {"get"},
    "/api/v1/coverage/timeline/": {"get"},
    "/api/v1/coverage/compare/": {"get"},
}


@pytest.fixture
def one_transaction():
    """Keep the test's connection between requests, as Django's own client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def content(one_transaction, strategy, programme, aiko):
    """One row of everything; return what an address may name."""
    factories.make_budget(programme, 2026, 100)
    row = factories.align(programme, "A.1", by=aiko)
    return {"id": row.pk}


@pytest.fixture
def key(dai):
    _token, key = people.create_token(user=dai, name="fuzz", by=dai, is_read_only=False)
    return key


def test_the_schema_is_valid_and_gives_no_warning(tmp_path):
    call_command(
        "spectacular", "--validate", "--fail-on-warn", "--file", tmp_path / "schema.yaml"
    )
    assert (tmp_path / "schema.yaml").read_text().startswith("openapi: 3.1.0")


def test_the_schema_describes_every_operation_and_its_answers(api):
    schema = api.get("/api/schema/?format=json").json()
    assert {path: set(item) for path, item in schema["paths"].items()} == OPERATIONS
    post = schema["paths"]["/api/v1/alignments/"]["post"]
    assert {"200", "201", "400", "401", "403", "409"} <= set(post["responses"])
    conflict = post["responses"]["409"]["content"]["application/json"]["schema"]
    assert conflict == {"$ref": "#/components/schemas/Conflict"}
    coverage = schema["paths"]["/api/v1/coverage/"]["get"]
    named = {row["name"] for row in coverage["parameters"] if row["in"] == "query"}
    assert named == {
        "strategy", "day", "category", "department", "country", "status", "level",
        "rollup", "basis", "layer", "known_at", "q",
    }  # fmt: skip
    assert {"200", "304", "400", "401"} <= set(coverage["responses"])


def test_the_documentation_needs_nothing_that_the_policy_forbids(api):
    answer = api.get("/api/docs/")
    html = answer.content.decode()
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert {"script-src 'self'", "style-src 'self'"} <= set(policy)
    assert "<style" not in html
    assert " style=" not in html
    assert re.findall(r"<script(?![^>]* src=)", html) == []
    assert re.findall(r'(?:src|href)="(?!/)', html) == []
    assets = re.findall(r'(?:src|href)="/static/([^"]+)"', html)
    assert len(assets) == 4
    assert [asset for asset in assets if finders.find(asset) is None] == []

    script = api.get(re.search(r'src="(/api/docs/[^"]+)"', html)[1])
    assert script.headers["Content-Type"] == "application/javascript"
    assert 'url: "/api/schema/"' in script.content.decode()


def test_the_documentation_is_for_people_with_an_account(client):
    answer = client.get("/api/docs/")
    assert answer.status_code == 401
    assert "swagger" not in answer.content.decode().lower()


def fuzz(key, path, method, *, mode, examples, path_parameters=None):
    """Send generated requests; every answer has to be as the schema says, and no 5xx."""
    # The test client of WSGI does not unpack what is sent compressed.
    headers = {"Authorization": f"Token {key}", "Accept-Encoding": "identity"}
    schema = schemathesis.openapi.from_wsgi(
        "/api/schema/?format=json", application, headers=headers
    )
    operation = schema[path][method]
    sent = []

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=operation.as_strategy(generation_mode=mode, path_parameters=path_parameters)
    )
    def send(case):
        answer = case.call(headers=headers)
        case.validate_response(
            answer,
            checks=[
                not_a_server_error,
                status_code_conformance,
                content_type_conformance,
                response_headers_conformance,
                response_schema_conformance,
            ],
        )
        sent.append(answer.status_code)

    send()
    return set(sent)


@pytest.mark.parametrize(
    "path", [path for path, methods in OPERATIONS.items() if "get" in methods]
)
def test_every_answer_is_as_described(content, key, path):
    real = {"{code}": {"code": "PRG-1"}, "{id}": content}
    if "strategies" in path:
        real["{code}"] = {"code": "STR"}
    if "{day}" in path:
        real["{code}"]["day"] = "2017-08-01"
    if "changes" in path:
        real["{id}"] = {"id": Alignment.objects.get().opened_in_id}
    named = next((row for part, row in real.items() if part in path), None)
    mode = GenerationMode.POSITIVE
    found = fuzz(key, path, "GET", mode=mode, examples=20, path_parameters=named)
    assert 200 in found
    assert found <= {200, 304, 400, 404}
    if named:
        # Rows that are most likely not there.
        assert fuzz(key, path, "GET", mode=mode, examples=10) <= {200, 400, 404}


@pytest.mark.parametrize(
    ("path", "mode"),
    [
        ("/api/v1/alignments/", GenerationMode.POSITIVE),
        ("/api/v1/alignments/", GenerationMode.NEGATIVE),
        ("/api/v1/alignments/{id}/withdraw/", GenerationMode.POSITIVE),
        ("/api/v1/alignments/{id}/withdraw/", GenerationMode.NEGATIVE),
        ("/api/v1/alignments/{id}/confirm/", GenerationMode.POSITIVE),
        ("/api/v1/alignments/{id}/return/", GenerationMode.POSITIVE),
        ("/api/v1/alignments/{id}/return/", GenerationMode.NEGATIVE),
        ("/api/v1/alignments/{id}/reaffirm/", GenerationMode.POSITIVE),
    ],
)
def test_whatever_is_posted_is_answered_as_described(content, key, path, mode):
    fixed = content if "{id}" in path else None
    found = fuzz(key, path, "POST", mode=mode, examples=12, path_parameters=fixed)
    assert found <= {200, 201, 400, 404, 405, 409, 415}
