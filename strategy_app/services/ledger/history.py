"""Load history: judgements that held for a time that has begun before today."""

import datetime
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategy_app import permissions
from strategy_app.models import Alignment, Change, Level
from strategy_app.models.dates import today
from strategy_app.services.ledger.asked import Asked
from strategy_app.services.ledger.rules import NotTheirs, Source, check_alignable
from strategy_app.services.ledger.step import Step

_BACKWARDS = gettext_lazy("It cannot end before it has begun.")


@dataclass(frozen=True)
class Load(Asked):
    """Append a judgement as it was recorded elsewhere: its evidence may lack a date.

    valid_until is the first day on which it no longer held, None where it still does.
    Only strategy admins load history, and the commands (``by`` is None), whose files may
    also begin later than today.
    """

    level: int
    rationale: str
    valid_from: datetime.date
    valid_until: datetime.date | None = None
    evidence: list[Source] = field(default_factory=list)

    action = Change.Action.IMPORT

    def take(self, facts):
        """History of one cell may stand in a plan several times, one after the other."""

    def step(self, facts, by):
        self._check(by)
        for row in facts.recorded(self):
            if self._is_recorded_in(row):
                return Step(self, "same", row)
        for row in facts.recorded(self):
            if self._overlaps(row):
                refusal = ValidationError({"valid_from": _what_overlaps(row)})
                return Step(self, "error", row, refusal=refusal)
        wording = facts.wording_on(self, self.valid_from)
        # What a command brings along was recorded, whatever the element was then.
        if by is not None or wording is None:
            check_alignable(wording)
        if not facts.take(self, self.valid_from, self.valid_until):
            raise ValidationError(
                {"valid_from": _("This period overlaps another one of this table.")}
            )
        row = Alignment(
            programme=self.programme,
            element=self.element,
            level=self.level,
            rationale=self.rationale,
            wording=wording,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
        )
        return Step(self, "add", None, wording, opens=row, sources=self.evidence)

    def _check(self, by):
        if by is not None:
            self._check_person(by)
        if self.valid_until is not None and self.valid_until > today():
            raise ValidationError(
                {"valid_until": _("History has ended by today, or is still in force.")}
            )
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise ValidationError({"valid_until": _BACKWARDS})
        errors = {}
        if self.level not in Level.values:
            errors["level"] = _("Choose a level: 0, 1 or 2.")
        if not self.rationale.strip():
            errors["rationale"] = _("Say why: this level needs a rationale.")
        if errors:
            raise ValidationError(errors)

    def _check_person(self, by):
        if not permissions.can_administer(by):
            raise NotTheirs("valid_from", _("Only strategy admins load history."))
        # A row that was replaced on its first day held on none: a system that recorded it
        # so may bring it along, nobody types it.
        if self.valid_until == self.valid_from:
            raise ValidationError({"valid_until": _BACKWARDS})
        if self.valid_from >= today():
            raise ValidationError(
                {
                    "valid_from": _(
                        "Give a day in the past, or leave it empty:"
                        " it then holds from today."
                    )
                }
            )

    def _is_recorded_in(self, row):
        """Whether a row says the same from the same day on; it may have ended since."""
        return (row.level, row.rationale, row.valid_from) == (
            self.level,
            self.rationale,
            self.valid_from,
        ) and self.valid_until in (None, row.valid_until)

    def _overlaps(self, row):
        """Whether they share a day; what was replaced on its first day holds on none."""
        if any(one.valid_until == one.valid_from for one in (self, row)):
            return False
        return (row.valid_until is None or self.valid_from < row.valid_until) and (
            self.valid_until is None or row.valid_from < self.valid_until
        )


def _what_overlaps(row):
    """Say which recorded row is in the way."""
    if row.valid_until is None:
        text = _("This overlaps what is recorded from %(first)s on (change %(change)d).")
    else:
        text = _(
            "This overlaps what is recorded from %(first)s until %(last)s"
            " (change %(change)d)."
        )
    return text % {
        "first": date_format(row.valid_from),
        "last": row.valid_until and date_format(row.valid_until),
        "change": row.opened_in_id,
    }
