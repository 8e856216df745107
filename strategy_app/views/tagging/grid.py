"""The tagging grid: programmes × elements of a whole department, worked by keyboard."""

from dataclasses import dataclass

import numpy as np
from django.core.paginator import Paginator
from django.http import JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from strategy_app.coverage import cells as coverage_cells
from strategy_app.coverage import counts
from strategy_app.coverage.frame import Frame, Tree
from strategy_app.forms.grid import ALL, GridForm
from strategy_app.models.localized import localized_text
from strategy_app.permissions import can_align, can_align_any
from strategy_app.queries import alignment as alignment_queries
from strategy_app.queries import programme as programme_queries
from strategy_app.queries.strategy import level_definitions
from strategy_app.services.ledger import MOST
from strategy_app.views.scoping import frame_of, reading, scoped, signed_in
from strategy_app.views.tagging import grid_cells
from strategy_app.views.whose import department_names, mask_of, whose_of

PAGE_SIZE = 50
# With no more elements than this, all branches are open at first.
_FEW = 12


@dataclass(frozen=True)
class Heading:
    """One column: an element, and the address that opens or closes what is below it."""

    code: str
    title: object
    depth: int
    below: int
    is_open: bool
    toggle: str


@dataclass(frozen=True)
class Fold:
    """Which elements stand in columns, as rows of the tree, and whose branch is closed."""

    shown: list[int]
    folded: set[int]
    opened: set[str]


@reading
@scoped(GridForm, "page")
def grid(request):
    """Show the grid; what is recorded holds from today, so only today's can be worked."""
    frame, scope, form = frame_of(request), request.scope, request.scope_form
    tree = frame.tree(scope.strategy, scope.day)
    whose = whose_of(request.user, form)
    mask = counts.elements(frame, scope).columns & mask_of(request.user, frame, whose)
    columns = programme_queries.ordered(frame, mask, "code")
    page = _page(frame, columns, form.cleaned_data["at"], request.GET.get("page"))
    context = {
        "page": page,
        "whose": whose,
        "departments": department_names(request.user, frame),
        "may_align": can_align_any(request.user),
        "is_today": scope.day == scope.today and scope.known_at is None,
        "today_query": scope.but(day=scope.today, known_at=None).query(),
        "total": len(columns),
    }
    if tree is not None:
        fold = fold_of(tree, form.cleaned_data["open"])
        kept = {"whose": form.cleaned_data["whose"] or None}
        codes = set(tree.codes)
        context |= {
            "rows": _rows(request, tree, fold, np.asarray(page.object_list, int)),
            "headings": _headings(tree, fold, scope, kept),
            "open_all": f"?{scope.query(**kept, open=ALL)}",
            "close_all": f"?{scope.query(**kept, open='-')}",
            "open_parameter": ",".join(sorted(fold.opened & codes)) or "-",
            "query": scope.query(**kept, open=form.data.get("open")),
            "definitions": level_definitions(),
            "cells": len(page.object_list) * len(fold.shown),
            "jumps": [*(frame.programmes.codes[column] for column in columns[:2000])],
            "all_elements": [tree.codes[row] for row in np.flatnonzero(tree.alignable)],
        }
    return render(request, "strategy_app/tagging/grid.html", context)


def fold_of(tree: Tree, opened: set[str]) -> Fold:
    """Return which elements are shown: the top ones, and those whose branches are open."""
    alignable = np.flatnonzero(tree.alignable)
    if ALL in opened or (not opened and len(alignable) <= _FEW):
        opened = {tree.codes[row] for row in alignable}
    above = {int(row): tree.alignable_parent(int(row)) for row in alignable}
    parents = set(above.values()) - {None}
    shown = []
    for row in above:
        parent = above[row]
        if parent is None or (parent in shown and tree.codes[parent] in opened):
            shown.append(row)
    folded = {row for row in shown if row in parents and tree.codes[row] not in opened}
    opened = {tree.codes[row] for row in parents} & opened
    return Fold(shown, folded, opened)


def _headings(tree, fold, scope, kept):
    parents = {tree.alignable_parent(row) for row in fold.shown} | fold.folded
    headings = []
    for row in fold.shown:
        code = tree.codes[row]
        is_open = row not in fold.folded
        opened = fold.opened - {code} if is_open else fold.opened | {code}
        headings.append(
            Heading(
                code=code,
                title=localized_text(tree.titles_en[row], tree.titles_ja[row]),
                depth=int(tree.depth[row]),
                below=sum(bool(tree.alignable[other]) for other in tree.below(row)[1:])
                if row in parents
                else 0,
                is_open=is_open,
                toggle=f"?{scope.query(**kept, open=','.join(sorted(opened)) or '-')}",
            )
        )
    return headings


def _rows(request, tree, fold, columns):
    """Return the rows of a page: each programme with its cells."""
    frame, scope = frame_of(request), request.scope
    is_today = scope.day == scope.today and scope.known_at is None
    made = grid_cells.rows(frame, tree, scope.day, columns, fold.shown, fold.folded)
    programmes = programme_queries.in_order(frame, columns)
    return [
        {
            "programme": programme,
            "cells": row.html,
            "may_align": is_today and can_align(request.user, programme),
        }
        for programme, row in zip(programmes, made, strict=True)
    ]


def _page(frame, columns, at, number):
    """Return the page asked for, or the one on which a programme stands."""
    pages = Paginator(columns, PAGE_SIZE)
    if at:
        codes = [frame.programmes.codes[column] for column in columns]
        if at in codes:
            number = codes.index(at) // PAGE_SIZE + 1
    return pages.get_page(number)


@signed_in
@scoped(GridForm, "details", several=("cell",))
def cells(request):
    """Answer with cells as they stand now: after an undo, or a form in the drawer."""
    frame, scope = frame_of(request), request.scope
    tree = frame.tree(scope.strategy, scope.today)
    names = [
        (programme, element)
        for programme, _space, element in (
            name.partition(" ") for name in request.GET.getlist("cell")[:500]
        )
    ]
    if tree is None:
        return JsonResponse({"cells": {}})
    answer = {"cells": shown(frame, tree, scope, request.scope_form, names)}
    if "details" in request.GET:
        answer["details"] = {
            f"{row.programme.code} {row.element.code}": {
                "level": row.level,
                "rationale": row.rationale,
            }
            for row in alignment_queries.open_rows_named(scope.strategy, names)
        }
    return JsonResponse(answer)


@signed_in
@scoped(GridForm, "elements")
def names(request):
    """Answer with all cells of some elements that the filter matches, on every page.

    As lines "PROGRAMME ELEMENT ROW"; 400 where they are more than can be written at once.
    """
    frame, scope, form = frame_of(request), request.scope, request.scope_form
    tree = frame.tree(scope.strategy, scope.day)
    asked = request.GET.get("elements", "").split(",")
    shown_rows = [tree.row_of[code] for code in asked if tree and code in tree.row_of]
    mask = counts.elements(frame, scope).columns
    mask = mask & mask_of(request.user, frame, whose_of(request.user, form))
    columns = np.flatnonzero(mask)
    if len(columns) * len(shown_rows) > MOST:
        message = _("At most %(most)d cells can be written at once.") % {"most": MOST}
        return JsonResponse({"errors": {"cells": [message]}}, status=400)
    found = coverage_cells.of_programmes(frame, tree, scope.day, columns)
    lines = [
        f"{frame.programmes.codes[column]} {tree.codes[row]} {found.ids[row, place]}"
        for place, column in enumerate(columns)
        for row in shown_rows
    ]
    return JsonResponse({"cells": lines})


def shown(frame: Frame, tree: Tree, scope, form: GridForm, names) -> dict[str, str]:
    """Return cells as HTML, folded as the page that asks has them."""
    fold = fold_of(tree, form.cleaned_data["open"])
    return grid_cells.one_by_one(frame, tree, scope.today, names, fold.folded)
