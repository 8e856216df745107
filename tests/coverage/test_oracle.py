"""The arrays say what the definitions say, for any world and any question."""

import datetime
import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategy_app.coverage import counts, frame, gaps, standing, steps, timeline
from strategy_app.coverage.scope import UNKNOWN, Scope
from strategy_app.coverage.since import since
from strategy_app.models import Category, Change, Department, Programme, Strategy
from strategy_app.models.programme import active_days
from tests.coverage import oracle_gaps, unsaved, worlds
from tests.coverage.oracle import STATES, Oracle, is_active
from tests.coverage.test_frame import differences
from tests.lengths import runs

# In the long run 80 worlds that the services build, each asked as it is known now and at
# two earlier changes: 2,160 questions. And 3,000 worlds that no database has seen, one
# question each.
SCOPES_PER_FRAME = 9
WORLDS = runs("worlds that services build, against the oracle")
UNSAVED = runs("worlds that were never saved, against the oracle")


@settings(worlds.RANDOM, max_examples=WORLDS)
@given(world=worlds.worlds(), seed=st.integers(0, 2**32))
def test_every_number_equals_the_oracles(db, world, seed):
    with worlds.rolled_back():
        worlds.build(world)
        rng = random.Random(seed)  # noqa: S311
        changes = list(Change.objects.order_by("id").values_list("id", flat=True))
        oracle = Oracle()
        check_frame(rng, oracle, frame.current())
        check_loaded(oracle, frame.current())
        for number in rng.sample(changes, 2):
            check_frame(rng, Oracle(number), frame.as_known_at(number))


@settings(worlds.RANDOM, max_examples=UNSAVED)
@given(seed=st.integers(0, 2**64 - 1))
def test_every_number_equals_the_oracles_in_thousands_of_worlds(seed):
    rng = random.Random(seed)  # noqa: S311
    oracle, columns = unsaved.a_world(rng)
    check_question(rng, oracle, columns)


def check_loaded(oracle, columns):
    """What is loaded from the database is the frame that is made of its rows."""
    made = unsaved.frame_of(
        oracle,
        change=Change.objects.latest("id"),
        categories=Category.objects.order_by("code"),
        departments=Department.objects.order_by("code"),
        strategies=Strategy.objects.order_by("code"),
    )
    assert differences(columns, made) == []


def check_frame(rng, oracle, columns):
    for _number in range(SCOPES_PER_FRAME - 1):
        check_counts(rng, oracle, columns, a_scope(rng, oracle, columns))
    check_question(rng, oracle, columns)


def check_question(rng, oracle, columns):
    """Ask one question of every module."""
    scope = a_scope(rng, oracle, columns)
    check_counts(rng, oracle, columns, scope)
    check_steps(rng, oracle, columns, scope)
    check_since(rng, oracle, columns, scope)
    check_timeline(rng, oracle, columns, scope)


def check_counts(rng, oracle, columns, scope):
    check_elements(oracle, columns, scope)
    check_groups(oracle, columns, scope, rng.choice(counts.GROUPINGS))
    by = rng.choice(["category", "department", "country"])
    check_gaps(oracle, columns, scope, by, rng.choice([None, None, 1, 10]))


def a_scope(rng, oracle, columns=None):
    """Ask on a day near to where something changes, with none, some or all filters."""

    def sometimes(values):
        return rng.choice(values) if rng.random() < 0.25 else None

    turns = [row.valid_from for row in oracle.rows]
    turns += [row.valid_until for row in oracle.rows if row.valid_until]
    turns += [revision.in_force_from for revision in oracle.revisions]
    near = rng.choice(turns or [worlds.FIRST]).toordinal() + rng.choice([-1, 0, 0, 1])
    anywhere = rng.randint(worlds.FIRST.toordinal() - 400, worlds.LAST.toordinal() + 400)
    search = columns and rng.choice(["", "", "", "", "1", "ADD", "no such"])
    matching = search and [search in code for code in columns.programmes.codes]
    return Scope(
        strategy="STR",
        day=worlds.FIRST.fromordinal(rng.choice([near, anywhere])),
        rollup=rng.random() < 0.6,
        level=rng.choice([1, 1, 2]),
        category=sometimes(worlds.CATEGORIES),
        department=sometimes([*worlds.DEPARTMENTS, UNKNOWN]),
        country=sometimes([*worlds.COUNTRIES, "FR", UNKNOWN]),
        status=sometimes(Programme.Status.values),
        basis=rng.choice(["programmes", "programmes", "budget", "on_record"]),
        layer=rng.choice(["claimed", "claimed", *standing.LAYERS]),
        search=search or "",
        matching=np.array(matching, bool) if search else None,
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
        [
            name != UNKNOWN and is_hole(expected, scope, code, members)
            for name, members in groups
        ]
        for code in expected.codes
    ], (scope, by)


def is_hole(expected, scope, code, members):
    return (
        expected.supporters(code, scope.level) > 0
        and expected.supporters(code, scope.level, members) == 0
        and sum(expected.weight[name] for name in members) > 0
    )


def check_gaps(oracle, columns, scope, by, years):
    expected = oracle_gaps.gaps(oracle, scope, by, years)
    found = gaps.find(columns, scope, by=by, horizon_years=years)
    tree = columns.tree(scope.strategy, scope.day)
    assert [gap.score for gap in found] == sorted(
        (gap.score for gap in found), reverse=True
    )
    answered = {}
    for gap in found:
        names = sorted(columns.programmes.codes[column] for column in gap.programmes)
        answered[gap.kind.value, tree.codes[gap.row], gap.group, gap.measure] = {
            "actual": pytest.approx(gap.actual), "assessed": gap.assessed,
            "active": gap.active, "score": pytest.approx(gap.score),
            "target": gap.target,
            "low": None if gap.low is None else pytest.approx(gap.low),
            "high": None if gap.high is None else pytest.approx(gap.high),
            "from_day": gap.from_day, "programmes": names, "unbudgeted": gap.unbudgeted,
        }  # fmt: skip
    assert answered == expected, (scope, by, years)
    assert len(found) == len(expected)
    assert gaps.find(columns, scope, by=by, horizon_years=years) == found


def check_steps(rng, oracle, columns, scope):
    """Support over time, counted from one step to the next, is that of each day."""
    wordings = oracle.wordings_in_force(scope)
    tree = columns.tree(scope.strategy, scope.day)
    if tree is None:
        return
    wording = rng.choice(wordings)
    row = tree.row_of[wording.element.code]
    supporters = steps.supporters(columns, tree, row, scope, scope.level)
    records = steps.records(columns, tree, scope, scope.level)[row]
    for one in (supporters, records):
        assert (np.diff(one.days) > 0).all()
    for day in oracle.days_of_change():
        at = np.array([day.toordinal()])
        expected = oracle.supporters_on(day, wordings, wording, scope)
        assert supporters.on(at) == expected, (scope, day)
        assert day > scope.day or (records.on(at) > 0) == (expected > 0), (scope, day)


def check_since(rng, oracle, columns, scope):
    """What is said to be so since a day was so on every day since, and not the day before.

    Asked of the days on which the tree is the same; support alone, without the share that
    is assessed, tells uncovered and unknown.
    """
    by = rng.choice(["category", "department", "country"])
    scope = scope.but(basis="programmes")
    coverage = counts.elements(columns, scope)
    found = [
        gap
        for gap in gaps.find(columns, scope, by=by)
        if gap.kind not in (gaps.Kind.UNCOVERED, gaps.Kind.UNKNOWN, gaps.Kind.CLIFF)
    ]
    if not found:
        return
    gap = rng.choice(found)
    (first,) = since(columns, coverage, [gap])
    if first is None:
        return
    name = gap.kind.value, coverage.tree.codes[gap.row], gap.group, gap.measure

    def is_so(day):
        return name in oracle_gaps.gaps(oracle, scope.but(day=day), by)

    begin = coverage.tree.in_force_from
    days = [day for day in oracle.days_of_change() if max(first, begin) <= day < scope.day]
    days = [max(first, begin), *rng.sample(days, min(len(days), 2))]
    assert all(is_so(day) for day in days), (scope, gap, first)
    before = first - datetime.timedelta(days=1)
    assert before < begin or not is_so(before), (scope, gap, first)


def check_timeline(rng, oracle, columns, scope):
    year = scope.day.year
    # Whichever day is asked about, the future begins after the reader's.
    today = scope.day + datetime.timedelta(days=rng.randint(-400, 400))
    asked = scope.but(today=today)
    for point in timeline.points(columns, asked, year - 1, year + 1):
        assert point.day == datetime.date(point.fiscal_year + 1, 3, 31)
        assert point.is_future == (point.day > today)
        expected = oracle.answer(scope.but(day=point.day))
        assert (point.coverage.active, point.coverage.counts.tolist()) == (
            expected.active,
            [[expected.count(code, state) for state in STATES] for code in expected.codes],
        )


@settings(worlds.RANDOM, max_examples=runs("programmes asked whether they are active"))
@given(fields=worlds.programmes, day=worlds.days)
def test_a_programme_and_the_columns_agree_on_what_is_active(fields, day):
    programme = Programme(
        code="P", status=fields["status"], starts_on=fields["starts_on"],
        ends_on=fields["ends_on"],
    )  # fmt: skip
    start, end = active_days(fields["status"], fields["starts_on"], fields["ends_on"])
    in_columns = bool(start <= day.toordinal() < end)
    assert in_columns == programme.is_active(day) == is_active(programme, day)


def test_a_fault_in_the_columns_does_not_go_unseen(db):
    """The twin: with one level altered, the comparison above fails."""
    with worlds.rolled_back():
        world = {
            "revisions": [(worlds.FIRST, [("A", None, True, "new")])],
            "programmes": [
                {"status": "active", "starts_on": "", "ends_on": "", "category": "CAT-A",
                 "department": None, "countries": [], "budgets": {}},
            ],
            "histories": {(0, "A"): [(1, worlds.FIRST, None, "")]},
            "targets": [], "later": [], "thresholds": (50, 13, 5),
        }  # fmt: skip
        worlds.build(world)
        oracle, columns = Oracle(), frame.current()
        scope = Scope("STR", worlds.LAST)
        check_elements(oracle, columns, scope)
        altered = replace(columns.ledger, level=columns.ledger.level + 1)
        with pytest.raises(AssertionError):
            check_elements(oracle, replace(columns, ledger=altered), scope)
