"""Elements against groups of programmes, fiscal years, or another strategy's elements."""

from dataclasses import dataclass, replace

from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from strategy_app.coverage import across, counts, heatmap, timeline
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


@dataclass(frozen=True)
class Cell:
    """One cell: how much supports the element, of how much, how dark, whether a hole.

    anchor: what leads to the cell on its page. is_unread: whether nobody has looked, so
    that its number is no zero.
    """

    count: int
    assessed: int
    active: int
    address: str
    anchor: str = ""
    is_hole: bool = False
    is_unread: bool = False

    @property
    def shade(self):
        """0 for nothing, else 1 to 4 by the share of what is active."""
        return heatmap.shade(self.count, self.active)


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
    # What the last column counts, where that is not simply all programmes.
    total: str = ""

    @property
    def unread(self):
        """How many cells nobody has looked at, so that they show no number."""
        return sum(cell.is_unread for row in self.rows for cell in row.cells)

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
        "shades": range(1, heatmap.SHADES + 1),
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


def _rows(frame, coverage, cells_of, state="supported"):
    """Return a row for each alignable element; ``cells_of(row, code)`` gives its cells."""
    programmes = _programmes(frame, coverage)
    return [
        MatrixRow(
            element,
            cells_of(row, element.code),
            _overall(coverage, programmes, row, element.code, state),
        )
        for row, element in zip(_alignable(coverage), element_rows(coverage), strict=True)
    ]


def _programmes(frame, coverage):
    """Return the same coverage counted by programmes, for somebody may have looked at
    one that has no budget."""
    return counts.elements(frame, coverage.scope.but(basis="programmes"))


def _overall(coverage, programmes, row, code, state):
    """Return the cell of all that a coverage counts for one element."""
    is_read = programmes.assessed[row] > 0 or not programmes.active
    return Cell(
        count=int(getattr(coverage, state)[row]),
        assessed=int(coverage.assessed[row]),
        active=coverage.active,
        address=programmes_address(coverage.scope, element=code, state=state),
        is_unread=state == "supported" and not is_read,
    )


def _by_group(frame, scope, by, state):
    grouped = counts.by_group(frame, scope, by)
    assessed = grouped.active - grouped.counts[:, :, 3]
    counted = grouped.supported if state == "supported" else assessed
    holes = grouped.holes & (state == "supported")
    programmes = counts.by_group(frame, scope.but(basis="programmes"), by)
    unread = ~heatmap.is_read(programmes) & (state == "supported")
    columns = [Column(*column) for column in totals(grouped, frame)]
    order = _in_order(columns, by)

    def cells_of(row, element):
        return [
            Cell(
                count=int(counted[row, index]),
                assessed=int(assessed[row, index]),
                active=int(grouped.active[index]),
                is_hole=bool(holes[row, index]),
                is_unread=bool(unread[row, index]),
                anchor=f"{element}:{grouped.groups[index]}",
                address=programmes_address(
                    scope.but(**{by: grouped.groups[index]}), element=element, state=state
                ),
            )
            for index in order
        ]

    return Table(
        grouped.overall,
        [columns[index] for index in order],
        _rows(frame, grouped.overall, cells_of, state),
    )


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
    coverage = counts.elements(frame, scope)
    points = timeline.points(frame, scope, *timeline.years(frame, scope))
    programmes = [_programmes(frame, point.coverage) for point in points]

    def cells_of(_row, element):
        return [
            _cell_of_year(point, counted, element, state)
            for point, counted in zip(points, programmes, strict=True)
        ]

    columns = [
        Column(
            str(point.fiscal_year),
            _("FY%(year)d") % {"year": point.fiscal_year},
            point.coverage.active,
            note=_("if nothing is added") if point.is_future else "",
        )
        for point in points
    ]
    # No sum of the years: what is supported on the day that is asked for.
    day = date_format(scope.day)
    total = _("Today, %(day)s") % {"day": day} if scope.day == scope.today else day
    return Table(coverage, columns, _rows(frame, coverage, cells_of, state), total)


def _cell_of_year(point, programmes, element, state):
    tree, anchor = point.coverage.tree, f"{element}:{point.fiscal_year}"
    row = tree.row_of.get(element) if tree else None
    if row is None:
        return Cell(count=0, assessed=0, active=0, address="", anchor=anchor)
    cell = _overall(point.coverage, programmes, row, element, state)
    return replace(cell, anchor=anchor)


def _by_strategy(frame, scope, second):
    crossing = across.by_strategy(frame, scope, second) if second else None
    if crossing is None:
        return Table(counts.elements(frame, scope), [], [])
    grouped, tree = crossing.grouped, crossing.other.tree
    counted, assessed = grouped.supported, grouped.active - grouped.counts[:, :, 3]
    is_read = _is_read_across(frame, scope, second)

    def cells_of(row, element):
        return [
            Cell(
                count=int(counted[row, index]),
                assessed=int(assessed[row, index]),
                active=int(grouped.active[index]),
                is_unread=not is_read[row, index],
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

    columns = [
        Column(
            code,
            f"{code} {localized_text(tree.titles_en[row], tree.titles_ja[row])}",
            int(active),
            is_read=bool(is_known),
        )
        for code, row, active, is_known in zip(
            grouped.groups, crossing.columns, grouped.active, crossing.is_read, strict=True
        )
    ]
    return Table(grouped.overall, columns, _rows(frame, grouped.overall, cells_of))


def _is_read_across(frame, scope, second):
    """Return where somebody has looked: at the row's element, of what supports the column;
    where nothing supports the column, at the column's own element."""
    crossing = across.by_strategy(frame, scope.but(basis="programmes"), second)
    nothing = (crossing.grouped.active == 0) & crossing.is_read
    return heatmap.is_read(crossing.grouped) | nothing


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
