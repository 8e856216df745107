"""Changes: the audit trail, newest first, and each with what it wrote."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from strategy_app.coverage import frame as coverage_frame
from strategy_app.forms.scope import ScopeForm
from strategy_app.models import Change, Evidence
from strategy_app.permissions import can_administer, can_align_any
from strategy_app.queries import change as change_queries
from strategy_app.queries import history as history_queries
from strategy_app.services import ledger
from strategy_app.services.ledger import can_be_reverted
from strategy_app.views.scoping import frame_of, reading, scoped, signed_in

_PAGE, _ROWS = 50, 200


class _FilterForm(forms.Form):
    action = forms.ChoiceField(
        label=_("What"), required=False, choices=[("", _("All")), *Change.Action.choices]
    )


@reading
@scoped(ScopeForm, "action", "page")
def change_list(request):
    """List changes with how much of the ledger each touched."""
    form = _FilterForm(request.GET)
    found = change_queries.changes()
    if not can_administer(request.user):
        found = found.exclude(action__in=change_queries.ABOUT_PEOPLE)
    if form.is_valid() and form.cleaned_data["action"]:
        found = found.filter(action=form.cleaned_data["action"])
    page = Paginator(change_queries.with_counts(found), _PAGE).get_page(
        request.GET.get("page")
    )
    action = request.GET.get("action") if form.is_valid() else None
    context = {
        "page": page,
        "form": form,
        "query": request.scope.query(action=action or None),
    }
    status = 200 if form.is_valid() else 400
    return render(request, "strategy_app/changes/change_list.html", context, status=status)


@reading
@scoped()
def change(request, number):
    """Show one change: who, when, why, and every row that it wrote."""
    found = get_object_or_404(Change.objects.select_related("by"), pk=number)
    if found.action in change_queries.ABOUT_PEOPLE and not can_administer(request.user):
        raise Http404
    frame = frame_of(request)
    if frame.change < found.pk:  # looked at from before it: what it wrote is not known yet
        frame = coverage_frame.current()
    rows = change_queries.ledger_rows(found, frame, request.scope.day, _ROWS)
    context = {
        "change": found,
        "rows": rows,
        "rows_shown": _ROWS,
        "totals": change_queries.with_counts(Change.objects.filter(pk=number)).get(),
        "edits": history_queries.edits_of(found),
        "edits_total": history_queries.count_of(found),
        "may_revert": can_be_reverted(found) and can_align_any(request.user),
        "reverted_by": found.reverted_by.order_by("id"),
    }
    return render(request, "strategy_app/changes/change.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@scoped()
def revert(request, number):
    """Show what taking back a change would do; do it when asked.

    Whoever has just made the change asks from the grid, and is answered in JSON.
    """
    found = get_object_or_404(Change.objects.select_related("by"), pk=number)
    if not can_be_reverted(found) or not can_align_any(request.user):
        raise PermissionDenied
    if request.method != "POST":
        plan = ledger.plan_revert(found, by=request.user)
        context = {"change": found, "back": plan.to_do, "stay": plan.refused}
        return render(request, "strategy_app/changes/change_revert.html", context)
    result = ledger.revert(change=found, by=request.user)
    message = _message(result)
    if request.headers.get("Accept") == "application/json":
        names = [_name_of(step) for step in result.restored]
        answer = {"change": result.change and result.change.pk, "message": message}
        return JsonResponse(answer | {"cells": names}, status=200 if names else 409)
    (messages.success if result.change else messages.warning)(request, message)
    shown = result.change.pk if result.change else found.pk
    address = reverse("change", args=[shown])
    return redirect(f"{address}?{request.scope.query()}")


def _name_of(step):
    return f"{step.asked.programme.code} {step.asked.element.code}"


def _message(result):
    """Say what came of taking back a change."""
    number, stay = len(result.restored), len(result.refused)
    text = ngettext(
        "%(number)d cell is as it was before.",
        "%(number)d cells are as they were before.",
        number,
    ) % {"number": number}
    if stay:
        text += " " + ngettext(
            "%(number)d stays as it is: %(problem)s",
            "%(number)d stay as they are: %(problem)s",
            stay,
        ) % {"number": stay, "problem": result.refused[0].problem}
    return text


@signed_in
def evidence_file(request, number):
    """Hand out an attached source: always as a download, never shown in our origin."""
    evidence = get_object_or_404(Evidence.objects.exclude(file=""), pk=number)
    if not evidence.file.storage.exists(evidence.file.name):
        raise Http404
    name = evidence.file.name.rpartition("/")[2]
    return FileResponse(evidence.file.open("rb"), as_attachment=True, filename=name)
