"""Coverage by fiscal year: up to today as recorded, after it if nothing is added."""

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from strategy_app.coverage import counts
from strategy_app.coverage.counts import Coverage
from strategy_app.coverage.frame import ALWAYS, NEVER, Frame
from strategy_app.coverage.scope import Scope
from strategy_app.models.dates import fiscal_year, today

ASSUMPTION = ngettext_lazy(
    "Coverage on the last day of each fiscal year. Up to today, years are as recorded;"
    " later ones assume that nothing is added and that programmes end as planned, up to"
    " %(horizon_years)d year after the day shown. As known at a change, those after the"
    " day of that change assume so.",
    "Coverage on the last day of each fiscal year. Up to today, years are as recorded;"
    " later ones assume that nothing is added and that programmes end as planned, up to"
    " %(horizon_years)d years after the day shown. As known at a change, those after the"
    " day of that change assume so.",
    "horizon_years",
)
FISCAL_YEAR = _(
    "A fiscal year begins on the first day of month %(first_month)d and is named after the"
    " calendar year in which it begins."
)
TREND = _(
    "How much supports the element on the last day of each fiscal year, from five years"
    " before the one of the day to three after it. Dashed: the future, if nothing is added"
    " and programmes end as planned. Each element is drawn to its own highest point."
)
ENDING = _(
    "Active programmes of those selected that are no longer active 365 days after the day"
    " that is shown, by their dates; the soonest first."
)

FIRST_YEAR, LAST_YEAR, MOST_YEARS = 1900, 2199, 60


@dataclass(frozen=True)
class Point:
    """Coverage on a fiscal year's last day; ``is_future`` after what is recorded."""

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


def recorded_until(frame: Frame, scope: Scope) -> datetime.date:
    """Return the last day that records tell of; what comes after it is the future.

    That is today, whatever day is asked about; looking back, the day of the change whose
    knowledge is asked for, in the site's time zone.
    """
    if scope.known_at is not None and frame.changed_at is not None:
        return timezone.localdate(frame.changed_at)
    return scope.today or today()


def is_ahead(frame: Frame, scope: Scope) -> bool:
    """Whether the scope's day is in the future, so that its numbers rest on ASSUMPTION."""
    return scope.day > recorded_until(frame, scope)


def span(frame: Frame, scope: Scope) -> tuple[int, int]:
    """Return the first and last fiscal year worth showing: first record to the horizon."""
    begins, _ends = frame.periods
    known = begins[(begins != ALWAYS) & (begins != NEVER)]
    this = fiscal_year(scope.day)
    first = fiscal_year(datetime.date.fromordinal(int(known.min()))) if len(known) else this
    return min(first, this), this + frame.thresholds.horizon_years


def years(
    frame: Frame, scope: Scope, start: int | None = None, end: int | None = None
) -> tuple[int, int]:
    """Return the first and last fiscal year to show: ``span``, or what is asked for.

    Within the calendar that is kept, and at most MOST_YEARS where ``start`` is left open.
    """
    first, last = span(frame, scope)
    first, last = max(first, FIRST_YEAR), min(last, LAST_YEAR)
    last = end or max(last, start or last)
    return start or max(min(first, last), last - MOST_YEARS + 1), last


def points(frame: Frame, scope: Scope, first: int, last: int) -> list[Point]:
    """Return one point for each fiscal year from ``first`` to ``last``, both included.

    Those in the future assume that nothing is added and that programmes end as planned.
    """
    recorded = recorded_until(frame, scope)
    return [
        Point(
            fiscal_year=year,
            day=(day := last_day_of(year)),
            is_future=day > recorded,
            coverage=counts.elements(frame, scope.but(day=day)),
        )
        for year in range(first, last + 1)
    ]
