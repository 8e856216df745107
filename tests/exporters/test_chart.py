"""Charts are drawn to scale, with the font that has Japanese, and nothing from outside."""

import dataclasses
import re

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


def heights(svg, state):
    """Return how high each bar of a state is drawn."""
    found = re.findall(rf'd="([^"]*)" fill="{charts.FILLS[state]}"', svg)
    return [abs(float(re.search(r"v(-?[\d.]+)h", path)[1])) for path in found]


def test_bars_are_as_high_as_their_numbers():
    (svg,) = charts.page_svgs(make_chart((2, 4, 0, 2), (4, 0, 0, 4)))
    one, two = heights(svg, "principal")
    assert round(two / one, 2) == 2
    assert [round(height / one, 2) for height in heights(svg, "significant")] == [2]
    assert heights(svg, "not_targeted") == []


def test_the_future_is_pale_and_behind_a_rule():
    (past,) = charts.page_svgs(make_chart((1, 0, 0, 0), (1, 0, 0, 0)))
    (both,) = charts.page_svgs(make_chart((1, 0, 0, 0), (1, 0, 0, 0), first_future=2025))
    assert "fill-opacity" not in past
    assert both.count('fill-opacity="0.3"') == 1
    assert "Future" in both
    assert "Future" not in past


def test_a_revision_does_not_strike_the_word_for_the_future_through():
    """The word begins right of the revision's sign, where that would fall on it."""

    def word_at(*revisions):
        chart = make_chart(*[(1, 0, 0, 0)] * 8, first_future=2026)
        (svg,) = charts.page_svgs(dataclasses.replace(chart, revisions=list(revisions)))
        before = svg.partition(">Future<")[0]
        return float(re.findall(r"translate\(([\d.]+),[\d.]+\)", before)[-1])

    alone = word_at()
    assert word_at(2024.2) == word_at(2029.9) == alone
    year = 400 / 8
    assert alone + 0.5 * year < word_at(2026.2) < alone + year


def test_marks_are_drawn():
    (svg,) = charts.page_svgs(make_chart((1, 0, 0, 1), targets=[1], cliffs=[2024]))
    assert svg.count('stroke="#c74700"') == 1
    assert svg.count('fill="#ce0000"') == 1


def test_links_and_names_are_ours_and_escaped():
    (svg,) = charts.page_svgs(make_chart((1, 0, 0, 1), address='/?a=1&b="x"&y='))
    assert 'href="/?a=1&amp;b=&quot;x&quot;&amp;y=2024" tabindex="-1"' in svg
    assert "<title>年度 2024</title>" in svg
    assert 'aria-label="棒グラフ「A」 &amp; more"' in svg
    assert "link.invalid" not in svg
    assert "style=" not in svg


def test_downloads_carry_japanese_and_the_headings():
    svg = charts.download_svg(make_chart((1, 2, 3, 4)), "題名 <1>", ["副題", "変更 7"])
    assert "<title>題名 &lt;1&gt;</title><desc>副題 変更 7</desc>" in svg
    for words in ["副題", "変更 7", *STATES.values(), "KP-1 要素&lt;b&gt;"]:
        assert words in svg
    png = charts.download_png(make_chart((1, 2, 3, 4)), "題名", ["副題"])
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert png != charts.download_png(make_chart((1, 2, 3, 4)), "別題", ["副題"])
