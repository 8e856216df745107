"""Write one cell of the grid or many: what is sent, what would happen, what happened."""

from collections import Counter

from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from strategy_app.coverage import frame as coverage_frame
from strategy_app.forms.grid import BatchForm, GridForm
from strategy_app.models import Change
from strategy_app.queries import alignment as alignment_queries
from strategy_app.queries import second_reading
from strategy_app.queries import strategy as strategy_queries
from strategy_app.services import alignment as alignment_services
from strategy_app.services.alignment import Refused, Verdict
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
    somebody was faster.
    """
    form = BatchForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"errors": form.problems()}, status=400)
    try:
        change = _write(form, request.user)
    except Refused as refusal:
        return _refused(request, form, refusal.verdicts)
    except ValidationError as refusal:
        return JsonResponse({"errors": {"cells": refusal.messages}}, status=400)
    names = [(name.programme, name.element) for name in form.cleaned_data["cells"]]
    return JsonResponse(
        {
            "change": change and change.pk,
            "message": _message(form, change, len(names)),
            "cells": _cells(request, names) if len(names) <= _MANY else None,
        }
    )


@only_post
@signed_in
@scoped(GridForm)
def preview(request):
    """Show what would happen to the cells named, and write nothing."""
    form = BatchForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"errors": form.problems()}, status=400)
    try:
        verdicts = _judge(form, request.user)
    except ValidationError as refusal:
        return JsonResponse({"errors": {"cells": refusal.messages}}, status=400)
    names = form.cleaned_data["cells"]
    numbers = Counter(verdict.kind for verdict in verdicts)
    rows = sorted(
        zip(names, verdicts, strict=True), key=lambda pair: not pair[1].is_refused
    )
    since = _since_confirmed(form, request.scope, [one for _name, one in rows[:_LISTED]])
    context = {
        "do": form.cleaned_data["do"],
        "level": form.cleaned_data["level"],
        "rationale": form.cleaned_data["rationale"],
        "numbers": [(kind, verdict_name(kind), numbers[kind]) for kind in _ORDER
                    if numbers[kind]],
        "rows": [
            {
                "name": name,
                "verdict": verdict,
                "label": verdict_name(verdict.kind),
                "since": since.get(verdict.current and verdict.current.pk),
            }
            for name, verdict in rows[:_LISTED]
        ],
        "total": len(verdicts),
        "refused": numbers["error"] + numbers["conflict"],
        "to_do": len(verdicts) - numbers["same"],
    }  # fmt: skip
    return render(request, "strategy_app/tagging/_grid_preview.html", context)


def _since_confirmed(form, scope, verdicts):
    """Return what a second reader is to see of each row, by its id; nothing for others."""
    tree = coverage_frame.current().tree(scope.strategy, scope.today)
    if form.cleaned_data["do"] != "confirm" or tree is None:
        return {}
    rows = [one.current for one in verdicts if one.kind == "confirm"]
    wordings = strategy_queries.wordings_by_element(tree.revision_id)
    return second_reading.since_confirmed_of(rows, wordings)


_ORDER = ("error", "conflict", "add", "update", "withdraw", "confirm", "same")


def verdict_name(kind: str) -> str:
    """Return what would happen, in a word."""
    return {
        "add": _("Add"),
        "update": _("Update"),
        "withdraw": _("Withdraw"),
        "confirm": _("Confirm"),
        "same": _("No change"),
        "conflict": _("Somebody was faster"),
        "error": _("Error"),
    }[kind]


def _write(form, by) -> Change | None:
    what = form.cleaned_data["do"]
    if what == "withdraw":
        return alignment_services.withdraw_all(form.ids(), by=by)
    if what == "confirm":
        return alignment_services.confirm_all(form.ids(), by=by)
    return alignment_services.record_all(form.judgements(), by=by)


def _judge(form, by) -> list[Verdict]:
    what = form.cleaned_data["do"]
    if what == "withdraw":
        return alignment_services.judge_withdrawals(form.ids(), by=by)
    if what == "confirm":
        return alignment_services.judge_confirmations(form.ids(), by=by)
    return alignment_services.judge(form.judgements(), by=by)


def _refused(request, form, verdicts):
    """Answer with what keeps the cells from being written."""
    names = [(name.programme, name.element) for name in form.cleaned_data["cells"]]
    pairs = list(zip(names, verdicts, strict=True))
    overtaken = [(name, one) for name, one in pairs if one.kind == "conflict"]
    if not overtaken:
        errors = {}
        for name, one in pairs:
            for field, messages in one.errors.items():
                prefix = f"{name[0]} × {name[1]}: " if len(pairs) > 1 else ""
                errors.setdefault(_field_of(field), []).extend(
                    f"{prefix}{message}" for message in messages
                )
        return JsonResponse({"errors": errors}, status=400)
    now = _in_force_now(request, [name for name, _one in overtaken])
    return JsonResponse(
        {
            "conflicts": now,
            "cells": _cells(request, [name for name, _one in overtaken][:_MANY]),
            "message": _("Somebody else was faster."),
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


def _message(form, change, number):
    if change is None:
        return _("Nothing was changed.")
    if number == 1:
        (name,) = form.cleaned_data["cells"]
        return _("%(programme)s × %(element)s is recorded.") % {
            "programme": name.programme,
            "element": name.element,
        }
    return ngettext(
        "%(number)d cell is written in change %(change)d.",
        "%(number)d cells are written in change %(change)d.",
        number,
    ) % {"number": number, "change": change.pk}
