"""Gaps in words: numbers of one measure, and links to just the rows that they count."""

import datetime

import pytest
import time_machine

from strategy_app.models import Target, Thresholds
from strategy_app.services import reference
from strategy_app.templatetags.strategy import quantity
from tests import factories
from tests.views.reading import link, text_of


@pytest.fixture
def strategy(db):
    return factories.make_strategy()


def supporting(code, level=1, element="B", **fields):
    programme = factories.make_programme(code, **fields)
    factories.load_history(programme, element, level, "2020-01-01")
    return programme


def rows_of(client, query):
    return client.get(f"/gaps/?{query}").context["rows"]


def listed(client, address):
    """Return the codes that a list behind a number holds."""
    return [row["programme"].code for row in client.get(address).context["programmes"]]


# --- cliffs ---


@pytest.fixture
def falling(strategy):
    """Two principal, one of which ends, and one significant that ends first."""
    supporting("PRG-1", 2, ends_on="2027")
    supporting("PRG-2", 2)
    supporting("PRG-3", 1, ends_on="2026-12")
    factories.make_target(factories.get_element("B"), 2, measure=Target.Measure.PRINCIPAL)


def test_a_cliff_under_a_target_speaks_of_the_target_alone(client, ben, falling):
    client.force_login(ben)
    (row,) = rows_of(client, "kind=cliff&day=2026-06-30")
    assert row.why == (
        "Programmes at principal: 2, from 1 January 2028 on 1, target 2; these end: PRG-1"
    )
    address = dict(row.actions)["See which"]
    assert listed(client, address) == ["PRG-1"]
    assert "1 programme ends before 1 January 2028" in text_of(client.get(address))


def test_a_cliff_without_a_target_says_that_none_is_left(client, ben, strategy):
    client.force_login(ben)
    supporting("PRG-1", ends_on="2027")
    supporting("PRG-2", status="planned", starts_on="2027", ends_on="2028")
    (row,) = rows_of(client, "kind=cliff&day=2026-06-30")
    assert row.why == (
        "supported by 1, from 1 January 2029 on by none; these end: PRG-1, PRG-2"
    )
    assert listed(client, dict(row.actions)["See which"]) == ["PRG-1", "PRG-2"]


def test_a_target_of_supporters_lists_them_also_where_only_principal_counts(
    client, ben, strategy
):
    client.force_login(ben)
    supporting("PRG-1", 1, ends_on="2027")
    supporting("PRG-2", 2)
    factories.make_target(factories.get_element("B"), 2)
    (row,) = rows_of(client, "kind=cliff&day=2026-06-30&level=2")
    assert "2, from 1 January 2028 on 1," in row.why
    assert listed(client, dict(row.actions)["See which"]) == ["PRG-1"]


def test_the_timeline_says_of_a_cliff_what_the_gaps_say(client, ben, falling):
    with time_machine.travel("2026-06-30T12:00:00+09:00", tick=False):
        client.force_login(ben)
        page = client.get("/timeline/?day=2026-06-30")
        (row,) = rows_of(client, "kind=cliff&day=2026-06-30")
    marks = [words for sign, *_rest, words in page.context["marks"] if sign == "cliff"]
    assert marks == [f"B, if nothing is added: {row.why}"]


def test_the_api_gives_the_numbers_of_a_cliff_with_their_measure(client, ben, falling):
    client.force_login(ben)
    (gap,) = client.get("/api/v1/coverage/gaps/?kind=cliff&day=2026-06-30").json()["gaps"]
    assert {name: gap[name] for name in ("measure", "actual", "low", "target", "from")} == {
        "measure": "principal",
        "actual": 2,
        "low": 1,
        "target": 2,
        "from": datetime.date(2028, 1, 1).isoformat(),
    }


# --- budgets that nobody knows ---


@pytest.fixture
def unbudgeted(strategy):
    """A share of budget to reach; one of three programmes has a budget, and supports."""
    first = supporting("PRG-1")
    factories.make_programme("PRG-2")
    factories.make_programme("PRG-3")
    factories.make_target(
        factories.get_element("B"), 20, measure=Target.Measure.SHARE_BUDGET
    )
    factories.make_budget(first, 2026, 3_500_000_000)


def test_a_target_in_budget_is_not_met_by_the_one_budget_on_record(client, ben, unbudgeted):
    client.force_login(ben)
    (row,) = [row for row in rows_of(client, "day=2026-06-30") if "budget" in row.why]
    assert (row.kind, row.why) == (
        "unknown",
        "Share of budget (%): target 20 %; no budget is on record for 2 of 3 active"
        " programmes, so it may be anything from 0 % to 100 %",
    )
    ((label, address),) = row.actions
    assert (label, listed(client, address)) == ("2 without a budget", ["PRG-2", "PRG-3"])
    assert "Of 2 active programmes no budget is on record for FY2026" in text_of(
        client.get(address)
    )
    element = text_of(client.get("/strategy/STR/B/?day=2026-06-30"))
    assert "target met" not in element
    assert "not known: from 0 % to 100 %; no budget is on record for 2 of 3" in element
    api = client.get("/api/v1/coverage/gaps/?day=2026-06-30&kind=unknown").json()["gaps"]
    (gap,) = [gap for gap in api if gap["measure"]]
    assert (gap["low"], gap["high"], gap["programmes_without_budget"]) == (0, 100, 2)


@pytest.mark.parametrize(
    "path", ["/", "/matrix/", "/timeline/", "/strategy/STR/", "/strategy/STR/B/"]
)
def test_wherever_budget_is_counted_it_says_of_how_many_it_is_known(
    client, ben, unbudgeted, path
):
    client.force_login(ben)
    page = client.get(f"{path}?basis=budget&day=2026-06-30")
    assert "Budget known of 1 of 3 active programmes in FY2026" in text_of(page)
    assert listed(client, link(page, "The others")) == ["PRG-2", "PRG-3"]
    assert "Budget known" not in text_of(client.get(f"{path}?day=2026-06-30"))


def test_what_is_not_on_record_is_no_zero_on_the_overview(client, ben, unbudgeted):
    client.force_login(ben)

    def parts(day):
        rows = client.get(f"/?basis=budget&day={day}").context["rows"]
        return {row.code: [part.shown for part in row.parts] for row in rows}

    assert parts("2026-06-30")["B"] == ["0", "3,500", "0", "–"]
    assert parts("2025-06-30")["B"] == ["–"] * 4
    without = text_of(client.get("/?basis=budget&day=2025-06-30"))
    assert "Budget of active programmes – million JPY" in without


def test_compared_days_say_it_each_for_itself(client, ben, unbudgeted):
    client.force_login(ben)
    page = text_of(client.get("/compare/?basis=budget&day=2026-06-30&with=2025-06-30"))
    assert "budget known of 0 of 3 active programmes" in page
    assert "budget known of 1 of 3 active programmes" in page


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (0, "0"), (1, "<0.1"), (49_999, "<0.1"), (500_000, "0.5"), (2_000_000, "2"),
        (9_940_000, "9.9"), (9_960_000, "10"), (3_500_000_000, "3,500"), (-500_000, "-0.5"),
    ],
)  # fmt: skip
def test_amounts_are_said_in_millions(amount, shown):
    assert quantity(amount, "budget") == shown
    assert quantity(1168, "programmes") == "1,168"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/", "3,500 million JPY · known of 1 of 3 programmes"),
        ("/matrix/", "Category CAT-A 3,500"),
        ("/timeline/", "Amounts in million JPY."),
        ("/strategy/STR/B/", "Significant 3,500"),
        ("/compare/", "Budget 3,500 million JPY"),
    ],
)
def test_a_page_of_budgets_says_its_unit_once_and_counts_in_it(
    client, ben, unbudgeted, path, shown
):
    client.force_login(ben)
    page = client.get(f"{path}?basis=budget&day=2026-06-30")
    assert shown in text_of(page)
    assert "million JPY" in text_of(page)
    assert "3,500,000,000" not in page.content.decode()


def test_the_chart_of_budgets_counts_in_millions(client, ben, unbudgeted):
    client.force_login(ben)
    page = client.get("/timeline/?basis=budget&day=2026-06-30&from=2025&to=2027")
    drawn = page.content.decode()
    assert "Significant 3,500, Not targeted 0" in drawn
    assert ">3,000</text>" in drawn and "G</text>" not in drawn


def test_gaps_say_that_they_count_programmes_also_where_budget_is_counted(
    client, ben, unbudgeted
):
    client.force_login(ben)
    said = "Gaps are always counted in programmes"
    assert said in text_of(client.get("/gaps/?basis=budget"))
    assert said not in text_of(client.get("/gaps/"))
    card = "counted in programmes, also where budget is counted"
    assert card in text_of(client.get("/?basis=budget"))
    assert card not in text_of(client.get("/"))


# --- the way to what is left to assess ---


@pytest.fixture
def unassessed(strategy, department_a):
    """Four programmes, the second and third of department A; one is assessed."""
    supporting("PRG-1")
    own = [factories.make_programme(f"PRG-{n}", department=department_a) for n in (2, 3)]
    factories.make_programme("PRG-4")
    return own


def of_unknown(client, query=""):
    """Return what can be done about the element B, which is unknown."""
    rows = {row.code: row for row in rows_of(client, f"kind=unknown{query}")}
    return dict(rows["B"].actions)


def test_who_may_record_is_led_to_the_queue_of_the_element(client, aiko, dai, unassessed):
    for person, first in [(aiko, "PRG-2"), (dai, "PRG-2")]:
        client.force_login(person)
        actions = of_unknown(client)
        assert list(actions) == ["Assess them", "3 not assessed", "Those at level 1"]
        page = client.get(actions["Assess them"])
        assert page.context["queue"].shown == (first, "B")
        assert page.context["queue"].neighbours[1] == ("PRG-3", "B")
        assert listed(client, actions["3 not assessed"]) == ["PRG-2", "PRG-3", "PRG-4"]


def test_nobody_is_led_to_a_queue_in_which_nothing_waits_for_them(
    client, aiko, ben, unassessed
):
    client.force_login(ben)
    assert "Assess them" not in of_unknown(client)
    client.force_login(aiko)
    assert "Assess them" in of_unknown(client)
    # The queue is about today; and what lacks a source is not what nobody has assessed.
    assert "Assess them" not in of_unknown(client, "&day=2026-06-30")
    assert "Assess them" not in of_unknown(client, "&layer=evidenced")
    for programme in unassessed:
        factories.align(programme, "B", 0)
    offered = [
        label
        for row in rows_of(client, "")
        for label, _address in row.actions
        if row.code == "B"
    ]
    assert "1 not assessed" in offered and "Assess them" not in offered


# --- elements without support ---


def test_a_manager_finds_the_elements_that_no_programme_is_principal_for(
    client, dai, strategy
):
    client.force_login(dai)
    supporting("PRG-1", 2, "A.1")
    supporting("PRG-2", 1, "B")
    for number in (3, 4):
        factories.make_programme(f"PRG-{number}")
    overview = client.get("/?level=2")
    assert "2 /4" in text_of(overview) or "2/4" in text_of(overview)
    page = client.get(link(overview, "2 without a principal programme so far"))
    assert [row.code for row in page.context["rows"]] == ["B", "A.2"]
    assert {row.kind.value for row in page.context["rows"]} == {"unknown"}
    # Nobody who asks for what is uncovered is told that there is nothing to see.
    asked = client.get("/gaps/?level=2&kind=uncovered")
    assert asked.context["rows"] == []
    assert "there is none" not in text_of(asked)
    said = "2 more elements have no principal programme so far"
    assert said in text_of(asked)
    found = client.get(f"/gaps/{link(asked, 'Look at them')}").context["rows"]
    assert [row.code for row in found] == ["B", "A.2"]
    api = client.get("/api/v1/coverage/gaps/?level=2&kind=unsupported").json()["gaps"]
    assert [gap["element"] for gap in api] == ["B", "A.2"]


def test_an_uncovered_element_is_without_support_too(client, ben, strategy):
    client.force_login(ben)
    supporting("PRG-1", 0, "B")
    factories.make_programme("PRG-2")
    kinds = {row.code: row.kind.value for row in rows_of(client, "kind=unsupported")}
    assert kinds == {
        "A": "unknown", "A.1": "unknown", "A.2": "unknown", "B": "uncovered",
    }  # fmt: skip
    asked = text_of(client.get("/gaps/?kind=uncovered"))
    assert "3 more elements have no programme that supports them so far" in asked
    card = link(client.get("/?basis=budget"), "4 without a programme so far")
    assert "kind=unsupported" in card


# --- words and short lists ---


def test_a_group_that_is_not_known_is_no_hole(client, ben, strategy, department_a):
    client.force_login(ben)
    supporting("PRG-1", department=department_a)
    factories.make_programme("PRG-2")
    other = factories.make_department("DEP-B")
    factories.make_programme("PRG-3", department=other)
    rows = rows_of(client, "kind=hole&by=department")
    assert [(row.code, row.group) for row in rows] == [("B", "Department DEP-B")]
    matrix = client.get("/matrix/?by=department").context["table"]
    assert {
        column.code
        for row in matrix.rows
        for column, cell in zip(matrix.columns, row.cells, strict=True)
        if cell.is_hole
    } == {"DEP-B"}


def test_the_short_list_names_each_element_once(client, ben, strategy):
    client.force_login(ben)
    supporting("PRG-1")
    factories.make_target(factories.get_element("B"), 3)
    codes = [row.code for row in client.get("/").context["worst"]]
    assert sorted(codes) == ["A", "A.1", "A.2", "B"]


def test_the_latest_changes_say_of_which_element_a_target_was_edited(client, ben, strategy):
    client.force_login(ben)
    factories.make_programme()
    factories.make_target(factories.get_element("A.1"), 3)
    factories.make_target(factories.get_element("B"), 3)
    page = text_of(client.get("/"))
    assert "Edited a target · B" in page and "Edited a target · A.1" in page


def test_shares_are_said_alike_on_gaps_and_on_the_element(client, ben, strategy):
    client.force_login(ben)
    supporting("PRG-1")
    for number in range(2, 5):
        factories.make_programme(f"PRG-{number}")
    factories.make_target(
        factories.get_element("B"), 50, measure=Target.Measure.SHARE_ACTIVE
    )
    (row,) = rows_of(client, "kind=below_target")
    assert row.why == (
        "Share of active programmes (%): target 50 %, now 25 %, at most 100 %"
    )
    assert "25 points short: now 25 %, at most 100 %" in text_of(
        client.get("/strategy/STR/B/")
    )


def test_one_month_and_one_year_are_no_plural(client, ben, strategy):
    reference.save(Thresholds(fresh_months=1, horizon_years=1), by=None)
    client.force_login(ben)
    supporting("PRG-1")
    for path in ["/", "/gaps/", "/definitions/"]:
        page = text_of(client.get(path))
        assert "1 months" not in page and "1 years" not in page
    assert "within 1 month; " in text_of(client.get("/gaps/")) or "within 1 month)" in (
        text_of(client.get("/gaps/"))
    )


def test_the_form_of_a_target_says_beforehand_how_high_it_can_be(
    client, dai, strategy, department_a
):
    client.force_login(dai)
    supporting("PRG-1", department=department_a)
    factories.make_programme("PRG-2")
    page = text_of(client.get("/strategy/STR/B/targets/"))
    assert "At most 2 programmes, as many as are on record" in page
    target = factories.make_target(factories.get_element("B"), 1, department=department_a)
    page = text_of(client.get(f"/targets/{target.pk}/"))
    assert "At most 1 programme, as many as are on record." in page
