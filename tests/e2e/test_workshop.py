"""The workshop by keyboard: saved as one types, and nothing of anybody's is lost."""

import re

import pytest
from playwright.sync_api import expect

from strategy_app.models import Strategy, User, Wording
from strategy_app.services import strategy as strategy_services
from tests.e2e import keyboard

pytestmark = pytest.mark.e2e

ADDRESS = "/strategy/JST-INTL/draft/KP-2.5/"


def stored(code="KP-2.5"):
    return Wording.objects.select_related("parent", "edited_in").get(
        element__code=code, revision__published_in=None
    )


def start_draft():
    return strategy_services.create_draft(
        strategy=Strategy.objects.get(code="JST-INTL"),
        by=User.objects.get(username="chie"),
        name_en="Second",
    )


def edit_as(username, **fields):
    """Edit the element as somebody else does at the same time."""
    strategy_services.edit(
        wording=stored(), replaces=stored().edited_in_id,
        by=User.objects.get(username=username), **fields,
    )  # fmt: skip


def says(page, words):
    expect(page.locator("#save-state")).to_have_text(re.compile(words))


@pytest.fixture
def chie(site, open_page):
    return open_page(site, "chie")


def test_a_draft_is_written_by_keyboard(chie):
    chie.goto("/strategy/JST-INTL/draft/")
    keyboard.write(chie.locator("[name=name_en]"), "Second")
    keyboard.follow(chie.locator("[name=name_en]"))
    link = chie.locator("[data-code='KP-2.5']")
    keyboard.tab_to(link)
    with chie.expect_response("**/KP-2.5/move/"):
        chie.keyboard.press("Alt+ArrowUp")
    expect(chie.locator("#live")).to_have_text("KP-2.5 is moved.")
    expect(link).to_be_focused()
    assert stored().position < stored("KP-2.4").position

    keyboard.follow(link)
    keyboard.write(chie.locator("[name=title_en]"), "Open science")
    says(chie, "Draft saved")
    assert (stored().title_en, stored().edited_in.by.username) == ("Open science", "chie")
    expect(chie.locator(".behind")).to_contain_text("the Japanese is behind")
    keyboard.write(chie.locator("[name=body_en]"), "Not <script>.")
    says(chie, "Not saved: something is marked below.")
    expect(chie.locator("#id_body_en_error")).to_contain_text("Markup is not accepted")
    keyboard.write(chie.locator("[name=body_en]"), "All of it is open.")
    says(chie, "Draft saved")
    expect(chie.locator("#id_body_en_error")).to_be_empty()

    editorial = chie.locator("[name=modification][value=editorial]")
    chie.locator("[name=body_ja]").blur()
    keyboard.tab_to(chie.locator("[name=modification]:checked"))
    chie.keyboard.press("ArrowUp")
    expect(editorial).to_be_checked()
    keyboard.write(chie.locator("[name=reason]"), "Only plainer.")
    keyboard.follow(chie.locator(".decision button"))
    expect(chie.locator(".decided")).to_contain_text("Only plainer.")
    assert stored().modification == "editorial"


def test_writing_one_language_after_the_other_leaves_none_behind(chie):
    start_draft()
    chie.goto(ADDRESS)
    keyboard.write(chie.locator("[name=title_en]"), "Open science")
    says(chie, "Draft saved")
    expect(chie.locator(".behind")).to_contain_text("the Japanese is behind")
    keyboard.tab_to(chie.locator("[name=title_ja]"))
    for words in ("開かれた", "科学"):
        with chie.expect_response("**/KP-2.5/"):
            chie.keyboard.insert_text(words)
        says(chie, "Draft saved")
        expect(chie.locator(".behind")).to_have_count(0)
    assert (stored().behind, stored().title_ja[-2:]) == ("", "科学")


def test_what_is_typed_and_taken_back_is_not_left_unsaved(chie):
    start_draft()
    chie.goto(ADDRESS)
    before = stored().edited_in_id
    keyboard.tab_to(chie.locator("[name=title_en]"))
    chie.keyboard.press("End")
    chie.keyboard.type("x")
    says(chie, "Not saved yet")
    chie.keyboard.press("Backspace")
    says(chie, "As published")
    assert stored().edited_in_id == before
    kept = "Object.keys(sessionStorage).filter((key) => key.startsWith('workshop:'))"
    assert chie.evaluate(kept) == []


def test_two_write_at_once_and_both_are_kept(chie):
    start_draft()
    chie.goto(ADDRESS)
    edit_as("dai", title_ja="大の題")
    keyboard.write(chie.locator("[name=title_en]"), "Chie's title")
    says(chie, "Draft saved")
    expect(chie.locator("[name=title_ja]")).to_have_value("大の題")
    assert (stored().title_en, stored().title_ja) == ("Chie's title", "大の題")

    edit_as("dai", title_en="Dai's title")
    keyboard.write(chie.locator("[name=title_en]"), "Chie's other title")
    says(chie, "choose which version to keep")
    expect(chie.locator("#overtaken del")).to_have_text("Dai")
    assert stored().title_en == "Dai's title"
    expect(chie.locator("[name=title_en]")).to_have_value("Chie's other title")
    keyboard.activate(chie.locator("#overtaken [data-do=mine]"))
    says(chie, "Draft saved")
    assert stored().title_en == "Chie's other title"


def test_what_others_write_appears_where_nobody_types(chie):
    start_draft()
    chie.clock.install()
    chie.goto(ADDRESS)
    edit_as("dai", title_en="Dai's title", body_en="Dai's text")
    keyboard.tab_to(chie.locator("[name=title_en]"))
    chie.clock.run_for(21_000)
    expect(chie.locator("[data-code='KP-2.5']")).to_contain_text("Dai's title")
    expect(chie.locator("[name=body_en]")).to_have_value("Dai's text")
    says(chie, "has just edited this. Leave the field to see it.")
    expect(chie.locator("[name=title_en]")).not_to_have_value("Dai's title")
    keyboard.tab_to(chie.locator("[name=source]"))
    chie.clock.run_for(21_000)
    expect(chie.locator("[name=title_en]")).to_have_value("Dai's title")


def test_what_is_typed_when_the_session_has_ended_is_sent_after_the_next(chie):
    start_draft()
    chie.goto(ADDRESS)
    cookies = chie.context.cookies()
    chie.context.clear_cookies()
    keyboard.write(chie.locator("[name=title_en]"), "Typed too late")
    says(chie, "Not saved: sign in again")
    chie.context.add_cookies(cookies)
    says(chie, "Draft saved")
    assert stored().title_en == "Typed too late"


def test_what_is_typed_without_a_connection_is_kept_and_sent_later(chie):
    start_draft()
    chie.goto(ADDRESS)
    chie.context.set_offline(True)
    keyboard.write(chie.locator("[name=title_en]"), "Typed on the train")
    says(chie, "Not saved: no connection")
    chie.context.set_offline(False)
    says(chie, "Draft saved")
    assert stored().title_en == "Typed on the train"

    chie.route("**/draft/KP-2.5/", lambda route: (
        route.abort() if route.request.method == "POST" else route.continue_()
    ))  # fmt: skip
    keyboard.write(chie.locator("[name=title_en]"), "Typed before a reload")
    says(chie, "Not saved: no connection")
    chie.unroute("**/draft/KP-2.5/")
    chie.reload()
    says(chie, "Draft saved")
    expect(chie.locator("[name=title_en]")).to_have_value("Typed before a reload")
    assert stored().title_en == "Typed before a reload"


def top_of_text(control):
    return control.evaluate(
        "e => { const range = document.createRange(); range.selectNodeContents(e);"
        " return range.getBoundingClientRect().top; }"
    )


def test_the_words_of_what_starts_a_draft_stand_on_one_line(chie):
    chie.goto("/strategy/JST-INTL/draft/")
    start = chie.get_by_role("button", name="Start the draft")
    document = chie.get_by_role("link", name="Draft from a document")
    assert top_of_text(document) == pytest.approx(top_of_text(start), abs=1)


def test_a_day_takes_no_more_room_than_a_day_needs(chie):
    start_draft()
    chie.goto("/strategy/JST-INTL/draft/publish/")
    days = [day.bounding_box()["width"] for day in chie.locator("[type=date]").all()]
    assert [width <= 200 for width in days] == [True, True]
