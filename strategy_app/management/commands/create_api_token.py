from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from strategy_app.models import Change, User
from strategy_app.services import people

_LONGEST = 3650


class Command(BaseCommand):
    help = (
        "Make an API token for a person and print its key alone on the last line."
        " It cannot be shown again."
    )

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument("--name", default="create_api_token", help="what it is for")
        parser.add_argument("--days", type=int, default=365, help="how long it lives")
        parser.add_argument(
            "--read-only", action="store_true", help="let it read and nothing else"
        )

    def handle(self, *, username, name, days, read_only, **_options):
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is nobody with the user name {username!r}.")
        if not user.is_active:
            raise CommandError(f"The account of {username!r} is not active.")
        if not 1 <= days <= _LONGEST:
            raise CommandError(f"A token lives between 1 and {_LONGEST} days.")
        try:
            token, key = people.create_token(
                user=user, name=name, by=None, is_read_only=read_only, days=days,
                source=Change.Source.COMMAND,
            )  # fmt: skip
        except ValidationError as refused:
            raise CommandError(" ".join(refused.messages)) from None
        may = "only reads" if read_only else "reads and writes"
        self.stdout.write(
            f"Token “{token.name}” of {username}: {may}, until"
            f" {token.expires_at:%Y-%m-%d}. Its key:"
        )
        self.stdout.write(key)
