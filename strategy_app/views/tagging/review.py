"""My work: everything that waits for the person who asks, with the way to each of it."""

import datetime

import numpy as np
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from strategy_app.coverage import waiting as waiting_coverage
from strategy_app.coverage.scope import UNKNOWN, Scope
from strategy_app.coverage.waiting import Cells
from strategy_app.forms.grid import WhoseForm
from strategy_app.forms.queue import KINDS
from strategy_app.permissions import can_align_any, can_set_targets
from strategy_app.queries import programme as programme_queries
from strategy_app.queries import review as review_queries
from strategy_app.views.rows import group_label
from strategy_app.views.scoping import frame_of, scoped, signed_in
from strategy_app.views.waiting import Waiting
from strategy_app.views.whose import department_names, whose_of

PAGE_SIZE = 50

_MEANINGS = {
    "not_assessed": _("Nobody has looked yet whether the programme serves the element."),
    "needs_review": _("The element's wording has changed materially since it was judged."),
    "proposed": _("The element was split or merged from one that was assessed."),
    "stale": _("Judged so long ago that it no longer counts as fresh."),
    "unconfirmed": _("Claims of support that wait for a second person, and are not yours."),
    "returned": _("A second reader has asked you to look again."),
}


@require_safe
@signed_in
@scoped(WhoseForm, "page")
def review(request):
    """Show what waits for the person, by kind of work and by programme."""
    if not can_align_any(request.user):
        raise PermissionDenied
    frame, scope, form = frame_of(request), request.scope, request.scope_form
    tree = frame.tree(scope.strategy, scope.today)
    whose = whose_of(request.user, form)
    is_today = scope.day == scope.today and scope.known_at is None
    context = {
        "is_today": is_today,
        "today_query": scope.but(day=scope.today, known_at=None).query(),
        "whose": whose,
        "departments": department_names(request.user, frame),
        "whose_all": f"?{scope.query(whose='all')}",
        "whose_mine": f"?{scope.query(whose='mine')}",
        "tree": tree,
    }
    if tree is not None and is_today and can_set_targets(request.user):
        context["rereading"] = _rereading(request, frame, tree)
    if tree is not None and is_today:
        context |= _work(request, Waiting(request.user, frame, tree, scope, whose))
    return render(request, "strategy_app/tagging/review.html", context)


def _rereading(request, frame, tree):
    """Return how far each department has come: (name, numbers, queues of what is left)."""
    departments, scope = frame.programmes.departments, request.scope
    found = []
    for item in waiting_coverage.rereading(frame, tree, scope.today):
        code = departments[item.group].code if item.group >= 0 else UNKNOWN
        # Its numbers are those of all its programmes, whatever the page is filtered by.
        asked = Scope(scope.strategy, scope.day, today=scope.today, department=code)
        queues = [
            f"{reverse('queue')}?{asked.query(kind=kind)}"
            for kind in ("needs_review", "proposed")
        ]
        found.append((group_label(frame, "department", code), item, *queues))
    return found


def _work(request, waiting):
    """Return what waits, by kind and by programme."""
    address = _addresses(request)
    cells = {kind: waiting.cells(kind) for kind, _label in KINDS}
    kinds = [
        {
            "kind": kind,
            "label": label,
            "meaning": _MEANINGS[kind],
            "number": len(cells[kind]),
            "oldest": _oldest(waiting, cells[kind], address, kind),
            "address": address(kind),
        }
        for kind, label in KINDS
    ]
    skipped = _skipped(waiting, cells, address)
    rows, page = _by_programme(request, waiting, cells, address)
    return {
        "kinds": kinds,
        "skipped": skipped,
        "total": sum(kind["number"] for kind in kinds),
        "rows": rows,
        "page": page,
        "query": request.scope.query(
            whose=request.scope_form.cleaned_data["whose"] or None
        ),
        "kind_labels": [label for _kind, label in KINDS],
        "has_programmes": bool(waiting.columns.any()),
    }


def _addresses(request):
    """Return the function that says where a kind of work, and a cell of it, is done."""
    whose = request.scope_form.cleaned_data["whose"] or None

    def address(kind, at=None):
        asked = {"kind": kind if kind != KINDS[0][0] else None, "whose": whose, "at": at}
        return f"{reverse('queue')}?{request.scope.query(**asked)}"

    return address


def _name(waiting, cells: Cells, place):
    codes = waiting.frame.programmes.codes
    return f"{codes[cells.columns[place]]}:{waiting.tree.codes[cells.elements[place]]}"


def _oldest(waiting, cells, address, kind):
    """Return the cell that has waited longest and since when, None for no cell."""
    if not len(cells):
        return None
    place = int(np.argmin(cells.since))
    name = _name(waiting, cells, place)
    return {
        "name": name.replace(":", " × "),
        "since": datetime.date.fromordinal(int(cells.since[place])),
        "address": address(kind, name),
    }


def _skipped(waiting, cells, address):
    """Return what the person has skipped and still waits, the oldest first."""
    deferrals = review_queries.deferrals(waiting.user)
    places = {
        kind: found.places_of(*waiting.place_of_all(deferrals))
        for kind, found in cells.items()
    }
    skipped = []
    for number, item in enumerate(deferrals.values()):
        kind = next((kind for kind in places if places[kind][number] >= 0), None)
        if kind is not None:
            name = _name(waiting, cells[kind], places[kind][number])
            skipped.append(
                {
                    "name": name.replace(":", " × "),
                    "reason": item.reason,
                    "since": localdate(item.deferred_in.at),
                    "address": address(kind, name),
                }
            )
    return skipped


def _by_programme(request, waiting, cells, address):
    """Return one page of the programmes in which something waits, most of it first."""
    width = len(waiting.frame.programmes.codes)
    numbers = {
        kind: np.bincount(found.columns, minlength=width) for kind, found in cells.items()
    }
    totals = sum(numbers.values())
    columns = np.flatnonzero(totals)
    columns = columns[np.argsort(-totals[columns], kind="stable")]
    page = Paginator(columns, PAGE_SIZE).get_page(request.GET.get("page"))
    shown = np.asarray(page.object_list, int)
    firsts = {
        kind: np.searchsorted(found.columns, shown.astype(found.columns.dtype))
        for kind, found in cells.items()
    }
    rows = []
    programmes = programme_queries.in_order(waiting.frame, shown)
    for place, (column, programme) in enumerate(zip(shown, programmes, strict=True)):
        rows.append(
            {
                "programme": programme,
                "numbers": [
                    (
                        label,
                        int(numbers[kind][column]),
                        address(kind, _name(waiting, cells[kind], firsts[kind][place]))
                        if numbers[kind][column]
                        else "",
                    )
                    for kind, label in KINDS
                ],
                "total": int(totals[column]),
            }
        )
    return rows, page
