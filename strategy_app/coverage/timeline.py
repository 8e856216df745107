"""Coverage by fiscal year: past years as they were, coming ones if nothing is added."""

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from strategy_app.coverage import counts
from strategy_app.coverage.counts import Coverage
from strategy_app.coverage.frame import ALWAYS, NEVER, Frame
from strategy_app.coverage.scope import Scope
from strategy_app.models.dates import fiscal_year

ASSUMPTION = ngettext_lazy(
    "Coverage on the last day of each fiscal year. Past years are as they were; coming ones"
    " assume that nothing is added and that programmes end as planned, up to"
    " %(horizon_years)d year ahead.",
    "Coverage on the last day of each fiscal year. Past years are as they were; coming ones"
    " assume that nothing is added and that programmes end as planned, up to"
    " %(horizon_years)d years ahead.",
    "horizon_years",
)
FISCAL_YEAR = _(
    "A fiscal year begins on the first day of month %(first_month)d and is named after the"
    " calendar year in which it begins."
)


@dataclass(frozen=True)
class Point:
    """Coverage on a fiscal year's last day; ``is_future`` seen from the scope's day."""

    fiscal_year: int
    day: datetime.date
    is_future: bool
    coverage: Coverage


def last_day_of(year: int) -> datetime.date:
    """Return the last day of a fiscal year."""
    first_month = settings.FISCAL_YEAR_FIRST_MONTH
    if first_month == 1:
        return datetime.date(year, 12, 31)
    return datetime.date(year + 1, first_month, 1) - datetime.timedelta(days=1)


def span(frame: Frame, scope: Scope) -> tuple[int, int]:
    """Return the first and last fiscal year worth showing: first record to the horizon."""
    begins, _ends = frame.periods
    known = begins[(begins != ALWAYS) & (begins != NEVER)]
    this = fiscal_year(scope.day)
    first = fiscal_year(datetime.date.fromordinal(int(known.min()))) if len(known) else this
    return min(first, this), this + frame.thresholds.horizon_years


def points(frame: Frame, scope: Scope, first: int, last: int) -> list[Point]:
    """Return one point for each fiscal year from ``first`` to ``last``, both included.

    Coming years assume that nothing is added and that programmes end as planned.
    """
    return [
        Point(
            fiscal_year=year,
            day=(day := last_day_of(year)),
            is_future=day > scope.day,
            coverage=counts.elements(frame, scope.but(day=day)),
        )
        for year in range(first, last + 1)
    ]
