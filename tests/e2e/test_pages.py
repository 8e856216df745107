"""Every page in both languages and colour schemes: reachable, readable, in bounds."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

from strategy_app.models import Change, Strategy, User
from strategy_app.services import strategy as strategy_services
from tests.e2e import keyboard

pytestmark = pytest.mark.e2e

WIDTHS = [320, 390, 1440]
ALL_RULES = {"resultTypes": ["violations"]}
SIDEWAYS = """(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(
    document.documentElement)"""
# A colour scheme changes colours alone, so nothing else has to be looked at twice; and
# another language changes no colours.
# The rows of a table come from one template, so at a second look some will do.
REPEATED = ["tbody tr:nth-child(n+13)", ".line:nth-child(n+13):not(.line-editing)"]
COLOURS = ["color-contrast", "link-in-text-block"]
COLOUR_RULES = ALL_RULES | {"runOnly": COLOURS}
OTHER_RULES = ALL_RULES | {"rules": {rule: {"enabled": False} for rule in COLOURS}}

PAGES = [
    "/",
    "/?department=DIA&basis=budget&rollup=false",
    "/matrix/?by=category",
    "/matrix/?by=country",
    "/gaps/",
    "/gaps/?kind=hole&by=department",
    "/gaps/?kind=cliff",
    "/timeline/",
    "/timeline/?element=KP-2",
    "/compare/",
    "/compare/?with_department=CRDS&department=DIA",
    "/definitions/",
    "/views/",
    "/matrix/?by=fiscal_year&show=shares",
    "/matrix/?by=strategy&second=SDG",
    "/strategy/SDG/SDG-13/",
    "/strategy/",
    "/strategy/JST-INTL/",
    "/strategy/JST-INTL/?languages=both&coverage=hidden",
    "/strategy/JST-INTL/revisions/2017-08-01/",
    "/strategy/JST-INTL/compare/",
    "/strategy/JST-INTL/KP-2/",
    "/strategy/JST-INTL/KP-2.5/",
    "/strategy/JST-INTL/MIS-1/",
    "/strategy/SDG/draft/",
    "/strategy/JST-INTL/draft/",
    "/strategy/JST-INTL/draft/KP-2.5/",
    "/strategy/JST-INTL/draft/KP-2.1/",
    "/strategy/JST-INTL/draft/add/?below=KP-2",
    "/strategy/JST-INTL/draft/discard/",
    "/strategy/JST-INTL/draft/publish/",
    "/strategy/SDG/draft/document/",
    "/programmes/",
    "/programmes/?element=KP-2&state=principal",
    "/programmes/SATREPS/",
    "/programmes/SATREPS/align/JST-INTL/KP-2.5/",
    "/programmes/SATREPS/align/JST-INTL/KP-2.1/",
    "/tagging/",
    "/tagging/?open=all&department=DIA",
    "/tagging/paste/",
    "/tagging/queue/",
    "/tagging/queue/?kind=unconfirmed&order=element",
    "/tagging/queue/?kind=stale&at=SATREPS:KP-2.1",
    "/tagging/queue/?kind=returned&at=SATREPS:KP-2.1",
    "/review/",
    "/changes/",
    "/account/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/logout/",
]
# What is not there, or cannot be read.
EMPTY_PAGES = [
    "/programmes/?q=nothing-is-called-so",
    "/?day=2012-01-01",
    "/gaps/?day=2012-01-01",
    "/matrix/?category=INTL&department=MIRAIKAN",
    "/strategy/JST-INTL/?day=2012-01-01",
    "/changes/?action=withdraw",
    "/tagging/?q=nothing-is-called-so",
    "/tagging/queue/?q=nothing-is-called-so",
    "/tagging/queue/?kind=returned",
    "/tagging/queue/?day=2012-01-01",
    "/review/?q=nothing-is-called-so",
]
REFUSED_PAGES = {
    "/?day=2026-13-45&level=7": 400,
    "/strategy/JST-INTL/compare/?from=2012-08-01": 400,
    "/programmes/NO-SUCH/": 404,
}


class Findings:
    """Look at pages and collect everything that is wrong with any of them."""

    def __init__(self, page, address, language):
        self.page, self.language, self.found = page, language, []
        self.here = "the start"
        page.on("request", lambda request: self._outside(request.url, address))
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.add(f"script: {error}"))

    def add(self, text):
        self.found.append(f"{self.here} [{self.language}]: {text}")

    def _outside(self, url, address):
        if not url.startswith((f"{address}/", "data:")):
            self.add(f"asks elsewhere: {url}")

    def _said(self, message):
        # The browser itself notes each answer that is a refusal.
        is_refusal = "the server responded with a status of 4" in message.text
        if message.type in {"error", "warning"} and not is_refusal:
            self.add(f"console: {message.text}")

    def visit(self, path, status=200):
        """Open a page and look at it."""
        self.here = path
        answer = self.page.goto(path)
        if answer.status != status:
            self.add(f"status {answer.status}")
        self.look(path)

    def look(self, name):
        """Look at what is shown now."""
        self.here = name
        lang = self.page.locator("html").get_attribute("lang")
        if lang != self.language:
            self.add(f"is said to be in {lang}")
        self.page.evaluate(AXE_SCRIPT)
        self._axe("light", ALL_RULES if self.language == "en" else OTHER_RULES)
        if self.language == "en":
            self.page.emulate_media(color_scheme="dark")
            self._axe("dark", COLOUR_RULES)
            self.page.emulate_media(color_scheme="light")
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            over = self.page.evaluate(SIDEWAYS)
            if over > 0:
                self.add(f"scrolls sideways by {over} px at {width} px")

    def _axe(self, scheme, options):
        run = "([what, how]) => axe.run(what, how).then((results) => results.violations)"
        is_first_look = (self.language, scheme) == ("en", "light")
        left_out = [] if is_first_look else [[rows] for rows in REPEATED]
        what = {"include": [["html"]], "exclude": left_out}
        for violation in self.page.evaluate(run, [what, options]):
            nodes = violation["nodes"]
            first = "; ".join(
                f"{node['target']} {node['html'][:120]}" for node in nodes[:3]
            )
            self.add(f"{scheme} {violation['id']} × {len(nodes)}: {first}")


def _look_at_open_forms(findings):
    """Look at a programme's page with two open forms, one with errors."""
    page = findings.page
    page.goto("/programmes/SATREPS/")
    for element in ("KP-2.4", "KP-2.1"):
        keyboard.action(page, element).click()
        expect(keyboard.line(page, element).locator("form[enctype]")).to_be_visible()
    findings.look("two open forms")
    opened = keyboard.line(page, "KP-2.4")
    opened.locator("[name=level][value='2']").check()
    opened.locator("[name=evidence-0-title]").fill("A source without a date")
    opened.locator(".judge-buttons button").click()
    expect(opened.locator(".field-error").first).to_be_visible()
    findings.look("errors in an open form")


def _look_at_conflict(findings, other):
    """Look at the form that somebody else was faster than."""
    page, path = findings.page, "/programmes/SATREPS/align/JST-INTL/KP-2.5/"
    for who in (page, other):
        who.goto(path)
        who.locator("[name=level][value='1']").check()
        who.locator("[name=rationale]").fill("Because the data are open.")
    other.locator(".judge-buttons button").click()
    expect(other.locator(".line-level")).to_be_visible()
    page.locator(".judge-buttons button").click()
    expect(page.locator(".opened .alert-warning")).to_be_visible()
    findings.look("conflict")


def _start_draft():
    """Start a draft in which an element has changed and is behind in one language."""
    chie = User.objects.get(username="chie")
    draft = strategy_services.create_draft(
        strategy=Strategy.objects.get(code="JST-INTL"), by=chie, name_en="Second",
        name_ja="第二版",
    )  # fmt: skip
    wording = draft.wordings.get(element__code="KP-2.5")
    strategy_services.edit(
        wording=wording, replaces=wording.edited_in_id, by=chie, body_en="Something else."
    )


@pytest.mark.parametrize("part", range(3))
@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_page_is_in_order(site, open_page, language, part):
    """In three parts, so that no worker is left with all of them at the end."""
    _start_draft()
    findings = Findings(open_page(site, "chie", language=language), site, language)
    newest = Change.objects.order_by("id").last().pk
    first = Change.objects.order_by("id").first().pk
    paths = [*PAGES, *EMPTY_PAGES, f"/changes/{first}/", f"/changes/{newest}/"]
    for path in paths[part::3]:
        findings.visit(path)
    assert not findings.found, "\n".join(findings.found)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_is_refused_or_wrong_is_in_order(site, open_page, language):
    findings = Findings(open_page(site, "chie", language=language), site, language)
    for path, status in REFUSED_PAGES.items():
        findings.visit(path, status)
    _look_at_open_forms(findings)
    _look_at_conflict(findings, open_page(site, "dai"))
    assert not findings.found, "\n".join(findings.found)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_pages_of_those_who_may_less_are_in_order(empty_site, open_page, language):
    outside = Findings(open_page(empty_site, language=language), empty_site, language)
    outside.visit("/accounts/login/")
    outside.page.locator("[name=login]").fill("aiko")
    outside.page.locator("[name=password]").fill("a wrong one")
    outside.page.locator("main button").click()
    expect(outside.page.locator(".sign-in .alert")).to_be_visible()
    outside.look("refused sign-in")
    inside = Findings(open_page(empty_site, "ben", language=language), empty_site, language)
    for path in ["/", "/matrix/", "/gaps/", "/strategy/", "/programmes/", "/changes/"]:
        inside.visit(path)

    found = outside.found + inside.found
    assert not found, "\n".join(found)
