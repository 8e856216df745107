"""Page = API = coverage module: the same numbers, on days of every kind."""

import datetime
import itertools

import pytest

from strategy_app.coverage import counts, frame, gaps
from strategy_app.coverage.scope import Scope
from strategy_app.importers import fixtures
from strategy_app.models import Programme
from tests import factories

DAYS = [
    datetime.date(2010, 1, 1),  # before the first revision
    datetime.date(2017, 8, 1),  # its first day, before the first record
    datetime.date(2023, 6, 29),  # the day before the second round
    datetime.date(2026, 6, 30),
    datetime.date(2026, 11, 22),
    datetime.date(2040, 4, 1),  # after the last end date
]


@pytest.fixture
def real_data(db):
    fixtures.load_facts()
    fixtures.load_illustrations()


def numbers_of_module(scope):
    coverage = counts.elements(frame.current(), scope)
    if coverage.tree is None:
        return coverage.active, {}
    return coverage.active, {
        code: coverage.counts[row].tolist()
        for row, code in enumerate(coverage.tree.codes)
        if coverage.tree.alignable[row]
    }


def test_page_and_api_say_what_the_module_says(client, ben, real_data):
    client.force_login(ben)
    for day, rollup in itertools.product(DAYS, [True, False]):
        check_overview(client, day, rollup)


def check_overview(client, day, rollup):
    active, elements = numbers_of_module(Scope("JST-INTL", day, rollup=rollup))
    query = f"strategy=JST-INTL&day={day}&rollup={str(rollup).lower()}"

    answer = client.get(f"/api/v1/coverage/?{query}").json()
    assert answer["active_programmes"] == active
    assert {
        item["element"]: [item[state] for state in counts.STATES]
        for item in answer["elements"]
    } == elements

    page = client.get(f"/?{query}")
    assert page.context["coverage"].active == active
    assert {
        row.code: [part.count for part in row.parts]
        for row in page.context.get("rows") or []
    } == elements


def test_matrix_page_and_api_say_what_the_module_says(client, ben, real_data):
    client.force_login(ben)
    for day, by in itertools.product(DAYS, counts.GROUPINGS):
        check_matrix(client, day, by)


def check_matrix(client, day, by):
    grouped = counts.by_group(frame.current(), Scope("JST-INTL", day), by)
    query = f"strategy=JST-INTL&day={day}&by={by}"

    answer = client.get(f"/api/v1/coverage/matrix/?{query}").json()
    assert [group["group"] for group in answer["groups"]] == grouped.groups
    assert [group["active_programmes"] for group in answer["groups"]] == list(
        grouped.active
    )
    table = client.get(f"/matrix/?{query}").context["table"]
    columns = {column.code: number for number, column in enumerate(table.columns)}
    order = [columns[code] for code in grouped.groups]  # countries stand by their names
    assert sorted(order) == list(range(len(table.columns)))
    assert [table.columns[at].active for at in order] == list(grouped.active)
    if grouped.overall.tree is not None:
        rows = grouped.overall.tree.alignable
        supported = grouped.supported[rows].tolist()
        assert [[row.cells[at].count for at in order] for row in table.rows] == supported
        assert [
            [
                group["elements"][number]["principal"]
                + group["elements"][number]["significant"]
                for group in answer["groups"]
            ]
            for number in range(len(supported))
        ] == supported


@pytest.mark.parametrize("basis", ["programmes", "budget"])
@pytest.mark.parametrize("by", ["fiscal_year", "strategy"])
def test_years_and_strategies_are_the_same_on_the_page_and_in_the_api(
    client, ben, real_data, by, basis
):
    client.force_login(ben)
    factories.make_budget(Programme.objects.get(code="SATREPS"), 2026, 700)
    for day in DAYS:
        query = f"strategy=JST-INTL&day={day}&by={by}&basis={basis}"
        answer = client.get(f"/api/v1/coverage/matrix/?{query}").json()
        table = client.get(f"/matrix/?{query}").context["table"]
        amount = "active" if basis == "budget" else "active_programmes"
        assert [(column.code, column.active) for column in table.columns] == [
            (group["group"], group[amount]) for group in answer["groups"]
        ]
        by_code = [
            {row["element"]: row for row in group["elements"]} for group in answer["groups"]
        ]
        for row in table.rows:
            for cell, rows in zip(row.cells, by_code, strict=True):
                found = rows.get(row.element.code)
                assert bool(cell.address) == (found is not None)
                if found:
                    supported = found["principal"] + found["significant"]
                    assert (cell.count, cell.assessed) == (
                        supported,
                        supported + found["not_targeted"],
                    )


def test_gaps_page_and_api_say_what_the_module_says(client, ben, real_data):
    client.force_login(ben)
    for day in DAYS:
        check_gaps(client, day)


def check_gaps(client, day):
    scope = Scope("JST-INTL", day)
    found = gaps.find(frame.current(), scope, by="category")
    answer = client.get(f"/api/v1/coverage/gaps/?strategy=JST-INTL&day={day}").json()
    assert [(gap["kind"], gap["group"]) for gap in answer["gaps"]] == [
        (gap.kind.value, gap.group) for gap in found
    ]
    page = client.get(f"/gaps/?strategy=JST-INTL&day={day}")
    assert page.context["all"] == len(found)
    assert [row.kind for row in page.context["rows"]] == [gap.kind for gap in found[:50]]


def test_every_number_of_the_overview_is_the_length_of_its_list(client, ben, real_data):
    client.force_login(ben)
    for day in DAYS:
        page = client.get(f"/?strategy=JST-INTL&day={day}")
        for row in (page.context.get("rows") or [])[::7]:
            for part in row.parts:
                listed = client.get(part.address)
                assert listed.context["page"].paginator.count == part.count


def test_known_numbers_of_the_illustrative_data(real_data):
    """Counted by hand in the files, so that all agreeing on a mistake would show."""
    _active, elements = numbers_of_module(
        Scope("JST-INTL", datetime.date(2026, 11, 22), rollup=False)
    )
    # alignments.csv, in force: GI-1 has two at level 0, KP-2.5 none at all.
    assert (elements["GI-1"], elements["KP-2.5"][:3]) == (
        [0, 0, 2, 58],
        [0, 0, 0],
    )
