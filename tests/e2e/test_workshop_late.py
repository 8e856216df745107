"""What the workshop is answered late takes nothing back of what was typed meanwhile."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e import keyboard
from tests.e2e.test_workshop import ADDRESS, edit_as, says, start_draft, stored

pytestmark = pytest.mark.e2e

ELEMENT = re.compile(f"{ADDRESS}$")
# Whatever the page says of itself, in its order.
WATCH = """() => { const badge = document.getElementById("save-state"); window.said = [];
    new MutationObserver(() => window.said.push(badge.textContent))
        .observe(badge, { attributeFilter: ["data-state"] }); }"""


@pytest.fixture
def chie(site, open_page):
    start_draft()
    page = open_page(site, "chie")
    page.clock.install()
    page.goto(ADDRESS)
    return page


def test_nothing_is_called_saved_while_more_was_typed(chie):
    title = chie.locator("[name=title_en]")
    chie.evaluate(WATCH)
    keyboard.hold(chie, ELEMENT)
    title.fill("Open")
    chie.clock.run_for(1000)
    says(chie, "Saving")
    title.fill("Open science")
    keyboard.let_go(chie)
    expect(chie.locator("#wording-title")).to_have_text("Open")
    chie.clock.run_for(1000)
    says(chie, "Draft saved")
    assert stored().title_en == "Open science"
    assert chie.evaluate("window.said").count("Draft saved") == 1


def test_what_is_put_right_while_it_is_being_refused_is_sent_as_well(chie):
    body = chie.locator("[name=body_en]")
    keyboard.hold(chie, ELEMENT)
    body.fill("Not <script>.")
    chie.clock.run_for(1000)
    says(chie, "Saving")
    body.fill("All of it is open.")
    chie.clock.run_for(1000)
    keyboard.let_go(chie)
    expect(chie.locator("#id_body_en_error")).to_contain_text("Markup is not accepted")
    chie.clock.run_for(1000)
    says(chie, "Draft saved")
    assert stored().body_en == "All of it is open."


def test_what_is_never_answered_is_said_to_be_unsent(chie):
    keyboard.hold(chie, ELEMENT)
    chie.locator("[name=title_en]").fill("Open")
    chie.clock.run_for(1000)
    says(chie, "Saving")
    chie.clock.run_for(30_000)
    expect(chie.locator("#save-state")).not_to_contain_text("Saving")
    # It never arrives either: what is let go would meet what is sent anew.
    chie.unroute_all(behavior="ignoreErrors")
    chie.clock.run_for(60_000)
    says(chie, "Draft saved")
    assert stored().title_en == "Open"


def test_who_is_overtaken_keeps_what_was_typed_meanwhile(chie):
    edit_as("dai", title_en="Dai's title")
    keyboard.hold(chie, ELEMENT)
    chie.locator("[name=title_en]").fill("Chie's title")
    chie.clock.run_for(1000)
    says(chie, "Saving")
    chie.locator("[name=body_en]").fill("Typed meanwhile.")
    chie.locator("[name=source]").focus()
    keyboard.let_go(chie)
    says(chie, "choose which version to keep")
    expect(chie.locator("[name=body_en]")).to_have_value("Typed meanwhile.")


def test_what_others_wrote_before_a_save_does_not_come_after_it(chie):
    chie.evaluate(WATCH)
    keyboard.hold(chie, ELEMENT, "GET", is_answered=True)
    chie.clock.run_for(20_000)
    expect(chie.locator("body[data-held]")).to_be_attached()
    chie.locator("[name=title_en]").fill("Open science")
    chie.clock.run_for(1000)
    says(chie, "Draft saved")
    chie.locator("[name=source]").focus()
    with chie.expect_response(ELEMENT) as answer:
        keyboard.let_go(chie)
    answer.value.finished()
    chie.locator("[name=source]").fill("Chapter 2")
    chie.clock.run_for(1000)
    says(chie, "Draft saved")
    assert (stored().title_en, stored().source) == ("Open science", "Chapter 2")
    assert not [words for words in chie.evaluate("window.said") if "Edited by" in words]
