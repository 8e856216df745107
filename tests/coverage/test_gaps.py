"""Gaps of support over time: cliffs, and since when something is so."""

import datetime

import pytest

from strategy_app.coverage import cliffs as cliff_module
from strategy_app.coverage import counts, frame, gaps
from strategy_app.coverage import since as since_module
from strategy_app.coverage.scope import Scope
from strategy_app.models import Target
from strategy_app.models.dates import today
from strategy_app.services import ledger
from tests import factories

DAY = datetime.date(2024, 3, 31)


def cliffs(day=DAY, years=None, **scope):
    columns = frame.current()
    found = gaps.find(columns, Scope("STR", day, **scope), horizon_years=years)
    return {
        columns.tree("STR", day).codes[gap.row]: (
            gap.from_day.isoformat(),
            [columns.programmes.codes[column] for column in gap.programmes],
            gap.low,
            gap.target,
        )
        for gap in found
        if gap.kind == gaps.Kind.CLIFF
    }


def supporting(code, level=1, **fields):
    programme = factories.make_programme(code, **fields)
    factories.load_history(programme, "B", level, "2020-01-01")
    return programme


@pytest.fixture
def strategy(db):
    return factories.make_strategy()


def test_a_cliff_is_the_day_after_the_last_programme_ends(strategy):
    supporting("PRG-1", ends_on="2025")
    supporting("PRG-2", ends_on="2026-02")
    assert cliffs() == {"B": ("2026-03-01", ["PRG-1", "PRG-2"], 0, None)}
    assert cliffs(years=1) == {}


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "closed"},
        {"status": "cancelled"},
        {"status": "planned"},
        {"status": "planned", "ends_on": "2024-12"},
    ],
)
def test_a_programme_never_active_neither_carries_nor_drops_anything(strategy, fields):
    supporting("PRG-1", ends_on="2026-02")
    supporting("PRG-2")
    assert cliffs() == {}
    supporting("PRG-3", **fields)
    assert cliffs() == {}


def test_a_planned_programme_that_begins_in_time_carries_on(strategy):
    supporting("PRG-1", ends_on="2025")
    supporting("PRG-2", status="planned", starts_on="2026", ends_on="2027")
    assert cliffs() == {"B": ("2028-01-01", ["PRG-1", "PRG-2"], 0, None)}


def test_a_cliff_under_a_target_comes_before_the_last_one(strategy):
    supporting("PRG-1", ends_on="2025")
    supporting("PRG-2", ends_on="2026")
    factories.make_target(factories.get_element("B"), 2)
    assert cliffs() == {"B": ("2026-01-01", ["PRG-1"], 1, 2)}


def test_a_target_of_principals_falls_when_principals_end(strategy):
    supporting("PRG-1", 2, ends_on="2025")
    supporting("PRG-2", 1)
    measure = Target.Measure.PRINCIPAL
    factories.make_target(factories.get_element("B"), 1, measure=measure)
    assert cliffs() == {"B": ("2026-01-01", ["PRG-1"], 0, 1)}


@pytest.mark.parametrize("level", [1, 2])
def test_a_cliff_under_a_target_counts_in_the_measure_of_the_target(strategy, level):
    supporting("PRG-1", 2, ends_on="2025")
    supporting("PRG-2", 2)
    for number in range(3, 6):
        supporting(f"PRG-{number}", 1)
    measure = Target.Measure.PRINCIPAL
    factories.make_target(factories.get_element("B"), 2, measure=measure)
    (gap,) = [
        gap
        for gap in gaps.find(frame.current(), Scope("STR", DAY, level=level))
        if gap.kind == gaps.Kind.CLIFF
    ]
    assert (gap.measure, gap.actual, gap.low, gap.target) == ("principal", 2, 1, 2)


def test_the_list_of_what_ends_holds_what_the_cliff_names(strategy):
    supporting("PRG-1", ends_on="2025")
    supporting("PRG-2", status="planned", starts_on="2026", ends_on="2027")
    supporting("PRG-3", ends_on="2022")
    columns, scope = frame.current(), Scope("STR", DAY)
    (gap,) = [gap for gap in gaps.find(columns, scope) if gap.kind == gaps.Kind.CLIFF]
    coverage = counts.elements(columns, scope)
    mask = cliff_module.ending(columns, coverage, gap.row, "supported", gap.from_day)
    assert mask.nonzero()[0].tolist() == gap.programmes == [0, 1]


@pytest.mark.parametrize("day", ["2024-02-29", "9990-01-01", "9999-12-31"])
def test_the_horizon_ends_with_the_calendar(strategy, day):
    supporting("PRG-1", ends_on="9999")
    assert cliffs(datetime.date.fromisoformat(day), years=10) == {}


@pytest.mark.parametrize(
    ("day", "kind", "since"),
    [
        ("2019-06-01", "uncovered", None),
        ("2020-06-01", "thin", "2020-01-01"),
        ("2024-01-01", "thin", "2023-01-01"),
        ("2026-06-01", "uncovered", "2026-01-01"),
    ],
)
def test_a_gap_of_support_says_since_when(strategy, day, kind, since):
    supporting("PRG-1", ends_on="2025")
    second = factories.make_programme("PRG-2", ends_on="2022")
    factories.load_history(second, "B", 1, "2021-01-01")
    third = factories.make_programme("PRG-3")
    factories.load_history(third, "B", 0, "2018-01-01")
    columns = frame.current()
    coverage = counts.elements(columns, Scope("STR", datetime.date.fromisoformat(day)))
    row = coverage.tree.row_of["B"]
    gap = gaps.Gap(gaps.Kind(kind), row, 1, kind == "thin", 1, 3)
    (found,) = since_module.since(columns, coverage, [gap])
    assert (found and found.isoformat()) == since
    cliff = gaps.Gap(gaps.Kind.CLIFF, row, 1, 1, 1, 3)
    assert since_module.since(columns, coverage, [cliff]) == [None]


def test_what_a_rewording_left_without_confirmation_is_so_since_that_day(strategy, dai):
    eri = factories.make_person("eri", role="manager")
    judged = factories.align(factories.make_programme(), "B", 1, by=eri)
    ledger.confirm(alignment=judged, by=dai)
    day = today() + datetime.timedelta(days=30)
    factories.revise_as(strategy, {"B": "material"}, day=day.isoformat())
    columns = frame.current()
    later = Scope("STR", day + datetime.timedelta(days=9), layer="confirmed")
    coverage = counts.elements(columns, later)
    found = {(gap.kind, gap.row): gap for gap in gaps.find(columns, later)}
    gap = found["unknown", coverage.tree.row_of["B"]]
    assert since_module.since(columns, coverage, [gap]) == [day]


def test_an_empty_strategy_or_ledger_has_no_more_than_what_is_unknown(strategy):
    assert gaps.find(frame.current(), Scope("STR", DAY)) == []
    factories.make_programme()
    found = gaps.find(frame.current(), Scope("STR", DAY))
    assert [(gap.kind, gap.actual) for gap in found] == [("unknown", 0)] * 4
    assert gaps.find(frame.current(), Scope("NONE", DAY)) == []
