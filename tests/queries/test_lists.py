"""Lists of rows, programmes and changes: complete, in order, at a fixed cost."""

import datetime

import pytest

from strategy_app.coverage import frame
from strategy_app.models import Change, Programme
from strategy_app.models.dates import today
from strategy_app.queries import alignment, change, history, programme
from strategy_app.services import ledger, reference
from tests import factories


@pytest.fixture
def cell(dai):
    """A programme whose element A was judged three times, the last time withdrawn."""
    factories.make_strategy()
    prg = factories.make_programme()
    factories.load_history(prg, "A", 0, "2020-04-01", "2021-04-01")
    factories.load_history(prg, "A", 1, "2021-04-01")
    row = factories.align(prg, "A", 2)
    ledger.withdraw(programme=prg, element=row.element, replaces=row.pk, by=dai)
    factories.align(prg, "B", 1)
    return prg


@pytest.mark.parametrize(
    ("day", "levels"),
    [("2020-03-31", {}), ("2020-04-01", {"A": 0}), ("2021-04-01", {"A": 1}),
     ("2199-01-01", {"B": 1})],
)  # fmt: skip
def test_rows_in_force_on_a_day_by_element(cell, day, levels):
    found = alignment.in_force_of_programme(cell, "STR", datetime.date.fromisoformat(day))
    assert {row.element.code: row.level for row in found.values()} == levels
    assert all(pk == row.element_id for pk, row in found.items())


def test_histories_are_complete_and_newest_first(cell):
    element = factories.get_element("A")
    as_of = frame.current(), today()
    assert [row.level for row in alignment.history_of_element(element, *as_of)] == [2, 1, 0]
    of_cell = alignment.history_of_programme(cell, *as_of)
    assert [row.level for row in of_cell] == [1, 2, 1, 0]
    assert alignment.open_row(cell, element) is None
    assert alignment.open_row(cell, factories.get_element("B")).level == 1


def test_a_list_of_rows_costs_two_queries(cell, django_assert_num_queries):
    for code in ("A", "A.1", "A.2"):
        factories.align(cell, code, 2, evidence=[factories.a_source()] * 3)
    with django_assert_num_queries(2):
        for row in alignment.rows():
            assert row.programme.department is None
            assert row.element.strategy.code == "STR"
            assert row.opened_in.by is None or row.opened_in.by.username
            assert len(row.evidence.all()) in (0, 1, 3)


def test_changes_count_their_rows_each_by_itself(cell, dai, chie):
    row = factories.align(cell, "B", 0, by=dai)
    ledger.confirm(alignment=row, by=chie)
    found = {
        row.action: (row.opened_count, row.closed_count, row.confirmed_count)
        for row in change.with_counts(change.changes().order_by("id"))
    }
    assert found["align"] == (1, 1, 0)
    assert found["withdraw"] == (0, 1, 0)
    assert found["confirm"] == (0, 0, 1)
    assert found["edit_programme"] == (0, 0, 0)


def test_the_rows_of_a_change(cell, dai):
    row = factories.align(cell, "B", 0, by=dai)
    found = change.ledger_rows(Change.objects.latest("id"), frame.current(), today(), 10)
    assert found["opened"] == [row]
    assert [(old.level, old.closed_in) for old in found["closed"]] == [(1, row.opened_in)]
    assert found["confirmed"] == []


def test_the_newest_changes_say_nothing_of_accounts(cell):
    factories.make_person("ben")
    actions = [row.action for row in change.latest(3)]
    assert actions == ["align", "withdraw", "align"]


def test_edits_say_from_what_to_what(db, chie):
    prg = factories.make_programme(name_en="Old name", status="active")
    prg.name_en, prg.status, prg.partner_countries = "New name", "closing", ["US", "DE"]
    reference.save(prg, by=chie)
    newest = Change.objects.latest("id")
    (edit,) = history.edits_of(newest)
    assert (edit.kind, edit.model, edit.object_id, edit.name, edit.change_id) == (
        "~", "programme", prg.pk, "PRG-1", newest.pk,
    )  # fmt: skip
    assert history.count_of(newest) == 1
    values = {value.label: (value.before, value.after) for value in edit.values}
    assert values["name (English)"] == ("Old name", "New name")
    assert values["status"] == ("Active", "Closing (no new calls)")
    assert len(values) == 3
    assert [row.kind for row in history.edits_to(prg)] == ["~", "+"]


def test_a_search_asks_for_every_word_in_either_language(db):
    factories.make_programme(
        "SATREPS", name_en="Research partnership", name_ja="地球規模課題"
    )
    factories.make_programme("CREST", name_en="Team research", summary_en="Partnership")
    columns = frame.current()

    def found(words):
        mask = programme.matching(columns, words)
        return [
            code for code, here in zip(columns.programmes.codes, mask, strict=True) if here
        ]

    assert found("") == ["CREST", "SATREPS"]
    assert found("partnership RESEARCH") == ["CREST", "SATREPS"]
    assert (
        found("地球") == found("ＳＡＴＲＥＰＳ") == found("satreps partner") == ["SATREPS"]
    )
    assert found("satreps team") == found("100%") == []


@pytest.mark.parametrize(
    ("sort", "codes"),
    [
        ("code", "ABC"), ("-code", "CBA"), ("start", "BAC"), ("-start", "ABC"),
        ("end", "ABC"), ("-end", "ABC"), ("department", "CAB"), ("-department", "CAB"),
    ],
)  # fmt: skip
def test_programmes_in_an_order_with_the_unknown_last(db, sort, codes):
    department = factories.make_department()
    factories.make_programme("A", starts_on="2020", ends_on="2030")
    factories.make_programme("B", starts_on="2010")
    factories.make_programme("C", department=department)
    columns = frame.current()
    everything = columns.programmes.starts < 2**31 - 1
    order = programme.ordered(columns, everything, sort)
    rows = programme.in_order(columns, order)
    assert "".join(row.code for row in rows) == codes
    assert all(isinstance(row, Programme) for row in rows)
