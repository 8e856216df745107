"""The strategy's text, and each element with what is aligned with it."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from strategy_app.coverage import counts, gaps
from strategy_app.forms.document import DocumentForm
from strategy_app.models import Element, Strategy
from strategy_app.permissions import can_align
from strategy_app.queries import alignment as alignment_queries
from strategy_app.queries import crosswalk as crosswalk_queries
from strategy_app.queries import programme as programme_queries
from strategy_app.queries import strategy as strategy_queries
from strategy_app.views.gap_rows import gap_rows
from strategy_app.views.rows import element_rows, marks_drawn, marks_of, parts_of
from strategy_app.views.scoping import frame_of, reading, scoped, strategy_or_404
from strategy_app.views.strategy import document
from strategy_app.views.strategy.revision import permanent_address, revision_rows
from strategy_app.views.strategy.target import targets_of

_SHOWN = 25


@reading
@scoped()
def strategy_list(request):
    """List the strategies with the revision in force on the day."""
    frame, scope = frame_of(request), request.scope
    strategies = [
        {
            "group": group,
            "tree": (tree := frame.tree(group.code, scope.day)),
            "alignable": int(tree.alignable.sum()) if tree else 0,
            "query": scope.but(strategy=group.code).query(),
        }
        for group in frame.strategies
    ]
    return render(
        request, "strategy_app/strategy/strategy_list.html", {"strategies": strategies}
    )


@reading
@scoped(DocumentForm)
def strategy(request, code):
    """Show the text in force on the day, each element with its coverage beside it."""
    return render(request, "strategy_app/strategy/strategy.html", shown(request, code))


def shown(request, code):
    """Return what the page and its PDF show, ``row`` None where nothing is in force."""
    frame = frame_of(request)
    strategy_or_404(request, code)
    request.scope = scope = request.scope.but(strategy=code)
    coverage = counts.elements(frame, scope)
    stored = Strategy.objects.get(code=code)
    revisions = revision_rows(strategy_queries.published_revisions(stored.pk))
    row = _in_force(revisions, coverage)
    beside = _beside(frame, coverage)
    sections = (
        document.sections(row.revision, previous=row.previous, coverage=beside)
        if row
        else []
    )
    setting = document.setting(scope, request.scope_form.cleaned_data)
    return {
        "strategy": stored,
        "row": row,
        "revision": row and row.revision,
        "permanent": row and permanent_address(request, stored, row.revision),
        "revisions": revisions,
        "sections": sections,
        "contents": document.contents(sections),
        "coverage": coverage,
        "strokes": marks_drawn(beside.values()),
        "setting": setting,
        "pdf": f"{reverse('strategy-pdf', args=[code])}{setting['here']}",
    }


def _in_force(rows, coverage):
    """Return the row of the revision that is counted by, None before the first."""
    counted = coverage.tree.revision_id if coverage.tree else None
    return next((row for row in rows if row.revision.pk == counted), None)


def _beside(frame, coverage):
    """Return the coverage of alignable elements by code, none where nothing is active."""
    if coverage.is_empty:
        return {}
    return {
        row.code: row for row in element_rows(coverage, marks=marks_of(frame, coverage))
    }


@reading
@scoped()
def element(request, code, element_code):
    """Show one element: its wording, coverage, gaps, what supports it, what is missing."""
    frame = frame_of(request)
    strategy_or_404(request, code)
    request.scope = scope = request.scope.but(strategy=code)
    stored = get_object_or_404(Element, strategy__code=code, code=element_code)
    coverage = counts.elements(frame, scope)
    row = coverage.tree.row_of.get(element_code) if coverage.tree else None
    wording = _wording(stored, coverage, row)
    context = {
        "element": stored,
        "wording": wording,
        "is_in_force": row is not None,
        "ancestors": _ancestors(coverage, row),
        "children": _children(frame, coverage, row),
        "coverage": coverage,
        "history": alignment_queries.history_of_element(stored, frame, scope.day, _SHOWN),
        "steps": crosswalk_queries.steps_of(stored, until=frame.change),
        "correspondences": strategy_queries.correspondences(stored),
    }
    context |= targets_of(request, stored, coverage)
    if row is not None:
        context |= _covered(frame, coverage, row, request.user)
        context["strokes"] = marks_drawn([context["row"], *context["children"]])
    return render(request, "strategy_app/strategy/strategy_element.html", context)


def _wording(stored, coverage, row):
    """Return the wording in force on the day, else the last one before, else the first.

    Of those that were published at the change that is asked about.
    """
    day = coverage.scope.day
    found = strategy_queries.published_wordings(stored.pk).select_related(
        "revision", "element", "type"
    )
    found = found.filter(revision__published_in__lte=coverage.change)
    if row is not None:
        found = found.filter(revision_id=coverage.tree.revision_id)
    wording = found.filter(revision__in_force_from__lte=day).first() or found.last()
    if wording is None:
        raise Http404
    return wording


def _ancestors(coverage, row):
    above = [] if row is None else coverage.tree.above(row)
    return element_rows(coverage, above[::-1])


def _children(frame, coverage, row):
    if row is None:
        return []
    below = [
        child for child, parent in enumerate(coverage.tree.parent) if int(parent) == row
    ]
    return element_rows(coverage, below, marks_of(frame, coverage))


def _covered(frame, coverage, row, user):
    """Return the element's own numbers, gaps, and the first programmes of each state."""
    found = [
        gap for gap in gaps.find(frame, coverage.scope, by="category") if gap.row == row
    ]
    columns = {
        part: programme_queries.ordered(
            frame, counts.programmes_at(coverage, row, part), "code"
        )[:_SHOWN]
        for part in counts.STATES
    }
    listed = {
        int(programme.pk): programme
        for programme in programme_queries.in_order(
            frame, [column for some in columns.values() for column in some]
        )
    }
    parts = parts_of(coverage, row)
    is_today = coverage.scope.day == coverage.scope.today
    return {
        # Whose cells with this element the person may work in, from here.
        "may_open": {
            programme.pk
            for programme in listed.values()
            if is_today and can_align(user, programme)
        },
        "row": element_rows(coverage, [row], marks_of(frame, coverage))[0],
        "gaps": gap_rows(frame, coverage, found),
        "states": [
            (
                part,
                [
                    listed[int(frame.programmes.ids[column])]
                    for column in columns[part.state]
                ],
            )
            for part in parts
        ],
    }
