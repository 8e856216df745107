"""Programmes are edited in one change, and never over what somebody else has saved."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from strategy_app.models import Budget, Change, Department, Programme
from strategy_app.services import reference
from tests import factories
from tests.admin.pages import address, errors_of, fields_of


@pytest.fixture
def programme(department_a):
    return factories.make_programme(name_en="Old name", department=department_a)


@pytest.fixture
def opened(chie, client, programme):
    """The programme's page, opened by a strategy admin, and where it is."""
    client.force_login(chie)
    where = address(Programme, "change", programme.pk)
    return where, fields_of(client.get(where))


def newest():
    return Change.objects.order_by("-id").first()


def test_an_edit_with_its_budgets_is_one_change(opened, programme, chie, client):
    where, data = opened
    before = Change.objects.count()
    answer = client.post(
        where,
        data | {
            "name_en": "New name",
            "budgets-0-fiscal_year": "2026",
            "budgets-0-amount": "5000",
        },
    )  # fmt: skip
    assert answer.status_code == 302
    assert Change.objects.count() == before + 1
    change = newest()
    assert (change.by, change.action, change.source) == (chie, "edit_programme", "admin")
    programme.refresh_from_db()
    assert programme.name_en == "New name"
    assert programme.history.first().change == change
    budget = Budget.objects.get()
    assert (budget.programme, budget.fiscal_year, budget.amount) == (programme, 2026, 5000)
    assert budget.history.get().change == change


def test_a_budget_can_be_taken_out(programme, chie, client):
    budget = factories.make_budget(programme, 2026, 1000)
    client.force_login(chie)
    where = address(Programme, "change", programme.pk)
    client.post(where, fields_of(client.get(where)) | {"budgets-0-DELETE": "on"})
    assert Budget.objects.count() == 0
    gone = Budget.history.filter(id=budget.pk).first()
    assert (gone.history_type, gone.change) == ("-", newest())


def test_adding_is_one_change(chie, client, department_a):
    category = factories.make_category()
    client.force_login(chie)
    before = Change.objects.count()
    client.post(
        address(Programme, "add"),
        {
            "code": "NEW-1", "name_en": "Newcomer", "category": category.pk,
            "status": "planned", "starts_on": "2027-04", "partner_countries": ["DE", "FR"],
            "budgets-TOTAL_FORMS": "1", "budgets-INITIAL_FORMS": "0",
            "budgets-0-fiscal_year": "2027", "budgets-0-amount": "7",
        },
    )  # fmt: skip
    made = Programme.objects.get()
    assert (made.code, made.starts_on, made.department) == ("NEW-1", "2027-04", None)
    assert [country.code for country in made.partner_countries] == ["DE", "FR"]
    assert Budget.objects.get().programme == made
    assert Change.objects.count() == before + 1


def test_saving_what_is_there_already_changes_nothing(opened, programme, client):
    where, data = opened
    before = Change.objects.count()
    answer = client.post(where, data, follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        "Nothing was changed."
    ]
    assert Change.objects.count() == before
    assert programme.history.count() == 1


def test_a_refusal_stands_next_to_its_field_and_changes_nothing(opened, programme, client):
    where, data = opened
    before = Change.objects.count()
    answer = client.post(where, data | {"starts_on": "2012", "ends_on": "2010"})
    assert list(answer.context["adminform"].form.errors) == ["ends_on"]
    assert list(answer.context["messages"]) == []
    assert Change.objects.count() == before
    programme.refresh_from_db()
    assert (programme.starts_on, programme.ends_on) == ("", "")


def test_a_second_admin_is_refused_and_loses_nothing(opened, programme, dai, client):
    where, data = opened
    programme.name_ja = "新しい名"
    programme.status = "closing"
    reference.save(programme, by=dai)
    before = Change.objects.count()
    answer = client.post(where, data | {"name_en": "Typed meanwhile", "name_ja": "別の名"})
    assert Change.objects.count() == before
    programme.refresh_from_db()
    assert (programme.name_en, programme.name_ja) == ("Old name", "新しい名")
    text = errors_of(answer)
    assert "dai changed this" in text
    assert "“PRG-1事業” became “新しい名”" in text
    form = answer.context["adminform"].form
    # What was typed is kept; what was not touched shows what the other one saved.
    assert [form[name].value() for name in ("name_en", "name_ja", "status")] == [
        "Typed meanwhile", "別の名", "closing",
    ]  # fmt: skip

    assert client.post(where, fields_of(answer)).status_code == 302
    programme.refresh_from_db()
    assert (programme.name_en, programme.name_ja, programme.status) == (
        "Typed meanwhile", "別の名", "closing",
    )  # fmt: skip


def test_a_budget_that_somebody_else_saved_counts_as_well(opened, programme, dai, client):
    where, data = opened
    budget = factories.make_budget(programme, 2026, 1000)
    before = Change.objects.count()
    answer = client.post(where, data | {"name_en": "Typed meanwhile"})
    assert "changed this" in errors_of(answer)
    assert Change.objects.count() == before
    budget.refresh_from_db()
    assert budget.amount == 1000


def test_a_form_without_a_version_is_refused(opened, programme, client):
    where, data = opened
    del data["version"]
    client.post(where, data | {"name_en": "Sent by a script"})
    programme.refresh_from_db()
    assert programme.name_en == "Old name"


def test_programmes_are_never_deleted(programme, chie, client):
    client.force_login(chie)
    answer = client.post(address(Programme, "delete", programme.pk), {"post": "yes"})
    assert answer.status_code == 403
    client.post(
        address(Programme, "changelist"),
        {"action": "delete_selected", "_selected_action": programme.pk, "post": "yes"},
    )
    assert Programme.objects.get() == programme


def test_history_says_who_from_and_to(opened, programme, client):
    where, data = opened
    client.post(where, data | {"name_en": "New name"})
    shown = client.get(address(Programme, "history", programme.pk)).content.decode()
    assert "<del>Old name</del>" in shown
    assert "<ins>New name</ins>" in shown
    assert address(Change, "change", newest().pk) in shown
    assert "chie" in shown


def test_a_department_with_people_cannot_be_deleted(aiko, department_a, chie, client):
    client.force_login(chie)
    where = address(Department, "delete", department_a.pk)
    assert "aiko" in client.get(where).content.decode()
    before = Change.objects.count()
    client.post(where, {"post": "yes"})
    assert list(aiko.departments.all()) == [department_a]
    assert Change.objects.count() == before


def test_an_unused_department_can_be_deleted(department_a, chie, client):
    client.force_login(chie)
    client.post(address(Department, "delete", department_a.pk), {"post": "yes"})
    assert Department.objects.count() == 0
    gone = Department.history.first()
    assert (gone.history_type, gone.change.by) == ("-", chie)


@pytest.mark.parametrize("kind", ["changelist", "change"])
def test_the_number_of_queries_is_fixed(kind, chie, dai, client):
    client.force_login(chie)
    elements = ["A", "A.1", "A.2", "B"]
    factories.make_strategy(elements=elements)
    counted = []
    for number, element in enumerate(elements[1:], start=1):
        programme = factories.make_programme(
            f"PRG-{number}", category=factories.make_category(f"CAT-{number}"),
            department=factories.make_department(f"D-{number}"),
        )  # fmt: skip
        first = Programme.objects.order_by("id").first()
        factories.make_budget(first, 2020 + number, number)
        factories.align(first, element, 2, by=dai)
        where = address(Programme, kind, *([first.pk] if kind == "change" else []))
        client.get(where)  # columns are read anew after each write
        with CaptureQueriesContext(connection) as queries:
            shown = client.get(where).content.decode()
        assert programme.code in shown or kind == "change"
        counted.append(len(queries))
    assert counted[0] == counted[2], counted
    assert counted[0] <= 20
