"""Paste or upload a table of alignments: looked through first, applied all or nothing."""

from collections import Counter

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from strategy_app.exporters import table_template
from strategy_app.forms.scope import ScopeForm
from strategy_app.forms.table import ApplyForm, TableForm
from strategy_app.importers.alignments import (
    as_pasted,
    corrected,
    plan_lines,
    read_lines,
    rows_seen,
)
from strategy_app.importers.columns import HISTORY, header_in
from strategy_app.importers.table import MOST, MOST_BYTES, read_table, too_large
from strategy_app.models import PendingTable, Strategy
from strategy_app.permissions import can_administer, can_align_any
from strategy_app.services import pending_table
from strategy_app.services.ledger import Refused
from strategy_app.services.pending_table import AppliedAlready
from strategy_app.views.given_back import gives_back
from strategy_app.views.scoping import frame_of, only_post, scoped, signed_in
from strategy_app.views.tagging.paste_rows import kinds_with_numbers, shown_row

PAGE_SIZE = 100
REFUSED = ("error", "conflict")
KINDS = (*REFUSED, "add", "update", "same")
# What surrounds a table in a request.
_AROUND = 512 * 1024


def _may_record(request):
    if not can_align_any(request.user):
        raise PermissionDenied


@signed_in
@scoped(ScopeForm, "show", "page")
def refuse_size(request):
    """Say that what was sent is too large; nothing of it has been read."""
    _may_record(request)
    return _entry(request, _form(request), errors=too_large().messages, status=413)


_kept = gives_back(MOST_BYTES + _AROUND, refuse_size)


@_kept
@require_http_methods(["GET", "POST"])
@signed_in
@scoped()
def paste(request):
    """Take rows or a file, and lead on to what would become of each row."""
    _may_record(request)
    if request.method == "GET":
        return _entry(request, _form(request))
    form = TableForm(request.POST, request.FILES, frame=frame_of(request))
    if not form.is_valid():
        return _entry(request, form, text=request.POST.get("text", ""), status=400)
    file, text = form.cleaned_data["file"], form.cleaned_data["text"]
    name = file.name if file else ""
    strategy = Strategy.objects.get(code=form.cleaned_data["strategy"])
    try:
        table = read_table(file.read() if file else text, name=name)
        text = as_pasted(table) if file else text
        return _kept_table(request, text, strategy, name)
    except ValidationError as refusal:
        return _entry(request, form, text=text, errors=refusal.messages, status=400)


@_kept
@require_http_methods(["GET", "POST"])
@signed_in
@scoped(ScopeForm, "show", "page")
def paste_table(request, number):
    """Show what would become of each row; take corrections and look at them anew."""
    table = _table(request, number)
    if table.applied_in_id:
        return _applied_already(request, table.applied_in_id)
    text = request.POST.get("text")
    try:
        if request.method == "GET":
            text = table.text
            return _preview(request, table)
        if text is None:
            text = corrected(table.text, request.POST)
        return _kept_table(request, text, table.strategy, table.name)
    except ValidationError as refusal:
        form = _form(request, table.strategy.code)
        text = table.text if text is None else text
        return _entry(request, form, text=text, errors=refusal.messages, status=400)


@_kept
@only_post
@signed_in
@scoped(ScopeForm, "show", "page")
def paste_apply(request, number):
    """Write all rows in one change, if none of them is refused by now."""
    table = _table(request, number)
    if table.applied_in_id:
        return _applied_already(request, table.applied_in_id)
    form = ApplyForm(request.POST)
    lines, plan = _planned(request, table)
    is_refused = any(line.kind in REFUSED for line in lines)
    if not form.is_valid() or is_refused:
        return _preview(request, table, form=form, lines=lines, status=409)
    try:
        change = pending_table.apply(
            table=table, plan=plan, reason=form.cleaned_data["reason"]
        )
    except AppliedAlready as refusal:
        return _applied_already(request, refusal.change.pk)
    except Refused:
        return _preview(request, table, form=form, status=409)
    if change is None:
        messages.info(request, _("Nothing was changed: all of it stands there already."))
        return redirect("paste-table", table.pk)
    messages.success(request, _("The table is applied."))
    return redirect("change", change.pk)


@require_safe
@signed_in
def template_csv(request):
    """Hand out the empty table as CSV."""
    return _template(request, table_template.as_csv, "text/csv; charset=utf-8", "csv")


@require_safe
@signed_in
def template_xlsx(request):
    """Hand out the empty table as XLSX."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _template(request, table_template.as_xlsx, kind, "xlsx")


def _template(request, written, kind, extension):
    _may_record(request)
    content = written(_header(request.user))
    return HttpResponse(
        content,
        content_type=kind,
        headers={"Content-Disposition": f'attachment; filename="alignments.{extension}"'},
    )


def _header(user):
    """Return the headers of the columns that somebody may fill in."""
    names = header_in(get_language() or "en")
    if not can_administer(user):
        names = {key: name for key, name in names.items() if key not in HISTORY}
    return names


def _form(request, strategy=None):
    strategy = strategy or request.scope.strategy
    return TableForm(frame=frame_of(request), strategy=strategy)


def _entry(request, form, *, text="", errors=(), status=200):
    """Show the form that takes a table, with what was sent and what is wrong with it."""
    waiting = PendingTable.objects.filter(owner=request.user, applied_in=None)
    context = {
        "form": form,
        "text": text,
        "errors": errors,
        "header": _header(request.user),
        "example": _example(request),
        "notes": table_template.notes(),
        "may_load_history": can_administer(request.user),
        "most": MOST,
        "most_megabytes": MOST_BYTES // 1024 // 1024,
        "waiting": waiting.defer("text", "seen").order_by("-id").first(),
    }
    return render(request, "strategy_app/tagging/paste.html", context, status=status)


def _example(request):
    """Return a row that shows what goes where, of a programme and an element there are."""
    frame, scope = frame_of(request), request.scope
    tree = frame.tree(scope.strategy, scope.today)
    rows = range(len(tree.codes)) if tree else []
    elements = [tree.codes[row] for row in rows if tree.alignable[row]]
    example = [
        next(iter(frame.programmes.codes), "PRG-1"), next(iter(elements), "A-1"), "1",
        _("Joint research is a stated objective."), _("Programme guidelines"),
        "https://example.org/report", "2026-03-31",
    ]  # fmt: skip
    return example + (["", ""] if can_administer(request.user) else [])


def _table(request, number):
    """Return one's own table; somebody else's is not there."""
    _may_record(request)
    table = (
        PendingTable.objects.select_related("strategy")
        .filter(pk=number, owner=request.user)
        .first()
    )
    if table is None:
        raise Http404
    request.scope = request.scope.but(strategy=table.strategy.code)
    return table


def _kept_table(request, text, strategy, name):
    """Keep a table with what it would replace, and lead to its preview."""
    lines = read_lines(read_table(text), strategy=strategy, by=request.user)
    table = pending_table.keep(
        owner=request.user,
        name=name,
        strategy=strategy,
        text=text,
        seen=rows_seen(lines),
    )
    return redirect("paste-table", table.pk)


def _planned(request, table):
    """Return the lines of a table, and the plan of those that are right."""
    lines = read_lines(read_table(table.text), strategy=table.strategy, by=request.user)
    return lines, plan_lines(lines, by=request.user, seen=table.seen)


def _preview(request, table, *, form=None, lines=None, status=200):
    """Show what would become of each row."""
    if lines is None:
        lines, _plan = _planned(request, table)
    numbers = Counter(line.kind for line in lines)
    show = request.GET.get("show")
    show = show if show in (*KINDS, "refused") else ""
    kinds = REFUSED if show == "refused" else (show,)
    shown = [line for line in lines if not show or line.kind in kinds]
    has_periods = any(line.is_history for line in lines)
    page = Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "table": table,
        "form": form or ApplyForm(initial={"reason": table.name}),
        "kinds": kinds_with_numbers(numbers),
        "show": show,
        "query": f"{request.scope.query()}&show={show}",
        "total": len(lines),
        "page": page,
        "rows": [shown_row(line, has_periods) for line in page],
        "has_periods": has_periods,
        "numbers": numbers,
        "refused": sum(numbers[kind] for kind in REFUSED),
        "to_do": numbers["add"] + numbers["update"],
    }
    return render(
        request, "strategy_app/tagging/paste_preview.html", context, status=status
    )


def _applied_already(request, change):
    messages.info(
        request,
        _("This table has been applied already, in change %(number)d: nothing was changed.")
        % {"number": change},
    )
    return redirect("change", change)
