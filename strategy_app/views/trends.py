"""The trend of an element, drawn small beside its bar."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from strategy_app.coverage import timeline
from strategy_app.coverage.counts import Coverage
from strategy_app.coverage.frame import Frame
from strategy_app.models.dates import fiscal_year

# Fiscal years before and after the one of the day.
_YEARS_BEFORE, _YEARS_AFTER = 5, 3


@dataclass(frozen=True)
class Trend:
    """The support of an element by fiscal year, drawn small: points "x,y" in 100 × 20."""

    past: str
    future: str
    words: str
    address: str


def trends(frame: Frame, coverage: Coverage) -> dict[int, Trend]:
    """Return the trend of each tree row: five years back, the day, three years ahead."""
    if coverage.tree is None:
        return {}
    scope, this = coverage.scope, fiscal_year(coverage.scope.day)
    points = timeline.points(frame, scope, this - _YEARS_BEFORE, this + _YEARS_AFTER)
    return {
        row: _trend(scope, code, points)
        for row, code in enumerate(coverage.tree.codes)
        if coverage.tree.alignable[row]
    }


def _trend(scope, code, points):
    """Return one trend; a year whose strategy has no such element counts nothing."""
    supported = []
    for point in points:
        tree = point.coverage.tree
        row = tree.row_of.get(code) if tree else None
        supported.append(0 if row is None else int(point.coverage.supported[row]))
    most = max([*supported, 1])
    drawn = [
        f"{100 * index / (len(points) - 1):.1f},{19 - 18 * number / most:.1f}"
        for index, number in enumerate(supported)
    ]
    ahead = next((i for i, point in enumerate(points) if point.is_future), len(points))
    years = [
        _("FY%(year)d") % {"year": point.fiscal_year} + f" {number}"
        for point, number in zip(points, supported, strict=True)
    ]
    return Trend(
        past=" ".join(drawn[:ahead]),
        future=" ".join(drawn[max(ahead - 1, 0) :]),
        words=_("Supported: %(years)s") % {"years": _(", ").join(years)},
        address=f"{reverse('timeline')}?{scope.query(element=code)}",
    )
