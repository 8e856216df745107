"""Write one cell of the ledger: align, withdraw, confirm, re-affirm, load history."""

import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from strategy_app import permissions
from strategy_app.models import (
    Alignment,
    Change,
    Element,
    Evidence,
    Programme,
    Return,
    User,
    Wording,
)
from strategy_app.models.dates import today
from strategy_app.queries import alignment as alignment_queries
from strategy_app.services.alignment.rules import (
    Conflict,
    Source,
    check_can_be_aligned,
    check_judgement,
    check_read,
    says_the_same,
    sources_of,
)
from strategy_app.services.change import discard, recording


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

    ``replaces`` is the id of the row in force that the writer saw, None for no row, and
    ``read`` that of the wording, None where they do not say. Recording again what is in
    force already changes nothing and returns that row.

    Raises Conflict when another row is in force, Unread when another text is,
    PermissionDenied, and ValidationError by field when the rules of the ledger refuse the
    judgement.
    """
    if not permissions.can_align(by, programme):
        raise PermissionDenied
    with recording(Change.Action.ALIGN, by=by, source=source) as change:
        current = _row_in_force(programme, element, replaces)
        wording = check_can_be_aligned(programme, element)
        check_read(wording, read, current)
        check_judgement(level, rationale, evidence, sources_of(current))
        if current is not None and says_the_same(
            current, level, rationale, evidence, wording
        ):
            discard(change)
            return current
        begins = today()
        if current is not None:
            begins = close(current, change).valid_until
        row = Alignment.objects.create(
            programme=programme,
            element=element,
            level=level,
            rationale=rationale,
            wording=wording,
            valid_from=begins,
            opened_in=change,
        )
        attach(row, evidence)
        return row


def withdraw(
    *,
    programme: Programme,
    element: Element,
    replaces: int,
    by: User,
    reason: str = "",
    source: str = Change.Source.PAGE,
) -> Alignment:
    """Close the row in force without a successor: not assessed again. Return it.

    Raises Conflict when ``replaces`` is not the row in force, PermissionDenied.
    """
    if not permissions.can_align(by, programme):
        raise PermissionDenied
    with recording(Change.Action.WITHDRAW, by=by, source=source, reason=reason) as change:
        current = _row_in_force(programme, element, replaces)
        if current is None:
            raise Conflict(None)
        return close(current, change)


def confirm(
    *, alignment: Alignment, by: User, source: str = Change.Source.PAGE
) -> Alignment:
    """Record that a second person stands by this row; return the row in force.

    Confirming a confirmed row changes nothing. Where an earlier confirmation has lapsed,
    the same judgement is recorded anew and that is confirmed: a row is confirmed once.

    Raises Conflict when the row is no longer in force, PermissionDenied when it is theirs
    or they lack the right, and ValidationError where the wording that was judged is no
    longer the one in force: it has to be re-read first.
    """
    if not permissions.can_confirm(by, alignment):
        raise PermissionDenied
    with recording(Change.Action.CONFIRM, by=by, source=source) as change:
        current = _row_in_force(alignment.programme, alignment.element, alignment.pk)
        if current is None:
            raise Conflict(None)
        state = _state_of(current)
        if state.is_reworded:
            raise ValidationError(
                {"element": _("The element's wording has changed: re-read it first.")}
            )
        if state.is_confirmed:
            discard(change)
            return current
        if current.confirmed_in_id is not None:
            return again(current, change, confirmed_in=change, continues=current.judgement)
        current.confirmed_in = change
        current.save(update_fields=["confirmed_in"])
        return current


def send_back(
    *, alignment: Alignment, note: str, by: User, source: str = Change.Source.PAGE
) -> Return:
    """Return a record to whoever made it, with a note; it stays in force as it is.

    Whoever may confirm may return. Raises Conflict when the row is no longer in force,
    PermissionDenied, and ValidationError without a note.
    """
    if not permissions.can_confirm(by, alignment):
        raise PermissionDenied
    with recording(Change.Action.RETURN, by=by, source=source) as change:
        current = _row_in_force(alignment.programme, alignment.element, alignment.pk)
        if current is None:
            raise Conflict(None)
        if not note.strip():
            raise ValidationError({"note": _("Say what ought to be looked at again.")})
        return Return.objects.create(alignment=current, note=note, returned_in=change)


def reaffirm(
    *,
    programme: Programme,
    element: Element,
    replaces: int,
    by: User,
    read: int | None = None,
    source: str = Change.Source.PAGE,
) -> Alignment:
    """Record that the judgement in force is still right, and return its new row.

    It says the same about the wording in force, judged today. A confirmation goes on when
    it has not lapsed and is of another person than ``by``. Arguments as ``align`` has
    them, and raises as it does.
    """
    if not permissions.can_align(by, programme):
        raise PermissionDenied
    with recording(Change.Action.REAFFIRM, by=by, source=source) as change:
        current = _row_in_force(programme, element, replaces)
        if current is None:
            raise Conflict(None)
        wording = check_can_be_aligned(programme, element)
        check_read(wording, read, current)
        is_confirmed = _state_of(current).is_confirmed
        goes_on = is_confirmed and current.confirmed_in.by_id != by.pk
        return again(
            current,
            change,
            wording=wording,
            confirmed_in=current.confirmed_in if goes_on else None,
        )


def load_row(
    *,
    programme: Programme,
    element: Element,
    level: int,
    rationale: str,
    evidence: list[Source],
    wording: Wording,
    valid_from: datetime.date,
    valid_until: datetime.date | None,
    change: Change,
) -> Alignment | None:
    """Append one row of history inside an open ``change``; return it.

    Returns None where the ledger has the same row already, so that loading twice changes
    nothing. History is taken as it was recorded elsewhere: its evidence may lack a date.
    The database refuses a period that overlaps another one (IntegrityError); an end
    that is yet to come is a ValidationError, since nobody can have closed the row.
    """
    check_history_ends(valid_until)
    same = Alignment.objects.filter(
        programme=programme, element=element, level=level, rationale=rationale,
        valid_from=valid_from,
    )  # fmt: skip
    if same.exists():
        return None
    row = Alignment.objects.create(
        programme=programme,
        element=element,
        level=level,
        rationale=rationale,
        wording=wording,
        valid_from=valid_from,
        valid_until=valid_until,
        opened_in=change,
        closed_in=change if valid_until else None,
    )
    attach(row, evidence)
    return row


def check_history_ends(valid_until: datetime.date | None) -> None:
    """Refuse history whose end is yet to come (ValidationError)."""
    if valid_until is not None and valid_until > today():
        raise ValidationError(
            {"valid_until": _("History has ended by today, or is still in force.")}
        )


def again(row: Alignment, change: Change, **differently) -> Alignment:
    """Close a row and append one that says the same but for ``differently``."""
    close(row, change)
    return append_copy(row, change, **({"valid_from": row.valid_until} | differently))


def append_copy(row: Alignment, change: Change, **differently) -> Alignment:
    """Append a row with the content and the evidence of another one."""
    values = {
        "programme_id": row.programme_id,
        "element_id": row.element_id,
        "level": row.level,
        "rationale": row.rationale,
        "wording_id": row.wording_id,
        "valid_from": today(),
        "opened_in": change,
    }
    if "wording" in differently:
        del values["wording_id"]
    copy = Alignment.objects.create(**(values | differently))
    attach(copy, sources_of(row))
    return copy


def close(row: Alignment, change: Change) -> Alignment:
    """Close a row in force as of today, or of its first day where that is later."""
    row.valid_until = max(today(), row.valid_from)
    row.closed_in = change
    row.save(update_fields=["valid_until", "closed_in"])
    return row


def attach(row: Alignment, evidence: list[Source]) -> None:
    """Record the evidence that a new row rests on."""
    for item in evidence:
        Evidence.objects.create(
            alignment=row,
            title=item.title,
            url=item.url,
            file=item.file,
            dated_on=item.dated_on,
        )


def _row_in_force(programme, element, replaces):
    """Return the open row of a cell if it is the one that was seen, else Conflict."""
    current = alignment_queries.open_row(programme, element)
    if (current.pk if current else None) != replaces:
        raise Conflict(current)
    return current


def _state_of(row):
    """Return how a row stands at this moment."""
    return alignment_queries.states_now([row], today())[row.pk]
