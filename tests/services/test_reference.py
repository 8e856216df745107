"""Everything with a plain history: checked, saved and deleted in one change."""

import pytest
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError

from strategy_app.models import (
    Alignment,
    Budget,
    Category,
    Change,
    Department,
    LevelDefinition,
    Programme,
    Strategy,
    Target,
    User,
    Wording,
)
from strategy_app.services import people, reference
from tests import factories


def newest():
    return Change.objects.latest("id")


def refused(error, action, *args, **kwargs):
    before = Change.objects.count()
    with pytest.raises(error) as refusal:
        action(*args, **kwargs)
    assert Change.objects.count() == before
    return refusal.value


def test_a_row_is_saved_with_who_and_from_where(chie):
    department = reference.save(
        Department(code="DEP-A", name_en="A"), by=chie, source="api", illustrative=True
    )
    version = department.history.get()
    assert (version.name_en, version.change, version.history_user) == ("A", newest(), chie)
    assert (newest().by, newest().source, newest().action, newest().illustrative) == (
        chie, "api", "edit_reference", True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("make", "action"),
    [
        (lambda: factories.make_programme(), "edit_programme"),
        (lambda: factories.make_budget(factories.make_programme(), 2026, 1),
         "edit_programme"),
        (lambda: factories.make_category(), "edit_reference"),
        (lambda: reference.save(Strategy(code="S", name_en="S"), by=None),
         "edit_strategy"),
        (lambda: factories.make_target(make_element()), "edit_target"),
        (lambda: reference.save(LevelDefinition(level=2, name_en="P", use_when_en="W"),
                                by=None), "edit_reference"),
    ],
)  # fmt: skip
def test_a_change_is_named_after_what_it_edits(db, make, action):
    make()
    assert newest().action == action


def make_element():
    factories.make_strategy()
    return factories.get_element("A")


def test_what_is_refused_names_the_field_and_is_not_saved(db):
    refusal = refused(
        ValidationError, reference.save, Department(code="dep a", name_en=""), by=None
    )
    assert sorted(refusal.message_dict) == ["code", "name_en"]
    assert not Department.objects.exists()


def test_a_code_is_taken_once(department_a):
    refusal = refused(
        ValidationError, reference.save, Department(code="DEP-A", name_en="B"), by=None
    )
    assert list(refusal.message_dict) == ["code"]
    assert Department.objects.get().name_en == "Department DEP-A"


def test_departments_of_a_person_are_saved_with_the_person(ben, department_a):
    ben.role = "staff"
    reference.save(ben, by=None, many={"departments": [department_a]})
    assert list(User.objects.get().departments.all()) == [department_a]
    version = ben.history.latest("history_id")
    assert (version.role, version.change) == ("staff", newest())
    assert [row.department for row in version.departments.all()] == [department_a]


def test_what_nothing_refers_to_can_be_deleted_and_keeps_its_history(department_a, chie):
    reference.delete(department_a, by=chie)
    assert not Department.objects.exists()
    version = Department.history.latest("history_id")
    assert (version.history_type, version.code, version.change) == ("-", "DEP-A", newest())
    assert newest().by == chie


@pytest.mark.parametrize("model", [Department, Category, Strategy, Programme])
def test_what_something_refers_to_stays(department_a, model):
    factories.make_strategy()
    programme = factories.make_programme(department=department_a)
    factories.align(programme, "A")
    refused(ProtectedError, reference.delete, model.objects.get(), by=None)
    assert model.objects.count() == 1


def test_ledger_revisions_and_wordings_have_verbs_of_their_own(db):
    factories.make_strategy()
    row = factories.align(factories.make_programme(), "A")
    for instance in (row, row.wording, row.wording.revision, newest()):
        refused(NotImplementedError, reference.save, instance, by=None)
        refused(NotImplementedError, reference.delete, instance, by=None)
    assert (Alignment.objects.count(), Wording.objects.count()) == (1, 4)


# --- rules of single rows ---


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [("2020", "2019"), ("2020-05", "2020-04-30"), ("2020-04-02", "2020-04-01")],
)
def test_a_programme_does_not_end_before_it_begins(db, starts_on, ends_on):
    factories.make_category()
    refusal = refused(
        ValidationError, factories.make_programme, starts_on=starts_on, ends_on=ends_on
    )
    assert refusal.message_dict == {"ends_on": ["It cannot end before it has begun."]}
    assert not Programme.objects.exists()


def test_a_programme_may_end_in_the_month_it_begins_in(db):
    assert factories.make_programme(starts_on="2020-04-02", ends_on="2020-04").pk


def test_an_illustrative_end_needs_a_date(db):
    factories.make_category()
    refused(ValidationError, factories.make_programme, end_is_illustrative=True)
    assert not Programme.objects.exists()


def test_dates_are_kept_in_one_form(db):
    programme = factories.make_programme(starts_on="２００９／０４", ends_on=" 2030 ")
    programme.refresh_from_db()
    assert (programme.starts_on, programme.ends_on) == ("2009-04", "2030")


@pytest.mark.parametrize("date", ["2009-00", "2009-04-00", "0000", "2009-13", "2023-02-29",
                                  "09", "2009-4", "20090401", "someday"])  # fmt: skip
def test_what_is_no_date_is_refused_next_to_its_field(db, date):
    factories.make_category()
    refusal = refused(ValidationError, factories.make_programme, starts_on=date)
    assert list(refusal.message_dict) == ["starts_on"]


def test_a_programme_has_one_budget_a_year(db):
    programme = factories.make_programme()
    factories.make_budget(programme, 2026, 1)
    refused(ValidationError, factories.make_budget, programme, 2026, 2)
    assert Budget.objects.get().amount == 1


def test_there_is_one_target_of_a_kind_from_a_day(department_a):
    element = make_element()
    factories.make_target(element)
    refused(ValidationError, factories.make_target, element, 3)
    factories.make_target(element, department=department_a)
    refused(ValidationError, factories.make_target, element, department=department_a)
    factories.make_target(element, day="2021-04-01")
    assert Target.objects.count() == 3


@pytest.mark.parametrize("measure", ["share_active", "share_budget"])
def test_a_share_is_at_most_the_whole(db, measure):
    element = make_element()
    factories.make_target(element, 100, measure=measure)
    refused(ValidationError, factories.make_target, element, 101, measure=measure,
            day="2021-04-01")  # fmt: skip
    assert Target.objects.get().value == 100


def test_a_target_is_of_one_group(department_a):
    element = make_element()
    category = factories.make_category()
    refused(ValidationError, factories.make_target, element, department=department_a,
            category=category)  # fmt: skip
    assert not Target.objects.exists()


def test_a_token_is_edited_as_a_token(ben):
    people.create_token(user=ben, name="Notebook", by=ben)
    assert newest().action == "edit_token"
