import getpass
import os

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from strategy_app.models import User
from strategy_app.services import people


class Command(BaseCommand):
    """Django's command of this name would write outside of a change."""

    help = "Make the account of a strategy admin."

    def add_arguments(self, parser):
        parser.add_argument("--username", help="asked for when left out")
        parser.add_argument(
            "--noinput",
            "--no-input",
            action="store_false",
            dest="interactive",
            help="take the password from DJANGO_SUPERUSER_PASSWORD",
        )

    def handle(self, *, username, interactive, **_options):
        try:
            if interactive:
                username = username or input("User name: ")
                password = _ask_for_password()
            else:
                username = username or os.environ.get("DJANGO_SUPERUSER_USERNAME", "")
                password = os.environ.get("DJANGO_SUPERUSER_PASSWORD", "")
            user = User(username=username)
            user.full_clean(exclude=["password"])
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        people.create_person(
            username=username, by=None, password=password, role=User.Role.ADMIN
        )
        self.stdout.write(f"Made the strategy admin {username}.")


def _ask_for_password():
    password = getpass.getpass()
    if getpass.getpass("Password (again): ") != password:
        raise CommandError("The two passwords differ.")
    return password
