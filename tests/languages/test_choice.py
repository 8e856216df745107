"""Which language: as somebody chose it, on their account, by cookie, in the browser."""

import pytest
from django.conf import settings as site
from django.urls import reverse

from strategy_app.models import Change
from tests import factories
from tests.languages.reading import language_of, read


def test_the_account_comes_first_then_the_cookie_then_the_browser(client, db):
    client.force_login(factories.make_person("en", language="en"))
    client.cookies[site.LANGUAGE_COOKIE_NAME] = "ja"
    assert language_of(read(client, "/", "ja")) == ("en", "en")
    client.force_login(factories.make_person("none"))
    assert language_of(read(client, "/", "en")) == ("ja", "ja")
    del client.cookies[site.LANGUAGE_COOKIE_NAME]
    client.force_login(factories.make_person("also-none"))
    assert language_of(read(client, "/", "en")) == ("en", "en")
    assert language_of(read(client, "/", "ja,en;q=0.5")) == ("ja", "ja")


@pytest.mark.parametrize("asked", ["", "fr", "*", "ja-XX-??", "x" * 1000])
def test_a_browser_that_asks_for_neither_gets_one_of_them(client, db, asked):
    page = read(client, reverse("account_login"), asked)
    assert language_of(page) in {("en", "en"), ("ja", "ja")}


def test_caches_keep_the_languages_apart(client, db):
    page = read(client, reverse("account_login"))
    assert {"Accept-Language", "Cookie"} <= {
        name.strip() for name in page.headers["Vary"].split(",")
    }


def test_a_stranger_chooses_by_cookie(client, db):
    sign_in = reverse("account_login")
    answer = client.post(reverse("set-language"), {"language": "ja", "next": sign_in})
    assert (answer.status_code, answer.url) == (302, sign_in)
    cookie = answer.cookies[site.LANGUAGE_COOKIE_NAME]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("ja", True, "Lax")
    assert language_of(read(client, sign_in, "en")) == ("ja", "ja")
    client.post(reverse("set-language"), {"language": "en", "next": sign_in})
    assert language_of(read(client, sign_in, "ja")) == ("en", "en")


def test_a_choice_stays_with_the_account(client, ben, world):
    client.force_login(ben)
    path = "/matrix/?day=2026-03-31"
    answer = client.post(reverse("set-language"), {"language": "ja", "next": path})
    assert answer.url == path
    ben.refresh_from_db()
    assert ben.language == "ja"
    client.cookies.clear()
    client.force_login(ben)
    assert language_of(read(client, path, "en")) == ("ja", "ja")


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "\\\\evil.example", "javascript:alert(1)",
     "https:evil.example", "/\\evil.example", ""],
)  # fmt: skip
def test_choosing_leads_nowhere_else(client, db, target):
    answer = client.post(reverse("set-language"), {"language": "ja", "next": target})
    assert (answer.status_code, answer.url) == (302, "/")


@pytest.mark.parametrize("code", ["", "fr", "JA", "ja-JP", "en\n", "../ja"])
def test_a_language_that_there_is_not_changes_nothing(client, ben, code):
    client.force_login(ben)
    answer = client.post(reverse("set-language"), {"language": code, "next": "/"})
    assert answer.status_code == 404
    assert site.LANGUAGE_COOKIE_NAME not in answer.cookies
    ben.refresh_from_db()
    assert ben.language == ""
    assert not Change.objects.filter(by=ben).exists()


def test_each_page_offers_the_other_language_by_its_own_name(client, ben, world):
    client.force_login(ben)
    for language, other, name in [("ja", "en", "English"), ("en", "ja", "日本語")]:
        page = read(client, "/matrix/?day=2026-03-31", language).content.decode()
        assert f'name="language" value="{other}" lang="{other}"' in page
        assert f">{name}</button>" in page
        assert 'name="next" value="/matrix/?day=2026-03-31"' in page
