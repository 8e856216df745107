"""The published revisions of a strategy as a feed."""

import base64
import datetime
from xml.etree import ElementTree

import pytest

from strategy_app.services import people
from strategy_app.services import strategy as services
from tests import factories
from tests.views.reading import links_of

ATOM = "{http://www.w3.org/2005/Atom}"


def entries(answer):
    return ElementTree.fromstring(answer.content).findall(f"{ATOM}entry")  # noqa: S314 -- ours


def test_the_feed_holds_published_revisions_the_newest_first(client, ben, revised):
    services.create_draft(strategy=revised, by=None, name_en="Secret draft")
    client.force_login(ben)
    answer = client.get("/strategy/STR/feed/")
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    found = entries(answer)
    assert [entry.findtext(f"{ATOM}title") for entry in found] == ["Second", "First"]
    summary = found[0].findtext(f"{ATOM}summary")
    assert "1 new, 1 materially reworded, 0 edited, 1 withdrawn." in summary
    assert "<p>Why.</p>" in summary
    address = found[0].find(f"{ATOM}link").get("href")
    assert address == "http://testserver/strategy/STR/revisions/2026-04-01/"
    assert client.get(address).status_code == 200
    assert "/strategy/STR/feed/" in [
        href for href, _label in links_of(client.get("/strategy/STR/"))
    ]


def basic(key, name="ben"):
    return "Basic " + base64.b64encode(f"{name}:{key}".encode()).decode()


@pytest.mark.parametrize(
    "send", [lambda key: f"Token {key}", basic], ids=["token", "basic"]
)
def test_a_feed_reader_sends_a_token(client, ben, revised, send):
    people.set_language(user=ben, language="ja")
    _token, key = factories.make_token(ben)
    answer = client.get("/strategy/STR/feed/", headers={"Authorization": send(key)})
    found = [entry.findtext(f"{ATOM}title") for entry in entries(answer)]
    assert found == ["第2版", "First"]
    assert answer.headers["Content-Language"] == "ja"
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert "Authorization" in answer.headers["Vary"]
    assert not answer.cookies


@pytest.mark.parametrize(
    "authorization",
    ["Token no-such-key", basic("no-such-key"), "Basic ****", "Basic /////w==", "Token "],
)
def test_credentials_that_are_no_token_open_nothing_and_close_nothing(
    client, revised, settings, authorization
):
    sent = {"Authorization": authorization}
    answer = client.get("/strategy/STR/feed/", headers=sent)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    assert b"First" not in answer.content
    settings.PUBLIC_PAGES = True
    assert len(entries(client.get("/strategy/STR/feed/", headers=sent))) == 2


@pytest.mark.parametrize(
    ("accept", "status"), [("text/html", 302), ("application/atom+xml", 401)]
)
def test_caches_tell_refusals_of_the_feed_apart(client, revised, accept, status):
    answer = client.get("/strategy/STR/feed/", headers={"Accept": accept})
    assert answer.status_code == status
    varies = set(answer.headers["Vary"].split(", "))
    assert {"Accept", "Authorization", "Cookie"} <= varies


def test_a_token_opens_the_feed_only_as_long_as_it_is_of_use(client, ben, revised):
    token, key = factories.make_token(ben)
    sent = {"Authorization": f"Token {key}"}
    assert client.get("/strategy/STR/", headers=sent).status_code == 302
    people.revoke_token(token=token, by=ben)
    assert client.get("/strategy/STR/feed/", headers=sent).status_code == 401


def test_the_feed_is_public_only_where_pages_are(client, revised, settings):
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    assert client.get("/strategy/STR/feed/", headers=browser).status_code == 302
    assert client.get("/strategy/STR/feed/").status_code == 401
    settings.PUBLIC_PAGES = True
    assert len(entries(client.get("/strategy/STR/feed/"))) == 2
    japanese = client.get("/strategy/STR/feed/", headers={"Accept-Language": "ja"})
    assert entries(japanese)[0].findtext(f"{ATOM}title") == "第2版"


def test_what_xml_cannot_hold_is_left_out_of_the_feed(client, ben):
    strategy = factories.make_strategy(publish=False)
    draft = factories.draft_of(strategy)
    services.publish(
        revision=draft,
        in_force_from=datetime.date(2020, 1, 1),
        by=None,
        despite_warnings=True,
    )
    services.publish(
        revision=services.create_draft(
            strategy=strategy, by=None, name_en="A \x0b<b>", preface_en="\x01 & <i>"
        ),
        in_force_from=datetime.date(2021, 1, 1),
        by=None,
        despite_warnings=True,
    )
    client.force_login(ben)
    found = entries(client.get("/strategy/STR/feed/"))
    assert found[0].findtext(f"{ATOM}title") == "A <b>"
    assert "&amp; &lt;i&gt;" in found[0].findtext(f"{ATOM}summary")
