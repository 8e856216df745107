import pytest
from playwright.sync_api import expect
from tests.e2e import keyboard
from tests.e2e.test_pages import PAGES, Findings, _start_draft
from tests.e2e.test_workshop import edit_as, says
pytestmark = pytest.mark.e2e
@pytest.mark.parametrize("language", ["en"])
def test_axe(site, open_page, language):
    _start_draft()
    f = Findings(open_page(site, "chie", language=language), site, language)
    for path in PAGES:
        if "/draft/" in path: f.visit(path)
    p = f.page
    p.goto("/strategy/JST-INTL/draft/KP-2.5/")
    for s in p.locator("main summary").all():
        if s.locator("..").get_attribute("open") is None: s.click()
    f.look("open")
    p.set_viewport_size({"width":1440,"height":1000})
    edit_as("dai", title_en="Public R&D for the common good", body_en="Public organisations carry R&D.")
    keyboard.write(p.locator("[name=title_en]"), "Open R&D for public goods")
    says(p, "choose which version to keep")
    p.screenshot(path="/tmp/w-conflict.png")
    f.look("conflict")
    p.set_viewport_size({"width":390,"height":900})
    p.screenshot(path="/tmp/w-conflict-m.png")
    p.set_viewport_size({"width":1440,"height":1000})
    p.locator("#overtaken [data-do=theirs]").click()
    p.locator("[name=body_en]").fill("<script>x</script>")
    says(p, "something is marked")
    f.look("wrong")
    assert not f.found, "\n".join(f.found)
