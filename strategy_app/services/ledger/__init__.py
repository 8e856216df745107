"""Write the ledger; nothing else does.

``plan`` says what would become of any number of cells and writes nothing; ``carry_out``
writes just that in one change, or nothing. One cell is a plan of one: ``align`` and the
other verbs.
"""

from strategy_app.services.ledger.asked import (
    AddSource,
    Align,
    Asked,
    Confirm,
    Defer,
    Dismiss,
    Reaffirm,
    SendBack,
    Withdraw,
)
from strategy_app.services.ledger.carry_out import carry_out
from strategy_app.services.ledger.facts import batches, open_ids
from strategy_app.services.ledger.history import Load
from strategy_app.services.ledger.plan import MOST, Plan, Refused, plan
from strategy_app.services.ledger.revert import (
    Reverted,
    can_be_reverted,
    plan_revert,
    revert,
)
from strategy_app.services.ledger.rules import (
    Conflict,
    Source,
    Unread,
    check_can_be_aligned,
    check_judgement,
    sources_of,
)
from strategy_app.services.ledger.step import Step
from strategy_app.services.ledger.verbs import (
    accept,
    align,
    confirm,
    defer,
    dismiss,
    reaffirm,
    send_back,
    withdraw,
)

__all__ = [
    "MOST",
    "AddSource",
    "Align",
    "Asked",
    "Confirm",
    "Conflict",
    "Defer",
    "Dismiss",
    "Load",
    "Plan",
    "Reaffirm",
    "Refused",
    "Reverted",
    "SendBack",
    "Source",
    "Step",
    "Unread",
    "Withdraw",
    "accept",
    "align",
    "batches",
    "can_be_reverted",
    "carry_out",
    "check_can_be_aligned",
    "check_judgement",
    "confirm",
    "defer",
    "dismiss",
    "open_ids",
    "plan",
    "plan_revert",
    "reaffirm",
    "revert",
    "send_back",
    "sources_of",
    "withdraw",
]
