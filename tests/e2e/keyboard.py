"""Work a page the way someone does who has no mouse."""

import re

from playwright.sync_api import Locator, Page, Route, expect

from tests.factories import PASSWORD

# The same day and month, so that their order does not matter.
SOURCE_DAY, SOURCE_KEYS = "2024-05-05", "05052024"


def tab_to(locator: Locator, *, limit: int = 400):
    """Press Tab until the element has the keyboard."""
    element = locator.element_handle()
    for _press in range(limit):
        if element.evaluate("element => element === document.activeElement"):
            return
        locator.page.keyboard.press("Tab")
    raise AssertionError(f"{limit} times Tab did not lead to {locator}")


def activate(locator: Locator):
    """Go to a link or a button and press Enter."""
    tab_to(locator)
    locator.page.keyboard.press("Enter")


def follow(locator: Locator):
    """Go to a link, or stay in a field, and press Enter; wait for the page it leads to."""
    tab_to(locator)
    with locator.page.expect_navigation():
        locator.page.keyboard.press("Enter")


def write(locator: Locator, text: str):
    """Go to a field and type in place of what it holds."""
    tab_to(locator)
    locator.page.keyboard.press("Control+a")
    locator.page.keyboard.type(text)


def sign_in(page: Page, username: str):
    """Fill in the sign-in page that is shown or that any page leads to."""
    page.goto("/")
    write(page.locator("[name=login]"), username)
    write(page.locator("[name=password]"), PASSWORD)
    follow(page.locator("[name=password]"))
    expect(page).not_to_have_url(re.compile("/accounts/login/"))


def line(page: Page, element: str) -> Locator:
    """Return the line of an element on a programme's page, open or not."""
    return page.locator(f'li[id="{element}"]')


def action(page: Page, element: str) -> Locator:
    """Return the link of a line that opens its form."""
    return line(page, element).locator(".line-actions > a")


def open_form(page: Page, element: str) -> Locator:
    """Open the form of an element in its line, which takes the focus; return the line."""
    activate(action(page, element))
    opened = line(page, element)
    expect(opened.locator("[name=level]:focus")).to_have_count(1)
    return opened


def choose_level(opened: Locator, level: int):
    """Choose a level with the arrow keys."""
    radios = opened.locator("[name=level]")
    keyboard = opened.page.keyboard
    if not opened.locator("[name=level]:focus").count():
        tab_to(opened.locator("[name=level]:checked, [name=level]").first)
    keyboard.press("Space")
    for _press in range(radios.count()):
        if opened.locator(f'[name=level][value="{level}"]').is_checked():
            return
        keyboard.press("ArrowDown")
    raise AssertionError(f"the arrow keys did not lead to level {level}")


def fill_source(opened: Locator, title: str, url: str):
    """Fill in the first row of evidence, with SOURCE_DAY as its date."""
    write(opened.locator("[name=evidence-0-title]"), title)
    write(opened.locator("[name=evidence-0-url]"), url)
    day = opened.locator("[name=evidence-0-dated_on]")
    tab_to(day)
    opened.page.keyboard.type(SOURCE_KEYS)
    expect(day).to_have_value(SOURCE_DAY)


def save(opened: Locator):
    """Press the form's button."""
    activate(opened.locator(".judge-buttons button"))


def hold(
    page: Page, address: re.Pattern, method: str = "POST", *, is_answered: bool = False
):
    """Hold back what the page sends, or what it is answered, until it is let go."""

    def wait(route: Route):
        if route.request.method != method:
            route.fallback()
            return
        answer = route.fetch() if is_answered else None
        page.evaluate("document.body.dataset.held = 'yes'; window.held")
        if answer:
            route.fulfill(response=answer)
        else:
            route.continue_()

    page.evaluate("() => { window.held = new Promise((go) => { window.letGo = go; }); }")
    page.route(address, wait)


def let_go(page: Page):
    """Let go what was held back, and hold no more."""
    page.evaluate("window.letGo()")


def numbers(page: Page, element: str) -> list[int]:
    """Return principal, significant, not targeted, not assessed from the overview."""
    row = page.locator(f'.coverage tr[id="{element}"]')
    expect(row).to_be_attached()
    if row.is_hidden():
        activate(page.locator("button.link-button"))
    cells = page.locator(f'.coverage tr[id="{element}"] td.number')
    # The overview may still be on its way: reading all of what is there would not wait.
    expect(cells).to_have_count(4)
    return [int(text.replace(",", "")) for text in cells.all_inner_texts()]
