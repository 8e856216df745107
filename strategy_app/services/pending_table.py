"""Keep tables that are looked through, and apply them: all of it or nothing, once."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from strategy_app.models import Change, PendingTable, Strategy, User
from strategy_app.services.change import discard, recording
from strategy_app.services.ledger import Plan, carry_out
from strategy_app.services.pending import make_room


class AppliedAlready(Exception):
    """The table has been applied before, in ``change``."""

    def __init__(self, change: Change):
        super().__init__("applied already")
        self.change = change


def keep(
    *, owner: User, name: str, strategy: Strategy, text: str, seen: list[int | None]
) -> PendingTable:
    """Keep a table that somebody looks through, in place of their oldest ones.

    seen: for each of its rows the id of the row in force that they are shown.
    """
    with transaction.atomic():
        table = PendingTable.objects.create(
            owner=owner,
            made_at=timezone.now(),
            name=name[:200],
            strategy=strategy,
            text=text,
            seen=seen,
        )
        make_room(PendingTable.objects.filter(owner=owner))
    return table


def apply(*, table: PendingTable, plan: Plan, reason: str = "") -> Change | None:
    """Carry out the plan of a table in one change, or raise Refused and write nothing.

    Returns the change, None where all of it stands there already. Raises AppliedAlready,
    and PermissionDenied when it is somebody else's.
    """
    if table.owner_id != plan.by.pk:
        raise PermissionDenied
    with recording(Change.Action.IMPORT, by=plan.by, reason=reason) as change:
        # Writers take turns, so whoever sends it twice is second here.
        table.refresh_from_db()
        if table.applied_in_id is not None:
            raise AppliedAlready(table.applied_in)
        if carry_out(plan) is None:
            discard(change)
            return None
        table.applied_in, table.text, table.seen = change, "", []
        table.save(update_fields=["applied_in", "text", "seen"])
        return change
