"""What the grid is answered late calls nobody back from where they have gone meanwhile."""

import re

import pytest
from playwright.sync_api import expect

from strategy_app.models import Alignment
from tests.e2e import keyboard
from tests.e2e.test_grid import cell, in_force, told

pytestmark = pytest.mark.e2e


@pytest.fixture
def aiko(site, open_page):
    page = open_page(site, "aiko")
    page.goto("/tagging/")
    return page


def test_undoing_does_not_call_back_who_types_elsewhere(aiko):
    cell(aiko, "AJ-CORE", "KP-1").focus()
    aiko.keyboard.press("0")
    expect(cell(aiko, "AJ-CORE", "KP-1")).to_contain_text("○ 0")
    keyboard.hold(aiko, re.compile("/revert/"))
    for key in ["u", "ArrowDown", "1"]:
        aiko.keyboard.press(key)
    keyboard.let_go(aiko)
    expect(cell(aiko, "AJ-CORE", "KP-1")).to_contain_text("–")
    expect(aiko.locator("#p-rationale")).to_be_focused()
    assert in_force("AJ-CORE", "KP-1") is None


def test_a_selection_goes_on_from_a_cell_that_was_saved_meanwhile(aiko):
    cell(aiko, "AJ-CORE", "AIM-1").focus()
    keyboard.hold(aiko, re.compile("/tagging/"))
    for key in ["0", "ArrowLeft", "Shift+ArrowRight"]:
        aiko.keyboard.press(key)
    keyboard.let_go(aiko)
    expect(cell(aiko, "AJ-CORE", "AIM-1")).to_contain_text("○ 0")
    aiko.keyboard.press("Shift+ArrowRight")
    expect(aiko.locator("[data-part=selected]")).to_contain_text("3")
    expect(aiko.locator("#grid [aria-selected]")).to_have_count(3)


def test_a_reason_that_comes_late_takes_no_focus(site, open_page):
    page = open_page(site, "dai")
    page.goto("/tagging/")
    place = page.locator('tr[data-may] td:has-text("◐") > a').first
    known = in_force(*place.get_attribute("data-cell").split(" "))[1]
    keyboard.hold(page, re.compile("details=1"), "GET")
    place.focus()
    page.keyboard.press("2")
    page.locator("#p-title").focus()
    keyboard.let_go(page)
    expect(page.locator("#p-rationale")).to_have_value(known)
    expect(page.locator("#p-title")).to_be_focused()


def test_a_preview_that_comes_late_does_not_take_what_is_typed_elsewhere(site, open_page):
    page = open_page(site, "dai")
    page.goto("/tagging/")
    place = page.locator('tr[data-may] td:has-text("●") > a:not(:has-text("✓"))').first
    programme, element = place.get_attribute("data-cell").split(" ")
    rows = Alignment.objects.open().filter(programme__code=programme, element__code=element)
    keyboard.hold(page, re.compile("/preview/"))
    place.focus()
    for key in ["y", "ArrowDown", "1"]:
        page.keyboard.press(key)
    page.keyboard.type("Typed meanwhile.")
    below = page.evaluate("document.querySelector('#grid [tabindex=\"0\"]').dataset.cell")
    with page.expect_response(re.compile("/preview/")) as answer:
        keyboard.let_go(page)
    answer.value.finished()
    page.keyboard.press("Control+Enter")
    told(page, "is recorded")
    assert in_force(*below.split(" ")) == (1, "Typed meanwhile.")
    assert rows.get().confirmed_in is None


def test_a_dialog_that_closes_leaves_the_focus_with_who_types_already(aiko):
    cell(aiko, "AJ-CORE", "KP-1").focus()
    aiko.keyboard.press("g")
    focused = aiko.evaluate(
        """() => new Promise((done) => {
            document.querySelector("[data-do=close-jump]").click();
            document.activeElement.dispatchEvent(
                new KeyboardEvent("keydown", { key: "1", bubbles: true }));
            document.getElementById("jump-dialog").addEventListener(
                "close", () => done(document.activeElement.id));
        })"""
    )
    assert focused == "p-rationale"


def test_a_drawer_that_was_closed_does_not_come_into_the_next(aiko):
    keyboard.hold(aiko, re.compile("/align/JST-INTL/KP-1/"), "GET")
    cell(aiko, "AJ-CORE", "KP-1").focus()
    for key in ["Enter", "Escape", "ArrowLeft", "Enter"]:
        aiko.keyboard.press(key)
    expect(aiko.locator("#drawer .line-editing")).to_contain_text("DRV-1 ")
    keyboard.let_go(aiko)
