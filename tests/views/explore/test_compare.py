"""Comparing: two sides, what differs, where each number leads, and what is refused."""

import datetime
import re

import pytest
import time_machine

from strategy_app.coverage import compare, frame
from strategy_app.coverage.scope import Scope
from strategy_app.services import ledger, reference
from tests import factories
from tests.views.reading import link, links_of, text_of

NOW = "2026-06-30T12:00:00+09:00"


@pytest.fixture(autouse=True)
def midsummer():
    with time_machine.travel(NOW, tick=False):
        yield


def at(day):
    return time_machine.travel(f"{day}T12:00:00+09:00", tick=False)


@pytest.fixture
def history(db):
    """Within the last year, one cell of each kind; all of them direct."""
    factories.make_strategy(elements=("A", "B", "C", "D"))
    dai = factories.make_person("dai", role="manager")
    one = factories.make_programme("PRG-1")
    new = factories.make_programme("PRG-2", starts_on="2026-01")
    old = factories.make_programme("PRG-3", ends_on="2026-01", status="closed")
    with at("2025-03-01"):
        removed = factories.align(one, "B", 1, by=dai)
        factories.align(one, "C", 1, by=dai)
        factories.align(one, "D", 2, by=dai)
    factories.load_history(new, "A", 1, "2025-01-01")
    factories.load_history(old, "A", 0, "2025-01-01")
    with at("2026-02-01"):
        factories.align(one, "A", 0, by=dai)
        ledger.withdraw(programme=one, element=removed.element, replaces=removed.pk, by=dai)
        factories.align(one, "C", 2, by=dai)
        factories.align(one, "D", 1, by=dai)
    return one


EVERY_KIND = [
    ("PRG-1", "A", "added", None, 0),
    ("PRG-2", "A", "begun", None, 1),
    ("PRG-3", "A", "ended", 0, None),
    ("PRG-1", "B", "removed", 1, None),
    ("PRG-1", "C", "raised", 1, 2),
    ("PRG-1", "D", "lowered", 2, 1),
]


def listed(page):
    return [
        (row["code"], row["difference"].element, row["difference"].kind.value,
         row["difference"].before, row["difference"].after)
        for row in page.context["rows"]
    ]  # fmt: skip


def test_without_another_day_a_year_before_is_compared(client, ben, history):
    client.force_login(ben)
    page = client.get("/compare/")
    assert [side["label"] for side in page.context["sides"]] == [
        "30 June 2025",
        "30 June 2026",
    ]
    assert listed(page) == EVERY_KIND


def test_the_earlier_day_is_before(client, ben, history):
    client.force_login(ben)
    page = client.get("/compare/?day=2025-06-30&with=2026-06-30")
    assert listed(page) == EVERY_KIND


@pytest.mark.parametrize("kind", [row[2] for row in EVERY_KIND])
def test_each_kind_has_a_tab_with_its_number(client, ben, history, kind):
    client.force_login(ben)
    page = client.get("/compare/")
    tab = next(row for row in page.context["kinds"] if row["kind"] == kind)
    assert tab["number"] == 1
    chosen = client.get(f"/compare/{tab['address']}")
    assert listed(chosen) == [row for row in EVERY_KIND if row[2] == kind]
    assert str(tab["definition"]) in text_of(chosen)


@pytest.mark.parametrize(
    ("language", "marks"),
    [
        (
            "en",
            ["◐ Significant → then ● Principal", "– Not assessed → then ○ Not targeted"],
        ),
        ("ja", ["◐ 重要(副次的)", "● 主要", "– 未評価", "○ 対象外"]),
    ],
)
def test_levels_are_told_by_shape_and_word(client, ben, history, language, marks):
    client.force_login(ben)
    text = text_of(client.get("/compare/", HTTP_ACCEPT_LANGUAGE=language))
    assert [mark for mark in marks if mark not in text] == []


def test_every_number_leads_to_as_many_rows_on_its_own_side(client, ben, history):
    client.force_login(ben)
    page = client.get("/compare/")
    seen = 0
    for element in page.context["elements"]:
        for number in element.numbers:
            for count, address in [
                (number.before, number.before_address),
                (number.after, number.after_address),
            ]:
                assert client.get(address).context["page"].paginator.count == count
                seen += 1
    assert seen == 4 * 4 * 2
    for side, number in zip(page.context["sides"], [2, 2], strict=True):
        assert side["active"] == number
        assert client.get(side["address"]).context["page"].paginator.count == number


def test_the_page_counts_what_the_module_counts(client, ben, history):
    client.force_login(ben)
    page = client.get("/compare/?with=2025-12-31")
    scope = Scope("STR", datetime.date(2026, 6, 30))
    columns = frame.current()
    pair = compare.pair(
        columns, scope, columns,
        scope.but(day=datetime.date(2025, 12, 31)), by="day",
    )  # fmt: skip
    assert {
        element.code: (
            [number.before for number in element.numbers],
            [number.after for number in element.numbers],
        )
        for element in page.context["elements"]
    } == {
        code: (
            compare.four_counts(pair.before, code),
            compare.four_counts(pair.after, code),
        )
        for code in pair.codes
    }
    assert page.context["all"] == len(pair.differences)


def test_differences_have_a_sign_and_lead_to_the_lines_of_the_element(client, ben, history):
    client.force_login(ben)
    page = client.get("/compare/")
    assert "▲ +1" in text_of(page)
    assert "▼ −1" in text_of(page)
    lines = client.get("/compare/" + link(page, "C Principal: +1"))
    assert listed(lines) == [("PRG-1", "C", "raised", 1, 2)]


def test_a_line_leads_to_the_programme_on_the_side_that_has_it(client, ben, history):
    client.force_login(ben)
    rows = {row["difference"].kind: row for row in client.get("/compare/").context["rows"]}
    assert rows["ended"]["address"] == "/programmes/PRG-3/?strategy=STR&day=2025-06-30#A"
    assert rows["added"]["address"] == "/programmes/PRG-1/?strategy=STR#A"


def test_before_the_first_revision_a_side_is_missing_not_zero(client, ben, history):
    client.force_login(ben)
    page = client.get("/compare/?with=2010-01-01")
    number = page.context["elements"][0].numbers[0]
    assert (number.before, number.after, number.difference) == (None, 0, None)
    assert "so this side has no numbers" in text_of(page)
    both = client.get("/compare/?day=2011-01-01&with=2010-01-01")
    assert "No revision is in force on this day" in text_of(both)


def test_the_same_on_both_sides_is_said(client, ben, history):
    client.force_login(ben)
    page = client.get("/compare/?with=2026-06-30")
    assert "Both sides are the same" in text_of(page)
    assert listed(page) == []
    newest = client.get(f"/compare/?with_known_at={frame.current().change}")
    assert "Both sides are the same" in text_of(newest)
    assert "Both sides are the same" not in text_of(client.get("/compare/"))


def test_layers_show_what_would_be_lost(client, ben, history):
    client.force_login(ben)
    page = client.get("/compare/?with_layer=confirmed")
    assert {row[2] for row in listed(page)} == {"lacking"}
    assert len(listed(page)) == 4
    assert [(row["kind"].value, row["number"]) for row in page.context["kinds"]] == [
        ("lacking", 4),
        ("lowered", 0),
    ]
    text = text_of(page)
    assert "The layer that holds more All that is claimed" in text
    assert "The stricter layer Confirmed by a second person" in text
    assert "Significant → then not confirmed" in text
    assert "→ then – Not assessed" not in text
    assert "Not assessed, or not at the layer" in text
    assert "Lowered A lower level at the stricter layer." in text
    for word in ("Before", "After", "Removed"):
        assert word not in text


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        ("evidenced", "no dated source"),
        ("confirmed", "not confirmed"),
        ("fresh", "not confirmed lately"),
    ],
)
def test_what_a_layer_lacks_is_said_in_its_words(client, ben, history, layer, words):
    client.force_login(ben)
    page = client.get(f"/compare/?with_layer={layer}")
    assert {str(row["lacks"]) for row in page.context["rows"]} == {words}
    assert {str(row["lacks"]) for row in client.get("/compare/").context["rows"]} == {""}


def test_what_was_known_at_a_change(client, ben, history):
    client.force_login(ben)
    known = frame.current().change
    factories.load_history(history, "B", 2, "2026-03-01")
    page = client.get(f"/compare/?with_known_at={known}")
    assert listed(page) == [("PRG-1", "B", "added", None, 2)]


# --- groups ---


@pytest.fixture
def two_categories(history):
    other = factories.make_category("CAT-B")
    programme = factories.make_programme("PRG-9", category=other)
    factories.align(programme, "B", 2)
    factories.align(programme, "C", 1)
    return programme


def test_two_categories_show_who_supports_what(client, ben, two_categories):
    client.force_login(ben)
    page = client.get("/compare/?category=CAT-A&with_category=CAT-B")
    assert [
        (row.element.code, row.support.value, [side.number for side in row.sides])
        for row in page.context["rows"]
    ] == [
        ("A", "only_first", [1, 0]),
        ("B", "only_second", [0, 1]),
        ("C", "both", [1, 1]),
        ("D", "only_first", [1, 0]),
    ]
    assert "nothing is added, raised, begun or ended between them" in text_of(page)
    assert "50 %" in text_of(page)  # PRG-1 of PRG-1 and PRG-2
    for row in page.context["rows"]:
        for side in row.sides:
            assert client.get(side.address).context["page"].paginator.count == side.number


@pytest.mark.parametrize(
    ("kind", "codes"),
    [("only_first", ["A", "D"]), ("only_second", ["B"]), ("both", ["C"]), ("neither", [])],
)
def test_tabs_of_groups(client, ben, two_categories, kind, codes):
    client.force_login(ben)
    page = client.get(f"/compare/?category=CAT-A&with_category=CAT-B&kind={kind}")
    assert [row.element.code for row in page.context["rows"]] == codes
    tab = next(row for row in page.context["supports"] if row["kind"] == kind)
    assert tab["number"] == len(codes)


def test_a_group_that_nobody_has_looked_at_is_told_from_one_that_does_not_support(
    client, ben, two_categories
):
    factories.align(two_categories, "A", 0)
    factories.align(two_categories, "D", 1)
    third = factories.make_programme("PRG-8", category=factories.make_category("CAT-C"))
    fourth = factories.make_programme("PRG-7", category=factories.make_category("CAT-D"))
    for programme, code in [(third, "A"), (fourth, "A"), (fourth, "C")]:
        factories.align(programme, code, 0)
    client.force_login(ben)
    page = client.get("/compare/?category=CAT-C&with_category=CAT-D")
    told = {row.element.code: row.support.value for row in page.context["rows"]}
    assert told == {"A": "neither", "B": "unknown", "C": "unknown", "D": "unknown"}
    numbers = re.findall(
        r'<td role="cell" class="number[^"]*">(.*?)</td>', page.content.decode()
    )
    said = [" ".join(re.sub("<[^>]+>", " ", number).split()) for number in numbers]
    assert (
        said == ["0 0 %"] * 2 + ["? Not assessed"] * 3 + ["0 0 %"] + ["? Not assessed"] * 2
    )


def test_groups_by_budget_support_what_has_no_budget_on_record(client, ben, two_categories):
    client.force_login(ben)
    page = client.get("/compare/?category=CAT-A&with_category=CAT-B&basis=budget")
    assert {row.element.code: row.support.value for row in page.context["rows"]} == {
        "A": "only_first", "B": "only_second", "C": "both", "D": "only_first",
    }  # fmt: skip
    assert "– No budget on record" in text_of(page)


def test_two_departments(client, ben, department_a, two_categories):
    programme = two_categories
    programme.department = department_a
    reference.save(programme, by=None)
    client.force_login(ben)
    page = client.get("/compare/?department=unknown&with_department=DEP-A")
    assert [side["label"] for side in page.context["sides"]] == [
        "Not yet known",
        "Department DEP-A",
    ]
    assert [side["active"] for side in page.context["sides"]] == [2, 1]


def test_each_tab_leads_to_a_comparison(client, ben, department_a, two_categories):
    factories.make_department("DEP-B")
    client.force_login(ben)
    addresses = [address for _l, address, _h in client.get("/compare/").context["tabs"]]
    assert [client.get(f"/compare/{address}").context["by"] for address in addresses] == [
        "day", "department", "category", "layer", "known_at",
    ]  # fmt: skip


# --- refusals ---


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("with=0000-00-00", "with", "Enter a day as 2026-03-31."),
        ("with=9999-01-01", "with", "Choose a day between 1900-01-01 and 2199-12-31."),
        ("with_department=GONE", "with_department", "There is no “GONE” here."),
        ("with_category=GONE", "with_category", "There is no “GONE” here."),
        ("with_layer=rumoured", "with_layer", "There is no “rumoured” here."),
        ("with_known_at=999999", "with_known_at", "There is no “999999” here."),
        ("kind=stolen", "kind", "There is no “stolen” here."),
        ("kind=both", "kind", "There is no “both” here."),
        ("with_category=CAT-A&kind=added", "kind", "There is no “added” here."),
        ("with_layer=confirmed&kind=removed", "kind", "There is no “removed” here."),
        ("kind=lacking", "kind", "There is no “lacking” here."),
        ("element=Z", "element", "There is no “Z” here."),
        (
            "with=2026-01-01&with_layer=confirmed",
            "with_layer",
            "Compare one thing at a time: “Compare with the day” is given too.",
        ),
    ],
)
def test_what_cannot_be_compared_is_said_next_to_the_field(
    client, ben, history, query, field, message
):
    client.force_login(ben)
    page = client.get(f"/compare/?{query}")
    assert page.status_code == 400
    assert page.context["form"].errors == {field: [message]}
    assert message in text_of(page)


def test_a_group_that_was_removed_is_refused_by_its_name(client, ben, history):
    department = factories.make_department("DEP-Z")
    client.force_login(ben)
    address = "/compare/?with_department=DEP-Z"
    assert client.get(address).context["by"] == "department"
    reference.delete(department, by=None)
    page = client.get(address)
    assert page.context["form"].errors == {"with_department": ["There is no “DEP-Z” here."]}


# --- overview ---


def test_the_overview_says_what_changed_since_a_day(client, ben, history):
    client.force_login(ben)
    page = client.get("/")
    since = page.context["since"]
    assert [(row["kind"].value, row["number"]) for row in since["kinds"]] == [
        ("added", 1), ("removed", 1), ("raised", 1), ("lowered", 1), ("begun", 1),
        ("ended", 1),
    ]  # fmt: skip
    compared = client.get(link(page, "Since 30 June 2025"))
    assert listed(compared) == EVERY_KIND
    for row in since["kinds"]:
        assert listed(client.get(row["address"])) == [
            line for line in EVERY_KIND if line[2] == row["kind"]
        ]


def test_the_overview_keeps_the_day_it_compares_with(client, ben, history):
    client.force_login(ben)
    page = client.get("/?with=2026-06-29&category=CAT-A")
    assert [row["number"] for row in page.context["since"]["kinds"]] == [0] * 6
    without = next(
        href for href, label in links_of(page) if label.startswith("Remove Category")
    )
    assert client.get(f"/{without}").context["since"]["before"] == datetime.date(
        2026, 6, 29
    )
    assert client.get("/?with=never").context["form"].errors == {
        "with": ["Enter a day as 2026-03-31."]
    }


def test_the_day_to_compare_with_is_chosen_on_the_overview(client, ben, history):
    client.force_login(ben)
    page = client.get("/?category=CAT-A&with=2026-01-15")
    (form,) = re.findall(
        r'<form method="get" class="[^"]*since-form[^"]*">.*?</form>',
        page.content.decode(),
        re.DOTALL,
    )
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))
    assert fields == {"strategy": "STR", "category": "CAT-A", "with": "2026-01-15"}
    chosen = client.get("/", fields | {"with": "2026-06-29"})
    assert chosen.context["since"]["before"] == datetime.date(2026, 6, 29)
    assert chosen.context["scope"].category == "CAT-A"


# --- size ---


def test_the_list_is_cut_into_pages_of_fifty(client, ben):
    factories.make_strategy(elements=("A", "B", "C"))
    for number in range(17):
        programme = factories.make_programme(f"PRG-{number}")
        for code in ("A", "B", "C"):
            factories.load_history(programme, code, 1, "2026-01-01")
    client.force_login(ben)
    first = client.get("/compare/")
    assert (first.context["all"], len(listed(first))) == (51, 50)
    second = client.get("/compare/" + link(first, "Next →"))
    assert len(listed(second)) == 1
    assert set(listed(first)) & set(listed(second)) == set()


@pytest.mark.parametrize(
    ("query", "expected"),
    [("", 4), ("with_layer=confirmed", 4), ("category=CAT-A&with_category=CAT-A", 3)],
)
def test_comparing_costs_a_fixed_number_of_queries(
    client, ben, query, expected, django_assert_num_queries
):
    factories.make_strategy(elements=["A", "B", "C"])
    client.force_login(ben)
    for codes in (["A"], ["B", "C"]):
        for code in codes:
            programme = factories.make_programme(f"PRG-{code}")
            for element in codes:
                factories.load_history(programme, element, 1, "2026-01-01")
        client.get(f"/compare/?{query}")
        with django_assert_num_queries(expected):
            assert client.get(f"/compare/?{query}").status_code == 200
