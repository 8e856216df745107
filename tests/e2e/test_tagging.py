"""The form in a line: left, refused, overtaken, and not sent at all."""

import re

import pytest
from playwright.sync_api import expect

from strategy_app.models import Alignment, Programme
from tests.e2e import keyboard

pytestmark = pytest.mark.e2e

PAGE = "/programmes/SATREPS/"


def in_force(element):
    """Return level and rationale in force of SATREPS for an element, or None."""
    return (
        Alignment.objects.open()
        .filter(programme__code="SATREPS", element__code=element)
        .values_list("level", "rationale")
        .first()
    )


@pytest.fixture
def aiko(site, open_page):
    page = open_page(site, "aiko")
    page.goto(PAGE)
    return page


def test_escape_leaves_the_form(aiko):
    opened = keyboard.open_form(aiko, "KP-2.5")
    keyboard.write(opened.locator("[name=rationale]"), "Never mind.")

    aiko.keyboard.press("Escape")

    expect(opened.locator("form[enctype]")).to_have_count(0)
    expect(keyboard.action(aiko, "KP-2.5")).to_be_focused()
    aiko.keyboard.press("Enter")
    expect(opened.locator("[name=rationale]")).to_have_value("")
    assert in_force("KP-2.5") is None


def test_cancel_leaves_the_form_without_an_error(aiko):
    errors = []
    aiko.on("console", lambda said: said.type == "error" and errors.append(said.text))
    opened = keyboard.open_form(aiko, "KP-2.5")
    keyboard.activate(opened.get_by_role("link", name="Cancel"))
    expect(opened.locator("form[enctype]")).to_have_count(0)
    expect(keyboard.action(aiko, "KP-2.5")).to_be_focused()
    assert errors == []


def test_escape_closes_the_menu(aiko):
    keyboard.activate(aiko.locator(".tools .menu summary"))
    keyboard.tab_to(aiko.locator(".tools .menu a").first)

    aiko.keyboard.press("Escape")

    expect(aiko.locator(".tools .menu[open]")).to_have_count(0)
    expect(aiko.locator(".tools .menu summary")).to_be_focused()


def test_form_takes_the_focus_once(aiko):
    """Taken a second time, it would carry off what is already typed elsewhere."""
    keyboard.tab_to(keyboard.action(aiko, "KP-2.4"))
    focused = aiko.evaluate(
        """() => new Promise((done) => {
            document.addEventListener("focusin", (event) => {
                event.target.closest(".line").querySelector("[name=rationale]").focus();
                document.addEventListener("htmx:afterSettle", () => {
                    setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(
                        () => done(document.activeElement.name))));
                }, { once: true });
            }, { once: true });
            document.activeElement.click();
        })"""
    )
    assert focused == "rationale"


def test_what_is_answered_late_leaves_the_focus_in_another_form(aiko):
    first = keyboard.open_form(aiko, "KP-2.4")
    other = keyboard.open_form(aiko, "KP-2.5").locator("[name=rationale]")
    keyboard.hold(aiko, re.compile(r"/align/JST-INTL/KP-2\.4/"))
    keyboard.save(first)
    other.focus()
    keyboard.let_go(aiko)
    expect(first.locator("fieldset.levels .field-error")).to_be_visible()
    expect(other).to_be_focused()

    keyboard.choose_level(first, 0)
    keyboard.write(first.locator("[name=rationale]"), "Written first.")
    keyboard.hold(aiko, re.compile(r"/align/JST-INTL/KP-2\.4/"))
    keyboard.save(first)
    other.focus()
    keyboard.let_go(aiko)
    expect(first).to_contain_text("Written first.")
    expect(other).to_be_focused()


def test_two_open_forms_do_not_mix(aiko):
    first = keyboard.open_form(aiko, "KP-2.4")
    keyboard.write(first.locator("[name=rationale]"), "Written first.")
    second = keyboard.open_form(aiko, "KP-2.5")
    keyboard.choose_level(second, 0)
    keyboard.write(second.locator("[name=rationale]"), "Written second.")
    keyboard.save(second)

    expect(second).to_contain_text("Written second.")
    expect(first.locator("[name=rationale]")).to_have_value("Written first.")
    assert (in_force("KP-2.4"), in_force("KP-2.5")) == (None, (0, "Written second."))


def test_refused_form_keeps_what_was_typed_and_goes_to_the_first_error(aiko):
    opened = keyboard.open_form(aiko, "KP-2.5")
    rationale = opened.locator("[name=rationale]")
    title = opened.locator("[name=evidence-0-title]")
    keyboard.save(opened)
    expect(opened.locator("fieldset.levels .field-error")).to_be_visible()
    expect(opened.locator("[name=level]").first).to_be_focused()

    keyboard.choose_level(opened, 2)
    keyboard.save(opened)
    expect(opened.locator("fieldset.levels .field-error")).to_have_count(0)
    expect(_error_of(rationale)).to_be_visible()
    expect(rationale).to_be_focused()
    expect(opened.locator("[name=level][value='2']")).to_be_checked()

    keyboard.write(rationale, "Because.")
    keyboard.save(opened)
    expect(opened.locator("fieldset.sources > .field-error")).to_be_visible()
    expect(opened.locator(".alert-danger:visible")).to_have_count(0)
    expect(title).to_be_focused()

    keyboard.write(title, "Annual report")
    keyboard.save(opened)
    address = opened.locator("[name=evidence-0-url]")
    expect(_error_of(address)).to_be_visible()
    expect(address).to_be_focused()
    expect(_error_of(opened.locator("[name=evidence-0-dated_on]"))).to_be_visible()
    expect(title).to_have_value("Annual report")
    expect(rationale).to_have_value("Because.")
    assert in_force("KP-2.5") is None


def _error_of(field):
    """Return the error that the field, once refused, names as its description."""
    expect(field).to_have_attribute("aria-invalid", "true")
    return field.page.locator(f'[id="{field.get_attribute("aria-describedby")}"]')


def test_conflict_shows_both_and_loses_nothing(site, open_page, aiko):
    opened = keyboard.open_form(aiko, "KP-2.5")
    keyboard.choose_level(opened, 1)
    keyboard.write(opened.locator("[name=rationale]"), "What Aiko says.")
    dai = open_page(site, "dai")
    dai.goto(PAGE)
    theirs = keyboard.open_form(dai, "KP-2.5")
    keyboard.choose_level(theirs, 0)
    keyboard.write(theirs.locator("[name=rationale]"), "What Dai says.")
    keyboard.save(theirs)
    expect(keyboard.line(dai, "KP-2.5")).to_contain_text("What Dai says.")

    keyboard.save(opened)

    expect(opened.locator(".alert-warning")).to_contain_text("What Dai says.")
    expect(opened.locator(".alert-warning .level-not_targeted")).to_be_visible()
    expect(opened.locator("[name=rationale]")).to_have_value("What Aiko says.")
    expect(opened.locator("[name=level][value='1']")).to_be_checked()
    expect(opened.locator("[name=level][value='1']")).to_be_focused()
    assert in_force("KP-2.5") == (0, "What Dai says.")

    keyboard.save(opened)
    expect(keyboard.action(aiko, "KP-2.5")).to_be_focused()
    assert in_force("KP-2.5") == (1, "What Aiko says.")


def test_what_could_not_be_sent_is_kept(aiko):
    opened = keyboard.open_form(aiko, "KP-2.5")
    keyboard.choose_level(opened, 1)
    keyboard.write(opened.locator("[name=rationale]"), "Written in a tunnel.")
    aiko.context.set_offline(True)

    keyboard.save(opened)

    expect(opened.locator(".send-error")).to_be_visible()
    expect(opened.locator("[name=rationale]")).to_have_value("Written in a tunnel.")
    expect(opened.locator("[name=level][value='1']")).to_be_checked()
    expect(opened.locator(".judge-buttons button")).to_be_focused()
    assert in_force("KP-2.5") is None

    aiko.context.set_offline(False)
    aiko.keyboard.press("Enter")

    expect(keyboard.line(aiko, "KP-2.5")).to_contain_text("Written in a tunnel.")
    expect(keyboard.action(aiko, "KP-2.5")).to_be_focused()
    assert in_force("KP-2.5") == (1, "Written in a tunnel.")


def test_form_that_cannot_be_fetched_says_so(aiko):
    aiko.context.set_offline(True)
    keyboard.activate(keyboard.action(aiko, "KP-2.5"))
    expect(aiko.locator("#unsent")).to_be_in_viewport()

    aiko.context.set_offline(False)
    keyboard.open_form(aiko, "KP-2.5")

    expect(aiko.locator("#unsent")).to_be_hidden()


def test_a_cell_opens_beside_the_elements_page(aiko):
    aiko.goto("/strategy/JST-INTL/KP-1/")
    link = aiko.locator("#open-AJ-CORE")
    keyboard.activate(link)
    opened = aiko.locator("#drawer .line-editing")
    keyboard.choose_level(opened, 0)
    keyboard.write(opened.locator("[name=rationale]"), "Looked at from the element.")
    aiko.keyboard.press("Control+Enter")
    expect(aiko.locator("#drawer")).to_be_hidden()
    expect(link).to_be_focused()
    expect(aiko.locator("main")).to_contain_text("Looked at from the element.")


def test_a_cell_is_worked_in_the_administration_as_elsewhere(site, open_page):
    page = open_page(site, "chie")
    programme = Programme.objects.get(code="SATREPS")
    page.goto(f"/admin/strategy_app/programme/{programme.pk}/change/")
    opened = keyboard.line(page, "KP-2.5")
    keyboard.action(page, "KP-2.5").press("Enter")
    expect(opened.locator("[name=level]:focus")).to_have_count(1)
    keyboard.save(opened)
    expect(opened.locator("fieldset.levels .field-error")).to_be_visible()
    keyboard.choose_level(opened, 1)
    keyboard.write(opened.locator("[name=rationale]"), "Data are shared.")
    page.keyboard.press("Control+Enter")
    expect(opened).to_contain_text("Data are shared.")
    expect(keyboard.action(page, "KP-2.5")).to_be_focused()
    assert in_force("KP-2.5") == (1, "Data are shared.")
