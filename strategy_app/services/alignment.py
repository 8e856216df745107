"""Write the ledger: align, withdraw, confirm, load history. Nothing else does."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from strategy_app import permissions
from strategy_app.models import (
    Alignment,
    Change,
    Element,
    Evidence,
    Level,
    Programme,
    User,
    Wording,
)
from strategy_app.models.dates import today
from strategy_app.queries import strategy as strategy_queries
from strategy_app.services.change import discard, recording


class Conflict(Exception):
    """The row in force is not the one that the writer saw.

    ``current`` is the row now in force, or None where there is none.
    """

    def __init__(self, current: Alignment | None):
        super().__init__("another row is in force")
        self.current = current


@dataclass(frozen=True)
class Source:
    """A piece of evidence to be recorded: a title, an address or file, its date."""

    title: str
    url: str = ""
    file: Any = ""
    dated_on: datetime.date | None = None


def align(
    *,
    programme: Programme,
    element: Element,
    level: int,
    rationale: str,
    evidence: list[Source],
    replaces: int | None,
    by: User,
    source: str = Change.Source.PAGE,
) -> Alignment:
    """Record a judgement in place of the row ``replaces`` and return the new row.

    ``replaces`` is the id of the row in force that the writer saw, None for no row.
    Recording again what is in force already changes nothing and returns that row.

    Raises Conflict when another row is in force, PermissionDenied, and ValidationError
    by field when the rules of the ledger refuse the judgement.
    """
    if not permissions.can_align(by, programme):
        raise PermissionDenied
    with recording(Change.Action.ALIGN, by=by, source=source) as change:
        current = _row_in_force(programme, element, replaces)
        wording = check_can_be_aligned(programme, element)
        check_judgement(level, rationale, evidence)
        if current is not None and _says_the_same(
            current, level, rationale, evidence, wording
        ):
            discard(change)
            return current
        begins = today()
        if current is not None:
            begins = max(begins, current.valid_from)
            _close(current, begins, change)
        row = Alignment.objects.create(
            programme=programme,
            element=element,
            level=level,
            rationale=rationale,
            wording=wording,
            valid_from=begins,
            opened_in=change,
        )
        _attach(row, evidence)
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
        return _close(current, max(today(), current.valid_from), change)


def confirm(
    *, alignment: Alignment, by: User, source: str = Change.Source.PAGE
) -> Alignment:
    """Record that a second person stands by this row; return it.

    Confirming a confirmed row changes nothing. Raises Conflict when the row is no longer
    in force, PermissionDenied when it is theirs or they lack the right.
    """
    if not permissions.can_confirm(by, alignment):
        raise PermissionDenied
    with recording(Change.Action.CONFIRM, by=by, source=source) as change:
        current = _row_in_force(alignment.programme, alignment.element, alignment.pk)
        if current is None:
            raise Conflict(None)
        if current.confirmed_in_id is not None:
            discard(change)
            return current
        current.confirmed_in = change
        current.save(update_fields=["confirmed_in"])
        return current


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
    if valid_until is not None and valid_until > today():
        raise ValidationError(
            {"valid_until": _("History has ended by today, or is still in force.")}
        )
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
    _attach(row, evidence)
    return row


def check_can_be_aligned(programme: Programme, element: Element) -> Wording:
    """Return the wording in force that a judgement made today would be about.

    Raises ValidationError when the programme has ended, or the element is not in the
    revision in force, or is there for context only.
    """
    if programme.has_ended(today()):
        raise ValidationError(
            {"programme": _("This programme has ended; its record is closed.")},
            code="ended",
        )
    revision = strategy_queries.revision_in_force(element.strategy_id, today())
    wording = (
        revision and Wording.objects.filter(revision=revision, element=element).first()
    )
    if wording is None:
        raise ValidationError(
            {"element": _("This element is not in the revision in force.")},
            code="not_in_force",
        )
    if not wording.is_alignable:
        raise ValidationError(
            {"element": _("This element is context; nothing is aligned with it.")},
            code="not_alignable",
        )
    return wording


def check_judgement(level: int, rationale: str, evidence: list[Source]) -> None:
    """Refuse a judgement that lacks what its level asks for (ValidationError by field).

    Every level needs a rationale, a principal one also a dated source: the evidence rule
    of the OECD-DAC handbook, made stricter.
    """
    errors = {}
    if level not in Level.values:
        errors["level"] = _("Choose a level: 0, 1 or 2.")
    if not rationale.strip():
        errors["rationale"] = (
            _("Say in a sentence why it is not targeted.")
            if level == Level.NOT_TARGETED
            else _("Say why: this level needs a rationale.")
        )
    if level == Level.PRINCIPAL and not any(item.dated_on for item in evidence):
        errors["evidence"] = _("A principal alignment needs a dated source.")
    if any(item.dated_on is None for item in evidence):
        errors["evidence"] = _("Give the date of each source.")
    if errors:
        raise ValidationError(errors)


def _row_in_force(programme, element, replaces):
    """Return the open row of a cell if it is the one that was seen, else Conflict."""
    current = Alignment.objects.open().filter(programme=programme, element=element).first()
    if (current.pk if current else None) != replaces:
        raise Conflict(current)
    return current


def _close(row, day, change):
    row.valid_until = day
    row.closed_in = change
    row.save(update_fields=["valid_until", "closed_in"])
    return row


def _attach(row, evidence):
    for item in evidence:
        Evidence.objects.create(
            alignment=row,
            title=item.title,
            url=item.url,
            file=item.file,
            dated_on=item.dated_on,
        )


def _says_the_same(current, level, rationale, evidence, wording):
    if (current.level, current.rationale, current.wording_id) != (
        level,
        rationale,
        wording.pk,
    ):
        return False
    recorded = {
        (item.title, item.url, item.file.name or "", item.dated_on)
        for item in current.evidence.all()
    }
    return recorded == {
        (item.title, item.url, getattr(item.file, "name", item.file) or "", item.dated_on)
        for item in evidence
    }
