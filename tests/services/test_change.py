"""One transaction, one change; and nothing is written outside of one."""

import pytest
import time_machine
from django.db import transaction

from strategy_app.models import Change, ChangeRequired, Department, Programme
from strategy_app.models.change import current_change
from strategy_app.services import reference
from strategy_app.services.change import discard, recording
from tests import factories


def codes():
    return sorted(Department.objects.values_list("code", flat=True))


def test_a_change_says_who_when_what_why_and_whence(ben):
    with (
        time_machine.travel("2026-04-01T03:00:00+00:00", tick=False),
        recording(
            Change.Action.LOAD, by=ben, source="command", reason="Why.", illustrative=True
        ) as change,
    ):
        assert current_change() is change
    assert current_change() is None
    change.refresh_from_db()
    assert change.at.isoformat() == "2026-04-01T03:00:00+00:00"
    assert (change.by, change.action, change.source) == (ben, "load", "command")
    assert (change.reason, change.illustrative) == ("Why.", True)


def test_services_inside_a_change_join_it(db):
    before = Change.objects.count()
    with recording(Change.Action.LOAD, by=None) as outer:
        with recording(Change.Action.EDIT_REFERENCE, by=None) as inner:
            assert inner is outer
        factories.make_department("DEP-A")
        factories.make_department("DEP-B")
        assert current_change() is outer
    assert Change.objects.count() == before + 1
    assert {row.change for row in Department.history.all()} == {outer}


def test_an_exception_leaves_nothing(db):
    before = Change.objects.count()
    with pytest.raises(ZeroDivisionError), recording(Change.Action.LOAD, by=None):
        factories.make_department("DEP-A")
        raise ZeroDivisionError
    assert (codes(), Department.history.count(), Change.objects.count()) == ([], 0, before)
    assert current_change() is None


def test_an_exception_of_a_joined_block_that_is_caught_harms_nothing_else(db):
    with recording(Change.Action.LOAD, by=None) as change:
        factories.make_department("DEP-A")
        with pytest.raises(ZeroDivisionError), recording(Change.Action.LOAD, by=None):
            raise ZeroDivisionError
        assert current_change() is change
        factories.make_department("DEP-B")
    assert codes() == ["DEP-A", "DEP-B"]


def test_a_discarded_change_leaves_nothing(db):
    before = Change.objects.count()
    with recording(Change.Action.LOAD, by=None) as change:
        factories.make_department("DEP-A")
        discard(change)
    assert (codes(), Change.objects.count()) == ([], before)
    factories.make_department("DEP-B")
    assert codes() == ["DEP-B"]


def test_a_block_that_joined_cannot_discard_what_others_have_written(db):
    with recording(Change.Action.LOAD, by=None) as outer:
        factories.make_department("DEP-A")
        with recording(Change.Action.LOAD, by=None) as inner:
            with recording(Change.Action.LOAD, by=None) as innermost:
                discard(innermost)
            discard(inner)
        factories.make_department("DEP-B")
    assert codes() == ["DEP-A", "DEP-B"]
    assert Change.objects.filter(pk=outer.pk).exists()


def test_a_change_that_is_over_cannot_be_discarded(db):
    with recording(Change.Action.LOAD, by=None) as first:
        factories.make_department("DEP-A")
    with recording(Change.Action.LOAD, by=None):
        factories.make_department("DEP-B")
        discard(first)
    assert codes() == ["DEP-A", "DEP-B"]


def test_ids_go_up_with_time(db):
    for number in range(3):
        factories.make_department(f"DEP-{number}")
    changes = list(Change.objects.order_by("id"))
    assert len(changes) == 3
    assert changes == sorted(changes, key=lambda change: change.at)


def test_what_has_a_history_is_not_saved_outside_a_change(db):
    department = Department(code="DEP-A", name_en="A")
    with pytest.raises(ChangeRequired, match="Department"):
        department.save()
    with pytest.raises(ChangeRequired):
        Department.objects.create(code="DEP-A", name_en="A")
    assert (codes(), Change.objects.count()) == ([], 0)


def test_what_has_a_history_is_not_altered_or_deleted_outside_a_change(department_a):
    department_a.name_en = "Another name"
    with pytest.raises(ChangeRequired):
        department_a.save()
    with pytest.raises(ChangeRequired), transaction.atomic():
        department_a.delete()
    with pytest.raises(ChangeRequired), transaction.atomic():
        Department.objects.all().delete()
    department_a.refresh_from_db()
    assert department_a.name_en == "Department DEP-A"
    assert Department.history.count() == 1


def test_departments_of_a_person_are_not_altered_outside_a_change(aiko, department_a):
    other = factories.make_department("DEP-B")
    for action in (
        lambda: aiko.departments.add(other),
        lambda: aiko.departments.remove(department_a),
        lambda: aiko.departments.clear(),
        lambda: aiko.departments.set([other]),
    ):
        with pytest.raises(ChangeRequired), transaction.atomic():
            action()
        assert list(aiko.departments.all()) == [department_a]


def test_each_version_points_to_the_change_that_wrote_it(chie):
    programme = factories.make_programme()
    programme.name_en = "New name"
    reference.save(programme, by=chie)
    reference.delete(programme, by=chie)
    versions = list(Programme.history.order_by("history_id"))
    newest = list(Change.objects.order_by("-id")[:2])
    assert [row.history_type for row in versions] == ["+", "~", "-"]
    assert [row.change for row in versions[:0:-1]] == newest
    assert [row.history_user for row in versions] == [None, chie, chie]
    assert [change.action for change in newest] == ["edit_programme"] * 2
