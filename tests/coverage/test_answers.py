"""What is asked of a frame that has seen many changes is as if it were loaded afresh."""

import datetime
import random
from contextlib import suppress

import numpy as np
import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError

from strategy_app.coverage import compare, counts, frame, gaps, matrix, standing, waiting
from strategy_app.coverage.frame import columns as frame_columns
from strategy_app.coverage.scope import Scope
from strategy_app.models import Alignment
from strategy_app.models.dates import today
from strategy_app.services import ledger
from tests import factories
from tests.coverage import worlds
from tests.coverage.test_frame import World, fresh

START = datetime.date(2026, 11, 20)
NOTHING = waiting.Returned(*(np.zeros(0, kind) for kind in (np.int64, bool, np.int64)))
# How many days from the start the questions are about, and planned records begin.
DAYS = [-800, -400, -2, -1, 0, 1, 2, 5, 50, 100, 101, 400]


class Office(World):
    """What else happens to the ledger."""

    def reaffirm(self, number):
        if row := self.current(number):
            ledger.reaffirm(
                programme=row.programme, element=row.element, replaces=row.pk, by=self.eri
            )

    def reword(self, number):
        """Publish, once a day, a revision in which an element has changed materially."""
        if getattr(self, "reworded", None) != today():
            self.reworded = today()
            changes = {"AB"[number % 2]: "material"}
            factories.revise_as(self.strategy, changes, day=today().isoformat())


ACTIONS = (
    ["align"] * 6 + ["withdraw"] * 2 + ["confirm"] * 4
    + ["reaffirm", "plan", "edit_programme", "add_programme", "person", "reword"]
)  # fmt: skip


def elements(columns, scope, _other):
    coverage = counts.elements(columns, scope)
    return [
        coverage.counts.tolist(),
        coverage.levels.tolist(),
        counts.completeness(coverage),
        counts.freshness(columns, coverage),
    ]


def groups(columns, scope, _other):
    grouped = counts.by_group(columns, scope, "department")
    return grouped.groups, grouped.active.tolist(), grouped.counts.tolist()


def differences(columns, scope, other):
    return compare.pair(columns, scope, columns, scope.but(day=other), by="day").by_kind()


def every_gap(columns, scope, _other):
    return gaps.find(columns, scope)


def needs_review(columns, scope, _other):
    tree = columns.tree("STR", scope.day)
    return matrix.needs_review(columns, tree, scope.day, scope.layer).tolist()


def work(columns, scope, _other):
    tree = columns.tree("STR", scope.day)
    whose = {
        "columns": np.ones(len(columns.programmes.codes), bool),
        "person": 0,
        "returned": NOTHING,
    }
    found = {
        kind: waiting.cells(columns, tree, scope.day, kind, **whose)
        for kind in waiting.KINDS
    }
    return [
        waiting.numbers(columns, tree, scope.day, **whose),
        waiting.number(columns, tree, scope.day, **whose),
        waiting.rereading(columns, tree, scope.day),
        [
            (some.elements.tolist(), some.columns.tolist(), some.since.tolist())
            for some in found.values()
        ],
    ]


QUESTIONS = [elements, groups, differences, every_gap, needs_review, work]


@pytest.mark.parametrize("most", [frame_columns._MOST_BYTES, 0])
@pytest.mark.parametrize("seed", range(8))
def test_questions_in_any_order_between_any_changes(db, monkeypatch, seed, most):
    """most: where nothing is kept, all is computed again and again."""
    monkeypatch.setattr(frame_columns, "_LARGE", 0 if most == 0 else frame_columns._LARGE)
    monkeypatch.setattr(frame_columns, "_MOST_BYTES", most)
    dice = random.Random(seed)  # noqa: S311 - to be the same in each run
    noon = datetime.datetime.combine(START, datetime.time(3), datetime.UTC)
    with worlds.rolled_back(), time_machine.travel(noon) as clock:
        office, done = Office(), []
        for _step in range(30):
            if dice.random() < 0.25:
                clock.shift(datetime.timedelta(days=1))
                done.append("a day went by")
            action, number = dice.choice(ACTIONS), dice.randrange(8)
            # What is reworded has to be re-read first; nobody confirms their own.
            with suppress(ValidationError, PermissionDenied):
                getattr(office, action)(number)
            done.append((action, number))
            carried_on, afresh = frame.current(), fresh()
            for _number in range(6):
                day, other = (START + datetime.timedelta(days=dice.choice(DAYS))
                              for _side in range(2))  # fmt: skip
                scope = Scope("STR", day, rollup=dice.random() < 0.5,
                              layer=dice.choice(standing.LAYERS))  # fmt: skip
                ask = dice.choice(QUESTIONS)
                answers = [ask(columns, scope, other) for columns in (carried_on, afresh)]
                assert answers[0] == answers[1], (ask.__name__, scope, other, done)


@pytest.mark.parametrize("rows", [1, 2])
def test_what_a_change_adds_later_does_not_count_before(db, rows):
    programme = factories.make_programme()
    factories.make_strategy()
    for code in ["A", "B"][:rows]:
        factories.load_history(programme, code, 1, "2020-01-01")
    day = today() - datetime.timedelta(days=1)
    work(frame.current(), Scope("STR", day), None)
    factories.align(programme, "A.1")
    answers = [
        work(columns, Scope("STR", day), None) for columns in (frame.current(), fresh())
    ]
    assert answers[0] == answers[1]
    assert Alignment.objects.open().count() == rows + 1
