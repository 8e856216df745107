"""``manage.py create_api_token``: a key that works, and what is refused."""

import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from rest_framework.test import APIClient

from strategy_app.models import ApiToken, Change
from strategy_app.services import reference


def run(*arguments):
    """Run the command; return the lines that it prints."""
    out = StringIO()
    call_command("create_api_token", *arguments, stdout=out)
    return out.getvalue().splitlines()


def status_with(key):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
    return client.get("/api/v1/").status_code


def test_the_key_stands_alone_on_the_last_line_and_opens_the_api(ben):
    lines = run("ben")
    token, change = ApiToken.objects.get(), Change.objects.latest("id")
    until = token.expires_at
    assert lines == [
        f"Token “create_api_token” of ben: reads and writes, until {until:%Y-%m-%d}."
        " Its key:",
        lines[-1],
    ]
    assert status_with(lines[-1]) == 200
    assert token.digest == ApiToken.digest_of(lines[-1])
    assert (token.user, token.is_read_only) == (ben, False)
    left = token.expires_at - timezone.now()
    assert datetime.timedelta(days=364) < left <= datetime.timedelta(days=365)
    assert (change.action, change.source, change.by) == ("edit_token", "command", None)


def test_name_and_days_can_be_given_and_writing_kept_out(ben):
    lines = run("ben", "--name", "Nightly report", "--days", "7", "--read-only")
    token = ApiToken.objects.get()
    assert (token.name, token.is_read_only) == ("Nightly report", True)
    assert lines[0].startswith("Token “Nightly report” of ben: only reads, until")
    left = token.expires_at - timezone.now()
    assert datetime.timedelta(days=6) < left <= datetime.timedelta(days=7)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nobody"], "There is nobody with the user name 'nobody'."),
        (["chie"], "The account of 'chie' is not active."),
        (["ben", "--days", "0"], "A token lives between 1 and 3650 days."),
        (["ben", "--days", "99999999999"], "A token lives between 1 and 3650 days."),
        (["ben", "--name", ""], "This field cannot be blank."),
    ],
)
def test_what_is_refused_makes_no_token(ben, chie, arguments, message):
    chie.is_active = False
    reference.save(chie, by=None)
    before = Change.objects.count()
    with pytest.raises(CommandError) as refused:
        run(*arguments)
    assert str(refused.value) == message
    assert (ApiToken.objects.count(), Change.objects.count()) == (0, before)
