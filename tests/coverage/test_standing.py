"""How records stand, on any day and as known at any change: held against the rows."""

import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from strategy_app.coverage import frame, standing
from strategy_app.coverage.scope import Scope
from strategy_app.models import Alignment, Change
from tests.coverage import oracle_standing, unsaved, worlds
from tests.coverage.oracle import Oracle
from tests.lengths import runs


@settings(worlds.RANDOM, max_examples=runs("worlds whose records stand somehow"))
@given(world=worlds.worlds(), day=worlds.days, seed=st.integers(0, 2**32))
def test_records_stand_as_their_rows_say(db, world, day, seed):
    with worlds.rolled_back():
        worlds.build(world)
        compare(Oracle(), frame.current(), day)
        rng = random.Random(seed)  # noqa: S311
        changes = list(Change.objects.order_by("id").values_list("id", flat=True))
        for number in rng.sample(changes, 3):
            compare(Oracle(number), frame.as_known_at(number), day)
        some = [row for row in Alignment.objects.all() if rng.random() < 0.5]
        ids = [row.pk for row in some]
        by_themselves = standing.states_of(frame.of_rows(some), day, ids)
        assert by_themselves == standing.states_of(frame.current(), day, ids)


@settings(worlds.RANDOM, max_examples=runs("unsaved worlds whose records stand somehow"))
@given(seed=st.integers(0, 2**64 - 1), day=worlds.days)
def test_records_stand_as_their_rows_say_in_worlds_that_no_database_has_seen(seed, day):
    oracle, columns = unsaved.a_world(random.Random(seed))  # noqa: S311
    compare(oracle, columns, day)


def compare(oracle, columns, day):
    scope = Scope("STR", day)
    rows = sorted(oracle.rows, key=lambda row: row.pk)
    ids = [row.pk for row in rows]
    expected = [oracle_standing.state(oracle, row, scope) for row in rows]
    assert standing.states_of(columns, day, ids) == expected
    tree = columns.tree("STR", day)
    if tree is not None:
        found = standing.standing(columns, tree, day)[standing.rows_of(columns, ids)]
        assert [standing.State(flags) for flags in found.tolist()] == expected
    for layer in standing.LAYERS:
        flags = np.array([state.flags for state in expected], np.uint8)
        trusted = standing.of_layer(flags, layer)
        assert trusted.tolist() == [
            oracle.is_of_layer(row, scope.but(layer=layer)) for row in rows
        ]


@settings(worlds.RANDOM, max_examples=runs("unsaved worlds whose records stand somehow"))
@given(seed=st.integers(0, 2**64 - 1), day=worlds.days)
def test_since_when_is_the_day_from_which_a_record_stands_so(seed, day):
    _oracle, columns = unsaved.a_world(random.Random(seed))  # noqa: S311
    tree = columns.tree("STR", day)
    if tree is None:
        return
    rows = np.arange(len(columns.ledger.ids))
    stands = standing.standing(columns, tree, day)
    since = standing.reworded_from(columns, "STR", rows)
    assert list(since <= day.toordinal()) == list(standing.has(stands, standing.REWORDED))
    months = columns.thresholds.fresh_months
    since = standing.stale_from(columns.ledger.judged, months)
    assert list(since <= day.toordinal()) == list(standing.has(stands, standing.STALE))
