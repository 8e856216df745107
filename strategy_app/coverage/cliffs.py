"""Cliffs: the day ahead on which support falls away, because programmes end."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from strategy_app.coverage import matrix, targets
from strategy_app.coverage.counts import Coverage
from strategy_app.coverage.frame import Frame
from strategy_app.coverage.targets import Standing
from strategy_app.models import Level


@dataclass(frozen=True)
class Fall:
    """What falls away from one element (row in the tree), and when.

    measure, target: what is no longer met, "principal" or "supported"; None for the last
    support. now, left: how many programmes carry it today and from that day on, both at
    the level that the measure asks for. ending: the columns of those that end by then.
    share: which part of the horizon lies after that day, 0 to 1.
    """

    row: int
    day: datetime.date
    measure: str | None
    target: float | None
    now: int
    left: int
    ending: np.ndarray
    share: float


def falls(
    frame: Frame, coverage: Coverage, standings: list[Standing], years: int
) -> Iterator[Fall]:
    """Yield, for each element, the first day within ``years`` on which it falls.

    By the levels of the coverage's day; programmes begin and end as planned.
    """
    day, programmes = coverage.scope.day, frame.programmes
    today, horizon = day.toordinal(), _years_after(day, years)
    # Days ahead on which each begins and ends; 0 is today or before, the last too late.
    begin, end = (
        np.clip(days.astype(np.int64) - today, 0, horizon - today + 1)
        for days in (programmes.starts, programmes.ends)
    )
    for row in map(int, np.flatnonzero(coverage.tree.alignable)):
        if not coverage.supported[row]:
            continue
        first = None
        for least, goal, measure in _goals(coverage, standings, row):
            carries = np.flatnonzero(_carrying(frame, coverage, row, least))
            ahead = _first_fall(begin[carries], end[carries], goal, horizon - today)
            if ahead is not None and (first is None or ahead < first[0]):
                first = ahead, carries, measure, goal
        if first is None:
            continue
        ahead, carries, measure, goal = first
        begins, ends = begin[carries], end[carries]
        yield Fall(
            row=row,
            day=datetime.date.fromordinal(today + ahead),
            measure=measure,
            target=goal if measure else None,
            now=int(np.count_nonzero((begins == 0) & (ends > 0))),
            left=int(np.count_nonzero((begins <= ahead) & (ends > ahead))),
            ending=carries[(ends > 0) & (ends <= ahead)],
            share=1 - ahead / (horizon - today),
        )


def ending(
    frame: Frame, coverage: Coverage, row: int, state: str, day: datetime.date
) -> np.ndarray:
    """Return which programmes of a state end by ``day``, as in ``Fall.ending``: bool[P].

    state: "principal", or "supported" at the scope's least level.
    """
    least = Level.PRINCIPAL if state == "principal" else coverage.scope.level
    ends = frame.programmes.ends
    is_ahead = (ends > coverage.scope.day.toordinal()) & (ends <= day.toordinal())
    return _carrying(frame, coverage, row, least) & is_ahead


def _carrying(frame, coverage, row, least):
    """Return which programmes stand at ``least`` or above, begun or not yet, bool[P]."""
    programmes = frame.programmes
    # What never begins, or has ended before it began, carries nothing on any day.
    lives = matrix.selected(frame, coverage.scope) & (programmes.starts < programmes.ends)
    return (coverage.levels[row] >= int(least)) & lives


def _goals(coverage, standings, row):
    """Yield how many programmes there must be: (least level, number, measure).

    One in any case, and what targets in programmes ask for that are met today.
    """
    yield coverage.scope.level, 1, None
    for standing in standings:
        target = standing.target
        if standing.row == row and not standing.missing:
            if target.measure not in ("principal", "supported"):
                continue
            if targets.applies(target, coverage.scope):
                is_principal = target.measure == "principal"
                least = Level.PRINCIPAL if is_principal else Level.SIGNIFICANT
                yield least, standing.value, target.measure


def _years_after(day, years):
    """Return the ordinal of the same day so many years on, at most the calendar's last."""
    try:
        return day.replace(year=day.year + years).toordinal()
    except ValueError:
        if day.year + years > datetime.MAXYEAR:
            return datetime.date.max.toordinal()
        return day.replace(year=day.year + years, day=28).toordinal()


def _first_fall(begin, end, goal, horizon):
    """Return how many days ahead one ends and fewer than ``goal`` are left, None if never.

    begin, end: days ahead, from 0 to horizon + 1.
    """
    begun, ended = (np.bincount(days, minlength=horizon + 2) for days in (begin, end))
    active = np.cumsum(begun - ended)
    below = np.flatnonzero((active < goal) & (ended > 0))
    ahead = below[(below > 0) & (below <= horizon)]
    return int(ahead[0]) if len(ahead) else None
