"""Write one cell of the grid or many: what is sent, what would happen, what happened."""

from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from strategy_app.coverage import frame as coverage_frame
from strategy_app.forms.grid import BatchForm, GridForm
from strategy_app.queries import alignment as alignment_queries
from strategy_app.queries import second_reading
from strategy_app.queries import strategy as strategy_queries
from strategy_app.services import ledger
from strategy_app.services.ledger import Refused
from strategy_app.templatetags.strategy import level_name
from strategy_app.views.scoping import only_post, scoped, signed_in
from strategy_app.views.tagging.grid import shown

# More cells than this are not sent back one by one: the grid is fetched again.
_MANY = 400
_LISTED = 200


@only_post
@signed_in
@scoped(GridForm)
def write(request):
    """Do one thing to the cells named, all in one change or none; answer in JSON.

    200: ``change`` (null where nothing had to be done), ``message`` and the ``cells``
    anew. 400: ``errors`` by field. 409: what is in force now, for each cell in which
    something else stands than was seen.
    """
    form, plan = _plan(request)
    if plan is None:
        return JsonResponse({"errors": form.problems()}, status=400)
    try:
        change = ledger.carry_out(plan)
    except Refused as refusal:
        return _refused(request, form, refusal.plan)
    names = [(name.programme, name.element) for name in form.cleaned_data["cells"]]
    return JsonResponse(
        {
            "change": change and change.pk,
            "message": _message(plan, change),
            "cells": _cells(request, names) if len(names) <= _MANY else None,
        }
    )


@only_post
@signed_in
@scoped(GridForm)
def preview(request):
    """Show what would happen to the cells named, and write nothing."""
    form, plan = _plan(request)
    if plan is None:
        return JsonResponse({"errors": form.problems()}, status=400)
    numbers = plan.numbers
    steps = sorted(plan.steps, key=lambda step: not step.is_refused)[:_LISTED]
    since = _since_confirmed(request.scope, steps)
    context = {
        "do": form.cleaned_data["do"],
        "level": form.cleaned_data["level"],
        "rationale": form.cleaned_data["rationale"],
        "numbers": [(kind, kind_name(kind), numbers[kind]) for kind in _ORDER
                    if numbers[kind]],
        "rows": [
            {
                "step": step,
                "label": step_name(step),
                "since": since.get(step.current and step.current.pk),
            }
            for step in steps
        ],
        "total": len(plan.steps),
        "refused": len(plan.refused),
        "to_do": len(plan.to_do),
    }  # fmt: skip
    return render(request, "strategy_app/tagging/_grid_preview.html", context)


def _plan(request):
    """Return the form that was sent and its plan, None where something is wrong with it."""
    form = BatchForm(request.POST)
    if not form.is_valid():
        return form, None
    try:
        return form, ledger.plan(form.asked(), by=request.user)
    except ValidationError as refusal:
        form.add_error("cells", refusal)
        return form, None


def _since_confirmed(scope, steps):
    """Return what a second reader is to see of each row, by its id."""
    rows = [step.current for step in steps if step.kind == "confirm"]
    tree = coverage_frame.current().tree(scope.strategy, scope.today)
    if not rows or tree is None:
        return {}
    wordings = strategy_queries.wordings_by_element(tree.revision_id)
    return second_reading.since_confirmed_of(rows, wordings)


_ORDER = ("error", "conflict", "add", "update", "withdraw", "confirm", "same")


def kind_name(kind: str) -> str:
    """Return what would happen, in a word."""
    return {
        "add": _("Add"),
        "update": _("Update"),
        "withdraw": _("Withdraw"),
        "confirm": _("Confirm"),
        "same": _("No change"),
        "conflict": _("Changed meanwhile"),
        "error": _("Error"),
    }[kind]


def step_name(step: ledger.Step) -> str:
    """Return what would happen to one cell; of a conflict, what happened there."""
    if step.kind != "conflict":
        return kind_name(step.kind)
    return _("Somebody was faster") if step.current else _("Withdrawn meanwhile")


def _refused(request, form, plan):
    """Answer with what keeps the cells from being written."""
    overtaken = [
        (step.asked.programme.code, step.asked.element.code)
        for step in plan.refused
        if step.kind == "conflict"
    ]
    if not overtaken:
        errors = {}
        for step in plan.refused:
            name = f"{step.asked.programme.code} × {step.asked.element.code}: "
            for field, messages in step.errors.items():
                errors.setdefault(_field_of(field), []).extend(
                    f"{name if len(plan.steps) > 1 else ''}{message}"
                    for message in messages
                )
        return JsonResponse({"errors": errors}, status=400)
    return JsonResponse(
        {
            "conflicts": _in_force_now(request, overtaken),
            "cells": _cells(request, overtaken[:_MANY]),
            "message": _("Somebody else was faster.")
            if any(step.current for step in plan.refused)
            else _("What stood there has been withdrawn."),
        },
        status=409,
    )


def _field_of(name):
    """Return the field of the grid's form that a rule of the ledger is about."""
    fields = {"level": "level", "rationale": "rationale", "evidence": "source-title"}
    return fields.get(name, "cells")


def _in_force_now(request, names):
    """Return who recorded what in the cells that somebody else has written meanwhile."""
    found = {}
    rows = alignment_queries.open_rows_named(request.scope.strategy, names[:_LISTED])
    for row in rows:
        by = row.opened_in.by
        found[f"{row.programme.code} {row.element.code}"] = {
            "level": row.level,
            "level_name": str(level_name(row.level)),
            "rationale": row.rationale,
            "by": str(by) if by else "",
        }
    return {
        key: found.get(key)
        for key in (f"{programme} {element}" for programme, element in names)
    }


def _cells(request, names):
    frame, scope = coverage_frame.current(), request.scope
    tree = frame.tree(scope.strategy, scope.today)
    if tree is None:
        return {}
    return shown(frame, tree, scope, request.scope_form, names)


def _message(plan, change):
    """Say what was written."""
    if change is None:
        return _("Nothing was changed.")
    if len(plan.to_do) == 1:
        asked = plan.to_do[0].asked
        return _("%(programme)s × %(element)s is recorded.") % {
            "programme": asked.programme.code,
            "element": asked.element.code,
        }
    return ngettext(
        "%(number)d cell is written in change %(change)d.",
        "%(number)d cells are written in change %(change)d.",
        len(plan.to_do),
    ) % {"number": len(plan.to_do), "change": change.pk}
