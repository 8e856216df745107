"""Comparing equals plain loops over what the oracle says of each side."""

import datetime
import random

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from strategy_app.coverage import compare, frame
from strategy_app.coverage.compare import Difference, Kind
from strategy_app.coverage.scope import Scope
from strategy_app.services import ledger, reference
from tests import factories
from tests.coverage import worlds
from tests.coverage.oracle import STATES, Oracle
from tests.coverage.test_oracle import a_scope
from tests.lengths import runs

PAIRS_PER_WORLD = 20
WORLDS = runs("worlds compared")


@settings(worlds.RANDOM, max_examples=WORLDS)
@given(world=worlds.worlds(), seed=st.integers(0, 2**32))
def test_what_differs_equals_the_oracles(db, world, seed):
    with worlds.rolled_back():
        worlds.build(world)
        oracle, columns = Oracle(), frame.current()
        rng = random.Random(seed)  # noqa: S311
        for _number in range(PAIRS_PER_WORLD):
            scope = a_scope(rng, oracle)
            other = scope.but(day=a_scope(rng, oracle).day)
            check_pair(oracle, columns, scope, other)


def check_pair(oracle, columns, scope, other):
    pair = compare.pair(columns, scope, columns, other, by="day")
    first, second = sorted([other, scope], key=lambda side: side.day)
    before, after = oracle.answer(first), oracle.answer(second)
    assert (pair.before.scope, pair.after.scope) == (first, second)
    assert pair.codes == expected_codes(before, after), (scope, other)
    for code in pair.codes:
        for side, answer in [(pair.before, before), (pair.after, after)]:
            assert compare.four_counts(side, code) == (
                [answer.count(code, state) for state in STATES]
                if code in answer.codes
                else None
            ), (scope, other, code)
    found = [
        (row.element, columns.programmes.codes[row.programme], row.kind.value,
         row.before, row.after)
        for row in pair.differences[:]
    ]  # fmt: skip
    assert found == expected_differences(oracle, before, after), (scope, other)
    check_parts(pair, found)


def check_parts(pair, found):
    """Counts by kind, and the list of one kind and element, are parts of the whole."""
    assert pair.differences.by_kind() == {
        kind: sum(row[2] == kind.value for row in found) for kind in Kind
    }
    for kind, number in pair.differences.by_kind().items():
        assert len(pair.differences.only(kind=kind.value)) == number
    for code in pair.codes:
        chosen = pair.differences.only(element=code)[:]
        assert [row.element for row in chosen] == [code for row in found if row[0] == code]


def expected_codes(before, after):
    codes = []
    for answer in (after, before):
        for code, alignable in zip(answer.codes, answer.alignable, strict=True):
            if alignable and code not in codes:
                codes.append(code)
    return codes


def expected_differences(oracle, before, after):
    found = []
    active_before = [programme.code for programme in before.programmes]
    active_after = [programme.code for programme in after.programmes]
    for code in expected_codes(before, after):
        for programme in oracle.programmes:
            name = programme.code
            low, high = before.levels.get((code, name)), after.levels.get((code, name))
            if low is None and high is None:
                continue
            if name not in active_before:
                kind = "begun"
            elif name not in active_after:
                kind = "ended"
            elif low == high:
                continue
            elif low is None:
                kind = "added"
            elif high is None:
                kind = "removed"
            else:
                kind = "raised" if high > low else "lowered"
            found.append((code, name, kind, low, high))
    return found


# --- each kind by example ---


def on(day):
    return time_machine.travel(f"{day}T12:00:00+09:00", tick=False)


def changes(day, other, **parts):
    """Return (programme, element, kind, before, after) between two days, direct only."""
    scope = Scope("STR", datetime.date.fromisoformat(day), rollup=False, **parts)
    columns = frame.current()
    pair = compare.pair(
        columns, scope, columns,
        scope.but(day=datetime.date.fromisoformat(other)), by="day",
    )  # fmt: skip
    return named(columns, pair.differences[:])


def named(columns, rows: list[Difference]):
    return [
        (columns.programmes.codes[row.programme], row.element, row.kind.value,
         row.before, row.after)
        for row in rows
    ]  # fmt: skip


@pytest.fixture
def programme(db):
    factories.make_strategy()
    return factories.make_programme("PRG-1", starts_on="2018")


def test_what_is_recorded_is_added(programme):
    with on("2025-06-01"):
        factories.align(programme, "A", 0)
    assert changes("2025-06-01", "2025-05-31") == [("PRG-1", "A", "added", None, 0)]
    assert changes("2025-06-02", "2025-06-01") == []


def test_what_is_withdrawn_is_removed(programme):
    with on("2025-06-01"):
        row = factories.align(programme, "A", 2)
    with on("2025-07-01"):
        ledger.withdraw(
            programme=programme, element=row.element, replaces=row.pk, by=row.opened_in.by
        )
    assert changes("2025-07-01", "2025-06-30") == [("PRG-1", "A", "removed", 2, None)]


def test_a_new_judgement_is_raised_or_lowered(programme):
    for day, level in [("2025-06-01", 1), ("2025-07-01", 2), ("2025-08-01", 0)]:
        with on(day):
            factories.align(programme, "A", level)
    assert changes("2025-07-01", "2025-06-30") == [("PRG-1", "A", "raised", 1, 2)]
    assert changes("2025-08-01", "2025-07-31") == [("PRG-1", "A", "lowered", 2, 0)]
    assert changes("2025-08-01", "2025-06-01") == [("PRG-1", "A", "lowered", 1, 0)]


def test_a_programme_that_begins_or_ends_brings_its_records(programme):
    programme.starts_on, programme.ends_on = "2019-04-01", "2026-03-31"
    reference.save(programme, by=None)
    factories.load_history(programme, "A", 1, "2018-01-01")
    assert changes("2019-04-01", "2019-03-31") == [("PRG-1", "A", "begun", None, 1)]
    assert changes("2026-04-01", "2026-03-31") == [("PRG-1", "A", "ended", 1, None)]
    assert changes("2026-04-01", "2019-03-31") == []


def test_the_earlier_day_is_before_whichever_is_asked_first(programme):
    with on("2025-06-01"):
        factories.align(programme, "A", 1)
    forth = changes("2025-06-01", "2025-05-31")
    assert changes("2025-05-31", "2025-06-01") == forth


def test_an_element_that_a_revision_drops_has_no_numbers_afterwards(programme):
    factories.load_history(programme, "B", 1, "2018-01-01")
    strategy = factories.get_element("A").strategy
    factories.revise(strategy, [("A", None, True), ("C", None, True)], day="2024-04-01")
    columns = frame.current()
    scope = Scope("STR", datetime.date(2024, 4, 1))
    pair = compare.pair(
        columns, scope, columns, scope.but(day=datetime.date(2024, 3, 31)), by="day"
    )
    assert pair.codes == ["A", "C", "A.1", "A.2", "B"]
    assert [compare.four_counts(pair.after, code) for code in ("B", "C")] == [
        None,
        [0, 0, 0, 1],
    ]
    assert [compare.four_counts(pair.before, code) for code in ("B", "C")] == [
        [0, 1, 0, 0],
        None,
    ]
    assert named(columns, pair.differences[:]) == [("PRG-1", "B", "removed", 1, None)]


def test_a_stricter_layer_shows_what_would_be_lost(programme):
    """Whichever of the two layers is the scope's own, and by a level below it."""
    dai = factories.make_person("dai", role="manager")
    chie = factories.make_person("chie", role="admin")
    with on("2025-06-01"):
        factories.align(programme, "A", 2, by=dai)
        row = factories.align(programme, "A.1", 1, by=dai)
        ledger.confirm(alignment=row, by=chie)
    columns = frame.current()
    claimed = Scope("STR", datetime.date(2025, 6, 1))
    confirmed = claimed.but(layer="confirmed")
    for own, other in [(claimed, confirmed), (confirmed, claimed)]:
        pair = compare.pair(columns, own, columns, other, by="layer")
        assert named(columns, pair.differences[:]) == [("PRG-1", "A", "lowered", 2, 1)]
    direct = compare.pair(
        columns, claimed.but(rollup=False), columns, confirmed.but(rollup=False),
        by="layer",
    )  # fmt: skip
    assert named(columns, direct.differences[:]) == [("PRG-1", "A", "lacking", 2, None)]


def test_what_was_known_earlier_is_before(programme):
    earlier = frame.current().change
    factories.load_history(programme, "A", 1, "2019-01-01")
    second = factories.make_programme("PRG-0")
    factories.load_history(second, "A", 2, "2019-01-01")
    now, then = frame.current(), frame.as_known_at(earlier)
    scope = Scope("STR", datetime.date(2020, 1, 1), rollup=False)
    pair = compare.pair(now, scope, then, scope.but(known_at=earlier), by="known_at")
    assert pair.before.change == earlier
    assert named(now, pair.differences[:]) == [
        ("PRG-0", "A", "begun", None, 2),
        ("PRG-1", "A", "added", None, 1),
    ]


def test_groups_have_no_before_and_after(programme):
    factories.make_category("CAT-B")
    factories.load_history(programme, "A", 1, "2018-01-01")
    scope = Scope("STR", datetime.date(2020, 1, 1), category="CAT-B")
    columns = frame.current()
    pair = compare.pair(columns, scope, columns, scope.but(category="CAT-A"), by="category")
    assert (len(pair.differences), pair.sides) == (0, (pair.own, pair.other))


@pytest.mark.parametrize(
    ("day", "before"),
    [
        ("2026-11-22", "2025-11-22"),
        ("2024-02-29", "2023-02-28"),
        ("1900-01-01", "1899-01-01"),
    ],
)
def test_a_year_before(day, before):
    day = datetime.date.fromisoformat(day)
    assert compare.year_before(day).isoformat() == before


def test_a_fault_in_one_side_does_not_go_unseen(programme):
    """The twin: were kinds mixed up, the comparison with the oracle would fail."""
    with on("2025-06-01"):
        factories.align(programme, "A", 2)
    oracle, columns = Oracle(), frame.current()
    scope = Scope("STR", datetime.date(2025, 6, 1))
    check_pair(oracle, columns, scope, scope.but(day=datetime.date(2025, 5, 31)))
    # The later oracle has lost what the earlier had: nothing is added any more.
    oracle.rows = []
    with pytest.raises(AssertionError):
        check_pair(oracle, columns, scope, scope.but(day=datetime.date(2025, 5, 31)))
