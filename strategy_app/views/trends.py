"""The trend of an element, drawn small beside its bar."""

from dataclasses import dataclass
from itertools import groupby

from django.urls import reverse
from django.utils.translation import gettext as _

from strategy_app.coverage import budgets, timeline
from strategy_app.coverage.counts import Coverage
from strategy_app.coverage.frame import Frame
from strategy_app.models.dates import fiscal_year
from strategy_app.templatetags.strategy import quantity

# Fiscal years before and after the one of the day.
_YEARS_BEFORE, _YEARS_AFTER = 5, 3


@dataclass(frozen=True)
class Trend:
    """The support of an element by fiscal year, drawn small.

    past, future: lines, broken where nothing is known; points "x,y" in 100 × 20.
    """

    past: list[str]
    future: list[str]
    words: str
    address: str


def trends(frame: Frame, coverage: Coverage) -> dict[int, Trend]:
    """Return the trend of each tree row: five years back, the day, three years ahead."""
    if coverage.tree is None:
        return {}
    scope, this = coverage.scope, fiscal_year(coverage.scope.day)
    points = timeline.points(frame, scope, this - _YEARS_BEFORE, this + _YEARS_AFTER)
    counted = [budgets.elements(frame, point.coverage.scope) for point in points]
    return {
        row: _trend(scope, code, points, counted)
        for row, code in enumerate(coverage.tree.codes)
        if coverage.tree.alignable[row]
    }


def _trend(scope, code, points, counted):
    supported = [_supported(ways, code) for ways in counted]
    most = max([number or 0 for number in supported] + [1])
    drawn = [
        number is not None
        and f"{100 * index / (len(points) - 1):.1f},{19 - 18 * number / most:.1f}"
        for index, number in enumerate(supported)
    ]
    ahead = next((i for i, point in enumerate(points) if point.is_future), len(points))
    years = [
        _("FY%(year)d") % {"year": point.fiscal_year}
        + (" –" if number is None else f" {quantity(number, scope.basis)}")
        for point, number in zip(points, supported, strict=True)
    ]
    # Years to come are joined to the last one that is past, which alone is no line.
    joint = drawn[ahead - 1 : ahead]
    return Trend(
        past=[_line(run) for run in _runs(drawn[:ahead])],
        future=[_line(run) for run in _runs(joint + drawn[ahead:]) if run != joint],
        words=_("Supported: %(years)s") % {"years": _(", ").join(years)},
        address=f"{reverse('timeline')}?{scope.query(element=code)}",
    )


def _supported(ways, code):
    """Return how much supports an element, None where no budget of that is on record.

    A year whose strategy has no such element counts nothing.
    """
    tree = ways.asked.tree
    row = tree.row_of.get(code) if tree else None
    if ways.unknown("active") or (row is not None and ways.unknown("supported")[row]):
        return None
    return 0 if row is None else int(ways.asked.supported[row])


def _runs(drawn):
    """Return the points that follow each other without a break."""
    runs = groupby(drawn, key=bool)
    return [list(run) for is_known, run in runs if is_known]


def _line(run):
    """Return a line's points; twice the same is drawn as a dot."""
    return " ".join(run * 2 if len(run) == 1 else run)
