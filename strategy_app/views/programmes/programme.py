"""Programmes: the list, and each with its alignments, element by element."""

import numpy as np
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, render

from strategy_app.coverage import cliffs, counts, matrix
from strategy_app.coverage.frame import ALWAYS
from strategy_app.forms.programme import ProgrammeListForm
from strategy_app.models import Programme
from strategy_app.models.localized import localized_text
from strategy_app.permissions import can_align, can_align_any
from strategy_app.queries import alignment as alignment_queries
from strategy_app.queries import history as history_queries
from strategy_app.queries import programme as programme_queries
from strategy_app.queries import sanity
from strategy_app.views.rows import state_label
from strategy_app.views.scoping import frame_of, reading, scoped
from strategy_app.views.tagging.cell import Place, cells_of, may_record_on

PAGE_SIZE = 50


@reading
@scoped(ProgrammeListForm, "page")
def programme_list(request):
    """List programmes; with an element and a state, those that a number counts."""
    frame, scope, form = frame_of(request), request.scope, request.scope_form
    asked = form.cleaned_data
    coverage = counts.elements(frame, scope)
    mask = _asked_for(frame, coverage, asked)
    also = _also(frame, scope, asked)
    if also:
        mask = mask & also["mask"]
    columns = programme_queries.ordered(frame, mask, asked["sort"] or "code")
    page = Paginator(columns, PAGE_SIZE).get_page(request.GET.get("page"))
    kept = {
        name: asked[name] or None
        for name in (
            "period",
            "budget",
            "element",
            "state",
            "ends_by",
            "also_strategy",
            "also",
        )
    }
    row = coverage.tree.row_of.get(asked["element"]) if coverage.tree else None
    context = {
        "page": page,
        "programmes": _list_rows(frame, coverage, page.object_list, row),
        "query": scope.query(**kept, sort=asked["sort"] or None),
        # Who has found a programme is done searching; the search would narrow every page.
        "found_query": scope.but(search="").query(),
        "headings": _headings(scope, kept, asked["sort"] or "code"),
        "asked": asked,
        "element": _element_of(coverage, row),
        "also": also,
        "state_label": state_label(asked["state"]) if asked["state"] else "",
        "all": len(frame.programmes.codes),
        "active": int(coverage.columns.sum()),
        "may_paste": can_align_any(request.user),
    }
    return render(request, "strategy_app/programmes/programme_list.html", context)


def _asked_for(frame, coverage, asked):
    """Return the programmes of an element's state, a period, or no budget, bool[P]."""
    if asked["element"]:
        row = coverage.tree.row_of[asked["element"]]
        if asked["ends_by"]:
            return cliffs.ending(frame, coverage, row, asked["state"], asked["ends_by"])
        return counts.programmes_at(coverage, row, asked["state"])
    if asked["budget"]:
        return coverage.columns & ~counts.has_budget(frame, coverage.scope.day)
    mask = matrix.selected(frame, coverage.scope)
    programmes, ordinal = frame.programmes, coverage.scope.day.toordinal()
    periods = {
        "active": coverage.columns,
        "planned": (programmes.starts > ordinal) & ~programmes.period_unknown,
        "ended": (programmes.ends <= ordinal) & ~programmes.period_unknown,
        "unknown": programmes.period_unknown,
    }
    return mask & periods[asked["period"]] if asked["period"] else mask


def _also(frame, scope, asked):
    """Return the element of another strategy that they support too, and which do."""
    if not asked["also"]:
        return None
    second = counts.elements(frame, scope.but(strategy=asked["also_strategy"]))
    row = second.tree.row_of[asked["also"]]
    return _element_of(second, row) | {
        "strategy": asked["also_strategy"],
        "mask": counts.programmes_at(second, row, "supported"),
    }


def _list_rows(frame, coverage, columns, row):
    """Return the programmes of a page with how many elements each supports."""
    columns = np.asarray(columns, int)
    active = frame.programmes.active(coverage.scope.day)
    programmes = programme_queries.in_order(frame, columns)
    rows = []
    for column, programme in zip(columns, programmes, strict=False):
        levels = (
            coverage.levels[coverage.tree.alignable, column]
            if coverage.tree
            else np.zeros(0, int)
        )
        rows.append(
            {
                "programme": programme,
                "is_active": bool(active[column]),
                "level": None
                if row is None
                else matrix.level_of(coverage.levels[row, column]),
                "supports": int((levels >= coverage.scope.level).sum()),
                "assessed": int((levels != matrix.NOT_ASSESSED).sum()),
                "elements": len(levels),
            }
        )
    return rows


def _headings(scope, kept, sort):
    """Return each sortable column: its name, its link, and how it is sorted now."""
    headings = {}
    for name in programme_queries.SORTS:
        turned = f"-{name}" if sort == name else name
        direction = {name: "ascending", f"-{name}": "descending"}.get(sort, "none")
        headings[name] = {
            "address": f"?{scope.query(**kept, sort=turned)}",
            "direction": direction,
        }
    return headings


def _element_of(coverage, row):
    if row is None:
        return None
    tree = coverage.tree
    return {
        "code": tree.codes[row],
        "title": localized_text(tree.titles_en[row], tree.titles_ja[row]),
    }


@reading
@scoped()
def programme(request, code):
    """Show one programme with its alignment to every element, and what is missing."""
    stored = get_object_or_404(
        Programme.objects.select_related("category", "department"), code=code
    )
    frame, day = frame_of(request), request.scope.day
    shown = programme_queries.as_known(frame, stored)
    if shown is None:
        raise Http404
    history = alignment_queries.history_of_programme(stored, frame, day)
    versions = history_queries.versions_of(stored, until=frame.change)
    cells = cells_of(request, stored, history, versions, place=Place.PROGRAMME)
    direct = [cell.level for cell in cells]
    may_align = can_align(request.user, stored)
    context = {
        "programme": shown,
        "cells": cells,
        "budgets": programme_queries.budgets_of(frame, stored),
        "is_active": shown.is_active(day),
        "starts_before_any": _starts_at(frame_of(request), stored) == ALWAYS,
        "may_align": may_align and may_record_on(request.scope),
        "may_align_today": may_align,
        "today_query": request.scope.but(day=request.scope.today, known_at=None).query(),
        "tallies": [
            (state_label("principal"), direct.count(2)),
            (state_label("significant"), direct.count(1)),
            (state_label("not_targeted"), direct.count(0)),
            (state_label("not_assessed"), direct.count(None)),
        ],
        "hints": _hints(request, may_align, cells),
        "history": history[:PAGE_SIZE],
        "edits": history_queries.edits_to(stored, versions=versions),
    }
    return render(request, "strategy_app/programmes/programme.html", context)


def _hints(request, may_align, cells):
    """Return what whoever records here had better look at again, as of today."""
    if not may_align or not may_record_on(request.scope):
        return []
    return sanity.hints_of(cell.current for cell in cells if cell.current)


def _starts_at(frame, stored):
    column = frame.programmes.column_of(stored.pk)
    return None if column is None else frame.programmes.starts[column]
