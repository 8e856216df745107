"""Since when a gap has been there, where the ledger tells the day exactly."""

import datetime
from collections.abc import Callable

from strategy_app.coverage import matrix
from strategy_app.coverage.counts import Coverage
from strategy_app.coverage.frame import ALWAYS, Frame
from strategy_app.coverage.gaps import Gap, Kind

# What each of these kinds lacks is the last of its layers; it has those before.
_LAYERS = {
    Kind.UNEVIDENCED: ("evidenced",),
    Kind.UNCONFIRMED: ("evidenced", "confirmed"),
    Kind.STALE: ("evidenced", "confirmed", "fresh"),
}


def since(frame: Frame, coverage: Coverage, gap: Gap) -> datetime.date | None:
    """Return the first day from which on a gap has been there, in the tree of the day.

    None where it was never otherwise, and where it cannot be said: of a cliff, which lies
    ahead; of an element that is unknown though something supports it; of a target in
    budget; where a confirmation has lapsed on a day that is not on record; of a hole among
    the programmes of one country beside another.

    Uncovered, unknown and thin are told by the support: since when it is as it is.
    """
    question = _QUESTIONS.get(gap.kind)
    found = question and question(frame, coverage, gap)
    if not found or _cannot_be_said(frame, coverage, gap):
        return None
    holds, series = found
    return _held_since(coverage.scope.day.toordinal(), holds, series)


def _cannot_be_said(frame, coverage, gap):
    is_by_confirmation = gap.kind in (Kind.UNCONFIRMED, Kind.STALE)
    if not is_by_confirmation and coverage.scope.layer not in ("confirmed", "fresh"):
        return False
    return matrix.is_lapsed(frame, coverage.tree, gap.row, coverage.scope)


def _held_since(day: int, holds: Callable, series: list[list[tuple]]):
    """Return the first day of the stretch up to ``day`` on which numbers hold.

    series: steps over time, [(ordinal, number), …] each, 0 before the first one.
    """
    turns = sorted(
        (ordinal, place, number)
        for place, steps in enumerate(series)
        for ordinal, number in steps
        if ordinal <= day
    )
    numbers = [0] * len(series)
    first = int(ALWAYS) if holds(*numbers) else None
    for at, (ordinal, place, number) in enumerate(turns):
        numbers[place] = number
        if at + 1 < len(turns) and turns[at + 1][0] == ordinal:
            continue  # all that turns on one day does so at once
        if not holds(*numbers):
            first = None
        elif first is None:
            first = ordinal
    return datetime.date.fromordinal(first) if first and first > 0 else None


# --- what has to hold, of which numbers ---


def _steps(frame, coverage, gap, scope, **kwargs):
    return matrix.steps(frame, coverage.tree, gap.row, scope, scope.level + 1, **kwargs)


def _of_support(frame, coverage, gap):
    if gap.measure or gap.actual > (gap.kind == Kind.THIN):
        return None
    support = _steps(frame, coverage, gap, coverage.scope)
    return lambda number: number == gap.actual, [support]


def _of_hole(frame, coverage, gap):
    scope = coverage.scope
    if getattr(scope, gap.by):
        return None
    own = scope.but(**{gap.by: gap.group})
    series = [
        _steps(frame, coverage, gap, scope),
        _steps(frame, coverage, gap, own),
        matrix.active_steps(frame, own),
    ]
    return lambda support, in_group, active: support and active and not in_group, series


def _of_layers(frame, coverage, gap):
    layers = _LAYERS[gap.kind]
    series = [_steps(frame, coverage, gap, coverage.scope)]
    for layer in layers:
        series.append(_steps(frame, coverage, gap, coverage.scope.but(layer=layer)))
    return lambda *numbers: all(numbers[:-1]) and not numbers[-1], series


def _of_review(frame, coverage, gap):
    concerned = _steps(frame, coverage, gap, coverage.scope, reworded=True)
    return lambda number: number > 0, [concerned]


def _of_target(frame, coverage, gap):
    if gap.measure == "share_budget":
        return None
    scope = coverage.scope
    own = scope.but(**{gap.by: gap.group}) if gap.by else scope
    own = own.but(level=2 if gap.measure == "principal" else 1)
    series = [
        _steps(frame, coverage, gap, own),
        matrix.active_steps(frame, own),
        matrix.active_steps(frame, scope),
        _aimed_at(frame, coverage, gap),
    ]

    def is_below(support, active, in_scope, value):
        if gap.measure == "share_active":
            support = 100 * support / max(active, 1)
        return in_scope > 0 and support < value

    return is_below, series


def _aimed_at(frame, coverage, gap):
    """Return the values of one target over time, as steps."""
    element = int(coverage.tree.element_ids[gap.row])
    category, department = (
        gap.group if gap.by == by else None for by in ("category", "department")
    )
    return [
        (target.valid_from.toordinal(), target.value)
        for target in sorted(frame.targets, key=lambda target: target.valid_from)
        if (target.element_id, target.measure) == (element, gap.measure)
        and (target.category, target.department) == (category, department)
    ]


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
