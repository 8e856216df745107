"""What is printed says what it shows, and fits; a phone shows what the key explains."""

import pytest
from playwright.sync_api import expect

from strategy_app.models import Change
from tests.paper import Paper

pytestmark = pytest.mark.e2e

DASHBOARDS = ["/", "/gaps/", "/matrix/", "/timeline/", "/compare/", "/programmes/"]
SCOPE = "day=2025-04-01&department=CRDS&layer=evidenced"
# A4 lengthwise, without its margins of 12 mm, in the pixels of CSS.
WIDE = 1031


def printed(page, address):
    page.goto(address)
    return Paper(page.pdf(prefer_css_page_size=True))


def test_printed_dashboards_name_what_they_show(site, open_page):
    page = open_page(site, "ben")
    change = Change.objects.latest("id").pk
    words = [
        "JST International Strategy",
        "1 April 2025",
        "Department: CRDS",
        "Records: With a dated source",
        f"Data as of change {change},",
    ]
    missing = [
        (path, asked)
        for path in DASHBOARDS
        for text in [printed(page, f"{path}?{SCOPE}").text]
        for asked in words
        if asked not in text
    ]
    assert not missing
    usual = printed(page, "/matrix/").text
    assert "JST International Strategy · Records: All that is claimed" in usual
    assert "Change day or filters" not in usual


def test_a_printed_document_names_its_revision_and_has_no_filters(site, open_page):
    text = printed(open_page(site, "ben"), "/strategy/JST-INTL/?languages=one").text
    assert "In force since" in text
    assert "Records:" not in text


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_overview_prints_on_two_pages_as_open_as_it_is(site, open_page, language):
    page = open_page(site, "ben", language=language)
    for strategy in ("JST-INTL", "SDG"):
        assert len(printed(page, f"/?strategy={strategy}").pages) <= 2
    assert "SDG-13.1" not in Paper(page.pdf()).text
    page.locator("#SDG-13 .branch").click()
    assert "SDG-13.1" in Paper(page.pdf()).text


def test_all_columns_of_a_wide_table_are_on_the_paper(site, open_page):
    page = open_page(site, "ben")
    assert printed(page, "/matrix/?by=country").is_landscape
    page.emulate_media(media="print")
    page.set_viewport_size({"width": WIDE, "height": 700})
    for address in (
        "/matrix/?by=country",
        "/matrix/?by=country&show=assessed",
        "/timeline/?from=2010&to=2034",
    ):
        page.goto(address)
        table = page.locator("main table").bounding_box()
        assert table["x"] + table["width"] <= WIDE, address


def test_on_a_phone_each_element_has_its_bar_below_it(site, open_page):
    page = open_page(site, "ben")
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/")
    row = page.locator("#AIM-1")
    expect(row.locator(".bar")).to_be_visible()
    title, bar, trend, number = (
        row.locator(part).first.bounding_box()
        for part in ("th a", ".bar", ".trend", "td.number a")
    )
    assert bar["y"] >= title["y"] + title["height"]
    assert bar["width"] > 100
    assert trend["x"] >= bar["x"] + bar["width"]
    assert number["y"] < bar["y"]
    assert row.bounding_box()["width"] <= 390
    # The signs at the head of the columns are in the key.
    key = page.locator(".legend").first.inner_text()
    heads = page.locator(".coverage thead abbr [aria-hidden]").all_inner_texts()
    assert heads == ["●", "◐", "○", "–"]
    assert all(sign in key for sign in heads)


def test_codes_stand_in_line_with_and_without_a_button(site, open_page):
    page = open_page(site, "ben")
    page.goto("/")
    places = {
        page.locator(f"#{code} .code").bounding_box()["x"] for code in ("AIM-2", "AIM-3")
    }
    assert len(places) == 1
