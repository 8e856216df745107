"""The ranked list of gaps."""

from django.core.paginator import Paginator
from django.shortcuts import render

from strategy_app.coverage import counts
from strategy_app.coverage import gaps as coverage_gaps
from strategy_app.coverage.definitions import gap_threshold
from strategy_app.forms.scope import GapsForm
from strategy_app.views.gap_rows import gap_rows, kinds_counted
from strategy_app.views.scoping import frame_of, reading, scoped

_PAGE = 50


@reading
@scoped(GapsForm, "page")
def gaps(request):
    """Show all gaps, gravest first, or those of one kind."""
    frame, scope = frame_of(request), request.scope
    by = request.scope_form.by_or_default()
    kind = request.scope_form.cleaned_data["kind"]
    horizon = request.scope_form.horizon_years()
    found = coverage_gaps.find(frame, scope, by=by, horizon_years=horizon)
    # What stays in the links of this page, besides the scope.
    kept = {
        "by": by,
        "kind": kind or None,
        "horizon": request.scope_form.cleaned_data["horizon"],
    }
    ranked = coverage_gaps.of_kind(found, kind)
    page = Paginator(ranked, _PAGE).get_page(request.GET.get("page"))
    coverage = counts.elements(frame, scope.but(basis="programmes"))
    context = {
        "page": page,
        "rows": gap_rows(
            frame,
            coverage,
            page.object_list,
            first=page.start_index(),
            user=request.user,
        ),
        "kinds": [
            (value, definition, number, scope.query(**kept | {"kind": value.value}))
            for value, definition, number in kinds_counted(found)
        ],
        "thresholds": {
            value: gap_threshold(value, frame.thresholds, horizon)
            for value in coverage_gaps.Kind
        },
        "all_query": scope.query(**kept | {"kind": None}),
        "kind": kind,
        "by": by,
        "groupings": [
            (value, label, scope.query(**kept | {"by": value}), value == by)
            for value, label in request.scope_form.fields["by"].choices
        ],
        "all": len(found),
        "formula": coverage_gaps.FORMULA,
        "page_query": scope.query(**kept),
        "horizon": horizon,
        "horizon_kept": (scope.parameters() | {"by": by, "kind": kind}).items(),
        "coverage": coverage,
    }
    context |= _unsupported(found, scope, kept)
    return render(request, "strategy_app/gaps/gaps.html", context)


def _unsupported(found, scope, kept):
    """Return how many elements nothing supports so far, and where they are listed."""
    unsupported = coverage_gaps.of_kind(found, coverage_gaps.UNSUPPORTED)
    return {
        "unsupported": len(unsupported),
        "unsupported_unknown": sum(
            gap.kind == coverage_gaps.Kind.UNKNOWN for gap in unsupported
        ),
        "unsupported_definition": coverage_gaps.UNSUPPORTED_DEFINITION,
        "unsupported_query": scope.query(**kept | {"kind": coverage_gaps.UNSUPPORTED}),
    }
