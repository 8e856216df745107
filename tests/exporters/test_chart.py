"""Charts are drawn to scale, with the font that has Japanese, and nothing from outside."""

import dataclasses
import re

from django.template.loader import render_to_string

from strategy_app.exporters import chart as charts
from strategy_app.exporters.chart import Bar, Chart, Panel

STATES = {
    "principal": "主要",
    "significant": "重要",
    "not_targeted": "対象外",
    "not_assessed": "未評価",
}


def make_chart(*counts, targets=(), cliffs=(), first_future=None, address=""):
    bars = [
        Bar(year, four, first_future is not None and year >= first_future,
            list(targets), address and f"{address}{year}", f"年度 {year}")
        for year, four in enumerate(counts, start=2024)
    ]  # fmt: skip
    return Chart(
        panels=[Panel("KP-1 要素<b>", "棒グラフ「A」 & more", bars, list(cliffs))],
        first=2024,
        last=2023 + len(counts),
        first_future=first_future,
        revisions=[],
        states=STATES,
        highest=max(sum(four) for four in counts),
    )


def heights(drawing, part, *, ahead=False):
    """Return how high each bar of a part is drawn."""
    wanted = f"{part} ahead" if ahead else part
    paths = [path for classes, path in drawing.bars if classes == wanted]
    return [float(height) for path in paths for height in re.findall(r"v([\d.]+)h", path)]


def shown(drawing):
    """Return a panel as it stands in a page."""
    return render_to_string("strategy_app/explore/_chart_panel.svg", {"drawing": drawing})


def test_bars_are_as_high_as_their_numbers():
    (drawing,) = charts.drawings(make_chart((2, 4, 0, 2), (4, 0, 0, 4)))
    one, two = heights(drawing, "p1")
    assert round(two / one, 1) == 2
    assert [round(height / one, 1) for height in heights(drawing, "p2")] == [2]
    assert heights(drawing, "p3") == []
    assert [round(height / one, 1) for height in heights(drawing, "p4")] == [1, 2]


def test_bars_stand_on_each_other():
    (drawing,) = charts.drawings(make_chart((1, 1, 0, 0)))
    (_first, lower), (_second, upper) = drawing.bars
    low, high = (re.match(r"M([\d.]+) ([\d.]+)h", path) for path in (lower, upper))
    assert low[1] == high[1]
    (height,) = heights(drawing, "p2")
    assert round(float(high[2]) + height, 1) == float(low[2])


def test_the_future_is_pale_and_behind_a_rule():
    (past,) = charts.drawings(make_chart((1, 0, 0, 0), (1, 0, 0, 0)))
    (both,) = charts.drawings(make_chart((1, 0, 0, 0), (1, 0, 0, 0), first_future=2025))
    assert heights(past, "p1", ahead=True) == []
    assert len(heights(both, "p1")) == len(heights(both, "p1", ahead=True)) == 1
    assert ">Future<" in shown(both)
    assert 'class="begins"' in shown(both)
    assert "Future" not in shown(past)


def test_a_revision_does_not_strike_the_word_for_the_future_through():
    """The word begins right of the revision's sign, where that would fall on it."""

    def word_at(*revisions):
        chart = make_chart(*[(1, 0, 0, 0)] * 8, first_future=2026)
        (drawing,) = charts.drawings(dataclasses.replace(chart, revisions=list(revisions)))
        return float(re.search(r'class="word" x="([\d.]+)"', shown(drawing))[1])

    alone = word_at()
    assert word_at(2024.2) == word_at(2029.9) == alone
    year = 400 / 8
    assert alone + 0.5 * year < word_at(2026.2) < alone + year


def test_marks_are_drawn():
    (drawing,) = charts.drawings(make_chart((1, 0, 0, 1), targets=[1], cliffs=[2024]))
    assert shown(drawing).count('class="target"') == 1
    assert shown(drawing).count('class="cliff"') == 1


def test_the_scale_has_round_numbers():
    for highest, labels in [
        (1, ["0", "1"]),
        (57, ["0", "20", "40"]),
        (1_300, ["0", "500", "1,000"]),
        (2_400_000, ["0", "1M", "2M"]),
    ]:
        (drawing,) = charts.drawings(make_chart((highest, 0, 0, 0)))
        assert [label for _y, label in drawing.ticks] == labels


def test_downloads_carry_japanese_and_the_headings():
    svg = charts.download_svg(make_chart((1, 2, 3, 4)), "題名 <1>", ["副題", "変更 7"])
    assert "<title>題名 &lt;1&gt;</title><desc>副題 変更 7 </desc>" in svg
    for words in ["副題", "変更 7", *STATES.values(), "KP-1 要素&lt;b&gt;"]:
        assert words in svg
    assert "style=" not in svg
    png = charts.download_png(make_chart((1, 2, 3, 4)), "題名", ["副題"])
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert png != charts.download_png(make_chart((1, 2, 3, 4)), "別題", ["副題"])


def test_a_long_title_is_broken_in_two():
    chart = make_chart((1, 0, 0, 0))
    (panel,) = chart.panels
    long = dataclasses.replace(panel, title="KP-1 " + "長い題名" * 30)
    (drawing,) = charts.drawings(dataclasses.replace(chart, panels=[long]))
    assert [y for y, _line in drawing.title] == [0, 16]
    assert drawing.title[1][1].endswith("…")
