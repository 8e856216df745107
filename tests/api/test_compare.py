"""Comparing through the API: exact answers, refusals, and an ETag like its siblings'."""

import datetime

import pytest
import time_machine

from strategy_app.api import coverage as api_coverage
from strategy_app.coverage import compare, counts, frame
from strategy_app.coverage.scope import Scope
from strategy_app.models import Change
from tests import factories
from tests.api.answers import error

URL = "/api/v1/coverage/compare/"


def four(*numbers):
    return dict(zip(counts.STATES, numbers, strict=True))


@pytest.fixture
def ledger(strategy, department_a):
    """Two programmes; what they support changes on 1 April 2026."""
    one = factories.make_programme("P-1", department=department_a)
    two = factories.make_programme("P-2", starts_on="2026-04-01")
    factories.load_history(one, "A.1", 2, "2025-04-01", "2026-04-01")
    factories.load_history(one, "A.1", 1, "2026-04-01")
    factories.load_history(two, "A.2", 0, "2025-04-01")
    return one


# Each element on 31 March and on 1 April 2026, and what makes the difference.
MARCH = {"A": four(1, 0, 0, 0), "A.1": four(1, 0, 0, 0), "A.2": four(0, 0, 0, 1)}
APRIL = {"A": four(0, 1, 1, 0), "A.1": four(0, 1, 0, 1), "A.2": four(0, 0, 1, 1)}


def change(programme, element, kind, before, after):
    return {
        "programme": programme,
        "element": element,
        "kind": kind,
        "before": before,
        "after": after,
    }


CHANGES = [
    change("P-1", "A", "lowered", 2, 1),
    change("P-2", "A", "begun", None, 0),
    change("P-1", "A.1", "lowered", 2, 1),
    change("P-2", "A.2", "begun", None, 0),
]


def sides(a, b):
    return [{"element": code, "a": a[code], "b": b[code]} for code in ("A", "A.1", "A.2")]


def test_two_days(api, ledger):
    assert api.get(f"{URL}?day=2026-04-01&with=2026-03-31").json() == {
        "strategy": "STR",
        "change": Change.objects.latest("id").pk,
        "elements": sides(MARCH, APRIL),
        "changes": CHANGES,
    }


def test_a_is_before_and_b_after_whichever_day_is_asked_for(api, ledger):
    answer = api.get(f"{URL}?day=2026-03-31&with=2026-04-01").json()
    assert answer["elements"] == sides(MARCH, APRIL)
    assert answer["changes"] == CHANGES


def test_without_another_day_a_year_before(api, ledger):
    with time_machine.travel("2027-03-31T12:00:00+09:00", tick=False):
        answer = api.get(URL).json()
    assert answer["elements"] == sides(MARCH, APRIL)
    assert answer["changes"] == CHANGES


def test_a_side_without_a_revision_is_null(api, ledger):
    answer = api.get(f"{URL}?day=2026-04-01&with=2010-01-01").json()
    nothing = dict.fromkeys(APRIL)
    assert answer["elements"] == sides(nothing, APRIL)
    assert answer["changes"] == [
        change("P-1", "A", "added", None, 1),
        change("P-2", "A", "begun", None, 0),
        change("P-1", "A.1", "added", None, 1),
        change("P-2", "A.2", "begun", None, 0),
    ]


def test_two_departments_have_numbers_and_no_changes(api, ledger):
    answer = api.get(
        f"{URL}?day=2026-04-01&department=DEP-A&with_department=unknown"
    ).json()
    assert answer["elements"] == sides(
        {"A": four(0, 0, 1, 0), "A.1": four(0, 0, 0, 1), "A.2": four(0, 0, 1, 0)},
        {"A": four(0, 1, 0, 0), "A.1": four(0, 1, 0, 0), "A.2": four(0, 0, 0, 1)},
    )
    assert answer["changes"] == []


def test_two_layers_show_what_would_be_lost(api, ledger):
    answer = api.get(f"{URL}?day=2026-04-01&rollup=false&with_layer=evidenced").json()
    assert [row["a"] for row in answer["elements"]] == [
        four(0, 0, 0, 2),
        four(0, 1, 0, 1),
        four(0, 0, 1, 1),
    ]
    assert [row["b"] for row in answer["elements"]] == [four(0, 0, 0, 2)] * 3
    assert answer["changes"] == [
        change("P-1", "A.1", "lacking", 1, None),
        change("P-2", "A.2", "lacking", 0, None),
    ]
    turned = api.get(
        f"{URL}?day=2026-04-01&rollup=false&layer=evidenced&with_layer=claimed"
    ).json()
    assert (turned["elements"], turned["changes"]) == (
        answer["elements"],
        answer["changes"],
    )


@pytest.mark.parametrize(
    "query",
    [
        "day=2026-04-01&with=2026-03-31",
        "day=2026-03-31&with=2030-01-01",
        "day=2026-04-01&with_layer=evidenced",
        "day=2026-04-01&layer=evidenced&with_layer=claimed",
    ],
)
def test_the_changes_are_what_makes_b_of_a(api, ledger, query):
    """Counted from the changes alone: a, less what was before, and what is after, is b."""
    answer = api.get(f"{URL}?{query}").json()
    names = {2: "principal", 1: "significant", 0: "not_targeted"}
    for element in answer["elements"]:
        counted = {name: element["a"][name] for name in names.values()}
        for row in answer["changes"]:
            if row["element"] == element["element"]:
                if row["before"] is not None:
                    counted[names[row["before"]]] -= 1
                if row["after"] is not None:
                    counted[names[row["after"]]] += 1
        assert counted == {name: element["b"][name] for name in names.values()}


def test_what_was_known_at_an_earlier_change(api, ledger):
    known = Change.objects.latest("id").pk
    factories.load_history(ledger, "A.2", 2, "2026-01-01")
    answer = api.get(f"{URL}?day=2026-04-01&rollup=false&with_known_at={known}").json()
    assert answer["change"] == Change.objects.latest("id").pk
    assert answer["changes"] == [change("P-1", "A.2", "added", None, 2)]


@pytest.mark.parametrize("rollup", [True, False])
def test_api_page_and_module_agree(client, api, ben, ledger, rollup):
    client.force_login(ben)
    scope = Scope("STR", datetime.date(2026, 4, 1), rollup=rollup)
    other = scope.but(day=datetime.date(2026, 3, 31))
    columns = frame.current()
    pair = compare.pair(columns, scope, columns, other, by="day")
    query = f"?day=2026-04-01&with=2026-03-31&rollup={str(rollup).lower()}"
    answer = api.get(f"{URL}{query}").json()
    page = client.get(f"/compare/{query}")
    assert [
        (row["element"], list(row["a"].values()), list(row["b"].values()))
        for row in answer["elements"]
    ] == [
        (
            code,
            compare.four_counts(pair.before, code),
            compare.four_counts(pair.after, code),
        )
        for code in pair.codes
    ]
    assert [
        [list(row["a"].values()), list(row["b"].values())] for row in answer["elements"]
    ] == [
        [
            [number.before for number in row.numbers],
            [number.after for number in row.numbers],
        ]
        for row in page.context["elements"]
    ]
    assert [tuple(row.values()) for row in answer["changes"]] == [
        (row["code"], row["difference"].element, row["difference"].kind.value,
         row["difference"].before, row["difference"].after)
        for row in page.context["rows"]
    ]  # fmt: skip


# --- refusals ---


@pytest.mark.parametrize(
    ("query", "code", "detail", "attr"),
    [
        ("with=2026-02-30", "invalid", "Enter a day as 2026-03-31.", "with"),
        (
            "with=9999-01-01",
            "range",
            "Choose a day between 1900-01-01 and 2199-12-31.",
            "with",
        ),
        ("with_department=X", "invalid_choice", "There is no “X” here.", "with_department"),
        ("with_layer=x", "invalid_choice", "There is no “x” here.", "with_layer"),
        ("with_known_at=999999", "invalid_choice", "There is no “999999” here.",
         "with_known_at"),
        ("kind=added", "unknown", "There is no such parameter or field.", "kind"),
        ("with=2026-01-01&with=2026-01-02", "repeated", "Give this once.", "with"),
        (
            "with=2026-01-01&with_layer=fresh",
            "two_comparisons",
            "Compare one thing at a time: “Compare with the day” is given too.",
            "with_layer",
        ),
    ],
)  # fmt: skip
def test_what_is_refused_is_named(api, ledger, query, code, detail, attr):
    answer = api.get(f"{URL}?{query}")
    assert (answer.status_code, answer.json()) == (400, error(code, detail, attr))


def test_more_changes_than_fit_are_refused(api, ledger, monkeypatch):
    monkeypatch.setattr(api_coverage, "MOST_CHANGES", 3)
    address = f"{URL}?day=2026-04-01&with=2026-03-31"
    answer = api.get(address)
    assert (answer.status_code, answer.json()) == (
        400,
        error(
            "too_many",
            "This answer would hold 4 changes, and at most 3 fit: narrow it by category,"
            " department, country, status or q, or take nearer days.",
            "with",
        ),
    )
    narrowed = api.get(f"{address}&rollup=false").json()
    assert len(narrowed["changes"]) == 2


def test_ten_thousand_changes_fit():
    assert api_coverage.MOST_CHANGES == 10_000


# --- ETag and cost ---


def test_what_has_not_changed_is_not_sent_again(api, ledger):
    address = f"{URL}?day=2026-04-01&with=2026-03-31"
    first = api.get(address)
    again = api.get(address, HTTP_IF_NONE_MATCH=first.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    factories.make_programme("P-3")
    after = api.get(address, HTTP_IF_NONE_MATCH=first.headers["ETag"])
    assert after.status_code == 200
    assert after.json()["elements"][0]["b"] == four(0, 1, 1, 1)
    other = api.get(f"{URL}?day=2026-04-01&with=2026-03-30")
    assert other.headers["ETag"] != after.headers["ETag"]


def test_comparing_asks_two_queries_whatever_there_is(
    api, strategy, django_assert_num_queries
):
    """The token and the newest change; the rest is in the frame."""
    for numbers in ([1], [2, 3]):
        for number in numbers:
            programme = factories.make_programme(f"P-{number}")
            factories.load_history(programme, "A.1", 1, "2026-01-01")
        frame.current()
        with django_assert_num_queries(2):
            answer = api.get(f"{URL}?day=2026-04-01&with=2025-04-01")
        assert len(answer.json()["changes"]) == 2 * numbers[-1]
