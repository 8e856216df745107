import csv
import io
import os
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import transaction

from strategy_app.importers import fixtures
from strategy_app.models import Change, User


class Command(BaseCommand):
    help = (
        "Bring the database up to date: its tables and the table of the cache. To be run"
        " before every start; without anything to do it changes nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--demo",
            action="store_true",
            help=(
                "also collect the static files, load fixtures/ into an empty database and"
                " say where to look"
            ),
        )

    def handle(self, *, demo, **_options):
        if settings.DATABASE["ENGINE"] == "django.db.backends.sqlite3":
            Path(settings.DATABASE["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        call_command("migrate", interactive=False, verbosity=0, stdout=self.stdout)
        call_command("createcachetable", verbosity=0)
        if demo:
            call_command("collectstatic", interactive=False, verbosity=0)
            if not Change.objects.exists():
                # All or nothing, so that a start that was cut short begins anew.
                with transaction.atomic():
                    call_command("load_fixtures", stdout=io.StringIO())
            self._say_where_to_look()

    def _say_where_to_look(self):
        port = os.environ.get("PORT", "8000")
        self.stdout.write(f"\n  Open http://127.0.0.1:{port}/ (Ctrl-C stops the server)")
        people = _demo_people()
        if not people:
            return
        names = ", ".join(f"{user.username} ({user.role})" for user in people)
        self.stdout.write(f"  Demo accounts: {names}")
        if people[0].check_password(settings.DEMO_PASSWORD):
            self.stdout.write(f"  Password: {settings.DEMO_PASSWORD}\n")
        else:
            self.stdout.write(
                "  Their password is not DEMO_PASSWORD; `.venv/bin/python manage.py"
                " changepassword NAME` sets another.\n"
            )


def _demo_people():
    with (fixtures.FOLDER / "people.csv").open(encoding="utf-8", newline="") as file:
        names = [row["username"] for row in csv.DictReader(file)]
    return list(
        User.objects.filter(username__in=names, is_active=True).order_by("username")
    )
