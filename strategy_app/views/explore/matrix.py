"""Elements against groups of programmes, fiscal years, or another strategy's elements."""

from dataclasses import dataclass, replace

from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from strategy_app.coverage import across, budgets, counts, heatmap, timeline
from strategy_app.coverage.budgets import Ways
from strategy_app.coverage.counts import Coverage
from strategy_app.coverage.scope import UNKNOWN
from strategy_app.forms.scope import MatrixPageForm
from strategy_app.models.localized import localized_text, name_order
from strategy_app.views.rows import ElementRow, element_rows, programmes_address, totals
from strategy_app.views.scoping import frame_of, reading, scoped


@dataclass(frozen=True)
class Column:
    """What a column counts: its code, its heading, how much is active in it."""

    code: str
    label: str
    active: int
    note: str = ""
    # Whether anybody has looked, so that nothing active in it is a true 0.
    is_read: bool = True
    # Whether something is active in it, but no budget of that is on record.
    is_unbudgeted: bool = False


@dataclass(frozen=True)
class MatrixNumber:
    """One cell: how much supports the element, of how much, how dark, whether a hole.

    anchor: what leads to the cell on its page. is_unread: whether nobody has looked, so
    that its number is no zero. is_unbudgeted: whether no budget on record stands behind
    what it counts, which is no zero either.
    """

    count: int
    assessed: int
    active: int
    address: str
    anchor: str = ""
    is_hole: bool = False
    is_unread: bool = False
    is_unbudgeted: bool = False

    @property
    def shade(self):
        """0 for nothing, else 1 to 4 by the share of what is active."""
        return heatmap.shade(self.count, self.active)


@dataclass(frozen=True)
class MatrixRow:
    """One element with its cells and its total."""

    element: ElementRow
    cells: list[MatrixNumber]
    total: MatrixNumber


@dataclass(frozen=True)
class Table:
    """What the page prints: columns, and a row for each alignable element."""

    coverage: Coverage
    columns: list[Column]
    rows: list[MatrixRow]
    # What the last column counts, where that is not simply all programmes.
    total: str = ""
    # Whether nothing that it counts has a budget on record.
    is_unbudgeted: bool = False

    @property
    def unread(self):
        """How many cells nobody has looked at, so that they show no number."""
        return sum(cell.is_unread for row in self.rows for cell in row.cells)

    @property
    def unbudgeted(self):
        """How many cells, totals among them, count what has no budget on record."""
        cells = [cell for row in self.rows for cell in [*row.cells, row.total]]
        return sum(cell.is_unbudgeted for cell in cells)

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
        "caption": _caption(by, state, scope.basis),
        "coverage": table.coverage,
        "shades": range(1, heatmap.SHADES + 1),
    }
    return render(request, "strategy_app/explore/matrix.html", context)


def _caption(by, state, basis):
    """Return what the table is called to those who do not see it."""
    if state == "assessed":
        return _("Elements by group: which share of each is assessed")
    if by == "strategy":
        return _("Elements by those of another strategy: how much supports both")
    if basis == "budget":
        return _("Elements by group: which budget supports each")
    if by == "fiscal_year":
        return _("Elements by fiscal year: how many programmes support each")
    return _("Elements by group: how many programmes support each")


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


def _rows(overall: Ways, cells_of, state="supported"):
    """Return a row for each alignable element; ``cells_of(row, code)`` gives its cells."""
    coverage = overall.asked
    return [
        MatrixRow(
            element,
            cells_of(row, element.code),
            _overall(overall, row, element.code, state),
        )
        for row, element in zip(_alignable(coverage), element_rows(coverage), strict=True)
    ]


def _overall(overall: Ways, row, code, state):
    """Return the cell of all that a coverage counts for one element."""
    coverage, programmes = overall.asked, overall.programmes
    is_read = programmes.assessed[row] > 0 or not programmes.active
    return MatrixNumber(
        count=int(getattr(coverage, state)[row]),
        assessed=int(coverage.assessed[row]),
        active=coverage.active,
        address=programmes_address(coverage.scope, element=code, state=state),
        is_unread=state == "supported" and not is_read,
        is_unbudgeted=bool(overall.unknown(state)[row]),
    )


def _by_group(frame, scope, by, state):
    groups = budgets.ways(lambda one: counts.by_group(frame, one, by), scope)
    grouped, counted = groups.asked, getattr(groups.asked, state)
    holes = groups.programmes.holes & (state == "supported")
    unread = ~heatmap.is_read(groups.programmes) & (state == "supported")
    unbudgeted = groups.unknown(state)
    columns = [
        Column(*column, is_unbudgeted=bool(is_unknown))
        for column, is_unknown in zip(
            totals(grouped, frame), groups.unknown("active"), strict=True
        )
    ]
    order = _in_order(columns, by)

    def cells_of(row, element):
        return [
            MatrixNumber(
                count=int(counted[row, index]),
                assessed=int(grouped.assessed[row, index]),
                active=int(grouped.active[index]),
                is_hole=bool(holes[row, index]),
                is_unread=bool(unread[row, index]),
                is_unbudgeted=bool(unbudgeted[row, index]),
                anchor=f"{element}:{grouped.groups[index]}",
                address=programmes_address(
                    scope.but(**{by: grouped.groups[index]}), element=element, state=state
                ),
            )
            for index in order
        ]

    shown = [columns[index] for index in order]
    return _table_of(budgets.elements(frame, scope), shown, cells_of, state)


def _table_of(overall: Ways, columns, cells_of, state="supported", total=""):
    rows = _rows(overall, cells_of, state)
    is_unbudgeted = bool(overall.unknown("active"))
    return Table(overall.asked, columns, rows, total, is_unbudgeted)


def _in_order(columns, by):
    """Return in which order columns are shown, by their places: countries by their names in
    the reader's language, "none recorded" last; others as the organisation has them."""
    places = range(len(columns))
    if by != "country":
        return list(places)

    def name(place):
        column = columns[place]
        return column.code == UNKNOWN, name_order(column.label)

    return sorted(places, key=name)


def _by_fiscal_year(frame, scope, state):
    points = timeline.points(frame, scope, *timeline.years(frame, scope))
    counted = [budgets.elements(frame, point.coverage.scope) for point in points]

    def cells_of(_row, element):
        return [
            _cell_of_year(point, elements, element, state)
            for point, elements in zip(points, counted, strict=True)
        ]

    columns = [
        Column(
            str(point.fiscal_year),
            _("FY%(year)d") % {"year": point.fiscal_year},
            point.coverage.active,
            note=_("if nothing is added") if point.is_future else "",
            is_unbudgeted=bool(elements.unknown("active")),
        )
        for point, elements in zip(points, counted, strict=True)
    ]
    # No sum of the years: what is supported on the day that is asked for.
    day = date_format(scope.day)
    total = _("Today, %(day)s") % {"day": day} if scope.day == scope.today else day
    return _table_of(budgets.elements(frame, scope), columns, cells_of, state, total)


def _cell_of_year(point, elements, element, state):
    tree, anchor = point.coverage.tree, f"{element}:{point.fiscal_year}"
    row = tree.row_of.get(element) if tree else None
    if row is None:
        return MatrixNumber(count=0, assessed=0, active=0, address="", anchor=anchor)
    return replace(_overall(elements, row, element, state), anchor=anchor)


def _by_strategy(frame, scope, second):
    crossing = across.by_strategy(frame, scope, second) if second else None
    if crossing is None:
        return Table(counts.elements(frame, scope), [], [])
    groups = budgets.ways(lambda one: across.by_strategy(frame, one, second).grouped, scope)
    grouped, unbudgeted = groups.asked, groups.unknown("supported")
    is_read = _is_read_across(groups.programmes, crossing)

    def cells_of(row, element):
        return [
            MatrixNumber(
                count=int(grouped.supported[row, index]),
                assessed=int(grouped.assessed[row, index]),
                active=int(grouped.active[index]),
                is_unread=not is_read[row, index],
                is_unbudgeted=bool(unbudgeted[row, index]),
                anchor=f"{element}:{code}",
                address=programmes_address(
                    scope,
                    element=element,
                    state="supported",
                    also_strategy=second,
                    also=code,
                ),
            )
            for index, code in enumerate(grouped.groups)
        ]

    columns = _columns_across(groups, crossing)
    return _table_of(budgets.elements(frame, scope), columns, cells_of)


def _columns_across(groups, crossing):
    """Return a column for each element at the top of the other strategy."""
    tree, grouped = crossing.other.tree, groups.asked
    is_unbudgeted = groups.unknown("active")
    return [
        Column(
            code,
            f"{code} {localized_text(tree.titles_en[row], tree.titles_ja[row])}",
            int(grouped.active[index]),
            is_read=bool(crossing.is_read[index]),
            is_unbudgeted=bool(is_unbudgeted[index]),
        )
        for index, (code, row) in enumerate(
            zip(grouped.groups, crossing.columns, strict=True)
        )
    ]


def _is_read_across(programmes, crossing):
    """Return where somebody has looked: at the row's element, of what supports the column;
    where nothing supports the column, at the column's own element."""
    nothing = (programmes.active == 0) & crossing.is_read
    return heatmap.is_read(programmes) | nothing


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
