"""Programmes: the list, and each with its alignments, element by element."""

from dataclasses import dataclass

import numpy as np
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from strategy_app.coverage import cliffs, counts, matrix
from strategy_app.coverage.frame import ALWAYS
from strategy_app.forms.programme import ProgrammeListForm
from strategy_app.models import Alignment, LevelDefinition, Programme, Return
from strategy_app.models.localized import localized_text
from strategy_app.permissions import can_align, can_align_any, can_confirm
from strategy_app.queries import alignment as alignment_queries
from strategy_app.queries import history as history_queries
from strategy_app.queries import programme as programme_queries
from strategy_app.queries import review as review_queries
from strategy_app.queries import sanity, second_reading
from strategy_app.queries import strategy as strategy_queries
from strategy_app.views.rows import state_label
from strategy_app.views.scoping import frame_of, reading, scoped

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
    lines = alignment_lines(request, stored, history, versions)
    direct = [line["level"] for line in lines]
    may_align = can_align(request.user, stored)
    context = {
        "programme": shown,
        "lines": lines,
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
        "hints": _hints(request, may_align, lines),
        "history": history[:PAGE_SIZE],
        "edits": history_queries.edits_to(stored, versions=versions),
    }
    return render(request, "strategy_app/programmes/programme.html", context)


def may_record_on(scope):
    """Whether a page of this scope offers to record: what is recorded holds from today."""
    return scope.day == scope.today and scope.known_at is None


def _hints(request, may_align, lines):
    """Return what whoever records here had better look at again, as of today."""
    if not may_align or not may_record_on(request.scope):
        return []
    return sanity.hints_of(line["alignment"] for line in lines if line["alignment"])


def _starts_at(frame, stored):
    column = frame.programmes.column_of(stored.pk)
    return None if column is None else frame.programmes.starts[column]


def alignment_lines(
    request, stored: Programme, history: list[Alignment], versions: list
) -> list[dict]:
    """Return one line for each alignable element: wording, row in force, level.

    history: all rows of the ledger about this programme. versions: its own, the newest
    first.
    """
    frame, scope = frame_of(request), request.scope
    tree = frame.tree(scope.strategy, scope.day)
    if tree is None:
        return []
    levels = matrix.levels(frame, tree, scope.day, rollup=True)
    column = frame.programmes.column_of(stored.pk)
    rows = alignment_queries.in_force(history)
    wordings = strategy_queries.wordings_by_element(tree.revision_id)
    beside = Beside.of(request, history, versions)
    lines = []
    for row in np.flatnonzero(tree.alignable):
        alignment = rows.get(int(tree.element_ids[row]))
        lines.append(
            line_of(
                request,
                stored,
                wordings[int(tree.element_ids[row])],
                alignment,
                beside,
                depth=int(tree.depth[row]),
                effective=None if column is None else matrix.level_of(levels[row, column]),
            )
        )
    return lines


@dataclass(frozen=True)
class Beside:
    """What lines show beside the rows in force: two queries for all of them at most.

    history: every row about the programme, or the cell, the newest first. returns: open
    returns by row. versions: of the programme, the newest first.
    """

    history: list[Alignment]
    returns: dict[int, Return]
    versions: list

    @classmethod
    def of(cls, request, history, versions):
        """Read what belongs beside these rows; nothing where no row is returned."""
        frame = frame_of(request)
        returned = set(review_queries.returned(frame).rows.tolist())
        concerned = [row for row in history if row.pk in returned]
        found = review_queries.returns_of(concerned, frame) if concerned else {}
        return cls(history, found, versions)


def line_of(request, stored, wording, alignment, beside: Beside, *, depth, effective):
    """Return what the line of one element shows and what may be done from it."""
    line = {
        "wording": wording,
        "alignment": alignment,
        "level": alignment.level if alignment else None,
        "effective": effective,
        "is_from_below": effective is not None
        and (alignment is None or effective > alignment.level),
        "depth": depth,
        "address": reverse(
            "align",
            args=[stored.code, request.scope.strategy, wording.element.code],
        )
        + f"?{request.scope.query()}",
    }
    if alignment is not None:
        line |= _second_reading(request, wording, alignment, beside)
    return line


def _second_reading(request, wording, alignment, beside):
    """Return what a line says of its confirmation, its freshness and its return."""
    state = alignment.state
    is_open = may_record_on(request.scope) and alignment.valid_until is None
    may_confirm = (
        is_open
        and not state.is_confirmed
        and not state.is_reworded
        and can_confirm(request.user, alignment)
    )
    own = [row for row in beside.history if row.element_id == alignment.element_id]
    return {
        "may_confirm": may_confirm,
        "may_reaffirm": is_open and (state.is_reworded or state.is_stale),
        "returned": beside.returns.get(alignment.pk),
        "since_confirmed": second_reading.since_confirmed(
            alignment, own, wording, beside.versions
        )
        if may_confirm
        else None,
    }


def level_definitions():
    """Return what each level means, by level; None is "not assessed"."""
    return {definition.level: definition for definition in LevelDefinition.objects.all()}
