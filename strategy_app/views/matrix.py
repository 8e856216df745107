"""Elements against groups of programmes."""

from dataclasses import dataclass

from django.shortcuts import render

from strategy_app.coverage import counts
from strategy_app.forms.scope import MatrixForm
from strategy_app.views.rows import ElementRow, element_rows, programmes_address, totals
from strategy_app.views.scoping import frame_of, reading, scoped

_SHADES = 4


@dataclass(frozen=True)
class Cell:
    """One cell: how much of a group supports an element, how dark it is, whether a hole."""

    count: int
    assessed: int
    active: int
    shade: int
    is_hole: bool
    address: str


@dataclass(frozen=True)
class MatrixRow:
    """One element with its cells and its total."""

    element: ElementRow
    cells: list[Cell]
    total: int
    total_address: str


@reading
@scoped(MatrixForm)
def matrix(request):
    """Show how many programmes of each group support each element."""
    frame, scope = frame_of(request), request.scope
    by = request.scope_form.by_or_default()
    grouped = counts.by_group(frame, scope, by)
    context = {
        "by": by,
        "tabs": [
            (value, label, scope.query(by=value), value == by)
            for value, label in request.scope_form.fields["by"].choices
        ],
        "groups": totals(grouped, frame),
        "rows": _rows(grouped, by),
        "holes": int(grouped.holes[grouped.overall.tree.alignable].sum())
        if grouped.overall.tree
        else 0,
        "coverage": grouped.overall,
        "has_budget": counts.has_budget(frame, scope.day),
    }
    return render(request, "strategy_app/matrix/page.html", context)


def _rows(grouped, by):
    coverage = grouped.overall
    if coverage.tree is None:
        return []
    supported, holes = grouped.supported, grouped.holes
    alignable = [row for row, yes in enumerate(coverage.tree.alignable) if yes]
    rows = []
    for row, element in zip(alignable, element_rows(coverage), strict=True):
        cells = []
        for index, code in enumerate(grouped.groups):
            count, active = int(supported[row, index]), int(grouped.active[index])
            narrowed = coverage.scope.but(**{by: code})
            cells.append(
                Cell(
                    count=count,
                    assessed=active - int(grouped.counts[row, index, 3]),
                    active=active,
                    shade=_shade(count, active),
                    is_hole=bool(holes[row, index]),
                    address=programmes_address(
                        narrowed, element=element.code, state="supported"
                    ),
                )
            )
        rows.append(
            MatrixRow(
                element=element,
                cells=cells,
                total=int(coverage.supported[row]),
                total_address=programmes_address(
                    coverage.scope, element=element.code, state="supported"
                ),
            )
        )
    return rows


def _shade(count, active):
    """Return 0 for nothing, else 1 to 4 by the share of the group that supports."""
    if not count or not active:
        return 0
    return min(_SHADES, 1 + int(_SHADES * count / active))
