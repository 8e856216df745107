"""The timeline as a chart: plain geometry, laid out by SVG templates.

Page and downloads share one drawing. On a page the stylesheet colours it by its classes; a
download carries the light scheme's colours with it. A PNG is made by the typesetter.
"""

import datetime
import functools
import json
import re
import zlib
from dataclasses import dataclass, field
from importlib.metadata import version as version_of
from pathlib import Path

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from strategy_app.coverage.counts import STATES
from strategy_app.exporters import renderer

# The class of each part, as everywhere in the stylesheets.
_PARTS = dict(zip(STATES, ("p1", "p2", "p3", "p4"), strict=True))
# One panel in pixels, and the room for the years below it.
_WIDTH, _HEIGHT, _TOP, _YEARS, _RIGHT = 400, 220, 6, 24, 6
# Room above the highest bar for the marks, and half a bar's width in years.
_ROOM, _HALF = 1.18, 0.4
# How wide the word for the future is, and half a revision's sign, in pixels.
_WORD, _DIAMOND = 50, 4.5
# Signs of 12 pixels are about so wide; Japanese ones are square.
_NARROW, _SQUARE = 6.6, 12.4
# A download: its margin, the room between panels, above each for its title of two lines.
_MARGIN, _BETWEEN, _TITLED, _LINE = 24, 32, 44, 20


@dataclass(frozen=True)
class Bar:
    """One fiscal year of one element: four counts, the targets as heights, its link."""

    year: int
    counts: tuple[float, ...]
    is_future: bool
    targets: list[float] = field(default_factory=list)
    address: str = ""
    label: str = ""


@dataclass(frozen=True)
class Panel:
    """One element: its bars, and the fiscal years in which its support falls away."""

    title: str
    description: str
    bars: list[Bar]
    cliffs: list[int]


@dataclass(frozen=True)
class Chart:
    """Small multiples on one scale.

    first, last: fiscal years. first_future: the first whose last day lies ahead, None
    where none does. revisions: days on which one comes into force. states: the names of
    STATES. highest: what the scale goes up to, of budget in millions as all heights are.
    """

    panels: list[Panel]
    first: int
    last: int
    first_future: int | None
    revisions: list[float]
    states: dict[str, str]
    highest: int


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels, and where it leads: (address, label), or None."""

    x: str
    y: str
    width: str
    height: str
    link: tuple[str, str] | None = None

    @property
    def path(self) -> str:
        """The rectangle as part of a path."""
        return f"M{self.x} {self.y}h{self.width}v{self.height}h-{self.width}z"


@dataclass(frozen=True)
class Drawing:
    """One panel in pixels; numbers are texts, ready to stand in a template.

    title: (y, words) of its lines. ticks: (y, label) of the scale. years: (x, label). bars:
    (classes, path). future: its band, None where there is none; word: (x, word) on it.
    revisions: (x, path of the sign). targets: (x, x2, y). cliffs: paths. links: boxes that
    lead somewhere.
    """

    title: list[tuple[int, str]]
    description: str
    ticks: list[tuple[str, str]]
    years: list[tuple[str, str]]
    bars: list[tuple[str, str]]
    future: Box | None
    word: tuple[str, str]
    revisions: list[tuple[str, str]]
    targets: list[tuple[str, str, str]]
    cliffs: list[str]
    links: list[Box]
    left: str
    right: str
    top: str
    floor: str
    width: int = _WIDTH
    height: int = _HEIGHT


def position(day: datetime.date, year: int, first_day: datetime.date) -> float:
    """Return where a day of a fiscal year stands on the axis, whose years are centred."""
    return year - 0.5 + (day - first_day).days / 366


def top(highest: float) -> float:
    """Return how high a chart reaches whose scale goes up to ``highest``."""
    return highest * _ROOM


def drawings(chart: Chart) -> list[Drawing]:
    """Return each panel laid out in pixels, for ``_chart_panel.svg``."""
    return [_drawing(chart, panel) for panel in chart.panels]


def download_svg(chart: Chart, title: str, subtitle: list[str]) -> str:
    """Draw all panels, headed and with a legend, as one SVG."""
    columns = 1 if len(chart.panels) == 1 else 2
    head = 52 + 18 * len(subtitle)
    legend_lines = _legend_lines(chart)
    first = _MARGIN + head + 24 * len(legend_lines) + 12
    panels = []
    for number, drawing in enumerate(drawings(chart)):
        row, column = divmod(number, columns)
        x = _MARGIN + column * (_WIDTH + _BETWEEN)
        y = first + row * (_HEIGHT + _TITLED + _BETWEEN / 2)
        panels.append((x, round(y), drawing))
    rows = -(-len(panels) // columns)
    # No narrower than two panels, so that the legend has its room.
    width = 2 * _MARGIN + 2 * _WIDTH + _BETWEEN
    longest = max([_length(title) * 20 / 12, *map(_length, subtitle), *_ends(legend_lines)])
    context = {
        "title": title,
        "subtitle": [(_MARGIN + 44 + 18 * i, line) for i, line in enumerate(subtitle)],
        "legend": [(_MARGIN + head + 24 * i, line) for i, line in enumerate(legend_lines)],
        "panels": panels,
        "margin": _MARGIN,
        "width": max(width, round(2 * _MARGIN + longest)),
        "height": round(first + rows * (_HEIGHT + _TITLED + _BETWEEN / 2) + _MARGIN),
    }
    return render_to_string("strategy_app/explore/chart.svg", context)


def download_png(chart: Chart, title: str, subtitle: list[str]) -> bytes:
    """Draw the same as a PNG, at twice its size; to be called within ``renderer.turn``.

    Raises renderer.Failed when the process that draws for it fails.
    """
    svg = download_svg(chart, title, subtitle)
    return renderer.run("strategy_app.exporters.picture", svg.encode())


def payload(chart: Chart, title: str, subtitle: list[str]) -> bytes:
    """Return all that a picture is drawn of: the same for the same picture."""
    return json.dumps([chart, title, subtitle], default=vars, ensure_ascii=False).encode()


@functools.cache
def version() -> str:
    """Return what tells pictures apart that another release has made of the same."""
    here = Path(__file__)
    own = here.read_bytes() + here.with_name("picture.py").read_bytes()
    return f"{version_of('typst')} {zlib.crc32(own)}"


def legend(chart: Chart) -> list[tuple[str, str]]:
    """Return what the signs of a chart mean: (sign, words), the marks that occur only."""
    marks = []
    if chart.first_future is not None:
        marks.append(("future", _("If nothing is added and programmes end as planned")))
    if any(bar.targets for panel in chart.panels for bar in panel.bars):
        marks.append(("target", _("Target")))
    if any(panel.cliffs for panel in chart.panels):
        marks.append(("cliff", _("Cliff: support falls away")))
    if chart.revisions:
        marks.append(("revision", _("A revision comes into force")))
    return marks


def _legend_lines(chart):
    """Return the legend in two lines, the four parts and the marks: (x, sign, words)."""
    states = [(_PARTS[state], chart.states[state]) for state in STATES]
    lines = []
    for names in (states, legend(chart)):
        x, line = 0.0, []
        for sign, words in names:
            line.append((round(x), sign, words))
            x += 48 + _length(words)
        lines.append(line)
    return [line for line in lines if line]


def _ends(lines):
    return [line[-1][0] + 24 + _length(line[-1][2]) for line in lines]


def _length(text):
    """Return about how wide a text of 12 pixels is."""
    return sum(_NARROW if sign < "\u2e80" else _SQUARE for sign in text)


def _titled(title):
    """Return the lines of a title and where they stand: (y, words), the last at 16."""
    lines = _wrapped(title)
    return [(16 * (i + 2 - len(lines)), line) for i, line in enumerate(lines)]


def _wrapped(title):
    """Break a long title in two."""
    width, lines = 0, [""]
    for word in re.findall(r"[ -~]+? |[ -~]+|.", title):
        size = _length(word) * 13 / 12
        if width + size > _WIDTH and lines[-1]:
            lines.append("")
            width = 0
        lines[-1] += word
        width += size
    return lines[:2] if len(lines) <= 2 else [lines[0], lines[1].rstrip() + " …"]


# --- one panel ---


class _Axes:
    """Where a year and a height of a chart stand, in pixels."""

    def __init__(self, chart):
        self.first, self.years = chart.first - 0.5, chart.last - chart.first + 1
        self.high = top(chart.highest)
        self.ticks = _ticks(chart.highest)
        self.left = round(12 + max(_length(label) for _value, label in self.ticks), 1)
        self.right, self.top, self.floor = _WIDTH - _RIGHT, _TOP, _HEIGHT - _YEARS

    def x(self, year):
        return self.left + (year - self.first) / self.years * (self.right - self.left)

    def y(self, value):
        return self.floor - value / self.high * (self.floor - self.top)

    def box(self, x, x2, low, high, link=None):
        """Return what reaches from a year to a year, from a height to a height."""
        left, right = self.x(x), self.x(x2)
        above, below = self.y(high), self.y(low)
        return Box(*map(_px, (left, above, right - left, below - above)), link)


def _px(number):
    return f"{number:.1f}".removesuffix(".0")


def _ticks(high):
    """Return four lines at the most, of round numbers: (value, label)."""
    step = next(
        size * 10**power
        for power in range(20)
        for size in (1, 2, 5)
        if size * 10**power * 4 >= high
    )
    values = range(0, high + 1, step)
    if high < 10**6:
        return [(value, f"{value:,}") for value in values]
    return [(value, f"{value / 10**6:g}M" if value else "0") for value in values]


def _drawing(chart, panel):
    axes = _Axes(chart)
    # So many labels that none touches another.
    every = -(-(chart.last - chart.first + 1) // 8)
    return Drawing(
        title=_titled(panel.title),
        description=panel.description,
        ticks=[(_px(axes.y(value)), label) for value, label in axes.ticks],
        years=[
            (_px(axes.x(year)), str(year))
            for year in range(chart.first, chart.last + 1, every)
        ],
        bars=_bars(axes, panel),
        future=_future(axes, chart),
        word=(_px(_beside_revisions(axes, chart)), _("Future")),
        revisions=[_revision(axes, day) for day in chart.revisions],
        targets=[
            (_px(axes.x(bar.year - 0.5)), _px(axes.x(bar.year + 0.5)), _px(axes.y(height)))
            for bar in panel.bars
            for height in bar.targets
            if height <= axes.high
        ],
        cliffs=_cliffs(axes, chart, panel),
        links=[
            axes.box(bar.year - 0.5, bar.year + 0.5, 0, axes.high, (bar.address, bar.label))
            for bar in panel.bars
            if bar.address
        ],
        left=_px(axes.left),
        right=_px(axes.right),
        top=_px(axes.top),
        floor=_px(axes.floor),
    )


def _bars(axes, panel):
    """Stack the four parts; those of years ahead are of a class of their own."""
    paths = []
    for is_ahead in (False, True):
        for number, state in enumerate(STATES):
            boxes = [
                axes.box(
                    bar.year - _HALF,
                    bar.year + _HALF,
                    sum(bar.counts[:number]),
                    sum(bar.counts[: number + 1]),
                )
                for bar in panel.bars
                if bar.is_future == is_ahead and bar.counts[number]
            ]
            if boxes:
                classes = f"{_PARTS[state]} ahead" if is_ahead else _PARTS[state]
                paths.append((classes, "".join(box.path for box in boxes)))
    return paths


def _future(axes, chart):
    if chart.first_future is None:
        return None
    return axes.box(chart.first_future - 0.5, chart.last + 0.5, 0, axes.high)


def _beside_revisions(axes, chart):
    """Return where the word for the future is not struck through by a revision."""
    if chart.first_future is None:
        return 0
    x = axes.x(chart.first_future - 0.5) + 5
    for revision in sorted(axes.x(day) for day in chart.revisions):
        if x - 5 <= revision < x + _WORD:
            x = revision + _DIAMOND + 3
    return x


def _revision(axes, day):
    x, y = axes.x(day), axes.top + _DIAMOND
    half = _px(_DIAMOND)
    sign = f"M{_px(x)} {_px(y - _DIAMOND)}l{half} {half}l-{half} {half}l-{half} -{half}z"
    return _px(x), sign


def _cliffs(axes, chart, panel):
    """Draw a triangle that points down to the bar of the year of each cliff."""
    heights = {bar.year: sum(bar.counts) for bar in panel.bars}
    above = chart.highest * 0.04
    return [
        f"M{_px(axes.x(year))} {_px(axes.y(heights.get(year, 0) + above))}l-5 -8h10z"
        for year in panel.cliffs
    ]
