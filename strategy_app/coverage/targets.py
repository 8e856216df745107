"""Targets: how much support an element should have, and how far from it a day is."""

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from strategy_app.coverage import counts
from strategy_app.coverage.counts import Coverage
from strategy_app.coverage.frame import Frame, Target
from strategy_app.coverage.scope import Scope
from strategy_app.models import Level

_MEASURED_BY_BUDGET = "share_budget"

MEASURES = {
    "principal": _("How many active programmes are principal for the element."),
    "supported": _("How many active programmes support it: significant or principal."),
    "share_active": _("Programmes that support it, in per cent of the active ones."),
    "share_budget": _(
        "The budget of programmes that support it, in per cent of the budget of the active"
        " ones in the fiscal year of the day. A budget that is not on record may be of any"
        " size, so the share is then a range, and nobody can tell whether the target is"
        " met before its low end reaches it."
    ),
}
DEFINITION = _(
    "How much support an element should have from a day on, all programmes taken together"
    " or those of one category or department; a later target takes over from an earlier"
    " one, and a target of 0 ends it. Missing = target − actual. The actual is given as a"
    " range: what is not assessed could still add to it. It is met when the low end"
    " reaches the target."
)


@dataclass(frozen=True)
class Standing:
    """A target of one element (row in the tree) against what there is on a day.

    actual, low, high and value are in the target's own measure: programmes, or per cent.
    actual: what is on record. low, high: between what it lies, if what is not assessed
    does not support it or does, and if budgets that are not on record were anything.
    assessed, active: of how many programmes it was assessed, in the target's own group.
    unbudgeted: how many of these have no budget on record, where budget is measured.
    """

    target: Target
    row: int
    actual: float
    low: float
    high: float
    assessed: int
    active: int
    unbudgeted: int = 0

    @property
    def value(self) -> float:
        """What is aimed at."""
        return self.target.value

    @property
    def missing(self) -> float:
        """How much is missing at the least known: target − low, 0 where it is met."""
        return max(0.0, self.value - self.low)

    @property
    def is_open(self) -> bool:
        """Whether budgets that are not on record leave open whether it is met."""
        return self.unbudgeted > 0 and self.low < self.value <= self.high


def in_force(frame: Frame, day: datetime.date) -> list[Target]:
    """Return the targets that hold on ``day``: of each kind the latest that has begun."""
    latest: dict[tuple, Target] = {}
    for target in sorted(frame.targets, key=lambda target: target.valid_from):
        if target.valid_from <= day:
            key = (target.element_id, target.measure, target.category, target.department)
            latest[key] = target
    return list(latest.values())


def applies(target: Target, scope: Scope) -> bool:
    """Whether a target speaks of just the programmes that the scope selects."""
    if scope.country or scope.status or scope.search:
        return False
    return (target.category, target.department) == (scope.category, scope.department)


def standings(frame: Frame, coverage: Coverage, every: bool = False) -> list[Standing]:
    """Return how each target in force stands on the day of ``coverage``.

    Those of the coverage's own scope; with ``every``, of an unfiltered scope also those
    set for one category or department, each counted in its own group. Targets of 0, and
    of what is not to be aligned with, are none.
    """
    scope = coverage.scope
    if coverage.tree is None:
        return []
    alignable = coverage.tree.alignable
    rows = {
        int(pk): row for row, pk in enumerate(coverage.tree.element_ids) if alignable[row]
    }
    counted: dict[Scope, Coverage] = {}
    found = []
    for target in in_force(frame, scope.day):
        own = scope
        if every and not (scope.category or scope.department):
            own = scope.but(category=target.category, department=target.department)
        row = rows.get(target.element_id)
        if row is not None and target.value > 0 and applies(target, own):
            found.append(_standing(frame, target, row, own, counted))
    return sorted(found, key=lambda standing: standing.row)


def _standing(frame, target, row, scope, counted):
    coverage = _counted(frame, scope.but(basis="programmes"), counted)
    unbudgeted = 0
    if target.measure == _MEASURED_BY_BUDGET:
        by_budget = _counted(frame, scope.but(basis="budget"), counted)
        unbudgeted = coverage.programmes - coverage.with_budget
        actual, low, high = _share_of_budget(frame, coverage, by_budget, row)
    else:
        principal, significant, _not_targeted, not_assessed = coverage.counts[row].tolist()
        actual = principal if target.measure == "principal" else principal + significant
        low, high = actual, actual + not_assessed
        if target.measure == "share_active":
            whole = max(coverage.active, 1)
            actual, low, high = (100 * part / whole for part in (actual, low, high))
    return Standing(
        target=target,
        row=row,
        actual=float(actual),
        low=float(low),
        high=float(high),
        assessed=int(coverage.assessed[row]),
        active=coverage.active,
        unbudgeted=unbudgeted,
    )


def _share_of_budget(frame, coverage, by_budget, row):
    """Return the share on record, the least and the most that it can be, in per cent.

    What is not on record may be of any size: somebody's who does not support the element
    may dwarf the support, and somebody's who does, all the rest.
    """
    principal, significant, _not_targeted, not_assessed = by_budget.counts[row].tolist()
    supported, whole = principal + significant, max(by_budget.active, 1)
    actual, low = 100 * supported / whole, 100 * supported / whole
    high = 100 * (supported + not_assessed) / whole
    unknown = coverage.columns & ~counts.has_budget(frame, coverage.scope.day)
    levels = coverage.levels[row][unknown]
    if (levels < Level.SIGNIFICANT).any():
        low = 0
    elif len(levels) and not by_budget.active:
        low = 100
    if (levels != Level.NOT_TARGETED).any():
        high = 100
    return actual, low, high


def _counted(frame, scope, counted):
    """Return the coverage of a scope, counted once."""
    if scope not in counted:
        counted[scope] = counts.elements(frame, scope)
    return counted[scope]
