"""Whoever has no mouse sees where they are, gets everywhere and is never stuck."""

import pytest
from playwright.sync_api import expect

from tests.e2e import keyboard

pytestmark = pytest.mark.e2e

FOCUSABLE = """
    window.focusable = () => [...document.querySelectorAll(
        "a[href], button, input:not([type=hidden]), select, textarea, summary,"
        + "[tabindex='0']"
    )].filter((element) => element.checkVisibility({ visibilityProperty: true }));
    window.named = (element) => element.outerHTML.slice(0, 160);
"""
WITHOUT_OUTLINE = """() => focusable().filter((element) => {
    element.focus({ focusVisible: true });
    const style = getComputedStyle(element);
    return document.activeElement !== element
        || style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2;
}).map(named)"""
# Backwards, because a heading that stays on top hides what comes from above.
COVERED = """() => [...document.querySelectorAll(".matrix a")].reverse()
    .filter((element) => {
    element.focus({ focusVisible: true });
    const box = element.getBoundingClientRect();
    const seen = document.elementFromPoint(
        box.left + box.width / 2, box.top + box.height / 2);
    return !seen || !(element.contains(seen) || seen.contains(element));
}).map(named)"""
WATCH = """() => document.addEventListener(
    "focusin", (event) => { event.target.wasReached = true; })"""
# Of a group of radio buttons Tab reaches one; arrows lead to the others.
NOT_REACHED = """() => focusable()
    .filter((element) => !element.wasReached && element.type !== "radio").map(named)"""
SMALL = """() => [...document.querySelectorAll(
    "button, .btn, summary, nav a, .number a, .numbers a, .matrix a, .scope-part a"
)].filter((element) => element.checkVisibility({ visibilityProperty: true }))
    .filter((element) => {
        const box = element.getBoundingClientRect();
        return box.width < 23.9 || box.height < 23.9;
    }).map((element) => {
        const box = element.getBoundingClientRect();
        return `${Math.round(box.width)} × ${Math.round(box.height)} ${named(element)}`;
    })"""


@pytest.fixture
def page(site, open_page):
    """Dai's page: somebody who may record and confirm."""
    page = open_page(site, "dai")
    page.add_init_script(FOCUSABLE)
    return page


def test_focus_is_seen_everywhere_and_nothing_is_a_trap(page):
    found = []
    for path in ["/", "/programmes/SATREPS/"]:
        page.goto(path)
        if path != "/":
            keyboard.open_form(page, "KP-2.5")
        page.keyboard.press("Tab")
        found += [f"{path} no outline: {it}" for it in page.evaluate(WITHOUT_OUTLINE)]
        page.evaluate(WATCH)
        page.locator("h1").click()
        number = page.evaluate("focusable().length")
        assert number > 80
        for _press in range(2 * number):
            page.keyboard.press("Tab")
        found += [f"{path} not reached: {it}" for it in page.evaluate(NOT_REACHED)]

    assert not found, "\n".join(found)


@pytest.mark.parametrize("width", [390, 1440])
def test_headings_of_the_matrix_cover_nothing_that_has_the_focus(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/matrix/?by=country")

    found = page.evaluate(COVERED)

    assert not found, "\n".join(found)


def test_skip_link_leads_past_the_navigation(page):
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.closest('main') !== null")


@pytest.mark.parametrize("width", [390, 1440])
def test_targets_are_large_enough(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    found = []
    for path in [
        "/?department=DIA",
        "/matrix/",
        "/gaps/",
        "/strategy/JST-INTL/",
        "/strategy/JST-INTL/KP-2.5/",
        "/programmes/",
        "/programmes/SATREPS/",
        "/changes/",
        "/account/",
    ]:
        page.goto(path)
        found += [f"{path} {it}" for it in page.evaluate(SMALL)]

    assert not found, "\n".join(found)
