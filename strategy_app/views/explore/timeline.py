"""Coverage by fiscal year, as a chart and as a table of the same numbers."""

import datetime
import hashlib
import math
from dataclasses import dataclass

import structlog
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from strategy_app.coverage import budgets, counts, gaps, targets, timeline
from strategy_app.coverage.counts import STATES
from strategy_app.coverage.frame import Frame, Tree
from strategy_app.coverage.gaps import Gap, Kind
from strategy_app.coverage.timeline import Point
from strategy_app.exporters import chart as charts
from strategy_app.exporters import renderer
from strategy_app.forms.timeline import TimelineForm
from strategy_app.models import Target
from strategy_app.models.dates import fiscal_year
from strategy_app.models.localized import LocalizedText, localized_text
from strategy_app.templatetags.strategy import money_unit, quantity
from strategy_app.views import drawn
from strategy_app.views.explore.timeline_marks import marks, overview_address
from strategy_app.views.rows import element_address, state_label
from strategy_app.views.scope_bar import scope_bar
from strategy_app.views.scoping import frame_of, reading, scoped

_FARTHEST_CLIFF = 10
# How long a picture waits for its turn.
_PATIENCE_SECONDS = 10
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Year:
    """One fiscal year: its last day, whether that is in the future, where it leads."""

    number: int
    day: datetime.date
    is_future: bool
    address: str
    revisions: list[datetime.date]


@dataclass(frozen=True)
class YearNumber:
    """One number of one year; None where there is none, and the words why."""

    count: int | None
    missing: str
    is_future: bool
    address: str
    label: str


@dataclass(frozen=True)
class Series:
    """One element through the years.

    counts: four for each year, None where the element is not in force, or no budget on
    record. aims: for each year the targets that the chart draws, and their heights.
    cliffs: gaps of that kind.
    """

    code: str
    title: LocalizedText
    address: str
    drill_down: str | None
    parts: list[tuple[str, str, list[YearNumber]]]
    counts: list[tuple[int, ...] | None]
    aims: list[list[tuple[Target, float]]]
    cliffs: list[Gap]


@dataclass(frozen=True)
class Timeline:
    """What page and downloads show: the years, and each element through them."""

    frame: Frame
    points: list[Point]
    tree: Tree | None
    years: list[Year]
    series: list[Series]

    @property
    def is_empty(self):
        """Whether there is not one number to show."""
        return not self.series or all(point.coverage.is_empty for point in self.points)

    @property
    def past(self):
        """The years whose last day records tell of."""
        return [year for year in self.years if not year.is_future]

    @property
    def future(self):
        """The years whose last day is in the future."""
        return [year for year in self.years if year.is_future]


@reading
@scoped(TimelineForm)
def timeline_page(request):
    """Show the four parts by fiscal year, of the elements at the top or below one."""
    frame, scope = frame_of(request), request.scope
    shown = _timeline(request)
    context = {
        "timeline": shown,
        "coverage": counts.elements(frame, scope),
        "element": _chosen(request, shown),
        "up": f"{reverse('timeline')}?{scope.query(**_years_asked(request))}",
        "fields": [request.scope_form[name] for name in ("from", "to")],
        "hidden": scope.parameters(),
        "download_query": request.GET.urlencode(),
    }
    if not shown.is_empty:
        chart = _chart(request, shown)
        context |= {
            "panels": zip(shown.series, charts.drawings(chart), strict=True),
            "states": list(chart.states.items()),
            "legend": charts.legend(chart),
            "marks": marks(request.scope, shown),
        }
    return render(request, "strategy_app/explore/timeline.html", context)


@reading
@scoped(TimelineForm)
def timeline_svg(request):
    """Send the chart as SVG."""
    shown = _to_download(request)
    chart, heading = _chart(request, shown), _heading(request, shown)
    return _file(request, shown, "svg", charts.download_svg(chart, *heading))


@reading
@scoped(TimelineForm)
def timeline_png(request):
    """Send the chart as PNG."""
    shown = _to_download(request)
    chart, heading = _chart(request, shown), _heading(request, shown)
    made_of = f"{charts.version()} {get_language()}".encode()
    key = hashlib.sha256(made_of + charts.payload(chart, *heading)).hexdigest()
    try:
        image = drawn.once(
            key, lambda: charts.download_png(chart, *heading), patience=_PATIENCE_SECONDS
        )
    except renderer.Failed as failed:
        _log.error("chart_failed", reason=str(failed))
        return _sorry(request, failed)
    return _file(request, shown, "png", image)


def _to_download(request):
    """Return what page and downloads show; Http404 where there is nothing."""
    shown = _timeline(request)
    if shown.is_empty:
        raise Http404
    return shown


def _file(request, shown, kind, image):
    """Send a picture, named by what it shows."""
    first, last = shown.years[0].number, shown.years[-1].number
    parts = [request.scope.strategy, request.scope_form.cleaned_data["element"]]
    name = "-".join(["timeline", *filter(None, parts), f"{first}-{last}"])
    return HttpResponse(
        image,
        content_type={"svg": "image/svg+xml", "png": "image/png"}[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"'},
    )


def _sorry(request, failed):
    """Say that there is no chart to download now, and lead back to the page."""
    context = {
        "page": f"{reverse('timeline')}?{request.GET.urlencode()}",
        "is_busy": isinstance(failed, renderer.Busy),
    }
    response = render(
        request, "strategy_app/explore/timeline_no_chart.html", context, status=503
    )
    response.headers["Retry-After"] = str(renderer.RETRY_SECONDS)
    return response


def _years_asked(request):
    asked = {name: request.scope_form.cleaned_data[name] for name in ("from", "to")}
    return {name: year for name, year in asked.items() if year is not None}


def _chosen(request, shown):
    """Return the series of the element that is looked into, None at the top."""
    code = request.scope_form.cleaned_data["element"]
    return next((series for series in shown.series if series.code == code), None)


# --- numbers ---


def _timeline(request):
    frame, scope, form = frame_of(request), request.scope, request.scope_form
    points = timeline.points(frame, scope, *form.years())
    code = form.cleaned_data["element"]
    tree = _tree(frame, scope, code)
    rows = _rows(tree, code) if tree else []
    cliffs = _cliffs(frame, scope, points)
    counted = [budgets.elements(frame, point.coverage.scope) for point in points]
    return Timeline(
        frame=frame,
        points=points,
        tree=tree,
        years=[_year(frame, scope, point) for point in points],
        series=[_series(request, points, counted, tree, row, cliffs) for row in rows],
    )


def _tree(frame, scope, code):
    """Return the tree of the day, or else the newest one; that has the element."""
    today = frame.tree(scope.strategy, scope.day)
    for tree in [today, *reversed(frame.trees.get(scope.strategy, []))]:
        if tree is not None and (not code or code in tree.row_of):
            return tree
    return None


def _rows(tree, code):
    """Return the alignable rows at the top, or an element and those next below it."""
    above = [tree.alignable_parent(row) for row in range(len(tree.codes))]
    if not code:
        wanted = [row for row, parent in enumerate(above) if parent is None]
    else:
        chosen = tree.row_of[code]
        below = [row for row, parent in enumerate(above) if parent == chosen]
        return [chosen, *(row for row in below if tree.alignable[row])]
    return [row for row in wanted if tree.alignable[row]]


def _cliffs(frame, scope, points):
    """Return the cliffs by element code, as far ahead as the years go.

    Seen from the day from which the bars assume that nothing is added, whatever day is
    shown: seen from an earlier one, they would deny what was added since.
    """
    recorded = timeline.recorded_until(frame, scope)
    ahead = points[-1].fiscal_year - fiscal_year(recorded) + 1
    if ahead < 1:
        return {}
    tree = frame.tree(scope.strategy, recorded)
    seen = scope.but(day=recorded)
    found = gaps.find(frame, seen, horizon_years=min(ahead, _FARTHEST_CLIFF))
    shown = {point.fiscal_year for point in points}
    return {
        tree.codes[gap.row]: [gap]
        for gap in found
        if gap.kind == Kind.CLIFF and fiscal_year(gap.from_day) in shown
    }


def _year(frame, scope, point):
    trees = frame.trees.get(scope.strategy, [])
    days = [tree.in_force_from for tree in trees]
    return Year(
        number=point.fiscal_year,
        day=point.day,
        is_future=point.is_future,
        address=overview_address(scope, point.day),
        revisions=[day for day in days if fiscal_year(day) == point.fiscal_year],
    )


def _first_day_of(year):
    return timeline.last_day_of(year - 1) + datetime.timedelta(days=1)


def _series(request, points, counted, tree, row, cliffs):
    scope, code = request.scope, tree.codes[row]
    numbers = [_counts(ways, code) for ways in counted]
    has_below = any(tree.alignable_parent(other) == row for other in range(len(tree.codes)))
    below = scope.query(**_years_asked(request), element=code)
    is_open = code == request.scope_form.cleaned_data["element"]
    top = charts.top(_highest(scope, points)) * _unit(scope)
    return Series(
        code=code,
        title=localized_text(tree.titles_en[row], tree.titles_ja[row]),
        address=element_address(scope, code),
        drill_down=f"?{below}" if has_below and not is_open else None,
        parts=[
            (state, state_label(state), _cells(points, counted, code, index))
            for index, state in enumerate(STATES)
        ],
        counts=numbers,
        aims=[
            _aims(frame_of(request), point, tree.element_ids[row], top) if number else []
            for point, number in zip(points, numbers, strict=True)
        ],
        cliffs=cliffs.get(code, []),
    )


def _row(coverage, code):
    """Return the element's row on that day, None where it is not in force."""
    return coverage.tree.row_of.get(code) if coverage.tree else None


def _counts(ways, code):
    """Return the four counts of an element, None where there are none to show."""
    row = _row(ways.asked, code)
    if row is None or ways.unknown("active"):
        return None
    return tuple(int(number) for number in ways.asked.counts[row])


def _missing(ways, code, index):
    """Return why one of the four counts is none that could be shown, "" where it is."""
    row = _row(ways.asked, code)
    if row is None:
        return _("Not in force")
    if ways.unknown("active") or ways.unknown("counts")[row, index]:
        return _("No budget on record")
    return ""


def _cells(points, counted, code, index):
    """Return one of the four parts through the years."""
    cells = []
    for point, ways in zip(points, counted, strict=True):
        coverage, missing = point.coverage, _missing(ways, code, index)
        count = None if missing else int(coverage.counts[_row(coverage, code), index])
        cells.append(
            YearNumber(
                count=count,
                missing=missing,
                is_future=point.is_future,
                address=overview_address(coverage.scope, point.day, code),
                label="" if missing else _cell_label(point, code, index, count),
            )
        )
    return cells


def _cell_label(point, code, index, count):
    return _("%(element)s %(part)s FY%(year)d: %(count)s") % {
        "element": code,
        "part": state_label(STATES[index]),
        "year": point.fiscal_year,
        "count": quantity(count, point.coverage.scope.basis),
    }


def _aims(frame, point, element_id, top):
    """Return the targets of one element that are drawn on a day, with their heights.

    Those in what is counted, programmes or budget, and no higher than the chart.
    """
    coverage = point.coverage
    by_budget = coverage.scope.basis == "budget"
    found = []
    for target in targets.in_force(frame, point.day):
        if target.element_id != element_id or not targets.applies(target, coverage.scope):
            continue
        if (target.measure == "share_budget") != by_budget:
            continue
        is_share = target.measure.startswith("share")
        height = target.value * coverage.active / 100 if is_share else target.value
        if height <= top:
            found.append((target, height))
    return found


# --- the chart ---


def _unit(scope):
    """Return what one on the chart's axis stands for: a programme, or a million."""
    return 1_000_000 if scope.basis == "budget" else 1


def _highest(scope, points):
    """Return what the chart's scale goes up to."""
    highest = max(point.coverage.active for point in points) / _unit(scope)
    return max(math.ceil(highest), 1)


def _chart(request, shown):
    ahead = [year.number for year in shown.future]
    revisions = [
        charts.position(day, year.number, _first_day_of(year.number))
        for year in shown.years
        for day in year.revisions
    ]
    return charts.Chart(
        panels=[_panel(request.scope, shown, series) for series in shown.series],
        first=shown.years[0].number,
        last=shown.years[-1].number,
        first_future=ahead[0] if ahead else None,
        revisions=revisions,
        states={state: state_label(state) for state in STATES},
        highest=_highest(request.scope, shown.points),
    )


def _panel(scope, shown, series):
    unit = _unit(scope)
    bars = [
        charts.Bar(
            year=year.number,
            counts=tuple(count / unit for count in number),
            is_future=year.is_future,
            targets=[height / unit for _target, height in aims],
            address=overview_address(scope, year.day, series.code),
            label=_bar_label(year, cells, scope.basis),
        )
        for year, number, aims, *cells in zip(
            shown.years,
            series.counts,
            series.aims,
            *[cells for _state, _label, cells in series.parts],
            strict=True,
        )
        if number is not None
    ]
    return charts.Panel(
        title=f"{series.code}  {series.title}",
        description=_(
            "%(element)s by fiscal year, FY%(first)d to FY%(last)d: a stacked bar for each"
            " year. The numbers are in the table below."
        )
        % {
            "element": f"{series.code} {series.title}",
            "first": shown.years[0].number,
            "last": shown.years[-1].number,
        },
        bars=bars,
        cliffs=[fiscal_year(gap.from_day) for gap in series.cliffs],
    )


def _bar_label(year, cells, basis):
    """Return what a pointer is told over a year: the year, its last day, four numbers."""
    words = [
        f"{state_label(state)} {'–' if cell.missing else quantity(cell.count, basis)}"
        for state, cell in zip(STATES, cells, strict=True)
    ]
    return f"{date_format(year.day)}: {_(', ').join(words)}"


def _heading(request, shown):
    """Return title and subtitle of a download: whose, in what scope, as of when."""
    bar = scope_bar(request, request.scope_form, request.scope)
    frame = shown.frame
    words = [f"{part.label}: {part.value}" for part in bar["scope_parts"]]
    recorded = timeline.recorded_until(frame, request.scope)
    words.insert(0, _("As recorded until %(day)s") % {"day": date_format(recorded)})
    as_of = _("Data as of change %(number)d, %(at)s.") % {
        "number": frame.change,
        "at": date_format(timezone.localtime(frame.changed_at), "SHORT_DATETIME_FORMAT")
        if frame.changed_at
        else "–",
    }
    title = _("%(strategy)s: coverage by fiscal year") % {"strategy": bar["strategy_name"]}
    subtitle = [" · ".join(words), as_of]
    if request.scope.basis == "budget":
        subtitle.insert(1, _("Amounts in %(unit)s.") % {"unit": money_unit()})
    if frame.has_illustrative:
        subtitle.append(
            _(
                "Illustrative data: alignments and end dates shown here are examples, not"
                " the agency's own judgement."
            )
        )
    return title, subtitle
