"""The ranked list of gaps."""

from django.core.paginator import Paginator
from django.shortcuts import render

from strategy_app.coverage import counts
from strategy_app.coverage import gaps as coverage_gaps
from strategy_app.forms.scope import GapsForm
from strategy_app.views.rows import gap_rows, kinds_counted, unknown_below
from strategy_app.views.scoping import frame_of, reading, scoped

_PAGE = 50


@reading
@scoped(GapsForm)
def gaps(request):
    """Show all gaps, gravest first, or those of one kind."""
    frame, scope = frame_of(request), request.scope
    by = request.scope_form.by_or_default()
    kind = request.scope_form.cleaned_data["kind"]
    found = coverage_gaps.find(frame, scope, by=by, unknown_below=unknown_below())
    ranked = [gap for gap in found if not kind or gap.kind == kind]
    page = Paginator(ranked, _PAGE).get_page(request.GET.get("page"))
    coverage = counts.elements(frame, scope.but(basis="programmes"))
    context = {
        "page": page,
        "rows": gap_rows(frame, coverage, page.object_list, first=page.start_index()),
        "kinds": kinds_counted(found),
        "kind": kind,
        "by": by,
        "groupings": [
            (value, label, scope.query(kind=kind or None, by=value), value == by)
            for value, label in request.scope_form.fields["by"].choices
        ],
        "all": len(found),
        "formula": coverage_gaps.FORMULA,
        "page_query": scope.query(kind=kind or None, by=by),
        "unknown_below": round(100 * unknown_below()),
        "coverage": coverage,
    }
    return render(request, "strategy_app/gaps/page.html", context)
