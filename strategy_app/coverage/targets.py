"""Targets: how much support an element should have, and how far from it a day is."""

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from strategy_app.coverage import counts
from strategy_app.coverage.counts import Coverage
from strategy_app.coverage.frame import Frame, Target
from strategy_app.coverage.scope import Scope

_MEASURED_BY_BUDGET = "share_budget"

MEASURES = {
    "principal": _("How many active programmes are principal for the element."),
    "supported": _("How many active programmes support it: significant or principal."),
    "share_active": _("Programmes that support it, in per cent of the active ones."),
    "share_budget": _(
        "The budget of programmes that support it, in per cent of the budget of the active"
        " ones in the fiscal year of the day. Where no budget is on record, it may be"
        " anything."
    ),
}
DEFINITION = _(
    "How much support an element should have from a day on, all programmes taken together"
    " or those of one category or department; a later target takes over from an earlier"
    " one, and a target of 0 ends it. Missing = target − actual. The actual is given as a"
    " range: what is not assessed could still add to it."
)


@dataclass(frozen=True)
class Standing:
    """A target of one element (row in the tree) against what there is on a day.

    actual and value are in the target's own measure: programmes, or per cent. high: what
    actual would be if all that is not assessed turned out to support it. assessed, active:
    of how many programmes it was assessed, in the target's own group.
    """

    target: Target
    row: int
    actual: float
    high: float
    assessed: int
    active: int

    @property
    def value(self) -> float:
        """What is aimed at."""
        return self.target.value

    @property
    def missing(self) -> float:
        """How much is missing: target − actual, 0 where it is met."""
        return max(0.0, self.value - self.actual)


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
    by_number = _counted(frame, scope.but(basis="programmes"), counted)
    coverage = by_number
    if target.measure == _MEASURED_BY_BUDGET:
        coverage = _counted(frame, scope.but(basis="budget"), counted)
    principal, significant, _not_targeted, not_assessed = (
        int(number) for number in coverage.counts[row]
    )
    actual = principal if target.measure == "principal" else principal + significant
    high = float(actual + not_assessed)
    if target.measure.startswith("share"):
        # Without any budget on record, nothing is known of how it is shared.
        is_unknown = not coverage.active and by_number.active
        whole = max(coverage.active, 1)
        actual, high = 100 * actual / whole, 100.0 if is_unknown else 100 * high / whole
    return Standing(
        target=target,
        row=row,
        actual=float(actual),
        high=high,
        assessed=int(by_number.assessed[row]),
        active=by_number.active,
    )


def _counted(frame, scope, counted):
    """Return the coverage of a scope, counted once."""
    if scope not in counted:
        counted[scope] = counts.elements(frame, scope)
    return counted[scope]
