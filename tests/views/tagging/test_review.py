"""My work: what waits for me, where it is done, and how much in the navigation."""

import re

import pytest
from django.urls import reverse

from strategy_app.models import Change
from strategy_app.services import ledger
from strategy_app.services.change import recording
from tests import factories
from tests.views.reading import text_of


@pytest.fixture
def programme(department_a):
    factories.make_strategy(elements=("A", "A.1", "B"))
    return factories.make_programme(department=department_a)


def page(client, **asked):
    answer = client.get(reverse("review"), asked)
    assert answer.status_code == 200
    return answer


def numbers(answer):
    return {kind["kind"]: kind["number"] for kind in answer.context["kinds"]}


def test_everything_that_waits(client, aiko, dai, programme):
    theirs = factories.align(programme, "A", 2, by=dai)
    mine = factories.align(programme, "A.1", 1, by=aiko)
    ledger.send_back(alignment=mine, note="Which call?", by=dai)
    client.force_login(aiko)
    answer = page(client)
    assert numbers(answer) == {
        "not_assessed": 1,
        "needs_review": 0,
        "proposed": 0,
        "stale": 0,
        "unconfirmed": 1,
        "returned": 1,
    }
    oldest = {kind["kind"]: kind["oldest"] for kind in answer.context["kinds"]}
    assert oldest["stale"] is None
    assert oldest["unconfirmed"]["name"] == "PRG-1 × A"
    assert oldest["unconfirmed"]["since"] == theirs.valid_from
    assert client.get(oldest["unconfirmed"]["address"]).context["cell"].name == "PRG-1:A"
    (row,) = answer.context["rows"]
    assert [number for _label, number, _address in row["numbers"]] == [1, 0, 0, 0, 1, 1]


@pytest.mark.parametrize("how", ["left", "moved"])
def test_what_is_returned_to_somebody_who_is_gone_waits_for_the_department(
    client, aiko, dai, chie, ben, programme, how
):
    gina = factories.make_person("gina", role="staff", departments=[programme.department])
    department_b = factories.make_department("DEP-B")
    row = factories.align(programme, "A.1", 1, by=gina)
    ledger.send_back(alignment=row, note="Which call?", by=dai)
    client.force_login(aiko)
    assert numbers(page(client))["returned"] == 0
    client.force_login(gina)
    assert numbers(page(client))["returned"] == 1
    with recording(Change.Action.EDIT_PERSON, by=chie, source=Change.Source.ADMIN):
        if how == "left":
            gina.is_active = False
            gina.save()
        else:
            gina.departments.set([department_b])
    client.force_login(aiko)
    answer = page(client)
    assert numbers(answer)["returned"] == 1
    assert numbers(answer)["unconfirmed"] == 0
    where = {kind["kind"]: kind["address"] for kind in answer.context["kinds"]}
    assert "Which call?" in text_of(client.get(where["returned"]))
    if how == "moved":
        client.force_login(gina)
        assert "No programme of yours here" in text_of(page(client))


def test_each_number_leads_to_the_first_cell_of_its_programme(client, aiko, programme):
    factories.make_programme("PRG-2", department=programme.department)
    factories.align(programme, "A", 0, by=aiko)
    client.force_login(aiko)
    rows = page(client).context["rows"]
    assert [row["programme"].code for row in rows] == ["PRG-2", "PRG-1"]
    cells = [client.get(row["numbers"][0][2]).context["cell"].name for row in rows]
    assert cells == ["PRG-2:A", "PRG-1:A.1"]


def test_what_i_skipped_with_my_reason_until_it_is_settled(client, aiko, programme):
    element = factories.get_element("A")
    ledger.defer(programme=programme, element=element, reason="Asked.", by=aiko)
    client.force_login(aiko)
    (skipped,) = page(client).context["skipped"]
    assert (skipped["name"], skipped["reason"]) == ("PRG-1 × A", "Asked.")
    assert "Asked." in text_of(page(client))
    factories.align(programme, "A", by=aiko)
    assert page(client).context["skipped"] == []


def test_the_progress_of_a_department_leads_to_what_is_left(client, chie, programme):
    unknown = factories.make_programme("PRG-2")
    for each in (programme, unknown):
        factories.align(each, "A", 1, by=chie)
    strategy = programme.alignments.first().element.strategy
    factories.revise_as(strategy, {"A": "material"}, day="2020-04-01")
    client.force_login(chie)
    answer = page(client, category="CAT-A")
    found = [(name, left) for name, _item, left, _more in answer.context["rereading"]]
    assert [name for name, _left in found] == ["Not yet known", "Department DEP-A"]
    for (_name, left), code in zip(found, ["PRG-2", "PRG-1"], strict=True):
        assert client.get(left).context["cell"].name == f"{code}:A"


def test_nothing_waits(client, aiko, programme):
    for code in ("A", "A.1", "B"):
        factories.align(programme, code, 0, by=aiko)
    client.force_login(aiko)
    assert "Nothing waits for you" in text_of(page(client))


def test_somebody_without_a_department_is_told(client, programme):
    client.force_login(factories.make_person("eri", role="staff"))
    assert "No programme of yours here" in text_of(page(client))


def in_navigation(client, path="/"):
    page = client.get(path).content.decode()
    found = re.search(r'>My work <span class="count" id="waiting">([^<]+)</span></a>', page)
    return found and found[1]


def test_how_much_waits_stands_in_the_navigation(client, aiko, ben, dai, programme):
    factories.make_programme("PRG-2", department=None)
    row = factories.align(programme, "A", 2, by=dai)
    client.force_login(aiko)
    assert in_navigation(client) == "3"  # two to assess, one to confirm
    ledger.confirm(alignment=row, by=aiko)
    assert in_navigation(client) == "2"
    assert in_navigation(client, reverse("account")) == "2"
    client.force_login(dai)
    assert in_navigation(client) == "5"
    client.force_login(ben)
    assert in_navigation(client) is None
    assert "My work" not in text_of(client.get("/"))


@pytest.mark.parametrize("number", [1, 3])
def test_a_fixed_number_of_questions(
    client, aiko, dai, programme, number, django_assert_num_queries
):
    for count in range(number):
        other = factories.make_programme(
            f"PRG-{count + 5}", department=programme.department
        )
        factories.align(other, "A", 2, by=dai)
        row = factories.align(other, "B", 2, by=aiko)
        ledger.send_back(alignment=row, note="Why?", by=dai)
        element = factories.get_element("A.1")
        ledger.defer(programme=other, element=element, reason="Asked.", by=aiko)
    client.force_login(aiko)
    page(client)
    with django_assert_num_queries(6):
        page(client)
