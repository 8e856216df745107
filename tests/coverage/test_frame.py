"""The columns: always those of the newest change, for as few queries as possible."""

import datetime
from contextlib import contextmanager, suppress
from dataclasses import fields, is_dataclass

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from strategy_app.coverage import counts, frame, matrix, standing
from strategy_app.coverage.scope import UNKNOWN, Scope
from strategy_app.models import Alignment, Change, Programme, guards
from strategy_app.models.dates import today
from strategy_app.services import ledger, people, reference
from strategy_app.services.change import recording
from tests import factories
from tests.coverage import worlds
from tests.lengths import runs


def differences(one, other, where="frame"):
    """Return where two frames differ, every array and list of them compared."""
    if is_dataclass(one):
        return [
            found
            for field in fields(one)
            if field.compare  # what is only kept from computing is no content
            for found in differences(
                getattr(one, field.name),
                getattr(other, field.name),
                f"{where}.{field.name}",
            )
        ]
    if isinstance(one, dict):
        if one.keys() != other.keys():
            return [where]
        return [
            x for key in one for x in differences(one[key], other[key], f"{where}.{key}")
        ]
    if isinstance(one, list):
        if len(one) != len(other):
            return [where]
        pairs = zip(one, other, strict=True)
        return [x for pair in pairs for x in differences(*pair, where)]
    if isinstance(one, np.ndarray):
        same = one.dtype == other.dtype and np.array_equal(one, other)
    else:
        same = one == other
    return [] if same else [where]


# A day on which a judgement comes into force that was planned before.
LATER = today() + datetime.timedelta(days=100)


def answers(columns):
    """Return what a frame says on days past and to come, at every layer."""
    days = [
        datetime.date(2019, 6, 1),
        today(),
        today() + datetime.timedelta(days=50),
        today() + datetime.timedelta(days=400),
    ]
    return [
        counts.elements(
            columns, Scope("STR", day, rollup=rollup, layer=layer)
        ).counts.tolist()
        for day in days
        for layer in standing.LAYERS
        for rollup in (True, False)
    ]


def fresh():
    """Return a frame loaded from nothing, leaving the shared copy alone."""
    return frame._load_settled(None)


def supported(columns, element="A", day=None):
    scope = Scope("STR", day or today())
    coverage = counts.elements(columns, scope)
    return int(coverage.supported[coverage.tree.row_of[element]])


@contextmanager
def just_before(fragment, act):
    """Let ``act`` happen between our reading the newest change and a later query."""
    pending = [act]

    def wrapper(execute, sql, *args):
        if pending and fragment in sql and sql.startswith("SELECT"):
            pending.pop()()
        return execute(sql, *args)

    with connection.execute_wrapper(wrapper):
        yield
    assert not pending


class World:
    """What the random actions below act on."""

    def __init__(self):
        self.dai = factories.make_person("dai", role="manager")
        self.eri = factories.make_person("eri", role="manager")
        self.strategy = factories.make_strategy()
        self.programmes = [factories.make_programme(f"PRG-{n}") for n in range(2)]
        self.revisions = 0
        self.seen = []

    def cell(self, number):
        code = ["A", "A.1", "A.2", "B"][number % 4]
        return self.programmes[number % 2], factories.get_element(code)

    def current(self, number):
        programme, element = self.cell(number)
        return Alignment.objects.open().filter(programme=programme, element=element).first()

    def align(self, number):
        programme, element = self.cell(number)
        factories.align(programme, element, number % 3, by=self.dai)

    def withdraw(self, number):
        programme, element = self.cell(number)
        if row := self.current(number):
            ledger.withdraw(
                programme=programme, element=element, replaces=row.pk, by=self.dai
            )

    def confirm(self, number):
        if row := self.current(number):
            with suppress(ValidationError):  # its element has been worded anew since
                ledger.confirm(alignment=row, by=self.eri)

    def add_programme(self, number):
        code = f"ADD-{Programme.objects.count()}"
        self.programmes.insert(0, factories.make_programme(code, status="planned"))

    def edit_programme(self, number):
        programme = self.programmes[number % len(self.programmes)]
        programme.ends_on = f"20{30 + number}"
        programme.partner_countries = ["US", "DE"][: number % 3]
        reference.save(programme, by=None)

    def budget(self, number):
        programme = self.programmes[number % len(self.programmes)]
        if not programme.budgets.filter(fiscal_year=2020 + number).exists():
            factories.make_budget(programme, 2020 + number, number)

    def publish(self, number):
        self.revisions += 1
        tree = [
            ("A", None, True),
            ("A.1", "A", True),
            ("A.2", None, True),
            ("B", None, True),
        ]
        factories.revise(self.strategy, tree, day=f"2018-01-{self.revisions:02}")

    def person(self, number):
        people.set_language(user=self.eri, language=["en", "ja", ""][number % 3])

    def load(self, number):
        programme, element = self.cell(number)
        if not Alignment.objects.filter(programme=programme, element=element).exists():
            factories.load_history(programme, element, 1, "2019-01-01", "2020-01-01")

    def plan(self, number):
        """Record a judgement that is yet to come into force, as a load may."""
        programme, element = self.cell(number)
        if not Alignment.objects.filter(programme=programme, element=element).exists():
            factories.load_history(programme, element, 2, LATER.isoformat())

    def look(self, number):
        columns = frame.current()
        self.seen.append((columns, answers(columns)))


ACTIONS = [name for name in vars(World) if name not in ("__init__", "__module__", "__doc__",
           "cell", "current", "__dict__", "__weakref__")]  # fmt: skip


@settings(worlds.RANDOM, max_examples=runs("worlds whose columns are brought up to date"))
@given(steps=st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 7)), max_size=12))
def test_after_any_actions_the_columns_equal_freshly_loaded_ones(db, steps):
    with worlds.rolled_back():
        world = World()
        world.look(0)
        for name, number in steps:
            getattr(world, name)(number)
        assert differences(frame.current(), fresh()) == []
        assert answers(frame.current()) == answers(fresh())
        # What was looked at before still answers as it did then.
        for columns, then in world.seen:
            frame.ANSWERS.clear()
            assert answers(columns) == then


def test_a_judgement_made_before_a_planned_one_does_not_bring_that_forward(db):
    world = World()
    world.plan(0)
    world.look(0)
    world.align(1)
    assert answers(frame.current()) == answers(fresh())


@pytest.fixture
def programme(db):
    factories.make_person("some-manager", role="manager")
    factories.make_strategy()
    return factories.make_programme()


def test_unchanged_data_cost_one_query(programme, django_assert_num_queries):
    before = frame.current()
    with django_assert_num_queries(1):
        assert frame.current() is before


@pytest.mark.parametrize("rows", [1, 3])
def test_alignments_cost_few_queries_and_no_look_at_programmes(
    programme, rows, django_assert_num_queries
):
    before = frame.current()
    for code in ["A", "A.1", "B"][:rows]:
        factories.align(programme, code)
    with django_assert_num_queries(3):
        after = frame.current()
    assert after.programmes is before.programmes
    assert after.trees is before.trees
    assert len(after.ledger.ids) == len(before.ledger.ids) + rows


def test_many_rows_at_once_are_loaded_anew(db, monkeypatch):
    world = World()
    world.align(1)
    before = frame.current()
    monkeypatch.setattr("strategy_app.coverage.frame.ledger._FEW", 2)
    for number in (2, 3, 4):
        world.align(number)
    after = frame.current()
    assert len(after.ledger.ids) == len(before.ledger.ids) + 3
    assert differences(after, fresh()) == []


@pytest.mark.parametrize("action", ["align", "withdraw", "confirm"])
def test_whatever_happens_to_a_row_is_in_the_columns(db, action):
    world = World()
    world.align(1)
    before = frame.current()
    getattr(world, action)(4 if action == "align" else 1)
    after = frame.current()
    assert after.programmes is before.programmes
    assert differences(after, before) != []
    assert differences(after, fresh()) == []


def test_a_change_of_people_reads_nothing_again(programme, django_assert_num_queries):
    before = frame.current()
    factories.make_person("ben")
    with django_assert_num_queries(2):
        after = frame.current()
    assert after.ledger is before.ledger
    assert after.programmes is before.programmes
    assert after.change > before.change


def test_a_database_restored_to_an_earlier_change_is_loaded_afresh(programme):
    factories.align(programme, "A")
    old = frame.current()
    with transaction.atomic():
        factories.align(programme, "B")
        factories.make_programme("PRG-2")
        assert frame.current().programmes.codes == ["PRG-1", "PRG-2"]
        transaction.set_rollback(True)
    restored = frame.current()
    assert restored.change == old.change
    assert differences(restored, fresh()) == []


@pytest.mark.parametrize("later", [0, 1])
def test_another_history_under_the_same_change_id_is_loaded_afresh(programme, later):
    row = factories.align(programme, "A", 1)
    known = frame.current()
    connection.check_constraints()
    guards.remove(connection)
    earlier = known.changed_at - datetime.timedelta(days=1)
    Change.objects.filter(pk=known.change).update(at=earlier)
    Alignment.objects.filter(pk=row.pk).update(level=0)
    Programme.objects.filter(pk=programme.pk).update(code="OTHER")
    for _number in range(later):
        factories.align(programme, "B")
    after = frame.current()
    assert after.programmes.codes == ["OTHER"]
    assert differences(after, fresh()) == []
    guards.install(connection)


def test_an_open_change_is_seen_by_itself_and_shared_with_nobody(programme):
    before = frame.current()
    second_thoughts = pytest.raises(RuntimeError, match="second thoughts")
    with second_thoughts, recording(Change.Action.LOAD, by=None):
        factories.align(programme, "A")
        inside = frame.current()
        assert frame._cached is before
        raise RuntimeError("second thoughts")
    assert supported(inside) == 1
    assert frame.current() is before
    assert supported(before) == 0


def test_what_another_change_wrote_is_not_counted_as_known(programme):
    factories.align(programme, "A", 1)
    first = frame.current()
    factories.align(programme, "A", 0, rationale="On reflection, no.")
    factories.align(programme, "B", 2)
    newest = frame.current()
    as_known_then = frame.as_known_at(first.change)
    scope = Scope("STR", today())
    assert counts.elements(newest, scope).counts[:, :3].tolist() == [
        [0, 0, 1], [0, 0, 0], [0, 0, 0], [1, 0, 0]
    ]  # fmt: skip
    assert np.array_equal(
        counts.elements(as_known_then, scope).counts, counts.elements(first, scope).counts
    )
    assert supported(as_known_then) == 1


@pytest.mark.parametrize("table", ["strategy_app_alignment", "strategy_app_budget"])
def test_a_programme_made_while_the_columns_are_loaded_comes_with_the_next_look(
    programme, table
):
    def someone_else():
        other = factories.make_programme("PRG-0")
        factories.make_budget(other, 2026, 5)
        factories.align(other, "B", 2)

    factories.align(programme, "A")
    frame.forget()
    with just_before(f'FROM "{table}"', someone_else):
        loaded = frame.current()
    assert loaded.programmes.codes == ["PRG-0", "PRG-1"]
    assert supported(loaded, "B") == 1
    assert differences(loaded, fresh()) == []


def test_an_alignment_made_while_the_columns_are_updated_is_there_once(programme):
    frame.current()
    factories.align(programme, "A")
    with just_before(
        'FROM "strategy_app_alignment"', lambda: factories.align(programme, "B")
    ):
        updated = frame.current()
    assert len(updated.ledger.ids) == 2
    assert differences(updated, fresh()) == []


def test_illustrative_data_are_known_until_they_are_replaced(programme):
    assert not frame.current().has_illustrative
    with recording(Change.Action.LOAD, by=None, illustrative=True):
        factories.load_history(programme, "A", 1, "2020-01-01")
    assert frame.current().has_illustrative
    factories.align(programme, "A", 0)
    assert not frame.current().has_illustrative
    programme.ends_on, programme.end_is_illustrative = "2199", True
    reference.save(programme, by=None, illustrative=True)
    assert frame.current().has_illustrative


def test_a_frame_of_an_empty_database_answers_with_nothing(db):
    columns = frame.current()
    coverage = counts.elements(columns, Scope("STR", today()))
    assert (columns.change, coverage.tree, coverage.active) == (0, None, 0)
    assert counts.by_group(columns, Scope("STR", today()), "country").groups == []


@pytest.mark.parametrize("field", ["category", "department", "status"])
def test_a_group_that_there_is_not_is_refused_by_name(programme, field):
    with pytest.raises(matrix.UnknownGroup) as refusal:
        counts.elements(frame.current(), Scope("STR", today()).but(**{field: "NO-SUCH"}))
    assert (refusal.value.field, refusal.value.value) == (field, "NO-SUCH")


def test_a_scope_stands_in_an_address_without_its_defaults():
    day = datetime.date(2026, 3, 31)
    scope = Scope("STR", day, today=day)
    assert scope.query() == "strategy=STR"
    asked = scope.but(day=datetime.date(2025, 3, 31), rollup=False, level=2, basis="budget",
                      category="CAT-A", department=UNKNOWN, country="JP",
                      status="active")  # fmt: skip
    assert asked.parameters() == {
        "strategy": "STR", "day": "2025-03-31", "rollup": "false", "level": "2",
        "basis": "budget", "category": "CAT-A", "department": "unknown", "country": "JP",
        "status": "active",
    }  # fmt: skip
    assert scope.query(page=2, kind=None) == "strategy=STR&page=2"
