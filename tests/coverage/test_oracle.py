"""The arrays say what the definitions say, for any world and any question."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategy_app.coverage import counts, frame, gaps
from strategy_app.coverage.scope import UNKNOWN, Scope
from strategy_app.models import Programme
from tests.coverage import worlds
from tests.coverage.oracle import STATES, Oracle, is_active

SCOPES_PER_WORLD = 40
WORLDS = 80


@settings(worlds.RANDOM, max_examples=WORLDS)
@given(world=worlds.worlds(), seed=st.integers(0, 2**32))
def test_every_number_equals_the_oracles(db, world, seed):
    with worlds.rolled_back():
        worlds.build(world)
        oracle, columns = Oracle(), frame.current()
        rng = random.Random(seed)  # noqa: S311
        for _number in range(SCOPES_PER_WORLD):
            scope = a_scope(rng, oracle)
            check_elements(oracle, columns, scope)
            check_groups(oracle, columns, scope, rng.choice(counts.GROUPINGS))
            by = rng.choice(["category", "department", "country"])
            check_gaps(oracle, columns, scope, by, rng.choice([0, 0.3, 0.5, 0.8, 1]))


def a_scope(rng, oracle):
    """Ask on a day near to where something changes, with none, some or all filters."""

    def sometimes(values):
        return rng.choice(values) if rng.random() < 0.25 else None

    turns = [row.valid_from for row in oracle.rows]
    turns += [row.valid_until for row in oracle.rows if row.valid_until]
    turns += [revision.in_force_from for revision in oracle.revisions]
    near = rng.choice(turns).toordinal() + rng.choice([-1, 0, 0, 1])
    anywhere = rng.randint(worlds.FIRST.toordinal() - 400, worlds.LAST.toordinal() + 400)
    return Scope(
        strategy="STR",
        day=worlds.FIRST.fromordinal(rng.choice([near, anywhere])),
        rollup=rng.random() < 0.6,
        level=rng.choice([1, 1, 2]),
        category=sometimes(worlds.CATEGORIES),
        department=sometimes([*worlds.DEPARTMENTS, UNKNOWN]),
        country=sometimes([*worlds.COUNTRIES, "FR", UNKNOWN]),
        status=sometimes(Programme.Status.values),
        basis=rng.choice(["programmes", "programmes", "budget"]),
    )


def check_elements(oracle, columns, scope):
    expected, found = oracle.answer(scope), counts.elements(columns, scope)
    assert found.active == expected.active, scope
    if found.tree is None:
        assert (expected.codes, found.counts.shape) == ([], (0, 4)), scope
        assert counts.completeness(found) == (0, 0)
        return
    assert found.tree.codes == expected.codes, scope
    assert found.tree.alignable.tolist() == expected.alignable
    assert found.tree.depth.tolist() == expected.depth
    assert found.counts.tolist() == [
        [expected.count(code, state) for state in STATES] for code in expected.codes
    ], scope
    assert found.supported.tolist() == [
        expected.supporters(code, scope.level) for code in expected.codes
    ], scope
    assert found.assessed.tolist() == [expected.assessed(code) for code in expected.codes]
    for row, code in enumerate(expected.codes):
        for state in STATES:
            mask = counts.programmes_at(found, row, state)
            names = [columns.programmes.codes[column] for column in mask.nonzero()[0]]
            assert names == expected.programmes_at(code, state), (scope, code, state)
    # A list behind a number has as many rows as the number said.
    if scope.basis == "programmes":
        for state, numbers in [
            ("supported", found.supported),
            ("assessed", found.assessed),
        ]:
            for row in range(len(expected.codes)):
                mask = counts.programmes_at(found, row, state)
                assert mask.sum() == numbers[row], (scope, state)
        check_completeness(expected, found)


def check_completeness(expected, found):
    cells = [
        expected.levels[code, programme.code]
        for code, alignable in zip(expected.codes, expected.alignable, strict=True)
        for programme in expected.programmes
        if alignable
    ]
    known = [level for level in cells if level is not None]
    assert counts.completeness(found) == (len(known), len(cells))


def check_groups(oracle, columns, scope, by):
    expected, found = oracle.answer(scope), counts.by_group(columns, scope, by)
    groups = oracle.groups(expected, by)
    assert found.groups == [name for name, _members in groups], (scope, by)
    assert found.active.tolist() == [
        sum(expected.weight[code] for code in members) for _name, members in groups
    ], (scope, by)
    assert found.counts.tolist() == [
        [[expected.count(code, state, members) for state in STATES]
         for _name, members in groups]
        for code in expected.codes
    ], (scope, by)  # fmt: skip
    assert found.holes.tolist() == [
        [is_hole(expected, scope, code, members) for _name, members in groups]
        for code in expected.codes
    ], (scope, by)


def is_hole(expected, scope, code, members):
    return (
        expected.supporters(code, scope.level) > 0
        and expected.supporters(code, scope.level, members) == 0
        and sum(expected.weight[name] for name in members) > 0
    )


def check_gaps(oracle, columns, scope, by, unknown_below):
    expected = oracle.gaps(scope, by, unknown_below)
    found = gaps.find(columns, scope, by=by, unknown_below=unknown_below)
    tree = columns.tree(scope.strategy, scope.day)
    assert [gap.score for gap in found] == sorted(
        (gap.score for gap in found), reverse=True
    )
    assert {
        (gap.kind.value, tree.codes[gap.row], gap.group): (
            gap.actual, gap.assessed, gap.active, pytest.approx(gap.score),
        )
        for gap in found
    } == expected, (scope, by, unknown_below)  # fmt: skip
    assert len(found) == len(expected)


@settings(worlds.RANDOM, max_examples=300)
@given(fields=worlds.programmes, day=worlds.days)
def test_a_programme_and_the_columns_agree_on_what_is_active(fields, day):
    programme = Programme(
        code="P", status=fields["status"], starts_on=fields["starts_on"],
        ends_on=fields["ends_on"],
    )  # fmt: skip
    start, end = frame._period(
        {name: getattr(programme, name) for name in ("status", "starts_on", "ends_on")}
    )
    in_columns = bool(start <= day.toordinal() < end)
    assert in_columns == programme.is_active(day) == is_active(programme, day)


def test_a_fault_in_the_columns_does_not_go_unseen(db):
    """The twin: with one level altered, the comparison above fails."""
    with worlds.rolled_back():
        world = {
            "revisions": [(worlds.FIRST, [("A", None, True)])],
            "programmes": [
                {"status": "active", "starts_on": "", "ends_on": "", "category": "CAT-A",
                 "department": None, "countries": [], "budgets": {}},
            ],
            "histories": {(0, "A"): [(1, worlds.FIRST, None)]},
        }  # fmt: skip
        worlds.build(world)
        oracle, columns = Oracle(), frame.current()
        scope = Scope("STR", worlds.LAST)
        check_elements(oracle, columns, scope)
        altered = replace(columns.ledger, level=columns.ledger.level + 1)
        with pytest.raises(AssertionError):
            check_elements(oracle, replace(columns, ledger=altered), scope)
