"""Coverage through the API: exact answers, the same as the module's, and their ETag."""

import datetime

import pytest
import time_machine
from rest_framework.test import APIClient

from strategy_app.coverage import counts, frame, gaps
from strategy_app.coverage.scope import Scope
from strategy_app.models import Category, Change, Programme
from tests import factories
from tests.api.answers import client_of, error

URL = "/api/v1/coverage/"
DAYS = ["2017-07-31", "2025-06-30", "2026-06-30"]


def parts(element, *numbers):
    return {"element": element} | dict(zip(counts.STATES, numbers, strict=True))


def numbers_of(row):
    return [row[state] for state in counts.STATES]


@pytest.fixture
def ledger(strategy, department_a):
    """Three programmes in two categories; what they support changes with the years."""
    a, b = factories.make_category("CAT-A"), factories.make_category("CAT-B")
    one = factories.make_programme(
        "P-1", category=a, department=department_a, partner_countries=["TH", "ID"]
    )
    two = factories.make_programme("P-2", category=b, partner_countries=["TH"])
    factories.make_programme("P-3", category=b, ends_on="2025", status="closed")
    for number, amount in [("P-1", 300), ("P-2", 100)]:
        programme = {"P-1": one, "P-2": two}[number]
        factories.make_budget(programme, 2026, amount)
    factories.load_history(one, "A.1", 2, "2025-04-01", "2026-04-01")
    factories.load_history(one, "A.1", 1, "2026-04-01")
    factories.load_history(two, "A.1", 0, "2026-04-01")
    factories.load_history(two, "A.2", 2, "2026-06-30")
    return Change.objects.latest("id").pk


def test_coverage_by_element(api, ledger):
    """B is context, so it is not in the answer; A counts what stands below it."""
    assert api.get(f"{URL}?strategy=STR&day=2026-06-30&rollup=true").json() == {
        "strategy": "STR",
        "day": "2026-06-30",
        "change": Change.objects.latest("id").pk,
        "rollup": True,
        "active_programmes": 2,
        "elements": [
            parts("A", 1, 1, 0, 0),
            parts("A.1", 0, 1, 1, 0),
            parts("A.2", 1, 0, 0, 1),
        ],
    }


def test_direct_coverage_of_another_day_in_a_department(api, ledger):
    query = "?day=2025-12-31&rollup=false&department=DEP-A"
    assert api.get(f"{URL}{query}").json() == {
        "strategy": "STR",
        "day": "2025-12-31",
        "change": Change.objects.latest("id").pk,
        "rollup": False,
        "active_programmes": 1,
        "elements": [
            parts("A", 0, 0, 0, 1),
            parts("A.1", 1, 0, 0, 0),
            parts("A.2", 0, 0, 0, 1),
        ],
    }


def test_coverage_by_budget_says_so(api, ledger):
    assert api.get(f"{URL}?day=2026-06-30&basis=budget").json() == {
        "strategy": "STR",
        "day": "2026-06-30",
        "change": Change.objects.latest("id").pk,
        "rollup": True,
        "active_programmes": 2,
        "basis": "budget",
        "active": 400,
        "programmes_with_budget": 2,
        "elements": [
            parts("A", 100, 300, 0, 0),
            parts("A.1", 0, 300, 100, 0),
            parts("A.2", 100, 0, 0, 300),
        ],
    }


@pytest.mark.parametrize(
    ("asked", "sums"),
    [
        ("matrix/?by=category", {"CAT-A": (2, 1, 300), "CAT-B": (1, 1, 100)}),
        ("matrix/?by=fiscal_year", {"2025": (3, 0, 0), "2026": (3, 2, 400)}),
        ("timeline/?from=2025&to=2026", {2025: (3, 0, 0), 2026: (3, 2, 400)}),
    ],
)
def test_every_sum_of_budgets_says_of_how_many_it_is(api, ledger, asked, sums):
    factories.make_programme("UNKNOWN", category=Category.objects.get(code="CAT-A"))
    answer = api.get(f"{URL}{asked}&day=2026-06-30&basis=budget").json()
    names = ("active_programmes", "programmes_with_budget", "active")
    found = {
        row.get("group") or row["fiscal_year"]: tuple(row[name] for name in names)
        for row in answer.get("groups") or answer["points"]
    }
    assert {key: found[key] for key in sums} == sums
    plain = api.get(f"{URL}{asked}&day=2026-06-30").json()
    for row in plain.get("groups") or plain["points"]:
        assert {"active", "programmes_with_budget"}.isdisjoint(row)


def test_coverage_before_the_first_revision_and_without_any_strategy(api, ledger):
    answer = api.get(f"{URL}?day=2017-07-31").json()
    assert (answer["active_programmes"], answer["elements"]) == (3, [])


def test_coverage_where_there_is_no_strategy(api):
    today = datetime.date(2026, 6, 30)
    assert api.get(f"{URL}?day=2026-06-30").json() == {
        "strategy": "",
        "day": today.isoformat(),
        "change": Change.objects.latest("id").pk,
        "rollup": True,
        "active_programmes": 0,
        "elements": [],
    }


def test_coverage_by_group(api, ledger):
    head = {
        "strategy": "STR",
        "day": "2026-06-30",
        "change": Change.objects.latest("id").pk,
        "rollup": True,
        "active_programmes": 2,
    }
    one = [parts("A", 0, 1, 0, 0), parts("A.1", 0, 1, 0, 0), parts("A.2", 0, 0, 0, 1)]
    two = [parts("A", 1, 0, 0, 0), parts("A.1", 0, 0, 1, 0), parts("A.2", 1, 0, 0, 0)]
    both = [parts("A", 1, 1, 0, 0), parts("A.1", 0, 1, 1, 0), parts("A.2", 1, 0, 0, 1)]

    def group(code, active, elements):
        return {"group": code, "active_programmes": active, "elements": elements}

    expected = {
        "category": [group("CAT-A", 1, one), group("CAT-B", 1, two)],
        "department": [group("DEP-A", 1, one), group("unknown", 1, two)],
        "country": [group("ID", 1, one), group("TH", 2, both)],
        "status": [group("active", 2, both)],
    }
    for by, groups in expected.items():
        answer = api.get(f"{URL}matrix/?day=2026-06-30&by={by}").json()
        assert answer == head | {"by": by, "groups": groups}
    assert api.get(f"{URL}matrix/?day=2026-06-30").json()["by"] == "category"


def test_a_matrix_by_budget_gives_numbers_of_programmes_too(api, ledger):
    answer = api.get(f"{URL}matrix/?day=2026-06-30&by=country&basis=budget").json()
    assert (answer["active_programmes"], answer["active"]) == (2, 400)
    assert [
        (group["group"], group["active_programmes"], group["active"])
        for group in answer["groups"]
    ] == [("ID", 1, 300), ("TH", 2, 400)]


def test_coverage_by_fiscal_year(api, ledger):
    """The years of the timeline; each with its own programmes, days and elements."""
    with time_machine.travel("2026-06-30T12:00:00+09:00", tick=False):
        answer = api.get(f"{URL}matrix/?day=2026-06-30&by=fiscal_year").json()
    assert answer["active_programmes"] == 2
    assert [
        (group["group"], group["day"], group["future"], group["active_programmes"])
        for group in answer["groups"]
    ] == [
        ("2025", "2026-03-31", False, 2),
        *((str(year), f"{year + 1}-03-31", True, 2) for year in range(2026, 2032)),
    ]
    assert answer["groups"][0]["elements"] == [
        parts("A", 1, 0, 0, 1),
        parts("A.1", 1, 0, 0, 1),
        parts("A.2", 0, 0, 0, 2),
    ]


def test_coverage_by_what_supports_another_strategy(api, ledger):
    """P-1 supports X, and P-2 was found not to: so X has one, and Y nothing at all."""
    address = f"{URL}matrix/?strategy=STR&day=2026-06-30&by=strategy"
    assert api.get(address).json()["groups"] == []
    factories.make_strategy("OTH", elements=("X", "X.1", "Y"))
    for code, level in [("P-1", 1), ("P-2", 0)]:
        programme = Programme.objects.get(code=code)
        element = factories.get_element("X.1", "OTH")
        factories.load_history(programme, element, level, "2026-04-01")
    answer = api.get(address).json()
    assert (answer["by"], answer["second"]) == ("strategy", "OTH")
    assert answer["groups"] == [
        {
            "group": "X",
            "active_programmes": 1,
            "elements": [
                parts("A", 0, 1, 0, 0),
                parts("A.1", 0, 1, 0, 0),
                parts("A.2", 0, 0, 0, 1),
            ],
        },
        {
            "group": "Y",
            "active_programmes": 0,
            "elements": [parts(code, 0, 0, 0, 0) for code in ("A", "A.1", "A.2")],
        },
    ]
    by_budget = api.get(f"{address}&second=OTH&basis=budget").json()["groups"]
    assert [(row["active_programmes"], row["active"]) for row in by_budget] == [
        (1, 300),
        (0, 0),
    ]
    assert numbers_of(by_budget[0]["elements"][1]) == [0, 300, 0, 0]
    refused = api.get(f"{address}&second=NOPE")
    assert (refused.status_code, refused.json()) == (
        400,
        error("invalid_choice", "There is no “NOPE” here.", "second"),
    )


def test_gaps_ranked(api, ledger):
    def gap(rank, kind, element, actual, **fields):
        nothing = dict.fromkeys(
            ["by", "group", "from", "programmes", "measure", "target", "low", "high"]
        )
        named = {"rank": rank, "kind": kind, "element": element, "actual": actual}
        named["programmes_without_budget"] = 0
        return nothing | named | fields

    answer = api.get(f"{URL}gaps/?day=2026-06-30&by=department").json()
    hole = {"by": "department"}
    assert {name: answer[name] for name in ("strategy", "day", "change")} == {
        "strategy": "STR",
        "day": "2026-06-30",
        "change": Change.objects.latest("id").pk,
    }
    assert [row for row in answer["gaps"] if row["kind"] in ("thin", "hole")] == [
        gap(1, "thin", "A.1", 1, programmes=["P-1"]),
        gap(2, "thin", "A.2", 1, programmes=["P-2"]),
        gap(6, "hole", "A.2", 0, group="DEP-A", **hole),
    ]
    assert [row["kind"] for row in answer["gaps"] if row["element"] == "A"] == [
        "unevidenced"
    ]
    holes = api.get(f"{URL}gaps/?day=2026-06-30&by=department&kind=hole").json()["gaps"]
    assert [(row["rank"], row["group"]) for row in holes] == [(1, "DEP-A")]


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("rollup", [True, False])
def test_the_api_agrees_with_the_coverage_module(api, ledger, day, rollup):
    scope = Scope("STR", datetime.date.fromisoformat(day), rollup=rollup)
    query = f"?strategy=STR&day={day}&rollup={str(rollup).lower()}"
    now = frame.current()
    coverage = counts.elements(now, scope)
    grouped = counts.by_group(now, scope, "category")
    found = gaps.find(now, scope, by="category")
    rows = (
        {
            code: numbers
            for code, numbers, alignable in zip(
                coverage.tree.codes,
                coverage.counts.tolist(),
                coverage.tree.alignable,
                strict=True,
            )
            if alignable
        }
        if coverage.tree
        else {}
    )
    answer = api.get(f"{URL}{query}").json()
    assert answer["change"] == now.change
    assert answer["active_programmes"] == coverage.active
    assert {
        row["element"]: [row[state] for state in counts.STATES]
        for row in answer["elements"]
    } == rows
    matrix = api.get(f"{URL}matrix/{query}&by=category").json()
    assert [group["group"] for group in matrix["groups"]] == grouped.groups
    assert [
        [numbers_of(row) for row in group["elements"]] for group in matrix["groups"]
    ] == [
        grouped.counts[coverage.tree.alignable, index].tolist() if coverage.tree else []
        for index in range(len(grouped.groups))
    ]
    listed = api.get(f"{URL}gaps/{query}").json()["gaps"]
    assert [(gap["kind"], gap["group"], gap["actual"]) for gap in listed] == [
        (str(gap.kind), gap.group, gap.actual) for gap in found
    ]


# --- ETag ---


@pytest.mark.parametrize("address", ["", "matrix/", "gaps/"])
def test_what_has_not_changed_is_not_sent_again(api, ledger, address):
    first = api.get(f"{URL}{address}?day=2026-06-30")
    etag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = api.get(f"{URL}{address}?day=2026-06-30", HTTP_IF_NONE_MATCH=etag)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == etag
    for header in ("Accept-Language", "Authorization", "Cookie"):
        assert header in again.headers["Vary"]
    weak = api.get(f"{URL}{address}?day=2026-06-30", HTTP_IF_NONE_MATCH=f"W/{etag}")
    assert weak.status_code == 304


def test_a_signed_in_browser_keeps_nothing(client, ben, ledger):
    client.force_login(ben)
    answer = client.get(f"{URL}?day=2026-06-30")
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert answer.json()["active_programmes"] == 2


def test_every_change_makes_a_new_etag(api, ledger, dai):
    first = api.get(f"{URL}?day=2026-06-30")
    factories.make_programme("P-4")
    again = api.get(f"{URL}?day=2026-06-30", HTTP_IF_NONE_MATCH=first.headers["ETag"])
    assert again.status_code == 200
    assert again.json()["change"] > first.json()["change"]
    assert again.headers["ETag"] != first.headers["ETag"]


def test_another_question_language_or_reader_has_another_etag(api, ledger, settings):
    settings.PUBLIC_PAGES = True
    day = "?day=2026-06-30"
    answers = [
        api.get(f"{URL}{day}"),
        api.get(f"{URL}{day}&rollup=false"),
        api.get(f"{URL}{day}", HTTP_ACCEPT_LANGUAGE="ja"),
        api.get(f"{URL}gaps/{day}"),
        APIClient().get(f"{URL}{day}"),
    ]
    etags = {answer.headers["ETag"] for answer in answers}
    assert len(etags) == len(answers)


def test_today_is_another_question_tomorrow(ben, ledger):
    with time_machine.travel("2026-06-29T12:00:00+09:00", tick=False):
        api = client_of(ben)
        first = api.get(URL)
    with time_machine.travel("2026-06-30T12:00:00+09:00", tick=False):
        again = api.get(URL, HTTP_IF_NONE_MATCH=first.headers["ETag"])
    assert first.json()["elements"][2] == parts("A.2", 0, 0, 0, 2)
    assert again.json()["elements"][2] == parts("A.2", 1, 0, 0, 1)


def test_whoever_may_not_read_is_not_told_that_nothing_changed(api, ledger):
    etag = api.get(URL).headers["ETag"]
    answer = APIClient().get(URL, HTTP_IF_NONE_MATCH=etag)
    assert (answer.status_code, answer.json()) == (
        401,
        error("not_authenticated", "Authentication credentials were not provided."),
    )


@pytest.mark.parametrize(
    "address", ["", "matrix/?by=country", "matrix/?by=fiscal_year", "gaps/"]
)
def test_coverage_asks_two_queries_whatever_there_is(
    api, strategy, department_a, django_assert_num_queries, address
):
    """The token and the newest change; the rest is in the frame."""
    for numbers in ([1], [2, 3]):
        for number in numbers:
            programme = factories.make_programme(f"P-{number}", partner_countries=["TH"])
            factories.align(programme, "A.1")
        frame.current()
        with django_assert_num_queries(2):
            answer = api.get(f"{URL}{address}")
        assert answer.json()["change"] == Change.objects.latest("id").pk
