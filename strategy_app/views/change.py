"""Changes: the audit trail, newest first, and each with what it wrote."""

from django import forms
from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from strategy_app.models import Change, Evidence
from strategy_app.permissions import can_administer
from strategy_app.queries import change as change_queries
from strategy_app.queries import history as history_queries
from strategy_app.views.scoping import reading, scoped, signed_in

_PAGE, _ROWS = 50, 200


class _FilterForm(forms.Form):
    action = forms.ChoiceField(
        label=_("What"), required=False, choices=[("", _("All")), *Change.Action.choices]
    )


@reading
@scoped()
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
    return render(request, "strategy_app/change/list.html", context, status=status)


@reading
@scoped()
def change(request, number):
    """Show one change: who, when, why, and every row that it wrote."""
    found = get_object_or_404(Change.objects.select_related("by"), pk=number)
    if found.action in change_queries.ABOUT_PEOPLE and not can_administer(request.user):
        raise Http404
    rows = change_queries.ledger_rows(found, _ROWS)
    context = {
        "change": found,
        "rows": rows,
        "rows_shown": _ROWS,
        "totals": change_queries.with_counts(Change.objects.filter(pk=number)).get(),
        "edits": history_queries.edits_of(found),
        "edits_total": history_queries.count_of(found),
    }
    return render(request, "strategy_app/change/page.html", context)


@signed_in
def evidence_file(request, number):
    """Hand out an attached source: always as a download, never shown in our origin."""
    evidence = get_object_or_404(Evidence.objects.exclude(file=""), pk=number)
    if not evidence.file.storage.exists(evidence.file.name):
        raise Http404
    name = evidence.file.name.rpartition("/")[2]
    return FileResponse(evidence.file.open("rb"), as_attachment=True, filename=name)
