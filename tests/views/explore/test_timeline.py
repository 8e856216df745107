"""The timeline: page = API = module, the future apart, marks, downloads, a fixed cost."""

import re

import pytest
import time_machine
from django.conf import settings
from django.core.cache import caches
from django.urls import reverse

from strategy_app.coverage import frame, timeline
from strategy_app.coverage.scope import Scope
from strategy_app.models.dates import today
from tests import factories
from tests.views.reading import link, links_of, text_of

NOON = "2026-06-30T12:00:00+09:00"
YEARS = "from=2016&to=2029"


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def portfolio(db, noon):
    """Two revisions; support of A ends with its programme in March 2028; a target."""
    strategy = factories.make_strategy()
    one = factories.make_programme("PRG-1", starts_on="2017-04-01", ends_on="2028-03-31")
    factories.make_programme("PRG-2")
    factories.load_history(one, "A.1", 1, "2018-04-01", "2024-04-01")
    factories.load_history(one, "A.1", 2, "2024-04-01")
    factories.load_history(one, "B", 0, "2024-04-01")
    tree = [("A", None, True), ("A.1", "A", True), ("A.2", "A", True), ("B", None, True)]
    factories.revise(strategy, [*tree, ("C", None, True)], day="2026-06-30")
    factories.make_target(factories.get_element("A"), 1, day="2025-04-01")
    return one


def module_numbers(codes, first, last, **parts):
    """Return year -> code -> four counts, as the module says."""
    found = timeline.points(frame.current(), Scope("STR", today(), **parts), first, last)
    return {
        point.fiscal_year: {
            code: tuple(point.coverage.counts[point.coverage.tree.row_of[code]].tolist())
            if point.coverage.tree and code in point.coverage.tree.row_of
            else None
            for code in codes
        }
        for point in found
    }


def page_numbers(page):
    """Return the same as the table on the page says, from its cells."""
    shown = page.context["timeline"]
    numbers = {year.number: {} for year in shown.years}
    for series in shown.series:
        columns = zip(*[cells for _state, _label, cells in series.parts], strict=True)
        for year, four in zip(shown.years, columns, strict=True):
            counts = tuple(cell.count for cell in four)
            numbers[year.number][series.code] = None if counts == (None,) * 4 else counts
    return numbers


@pytest.mark.parametrize(
    "parts", [{}, {"level": 2, "rollup": False}, {"layer": "evidenced"}]
)
def test_page_says_what_the_module_says(client, ben, portfolio, parts):
    client.force_login(ben)
    query = Scope("STR", today(), today=today(), **parts).query()
    page = client.get(f"/timeline/?{query}&{YEARS}")
    assert page_numbers(page) == module_numbers(["A", "B", "C"], 2016, 2029, **parts)


def test_past_and_future_years(client, ben, portfolio):
    client.force_login(ben)
    numbers = page_numbers(client.get(f"/timeline/?{YEARS}"))
    assert {year: numbers[year]["A"] for year in (2016, 2018, 2024, 2026, 2027, 2028)} == {
        2016: None,
        2018: (0, 1, 0, 1),
        2024: (1, 0, 0, 1),
        2026: (1, 0, 0, 1),
        2027: (1, 0, 0, 1),  # it still runs on 31 March 2028
        2028: (0, 0, 0, 1),
    }
    assert numbers[2025]["C"] is None
    assert numbers[2026]["C"] == (0, 0, 0, 2)


def test_the_future_is_set_apart_and_says_what_it_assumes(client, ben, portfolio):
    client.force_login(ben)
    page = client.get(f"/timeline/?{YEARS}")
    years = page.context["timeline"].years
    assert [year.number for year in years if year.is_future] == [2026, 2027, 2028, 2029]
    words = "assumes that nothing is added and programmes end as planned"
    assert words in text_of(page)
    past = client.get("/timeline/?from=2016&to=2020")
    assert words not in text_of(past)


@pytest.mark.parametrize("day", ["2020-01-01", "2029-01-01"])
def test_its_future_begins_after_today_whatever_day_is_shown(client, ben, portfolio, day):
    client.force_login(ben)
    page = client.get(f"/timeline/?day={day}&{YEARS}")
    years = page.context["timeline"].years
    assert [year.number for year in years if year.is_future] == [2026, 2027, 2028, 2029]
    picture = client.get(f"/timeline/chart.svg?day={day}&{YEARS}").content.decode()
    assert "As recorded until 30 June 2026" in picture


def test_a_cliff_that_was_averted_is_not_marked(client, ben, portfolio):
    """Seen from 2020 the support of B ends in 2022; two years on it was taken over."""
    short = factories.make_programme("PRG-3", starts_on="2019-04-01", ends_on="2022-03-31")
    factories.load_history(short, "B", 1, "2019-04-01")
    factories.load_history(factories.make_programme("PRG-4"), "B", 1, "2021-04-01")
    client.force_login(ben)
    page = client.get(f"/timeline/?day=2020-01-01&{YEARS}")
    cliffs = [mark for mark in page.context["marks"] if mark[0] == "cliff"]
    assert [(str(day), words) for _sign, day, _address, words in cliffs] == [
        (
            "2028-04-01",
            "A, if nothing is added: supported by 1, from 1 April 2028 on by none;"
            " these end: PRG-1",
        ),
    ]
    gaps = client.get("/gaps/?day=2020-01-01&kind=cliff&horizon=3")
    assert [gap.code for gap in gaps.context["rows"]] == ["B"]


def test_a_picture_says_its_moment_as_the_pages_do(client, ben, portfolio):
    client.force_login(ben)
    picture = client.get(f"/timeline/chart.svg?{YEARS}").content.decode()
    moment = f"Data as of change {frame.current().change}, 2026-06-30 12:00."
    assert moment in picture
    assert moment in text_of(client.get(f"/timeline/?{YEARS}"))


def test_from_the_first_record_to_the_horizon(client, ben, portfolio):
    client.force_login(ben)
    years = client.get("/timeline/").context["timeline"].years
    assert (years[0].number, years[-1].number) == (2018, 2031)


def test_revisions_targets_and_cliffs_are_marked(client, ben, portfolio):
    client.force_login(ben)
    page = client.get(f"/timeline/?{YEARS}")
    marks = [(sign, str(day)) for sign, day, _address, _words in page.context["marks"]]
    assert marks == [
        ("revision", "2017-08-01"),
        ("target", "2025-04-01"),
        ("revision", "2026-06-30"),
        ("cliff", "2028-04-01"),
    ]
    assert "A: target 1 (Programmes at significant and above)" in text_of(page)
    assert [sign for sign, _words in page.context["legend"]] == [
        "future", "target", "cliff", "revision",
    ]  # fmt: skip


def test_what_the_chart_does_not_draw_is_not_marked(client, ben, portfolio):
    """By programmes no share of budget; by budget that alone; what is too high, nowhere."""
    for code, measure, value in [
        ("A", "share_active", 50), ("B", "share_budget", 12.5), ("B", "supported", 90),
    ]:  # fmt: skip
        factories.make_target(
            factories.get_element(code), value, measure=measure, day="2025-04-01"
        )
    for year in (2024, 2025):
        factories.make_budget(portfolio, year, 8_000_000)
    client.force_login(ben)
    told = {
        basis: [
            words
            for sign, _day, _address, words in client.get(
                f"/timeline/?{YEARS}&basis={basis}"
            ).context["marks"]
            if sign == "target"
        ]
        for basis in ("programmes", "budget")
    }
    assert {basis: sorted(words) for basis, words in told.items()} == {
        "programmes": [
            "A: target 1 (Programmes at significant and above)",
            "A: target 50 % (share of active programmes)",
        ],
        "budget": ["B: target 12.5 % (share of budget)"],
    }


def test_years_without_a_budget_on_record_are_no_zeros(client, ben, portfolio):
    factories.make_budget(portfolio, 2025, 8_000_000)
    other = factories.make_programme("PRG-3", starts_on="2017-04-01")
    factories.load_history(other, "A.1", 1, "2024-04-01")
    client.force_login(ben)
    page = client.get(f"/timeline/?{YEARS}&basis=budget")
    (series,) = [one for one in page.context["timeline"].series if one.code == "A"]
    years = range(2016, 2030)
    cells = {
        state: dict(zip(years, [(cell.count, cell.missing) for cell in row], strict=True))
        for state, _label, row in series.parts
    }
    lacking = (None, "No budget on record")
    assert cells["principal"][2024] == lacking
    assert cells["not_targeted"][2024] == lacking
    assert cells["principal"][2016] == (None, "Not in force")
    # In 2025 one budget is on record: not that of what is significant, PRG-3.
    assert {state: row[2025] for state, row in cells.items()} == {
        "principal": (8_000_000, ""),
        "significant": lacking,
        "not_targeted": (0, ""),
        "not_assessed": lacking,
    }
    drawn = [label for _href, label in links_of(page) if "Principal 8" in label]
    assert drawn == [
        "31 March 2026: Principal 8, Significant –, Not targeted 0, Not assessed –"
    ]


def test_each_point_leads_to_the_overview_on_that_day(client, ben, portfolio):
    client.force_login(ben)
    page = client.get(f"/timeline/?{YEARS}&category=CAT-A")
    address = link(page, "A Principal FY2024: 1")
    assert address == "/?strategy=STR&day=2025-03-31&category=CAT-A#A"
    assert client.get(address).context["rows"][0].parts[0].count == 1
    drawn = [href for href, label in links_of(page) if "Principal 1" in label]
    assert address in drawn
    assert link(page, "FY2028") == "/?strategy=STR&day=2029-03-31&category=CAT-A"


def test_drilling_down_shows_an_element_and_what_is_next_below(client, ben, portfolio):
    client.force_login(ben)
    top = client.get(f"/timeline/?{YEARS}&category=CAT-A")
    page = client.get(f"/timeline/{link(top, 'Elements below A')}")
    assert [series.code for series in page.context["timeline"].series] == [
        "A",
        "A.1",
        "A.2",
    ]
    assert page.context["scope"].category == "CAT-A"
    assert page_numbers(page) == module_numbers(
        ["A", "A.1", "A.2"], 2016, 2029, category="CAT-A"
    )
    back = client.get(link(page, "All elements at the top"))
    assert [series.code for series in back.context["timeline"].series] == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("from=1899", "from", "greater than or equal to 1900"),
        ("to=2200", "to", "less than or equal to 2199"),
        ("from=next", "from", "Enter a whole number"),
        ("from=2020&to=2019", "to", "This is before the first year."),
        ("from=1950&to=2010", "from", "At most 60 fiscal years can be shown at once."),
        ("element=Z", "element", "There is no “Z” here."),
        ("layer=sure", "layer", "There is no “sure” here."),
    ],
)
@pytest.mark.parametrize("name", ["timeline", "timeline-svg", "timeline-png"])
def test_bad_input_is_named(client, ben, portfolio, name, query, field, message):
    client.force_login(ben)
    answer = client.get(f"{reverse(name)}?{query}")
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    assert message in text_of(answer)


def test_sixty_years_are_shown(client, ben, portfolio):
    client.force_login(ben)
    assert len(page_numbers(client.get("/timeline/?from=1950&to=2009"))) == 60


def test_the_chart_is_safe_in_a_page(client, ben, portfolio):
    client.force_login(ben)
    page = client.get(f"/timeline/?{YEARS}").content.decode()
    svgs = re.findall(r'<svg class="chart".*?</svg>', page, re.DOTALL)
    assert len(svgs) == 3
    for svg in svgs:
        assert "style=" not in svg
        assert "<script" not in svg
        assert " id=" not in svg
        assert "://" not in svg


def test_a_year_of_the_chart_tells_its_numbers_and_leads_to_its_day(client, ben, portfolio):
    client.force_login(ben)
    page = client.get(f"/timeline/?{YEARS}").content.decode()
    drawn = re.findall(r'<a href="([^"]+)" tabindex="-1"><title>([^<]+)</title>', page)
    words = "31 March 2025: Principal 1, Significant 0, Not targeted 0, Not assessed 1"
    assert ("/?strategy=STR&amp;day=2025-03-31#A", words) in drawn


def test_titles_in_the_chart_are_escaped(client, ben, portfolio):
    client.force_login(ben)
    page = client.get(f"/timeline/?{YEARS}&q=%3Cscript%3E%22PRG")
    assert "<script>&quot;PRG" not in page.content.decode()
    assert '<script>"PRG' not in page.content.decode()


def test_a_picture_is_drawn_again_only_when_it_shows_something_else(
    client, ben, portfolio, monkeypatch
):
    client.force_login(ben)
    caches["documents"].clear()
    address = f"/timeline/chart.png?{YEARS}"
    first = client.get(address).content
    with monkeypatch.context() as without:
        without.setattr("sys.executable", "/no/such/python")
        assert client.get(address).content == first
    factories.align(portfolio, "B", 2)
    assert client.get(address).content != first


def test_where_no_picture_can_be_drawn_that_is_told(client, ben, portfolio, monkeypatch):
    """The page needs no process of its own, nor does its drawing as SVG."""
    client.force_login(ben)
    whole = client.get(f"/timeline/?{YEARS}").content
    caches["documents"].clear()
    monkeypatch.setattr("sys.executable", "/no/such/python")
    assert client.get(f"/timeline/?{YEARS}").content.count(b"<svg") == whole.count(b"<svg")
    assert client.get(f"/timeline/chart.svg?{YEARS}").status_code == 200
    download = client.get(f"/timeline/chart.png?{YEARS}")
    assert (download.status_code, download.headers["Retry-After"]) == (503, "30")
    assert "It took too long, or it failed." in text_of(download)
    assert (f"/timeline/?{YEARS}", "Timeline") in links_of(download)
    assert link(download, "Try again") == f"/timeline/chart.png?{YEARS}"


def test_nothing_to_show_says_why(client, ben, db):
    client.force_login(ben)
    assert "There is no strategy yet" in text_of(client.get("/timeline/"))
    factories.make_strategy()
    assert "There are no programmes yet" in text_of(client.get("/timeline/"))
    assert client.get("/timeline/chart.svg").status_code == 404


@pytest.mark.parametrize("elements", [("A",), ("A", "B", "C"), ("A", "A.1", "A.2", "A.3")])
def test_queries_do_not_grow(client, ben, elements, django_assert_num_queries):
    factories.make_strategy(elements=elements)
    programme = factories.make_programme("PRG-1")
    for code in elements:
        factories.load_history(programme, code, 2, "2020-04-01")
    client.force_login(ben)
    client.get("/timeline/")
    with django_assert_num_queries(3):
        client.get("/timeline/")
    with django_assert_num_queries(3):
        client.get("/timeline/?from=2021")


@pytest.mark.parametrize(("language", "title"), [("en", "Strategy STR"), ("ja", "STR戦略")])
def test_downloads_say_what_they_show(client, ben, portfolio, language, title):
    client.force_login(ben)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    svg = client.get(f"/timeline/chart.svg?{YEARS}&category=CAT-A")
    assert svg.headers["Content-Type"] == "image/svg+xml"
    assert svg.headers["Content-Disposition"] == (
        'attachment; filename="timeline-STR-2016-2029.svg"'
    )
    text = svg.content.decode()
    number = frame.current().change
    category = {"en": "Category CAT-A", "ja": "CAT-A区分"}[language]
    element = {"en": "Element A", "ja": "要素A"}[language]
    assert title in text
    assert category in text
    assert element in text
    assert str(number) in text
    assert 'font-family="BIZ UDPGothic"' in text
    assert "style=" not in text
    png = client.get(f"/timeline/chart.png?{YEARS}")
    assert png.headers["Content-Type"] == "image/png"
    assert png.content.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(png.content[16:20]) > 1500


def test_downloads_tell_illustrative_data(client, ben, portfolio):
    client.force_login(ben)
    plain = client.get(f"/timeline/chart.svg?{YEARS}").content.decode()
    assert "Illustrative data" not in plain
    factories.make_programme("PRG-3", ends_on="2030-03-31", end_is_illustrative=True)
    marked = client.get(f"/timeline/chart.svg?{YEARS}").content.decode()
    assert "Illustrative data" in marked
