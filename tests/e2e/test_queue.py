"""The queue by keyboard alone; what is typed is kept, whatever happens meanwhile."""

import re

import pytest
from playwright.sync_api import expect

from strategy_app.models import Alignment, Change, Deferral, Return, Strategy
from strategy_app.models.dates import today
from tests import factories
from tests.e2e import keyboard

pytestmark = pytest.mark.e2e


def title(page):
    return page.locator("#cell-title")


def at(page, programme, element):
    """Wait until the queue stands at a cell, with the keyboard on its name."""
    expect(title(page)).to_have_text(re.compile(rf"{programme}\s*×\s*{element}$"))


def in_force(name):
    programme, element = name.split(":")
    row = Alignment.objects.open().filter(programme__code=programme, element__code=element)
    return row.values_list("level", "rationale").first()


def shown(page):
    """Return the cell at which the queue stands."""
    return "".join(title(page).inner_text().split()).replace("×", ":")


def assess(page, level, rationale):
    """Assess the cell that is shown, and wait for the next; return its name."""
    name = shown(page)
    page.keyboard.press(str(level))
    expect(page.locator("[name=rationale]")).to_be_focused()
    page.keyboard.type(rationale)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".queue-done")).to_have_attribute(
        "data-done", re.compile(f":{re.escape(name)}$")
    )
    expect(title(page)).to_be_focused()
    return name


@pytest.fixture
def aiko(site, open_page):
    page = open_page(site, "aiko")
    page.goto("/tagging/queue/")
    expect(title(page)).to_be_visible()
    return page


def test_five_cells_are_assessed_and_one_is_skipped_by_keyboard(aiko):
    before = aiko.locator("#progress").get_attribute("value")
    names = [
        assess(aiko, number % 2, f"Because of reason {number}.") for number in range(5)
    ]
    assert len(set(names)) == 5
    assert [in_force(name) for name in names] == [
        (number % 2, f"Because of reason {number}.") for number in range(5)
    ]
    expect(aiko.locator("#progress")).to_have_attribute("value", str(int(before) + 5))
    newest = Change.objects.latest("id").pk
    expect(aiko.locator("footer")).to_contain_text(f"Data as of change {newest},")

    skipped = shown(aiko)
    aiko.keyboard.press("s")
    expect(aiko.locator("[name=reason]")).to_be_focused()
    aiko.keyboard.type("I have asked nobody yet.")
    aiko.keyboard.press("Control+Enter")
    expect(aiko.locator(".alert-success")).to_contain_text("skipped for now")
    assert shown(aiko) != skipped
    assert Deferral.objects.get().reason == "I have asked nobody yet."
    assert in_force(skipped) is None
    here = shown(aiko)
    aiko.reload()  # the place is in the address
    at(aiko, *here.split(":"))
    aiko.go_back()
    expect(title(aiko)).not_to_have_text(re.compile(rf"{here.split(':')[1]}$"))


def test_next_and_previous_and_the_keys_themselves(aiko):
    first = shown(aiko)
    aiko.keyboard.press("n")
    expect(title(aiko)).not_to_have_text(re.compile(rf"{first.split(':')[1]}$"))
    aiko.keyboard.press("p")
    at(aiko, *first.split(":"))
    keys = aiko.locator(".queue-keys")
    aiko.keyboard.press("?")
    expect(keys).to_have_attribute("open", "")
    aiko.keyboard.press("?")
    expect(keys).not_to_have_attribute("open", "")


def test_no_key_means_the_cell_that_is_being_left(aiko):
    first = shown(aiko)
    keyboard.hold(aiko, re.compile("/tagging/queue/"), "GET")
    aiko.keyboard.press("n")
    expect(aiko.locator("#main .htmx-request")).to_have_count(1)
    for key in ["1", "Control+Enter", "s"]:
        aiko.keyboard.press(key)
    expect(aiko.locator("[name=level]:checked")).to_have_count(0)
    expect(aiko.locator("textarea:focus")).to_have_count(0)
    keyboard.let_go(aiko)
    expect(title(aiko)).not_to_have_text(re.compile(rf"{first.split(':')[1]}$"))
    expect(title(aiko)).to_be_focused()
    kept = aiko.evaluate("Object.keys(sessionStorage)")
    assert [name for name in kept if name.startswith("draft:")] == []
    assert in_force(first) is None


def test_no_key_fires_while_typing_or_composing(aiko):
    first = shown(aiko)
    field = aiko.locator("[name=rationale]")
    aiko.keyboard.press("1")
    aiko.keyboard.type("n p s k 0 2 ?")
    expect(field).to_have_value("n p s k 0 2 ?")
    expect(aiko.locator("[name=level][value='1']")).to_be_checked()
    compose = """element => element.dispatchEvent(new KeyboardEvent("keydown",
        {key: "Enter", ctrlKey: true, isComposing: true, bubbles: true}))"""
    field.evaluate(compose)
    title(aiko).evaluate(compose.replace('"Enter"', '"n"').replace("ctrlKey: true,", ""))
    aiko.keyboard.press("Escape")
    expect(title(aiko)).to_be_focused()
    expect(field).to_have_value("n p s k 0 2 ?")
    assert shown(aiko) == first
    assert in_force(first) is None


def test_what_is_wrong_keeps_what_was_typed(aiko):
    name = shown(aiko)
    aiko.keyboard.press("2")
    aiko.keyboard.type("It exists for this.")
    aiko.keyboard.press("Control+Enter")
    expect(aiko.locator(".sources .field-error").first).to_be_visible()
    expect(aiko.locator("[name=rationale]")).to_have_value("It exists for this.")
    assert in_force(name) is None


def test_another_person_confirms_one_and_returns_one(aiko, site, open_page):
    first = assess(aiko, 1, "Its calls name this aim.")
    second = assess(aiko, 1, "Its report counts this.")
    dai = open_page(site, "dai")
    dai.goto(f"/tagging/queue/?kind=unconfirmed&at={first}")
    expect(dai.locator(".cell-record")).to_contain_text("Its calls name this aim.")
    dai.keyboard.press("y")
    expect(dai.locator(".alert-success")).to_contain_text("is confirmed")
    code, _colon, element = first.partition(":")
    confirmed = Alignment.objects.open().get(programme__code=code, element__code=element)
    assert confirmed.confirmed_in.by.username == "dai"

    dai.goto(f"/tagging/queue/?kind=unconfirmed&at={second}")
    dai.keyboard.press("r")
    expect(dai.locator("[name=note]")).to_be_focused()
    dai.keyboard.type("Which report?")
    dai.keyboard.press("Control+Enter")
    expect(dai.locator(".alert-success")).to_contain_text("is returned")
    assert Return.objects.get().note == "Which report?"

    aiko.goto("/tagging/queue/?kind=returned")
    expect(aiko.locator(".returned")).to_contain_text("Which report?")
    assert shown(aiko) == second
    aiko.keyboard.press("1")
    keyboard.write(aiko.locator("[name=rationale]"), "The report of 2025 counts this.")
    aiko.keyboard.press("Control+Enter")
    expect(aiko.locator(".alert-success")).to_contain_text("is recorded")
    assert in_force(second) == (1, "The report of 2025 counts this.")
    expect(aiko.locator(".empty")).to_contain_text("Nothing has been returned to you.")


def test_one_is_read_again_after_a_material_revision(aiko):
    name = assess(aiko, 1, "Its calls name this aim.")
    code = name.split(":")[1]
    strategy = Strategy.objects.get(code="JST-INTL")
    factories.revise_as(strategy, {code: "material"}, day=today().isoformat())
    aiko.goto(f"/tagging/queue/?kind=needs_review&at={name}")
    expect(aiko.locator(".cell-reworded ins").first).to_be_visible()
    aiko.keyboard.press("k")
    expect(aiko.locator(".alert-success")).to_contain_text("is still right")
    expect(aiko.locator("#live")).to_contain_text("is still right")
    programme, element = name.split(":")
    row = Alignment.objects.open().get(programme__code=programme, element__code=element)
    assert row.opened_in.action == "reaffirm"
    assert row.wording.revision.in_force_from == today()
    expect(aiko.locator(".empty")).to_contain_text("All done here")
    aiko.keyboard.press("u")
    expect(aiko).to_have_url(re.compile("/revert/"))


def test_changing_what_is_read_again_begins_at_its_level(aiko):
    name = assess(aiko, 1, "Its calls name this aim.")
    code = name.split(":")[1]
    strategy = Strategy.objects.get(code="JST-INTL")
    factories.revise_as(strategy, {code: "material"}, day=today().isoformat())
    aiko.goto(f"/tagging/queue/?kind=needs_review&at={name}")
    expect(title(aiko)).to_be_visible()
    # What has changed stands above the text as it is now.
    diff, text = aiko.locator(".cell-reworded"), aiko.locator(".cell-texts .prose").first
    assert diff.bounding_box()["y"] < text.bounding_box()["y"]
    aiko.keyboard.press("c")
    expect(aiko.locator("[name=level][value='1']")).to_be_focused()
    aiko.keyboard.press("ArrowUp")
    keyboard.write(aiko.locator("[name=rationale]"), "Its calls no longer name it.")
    aiko.keyboard.press("Control+Enter")
    expect(aiko.locator(".alert-success")).to_contain_text("is recorded")
    assert in_force(name) == (0, "Its calls no longer name it.")


def split(name):
    """Split the element of a cell, from today; return the cells that are proposed."""
    programme, code = name.split(":")
    parts = [f"{code}-1", f"{code}-2", f"{code}-3"]
    strategy = Strategy.objects.get(code="JST-INTL")
    factories.split(strategy, *parts, origin=code, day=today().isoformat())
    return [f"{programme}:{part}" for part in parts]


def test_proposals_are_answered_by_one_key_each(aiko):
    taken, changed, dropped = split(assess(aiko, 1, "Its calls name this aim."))
    aiko.goto(f"/tagging/queue/?kind=proposed&at={taken}")
    expect(aiko.locator(".cell-proposal ins").first).to_be_visible()
    aiko.keyboard.press("k")
    expect(aiko.locator(".alert-success")).to_contain_text("is recorded")
    assert in_force(taken) == (1, "Its calls name this aim.")
    assert shown(aiko) == changed
    aiko.keyboard.press("c")
    expect(aiko.locator("[name=level][value='1']")).to_be_focused()
    expect(aiko.locator("[name=rationale]")).to_have_value("Its calls name this aim.")
    aiko.keyboard.press("ArrowUp")
    aiko.keyboard.press("Control+Enter")
    expect(aiko.locator(".alert-success")).to_contain_text(changed.replace(":", " × "))
    assert in_force(changed) == (0, "Its calls name this aim.")
    assert shown(aiko) == dropped
    aiko.keyboard.press("d")
    expect(aiko.locator(".alert-success")).to_contain_text("It stays not assessed.")
    assert in_force(dropped) is None
    expect(aiko.locator(".empty")).to_contain_text("All done here")


def test_signing_in_again_while_typing_loses_nothing(aiko, site, open_page):
    name = shown(aiko)
    aiko.keyboard.press("1")
    aiko.keyboard.type("Typed at length.")
    cookies = aiko.context.cookies()
    aiko.context.clear_cookies()
    aiko.keyboard.press("Control+Enter")
    expect(aiko.locator("[data-judge] .send-error")).to_be_visible()
    expect(aiko.locator("[name=rationale]")).to_have_value("Typed at length.")
    assert in_force(name) is None
    # Loading the page leads over the sign-in and back to the cell, and offers it back.
    aiko.reload()
    expect(aiko.locator("[name=login]")).to_be_visible()
    aiko.locator("[name=login]").fill("aiko")
    aiko.locator("[name=password]").fill(factories.PASSWORD)
    with aiko.expect_navigation():
        aiko.keyboard.press("Enter")
    expect(aiko.locator("[data-part=draft]")).to_be_visible()
    expect(aiko.locator("[name=rationale]")).to_have_value("")
    aiko.locator("[data-do=restore]").click()
    expect(aiko.locator("[name=rationale]")).to_have_value("Typed at length.")
    aiko.keyboard.press("Control+Enter")
    expect(aiko.locator(".alert-success")).to_contain_text("is recorded")
    assert in_force(name) == (1, "Typed at length.")
    aiko.goto(f"/tagging/queue/?at={name}")
    expect(aiko.locator("[data-part=draft]")).to_be_hidden()
    assert cookies


def test_everything_works_without_scripts(site, open_page):
    page = open_page(site, "aiko", java_script_enabled=False)
    page.goto("/tagging/queue/")
    name = shown(page)
    page.locator("[name=level][value='0']").check()
    page.locator("[name=rationale]").fill("It is not its purpose.")
    page.get_by_role("button", name="Save and next").click()
    expect(page.locator(".alert-success")).to_contain_text("is recorded")
    assert in_force(name) == (0, "It is not its purpose.")
    skipped = shown(page)
    page.locator("summary", has_text="Skip for now").click()
    page.locator("[name=reason]").fill("Later.")
    page.get_by_role("button", name="Skip it").click()
    expect(page.locator(".alert-success")).to_contain_text("skipped for now")
    assert shown(page) != skipped
    page.locator("a[rel=next]").click()
    expect(page.locator("a[rel=prev]")).to_be_visible()
    taken, *_others, dropped = split(name)
    page.goto(f"/tagging/queue/?kind=proposed&at={taken}")
    page.get_by_role("button", name="It is right here too").click()
    expect(page.locator(".alert-success")).to_contain_text("is recorded")
    assert in_force(taken) == (0, "It is not its purpose.")
    page.goto(f"/tagging/queue/?kind=proposed&at={dropped}")
    page.get_by_role("button", name="It does not apply").click()
    expect(page.locator(".alert-success")).to_contain_text("It stays not assessed.")
    assert in_force(dropped) is None


def test_delete_withdraws_and_u_leads_to_undoing_it(aiko):
    name = assess(aiko, 1, "Its calls name this aim.")
    aiko.goto(f"/tagging/queue/?at={name}")
    title(aiko).focus()
    aiko.keyboard.press("Delete")
    expect(aiko.locator(".alert-success")).to_contain_text("is withdrawn")
    assert in_force(name) is None
    aiko.keyboard.press("u")
    expect(aiko.get_by_role("heading", level=1)).to_be_visible()
    expect(aiko).to_have_url(re.compile("/revert/"))
