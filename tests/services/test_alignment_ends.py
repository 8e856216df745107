"""Withdrawing, confirming, who may, and history that is loaded."""

import datetime

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError

from strategy_app.models import Alignment, Change, User
from strategy_app.services import ledger, reference
from strategy_app.services.ledger import Conflict, Refused
from tests import factories
from tests.services.ledger import NEXT_DAY, everything, record, refused, supported_on


@pytest.fixture(autouse=True)
def clock():
    """Stand on DAY; ``clock.move_to`` goes on."""
    with time_machine.travel("2026-04-01T03:00:00+00:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def programme(department_a):
    factories.make_strategy(context=("B",))
    return factories.make_programme(department=department_a)


# --- withdraw ---


def test_a_withdrawal_closes_the_row_and_appends_none(programme, aiko, clock):
    row = record(programme, aiko)
    clock.move_to("2026-04-02T03:00:00+00:00")
    closed = ledger.withdraw(
        programme=programme, element=row.element, replaces=row.pk, by=aiko, reason="Mine."
    )
    change = Change.objects.latest("id")
    row.refresh_from_db()
    assert closed == row
    assert (row.valid_until, row.closed_in) == (NEXT_DAY, change)
    assert (change.action, change.by, change.reason) == ("withdraw", aiko, "Mine.")
    assert Alignment.objects.count() == 1
    assert record(programme, aiko).valid_from == NEXT_DAY


@pytest.mark.parametrize("seen", ["none", "older", "gone"])
def test_a_withdrawal_of_what_is_not_in_force_is_refused(programme, aiko, seen):
    old = record(programme, aiko)
    new = record(programme, aiko, level=0, replaces=old.pk)
    if seen == "gone":
        ledger.withdraw(programme=programme, element=new.element, replaces=new.pk, by=aiko)
    replaces = {"none": None, "older": old.pk, "gone": new.pk}[seen]
    refusal = refused(
        Conflict, ledger.withdraw, programme=programme, element=new.element,
        replaces=replaces, by=aiko,
    )  # fmt: skip
    assert refusal.current == (None if seen == "gone" else new)


def test_a_withdrawal_from_an_empty_cell_is_refused(programme, aiko):
    element = factories.get_element("A")
    refusal = refused(ValidationError, ledger.withdraw, programme=programme,
                      element=element, replaces=None, by=aiko)  # fmt: skip
    assert refusal.message_dict == {"element": ["Nothing is recorded here."]}


# --- confirm ---


def test_a_second_person_confirms_once(programme, aiko, dai, chie):
    row = record(programme, aiko)
    confirmed = ledger.confirm(alignment=row, by=dai)
    change = Change.objects.latest("id")
    assert (confirmed.pk, confirmed.confirmed_in) == (row.pk, change)
    assert (change.action, change.by) == ("confirm", dai)
    before = everything()
    assert ledger.confirm(alignment=row, by=chie).confirmed_in == change
    assert everything() == before


@pytest.mark.parametrize("role", ["manager", "admin"])
def test_nobody_confirms_their_own_record(programme, role):
    author = factories.make_person("author", role=role)
    row = record(programme, author)
    refused(PermissionDenied, ledger.confirm, alignment=row, by=author)


def test_viewers_and_staff_of_other_departments_confirm_nothing(
    programme, department_a, dai
):
    row = record(programme, dai)
    elsewhere = [factories.make_department("DEP-B")]
    for role, departments in [("viewer", [department_a]), ("staff", elsewhere)]:
        other = factories.make_person(role, role=role, departments=departments)
        refused(PermissionDenied, ledger.confirm, alignment=row, by=other)


def test_a_colleague_of_the_department_confirms(programme, department_a, aiko):
    row = record(programme, aiko)
    colleague = factories.make_person("emi", role="staff", departments=[department_a])
    confirmed = ledger.confirm(alignment=row, by=colleague)
    assert (confirmed.pk, confirmed.confirmed_in.by) == (row.pk, colleague)


def test_a_row_no_longer_in_force_is_not_confirmed(programme, aiko, dai):
    old = record(programme, aiko)
    new = record(programme, aiko, level=0, replaces=old.pk)
    refusal = refused(Conflict, ledger.confirm, alignment=old, by=dai)
    assert refusal.current == new


def test_a_confirmation_does_not_pass_to_the_successor(programme, aiko, dai):
    old = record(programme, aiko)
    ledger.confirm(alignment=old, by=dai)
    new = record(programme, aiko, level=0, replaces=old.pk)
    old.refresh_from_db()
    assert old.confirmed_in is not None
    assert new.confirmed_in is None


# --- who may ---

_OWN, _OTHER, _NONE = "own department", "another department", "no department"
_MAY = {
    "viewer": set(),
    "staff": {_OWN},
    "manager": {_OWN, _OTHER, _NONE},
    "admin": {_OWN, _OTHER, _NONE},
}


@pytest.mark.parametrize("where", [_OWN, _OTHER, _NONE])
@pytest.mark.parametrize("role", User.Role.values)
def test_who_may_align_and_withdraw(programme, department_a, role, where):
    person = factories.make_person("person", role=role, departments=[department_a])
    programme.department = {
        _OWN: department_a, _OTHER: factories.make_department("DEP-B"), _NONE: None,
    }[where]  # fmt: skip
    reference.save(programme, by=None)
    if where in _MAY[role]:
        row = record(programme, person)
        assert row.opened_in.by == person
        ledger.withdraw(
            programme=programme, element=row.element, replaces=row.pk, by=person
        )
        assert not Alignment.objects.open().exists()
    else:
        refused(PermissionDenied, record, programme, person)
        row = factories.align(programme, "A")
        refused(PermissionDenied, ledger.withdraw, programme=programme,
                element=row.element, replaces=row.pk, by=person)  # fmt: skip


# --- history that is loaded ---


def test_a_row_of_history_keeps_its_days_and_belongs_to_the_load(programme):
    row = factories.load_history(
        programme, "A", 1, "2020-04-01", "2022-04-01",
        evidence=[factories.a_source(dated_on=None)],
    )  # fmt: skip
    change = Change.objects.latest("id")
    assert (row.opened_in, row.closed_in, change.action) == (change, change, "load")
    assert [supported_on(datetime.date(year, 4, 1)) for year in (2019, 2020, 2022)] == [
        0, 1, 0,
    ]  # fmt: skip
    assert row.evidence.get().dated_on is None


def test_loading_a_row_twice_changes_nothing_even_when_it_was_closed_since(programme, aiko):
    row = factories.load_history(programme, "A", 1, "2020-04-01")
    record(programme, aiko, level=0, replaces=row.pk)
    before = list(Alignment.objects.order_by("pk").values_list())
    assert factories.load_history(programme, "A", 1, "2020-04-01") is None
    assert list(Alignment.objects.order_by("pk").values_list()) == before


@pytest.mark.parametrize(
    ("valid_from", "valid_until"),
    [
        ("2019-01-01", "2020-04-02"),  # reaches into the closed one
        ("2020-04-01", "2020-04-02"),
        ("2021-03-31", "2021-05-01"),
        ("2019-01-01", "2023-01-01"),  # spans it
        ("2023-01-01", "2025-04-02"),  # reaches into the open one
        ("2026-01-01", "2026-02-01"),
        ("2019-01-01", None),
        ("2023-01-01", None),
        ("2026-01-01", None),
    ],
)
def test_a_period_that_overlaps_another_is_refused(programme, valid_from, valid_until):
    factories.load_history(programme, "A", 1, "2020-04-01", "2021-04-01")
    factories.load_history(programme, "A", 1, "2025-04-01")
    refused(Refused, factories.load_history, programme, "A", 0, valid_from, valid_until)


@pytest.mark.parametrize(
    ("valid_from", "valid_until"),
    [
        ("2019-04-01", "2020-04-01"),
        ("2021-04-01", "2025-04-01"),
    ],
)
def test_periods_may_touch(programme, valid_from, valid_until):
    factories.load_history(programme, "A", 1, "2020-04-01", "2021-04-01")
    factories.load_history(programme, "A", 1, "2025-04-01")
    row = factories.load_history(programme, "A", 0, valid_from, valid_until)
    assert row.valid_until.isoformat() == valid_until


def test_history_with_an_end_to_come_is_refused(programme):
    refusal = refused(
        Refused, factories.load_history, programme, "A", 1, "2020-04-01", "2026-04-02"
    )
    assert list(refusal.plan.steps[0].errors) == ["valid_until"]
