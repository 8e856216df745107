"""Accounts made at the command line."""

import io

import pytest
from django.core.management import CommandError, call_command

from strategy_app.models import Change, User

PASSWORD = "a rather long password"


def test_createsuperuser_makes_a_strategy_admin_in_a_change(db, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    said = io.StringIO()

    call_command("createsuperuser", username="eve", interactive=False, stdout=said)

    user = User.objects.get()
    assert (user.username, user.role) == ("eve", "admin")
    assert user.check_password(PASSWORD)
    change = Change.objects.get()
    assert (change.action, change.source, change.by) == ("edit_person", "command", None)
    assert [row.change for row in user.history.all()] == [change]
    assert said.getvalue() == "Made the strategy admin eve.\n"


def test_createsuperuser_asks(db, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda _prompt: "eve")
    monkeypatch.setattr("getpass.getpass", lambda *_prompt: PASSWORD)

    call_command("createsuperuser", stdout=io.StringIO())

    assert User.objects.get().check_password(PASSWORD)


def test_createsuperuser_notices_a_slip(db, monkeypatch):
    answers = iter([PASSWORD, "another"])
    monkeypatch.setattr("getpass.getpass", lambda *_prompt: next(answers))

    with pytest.raises(CommandError, match="differ"):
        call_command("createsuperuser", username="eve")

    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("username", "password", "message"),
    [
        ("", PASSWORD, "cannot be blank"),
        ("two words", PASSWORD, "valid username"),
        ("ben", PASSWORD, "already exists"),
        ("eve", "", "too short"),
        ("eve", "password1234", "too common"),
    ],
)
def test_createsuperuser_refuses(ben, monkeypatch, username, password, message):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", password)

    with pytest.raises(CommandError, match=message):
        call_command("createsuperuser", username=username, interactive=False)

    assert list(User.objects.all()) == [ben]
    assert Change.objects.count() == 1
