"""Who is let in, and what a refusal looks like."""

import datetime

import pytest
import time_machine
from rest_framework.test import APIClient

from strategy_app.models import Alignment, Change
from strategy_app.services import people, reference
from tests import factories
from tests.api.answers import client_of, error

READS = [
    "/api/schema/",
    "/api/docs/",
    "/api/v1/",
    "/api/v1/strategies/",
    "/api/v1/strategies/STR/",
    "/api/v1/strategies/STR/revisions/",
    "/api/v1/strategies/STR/revisions/2017-08-01/",
    "/api/v1/strategies/STR/diff/",
    "/api/v1/strategies/STR/correspondences/",
    "/api/v1/elements/",
    "/api/v1/programmes/",
    "/api/v1/programmes/PRG-1/",
    "/api/v1/alignments/",
    "/api/v1/changes/",
    "/api/v1/coverage/",
    "/api/v1/coverage/matrix/",
    "/api/v1/coverage/gaps/",
]


@pytest.mark.parametrize("address", READS)
def test_reading_asks_for_an_account_unless_pages_are_public(
    address, settings, strategy, programme
):
    refused = APIClient().get(address)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == "Token"
    settings.PUBLIC_PAGES = True
    assert APIClient().get(address).status_code == 200


def test_root_lists_every_address(api):
    root = "http://testserver/api/v1/"
    assert api.get("/api/v1/").json() == {
        "strategies": f"{root}strategies/",
        "elements": f"{root}elements/",
        "programmes": f"{root}programmes/",
        "alignments": f"{root}alignments/",
        "changes": f"{root}changes/",
        "coverage": f"{root}coverage/",
        "matrix": f"{root}coverage/matrix/",
        "gaps": f"{root}coverage/gaps/",
        "timeline": f"{root}coverage/timeline/",
        "compare": f"{root}coverage/compare/",
    }


def test_writing_asks_for_an_account_even_where_pages_are_public(settings, strategy):
    settings.PUBLIC_PAGES = True
    answer = APIClient().post("/api/v1/alignments/", {})
    assert (answer.status_code, answer.json()) == (
        401,
        error("not_authenticated", "Authentication credentials were not provided."),
    )


@pytest.mark.parametrize("header", ["Token", "Token ", "Token wrong", "Token \xe9\xff"])
def test_a_key_that_is_none_is_refused(header, settings, strategy):
    settings.PUBLIC_PAGES = True
    answer = APIClient().get("/api/v1/", HTTP_AUTHORIZATION=header)
    assert (answer.status_code, answer.json()) == (
        401,
        error("authentication_failed", "This token is not valid."),
    )


def test_an_expired_token_is_refused(ben):
    client = client_of(ben)
    assert client.get("/api/v1/").status_code == 200
    with time_machine.travel(datetime.timedelta(days=366), tick=False):
        answer = client.get("/api/v1/")
    assert answer.status_code == 401
    assert answer.json() == error("authentication_failed", "This token is not valid.")


def test_a_revoked_token_is_refused_at_once(ben):
    client = client_of(ben)
    people.revoke_token(token=ben.tokens.get(), by=ben)
    answer = client.get("/api/v1/")
    assert answer.status_code == 401
    assert answer.json() == error("authentication_failed", "This token is not valid.")


def test_an_account_that_was_closed_is_refused_by_token_and_session(ben):
    by_token, by_session = client_of(ben), APIClient()
    by_session.force_login(ben)
    assert by_session.get("/api/v1/").status_code == 200
    ben.is_active = False
    reference.save(ben, by=None)
    assert by_token.get("/api/v1/").status_code == 401
    assert by_session.get("/api/v1/").status_code == 401


def test_a_read_only_token_reads_and_does_not_write(dai, strategy, programme):
    client = client_of(dai, write=False)
    before = Change.objects.count()
    assert client.get("/api/v1/alignments/").json()["count"] == 0
    answer = client.post("/api/v1/alignments/", {})
    assert (answer.status_code, answer.json()) == (
        403,
        error("permission_denied", "This token may only read."),
    )
    assert (Alignment.objects.count(), Change.objects.count()) == (0, before)


def test_a_session_writes_only_with_its_csrf_token(dai, strategy, programme):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(dai)
    body = {
        "strategy": "STR",
        "programme": "PRG-1",
        "element": "A",
        "level": 0,
        "rationale": "Not a purpose.",
        "replaces": None,
    }
    before = Change.objects.count()
    refused = client.post("/api/v1/alignments/", body)
    assert refused.status_code == 403
    assert refused.json()["errors"][0]["code"] == "permission_denied"
    assert (Alignment.objects.count(), Change.objects.count()) == (0, before)

    client.cookies["csrftoken"] = token = "a" * 32
    accepted = client.post("/api/v1/alignments/", body, HTTP_X_CSRFTOKEN=token)
    assert accepted.status_code == 201
    assert Alignment.objects.get().opened_in.by == dai


def test_names_of_people_are_never_shown_to_the_public(
    settings, strategy, programme, dai, api
):
    settings.PUBLIC_PAGES = True
    row = factories.align(programme, "A", by=dai)
    public = APIClient()
    for address, key, name in [
        (f"/api/v1/alignments/{row.pk}/", "recorded_by", "dai"),
        (f"/api/v1/changes/{row.opened_in_id}/", "by", "dai"),
    ]:
        assert api.get(address).json()[key] == name
        assert public.get(address).json()[key] is None
    for address in ("/api/v1/alignments/", "/api/v1/changes/"):
        assert "dai" in api.get(address).content.decode()
        assert "dai" not in public.get(address).content.decode()


def test_changes_of_accounts_are_for_strategy_admins(api, chie):
    number = (
        Change.objects.filter(action=Change.Action.EDIT_PERSON).values("id").first()["id"]
    )
    address = f"/api/v1/changes/{number}/"
    refused = api.get(address)
    assert (refused.status_code, refused.json()) == (404, error("not_found", "Not found."))
    assert api.get("/api/v1/changes/").json()["results"] == []
    admin = client_of(chie)
    assert admin.get(address).json()["action"] == "edit_person"
    assert admin.get("/api/v1/changes/").json()["count"] == Change.objects.count()


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_what_is_not_there_is_said_in_the_api_s_own_shape(api, method):
    answer = getattr(api, method)("/api/v1/nothing/here/")
    assert (answer.status_code, answer.json()) == (404, error("not_found", "Not found."))


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_nothing_is_overwritten_or_deleted(dais, programme, strategy, method):
    row = factories.align(programme, "A")
    before = Change.objects.count()
    for address in (f"/api/v1/alignments/{row.pk}/", "/api/v1/programmes/PRG-1/"):
        assert getattr(dais, method)(address, {}).status_code == 405
    assert (Alignment.objects.get(), Change.objects.count()) == (row, before)


def test_errors_are_in_the_language_asked_for(api, strategy):
    english = api.get("/api/v1/alignments/?page=9")
    japanese = api.get("/api/v1/alignments/?page=9", HTTP_ACCEPT_LANGUAGE="ja")
    assert english.json() == error("not_found", "Invalid page.")
    assert japanese.json() == error("not_found", "不正なページです。")
    assert japanese.headers["Content-Language"] == "ja"
    assert "Accept-Language" in japanese.headers["Vary"]
