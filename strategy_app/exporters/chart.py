"""The timeline as a chart: Vega-Lite in, SVG or PNG out, drawn on the server.

All that draw raise ``apart.Failed`` when the process that draws for them fails.
"""

import datetime
import functools
import json
import re
import zlib
from dataclasses import dataclass, field
from importlib.metadata import version as version_of
from pathlib import Path

from django.utils.html import escape
from django.utils.translation import gettext as _

from strategy_app.coverage.counts import STATES
from strategy_app.exporters import apart

_FONTS = Path(__file__).resolve().parent.parent / "static/strategy_app/vendor/fonts"
_FONT = "BIZ UDPGothic"
# The light scheme of app.css, which paints these over on pages in its own variables.
FILLS = {
    "principal": "#00118f",
    "significant": "#7096f8",
    "not_targeted": "#7f7f7f",
    "not_assessed": "#e6e6e6",
}
_TEXT, _QUIET, _LINE, _BAND = "#1a1a1a", "#666666", "#cccccc", "#f2f2f2"
_TARGET, _CLIFF = "#c74700", "#ce0000"
# What a link is called until the drawing is done: Vega would take an address without a
# host for one of its own examples.
_LINK = "https://link.invalid/"
# Room above the highest bar for the marks, and half a bar's width in years.
_ROOM, _HALF = 1.18, 0.4
# How wide the word for the future is, and half a revision's sign, as shares of the panel.
_WORD, _DIAMOND = 0.13, 0.012


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


def position(day: datetime.date, year: int, first_day: datetime.date) -> float:
    """Return where a day of a fiscal year stands on the axis, whose years are centred."""
    return year - 0.5 + (day - first_day).days / 366


def top(highest: float) -> float:
    """Return how high a chart reaches whose scale goes up to ``highest``."""
    return highest * _ROOM


def page_svgs(chart: Chart) -> list[str]:
    """Draw one SVG for each panel, made to stand in a page: no style, own links only."""
    specs = [
        _panel(chart, panel, linked=True)
        | {
            "width": 400,
            "height": 220,
            "autosize": {"type": "fit", "contains": "padding"},
            "background": None,
            "config": _config(),
        }
        for panel in chart.panels
    ]
    drawn = zip(_svgs(specs), chart.panels, strict=True)
    return [_for_page(svg, panel) for svg, panel in drawn]


def download_svg(chart: Chart, title: str, subtitle: list[str]) -> str:
    """Draw all panels, headed and with a legend, as one SVG."""
    (svg,) = _svgs([_whole(chart, title, subtitle)])
    about = f"<title>{escape(title)}</title><desc>{escape(' '.join(subtitle))}</desc>"
    return re.sub(r"(<svg[^>]*>)", lambda found: found[1] + about, svg, count=1)


def download_png(chart: Chart, title: str, subtitle: list[str]) -> bytes:
    """Draw the same as a PNG."""
    return _drawn([_whole(chart, title, subtitle)], png=True)


@functools.cache
def version() -> str:
    """Return what tells drawings apart that another release has made of the same."""
    here = Path(__file__)
    own = here.read_bytes() + here.with_name("drawing.py").read_bytes()
    return f"{version_of('vl-convert-python')} {zlib.crc32(own)}"


def _svgs(specs):
    return json.loads(_drawn(specs, png=False))


def _drawn(specs, *, png):
    """Draw in a process of its own: the renderer takes 50 MB, and may hang after a fork."""
    asked = {"fonts": str(_FONTS), "specs": specs, "png": png}
    return apart.run("strategy_app.exporters.drawing", json.dumps(asked).encode())


def _for_page(svg, panel):
    """Name the drawing, hide its pieces from screen readers, and put in the links.

    The table says the same and is for the keyboard, so the links here are for pointers.
    """
    links = [bar for bar in panel.bars if bar.address]

    def link(found):
        bar = links[int(found[1])]
        return (
            f'href="{escape(bar.address)}" tabindex="-1"><title>{escape(bar.label)}</title'
        )

    svg = re.sub(rf'xlink:href="{re.escape(_LINK)}(\d+)"', link, svg)
    head = f'role="graphics-document" aria-label="{escape(panel.description)}"'
    svg = svg.replace("<svg ", f"<svg {head} ", 1)
    return svg.replace("<g ", '<g aria-hidden="true" ', 1)


def _config():
    return {
        "font": _FONT,
        "view": {"stroke": None},
        "axis": {
            "labelColor": _TEXT,
            "labelFontSize": 12,
            "gridColor": _LINE,
            "domainColor": _QUIET,
            "tickColor": _QUIET,
            "aria": False,
        },
        "title": {"color": _TEXT, "anchor": "start"},
    }


# --- the whole, to take away ---


def _whole(chart, title, subtitle):
    columns = 1 if len(chart.panels) == 1 else 2
    panels = [
        _panel(chart, panel)
        | {
            "width": 440,
            "height": 180,
            "title": {"text": _wrapped(panel.title), "fontSize": 13, "offset": 8},
        }
        for panel in chart.panels
    ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "description": title,
        "title": {
            "text": title,
            "subtitle": subtitle,
            "fontSize": 20,
            "subtitleFontSize": 12,
            "subtitleColor": _QUIET,
            "subtitlePadding": 8,
            "subtitleLineHeight": 18,
            "offset": 20,
        },
        "background": "white",
        "padding": 24,
        "config": _config(),
        "spacing": 20,
        "vconcat": [
            _legend(chart),
            {"concat": panels, "columns": columns, "spacing": 32},
        ],
    }


def _wrapped(title):
    """Break a long title in two; a Japanese sign is about as wide as two letters."""
    width, lines = 0, [""]
    words = re.findall(r"[ -~]+? |[ -~]+|.", title)
    for word in words:
        size = sum(1 if sign < "\u2e80" else 2 for sign in word)
        if width + size > 62 and lines[-1]:
            lines.append("")
            width = 0
        lines[-1] += word
        width += size
    return lines[:2] if len(lines) <= 2 else [lines[0], lines[1].rstrip() + " …"]


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


def _legend(chart):
    """Draw the legend in two lines: the four parts, and the marks."""
    signs, words = [], []
    # As far left as the titles, which begin where the labels of the axis do.
    left = -6 - 7 * len(f"{chart.highest:,}")
    for line, names in enumerate(
        [[(state, chart.states[state]) for state in STATES], legend(chart)]
    ):
        x = left
        for name, label in names:
            place = {"x": x, "y": 10 + 24 * line, "sign": name, "label": label}
            signs.append(place)
            words.append(place | {"x": x + 22})
            x += 54 + sum(7 if sign < "\u2e80" else 12.5 for sign in label)
    place = {"x": _raw("x"), "y": _raw("y")}
    marks = {
        "target": {"shape": "stroke", "size": 200, "stroke": _TARGET, "strokeWidth": 3},
        "cliff": {"shape": "triangle-down", "size": 80, "fill": _CLIFF, "stroke": None},
        "revision": {"shape": "diamond", "size": 80, "fill": _TEXT, "stroke": None},
        "future": {"shape": "square", "size": 170, "fill": FILLS["principal"],
                   "fillOpacity": 0.3, "stroke": FILLS["principal"],
                   "strokeDash": [2, 2]},
    }  # fmt: skip
    for state in STATES:
        marks[state] = {
            "shape": "square", "size": 170, "fill": FILLS[state], "stroke": _stroke(state)
        }  # fmt: skip
    layers = [
        {
            "data": {"values": [sign | {"x": sign["x"] + 8}]},
            "mark": {"type": "point", "opacity": 1, "aria": False, **marks[sign["sign"]]},
            "encoding": place,
        }
        for sign in signs
    ]
    text = {"type": "text", "align": "left", "baseline": "middle", "fontSize": 12}
    layers.append(
        {
            "data": {"values": words},
            "mark": text | {"color": _TEXT, "aria": False},
            "encoding": place | {"text": {"field": "label"}},
        }
    )
    return {"width": 900, "height": 44, "layer": layers}


def _raw(name):
    return {"field": name, "type": "quantitative", "scale": None, "axis": None}


# --- one panel ---


def _panel(chart, panel, linked=False):
    layers = [*_future_band(chart), *_bars(chart, panel), *_revision_rules(chart)]
    layers += _marks(chart, panel)
    if linked:
        layers += _links(chart, panel)
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "description": panel.description,
        "layer": layers,
    }


def _x(chart, name="x"):
    """Return the axis of fiscal years; so many labels that none touches another."""
    step = -(-(chart.last - chart.first + 1) // 8)
    return {
        "field": name,
        "type": "quantitative",
        "scale": {
            "domain": [chart.first - 0.5, chart.last + 0.5],
            "nice": False,
            "zero": False,
        },
        "axis": {
            "title": None,
            "grid": False,
            "format": "d",
            "values": list(range(chart.first, chart.last + 1, step)),
            "labelOverlap": False,
            "labelFlush": False,
        },
    }


def _y(chart, name="y"):
    high = chart.highest
    step = next(
        size * 10**power
        for power in range(20)
        for size in (1, 2, 5)
        if size * 10**power * 4 >= high
    )
    return {
        "field": name,
        "type": "quantitative",
        "scale": {"domain": [0, top(chart.highest)], "nice": False},
        "axis": {
            "title": None,
            "domain": False,
            "ticks": False,
            "labelPadding": 6,
            "values": list(range(0, high + 1, step)),
            "format": ",d" if high < 10**6 else ".3~s",
        },
    }


def _layer(chart, values, mark, **encoding):
    return {
        "data": {"values": values},
        "mark": mark | {"aria": False},
        "encoding": {"x": _x(chart), "y": _y(chart)} | encoding,
    }


def _future_band(chart):
    """Set the future apart: a band behind it, a rule before it, a word on top."""
    if chart.first_future is None:
        return []
    begin, height = chart.first_future - 0.5, top(chart.highest)
    whole = [{"x": begin, "x2": chart.last + 0.5, "y": 0, "y2": height}]
    both = {"x2": {"field": "x2"}, "y2": {"field": "y2"}}
    return [
        _layer(chart, whole, {"type": "rect", "fill": _BAND}, **both),
        _layer(
            chart,
            [{"x": begin, "y": 0, "y2": height}],
            {"type": "rule", "stroke": _QUIET, "strokeWidth": 1.5},
            y2={"field": "y2"},
        ),
        _layer(
            chart,
            [{"x": _beside_revisions(chart, begin), "y": height, "words": _("Future")}],
            {"type": "text", "align": "left", "baseline": "top", "dx": 5, "dy": 3,
             "fontSize": 11, "color": _QUIET},
            text={"field": "words"},
        ),
    ]  # fmt: skip


def _beside_revisions(chart, x):
    """Return where a word that would begin at ``x`` is not struck through by a revision."""
    years = chart.last - chart.first + 1
    for revision in sorted(chart.revisions):
        if x <= revision < x + years * _WORD:
            x = revision + years * _DIAMOND
    return x


def _stroke(state):
    return _QUIET if state == "not_assessed" else FILLS[state]


def _bars(chart, panel):
    """Stack the four parts; years ahead are pale within a dashed outline."""
    layers = []
    for ahead in (False, True):
        for number, state in enumerate(STATES):
            values = [
                {
                    "x": bar.year - _HALF,
                    "x2": bar.year + _HALF,
                    "y": sum(bar.counts[:number]),
                    "y2": sum(bar.counts[: number + 1]),
                }
                for bar in panel.bars
                if bar.is_future == ahead and bar.counts[number]
            ]
            mark = {"type": "rect", "fill": FILLS[state], "stroke": _stroke(state)}
            mark |= {"strokeWidth": 0.75}
            if ahead:
                mark |= {"fillOpacity": 0.3, "strokeDash": [2, 2], "strokeWidth": 1}
            if values:
                layers.append(
                    _layer(
                        chart, values, mark, x2={"field": "x2"}, y2={"field": "y2"}
                    )
                )  # fmt: skip
    return layers


def _revision_rules(chart):
    if not chart.revisions:
        return []
    height = top(chart.highest) * 0.985
    values = [{"x": x, "y": 0, "y2": height} for x in chart.revisions]
    rule = {"type": "rule", "stroke": _TEXT, "strokeDash": [4, 3]}
    point = {
        "type": "point",
        "shape": "diamond",
        "size": 60,
        "opacity": 1,
        "fill": _TEXT,
        "stroke": None,
    }
    return [
        _layer(chart, values, rule, y2={"field": "y2"}),
        _layer(chart, [{"x": row["x"], "y": row["y2"]} for row in values], point),
    ]


def _marks(chart, panel):
    """Mark targets by a line across the bar, cliffs by a triangle above it."""
    targets = [
        {"x": bar.year - 0.5, "x2": bar.year + 0.5, "y": height}
        for bar in panel.bars
        for height in bar.targets
        if height <= top(chart.highest)
    ]
    heights = {bar.year: sum(bar.counts) for bar in panel.bars}
    cliffs = [
        {"x": year, "y": heights.get(year, 0) + chart.highest * 0.08}
        for year in panel.cliffs
    ]
    line = {"type": "rule", "stroke": _TARGET, "strokeWidth": 3}
    point = {"type": "point", "shape": "triangle-down", "size": 90, "opacity": 1}
    layers = []
    if targets:
        layers.append(_layer(chart, targets, line, x2={"field": "x2"}))
    if cliffs:
        layers.append(_layer(chart, cliffs, point | {"fill": _CLIFF, "stroke": None}))
    return layers


def _links(chart, panel):
    """Lay an invisible link over each year."""
    linked = [bar for bar in panel.bars if bar.address]
    values = [
        {
            "x": bar.year - 0.5,
            "x2": bar.year + 0.5,
            "y": 0,
            "y2": top(chart.highest),
            "link": f"{_LINK}{number}",
        }
        for number, bar in enumerate(linked)
    ]
    return [
        _layer(
            chart,
            values,
            {"type": "rect", "fill": "transparent"},
            x2={"field": "x2"},
            y2={"field": "y2"},
            href={"field": "link"},
        )
    ]
