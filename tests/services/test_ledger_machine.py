"""The ledger under any sequence of actions, held against a model of plain dictionaries."""

import itertools

import pytest
import time_machine
from django.db import transaction
from hypothesis import seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from strategy_app.coverage import frame
from strategy_app.models import Alignment, Change
from strategy_app.models.dates import today
from strategy_app.services import ledger
from tests import factories
from tests.coverage import worlds
from tests.lengths import runs

CELLS = [("PRG-1", "A"), ("PRG-1", "B"), ("PRG-2", "A")]
cells = st.sampled_from(CELLS)


class Ledger(RuleBasedStateMachine):
    """Two people record, confirm and take back in three cells while the days go by."""

    def __init__(self):
        super().__init__()
        # Each run is undone at its end, so that the next one begins with the same world.
        self.run = transaction.atomic()
        self.run.__enter__()
        self.clock = time_machine.travel("2026-04-01T03:00:00+00:00", tick=False)
        self.traveller = self.clock.start()
        self.dai = factories.make_person("dai", role="manager")
        self.eri = factories.make_person("eri", role="manager")
        factories.make_strategy(elements=("A", "B"))
        self.programmes = {
            code: factories.make_programme(code) for code in ("PRG-1", "PRG-2")
        }
        self.elements = {code: factories.get_element(code) for code in ("A", "B")}
        self.base = Change.objects.latest("id").pk
        self.open = {}
        self.closed = {}
        self.changes = 0
        # Of each change: its cell, the row it left there and the one that was before.
        self.done = {}

    def teardown(self):
        self.clock.stop()
        transaction.set_rollback(True)
        self.run.__exit__(None, None, None)
        frame.forget()

    def at(self, cell):
        return {
            "programme": self.programmes[cell[0]],
            "element": self.elements[cell[1]],
        }

    def close(self, cell):
        if row := self.open.pop(cell, None):
            self.closed[row["id"]] = row | {"valid_until": today()}

    def put(self, cell, row):
        """Let a row, or nothing, stand in a cell by the change that was just made."""
        before = self.open.get(cell)
        self.close(cell)
        if row is not None:
            self.open[cell] = row
        self.changes += 1
        self.done[Change.objects.latest("id").pk] = (cell, row, before)

    @rule(seconds=st.integers(1, 3600 * 24 * 3))
    def advance(self, seconds):
        self.traveller.shift(seconds)

    @rule(cell=cells, level=st.integers(0, 2), words=st.sampled_from(["One.", "Two."]))
    def align(self, cell, level, words):
        self.traveller.shift(1)
        seen = self.open.get(cell)
        evidence = [factories.a_source()]
        row = ledger.align(
            **self.at(cell), level=level, rationale=words, evidence=evidence,
            replaces=seen and seen["id"], by=self.dai,
        )  # fmt: skip
        if seen and (seen["level"], seen["rationale"]) == (level, words):
            assert row.pk == seen["id"]
            return
        written = {
            "id": row.pk, "level": level, "rationale": words, "valid_from": today(),
            "valid_until": None, "confirmed": None,
        }  # fmt: skip
        self.put(cell, written)

    @rule(cell=cells, level=st.integers(0, 2), by_how_much=st.integers(1, 3))
    def align_having_seen_another_row(self, cell, level, by_how_much):
        seen = self.open.get(cell)
        with pytest.raises(ledger.Conflict) as refusal:
            ledger.align(
                **self.at(cell), level=level, rationale="Late.",
                evidence=[factories.a_source()], by=self.eri,
                replaces=(seen["id"] if seen else 0) + by_how_much,
            )  # fmt: skip
        current = refusal.value.current
        assert (current and current.pk) == (seen and seen["id"])

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def withdraw(self, data):
        self.traveller.shift(1)
        cell = data.draw(st.sampled_from(sorted(self.open)))
        ledger.withdraw(**self.at(cell), replaces=self.open[cell]["id"], by=self.dai)
        self.put(cell, None)

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def confirm(self, data):
        self.traveller.shift(1)
        cell = data.draw(st.sampled_from(sorted(self.open)))
        row = self.open[cell]
        ledger.confirm(alignment=Alignment.objects.get(pk=row["id"]), by=self.eri)
        if row["confirmed"] is None:
            self.changes += 1
            row["confirmed"] = Change.objects.latest("id").pk
            self.done[row["confirmed"]] = (cell, row, row | {"confirmed": None})

    @precondition(lambda self: self.done)
    @rule(data=st.data())
    def take_back(self, data):
        """What a change of the ledger replaced stands again, unless something is newer.

        A change of taking back is one of them, so taking that back restores too.
        """
        self.traveller.shift(1)
        pk = data.draw(st.sampled_from(sorted(self.done)))
        cell, left, before = self.done[pk]
        result = ledger.revert(change=Change.objects.get(pk=pk), by=self.dai)
        stands = self.open.get(cell)
        if stands is not left or (left and (left["confirmed"] or 0) > pk):
            assert (result.change, len(result.refused)) == (None, 1)
            return
        assert result.refused == []
        back = Alignment.objects.open().filter(opened_in=result.change).first()
        assert (back is None) == (before is None)
        again = back and {"id": back.pk, "valid_from": today(), "valid_until": None}
        self.put(cell, again and before | again)

    @invariant()
    def rows_are_those_of_the_model(self):
        expected = sorted(
            [*self.open.values(), *self.closed.values()], key=lambda row: row["id"]
        )
        assert expected == [
            {
                "id": row.pk, "level": row.level, "rationale": row.rationale,
                "valid_from": row.valid_from, "valid_until": row.valid_until,
                "confirmed": row.confirmed_in_id,
            }
            for row in Alignment.objects.order_by("pk")
        ]  # fmt: skip

    @invariant()
    def at_most_one_row_of_a_cell_is_in_force_on_any_day(self):
        by_cell = {}
        for row in Alignment.objects.order_by("pk"):
            by_cell.setdefault((row.programme_id, row.element_id), []).append(row)
        for rows in by_cell.values():
            assert sum(row.valid_until is None for row in rows) <= 1
            assert all(row.valid_until for row in rows[:-1])
            for earlier, later in itertools.pairwise(rows):
                assert earlier.valid_from <= earlier.valid_until <= later.valid_from

    @invariant()
    def every_row_belongs_to_changes_that_go_forward_in_time(self):
        changes = list(Change.objects.filter(pk__gt=self.base).order_by("pk"))
        assert len(changes) == self.changes
        assert all(earlier.at < later.at for earlier, later in itertools.pairwise(changes))
        ids = {change.pk for change in changes}
        for row in Alignment.objects.all():
            assert row.opened_in_id in ids
            assert row.closed_in_id is None or row.closed_in_id in ids
            assert (row.closed_in_id is None) == (row.valid_until is None)
            assert row.closed_in_id is None or row.closed_in_id > row.opened_in_id


STEPS = 40
RUNS = runs("steps of the ledger, in four parts") // 4 // STEPS


@pytest.mark.parametrize("part", range(4))
def test_the_ledger_does_what_its_model_does(db, part):
    run_state_machine_as_test(
        seed(part)(type(f"Ledger{part}", (Ledger,), {})),
        settings=settings(worlds.RANDOM, max_examples=RUNS, stateful_step_count=STEPS),
    )
