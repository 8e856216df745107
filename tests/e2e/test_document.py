"""From a strategy's document to its draft, by keyboard: sent, corrected, kept."""

import re

import pytest
from playwright.sync_api import expect

from strategy_app.models import PendingDocument, Revision
from tests.e2e import keyboard
from tests.e2e.test_pages import Findings
from tests.importers.document.documents import SAMPLES

pytestmark = pytest.mark.e2e

PAGE = "/strategy/SDG/draft/document/"


def open_row(page, number):
    """Open a row of the outline; return it, with the keyboard where it begins."""
    keyboard.follow(page.locator(f"#row-{number} .document-correct"))
    row = page.locator(f"#row-{number}")
    expect(row.locator("form")).to_be_visible()
    return row


def send(page):
    """Send the sample in both languages; return when its rows are there."""
    page.goto(PAGE)
    page.locator("[name=file]").set_input_files(SAMPLES / "strategy_en.md")
    page.locator("[name=other_file]").set_input_files(SAMPLES / "plain_ja.txt")
    keyboard.write(page.locator("[name=name]"), "Of 2027")
    keyboard.follow(page.locator("[name=name]"))
    expect(page).to_have_url(re.compile(rf"{PAGE}\d+/$"))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_document_is_sent_corrected_and_kept(site, open_page, language):
    page = open_page(site, "chie", language=language)
    findings = Findings(page, site, language)
    send(page)
    findings.look("what the document proposes")
    page.set_viewport_size({"width": 1440, "height": 900})

    # A code twice is kept as typed, and told beside its row, until it is another one.
    row = open_row(page, 4)
    expect(row.locator(".document-source")).to_contain_text("- New value in a time of")
    keyboard.write(row.locator("[name=code]"), "MIS-1")
    keyboard.write(row.locator("[name=title_en]"), "New values")
    keyboard.follow(row.locator("[name=title_en]"))
    expect(page.locator("#row-4 .document-saved")).to_be_visible()
    expect(page.locator("#row-4 .field-error")).to_have_count(1)
    keyboard.follow(page.locator("#keep .btn.main"))
    expect(page).to_have_url(re.compile(r"show=wrong"))
    assert not Revision.objects.filter(published_in=None).exists()
    row = open_row(page, 4)
    findings.look("an open row with an error")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.reload()
    row = page.locator("#row-4")
    expect(row.locator("[name=title_en]")).to_have_value("New values")
    keyboard.write(row.locator("[name=code]"), "AIM-7")
    keyboard.follow(row.locator("[name=code]"))

    # One that is no element joins the text above.
    page.goto(page.url.partition("?")[0])
    row = open_row(page, 6)
    keyboard.tab_to(row.locator("[name=use]"))
    page.keyboard.press("End")
    expect(row.locator("[name=use]")).to_have_value("text")
    keyboard.follow(row.locator("[name=next]"))
    expect(page.locator("#row-7 form")).to_be_visible()
    expect(page.locator("#row-6.document-text")).to_be_visible()

    keyboard.follow(page.locator("#keep .btn.main"))
    title = {"en": "New values", "ja": "変化の時代にあって"}[language]
    expect(page.locator("#outline")).to_contain_text(f"AIM-7 {title}")
    draft = Revision.objects.get(published_in=None)
    assert draft.name_en == "Of 2027"
    joined = draft.wordings.get(element__code="AIM-1.1")
    assert joined.body_en == "- Value that starts from a need that many countries share"
    assert PendingDocument.objects.get().kept_in is not None
    page.goto(PAGE)
    findings.look("a document for a strategy that has a draft")
    assert not findings.found, "\n".join(findings.found)


def test_a_row_that_was_typed_in_is_not_left_by_accident(site, open_page):
    page = open_page(site, "chie")
    page.goto(PAGE)
    page.locator("[name=text]").fill("# Aims\n\n- Open up\n- Reach out\n")
    with page.expect_navigation():
        page.locator("main [type=submit]").click()
    row = open_row(page, 2)
    keyboard.write(row.locator("[name=title_en]"), "Typed")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    with page.expect_event("dialog"):
        page.locator("#row-3 .document-correct").click()
    expect(row.locator("[name=title_en]")).to_have_value("Typed")
    assert asked == ["beforeunload"]
    keyboard.follow(row.locator("[name=title_en]"))
    expect(page.locator("#row-2 .document-title")).to_have_text("Typed")
    assert asked == ["beforeunload"]
