"""What the chart of the timeline marks, in words."""

from django.urls import reverse
from django.utils.translation import gettext as _

from strategy_app.models import Target
from strategy_app.views.gap_words import why
from strategy_app.views.rows import amount


def overview_address(scope, day, code=""):
    """Return the overview on a day, in this scope, at an element."""
    anchor = f"#{code}" if code else ""
    return f"{reverse('overview')}?{scope.but(day=day).query()}{anchor}"


def marks(scope, shown):
    """Return (sign, day, address, words) of revisions, targets and cliffs, by day."""
    found = []
    for year in shown.years:
        for day in year.revisions:
            address = overview_address(scope, day)
            found.append(("revision", day, address, _("A revision comes into force")))
    for series in shown.series:
        found += _target_marks(scope, series)
        for gap in series.cliffs:
            words = _("%(element)s, if nothing is added: %(why)s") % {
                "element": series.code,
                "why": why(shown.frame, gap),
            }
            day = gap.from_day
            found.append(("cliff", day, overview_address(scope, day, series.code), words))
    return sorted(found, key=lambda mark: mark[1])


def _target_marks(scope, series):
    """Return each target that is drawn in one of the years, once."""
    seen = {}
    for aims in series.aims:
        for target, _height in aims:
            seen[target.measure, target.valid_from] = target
    for target in seen.values():
        words = _("%(element)s: target %(value)s (%(measure)s)") % {
            "element": series.code,
            "value": amount(target.measure, target.value),
            "measure": _measured(target.measure),
        }
        day = target.valid_from
        yield "target", day, overview_address(scope, day, series.code), words


def _measured(measure):
    """Return what a target measures; its value says itself that it is in per cent."""
    if measure == Target.Measure.SHARE_ACTIVE:
        return _("share of active programmes")
    if measure == Target.Measure.SHARE_BUDGET:
        return _("share of budget")
    return Target.Measure(measure).label
