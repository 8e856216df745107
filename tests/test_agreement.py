"""Page = API = coverage module: the same numbers, on days of every kind."""

import datetime
import itertools
from collections import Counter

import pytest
import time_machine

from strategy_app.coverage import counts, frame, gaps
from strategy_app.coverage.scope import Scope
from strategy_app.models import Alignment, Change, Programme
from strategy_app.services import ledger, reference
from tests import factories
from tests.coverage.oracle import Oracle
from tests.views.reading import parts_of

DAYS = [
    datetime.date(2010, 1, 1),  # before the first revision
    datetime.date(2017, 8, 1),  # its first day, before the first record
    datetime.date(2023, 6, 29),  # the day before the second round
    datetime.date(2026, 6, 30),
    datetime.date(2026, 11, 22),
    datetime.date(2040, 4, 1),  # after the last end date
]


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


# --- what a record is worth, on days that are past and as it was known ---


@pytest.fixture
def told(db, aiko, dai, chie, department_a):
    """Records of every state, and the changes after which things stood otherwise.

    Of four programmes in 2026: all records are of January; those of A and B are confirmed
    in March; in April PRG-2 is described anew; the revision of June says A anew, the one of
    August leaves B out; since then PRG-3 is withdrawn from A, and PRG-4 judges it again.
    """
    strategy = factories.make_strategy()
    with time_machine.travel("2026-01-10T03:00:00+00:00") as clock:
        programmes = [
            factories.make_programme(
                f"PRG-{n}", department=department_a, summary_en="Funds joint research."
            )
            for n in range(1, 5)
        ]
        for programme, code in itertools.product(programmes, ["A", "A.1", "B"]):
            evidence = [] if (programme.code, code) == ("PRG-1", "B") else None
            factories.align(programme, code, 1, by=aiko, evidence=evidence)
        changes = [Change.objects.latest("id").pk]

        clock.move_to("2026-03-10T03:00:00+00:00")
        for row in Alignment.objects.filter(element__code__in=["A", "B"]):
            ledger.confirm(alignment=row, by=dai)
        changes.append(Change.objects.latest("id").pk)

        clock.move_to("2026-04-10T03:00:00+00:00")
        programmes[1].summary_en = "Builds telescopes."
        reference.save(programmes[1], by=chie)
        changes.append(Change.objects.latest("id").pk)

        clock.move_to("2026-05-10T03:00:00+00:00")
        factories.revise_as(strategy, {"A": "material"}, day="2026-06-01")
        changes.append(Change.objects.latest("id").pk)
        tree = [("A", None, True), ("A.1", "A", True), ("A.2", "A", True)]
        factories.revise(strategy, tree, day="2026-08-01")

        clock.move_to("2026-09-10T03:00:00+00:00")
        rows = Alignment.objects.open().filter(element__code="A")
        row = rows.get(programme=programmes[2])
        ledger.withdraw(
            programme=row.programme, element=row.element, replaces=row.pk, by=aiko
        )
        factories.align(programmes[3], "A", 2, by=aiko)
        changes.append(Change.objects.latest("id").pk)
    with time_machine.travel("2026-12-01T03:00:00+00:00"):
        yield changes


STATE_DAYS = [
    datetime.date(2026, 1, 9),  # before the first record
    datetime.date(2026, 5, 15),  # before what lapses by the revision of June
    datetime.date(2026, 5, 31),
    datetime.date(2026, 6, 1),
    datetime.date(2026, 8, 1),
    datetime.date(2026, 9, 10),
    datetime.date(2026, 12, 1),
    datetime.date(2027, 2, 10),
    datetime.date(2027, 2, 11),  # the first day after thirteen months
]


def states_of_oracle(day, known_at=None):
    """Return (confirmed, lapse) of each row of the ledger, and which hold on the day."""
    oracle, scope = Oracle(known_at), Scope("STR", day)
    states, held = {}, set()
    for row in oracle.rows:
        is_confirmed = oracle.is_confirmed(row)
        states[row.pk] = (
            is_confirmed and oracle.lapse(row, scope) is None,
            oracle.lapse(row, scope) if is_confirmed else None,
        )
        if oracle.holds(row, day):
            held.add(row.pk)
    return states, held


def asked_as(day, known_at):
    return f"day={day}" + (f"&known_at={known_at}" if known_at else "")


def questions(changes):
    """Yield every day as it is known now, and today as it was known at each change."""
    yield from ((day, None) for day in STATE_DAYS)
    yield from itertools.product([STATE_DAYS[1], STATE_DAYS[3], STATE_DAYS[6]], changes)


def test_the_api_says_of_each_record_what_it_was_worth(client, ben, told):
    client.force_login(ben)
    for day, known_at in questions(told):
        states, held = states_of_oracle(day, known_at)
        answer = client.get(f"/api/v1/alignments/?{asked_as(day, known_at)}").json()
        assert {
            row["id"]: (row["confirmed"], row["lapse"]) for row in answer["results"]
        } == {pk: states[pk] for pk in held}, (day, known_at)


# What a page says of a confirmation, by whether it stands and why not.
SAYS = {
    "✓ confirmed": (True, None),
    "the element's wording has changed since": (False, "wording"),
    "the programme's text has changed since": (False, "programme"),
}


def said_in(text):
    found = [state for words, state in SAYS.items() if words in text]
    return found[0] if found else (False, None)


def test_the_programmes_page_says_what_a_record_was_worth(client, ben, told):
    client.force_login(ben)
    rows = {row.pk: row for row in Alignment.objects.select_related("element", "programme")}
    for (day, known_at), number in itertools.product(questions(told), [1, 2, 3, 4]):
        states, held = states_of_oracle(day, known_at)
        page = client.get(f"/programmes/PRG-{number}/?{asked_as(day, known_at)}")
        tree = (frame.as_known_at(known_at) if known_at else frame.current()).tree(
            "STR", day
        )
        expected = {
            code: (False, None)
            for code, yes in zip(tree.codes, tree.alignable, strict=True)
            if yes
        }
        for pk in held:
            row = rows[pk]
            if row.programme.code == f"PRG-{number}" and row.element.code in expected:
                expected[row.element.code] = states[pk]
        lines = {code: said_in(text) for code, text in parts_of(page, "li", "line")}
        assert lines == expected, (day, known_at, number)


def test_the_elements_page_says_what_its_records_were_worth(client, ben, told):
    client.force_login(ben)
    for (day, known_at), code in itertools.product(questions(told), ["A", "B"]):
        states, _held = states_of_oracle(day, known_at)
        of_code = Alignment.objects.filter(element__code=code, pk__in=states)
        page = client.get(f"/strategy/STR/{code}/?{asked_as(day, known_at)}")
        assert page.status_code == 200
        told_of = [said_in(text) for _id, text in parts_of(page, "tr") if "#" in text]
        assert told_of == [
            states[pk]
            for pk in of_code.order_by("-opened_in", "-id").values_list("pk", flat=True)
        ], (day, known_at, code)


def test_coverage_counts_what_the_lists_call_confirmed(client, ben, told):
    client.force_login(ben)
    for day, known_at in questions(told):
        asked = asked_as(day, known_at)
        rows = client.get(f"/api/v1/alignments/?{asked}").json()["results"]
        counted = client.get(
            f"/api/v1/coverage/?{asked}&rollup=false&layer=confirmed"
        ).json()["elements"]
        listed = Counter(
            row["element"] for row in rows if row["confirmed"] and row["evidence"]
        )
        assert {
            item["element"]: item["principal"] + item["significant"] for item in counted
        } == {item["element"]: listed[item["element"]] for item in counted}, asked
