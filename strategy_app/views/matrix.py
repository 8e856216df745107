"""Elements against groups of programmes, fiscal years, or another strategy's elements."""

from dataclasses import dataclass, replace

from django.shortcuts import render
from django.utils.translation import gettext as _

from strategy_app.coverage import across, counts, timeline
from strategy_app.coverage.counts import Coverage
from strategy_app.forms.scope import MatrixPageForm
from strategy_app.models.dates import fiscal_year
from strategy_app.models.localized import localized_text
from strategy_app.views.rows import ElementRow, element_rows, programmes_address, totals
from strategy_app.views.scoping import frame_of, reading, scoped

_SHADES = 4
# Fiscal years before and after the day's own that the matrix shows.
_YEARS_BEFORE, _YEARS_AFTER = 5, 3


@dataclass(frozen=True)
class Column:
    """What a column counts: its code, its heading, how much is active in it."""

    code: str
    label: str
    active: int
    note: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell: how much supports the element, of how much, how dark, whether a hole."""

    count: int
    assessed: int | None
    active: int
    address: str
    is_hole: bool = False

    @property
    def shade(self):
        """0 for nothing, else 1 to 4 by the share of what is active."""
        if not self.count or not self.active:
            return 0
        return min(_SHADES, 1 + int(_SHADES * self.count / self.active))

    @property
    def is_unread(self):
        """Whether it may only look like a hole, for nobody has assessed it yet."""
        return self.is_hole and not self.assessed


@dataclass(frozen=True)
class MatrixRow:
    """One element with its cells and its total."""

    element: ElementRow
    cells: list[Cell]
    total: Cell


@dataclass(frozen=True)
class Table:
    """What the page prints: columns, and a row for each alignable element."""

    coverage: Coverage
    columns: list[Column]
    rows: list[MatrixRow]

    @property
    def holes(self):
        """How many cells are holes."""
        return sum(cell.is_hole for row in self.rows for cell in row.cells)


@reading
@scoped(MatrixPageForm)
def matrix(request):
    """Show how much of each group, year or other element supports each element."""
    frame, scope, form = frame_of(request), request.scope, request.scope_form
    by, second = form.by_or_default(), form.second_or_default()
    show, sort = form.cleaned_data["show"] or "counts", form.cleaned_data["sort"] or "code"
    state = "assessed" if show == "assessed" and by != "strategy" else "supported"
    table = _table(frame, scope, by, second, state)
    if sort == "value":
        table = _by_value(table)
    asked = {"by": by, "second": second if by == "strategy" else None}
    context = {
        "by": by,
        "show": show,
        "sort": sort,
        "second": second,
        "tabs": [
            (value, label, scope.query(by=value, show=_said(show), sort=_said(sort)))
            for value, label in form.fields["by"].choices
        ],
        "shows": [
            (value, label, scope.query(**asked, show=_said(value), sort=_said(sort)))
            for value, label in form.fields["show"].choices
            if value != "assessed" or by != "strategy"
        ],
        "sorts": [
            (value, label, scope.query(**asked, show=_said(show), sort=_said(value)))
            for value, label in form.fields["sort"].choices
        ],
        "table": table,
        "coverage": table.coverage,
    }
    return render(request, "strategy_app/matrix/page.html", context)


def _said(value):
    """Return what an address has to say: nothing where it is the default."""
    return None if value in ("counts", "code") else value


def _table(frame, scope, by, second, state):
    """Return the table that counts what is at a state: "supported" or "assessed"."""
    if by == "fiscal_year":
        return _by_fiscal_year(frame, scope, state)
    if by == "strategy":
        return _by_strategy(frame, scope, second)
    return _by_group(frame, scope, by, state)


def _alignable(coverage):
    tree = coverage.tree
    return [] if tree is None else [row for row, yes in enumerate(tree.alignable) if yes]


def _rows(coverage, cells_of, state="supported"):
    """Return a row for each alignable element; ``cells_of(row, code)`` gives its cells."""
    rows, counted = [], getattr(coverage, state)
    for row, element in zip(_alignable(coverage), element_rows(coverage), strict=True):
        total = Cell(
            count=int(counted[row]),
            assessed=int(coverage.assessed[row]),
            active=coverage.active,
            address=programmes_address(coverage.scope, element=element.code, state=state),
        )
        rows.append(MatrixRow(element, cells_of(row, element.code), total))
    return rows


def _by_group(frame, scope, by, state):
    grouped = counts.by_group(frame, scope, by)
    assessed = grouped.active - grouped.counts[:, :, 3]
    counted = grouped.supported if state == "supported" else assessed
    holes = grouped.holes & (state == "supported")

    def cells_of(row, element):
        return [
            Cell(
                count=int(counted[row, index]),
                assessed=int(assessed[row, index]),
                active=int(grouped.active[index]),
                is_hole=bool(holes[row, index]),
                address=programmes_address(
                    scope.but(**{by: code}), element=element, state=state
                ),
            )
            for index, code in enumerate(grouped.groups)
        ]

    columns = [Column(*column) for column in totals(grouped, frame)]
    return Table(grouped.overall, columns, _rows(grouped.overall, cells_of, state))


def _by_fiscal_year(frame, scope, state):
    coverage = counts.elements(frame, scope)
    this = fiscal_year(scope.day)
    points = timeline.points(frame, scope, this - _YEARS_BEFORE, this + _YEARS_AFTER)

    def cells_of(_row, element):
        return [_cell_of_year(point, element, state) for point in points]

    columns = [
        Column(
            str(point.fiscal_year),
            _("FY%(year)d") % {"year": point.fiscal_year},
            point.coverage.active,
            note=_("if nothing is added") if point.is_future else "",
        )
        for point in points
    ]
    return Table(coverage, columns, _rows(coverage, cells_of, state))


def _cell_of_year(point, element, state):
    tree = point.coverage.tree
    row = tree.row_of.get(element) if tree else None
    if row is None:
        return Cell(count=0, assessed=None, active=0, address="")
    return Cell(
        count=int(getattr(point.coverage, state)[row]),
        assessed=int(point.coverage.assessed[row]),
        active=point.coverage.active,
        address=programmes_address(point.coverage.scope, element=element, state=state),
    )


def _by_strategy(frame, scope, second):
    crossing = across.by_strategy(frame, scope, second) if second else None
    if crossing is None:
        return Table(counts.elements(frame, scope), [], [])
    tree = crossing.other.tree

    def cells_of(row, element):
        return [
            Cell(
                count=int(crossing.counts[row, index]),
                assessed=None,
                active=int(crossing.active[index]),
                address=programmes_address(
                    scope,
                    element=element,
                    state="supported",
                    also_strategy=second,
                    also=tree.codes[column],
                ),
            )
            for index, column in enumerate(crossing.columns)
        ]

    columns = [
        Column(
            tree.codes[column],
            f"{tree.codes[column]} "
            f"{localized_text(tree.titles_en[column], tree.titles_ja[column])}",
            int(crossing.active[index]),
        )
        for index, column in enumerate(crossing.columns)
    ]
    return Table(crossing.own, columns, _rows(crossing.own, cells_of))


def _by_value(table):
    """Return the table with the strongest rows on top and the strongest columns first."""

    def strength(at):
        return -sum(row.cells[at].count for row in table.rows)

    order = sorted(range(len(table.columns)), key=strength)
    rows = [
        replace(row, cells=[row.cells[at] for at in order])
        for row in sorted(table.rows, key=lambda row: -row.total.count)
    ]
    return replace(table, columns=[table.columns[at] for at in order], rows=rows)
