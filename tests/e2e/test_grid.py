"""The grid by keyboard alone: how many keys it takes, what clashes and fails, undo."""

import re

import pytest
from playwright.sync_api import expect

from strategy_app.models import Alignment, Change
from tests.e2e import keyboard

pytestmark = pytest.mark.e2e

COUNT_KEYS = """() => { window.pressed = 0;
    document.addEventListener("keydown", () => { window.pressed += 1; }, true); }"""


def cell(page, programme, element):
    return page.locator(f'a[data-cell="{programme} {element}"]')


def told(page, text):
    expect(page.locator("#live")).to_contain_text(text)


def in_force(programme, element):
    row = Alignment.objects.open().filter(programme__code=programme, element__code=element)
    return row.values_list("level", "rationale").first()


@pytest.fixture
def aiko(site, open_page):
    page = open_page(site, "aiko")
    page.goto("/tagging/")
    return page


def test_ten_programmes_against_six_elements(site, open_page):
    page = open_page(site, "dai")
    # Nothing is recorded of diversity's factors but for a few programmes.
    page.goto("/tagging/?open=DRV-1&category=INFO")
    rows = page.locator("#grid tbody tr")
    page.goto("/tagging/?open=DRV-1")
    expect(rows).to_have_count(50)
    codes = [row.get_attribute("data-programme") for row in rows.all()[:10]]
    elements = [f"DRV-1.{number}" for number in range(1, 7)]
    empty = [
        (code, element)
        for code in codes
        for element in elements
        if in_force(code, element) is None
    ]
    page.evaluate(COUNT_KEYS)
    cell(page, codes[0], elements[0]).focus()
    for code in codes:
        for element in elements:
            if (code, element) in empty:
                page.keyboard.press("0")
            else:
                page.keyboard.press("ArrowRight")
        if code != codes[-1]:
            page.keyboard.press("ArrowDown")
            for _back in range(6):
                page.keyboard.press("ArrowLeft")
    # As many saves, one after the other: on a slow machine they take their time.
    expect(cell(page, *empty[-1])).to_contain_text("○ 0", timeout=60_000)
    expect(page.locator(".cell.saving, .cell.failed")).to_have_count(0)
    assert all(in_force(*name)[0] == 0 for name in empty)
    assert page.evaluate("window.pressed") > 60  # the plain way; rows at once take fewer

    page.evaluate("window.pressed = 0")
    cell(page, codes[0], elements[0]).focus()
    for _row in range(9):
        page.keyboard.press("Shift+ArrowDown")
    for _column in range(5):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("1")
    page.locator("#p-rationale").fill("Deliberate, and not the reason to exist.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#preview")).to_contain_text("60")
    page.locator('#preview [data-do="apply"]').press("Enter")
    told(page, "60 cells are written")
    assert page.evaluate("window.pressed") <= 1.3 * 60
    assert {in_force(code, element)[0] for code in codes for element in elements} == {1}
    assert Change.objects.latest("id").opened_alignments.count() == 60


def test_levels_reasons_and_undo(aiko):
    cell(aiko, "AJ-CORE", "AIM-3").focus()
    aiko.keyboard.press("1")
    expect(aiko.locator("#p-rationale")).to_be_focused()
    aiko.keyboard.type("Shared calls with 11 countries.")
    aiko.keyboard.press("Control+Enter")
    expect(cell(aiko, "AJ-CORE", "AIM-3")).to_contain_text("◐ 1")
    expect(cell(aiko, "AJ-CORE", "DRV-1")).to_be_focused()
    assert in_force("AJ-CORE", "AIM-3") == (1, "Shared calls with 11 countries.")

    aiko.keyboard.press("2")
    aiko.keyboard.type("Built for diversity.")
    aiko.keyboard.press("Control+Enter")
    expect(aiko.locator('[data-part="kept"]')).to_contain_text("needs a dated source")
    aiko.keyboard.press("r")
    expect(aiko.locator("#p-rationale")).to_have_value("Built for diversity.")
    aiko.locator("#p-title").fill("Call text")
    aiko.locator("#p-url").fill("https://example.org/call")
    aiko.locator("#p-date").fill(keyboard.SOURCE_DAY)
    aiko.keyboard.press("Control+Enter")
    expect(cell(aiko, "AJ-CORE", "DRV-1")).to_contain_text("● 2")
    expect(aiko.locator('[data-part="kept"]')).to_be_hidden()

    aiko.keyboard.press("u")
    expect(cell(aiko, "AJ-CORE", "DRV-1")).to_contain_text("–")
    expect(cell(aiko, "AJ-CORE", "DRV-1")).to_be_focused()
    aiko.keyboard.press("u")
    expect(cell(aiko, "AJ-CORE", "AIM-3")).to_contain_text("–")
    assert in_force("AJ-CORE", "AIM-3") is None


def test_a_colleagues_clashing_edit_is_shown_and_nothing_lost(site, open_page, aiko):
    dai = open_page(site, "dai")
    dai.goto("/tagging/?department=DIA")
    cell(dai, "AJ-CORE", "KP-1").focus()
    dai.keyboard.press("1")
    dai.keyboard.type("What Dai says.")
    dai.keyboard.press("Control+Enter")
    expect(cell(dai, "AJ-CORE", "KP-1")).to_contain_text("◐ 1")

    cell(aiko, "AJ-CORE", "KP-1").focus()
    aiko.keyboard.press("1")
    aiko.keyboard.type("What Aiko says.")
    aiko.keyboard.press("Control+Enter")
    expect(aiko.locator('[data-part="kept"]')).to_contain_text("Somebody else was faster")
    expect(cell(aiko, "AJ-CORE", "KP-1")).to_contain_text("◐ 1")
    assert in_force("AJ-CORE", "KP-1") == (1, "What Dai says.")

    aiko.keyboard.press("r")
    expect(aiko.locator("#popover .alert-warning")).to_contain_text("What Dai says.")
    expect(aiko.locator("#p-rationale")).to_have_value("What Aiko says.")
    aiko.keyboard.press("Control+Enter")
    expect(aiko.locator('[data-part="kept"]')).to_be_hidden()
    told(aiko, "is recorded")
    assert in_force("AJ-CORE", "KP-1") == (1, "What Aiko says.")


def test_what_could_not_be_sent_is_sent_again(aiko):
    cell(aiko, "AJ-CORE", "KP-1").focus()
    aiko.context.set_offline(True)
    aiko.keyboard.press("0")
    expect(aiko.locator('[data-part="unsent"]')).to_contain_text("1 not sent")
    expect(cell(aiko, "AJ-CORE", "KP-1").locator("..")).to_have_class(re.compile("failed"))
    assert in_force("AJ-CORE", "KP-1") is None

    aiko.context.set_offline(False)
    aiko.keyboard.press("r")
    expect(cell(aiko, "AJ-CORE", "KP-1")).to_contain_text("○ 0")
    expect(aiko.locator('[data-part="unsent"]')).to_be_hidden()


def test_signed_out_while_typing(site, open_page, aiko):
    cell(aiko, "AJ-CORE", "KP-1").focus()
    aiko.keyboard.press("1")
    aiko.keyboard.type("Typed while the session ended.")
    cookies = aiko.context.cookies()
    aiko.context.clear_cookies()
    aiko.keyboard.press("Control+Enter")
    expect(aiko.locator('[data-part="unsent"]')).to_contain_text("no longer signed in")

    aiko.context.add_cookies(cookies)
    aiko.keyboard.press("r")
    expect(cell(aiko, "AJ-CORE", "KP-1")).to_contain_text("◐ 1")
    assert in_force("AJ-CORE", "KP-1") == (1, "Typed while the session ended.")


def test_the_drawer_shows_both_texts_and_gives_the_cell_back(aiko):
    cell(aiko, "AJ-CORE", "KP-1").focus()
    aiko.keyboard.press("Enter")
    opened = aiko.locator("#drawer .line-editing")
    expect(opened).to_contain_text("AJ-CORE")
    keyboard.choose_level(opened, 1)
    keyboard.write(opened.locator("[name=rationale]"), "Open calls.")
    aiko.keyboard.press("Control+Enter")
    expect(aiko.locator("#drawer")).to_be_hidden()
    expect(cell(aiko, "AJ-CORE", "KP-1")).to_contain_text("◐ 1")
    expect(cell(aiko, "AJ-CORE", "KP-1")).to_be_focused()
    aiko.keyboard.press("e")
    expect(opened).to_be_visible()
    aiko.keyboard.press("Escape")
    expect(aiko.locator("#drawer")).to_be_hidden()
    expect(cell(aiko, "AJ-CORE", "KP-1")).to_be_focused()


def test_jump_search_keys_and_branches(aiko):
    cell(aiko, "AJ-CORE", "AIM-1").focus()
    aiko.keyboard.press("g")
    aiko.keyboard.type("satreps")
    aiko.keyboard.press("Enter")
    expect(cell(aiko, "SATREPS", "AIM-1")).to_be_focused()
    aiko.keyboard.press("g")
    aiko.locator("#jump-to").fill("KP-3")
    aiko.keyboard.press("Enter")
    expect(cell(aiko, "SATREPS", "KP-3")).to_be_focused()
    aiko.keyboard.press("?")
    expect(aiko.locator("#keys")).to_be_visible()
    aiko.keyboard.press("Escape")
    expect(aiko.locator("#keys")).to_be_hidden()
    cell(aiko, "SATREPS", "KP-3").focus()
    with aiko.expect_navigation():  # only then do the keys of the new page work
        aiko.keyboard.press("o")
    expect(cell(aiko, "SATREPS", "KP-3.1")).to_be_visible()
    cell(aiko, "SATREPS", "KP-3.1").focus()
    aiko.keyboard.press("/")
    expect(aiko.locator("[name=q]")).to_be_focused()


def test_all_that_match_and_a_wrong_batch_taken_back(site, open_page):
    page = open_page(site, "dai")
    page.goto("/tagging/?open=-")
    cell(page, "A-STEP", "DRV-1").focus()
    page.keyboard.press("Control+ ")
    expect(page.locator('[data-part="selected"]')).to_contain_text("50")
    page.locator('[data-do="everything"]').click()
    expect(page.locator('[data-part="selected"]')).to_contain_text("60")
    before = Alignment.objects.open().count()
    page.locator('[data-do="level-0"]').click()
    expect(page.locator("#preview")).to_contain_text("60 cells")
    page.locator('#preview [data-do="apply"]').click()
    told(page, "60 cells are written")
    change = Change.objects.latest("id")
    assert Alignment.objects.open().filter(element__code="DRV-1").count() == 60

    page.goto(f"/changes/{change.pk}/revert/")
    page.locator(".revert-buttons .danger").click()
    expect(page.locator(".alert-success")).to_contain_text("60 cells")
    assert Alignment.objects.open().count() == before


def test_without_javascript_a_cell_leads_to_its_form(site, open_page):
    page = open_page(site, "aiko", java_script_enabled=False)
    page.goto("/tagging/")
    cell(page, "AJ-CORE", "KP-1").click()
    expect(page.locator("[name=rationale]")).to_be_visible()
    expect(page).to_have_url(re.compile("/programmes/AJ-CORE/align/JST-INTL/KP-1/"))


def test_who_confirms_sees_it_first(site, open_page):
    page = open_page(site, "dai")
    page.goto("/tagging/")
    place = page.locator('tr[data-may] td:has-text("●") > a:not(:has-text("✓"))').first
    programme, element = place.get_attribute("data-cell").split(" ")
    rows = Alignment.objects.open().filter(programme__code=programme, element__code=element)
    place.focus()
    page.keyboard.press("y")
    expect(page.locator("#preview")).to_contain_text(rows.get().rationale)
    assert rows.get().confirmed_in is None
    expect(page.locator("#preview [data-do=apply]")).to_be_focused()
    page.keyboard.press("Enter")
    told(page, "is recorded")
    assert rows.get().confirmed_in.by.username == "dai"
    expect(cell(page, programme, element)).to_be_focused()
