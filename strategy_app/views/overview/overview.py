"""The state of the strategy on a day."""

import datetime
from itertools import groupby

from django.shortcuts import redirect, render
from django.utils.timezone import localdate

from strategy_app.coverage import counts, gaps
from strategy_app.forms.compare import SinceForm
from strategy_app.queries import change as change_queries
from strategy_app.queries import programme as programme_queries
from strategy_app.views.differing import since
from strategy_app.views.gap_rows import gap_rows, kinds_counted
from strategy_app.views.rows import element_rows, marks_drawn, marks_of
from strategy_app.views.scoping import frame_of, reading, scoped
from strategy_app.views.start_page import address_of, start_of
from strategy_app.views.trends import trends

_WORST = 5
_ENDS_WITHIN_DAYS = 365
_LATEST_READ, _LATEST_SHOWN = 60, 6


@reading
@scoped(SinceForm)
def overview(request):
    """Show completeness, each element's bar, the worst gaps and what ends soon."""
    start = None if request.GET else start_of(request)
    if start and not start.is_hindered and address_of(start.view) != request.path:
        return redirect(address_of(start.view))
    frame, scope = frame_of(request), request.scope
    coverage = counts.elements(frame, scope)
    found = gaps.find(frame, scope, by="category")
    assessed, cells = counts.completeness(coverage)
    fresh, records = counts.freshness(frame, coverage)
    alignable = int(coverage.tree.alignable.sum()) if coverage.tree else 0
    unsupported = len(gaps.of_kind(found, gaps.UNSUPPORTED))
    ending = _ending(frame, coverage, scope.day)
    rows = element_rows(
        coverage, marks=marks_of(frame, coverage), trends=trends(frame, coverage)
    )
    context = {
        "start": start,
        "coverage": coverage,
        "rows": rows,
        "strokes": marks_drawn(rows),
        "fresh": fresh,
        "records": records,
        "fresh_months": frame.thresholds.fresh_months,
        "assessed": assessed,
        "cells": cells,
        "alignable": alignable,
        "unsupported": unsupported,
        "supported": alignable - unsupported,
        "kinds": kinds_counted(found),
        "worst": gap_rows(frame, coverage, _worst(found)),
        "ending": programme_queries.in_order(frame, ending[:8]),
        "since": since(request.scope_form.since()),
        "ending_count": len(ending),
        "latest_changes": _latest(),
        "total_programmes": len(frame.programmes.codes),
    }
    return render(request, "strategy_app/overview/overview.html", context)


def _latest():
    """Return the newest changes, alike ones of a person and day that follow as one.

    (the newest of them, what they are about, how many they are), the newest first.
    """
    found = change_queries.latest(_LATEST_READ)
    subjects = change_queries.subjects(found)

    def alike(change):
        day = localdate(change.at)
        return change.action, change.by_id, subjects.get(change.pk, ""), day

    groups = [(key, list(some)) for key, some in groupby(found, alike)]
    return [
        (some[0], subject, len(some))
        for (_action, _by, subject, _day), some in groups[:_LATEST_SHOWN]
    ]


def _worst(found):
    """Return the gravest gap of each element, so that none fills the short list."""
    gravest = {}
    for gap in found:
        gravest.setdefault(gap.row, gap)
    return list(gravest.values())[:_WORST]


def _ending(frame, coverage, day):
    """Return the columns of counted programmes that end within a year, soonest first."""
    last = (day + datetime.timedelta(days=_ENDS_WITHIN_DAYS)).toordinal()
    mask = coverage.columns & (frame.programmes.ends <= last)
    return programme_queries.ordered(frame, mask, "end")
