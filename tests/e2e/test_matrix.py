"""A cell of the matrix opens in place; wide tables fit a phone; bars can be compared."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e import keyboard

pytestmark = pytest.mark.e2e

# How far the cell that is open reaches under what it has opened, in px; 0 where it is seen.
COVERED = """() => {
    const cell = document.querySelector("td.chosen").getBoundingClientRect();
    const panel = document.getElementById("cell").getBoundingClientRect();
    return Math.max(0, cell.bottom - panel.top, -cell.top);
}"""
OVER = """() => [...document.querySelectorAll(".table-scroll")]
    .map((it) => it.scrollWidth - it.clientWidth)"""
WIDTHS = """() => [...document.querySelectorAll(".compared-groups tbody tr")].map((row) =>
    [...row.querySelectorAll(".bar")].map((bar) => bar.getBoundingClientRect().width))"""


def cell_of(page, anchor):
    return page.locator(f"td[id='{anchor}']")


@pytest.mark.parametrize("width", [390, 1440])
def test_a_cell_opens_beside_the_matrix_and_closes_by_escape(site, open_page, width):
    page = open_page(site, "ben")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/matrix/?by=category")
    cell, panel = cell_of(page, "KP-2.1:INTL"), page.locator("#cell")
    link = cell.locator("a")
    expect(panel).to_be_hidden()
    link.focus()
    page.keyboard.press("Enter")

    title = page.locator("#cell-title")
    expect(title).to_have_text("KP-2.1 Meeting the SDGs × International joint research")
    expect(title).to_be_focused()
    expect(page.locator("#cell-told")).to_have_text("2 of 10; 2 assessed")
    expect(panel.locator("tbody tr")).to_have_count(2)
    expect(link).to_have_attribute("aria-expanded", "true")
    expect(link).to_have_attribute("aria-controls", "cell")
    expect(cell).to_have_class(re.compile(r"\bchosen\b"))
    page.wait_for_function(f"({COVERED})() === 0")
    address = "link => link.href"
    assert page.locator("#cell-page").evaluate(address) == link.evaluate(address)

    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(link).to_be_focused()
    assert link.get_attribute("aria-expanded") is None
    expect(page.locator("td.chosen")).to_have_count(0)


def test_one_cell_is_open_at_a_time_and_leads_on_from_there(site, open_page):
    page = open_page(site, "ben")
    page.goto("/matrix/?by=category")
    first = cell_of(page, "KP-2.1:INTL").locator("a")
    second = cell_of(page, "KP-2.5:INTL").locator("a")
    first.click()
    expect(page.locator("#cell tbody tr")).to_have_count(2)
    second.click()
    expect(page.locator("#cell-none")).to_be_visible()
    expect(page.locator("#cell-title")).to_contain_text("KP-2.5")
    expect(page.locator("[aria-expanded=true][aria-controls=cell]")).to_have_count(1)
    keyboard.activate(page.locator("#cell-close"))
    expect(second).to_be_focused()

    first.click()
    page.locator("#cell th a", has_text="Start").click()
    expect(page).to_have_url(re.compile(r"/programmes/\?.*element=KP-2.1.*sort=start"))


def test_without_a_script_a_cell_leads_to_its_programmes(site, open_page):
    page = open_page(site, "ben", java_script_enabled=False)
    page.goto("/matrix/?by=category")
    expect(page.locator("#cell")).to_be_hidden()
    cell_of(page, "KP-2.1:INTL").locator("a").click()
    expect(page.locator(".programmes tbody tr")).to_have_count(2)


def test_a_hole_leads_to_its_cell(site, open_page):
    page = open_page(site, "ben")
    page.goto("/gaps/?kind=hole&by=category")
    page.locator(".gaps .actions a", has_text="Matrix").first.click()
    target = page.locator("td:target")
    expect(target).to_have_class(re.compile(r"\bhole\b"))
    assert target.evaluate("cell => getComputedStyle(cell).outlineStyle") == "solid"
    head = target.locator("xpath=../th")
    other = page.locator(".matrix tbody tr:not(:has(td:target)) > th").first
    colour = "head => getComputedStyle(head).backgroundColor"
    assert head.evaluate(colour) != other.evaluate(colour)


@pytest.mark.parametrize(
    "path",
    [
        "/gaps/",
        "/compare/",
        "/compare/?with_layer=confirmed",
        "/compare/?with_department=CRDS&department=DIA",
    ],
)
def test_rows_are_stacked_on_a_phone(site, open_page, path):
    page = open_page(site, "ben")
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(path)
    over = page.evaluate(OVER)
    assert over
    assert max(over) <= 0
    # They are tables still, for those who hear them.
    table = page.get_by_role("table").first
    assert table.get_by_role("row").count() > 2
    assert table.get_by_role("columnheader").count() >= 4


def test_a_timeline_on_a_phone_begins_where_past_and_future_meet(site, open_page):
    page = open_page(site, "ben")
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto("/timeline/")
    last_past = page.locator(".timeline thead tr:last-child th:not(.future)").last
    box = last_past.bounding_box()
    assert box["x"] > 100
    assert box["x"] + box["width"] <= 390


def test_bars_of_two_groups_are_as_wide_as_each_other(site, open_page):
    page = open_page(site, "ben")
    page.goto("/compare/?with_department=CRDS&department=DIA")
    widths = page.evaluate(WIDTHS)
    assert len(widths) > 30
    assert [pair for pair in widths if abs(pair[0] - pair[1]) > 1] == []


LATE = re.compile(r"/programmes/\?.*KP-2\.1")


def test_the_programmes_of_an_earlier_cell_do_not_come_under_a_later_heading(
    site, open_page
):
    page = open_page(site, "ben")
    page.goto("/matrix/?by=category")
    keyboard.hold(page, LATE, "GET", is_answered=True)
    cell_of(page, "KP-2.1:INTL").locator("a").click()
    expect(page.locator("body[data-held]")).to_be_attached()
    cell_of(page, "KP-2.5:INTL").locator("a").click()
    expect(page.locator("#cell-none")).to_be_visible()
    keyboard.let_go(page)
    # What comes after it has come has been answered after it.
    page.evaluate("address => fetch(address)", "/matrix/")
    expect(page.locator("#cell-title")).to_contain_text("KP-2.5")
    expect(page.locator("#cell tbody tr")).to_have_count(0)
    expect(page.locator("#cell-none")).to_be_visible()


def test_a_cell_that_is_opened_again_while_it_loads_shows_its_programmes(site, open_page):
    page = open_page(site, "ben")
    page.goto("/matrix/?by=category")
    keyboard.hold(page, LATE, "GET")
    link = cell_of(page, "KP-2.1:INTL").locator("a")
    link.click()
    page.keyboard.press("Escape")
    expect(page.locator("#cell")).to_be_hidden()
    link.click()
    expect(page.locator("#cell-failed")).to_be_hidden()
    expect(page.locator("#cell-none")).to_be_hidden()
    keyboard.let_go(page)
    expect(page.locator("#cell tbody tr")).to_have_count(2)
    expect(page.locator("#cell-failed")).to_be_hidden()


@pytest.mark.parametrize("how", ["refused", "unsent"])
def test_what_could_not_be_loaded_is_not_called_none(site, open_page, how):
    page = open_page(site, "ben")
    page.goto("/matrix/?by=category")
    page.route(LATE, lambda it: it.abort() if how == "unsent" else it.fulfill(status=500))
    cell_of(page, "KP-2.1:INTL").locator("a").click()
    expect(page.locator("#cell-failed")).to_be_visible()
    expect(page.locator("#cell-none")).to_be_hidden()
    expect(page.locator("#unsent")).to_be_hidden()
    cell_of(page, "KP-2.5:INTL").locator("a").click()
    expect(page.locator("#cell-none")).to_be_visible()
    expect(page.locator("#cell-failed")).to_be_hidden()


def test_the_windows_own_functions_stay_its_own(site, open_page):
    page = open_page(site, "ben")
    page.goto("/matrix/?by=category")
    assert page.evaluate(
        "/native code/.test(window.open) && /native code/.test(window.close)"
    )
