"""Signing in and out, and what ends a session."""

import base64
import datetime
import hashlib
import hmac
import struct
import time

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.test import Client

from strategy_app.models import Change, User
from strategy_app.services import people, reference
from tests import factories

NOON = datetime.datetime(2026, 6, 30, 12, tzinfo=datetime.UTC)


def sign_in(client, username="ben", password=factories.PASSWORD, **headers):
    """Send the sign-in form; return the answer."""
    return client.post(
        "/accounts/login/", {"login": username, "password": password}, headers=headers
    )


def is_signed_in(client):
    """Ask for a page that needs an account and nothing else."""
    return client.get("/accounts/password/change/").status_code == 200


@pytest.fixture
def noon():
    """Stand still at noon; shift() moves on."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


# --- Passwords --------------------------------------------------------------------


def test_right_password_leads_to_the_overview(client, ben):
    response = sign_in(client)

    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(ben.pk)


def test_sign_in_leads_back_to_where_one_was_going(client, ben):
    response = client.post(
        "/accounts/login/?next=/gaps/", {"login": "ben", "password": factories.PASSWORD}
    )

    assert response.headers["Location"] == "/gaps/"


def test_sign_in_leads_nowhere_else(client, ben):
    response = client.post(
        "/accounts/login/?next=https://elsewhere.example/",
        {"login": "ben", "password": factories.PASSWORD},
    )

    assert response.headers["Location"] == "/"


def test_wrong_password_is_refused_like_an_unknown_name(client, ben):
    wrong = sign_in(client, password="wrong")
    unknown = sign_in(client, username="nobody", password="wrong")

    assert wrong.context["form"].errors == unknown.context["form"].errors
    assert wrong.status_code == unknown.status_code == 200
    assert not is_signed_in(client)


def test_deactivated_account_cannot_sign_in(client, ben):
    ben.is_active = False
    reference.save(ben, by=None)

    sign_in(client)

    assert not is_signed_in(client)


def test_guessing_is_stopped_even_with_the_right_password(client, ben, chie, noon):
    for _try in range(5):
        assert sign_in(client, password="wrong").status_code == 200

    refused = sign_in(client)

    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "300"
    assert not is_signed_in(client)
    # Neither another name nor the same one later has anything to suffer.
    assert sign_in(Client(), username="chie").status_code == 302
    noon.shift(301)
    assert sign_in(client).status_code == 302
    assert is_signed_in(client)


def test_guessing_is_stopped_whatever_address_is_claimed(client, ben, noon):
    for number in range(5):
        sign_in(client, password="wrong", x_forwarded_for=f"203.0.113.{number}")

    refused = sign_in(client, x_forwarded_for="203.0.113.99")

    assert refused.status_code == 429
    assert not is_signed_in(client)


def test_nobody_signs_up(client, db):
    page = client.get("/accounts/signup/")
    client.post(
        "/accounts/signup/",
        {"username": "eve", "password1": "a long password", "password2": "a long password"},
    )

    assert "account/signup_closed.html" in {template.name for template in page.templates}
    assert not User.objects.exists()


# --- Sessions ---------------------------------------------------------------------


def test_session_is_fresh_at_sign_in(client, ben):
    session = client.session
    session["planted"] = "yes"
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted

    sign_in(client)

    assert client.session.session_key != planted
    assert not Session.objects.filter(session_key=planted).exists()


def test_session_is_dead_after_sign_out(client, ben):
    sign_in(client)
    stolen = client.cookies["sessionid"].value

    client.post("/accounts/logout/")

    thief = Client()
    thief.cookies["sessionid"] = stolen
    assert not is_signed_in(client)
    assert not is_signed_in(thief)
    assert not Session.objects.filter(session_key=stolen).exists()


def test_looking_at_the_sign_out_page_signs_nobody_out(client, ben):
    sign_in(client)

    client.get("/accounts/logout/")

    assert is_signed_in(client)


def test_idle_session_ends(client, ben, noon):
    sign_in(client)
    for _page in range(3):
        noon.shift(29 * 60)
        assert is_signed_in(client)

    noon.shift(30 * 60)

    assert not is_signed_in(client)


def test_session_in_constant_use_ends_after_twelve_hours(client, ben, noon):
    sign_in(client)
    assert is_signed_in(client)
    for _page in range(35):
        noon.shift(20 * 60)
        assert is_signed_in(client)

    noon.shift(20 * 60)

    assert not is_signed_in(client)
    assert sign_in(client).status_code == 302
    assert is_signed_in(client)


def test_reading_writes_the_session_once_a_minute(client, ben, noon):
    sign_in(client)
    assert is_signed_in(client)
    written = Session.objects.get().expire_date

    noon.shift(59)
    assert is_signed_in(client)
    assert Session.objects.get().expire_date == written

    noon.shift(1)
    assert is_signed_in(client)
    assert Session.objects.get().expire_date == written + datetime.timedelta(seconds=60)


def test_deactivated_account_is_out_at_the_next_request(client, ben):
    sign_in(client)
    assert is_signed_in(client)

    ben.is_active = False
    reference.save(ben, by=None)

    assert not is_signed_in(client)


def test_new_password_ends_the_other_sessions(client, ben):
    elsewhere = Client()
    sign_in(elsewhere)
    sign_in(client)

    client.post(
        "/accounts/password/change/",
        {
            "oldpassword": factories.PASSWORD,
            "password1": "staple battery horse",
            "password2": "staple battery horse",
        },
    )

    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)
    assert sign_in(Client(), password="staple battery horse").status_code == 302


def test_new_role_holds_from_the_next_request(client, chie):
    sign_in(client, username="chie")
    assert client.get("/admin/").status_code == 200

    chie.role = User.Role.VIEWER
    reference.save(chie, by=None)

    assert client.get("/admin/").status_code != 200
    assert is_signed_in(client)


# --- One-time codes ---------------------------------------------------------------


def one_time_code(secret):
    """Compute the code of this moment (RFC 6238), as an authenticator would."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    at = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[at : at + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def begin_set_up(client):
    """Sign in, give the password once more as is asked for; return the new secret."""
    sign_in(client)
    client.post("/accounts/reauthenticate/", {"password": factories.PASSWORD})
    return client.get("/accounts/2fa/totp/activate/").context["form"].secret


@pytest.fixture
def secret(client, ben, noon):
    """Ben's authenticator, set up; he is signed out afterwards."""
    secret = begin_set_up(client)
    client.post("/accounts/2fa/totp/activate/", {"code": one_time_code(secret)})
    client.post("/accounts/logout/")
    noon.shift(60)
    return secret


def test_one_time_code_can_be_set_up_and_is_then_asked_for(client, ben, secret):
    assert {item.type for item in Authenticator.objects.filter(user=ben)} == {
        "totp", "recovery_codes",
    }  # fmt: skip

    response = sign_in(client)

    assert response.headers["Location"] == "/accounts/2fa/authenticate/"
    assert not is_signed_in(client)

    client.post("/accounts/2fa/authenticate/", {"code": one_time_code(secret)})

    assert is_signed_in(client)


def test_wrong_one_time_code_is_refused(client, secret):
    sign_in(client)
    wrong = f"{(int(one_time_code(secret)) + 1) % 1_000_000:06}"

    response = client.post("/accounts/2fa/authenticate/", {"code": wrong})

    assert "code" in response.context["form"].errors
    assert not is_signed_in(client)


def test_one_time_code_works_once(client, secret):
    code = one_time_code(secret)
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert is_signed_in(client)

    thief = Client()
    sign_in(thief)
    thief.post("/accounts/2fa/authenticate/", {"code": code})

    assert not is_signed_in(thief)


def test_set_up_needs_a_code_that_fits(client, ben, noon):
    wrong = f"{(int(one_time_code(begin_set_up(client))) + 1) % 1_000_000:06}"

    client.post("/accounts/2fa/totp/activate/", {"code": wrong})

    assert not Authenticator.objects.exists()


def test_set_up_asks_for_the_password_again(client, ben):
    sign_in(client)

    response = client.get("/accounts/2fa/totp/activate/")

    assert response.headers["Location"].startswith("/accounts/reauthenticate/")


# --- Accounts made at the command line --------------------------------------------


def test_person_made_by_a_service_leaves_a_change(db):
    user = people.create_person(username="eve", by=None, password="a long password")

    change = Change.objects.get()
    assert (change.action, change.source) == ("edit_person", "command")
    assert user.history.get().change == change


@pytest.mark.parametrize("path", ["/accounts/email/", "/accounts/3rdparty/"])
def test_pages_without_use_here_are_closed(client, ben, path):
    client.force_login(ben)
    answer = client.get(path)
    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()
