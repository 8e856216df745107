from django.core.management.base import BaseCommand, CommandError

from strategy_app.importers import generated
from strategy_app.models import Strategy


class Command(BaseCommand):
    help = "Fill an empty database with made-up data, to measure and to try things with."

    def add_arguments(self, parser):
        parser.add_argument("--size", choices=generated.SIZES, default="medium")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *, size, seed, **_options):
        if Strategy.objects.filter(code=generated.CODE).exists():
            raise CommandError("There is generated data in this database already.")
        programmes, rows = generated.generate(size, seed)
        self.stdout.write(f"Made {programmes} programmes and {rows} rows of the ledger.")
