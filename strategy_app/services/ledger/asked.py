"""What can be asked of the ledger: of one cell each, and what would come of it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from strategy_app import permissions
from strategy_app.models import (
    Alignment,
    Change,
    Deferral,
    Dismissal,
    Element,
    Programme,
    Return,
    User,
    Wording,
)
from strategy_app.models.dates import today
from strategy_app.services.ledger.facts import Facts
from strategy_app.services.ledger.rules import (
    Conflict,
    NotTheirs,
    Source,
    Unread,
    check_alignable,
    check_goes_on,
    check_judgement,
    check_may_align,
    check_read,
    says_the_same,
    sources_of,
)
from strategy_app.services.ledger.step import Step, begins_on, copy_of


@dataclass(frozen=True)
class Asked:
    """Something to be done to one cell.

    ``step`` says what would come of it, or raises what refuses it: Conflict,
    ValidationError by field, PermissionDenied.
    """

    programme: Programme
    element: Element

    action: ClassVar[str]

    @property
    def cell(self) -> tuple[int, int]:
        """The ids of programme and element."""
        return self.programme.pk, self.element.pk

    def step(self, facts: Facts, by: User) -> Step:
        """Return what would become of the cell; writes nothing."""
        raise NotImplementedError

    def take(self, facts: Facts) -> None:
        """Refuse a second answer to one cell in the same plan (ValidationError)."""
        if not facts.take(self, today(), None):
            raise ValidationError({"element": _("This cell stands here twice.")})

    def row_seen(self, facts: Facts) -> Alignment | None:
        """Return the row in force if it is the one that was seen, else raise Conflict."""
        current = facts.current(self)
        if (current.pk if current else None) != self.replaces:
            raise Conflict(current)
        return current

    def row_recorded(self, facts: Facts) -> Alignment:
        """Return the row in force likewise; refuse a cell where there is none."""
        current = self.row_seen(facts)
        if current is None:
            raise ValidationError({"element": _("Nothing is recorded here.")})
        return current

    def wording(self, facts: Facts) -> Wording:
        """Return the wording that a judgement made today would be about."""
        check_goes_on(self.programme)
        return check_alignable(facts.wording(self))


@dataclass(frozen=True)
class Align(Asked):
    """Record a judgement in place of the row ``replaces``, the id of the one seen, or None.

    read: the id of the wording that was seen, None where they do not say. adds: whether
    ``evidence`` stands beside what is recorded already, of which none is dropped.
    """

    level: int
    rationale: str
    evidence: list[Source] = field(default_factory=list)
    replaces: int | None = None
    read: int | None = None
    adds: bool = False

    action = Change.Action.ALIGN

    def step(self, facts, by):
        check_may_align(by, self.programme)
        current = self.row_seen(facts)
        wording = self.wording(facts)
        check_read(wording, self.read, current)
        recorded = sources_of(current)
        sources = together(recorded, self.evidence) if self.adds else self.evidence
        check_judgement(self.level, self.rationale, sources, recorded)
        step = Step(self, "add", current, wording, sources=sources)
        if current is not None:
            step.kind, step.closes = "update", True
            if says_the_same(current, self.level, self.rationale, sources, wording):
                step.kind, step.closes = "same", False
                return step
        step.opens = Alignment(
            programme=self.programme,
            element=self.element,
            level=self.level,
            rationale=self.rationale,
            wording=wording,
            valid_from=begins_on(current),
        )
        return step


@dataclass(frozen=True)
class AddSource(Asked):
    """Record the judgement in force again, with a source beside those it rests on."""

    source: Source
    replaces: int | None
    read: int | None = None

    action = Change.Action.ALIGN

    def step(self, facts, by):
        check_may_align(by, self.programme)
        current = self.row_recorded(facts)
        return Align(
            self.programme,
            self.element,
            current.level,
            current.rationale,
            [self.source],
            replaces=current.pk,
            read=self.read,
            adds=True,
        ).step(facts, by)


@dataclass(frozen=True)
class Withdraw(Asked):
    """Close the row in force without a successor: not assessed again."""

    replaces: int | None

    action = Change.Action.WITHDRAW

    def step(self, facts, by):
        check_may_align(by, self.programme)
        return Step(self, "withdraw", self.row_recorded(facts), closes=True)


@dataclass(frozen=True)
class Confirm(Asked):
    """Record that a second person stands by the row in force.

    Where an earlier confirmation has lapsed, the same judgement is recorded anew and that
    is confirmed: a row is confirmed once.
    """

    replaces: int | None

    action = Change.Action.CONFIRM

    def step(self, facts, by):
        current = row_to_confirm(self, facts, by)
        state = facts.state(current)
        if state.is_reworded:
            raise ValidationError(
                {"element": _("The element's wording has changed: re-read it first.")}
            )
        if state.is_confirmed:
            return Step(self, "same", current)
        step = Step(self, "confirm", current, confirms=True)
        if current.confirmed_in_id is not None:
            step.closes = True
            step.opens, step.sources = copy_of(current, continues=current.judgement)
        return step


@dataclass(frozen=True)
class SendBack(Asked):
    """Return a record to whoever made it, with a note; it stays in force as it is."""

    replaces: int | None
    note: str

    action = Change.Action.RETURN

    def step(self, facts, by):
        current = row_to_confirm(self, facts, by)
        if not self.note.strip():
            raise ValidationError({"note": _("Say what ought to be looked at again.")})
        written = Return(alignment=current, note=self.note)
        return Step(self, "return", current, beside=written)


@dataclass(frozen=True)
class Reaffirm(Asked):
    """Record that the judgement in force is still right: of today's wording, made today.

    A confirmation goes on when it has not lapsed and is of another person.
    """

    replaces: int | None
    read: int | None = None

    action = Change.Action.REAFFIRM

    def step(self, facts, by):
        check_may_align(by, self.programme)
        current = self.row_recorded(facts)
        wording = self.wording(facts)
        check_read(wording, self.read, current)
        confirmed_in = current.confirmed_in if facts.state(current).is_confirmed else None
        if confirmed_in is not None and confirmed_in.by_id == by.pk:
            confirmed_in = None
        row, sources = copy_of(current, wording=wording, confirmed_in=confirmed_in)
        return Step(
            self, "reaffirm", current, wording, closes=True, opens=row, sources=sources
        )


@dataclass(frozen=True)
class Defer(Asked):
    """Skip a cell for now; whatever is written about it later settles that."""

    reason: str

    action = Change.Action.DEFER

    def step(self, facts, by):
        check_may_align(by, self.programme)
        wording = self.wording(facts)
        if not self.reason.strip():
            raise ValidationError({"reason": _("Say why it has to wait.")})
        written = Deferral(
            programme=self.programme, element=self.element, reason=self.reason
        )
        return Step(self, "defer", wording=wording, beside=written)


@dataclass(frozen=True)
class Dismiss(Asked):
    """Set aside what an empty cell has to go by: it does not apply.

    seen: the ids of the proposals that were seen, None where they do not say.
    """

    read: int | None = None
    seen: Collection[int] | None = None

    action = Change.Action.DISMISS

    def step(self, facts, by):
        check_may_align(by, self.programme)
        current = facts.current(self)
        if current is not None:
            raise Conflict(current)
        wording = self.wording(facts)
        check_read(wording, self.read, None)
        if self.seen is not None and facts.proposed(self, wording) != set(self.seen):
            raise Unread(None, wording, None)
        written = Dismissal(programme=self.programme, element=self.element)
        return Step(self, "dismiss", wording=wording, beside=written)


def row_to_confirm(asked: Asked, facts: Facts, by: User) -> Alignment:
    """Return the row in force that a second person judges; they may not be its author."""
    check_may_align(by, asked.programme)
    current = asked.row_recorded(facts)
    if not permissions.can_confirm(by, current):
        raise NotTheirs(
            "confirm", _("Only a second person with the right can confirm this.")
        )
    return current


def together(recorded: list[Source], added: list[Source]) -> list[Source]:
    """Return what is recorded and what is added, each source once."""
    known = {item.identity for item in recorded}
    return recorded + [item for item in added if item.identity not in known]
