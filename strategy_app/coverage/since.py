"""Since when a gap has been there, where the ledger tells the day exactly."""

import datetime
from collections.abc import Callable

import numpy as np

from strategy_app.coverage import steps
from strategy_app.coverage.counts import Coverage, question
from strategy_app.coverage.frame import Frame
from strategy_app.coverage.gaps import Gap, Kind
from strategy_app.coverage.steps import Steps
from strategy_app.models import Level

# Before every day, also before what has always been (``frame.ALWAYS``).
_BEFORE_ALL = -2

# What each of these kinds lacks is the last of its layers; it has those before.
_LAYERS = {
    Kind.UNEVIDENCED: ("evidenced",),
    Kind.UNCONFIRMED: ("evidenced", "confirmed"),
    Kind.STALE: ("evidenced", "confirmed", "fresh"),
}


def since(frame: Frame, coverage: Coverage, found: list[Gap]) -> list[datetime.date | None]:
    """Return since which day each gap has been there, in the tree of the day.

    None where it was never otherwise, and where it cannot be said: of a cliff, which lies
    ahead; of an element that is unknown though something supports it; of a target in
    budget; where a confirmation has lapsed on a day that is not on record; of a hole among
    the programmes of one country beside another.

    Uncovered, unknown and thin are told by the support: since when it is as it is.
    """
    scope = coverage.scope
    kept = frame.answer(("since", question(scope)), dict)
    history = _History(frame, coverage)
    for gap in found:
        if _name(gap) not in kept:
            kept[_name(gap)] = _since(history, gap)
    return [kept[_name(gap)] for gap in found]


def _name(gap):
    return gap.kind, gap.row, gap.by, gap.group, gap.measure


class _History:
    """The numbers of some scopes over time, each counted once for all gaps."""

    def __init__(self, frame, coverage):
        self.frame, self.tree, self.scope = frame, coverage.tree, coverage.scope
        self._records, self._active = {}, {}

    def records(self, row, scope, *, reworded=False):
        """Return how many records support an element, as ``steps.records``."""
        key = (question(scope), reworded)
        if key not in self._records:
            self._records[key] = steps.records(
                self.frame, self.tree, scope, scope.level, reworded=reworded
            )
        return self._records[key][row]

    def active(self, scope):
        """Return how many programmes are active, as ``steps.active``."""
        key = question(scope)
        if key not in self._active:
            self._active[key] = steps.active(self.frame, scope)
        return self._active[key]

    def supporters(self, row, scope):
        """Return how many programmes support an element, as ``steps.supporters``."""
        return steps.supporters(self.frame, self.tree, row, scope, scope.level)


def _since(history, gap):
    told = _QUESTIONS.get(gap.kind)
    found = told and told(history, gap)
    if not found or _cannot_be_said(history, gap):
        return None
    holds, series = found
    return _held_since(history.scope.day.toordinal(), holds, series)


def _cannot_be_said(history, gap):
    is_by_confirmation = gap.kind in (Kind.UNCONFIRMED, Kind.STALE)
    if not is_by_confirmation and history.scope.layer not in ("confirmed", "fresh"):
        return False
    return steps.is_lapsed(history.frame, history.tree, gap.row, history.scope)


def _held_since(day: int, holds: Callable, series: list[Steps]):
    """Return the first day of the stretch up to ``day`` on which numbers hold.

    holds: takes the numbers of each of the series on some days, returns a bool for each.
    """
    turns = np.unique(np.concatenate([one.days for one in series]))
    days = np.concatenate([[_BEFORE_ALL], turns[turns <= day]])
    held = holds(*(one.on(days) for one in series))
    broken = np.flatnonzero(~held)
    if not len(broken) or broken[-1] == len(days) - 1:
        return None
    first = int(days[broken[-1] + 1])
    return datetime.date.fromordinal(first) if first > 0 else None


# --- what has to hold, of which numbers ---


def _of_support(history, gap):
    if gap.measure or gap.actual > (gap.kind == Kind.THIN):
        return None
    count = history.supporters if gap.actual else history.records
    return lambda number: number == gap.actual, [count(gap.row, history.scope)]


def _of_hole(history, gap):
    scope = history.scope
    if getattr(scope, gap.by):
        return None
    own = scope.but(**{gap.by: gap.group})
    series = [
        history.records(gap.row, scope),
        history.records(gap.row, own),
        history.active(own),
    ]

    def is_hole(support, in_group, active):
        return (support > 0) & (active > 0) & (in_group == 0)

    return is_hole, series


def _of_layers(history, gap):
    scope = history.scope
    scopes = [scope, *(scope.but(layer=layer) for layer in _LAYERS[gap.kind])]

    def lacks_the_last(*numbers):
        return np.all([number > 0 for number in numbers[:-1]], axis=0) & (numbers[-1] == 0)

    return lacks_the_last, [history.records(gap.row, some) for some in scopes]


def _of_review(history, gap):
    concerned = history.records(gap.row, history.scope, reworded=True)
    return lambda number: number > 0, [concerned]


def _of_target(history, gap):
    if gap.measure == "share_budget":
        return None
    scope = history.scope
    own = scope.but(**{gap.by: gap.group}) if gap.by else scope
    is_principal = gap.measure == "principal"
    own = own.but(level=Level.PRINCIPAL.value if is_principal else Level.SIGNIFICANT.value)
    series = [
        history.supporters(gap.row, own),
        history.active(own),
        history.active(scope),
        _aimed_at(history, gap),
    ]

    def is_below(support, active, in_scope, value):
        if gap.measure == "share_active":
            support = 100 * support / np.maximum(active, 1)
        return (in_scope > 0) & (support < value)

    return is_below, series


def _aimed_at(history, gap):
    """Return the values of one target over time."""
    element = int(history.tree.element_ids[gap.row])
    category, department = (
        gap.group if gap.by == by else None for by in ("category", "department")
    )
    value_from = {
        target.valid_from.toordinal(): target.value
        for target in history.frame.targets
        if (target.element_id, target.measure) == (element, gap.measure)
        and (target.category, target.department) == (category, department)
    }
    days = sorted(value_from)
    return Steps(np.array(days, np.int64), np.array([value_from[day] for day in days]))


_QUESTIONS = {
    Kind.UNCOVERED: _of_support,
    Kind.UNKNOWN: _of_support,
    Kind.THIN: _of_support,
    Kind.HOLE: _of_hole,
    Kind.UNEVIDENCED: _of_layers,
    Kind.UNCONFIRMED: _of_layers,
    Kind.STALE: _of_layers,
    Kind.NEEDS_REVIEW: _of_review,
    Kind.BELOW_TARGET: _of_target,
}
