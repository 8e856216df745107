"""Write the ledger; nothing else does."""

from strategy_app.services.alignment.defer import defer
from strategy_app.services.alignment.history import Period, judge_history, load_all
from strategy_app.services.alignment.many import (
    Refused,
    Verdict,
    confirm_all,
    judge,
    judge_confirmations,
    judge_withdrawals,
    record_all,
    withdraw_all,
)
from strategy_app.services.alignment.proposal import accept, dismiss
from strategy_app.services.alignment.record import (
    align,
    confirm,
    load_row,
    reaffirm,
    send_back,
    withdraw,
)
from strategy_app.services.alignment.revert import Reverted, revert
from strategy_app.services.alignment.rules import (
    Conflict,
    Judgement,
    Source,
    Unread,
    check_can_be_aligned,
    check_judgement,
)

__all__ = [
    "Conflict",
    "Judgement",
    "Period",
    "Refused",
    "Reverted",
    "Source",
    "Unread",
    "Verdict",
    "accept",
    "align",
    "check_can_be_aligned",
    "check_judgement",
    "confirm",
    "confirm_all",
    "defer",
    "dismiss",
    "judge",
    "judge_confirmations",
    "judge_history",
    "judge_withdrawals",
    "load_all",
    "load_row",
    "reaffirm",
    "record_all",
    "revert",
    "send_back",
    "withdraw",
    "withdraw_all",
]
