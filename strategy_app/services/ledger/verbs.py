"""One thing done to one cell: plans of one, each in one change.

All of them raise what refuses it: Conflict when ``replaces``, the id of the row in force
that was seen, is not the row in force; Unread when ``read``, the id of the wording that was
seen (None where they do not say), says something else than the one in force;
PermissionDenied; and ValidationError by field when the rules of the ledger refuse it.
"""

from collections.abc import Collection

from strategy_app.models import (
    Alignment,
    Change,
    Deferral,
    Dismissal,
    Element,
    Programme,
    Return,
    User,
)
from strategy_app.services.ledger.asked import (
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
from strategy_app.services.ledger.plan import Refused, plan
from strategy_app.services.ledger.rules import Source, sources_of
from strategy_app.services.ledger.step import Step


def align(
    *,
    programme: Programme,
    element: Element,
    level: int,
    rationale: str,
    evidence: list[Source],
    replaces: int | None,
    by: User,
    read: int | None = None,
    source: str = Change.Source.PAGE,
) -> Alignment:
    """Record a judgement in place of the row ``replaces`` and return the new row.

    Recording again what is in force already changes nothing and returns that row.
    """
    asked = Align(programme, element, level, rationale, evidence, replaces, read)
    return _done(asked, by=by, source=source).row


def accept(
    *,
    element: Element,
    proposal: Alignment,
    by: User,
    read: int | None = None,
    source: str = Change.Source.PAGE,
) -> Alignment:
    """Record of an element what was recorded of the one it comes from; return the new row.

    It is the person's own judgement of the wording in force, made today, with the level,
    the rationale and the evidence of the proposal, in a cell that nobody has judged.
    """
    asked = Align(
        proposal.programme,
        element,
        proposal.level,
        proposal.rationale,
        sources_of(proposal),
        read=read,
    )
    return _done(asked, by=by, source=source).row


def withdraw(
    *,
    programme: Programme,
    element: Element,
    replaces: int | None,
    by: User,
    reason: str = "",
    source: str = Change.Source.PAGE,
) -> Alignment:
    """Close the row in force without a successor: not assessed again. Return it."""
    asked = Withdraw(programme, element, replaces)
    return _done(asked, by=by, source=source, reason=reason).row


def confirm(
    *, alignment: Alignment, by: User, source: str = Change.Source.PAGE
) -> Alignment:
    """Record that a second person stands by this row; return the row in force.

    Confirming a confirmed row changes nothing.
    """
    asked = Confirm(alignment.programme, alignment.element, alignment.pk)
    return _done(asked, by=by, source=source).row


def send_back(
    *, alignment: Alignment, note: str, by: User, source: str = Change.Source.PAGE
) -> Return:
    """Return a record to whoever made it, with a note; whoever may confirm may."""
    asked = SendBack(alignment.programme, alignment.element, alignment.pk, note)
    return _done(asked, by=by, source=source).beside


def reaffirm(
    *,
    programme: Programme,
    element: Element,
    replaces: int | None,
    by: User,
    read: int | None = None,
    source: str = Change.Source.PAGE,
) -> Alignment:
    """Record that the judgement in force is still right, and return its new row."""
    asked = Reaffirm(programme, element, replaces, read)
    return _done(asked, by=by, source=source).row


def defer(
    *,
    programme: Programme,
    element: Element,
    reason: str,
    by: User,
    source: str = Change.Source.PAGE,
) -> Deferral:
    """Record that somebody skips a cell for now; the ledger stays as it is."""
    return _done(Defer(programme, element, reason), by=by, source=source).beside


def dismiss(
    *,
    programme: Programme,
    element: Element,
    by: User,
    read: int | None = None,
    seen: Collection[int] | None = None,
    source: str = Change.Source.PAGE,
) -> Dismissal:
    """Record that what a cell has to go by does not apply to it; return that.

    The cell stays not assessed: nobody has judged it. ``seen`` are the ids of the proposals
    that were seen, None where they do not say.
    """
    # So that the list of changes says of which cell, too.
    reason = f"{programme.code} × {element.code}"
    asked = Dismiss(programme, element, read, seen)
    return _done(asked, by=by, source=source, reason=reason).beside


def _done(asked: Asked, *, by: User, source: str, reason: str = "") -> Step:
    """Carry out a plan of one and return its step, or raise what refuses it."""
    one = plan([asked], by=by)
    try:
        carry_out(one, source=source, reason=reason)
    except Refused as refused:
        raise refused.plan.steps[0].refusal from None
    return one.steps[0]
