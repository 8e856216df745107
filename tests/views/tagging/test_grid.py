"""The tagging grid: what it shows, what a save answers, several cells at once, undo."""

import re

import pytest
from django.urls import reverse

from strategy_app.models import Alignment, Change, Evidence
from strategy_app.services import ledger
from tests import factories
from tests.views.reading import text_of

FIRST = ("PRG-1", "A")


@pytest.fixture
def programme(department_a):
    factories.make_strategy(elements=("A", "A.1", "A.2", "B"))
    return factories.make_programme(department=department_a)


def page(client, query=""):
    return client.get(reverse("tagging") + query).content.decode()


def cell(html, programme="PRG-1", element="A"):
    """Return (class, row id, what is said, what is shown) of a cell."""
    found = re.search(
        rf'<td class="([^"]*)"><a href="[^"]*" data-cell="{programme} {element}"'
        r' data-row="(\d+)" aria-label="[^:]*: ([^"]*)">(.*?)</a></td>',
        html,
    )
    return found and found.groups()


def fields(do="level", cells=(("PRG-1", "A", 0),), **more):
    """Return what the grid sends."""
    lines = "\n".join(f"{programme} {element} {row}" for programme, element, row in cells)
    return {"do": do, "strategy": "STR", "cells": lines} | more


def write(client, **given):
    return client.post(
        reverse("tagging-write"), fields(**given), headers={"HX-Request": "true"}
    )


SOURCE = {
    "source-title": "Annual report",
    "source-url": "https://example.org/report",
    "source-dated_on": "2026-03-31",
}


# --- what it shows ---


def test_a_cell_tells_level_source_confirmation_and_re_reading(
    client, programme, aiko, dai
):
    confirmed = factories.align(programme, "A", 2, by=aiko)
    ledger.confirm(alignment=confirmed, by=dai)
    factories.align(programme, "A.1", 1, by=aiko, evidence=[])
    factories.align(programme, "A.2", 0, by=aiko, evidence=[])
    client.force_login(aiko)
    html = page(client)
    assert cell(html) == (
        "cell l2", str(confirmed.pk), "Principal, confirmed", "● 2<i>✓</i>",
    )  # fmt: skip
    assert cell(html, element="A.1")[2:] == (
        "Significant, no dated source, not confirmed", "◐ 1<i>□</i>",
    )  # fmt: skip
    assert cell(html, element="A.2")[2:] == ("Not targeted", "○ 0")
    assert cell(html, element="B") == ("cell none", "0", "Not assessed", "–")
    strategy = factories.get_element("A").strategy
    factories.revise_as(strategy, {"A": "material"}, day=str(confirmed.valid_from))
    assert cell(page(client))[2:] == (
        "Principal, needs review: the element&#x27;s wording has changed, not confirmed",
        "● 2<i>↻</i>",
    )  # fmt: skip


def test_a_closed_branch_says_how_much_below_is_assessed(client, programme, aiko):
    factories.align(programme, "A.1", 1, by=aiko)
    client.force_login(aiko)
    html = page(client, "?open=-")
    assert cell(html)[3] == "–<small>1/2</small>"
    assert cell(html, element="A.1") is None
    opened = page(client, "?open=A")
    assert cell(opened)[3] == "–"
    assert cell(opened, element="A.1")[3].startswith("◐ 1")


def test_staff_begin_with_their_own_departments(client, programme, aiko, dai):
    factories.make_programme("PRG-2", department=factories.make_department("DEP-B"))
    client.force_login(aiko)
    assert 'data-programme="PRG-2"' not in page(client)
    everybody = page(client, "?whose=all")
    rows = re.findall(r'<tr data-programme="([^"]*)"( data-may)?>', everybody)
    assert rows == [("PRG-1", " data-may"), ("PRG-2", "")]
    assert 'data-programme="PRG-2"' in page(client, "?department=DEP-B")
    client.force_login(dai)
    assert 'data-programme="PRG-2"' in page(client)


def test_another_day_is_only_read(client, programme, aiko):
    client.force_login(aiko)
    html = page(client, "?day=2026-01-01&whose=all")
    assert "data-may" not in html
    assert 'aria-readonly="true"' in html
    assert "can only be read" in html


def test_what_is_asked_for_is_on_its_page(client, department_a, dai):
    factories.make_strategy(elements=("A",))
    for number in range(60):
        factories.make_programme(f"PRG-{number:02}", department=department_a)
    client.force_login(dai)
    assert 'data-programme="PRG-55"' not in page(client)
    assert 'data-programme="PRG-55"' in page(client, "?at=PRG-55")


def test_an_empty_grid_says_what_to_do(client, aiko, department_a):
    client.force_login(aiko)
    assert "Nothing to tag against" in page(client)
    factories.make_strategy()
    assert "No active programme here" in page(client)


def test_few_questions_whatever_there_is(
    client, programme, aiko, django_assert_num_queries
):
    factories.align(programme, "A", 2, by=aiko)
    client.force_login(aiko)
    page(client)
    with django_assert_num_queries(6):
        page(client)
    for number in (2, 3):
        other = factories.make_programme(f"PRG-{number}", department=programme.department)
        for element in ("A", "A.1", "B"):
            factories.align(other, element, 2, by=aiko)
    page(client)
    with django_assert_num_queries(6):
        page(client)


# --- one cell ---


def test_a_save_answers_with_the_cell_and_the_change(client, programme, aiko):
    client.force_login(aiko)
    answer = write(client, level=2, rationale="It is what it is for.", **SOURCE)
    row = Alignment.objects.get()
    assert (row.level, row.rationale, row.opened_in.by) == (
        2,
        "It is what it is for.",
        aiko,
    )
    told = answer.json()
    assert told["change"] == row.opened_in_id
    assert cell(told["cells"]["PRG-1 A"])[1:3] == (str(row.pk), "Principal, not confirmed")
    assert told["message"] == "PRG-1 × A is recorded."


def test_a_new_level_keeps_the_sources(client, programme, aiko):
    undated = factories.a_source(title="Old list", dated_on=None)
    old = factories.load_history(programme, "A", 2, "2020-01-01", evidence=[undated])
    client.force_login(aiko)
    seen = [("PRG-1", "A", old.pk)]
    assert write(client, cells=seen, level=1, rationale="Less.").status_code == 200
    row = Alignment.objects.open().get()
    assert [source.title for source in row.evidence.all()] == ["Old list"]
    seen = [("PRG-1", "A", row.pk)]
    assert write(client, cells=seen, do="evidence", **SOURCE).status_code == 200
    titles = Evidence.objects.filter(alignment=Alignment.objects.open().get())
    assert sorted(titles.values_list("title", flat=True)) == ["Annual report", "Old list"]


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"level": 1, "rationale": ""}, "rationale", "this level needs a rationale"),
        ({"level": 2, "rationale": "Yes."}, "source-title", "needs a dated source"),
        ({"level": 7, "rationale": "Yes."}, "level", "0, 1 or 2"),
        ({"rationale": "Yes."}, "level", "0, 1 or 2"),
        ({"level": 1, "rationale": "<b>Yes</b>"}, "rationale", "markup"),
        ({"level": 1, "rationale": "=1+1"}, "rationale", "formula"),
        ({"level": 1, "rationale": "Yes.", "source-title": "S"}, "source-url", "address"),
        ({"do": "evidence"}, "source-title", "title"),
        ({"do": "vanish"}, "do", "vanish"),
        (
            {"level": 0, "rationale": "No.", "cells": [("PRG-1", "X", 0)]},
            "cells",
            "PRG-1 × X",
        ),
        (
            {"level": 0, "rationale": "No.", "cells": [("<", ">", 0)]},
            "cells",
            "There is no",
        ),
    ],
)
def test_what_is_wrong_is_said_by_field(client, programme, aiko, given, field, words):
    client.force_login(aiko)
    before = Change.objects.count()
    answer = write(client, **given)
    assert answer.status_code == 400
    assert words in " ".join(answer.json()["errors"][field])
    assert (Alignment.objects.count(), Change.objects.count()) == (0, before)


def test_who_was_slower_is_told_what_stands_there(client, programme, aiko, dai):
    factories.align(programme, "A", 1, by=dai, rationale="Dai's words.")
    client.force_login(aiko)
    answer = write(client, level=0, rationale="Aiko's words.")
    assert answer.status_code == 409
    told = answer.json()
    assert told["conflicts"] == {
        "PRG-1 A": {
            "level": 1, "level_name": "Significant", "rationale": "Dai's words.",
            "by": "dai",
        }
    }  # fmt: skip
    assert cell(told["cells"]["PRG-1 A"])[0] == "cell l1"
    assert Alignment.objects.get().rationale == "Dai's words."


def test_only_those_who_may(client, programme, ben):
    for person in (ben, factories.make_person("o", role="staff")):
        client.force_login(person)
        answer = write(client, level=0, rationale="No.")
        assert answer.status_code == 400
        assert "department" in answer.json()["errors"]["cells"][0]
    client.logout()
    assert write(client, level=0, rationale="No.").status_code == 401
    assert Alignment.objects.count() == 0


# --- several ---


def test_several_are_previewed_and_then_written_in_one_change(client, programme, aiko):
    old = factories.align(programme, "A", 1, by=aiko)
    client.force_login(aiko)
    cells = [("PRG-1", "A", old.pk), ("PRG-1", "A.1", 0), ("PRG-1", "B", 0)]
    given = fields(cells=cells, level=0, rationale="Not a purpose.")
    before = Change.objects.count()
    shown = text_of(client.post(reverse("tagging-preview"), given))
    assert "3 cells" in shown and "2 Add" in shown and "1 Update" in shown
    assert (Alignment.objects.count(), Change.objects.count()) == (1, before)

    told = client.post(reverse("tagging-write"), given).json()

    assert Change.objects.count() == before + 1
    assert Alignment.objects.filter(opened_in=told["change"]).count() == 3
    assert sorted(told["cells"]) == ["PRG-1 A", "PRG-1 A.1", "PRG-1 B"]


def test_a_preview_says_which_are_refused(client, programme, aiko):
    factories.make_programme("PRG-2")
    client.force_login(aiko)
    given = fields(
        cells=[("PRG-1", "A", 0), ("PRG-2", "A", 0)], level=0, rationale="Not a purpose."
    )
    html = client.post(reverse("tagging-preview"), given).content.decode()
    assert 'data-refused="PRG-2 A"' in html
    assert 'data-refused="PRG-1 A"' not in html
    assert 'data-do="apply" disabled' in html
    assert client.post(reverse("tagging-write"), given).status_code == 400
    assert Alignment.objects.count() == 0


def preview(client, **given):
    return client.post(reverse("tagging-preview"), fields(**given))


@pytest.mark.parametrize("do", ["confirm", "withdraw"])
def test_where_nothing_is_recorded_there_is_nothing_to_do(client, programme, dai, do):
    client.force_login(dai)
    empty = [("PRG-1", "A", 0), ("PRG-1", "B", 0)]
    shown = preview(client, do=do, cells=empty)
    assert shown.status_code == 200
    assert text_of(shown).count("Nothing is recorded here.") == 2
    assert 'data-do="apply" disabled' in shown.content.decode()
    answer = write(client, do=do, cells=empty)
    assert (answer.status_code, answer.json()["errors"]["cells"]) == (
        400,
        ["PRG-1 × A: Nothing is recorded here.", "PRG-1 × B: Nothing is recorded here."],
    )
    alone = write(client, do=do, cells=empty[:1])
    assert alone.json()["errors"] == {"cells": ["Nothing is recorded here."]}


def test_a_source_is_not_added_to_an_empty_cell(client, programme, aiko):
    client.force_login(aiko)
    answer = write(client, do="evidence", **SOURCE)
    assert answer.json()["errors"] == {"cells": ["Nothing is recorded here."]}
    assert Alignment.objects.count() == 0


def test_a_cell_that_is_named_twice_is_refused(client, programme, dai, aiko):
    row = factories.align(programme, "A", 1, by=aiko)
    client.force_login(dai)
    twice = [("PRG-1", "A", row.pk)] * 2
    for do in ("confirm", "withdraw"):
        shown = text_of(preview(client, do=do, cells=twice))
        assert "This cell stands here twice." in shown
        assert write(client, do=do, cells=twice).status_code == 400
    assert Alignment.objects.get().confirmed_in is None


def test_a_preview_says_what_became_of_what_was_seen(client, programme, aiko, dai):
    gone, changed = (factories.align(programme, code, 1, by=aiko) for code in ("A", "B"))
    ledger.withdraw(programme=programme, element=gone.element, replaces=gone.pk, by=dai)
    factories.align(programme, "B", 0, by=dai, rationale="Dai's words.")
    client.force_login(aiko)
    seen = [("PRG-1", "A", gone.pk), ("PRG-1", "B", changed.pk)]
    given = {"cells": seen, "level": 1, "rationale": "Aiko's words."}
    shown = text_of(preview(client, **given))
    assert re.search(r"PRG-1 × A – Not assessed Withdrawn meanwhile", shown)
    assert re.search(r"PRG-1 × B ○ Not targeted Dai's words. Somebody was faster", shown)
    told = write(client, **given | {"cells": seen[:1]}).json()
    assert (told["conflicts"], told["message"]) == (
        {"PRG-1 A": None},
        "What stood there has been withdrawn.",
    )


def test_a_preview_shows_what_stands_where_it_is_refused(client, programme, aiko, dai):
    row = factories.align(programme, "A", 0, by=dai, rationale="Not a purpose.")
    client.force_login(dai)
    shown = text_of(preview(client, do="confirm", cells=[("PRG-1", "A", row.pk)]))
    assert "PRG-1 × A ○ Not targeted Not a purpose." in shown
    assert "Only a second person with the right can confirm this." in shown


def test_a_preview_names_the_level_and_counts_only_what_would_be_written(
    client, programme, aiko
):
    factories.make_programme("PRG-2")
    same = factories.align(programme, "A.1", 0, by=aiko, rationale="Not a purpose.")
    client.force_login(aiko)
    cells = [("PRG-1", "A", 0), ("PRG-2", "A", 0), ("PRG-1", "A.1", same.pk)]
    given = {"level": 0, "rationale": "Not a purpose."}
    shown = text_of(preview(client, cells=cells, **given))
    assert "3 cells ○ Not targeted · Not a purpose." in shown
    assert "Write 1 cell" in shown
    told = write(client, cells=[cells[0], cells[2]], **given).json()
    assert told["message"] == "PRG-1 × A is recorded."


def test_who_confirms_sees_why_and_what_has_changed_since(client, programme, aiko, dai):
    row = factories.align(programme, "A", 1, by=aiko, rationale="It helps.")
    ledger.confirm(alignment=row, by=dai)
    source = factories.a_source(title="Call of 2026")
    newer = factories.align(
        programme, "A", 2, by=aiko, rationale="It helps much.", evidence=[source]
    )
    client.force_login(dai)
    given = fields(do="confirm", cells=[("PRG-1", "A", newer.pk)])
    answer = client.post(reverse("tagging-preview"), given)
    assert "It helps much." in text_of(answer)
    assert "Call of 2026" in text_of(answer)
    assert "<ins> much</ins>" in answer.content.decode()
    assert "Confirm 1 cell" in text_of(answer)
    assert Alignment.objects.open().get().confirmed_in is None


def test_several_are_withdrawn_and_confirmed(client, programme, aiko, dai):
    rows = [factories.align(programme, code, 1, by=aiko) for code in ("A", "A.1", "B")]
    names = [("PRG-1", row.element.code, row.pk) for row in rows]
    client.force_login(dai)
    write(client, do="confirm", cells=names[:2])
    assert Alignment.objects.exclude(confirmed_in=None).count() == 2
    write(client, do="withdraw", cells=names[1:])
    assert Alignment.objects.open().get() == rows[0]


def test_all_that_match_are_named_on_every_page(client, programme, aiko, dai):
    for number in range(2, 60):
        factories.make_programme(f"PRG-{number}", department=programme.department)
    factories.make_programme("OTHER-1")
    row = factories.align(programme, "A", 1, by=aiko)
    client.force_login(dai)
    address = reverse("tagging-names") + "?department=DEP-A&elements=A,B"
    lines = client.get(address).json()["cells"]
    assert len(lines) == 118
    assert f"PRG-1 A {row.pk}" in lines and "PRG-59 B 0" in lines


def test_cells_are_told_as_they_stand_now(client, programme, aiko):
    row = factories.align(programme, "A", 1, by=aiko, rationale="Why.")
    client.force_login(aiko)
    told = client.get(reverse("tagging-cells") + "?cell=PRG-1%20A&details=1").json()
    assert cell(told["cells"]["PRG-1 A"])[1] == str(row.pk)
    assert told["details"] == {"PRG-1 A": {"level": 1, "rationale": "Why."}}


# --- undo ---


def test_undo_answers_with_the_cells_that_it_brought_back(client, programme, aiko):
    client.force_login(aiko)
    change = write(client, level=0, rationale="By mistake.").json()["change"]
    answer = client.post(
        reverse("revert", args=[change]), headers={"Accept": "application/json"}
    )
    assert answer.json()["cells"] == ["PRG-1 A"]
    assert not Alignment.objects.open().exists()
    again = client.post(
        reverse("revert", args=[change]), headers={"Accept": "application/json"}
    )
    assert (again.status_code, again.json()["change"]) == (409, None)


def test_a_change_is_taken_back_after_a_look(client, programme, aiko, dai):
    client.force_login(aiko)
    cells = [("PRG-1", "A", 0), ("PRG-1", "B", 0)]
    change = write(client, cells=cells, level=0, rationale="Wrong.").json()["change"]
    factories.align(programme, "B", 1, by=dai, rationale="Newer words.")
    before = Change.objects.count()
    assert "Take back this change" in text_of(client.get(reverse("change", args=[change])))
    shown = text_of(client.get(reverse("revert", args=[change])))
    assert "Newer words." in shown and "Wrong." in shown
    assert "Something newer stands here." in shown
    assert Change.objects.count() == before

    answer = client.post(reverse("revert", args=[change]))

    new = Change.objects.latest("id")
    assert answer.url.startswith(reverse("change", args=[new.pk]))
    assert (new.action, new.reverts_id) == ("revert", change)
    assert Alignment.objects.open().get().rationale == "Newer words."
    assert f"Change {new.pk}" in text_of(client.get(reverse("change", args=[change])))


def test_what_is_no_change_of_the_ledger_is_not_taken_back(client, programme, aiko, ben):
    other = Change.objects.filter(action="edit_programme").latest("id")
    client.force_login(aiko)
    assert client.post(reverse("revert", args=[other.pk])).status_code == 403
    mine = factories.align(programme, "A", 1, by=aiko).opened_in
    client.force_login(ben)
    assert client.post(reverse("revert", args=[mine.pk])).status_code == 403
    assert Alignment.objects.open().count() == 1
