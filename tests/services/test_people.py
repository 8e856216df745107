"""Accounts and tokens: made by a change, and never more readable than need be."""

import datetime

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError

from strategy_app.models import ApiToken, Change, User
from strategy_app.services import people
from tests import factories


def test_an_account_is_made_with_its_departments(department_a, chie):
    user = people.create_person(
        username="eri", by=chie, password="a long enough one", role="staff",
        departments=[department_a], name="Eri",
    )  # fmt: skip
    user = User.objects.get(pk=user.pk)
    change = Change.objects.latest("id")
    assert (user.role, user.name, list(user.departments.all())) == (
        "staff", "Eri", [department_a],
    )  # fmt: skip
    assert user.check_password("a long enough one")
    assert (change.action, change.by) == ("edit_person", chie)
    newest = user.history.latest("history_id")
    assert [row.department for row in newest.departments.all()] == [department_a]
    assert newest.change == change


def test_an_account_without_a_password_has_none(db):
    user = people.create_person(username="eri", by=None)
    assert not user.has_usable_password()
    assert user.role == "viewer"


def test_no_history_holds_a_password(ben):
    names = {field.name for field in User.history.model._meta.get_fields()}
    assert names & {"password", "last_login"} == set()


def test_signing_in_leaves_no_history_but_an_edit_does(ben):
    before = ben.history.count(), Change.objects.count()
    ben.set_password("another long one")
    ben.save()
    assert (ben.history.count(), Change.objects.count()) == before
    people.set_language(user=ben, language="ja")
    assert (ben.history.count(), Change.objects.count()) == (before[0] + 1, before[1] + 1)


def test_a_language_is_remembered_once(ben):
    people.set_language(user=ben, language="ja")
    before = Change.objects.count()
    people.set_language(user=ben, language="ja")
    ben.refresh_from_db()
    assert (ben.language, Change.objects.count()) == ("ja", before)
    with pytest.raises(ValidationError):
        people.set_language(user=ben, language="fr")
    assert (User.objects.get().language, Change.objects.count()) == ("ja", before)


def test_a_token_is_stored_as_its_digest_alone(ben):
    _token, key = people.create_token(user=ben, name="Notebook", by=ben, days=30)
    stored = ApiToken.objects.get()
    assert stored.digest == ApiToken.digest_of(key)
    assert len(key) >= 43
    rows = [*ApiToken.objects.values_list(), *ApiToken.history.values_list()]
    assert not [row for row in rows if key in map(str, row)]
    assert (stored.is_read_only, stored.is_usable) == (True, True)
    assert Change.objects.latest("id").action == "edit_token"


def test_a_token_ends(ben):
    with time_machine.travel("2026-04-01T00:00:00+00:00", tick=False) as clock:
        token, _key = people.create_token(user=ben, name="Notebook", by=ben, days=1)
        assert token.expires_at == datetime.datetime(2026, 4, 2, tzinfo=datetime.UTC)
        clock.shift(24 * 3600 - 1)
        assert token.is_usable
        clock.shift(1)
        assert not token.is_usable


@pytest.mark.parametrize("who", ["owner", "admin"])
def test_a_token_is_revoked_once_by_its_owner_or_an_admin(ben, chie, who):
    token, _key = people.create_token(user=ben, name="Notebook", by=ben)
    by = {"owner": ben, "admin": chie}[who]
    people.revoke_token(token=token, by=by)
    token.refresh_from_db()
    assert not token.is_usable
    before = token.revoked_at, Change.objects.count()
    people.revoke_token(token=token, by=by)
    token.refresh_from_db()
    assert (token.revoked_at, Change.objects.count()) == before


@pytest.mark.parametrize("role", ["viewer", "staff", "manager"])
def test_the_token_of_somebody_else_is_left_alone(ben, role):
    token, _key = people.create_token(user=ben, name="Notebook", by=ben)
    other = factories.make_person("other", role=role)
    before = Change.objects.count()
    with pytest.raises(PermissionDenied):
        people.revoke_token(token=token, by=other)
    token.refresh_from_db()
    assert (token.revoked_at, Change.objects.count()) == (None, before)
