"""Single sign-on against a real OpenID Connect provider on this machine."""

import warnings
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from strategy_app.models import Change, User
from strategy_app.services import reference
from tests import factories

# What the provider for tests is built with warns of its own future.
with warnings.catch_warnings(record=True):
    import oidc_provider_mock

pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")

ADDRESS = "ben@example.org"
CLAIMS = {"email": ADDRESS, "name": "Ben Tanaka", "preferred_username": "tanaka"}


@pytest.fixture(scope="module")
def provider():
    """Yield the address of a provider that knows three people."""
    people = [
        oidc_provider_mock.User(sub="sub-1", claims=CLAIMS),
        oidc_provider_mock.User(sub="sub-2", claims=CLAIMS),
        oidc_provider_mock.User(sub="sub-3", claims={}),
    ]
    with oidc_provider_mock.run_server_in_thread(user_claims=people) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def sso(provider, settings, db):
    """Let the site know the provider."""
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "sso",
                    "name": "Agency sign-in",
                    "client_id": "tracker",
                    "secret": "for-tests",
                    "settings": {"server_url": provider},
                }
            ],
        }
    }


def start(client):
    """Press "sign in with ..."; return where the browser is sent."""
    return client.post("/accounts/oidc/sso/login/").headers["Location"]


def come_back(client, address, sub):
    """Let someone prove at the provider who they are; return our answer."""
    answer = requests.post(address, data={"sub": sub}, allow_redirects=False, timeout=10)
    back = urlsplit(answer.headers["Location"])
    return client.get(f"{back.path}?{back.query}")


def sign_in(client, sub):
    """Do all of it; return the person who is then signed in, or None."""
    come_back(client, start(client), sub)
    return User.objects.filter(pk=client.session.get("_auth_user_id")).first()


def test_first_sign_in_makes_a_viewer_and_says_so(client, sso):
    user = sign_in(client, "sub-1")

    assert (user.username, user.name, user.email) == ("tanaka", "Ben Tanaka", ADDRESS)
    assert (user.role, user.has_usable_password()) == ("viewer", False)
    change = Change.objects.get()
    assert (change.action, change.reason) == ("edit_person", "First single sign-on")
    assert {row.change_id for row in user.history.all()} == {change.pk}


def test_second_sign_in_is_the_same_person(client, sso):
    first = sign_in(client, "sub-1")

    assert sign_in(Client(), "sub-1") == first
    assert User.objects.count() == Change.objects.count() == 1


def test_role_given_here_stays(client, sso):
    user = sign_in(client, "sub-1")
    user.role = User.Role.MANAGER
    reference.save(user, by=None)

    assert sign_in(Client(), "sub-1").role == "manager"


def test_local_account_of_that_address_is_not_taken_over(client, sso):
    local = factories.make_person("ben", role="admin", email=ADDRESS)

    user = sign_in(client, "sub-1")

    assert user != local
    assert (user.username, user.role) == ("tanaka", "viewer")
    assert not SocialAccount.objects.filter(user=local).exists()


def test_local_account_of_that_name_is_not_taken_over(client, sso):
    local = factories.make_person("tanaka", role="admin")

    user = sign_in(client, "sub-1")

    assert user != local
    assert (user.username != "tanaka", user.role) == (True, "viewer")


def test_another_person_with_the_same_address_is_another_account(client, sso):
    first = sign_in(client, "sub-1")

    second = sign_in(Client(), "sub-2")

    assert second not in (first, None)
    assert User.objects.count() == 2


def test_nothing_but_the_key_of_the_account_is_needed(client, sso):
    user = sign_in(client, "sub-3")

    assert user.username != ""
    assert (user.name, user.email, user.role) == ("", "", "viewer")


def test_deactivated_account_stays_out(client, sso):
    user = sign_in(client, "sub-1")
    user.is_active = False
    reference.save(user, by=None)

    assert sign_in(Client(), "sub-1") is None


def test_code_is_bound_to_the_browser_that_asked(client, sso):
    """PKCE, and a state that only the asking session knows."""
    address = start(client)
    query = parse_qs(urlsplit(address).query)
    assert query["code_challenge_method"] == ["S256"]
    assert query["response_type"] == ["code"]
    assert len(query["code_challenge"][0]) == 43

    victim = Client()
    come_back(victim, address, "sub-1")

    assert "_auth_user_id" not in victim.session
    assert not User.objects.exists()


def test_refusal_at_the_provider_signs_nobody_in(client, sso):
    address = start(client)
    answer = requests.post(
        address, data={"action": "deny"}, allow_redirects=False, timeout=10
    )
    back = urlsplit(answer.headers["Location"])

    client.get(f"{back.path}?{back.query}")

    assert "_auth_user_id" not in client.session
    assert not User.objects.exists()


def test_looking_at_the_start_of_it_sends_nobody_away(client, sso):
    response = client.get("/accounts/oidc/sso/login/")

    assert response.status_code == 200
    assert "Location" not in response.headers


def test_a_provider_out_of_reach_is_said_so(client, sso, settings):
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"] = {
        "server_url": "http://127.0.0.1:9/nobody-listens"
    }
    answer = client.post("/accounts/oidc/sso/login/")
    assert answer.status_code == 503
    assert "Single sign-on is out of reach" in answer.content.decode()
    assert User.objects.count() == 0
