"""The outline of a draft by mouse: what is dragged lands where the line said it would."""

import pytest
from playwright.sync_api import expect

from strategy_app.models import Change, Strategy, User, Wording
from strategy_app.services import strategy as strategy_services

pytestmark = pytest.mark.e2e


@pytest.fixture
def page(site, open_page):
    strategy_services.create_draft(
        strategy=Strategy.objects.get(code="JST-INTL"), by=person("chie"), name_en="Second"
    )
    page = open_page(site, "chie")
    page.goto("/strategy/JST-INTL/draft/KP-2.5/")
    return page


def person(username):
    return User.objects.get(username=username)


def stored(code):
    return Wording.objects.get(element__code=code, revision__published_in=None)


def below(code):
    """Return the codes of what stands directly below an element, in their order."""
    rows = Wording.objects.filter(revision__published_in=None, parent__code=code)
    return list(rows.order_by("position").values_list("element__code", flat=True))


def row_of(page, code):
    return page.locator(".outline-row", has=page.locator(f"[data-code='{code}']"))


def take(page, code):
    """Press the mouse on an element, and begin to move."""
    page.locator(f"[data-code='{code}']").scroll_into_view_if_needed()
    box = page.locator(f"[data-code='{code}']").bounding_box()
    page.mouse.move(box["x"] + 50, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 50, box["y"] + 15, steps=3)


def carry(page, code, *, part, right=0):
    """Move to some part of a row's height: 0 is its upper edge, 1 its lower one."""
    box = row_of(page, code).bounding_box()
    left = page.locator("[data-code='KP-2.5']").bounding_box()["x"]
    height = box["y"] + 2 + part * (box["height"] - 4)
    page.mouse.move(left + 50 + right, height, steps=4)
    # What is entered is only then dragged over.
    page.mouse.move(left + 54 + right, height, steps=4)


def lands(page, words, above):
    """Check that the line is there, what it says, and which row is marked as above it."""
    expect(page.locator(".outline-landing")).to_have_text(words)
    expect(page.locator(".outline-above .outline-link")).to_have_attribute(
        "data-code", above
    )


def has_no_traces(page):
    expect(page.locator(".outline-landing")).to_have_count(0)
    expect(page.locator(".outline-above, .outline-taken")).to_have_count(0)


def test_an_element_lands_between_two_others(page):
    take(page, "KP-2.5")
    carry(page, "KP-2.3", part=0)
    lands(page, "Below KP-2", "KP-2")
    page.mouse.up()
    expect(page.locator("#live")).to_have_text("KP-2.5 is moved.")
    expect(row_of(page, "KP-2.3")).to_be_visible()
    assert below("KP-2")[:5] == ["KP-2.1", "KP-2.2", "KP-2.5", "KP-2.3", "KP-2.4"]
    has_no_traces(page)
    with page.expect_response("**/KP-2.5/place/"):
        page.locator("#outline-told button", has_text="Undo").click()
    expect(page.locator("#outline-told")).to_be_hidden()
    assert below("KP-2")[:5] == ["KP-2.1", "KP-2.2", "KP-2.3", "KP-2.4", "KP-2.5"]


def test_after_undoing_by_keyboard_the_focus_is_on_what_had_moved(page):
    take(page, "KP-2.5")
    carry(page, "KP-2.3", part=0)
    page.mouse.up()
    undo = page.locator("#outline-told button", has_text="Undo")
    expect(undo).to_be_visible()
    undo.focus()
    page.keyboard.press("Enter")
    expect(undo).to_be_hidden()
    expect(page.locator("[data-code='KP-2.5']")).to_be_focused()
    assert below("KP-2")[:5] == ["KP-2.1", "KP-2.2", "KP-2.3", "KP-2.4", "KP-2.5"]


@pytest.mark.parametrize(
    ("onto", "part", "right"), [("KP-2.1", 0.5, 0), ("KP-2.1", 1, 60)], ids=["onto", "in"]
)
def test_an_element_lands_below_another_with_all_below_it(page, onto, part, right):
    taken = below("KP-1")
    take(page, "KP-1")
    carry(page, onto, part=part, right=right)
    lands(page, f"Below {onto}", onto)
    page.mouse.up()
    expect(page.locator("#live")).to_have_text("KP-1 is moved.")
    assert (below(onto), below("KP-1")) == (["KP-1"], taken)


def test_escape_leaves_it_where_it_stood(page):
    before, changes = below("KP-2"), Change.objects.count()
    take(page, "KP-2.5")
    carry(page, "KP-2.3", part=0.5)
    lands(page, "Below KP-2.3", "KP-2.3")
    page.keyboard.press("Escape")
    page.mouse.up()
    has_no_traces(page)
    take(page, "KP-2.5")
    carry(page, "KP-2.4", part=1)
    lands(page, "Where it stood", "KP-2")
    page.mouse.up()
    has_no_traces(page)
    assert (below("KP-2"), Change.objects.count()) == (before, changes)


def test_what_is_dropped_in_a_text_leaves_it_as_it_is(page):
    field = page.locator("[name=body_en]")
    text, changes = field.input_value(), Change.objects.count()
    take(page, "KP-2.5")
    box = field.bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 30, steps=4)
    page.mouse.move(box["x"] + 34, box["y"] + 30, steps=4)
    page.mouse.up()
    has_no_traces(page)
    expect(field).to_have_value(text)
    assert Change.objects.count() == changes


def test_what_somebody_else_has_moved_meanwhile_stays_there(page):
    take(page, "KP-2.5")
    strategy_services.put_below(
        wording=stored("KP-2.5"), parent=stored("KP-3").element, by=person("dai")
    )
    carry(page, "KP-2.3", part=0)
    page.mouse.up()
    expect(page.locator("#outline-refusal")).to_have_text(
        "KP-2.5 or what stands next to it was moved meanwhile. Look again."
    )
    assert "KP-2.5" in below("KP-3")
    links = page.locator(".outline-link")
    codes = links.evaluate_all("all => all.map(a => a.dataset.code)")
    assert codes.index("KP-2.5") > codes.index("KP-3")

    strategy_services.delete_wording(wording=stored("KP-2.3"), by=person("dai"))
    take(page, "KP-2.4")
    carry(page, "KP-2.3", part=0.5)
    page.mouse.up()
    expect(page.locator("#outline-refusal")).to_have_text(
        "KP-2.3 is not in the draft any more."
    )
    expect(page.locator("[data-code='KP-2.3']")).to_have_count(0)
    assert "KP-2.4" in below("KP-2")
