"""Take back a change of the ledger, or beside it: by a new change, losing nothing."""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext as _

from strategy_app.models import Alignment, Change, Dismissal, User
from strategy_app.queries import alignment as alignment_queries
from strategy_app.services.change import discard, recording
from strategy_app.services.ledger.asked import Asked
from strategy_app.services.ledger.carry_out import carry_out
from strategy_app.services.ledger.plan import Plan, plan
from strategy_app.services.ledger.rules import check_may_align
from strategy_app.services.ledger.step import Step, begins_on, copy_of

REVERTIBLE = {
    Change.Action.ALIGN,
    Change.Action.WITHDRAW,
    Change.Action.CONFIRM,
    Change.Action.REAFFIRM,
    Change.Action.DISMISS,
    Change.Action.IMPORT,
    Change.Action.REVERT,
}


@dataclass(frozen=True)
class Restore(Asked):
    """Let a cell be as it was before ``change``, unless something newer stands there.

    left: the row in force that the change left there, None where it withdrew one.
    before: the row that was in force before, None where there was none. dismissal: what
    the change wrote beside the ledger, where it set the proposals of a cell aside or took
    that back. What is brought back counts as judged when and by whom it was first.
    """

    change: Change
    left: Alignment | None = None
    before: Alignment | None = None
    dismissal: Dismissal | None = None

    action = Change.Action.REVERT

    def step(self, facts, by):
        check_may_align(by, self.programme)
        current = facts.current(self)
        problem = self._problem(current)
        if problem:
            raise ValidationError({"element": problem})
        step = Step(self, "restore", current, closes=current is not None)
        if self.before is not None:
            step.opens, step.sources = copy_of(
                self.before,
                valid_from=begins_on(current),
                # What a change has confirmed in place was not confirmed before it.
                confirmed_in_id=self.before.confirmed_in_id
                if self.before.confirmed_in_id != self.change.pk
                else None,
                continues=self.before.judgement,
            )
        if self.dismissal is not None:
            step.beside = Dismissal(
                programme=self.programme,
                element=self.element,
                waits_again=not self.dismissal.waits_again,
            )
        return step

    def _problem(self, current):
        """Return why the cell stays as it is, or an empty text."""
        left = self.left
        if left is not None and left.closed_in_id == self.change.pk:
            return _("This is history that has ended; it is kept as it was loaded.")
        if (left and left.pk) != (current and current.pk) or self._is_answered_anew():
            return _("Something newer stands here.")
        if current is not None and (current.confirmed_in_id or 0) > self.change.pk:
            return _("A second person has confirmed it since.")
        return ""

    def _is_answered_anew(self):
        """Whether the cell was judged, or its proposals answered again, since then."""
        if self.dismissal is None:
            return False
        cell = {"programme": self.programme, "element": self.element}
        return (
            Alignment.objects.filter(**cell, opened_in__gt=self.change).exists()
            or Dismissal.objects.filter(**cell, dismissed_in__gt=self.change).exists()
        )


@dataclass
class Reverted:
    """What came of it. change: None where nothing could be taken back."""

    change: Change | None = None
    restored: list[Step] = field(default_factory=list)
    refused: list[Step] = field(default_factory=list)


def can_be_reverted(change: Change) -> bool:
    """Whether it is a kind of change that people can take back."""
    return change.action in REVERTIBLE


def plan_revert(change: Change, *, by: User) -> Plan:
    """Return what taking back ``change`` would do, cell by cell."""
    return plan(_to_restore(change), by=by)


def revert(
    *, change: Change, by: User, source: str = Change.Source.PAGE, reason: str = ""
) -> Reverted:
    """Bring back, by a new change, what was in force in each cell before ``change``.

    A cell where something newer stands, or that is not theirs, stays as it is and is among
    ``refused``. What is brought back keeps its confirmation. Raises ValidationError for
    other kinds of change.
    """
    if not can_be_reverted(change):
        raise ValidationError(_("A change of this kind cannot be taken back here."))
    with recording(
        Change.Action.REVERT, by=by, source=source, reason=reason, reverts=change
    ) as new:
        whole = plan_revert(change, by=by)
        possible = whole.without_refused()
        if carry_out(possible) is None:
            discard(new)
            return Reverted(refused=whole.refused)
        return Reverted(new, possible.steps, whole.refused)


def _to_restore(change):
    """Return what is to be taken back in each cell that a change touched."""
    rows = alignment_queries.rows()
    found = {}

    def note(row, **what):
        cell = found.setdefault((row.programme_id, row.element_id), {"row": row})
        for name, value in what.items():
            cell.setdefault(name, value)

    # Of a cell with history, what is in force comes before what has ended.
    last_first = F("valid_until").desc(nulls_first=True)
    for row in rows.filter(opened_in=change).order_by(last_first):
        note(row, left=row)
    for row in rows.filter(closed_in=change).exclude(opened_in=change):
        note(row, before=row)
    for row in rows.filter(confirmed_in=change, opened_in__lt=change):
        note(row, left=row, before=row)
    for row in change.dismissals.select_related("programme", "element").order_by("id"):
        note(row, dismissal=row)
    for key in sorted(found):
        row = found[key].pop("row")
        yield Restore(row.programme, row.element, change, **found[key])
