"""Pasting a table, by keyboard alone, past an error and the end of the session."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from strategy_app.models import Alignment, Change
from tests.e2e import keyboard
from tests.e2e.test_pages import Findings

pytestmark = pytest.mark.e2e

# By commas, since the key Tab leads on to the next field.
ROWS = (
    "Programme,Element,Level,Rationale,Evidence title,Evidence address,Evidence date\n"
    "SATREPS,KP-2.5,２,Its results are open to all.,Report,https://example.org/r,2026/3/31\n"
    "SATREPS,KP-2.4,high,Somebody said so.\n"
)


def recorded():
    """Return what is in force for the two cells of ROWS."""
    rows = Alignment.objects.open().filter(
        programme__code="SATREPS", element__code__in=["KP-2.5", "KP-2.4"]
    )
    found = rows.order_by("-element__code").values_list("element__code", "level")
    return [*found], rows.values("opened_in").distinct().count()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_table_is_corrected_and_applied_after_the_session_has_ended(
    site, open_page, language
):
    page = open_page(site, language=language)
    keyboard.sign_in(page, "aiko")
    changes = Change.objects.count()
    page.goto(reverse("paste") + "?strategy=JST-INTL")
    keyboard.write(page.locator("#id_text"), ROWS)
    keyboard.follow(page.locator(".paste-form [type=submit]"))
    wrong = page.locator(".paste-error")
    expect(wrong).to_have_count(1)
    expect(wrong.locator(".paste-cell .field-error")).to_have_count(1)
    findings = Findings(page, site, language)
    findings.look("preview with an error")

    page.set_viewport_size({"width": 1440, "height": 900})
    keyboard.write(wrong.locator("[name=cell-3-level]"), "1")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    keyboard.follow(page.locator(".paste-again [type=submit]").first)
    findings.look("the session has ended")
    assert Change.objects.count() == changes
    page.context.add_cookies(cookies)  # as signing in elsewhere does
    keyboard.follow(page.locator("main form [type=submit]"))
    if not page.locator(".paste-apply").count():  # the page's token was of no session
        keyboard.follow(page.locator("main form [type=submit]"))
    expect(page.locator(".paste-error")).to_have_count(0)
    findings.look("preview without errors")

    page.set_viewport_size({"width": 1440, "height": 900})
    keyboard.write(page.locator(".paste-apply [name=reason]"), "From the annual table")
    keyboard.follow(page.locator(".paste-apply [type=submit]"))
    expect(page).to_have_url(re.compile("/changes/"))
    assert recorded() == ([("KP-2.5", 2), ("KP-2.4", 1)], 1)
    assert Change.objects.latest("id").reason == "From the annual table"
    assert not findings.found, "\n".join(findings.found)
