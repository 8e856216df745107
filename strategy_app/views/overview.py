"""The state of the strategy on a day."""

import datetime

from django.shortcuts import render

from strategy_app.coverage import counts, gaps
from strategy_app.queries import change as change_queries
from strategy_app.queries import programme as programme_queries
from strategy_app.views.rows import element_rows, gap_rows, kinds_counted, unknown_below
from strategy_app.views.scoping import frame_of, reading, scoped

_WORST = 5
_ENDS_WITHIN_DAYS = 365


@reading
@scoped()
def overview(request):
    """Show completeness, each element's bar, the worst gaps and what ends soon."""
    frame, scope = frame_of(request), request.scope
    coverage = counts.elements(frame, scope)
    found = gaps.find(frame, scope, by="category", unknown_below=unknown_below())
    assessed, cells = counts.completeness(coverage)
    ending = _ending(frame, coverage, scope.day)
    context = {
        "coverage": coverage,
        "rows": element_rows(coverage),
        "assessed": assessed,
        "cells": cells,
        "alignable": int(coverage.tree.alignable.sum()) if coverage.tree else 0,
        "supported": int((coverage.supported[coverage.tree.alignable] > 0).sum())
        if coverage.tree
        else 0,
        "kinds": kinds_counted(found),
        "worst": gap_rows(frame, coverage, found[:_WORST]),
        "ending": programme_queries.in_order(frame, ending[:8]),
        "ending_count": len(ending),
        "latest_changes": change_queries.latest(6),
        "has_budget": counts.has_budget(frame, scope.day),
        "total_programmes": len(frame.programmes.codes),
    }
    return render(request, "strategy_app/overview/page.html", context)


def _ending(frame, coverage, day):
    """Return the columns of counted programmes that end within a year, soonest first."""
    last = (day + datetime.timedelta(days=_ENDS_WITHIN_DAYS)).toordinal()
    mask = coverage.columns & (frame.programmes.ends <= last)
    return programme_queries.ordered(frame, mask, "end")
