"""Say what would become of any number of cells; writes nothing."""

import dataclasses
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError

from strategy_app.coverage.frame import Frame
from strategy_app.models import Change, User
from strategy_app.services.ledger.asked import Asked
from strategy_app.services.ledger.facts import Facts
from strategy_app.services.ledger.rules import Conflict
from strategy_app.services.ledger.step import Step

# The most cells that one change may write: what one can still look through.
MOST = 5_000


@dataclass
class Plan:
    """What would become of each cell that was asked for, in this order.

    by: who asks. frame: the columns that proposals were read in, if any were.
    """

    by: User | None
    steps: list[Step]
    frame: Frame | None = None

    @property
    def refused(self) -> list[Step]:
        """What keeps the plan from being carried out."""
        return [step for step in self.steps if step.is_refused]

    @property
    def to_do(self) -> list[Step]:
        """What would be written."""
        return [step for step in self.steps if not step.is_refused and step.kind != "same"]

    @property
    def numbers(self) -> Counter:
        """How many steps there are of each kind."""
        return Counter(step.kind for step in self.steps)

    @property
    def action(self) -> str:
        """What the list of changes calls it: what is asked of the first cell."""
        return self.steps[0].asked.action if self.steps else Change.Action.ALIGN

    def without_refused(self) -> "Plan":
        """Return the plan of only what is not refused."""
        steps = [step for step in self.steps if not step.is_refused]
        return dataclasses.replace(self, steps=steps)


class Refused(Exception):
    """At least one cell of ``plan`` cannot be written, so none was."""

    def __init__(self, refused: Plan):
        super().__init__("not every cell can be written")
        self.plan = refused


def plan(rows: Iterable[Asked], *, by: User | None) -> Plan:
    """Return what would become of the cells that ``rows`` ask for.

    by: None for the commands that load what the product starts with.
    """
    return _plan(list(rows), by, None)


def again(shown: Plan) -> Plan:
    """Return the same plan made now; what was read for it is named and so is checked."""
    return _plan([_as_read(step) for step in shown.steps], shown.by, shown.frame)


def _plan(rows, by, frame):
    facts = Facts(rows, frame)
    steps = [_step(asked, facts, by) for asked in rows]
    return Plan(by, steps, facts.frame)


def _step(asked, facts, by):
    try:
        asked.take(facts)
        return asked.step(facts, by)
    except Conflict as refusal:
        return Step(asked, "conflict", refusal.current, refusal=refusal)
    except (ValidationError, PermissionDenied) as refusal:
        return Step(asked, "error", facts.current(asked), refusal=refusal)


def _as_read(step):
    """Return what was asked, with the wording that it was answered by."""
    if step.wording is None or getattr(step.asked, "read", 0) is not None:
        return step.asked
    return dataclasses.replace(step.asked, read=step.wording.pk)
