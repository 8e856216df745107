"""Each role's way through the site, by keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from strategy_app.models import Alignment
from tests.e2e import keyboard

pytestmark = pytest.mark.e2e

CELL = "/programmes/SATREPS/align/JST-INTL/KP-2.5/"


def in_force(element="KP-2.5", programme="SATREPS"):
    """Return level, rationale and evidence in force for the cell, or None."""
    row = (
        Alignment.objects.open()
        .filter(programme__code=programme, element__code=element)
        .first()
    )
    if row is None:
        return None
    sources = [
        (source.title, source.url, source.dated_on.isoformat())
        for source in row.evidence.all()
    ]
    return row.level, row.rationale, sources


def read_state(page):
    """Return KP-2.5's numbers on the overview, and the kinds of its gaps."""
    keyboard.follow(page.locator(".doors a").nth(0))
    expect(page.locator(".coverage")).to_be_visible()
    numbers = keyboard.numbers(page, "KP-2.5")
    keyboard.follow(page.locator(".doors a").nth(2))
    expect(page.locator(".gaps")).to_be_visible()
    rows = page.locator("table.gaps tr", has_text="KP-2.5").all()
    return numbers, [row.inner_text() for row in rows]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_aiko_tags_a_programme_and_sees_the_gap_close(site, open_page, language):
    page = open_page(site, language=language)
    keyboard.sign_in(page, "aiko")
    expect(page.locator(f"html[lang={language}]")).to_be_attached()
    before, gaps_before = read_state(page)

    keyboard.follow(page.locator(".doors a[href^='/programmes/']"))
    keyboard.write(page.locator("#search"), "satreps")
    keyboard.follow(page.locator("#search"))
    expect(page).to_have_url(re.compile("q=satreps"))
    keyboard.follow(page.locator("table.programmes th a", has_text="SATREPS").first)
    expect(page.locator("h1")).to_contain_text("SATREPS")
    opened = keyboard.open_form(page, "KP-2.5")
    keyboard.choose_level(opened, 2)
    keyboard.write(opened.locator("[name=rationale]"), "Its results are open to all.")
    keyboard.fill_source(opened, "Annual report", "https://example.org/report")
    keyboard.save(opened)

    line = keyboard.line(page, "KP-2.5")
    expect(line).to_contain_text("Its results are open to all.")
    expect(line.locator(".level-principal")).to_be_visible()
    expect(keyboard.action(page, "KP-2.5")).to_be_focused()
    expect(page.locator("#live")).to_contain_text("SATREPS")
    expect(page).to_have_url(re.compile(r"/programmes/SATREPS/\?"))

    after, gaps_after = read_state(page)
    principal, significant, not_targeted, missing = before
    assert (principal, significant) == (0, 0)
    assert after == [1, 0, not_targeted, missing - 1]
    assert len(gaps_before) == 1
    assert gaps_before[0] not in gaps_after
    if language == "en":
        assert "none of 60 assessed yet" in gaps_before[0]
        assert not any("none supports it" in gap for gap in gaps_after)
    assert in_force() == (
        2,
        "Its results are open to all.",
        [("Annual report", "https://example.org/report", keyboard.SOURCE_DAY)],
    )


def test_ben_only_reads(site, open_page):
    page = open_page(site)
    keyboard.sign_in(page, "ben")
    page.goto("/programmes/SATREPS/")

    expect(keyboard.line(page, "KP-2.5")).to_be_visible()
    expect(page.locator(".line-actions a, .line-actions button")).to_have_count(0)
    answer = page.goto(CELL)

    assert answer.status == 403
    expect(page.locator("form[enctype]")).to_have_count(0)
    assert in_force() is None


def test_dai_confirms_what_aiko_recorded(site, open_page):
    aiko, dai = open_page(site, "aiko"), open_page(site, "dai")
    aiko.goto("/programmes/SATREPS/")
    opened = keyboard.open_form(aiko, "KP-2.5")
    keyboard.choose_level(opened, 1)
    keyboard.write(opened.locator("[name=rationale]"), "Data are shared.")
    keyboard.save(opened)
    expect(keyboard.line(aiko, "KP-2.5")).to_contain_text("Data are shared.")
    expect(keyboard.line(aiko, "KP-2.5").locator("button")).to_have_count(0)

    dai.goto("/programmes/SATREPS/")
    line = keyboard.line(dai, "KP-2.5")
    keyboard.activate(line.get_by_role("button", name="Confirm KP-2.5"))

    expect(line.locator(".confirmed")).to_be_visible()
    expect(line.locator(".line-actions button")).to_have_count(0)
    expect(keyboard.action(dai, "KP-2.5")).to_be_focused()
    row = Alignment.objects.open().get(programme__code="SATREPS", element__code="KP-2.5")
    assert (row.opened_in.by.username, row.confirmed_in.by.username) == ("aiko", "dai")
    assert in_force() == (1, "Data are shared.", [])


def test_tagging_without_javascript(site, open_page):
    page = open_page(site, java_script_enabled=False)
    sign_in_without_script(page)
    page.goto("/programmes/SATREPS/")
    keyboard.action(page, "KP-2.5").click()
    page.locator("[name=level][value='2']").check()
    page.locator("[name=rationale]").fill("Its results are open to all.")
    page.locator(".judge-buttons button").click()

    expect(page.locator(".field-error").first).to_be_visible()
    expect(page).to_have_url(re.compile("/align/"))
    expect(page.locator("[name=rationale]")).to_have_value("Its results are open to all.")
    assert in_force() is None

    page.locator("[name=evidence-0-title]").fill("Annual report")
    page.locator("[name=evidence-0-url]").fill("https://example.org/report")
    page.locator("[name=evidence-0-dated_on]").fill(keyboard.SOURCE_DAY)
    page.locator(".judge-buttons button").click()

    expect(page).to_have_url(re.compile(r"#KP-2\.5$"))
    expect(page.locator(".alert-success")).to_contain_text("SATREPS × KP-2.5")
    expect(keyboard.line(page, "KP-2.5")).to_contain_text("Its results are open to all.")
    page.locator(".doors a").nth(0).click()
    assert keyboard.numbers(page, "KP-2.5")[:3] == [1, 0, 0]


def sign_in_without_script(page):
    """Sign in as Aiko where no script can say what has the keyboard."""
    page.goto("/")
    page.locator("[name=login]").fill("aiko")
    page.locator("[name=password]").fill(keyboard.PASSWORD)
    page.locator("main button").click()
    expect(page.locator(".coverage")).to_be_visible()
