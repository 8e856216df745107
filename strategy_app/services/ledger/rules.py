"""What the ledger asks of a judgement, wherever it comes from."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from strategy_app import permissions
from strategy_app.models import Alignment, Element, Level, Programme, User, Wording
from strategy_app.models.dates import today
from strategy_app.queries import strategy as strategy_queries


class Conflict(Exception):
    """The row in force is not the one that the writer saw.

    ``current`` is the row now in force, or None where there is none.
    """

    def __init__(self, current: Alignment | None):
        super().__init__("another row is in force")
        self.current = current


class Unread(Conflict):
    """What is answered says something else than what the writer has read.

    ``wording`` is the one in force. ``read`` is the one that was read, or None where it
    cannot be told, or where it is the records to go by that are others.
    """

    def __init__(self, current: Alignment | None, wording: Wording, read: Wording | None):
        super().__init__(current)
        self.wording, self.read = wording, read


class NotTheirs(PermissionDenied):
    """This person may not do this. ``errors`` says so by field, as a ValidationError."""

    def __init__(self, field: str, message: str):
        super().__init__()
        self.errors = {field: [message]}


@dataclass(frozen=True)
class Source:
    """A piece of evidence to be recorded: a title, an address or file, its date."""

    title: str
    url: str = ""
    file: Any = ""
    dated_on: datetime.date | None = None

    @classmethod
    def of(cls, item) -> "Source":
        """Return recorded evidence as it would be recorded anew."""
        return cls(item.title, item.url, item.file.name or "", item.dated_on)

    @property
    def identity(self) -> tuple:
        """What tells one source from another."""
        name = getattr(self.file, "name", self.file) or ""
        return self.title, self.url, name, self.dated_on


def check_may_align(by: User, programme: Programme) -> None:
    """Refuse whoever may not record for a programme (NotTheirs)."""
    if not permissions.can_align(by, programme):
        raise NotTheirs(
            "programme", _("You may not record for this programme's department.")
        )


def check_can_be_aligned(programme: Programme, element: Element) -> Wording:
    """Return the wording in force that a judgement made today would be about.

    Raises ValidationError when the programme has ended, or the element is not in the
    revision in force, or is there for context only.
    """
    check_goes_on(programme)
    revision = strategy_queries.revision_in_force(element.strategy_id, today())
    wording = (
        revision and Wording.objects.filter(revision=revision, element=element).first()
    )
    return check_alignable(wording)


def check_goes_on(programme: Programme) -> None:
    """Refuse a programme that has ended (ValidationError)."""
    if programme.has_ended(today()):
        raise ValidationError(
            {"programme": _("This programme has ended; its record is closed.")},
            code="ended",
        )


def check_alignable(wording: Wording | None) -> Wording:
    """Return the wording in force of an element that can be aligned with.

    Raises ValidationError where there is none, or it is there for context only.
    """
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


def check_read(wording: Wording, read: int | None, current: Alignment | None) -> None:
    """Refuse an answer to another text than the one in force (Unread).

    read: the id of the wording that the writer saw, None where they do not say. A later
    revision that says the same of the element was read with it.
    """
    if read in (None, wording.pk):
        return
    seen = Wording.objects.filter(
        pk=read, element=wording.element_id, revision__published_in__isnull=False
    ).first()
    if seen is None or _texts(seen) != _texts(wording):
        raise Unread(current, wording, seen)


def _texts(wording):
    return wording.title_en, wording.title_ja, wording.body_en, wording.body_ja


def check_judgement(
    level: int, rationale: str, evidence: list[Source], recorded: Iterable[Source] = ()
) -> None:
    """Refuse a judgement that lacks what its level asks for (ValidationError by field).

    Every level needs a rationale, a principal one also a dated source: the evidence rule
    of the OECD-DAC handbook, made stricter. ``recorded`` is what stood behind the row that
    is replaced: loaded history may lack dates, and its sources are not lost for that.
    """
    known = {item.identity for item in recorded}
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
    if any(item.dated_on is None and item.identity not in known for item in evidence):
        errors["evidence"] = _("Give the date of each source.")
    if errors:
        raise ValidationError(errors)


def says_the_same(
    current: Alignment,
    level: int,
    rationale: str,
    evidence: list[Source],
    wording: Wording,
) -> bool:
    """Whether the row in force already records just this, about the same wording."""
    recorded = (current.level, current.rationale, current.wording_id)
    if recorded != (level, rationale, wording.pk):
        return False
    return {item.identity for item in sources_of(current)} == {
        item.identity for item in evidence
    }


def sources_of(row: Alignment | None) -> list[Source]:
    """Return the recorded evidence of a row as it would be recorded anew."""
    return [Source.of(item) for item in row.evidence.all()] if row else []
