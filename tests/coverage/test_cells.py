"""What stands in the cells of a page, held against the rows one by one."""

import numpy as np
from hypothesis import given, settings

from strategy_app.coverage import cells, frame
from strategy_app.coverage.scope import Scope
from strategy_app.coverage.standing import State
from tests.coverage import oracle_standing, worlds
from tests.coverage.oracle import Oracle
from tests.lengths import runs


@settings(worlds.RANDOM, max_examples=runs("worlds looked up by cells"))
@given(world=worlds.worlds(), day=worlds.days)
def test_cells_are_what_the_rows_say(db, world, day):
    with worlds.rolled_back():
        worlds.build(world)
        columns = frame.current()
        tree = columns.tree("STR", day)
        if tree is None:
            return
        oracle, scope = Oracle(), Scope("STR", day)
        wordings = {row.element.code: row for row in oracle.wordings_in_force(scope)}
        order = np.arange(len(columns.programmes.codes))[::-1]
        found = cells.of_programmes(columns, tree, day, order)
        for place, column in enumerate(order):
            programme = oracle.programmes[column]
            for row, code in enumerate(tree.codes):
                record = oracle.row_in_force(wordings[code], programme, scope)
                stands = int(found.stands[row, place])
                seen = (
                    found.ids[row, place], found.level[row, place],
                    State(stands) if stands else None,
                )  # fmt: skip
                assert seen == _expected(oracle, record, scope), (code, programme.code)
        _assert_below(tree, found)


def _expected(oracle, record, scope):
    if record is None:
        return (0, -1, None)
    return (record.pk, record.level, oracle_standing.state(oracle, record, scope))


def _assert_below(tree, found):
    assessed, of_all = cells.below(tree, found)
    for row in range(len(tree.codes)):
        under = [other for other in tree.below(row)[1:] if tree.alignable[other]]
        assert of_all[row] == len(under)
        assert list(assessed[row]) == list((found.level[under] >= 0).sum(axis=0))
