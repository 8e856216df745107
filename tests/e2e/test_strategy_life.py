"""A revision from the first sentence changed to the queues on the day it takes force."""

import datetime
import re

import pytest
import time_machine
from playwright.sync_api import expect

from strategy_app.models import Alignment, Department, Revision, User, Wording
from strategy_app.models.dates import today
from tests import factories

pytestmark = pytest.mark.e2e

DRAFT = "/strategy/JST-INTL/draft/"
DAY = datetime.timedelta(days=1)
# Records in force of AIM-2 and KP-2.4, of programmes that are active, by department.
REREAD = {
    "aiko": {"SATREPS:AIM-2", "AJ-CORE:AIM-2", "SICORP:KP-2.4", "E-ASIA:KP-2.4",
             "EIG-CJ:KP-2.4"},
    "rin": {"SOLVE:AIM-2"},
    "nao": set(),
}  # fmt: skip
PROPOSED = {
    "aiko": {"SATREPS:AIM-4", "AJ-CORE:AIM-4"},
    "rin": {"SOLVE:AIM-4"},
    "nao": set(),
}


@pytest.fixture
def clock():
    """Stand on a Thursday on which the programmes below are active."""
    with time_machine.travel("2026-11-26T03:00:00+00:00") as traveller:
        yield traveller


@pytest.fixture
def chie(clock, site, open_page):
    for username, department in [("rin", "RISTEX"), ("nao", "DSBR")]:
        factories.make_person(
            username,
            role="staff",
            departments=[Department.objects.get(code=department)],
        )
    return open_page(site, "chie")


def coverage(page, day, **asked):
    """Return the dashboard's numbers of a day as they are sent."""
    query = {"strategy": "JST-INTL", "day": day.isoformat()} | asked
    answer = page.request.get("/api/v1/coverage/", params=query)
    assert answer.status == 200
    return answer.body()


def but_for_the_change(body):
    """Return an answer without the number of the change that it is read at."""
    return re.sub(rb'"change":\d+', b"", body)


def saved(page):
    expect(page.locator("#save-state")).to_have_text(re.compile("^Draft saved$"))


def submit(page, button, words):
    """Press a button that leads to a page, and wait for what that says."""
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator("#main > .alert-success")).to_have_text(re.compile(words))


def edit(page, code, **texts):
    """Open an element in the outline and type; it is saved by itself."""
    with page.expect_navigation():
        page.locator(f"[data-code='{code}']").click()
    for name, text in texts.items():
        page.locator(f"[name={name}]").fill(text)
        page.locator(f"[name={name}]").blur()
        saved(page)
        page.locator("#save-state[data-state=saved]").wait_for()


def decide(page, kind):
    page.locator(f"[name=modification][value={kind}]").check()
    submit(page, "Keep this decision", "The decision is kept.")


def revise(page):
    """Change one sentence's spelling and another one's meaning, and split an aim in two."""
    page.goto(DRAFT)
    page.locator("[name=name_en]").fill("Revision of this year")
    submit(page, "Start the draft", "The draft is there.")
    text = Wording.objects.get(element__code="KP-2.1", revision__published_in=None).body_en
    edit(page, "KP-2.1", body_en=text.replace("to help reach", "to help to reach"))
    expect(page.locator("[name=modification]:checked")).to_have_value("editorial")
    with page.expect_navigation():
        page.get_by_role("button", name="Both say the same again").click()
    decide(page, "editorial")
    edit(
        page, "KP-2.4", body_en="Only the results of R&D are shared.",
        body_ja="研究開発の成果のみを共有する。",
    )  # fmt: skip
    expect(page.locator("[name=modification]:checked")).to_have_value("material")
    decide(page, "material")
    edit(page, "AIM-2", title_en="Common global goals", title_ja="世界共通目標の達成")
    decide(page, "material")
    split_off(page)


def split_off(page):
    """Add what the aim no longer says as an aim of its own, right behind it."""
    page.get_by_role("link", name="Add an element").click()
    page.locator("[name=code]").fill("AIM-4")
    page.locator("[name=below]").select_option("STR-2017")
    page.locator("[name=title_en]").fill("Local challenges")
    page.locator("[name=title_ja]").fill("地域課題の解決")
    page.locator("[name=type]").select_option("aim")
    submit(page, "Add", "AIM-4 is added.")
    page.locator("[name=origins][value='AIM-2']").check()
    submit(page, "Keep where it comes from", "Where it comes from is kept.")
    expect(page.locator(".fold", has_text="Where it comes from")).to_contain_text(
        "Split from AIM-2"
    )
    edit(page, "AIM-4", body_en="Seen from where people live.", body_ja="地域から見る。")
    page.get_by_text("Place and code").click()
    page.locator("[name=before]").select_option("AIM-3")
    with page.expect_navigation():
        page.get_by_role("button", name="Put it there").click()
    codes = page.locator(".outline-link").evaluate_all(
        "all => all.map(a => a.dataset.code)"
    )
    assert codes.index("AIM-4") == codes.index("AIM-3") - 1


def rehearse_and_publish(page, day):
    """Read what would happen on that day, then publish."""
    page.goto(DRAFT)
    expect(page.locator(".problems")).to_have_count(0)
    page.get_by_role("link", name="Rehearse and publish").click()
    page.locator("[name=on]").fill(day.isoformat())
    with page.expect_navigation():
        page.get_by_role("button", name="Rehearse", exact=True).click()
    asked = page.locator("table.work tbody tr")
    numbers = {
        row.locator("th").inner_text(): row.locator("td").all_inner_texts()
        for row in asked.all()
    }
    assert numbers["Department of International Affairs"] == ["5", "2"]
    assert numbers["RISTEX"] == ["1", "1"]
    assert Revision.objects.filter(published_in=None).exists()
    submit(page, "Publish", "It takes force on")


def waiting(page, kind):
    """Go through a queue to its end and return the cells in it."""
    page.goto(f"/tagging/queue/?strategy=JST-INTL&kind={kind}")
    if page.locator(".empty").count():
        return set()
    title, found = page.locator("#cell-title"), []
    while (name := "".join(title.inner_text().split()).replace("×", ":")) not in found:
        found.append(name)
        if page.locator("[rel=next]").count():
            with page.expect_response("**/tagging/queue/*"):
                page.keyboard.press("n")
            expect(page).to_have_url(re.compile("at="))
            shown = r"\s*×\s*".join(map(re.escape, name.split(":")))
            expect(title).not_to_have_text(re.compile(f"{shown}$"))
    return set(found)


def words_that_changed(page, cell):
    """Return the words that went and those that came, which stand above the text."""
    page.goto(f"/tagging/queue/?strategy=JST-INTL&kind=needs_review&at={cell}")
    diff = page.locator(".cell-reworded .diff")
    expect(diff.locator("del").first).to_be_visible()
    text = page.locator(".cell-texts .prose").first
    assert diff.bounding_box()["y"] < text.bounding_box()["y"]
    return ["".join(diff.locator(tag).all_inner_texts()) for tag in ("del", "ins")]


def test_a_revision_asks_exactly_whom_it_concerns(chie, clock, site, open_page):
    was, monday = today(), datetime.date(2026, 11, 30)
    before = {day: coverage(chie, day) for day in (was, monday - DAY)}
    change = re.search(rb'"change":(\d+)', before[was])[1].decode()
    records = list(Alignment.objects.order_by("pk").values_list())
    revise(chie)
    rehearse_and_publish(chie, monday)
    # Until that day nobody is asked anything.
    aiko = open_page(site, "aiko")
    assert (waiting(aiko, "needs_review"), waiting(aiko, "proposed")) == (set(), set())

    clock.move_to(datetime.datetime.combine(monday, datetime.time(1), datetime.UTC))
    people = {name: open_page(site, name) for name in [*REREAD, "ben", "dai"]}
    for name, cells in REREAD.items():
        assert waiting(people[name], "needs_review") == cells
        assert waiting(people[name], "proposed") == PROPOSED[name]
    every = set.union({"COI-NEXT:AIM-2"}, *REREAD.values())
    assert waiting(people["dai"], "needs_review") == every
    assert people["ben"].goto("/tagging/queue/").status == 403
    is_read_again(people["aiko"], people["rin"], monday)

    for day, body in before.items():
        now = coverage(people["dai"], day)
        assert but_for_the_change(now) == but_for_the_change(body)
    assert coverage(people["dai"], was, known_at=change) == before[was]
    assert b'"element":"AIM-4"' in coverage(people["dai"], monday)
    kept = Alignment.objects.filter(pk__in=[row[0] for row in records])
    changed = [row for row in kept.order_by("pk").values_list() if row not in records]
    assert len(changed) == 1  # the one that was read again


def is_read_again(aiko, rin, day):
    """See the words that changed, and say of one record that it is still right."""
    gone, come = words_that_changed(aiko, "SICORP:KP-2.4")
    assert "The risks, the costs and" in gone
    assert "Only" in come
    gone, come = words_that_changed(rin, "SOLVE:AIM-2")
    assert (gone.strip(), come) == ("and local challenges", "")
    rin.keyboard.press("k")
    expect(rin.locator(".alert-success")).to_contain_text("is still right")
    row = Alignment.objects.open().get(programme__code="SOLVE", element__code="AIM-2")
    assert (row.opened_in.by, row.valid_from) == (User.objects.get(username="rin"), day)
