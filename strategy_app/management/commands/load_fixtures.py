import secrets

from django.conf import settings
from django.core.management.base import BaseCommand

from strategy_app.importers import fixtures


class Command(BaseCommand):
    help = (
        "Load the strategy, the programmes and, unless told otherwise, the illustrative"
        " alignments and the demo accounts. Loading twice changes nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--facts-only",
            action="store_true",
            help="leave out everything illustrative, and the demo accounts",
        )

    def handle(self, *, facts_only, **_options):
        new = fixtures.load_facts()
        if not facts_only:
            new += fixtures.load_illustrations()
            self._make_people()
        self.stdout.write(
            f"Loaded {new} new rows." if new else "Nothing new; all data is as it was."
        )

    def _make_people(self):
        password = settings.DEMO_PASSWORD or secrets.token_urlsafe(9)
        made = fixtures.load_people(password)
        if made:
            names = ", ".join(f"{user.username} ({user.role})" for user in made)
            self.stdout.write(f"Demo accounts: {names}. Password: {password}")
