"""People are made, given rights and deactivated; never deleted."""

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from strategy_app.models import ApiToken, Change, User
from strategy_app.services import people
from tests import factories
from tests.admin.pages import address, errors_of, fields_of


@pytest.fixture
def signed_in(chie, client):
    client.force_login(chie)
    return client


def newest():
    return Change.objects.order_by("-id").first()


def new_person(**fields):
    return {
        "username": "fumi", "name": "Fumi", "role": "staff", "email": "", "language": "ja",
        "usable_password": "true", "password1": factories.PASSWORD,
        "password2": factories.PASSWORD,
    } | fields  # fmt: skip


def test_someone_is_made_with_a_password(chie, department_a, signed_in):
    before = Change.objects.count()
    signed_in.post(address(User, "add"), new_person(departments=[department_a.pk]))
    fumi = User.objects.get(username="fumi")
    assert fumi.check_password(factories.PASSWORD)
    assert (fumi.role, fumi.language, fumi.is_active) == ("staff", "ja", True)
    assert list(fumi.departments.all()) == [department_a]
    assert Change.objects.count() == before + 1
    assert {row.change for row in fumi.history.all()} == {newest()}
    assert (newest().by, newest().action) == (chie, "edit_person")


def test_someone_is_made_without_a_password(signed_in):
    data = new_person(usable_password="false", password1="", password2="")
    signed_in.post(address(User, "add"), data)
    assert not User.objects.get(username="fumi").has_usable_password()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"password2": "another"}, "password2"),
        ({"password1": "short", "password2": "short"}, "password2"),
        ({"username": "CHIE"}, "username"),
        ({"role": "king"}, "role"),
    ],
)
def test_an_account_that_cannot_be_is_refused(fields, field, signed_in):
    before = User.objects.count(), Change.objects.count()
    answer = signed_in.post(address(User, "add"), new_person(**fields))
    assert list(answer.context["adminform"].form.errors) == [field]
    assert (User.objects.count(), Change.objects.count()) == before


def test_rights_are_given_and_taken(ben, department_a, signed_in):
    where = address(User, "change", ben.pk)
    data = fields_of(signed_in.get(where)) | {
        "role": "staff", "departments": [department_a.pk],
    }  # fmt: skip
    signed_in.post(where, data)
    ben.refresh_from_db()
    assert (ben.role, list(ben.departments.all())) == ("staff", [department_a])
    data = fields_of(signed_in.get(where))
    data.pop("is_active")
    signed_in.post(where, data)
    ben.refresh_from_db()
    assert ben.is_active is False
    assert ben.history.first().change == newest()


def test_history_shows_departments_given_and_taken(aiko, department_a, signed_in):
    where = address(User, "change", aiko.pk)
    signed_in.post(where, fields_of(signed_in.get(where)) | {"departments": []})
    aiko.refresh_from_db()
    assert list(aiko.departments.all()) == []
    shown = signed_in.get(address(User, "history", aiko.pk)).content.decode()
    assert f"<del>{department_a}</del>" in shown
    assert shown.count(f"<ins>{department_a}</ins>") == 1


def test_nobody_takes_the_administration_from_themselves(chie, signed_in):
    where = address(User, "change", chie.pk)
    data = fields_of(signed_in.get(where))
    before = Change.objects.count()
    answer = signed_in.post(where, data | {"role": "viewer"})
    assert "from yourself" in errors_of(answer)
    chie.refresh_from_db()
    assert chie.role == "admin"
    assert Change.objects.count() == before


def test_people_are_never_deleted(ben, signed_in):
    answer = signed_in.post(address(User, "delete", ben.pk), {"post": "yes"})
    assert answer.status_code == 403
    assert User.objects.filter(pk=ben.pk).exists()


def test_a_password_is_set_in_a_change(ben, chie, signed_in):
    where = reverse("admin:auth_user_password_change", args=[ben.pk])
    before = Change.objects.count()
    wrong = {"password1": "a longer password", "password2": "another one here"}
    signed_in.post(where, wrong | {"set-password": "1"})
    assert Change.objects.count() == before
    new = "a wholly new password"
    signed_in.post(
        where,
        {"password1": new, "password2": new, "usable_password": "true",
         "set-password": "1"},
    )  # fmt: skip
    ben.refresh_from_db()
    assert ben.check_password(new)
    assert Change.objects.count() == before + 1
    assert (newest().by, ben.history.first().change) == (chie, newest())


def test_one_time_codes_are_removed(ben, chie, signed_in):
    Authenticator.objects.create(user=ben, type="totp", data={"secret": "x"})
    Authenticator.objects.create(user=chie, type="totp", data={"secret": "y"})
    where = address(User, "changelist")
    data = {"action": "remove_one_time_codes", "_selected_action": [ben.pk]}
    before = Change.objects.count()
    signed_in.post(where, data)
    assert [row.user for row in Authenticator.objects.all()] == [chie]
    assert Change.objects.count() == before + 1
    assert ben.history.first().change == newest()
    signed_in.post(where, data)
    assert Change.objects.count() == before + 1


def test_tokens_are_revoked_and_their_digests_never_shown(ben, chie, signed_in):
    token, _key = people.create_token(user=ben, name="Nightly", by=ben)
    for page in ("change", "history"):
        shown = signed_in.get(address(ApiToken, page, token.pk)).content.decode()
        assert "Nightly" in shown
        assert token.digest not in shown
    change = token.history.get().change_id
    assert (
        token.digest
        not in signed_in.get(address(Change, "change", change)).content.decode()
    )
    signed_in.post(
        address(ApiToken, "changelist"), {"action": "revoke", "_selected_action": token.pk}
    )
    token.refresh_from_db()
    assert not token.is_usable
    assert (token.history.first().change.by, newest().action) == (chie, "edit_token")
    before = Change.objects.count()
    signed_in.post(
        address(ApiToken, "changelist"), {"action": "revoke", "_selected_action": token.pk}
    )
    assert Change.objects.count() == before
