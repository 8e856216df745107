"""Headers and cookies, on every kind of answer."""

import json

import pytest
from django.conf import settings as django_settings
from django.test import Client

from tests import factories, production

POLICY = {
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}
HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
    ),
}


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/login/",
        "/healthz",
        "/readyz",
        "/no-such-page/",
        "/api/v1/programmes/",
        "/admin/",
        "/",
    ],
)
def test_headers_of_every_kind_of_answer(db, client, path):
    response = client.get(path)

    assert set(response.headers["Content-Security-Policy"].split("; ")) == POLICY
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS


def test_headers_of_a_refused_host(db):
    response = Client(headers={"host": "elsewhere.example"}).get("/accounts/login/")

    assert response.status_code == 400
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert "Content-Security-Policy" in response.headers


def test_headers_of_a_forged_form(db):
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {})

    assert response.status_code == 403
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS


def test_what_someone_signed_in_sees_is_not_stored(client, ben):
    client.force_login(ben)

    for path in ["/", "/no-such-page/", "/api/v1/programmes/"]:
        response = client.get(path)
        assert "no-store" in response.headers["Cache-Control"], path


def test_language_of_a_page_varies_with_what_the_browser_asks(client, db):
    response = client.get("/accounts/login/", headers={"accept-language": "ja"})

    assert response.headers["Content-Language"] == "ja"
    assert "Accept-Language" in response.headers["Vary"]


def test_cookies_with_https_are_bound_to_the_host(tmp_path):
    """With HTTPS on, what the sign-in sets can be neither read nor planted."""
    cookies = production.run_code(
        tmp_path,
        """
        import json
        from django.core.management import call_command
        from django.test import Client
        from strategy_app.services import people

        call_command("migrate", verbosity=0)
        call_command("createcachetable")
        people.create_person(username="ben", by=None, password="a long password 1")
        client = Client(headers={"host": "testserver"})
        page = client.get("/accounts/login/", secure=True)
        form = {"login": "ben", "password": "a long password 1"}
        answer = client.post("/accounts/login/", form, secure=True)
        print(json.dumps({
            "status": answer.status_code,
            "hsts": page.headers["Strict-Transport-Security"],
            "redirect": client.get("/accounts/login/").headers["Location"],
            "cookies": {
                name: [
                    morsel["secure"], morsel["httponly"], morsel["samesite"],
                    morsel["path"], morsel["domain"], morsel["max-age"],
                ]
                for name, morsel in client.cookies.items() if name != "messages"
            },
        }))
        """,
        DJANGO_SETTINGS_MODULE="tests.settings",
    )

    bound = [True, True, "Lax", "/", "", ""]
    assert json.loads(cookies) == {
        "status": 302,
        "hsts": "max-age=31536000; includeSubDomains; preload",
        "redirect": "https://testserver/accounts/login/",
        "cookies": {
            "__Host-sessionid": bound,
            "__Host-csrftoken": [*bound[:5], 60 * 60 * 24 * 7 * 52],
        },
    }


def test_session_cookie_ends_with_the_browser(client, ben):
    client.post("/accounts/login/", {"login": "ben", "password": factories.PASSWORD})

    cookie = client.cookies[django_settings.SESSION_COOKIE_NAME]
    assert (cookie["max-age"], cookie["expires"]) == ("", "")
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
