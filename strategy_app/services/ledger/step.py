"""What would become of one cell."""

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from strategy_app.models import Alignment, Deferral, Dismissal, Return, Wording
from strategy_app.models.dates import today
from strategy_app.services.ledger.rules import NotTheirs, Source, sources_of


@dataclass
class Step:
    """What was asked of one cell, what was read there, and what would be written.

    kind: "add", "update", "withdraw", "confirm", "reaffirm", "return", "defer", "dismiss"
    or "restore"; "same" where there is nothing to do; "conflict" where ``current``, the row
    in force, is not the one that was seen; "error". wording: what a new row is about.

    Written is what the other fields hold: ``closes`` the row in force; ``opens`` a row
    that is not saved yet, resting on ``sources``; ``confirms`` the row that then is in
    force; saves what stands ``beside`` the ledger.
    """

    asked: Any
    kind: str
    current: Alignment | None = None
    wording: Wording | None = None
    closes: bool = False
    opens: Alignment | None = None
    sources: list[Source] = field(default_factory=list)
    confirms: bool = False
    beside: Return | Deferral | Dismissal | None = None
    refusal: Exception | None = None

    @property
    def is_refused(self) -> bool:
        """Whether this keeps the whole plan from being carried out."""
        return self.refusal is not None

    @property
    def errors(self) -> dict[str, list[str]]:
        """What is wrong, by field; nothing for a conflict."""
        if isinstance(self.refusal, ValidationError):
            return self.refusal.message_dict
        return self.refusal.errors if isinstance(self.refusal, NotTheirs) else {}

    @property
    def problem(self) -> str:
        """What is wrong, as text."""
        return " ".join(text for texts in self.errors.values() for text in texts)

    @property
    def row(self) -> Alignment | None:
        """The row that the step ends with: the new one, else the one that was there."""
        return self.opens or self.current


def begins_on(current: Alignment | None):
    """Return the day on which a row in force would end and its successor begin.

    Today, or the first day of the row where that is later.
    """
    return max(today(), current.valid_from) if current else today()


def copy_of(row: Alignment, **differently) -> tuple[Alignment, list[Source]]:
    """Return a row that says the same but for ``differently``, and what it rests on."""
    values = {
        "programme": row.programme,
        "element": row.element,
        "level": row.level,
        "rationale": row.rationale,
        "wording": row.wording,
        "valid_from": begins_on(row),
    }
    return Alignment(**(values | differently)), sources_of(row)
