"""The audit trail as people read it, and what they set for themselves."""

import pytest
from django.urls import reverse

from strategy_app.models import ApiToken, Change
from strategy_app.services import reference
from tests import factories
from tests.views.reading import text_of


@pytest.fixture
def tagged(aiko, dai):
    """An alignment that Aiko recorded and then raised."""
    factories.make_strategy()
    programme = factories.make_programme("SATREPS", department=aiko.departments.get())
    factories.align(programme, "A", 1, by=aiko, rationale="At first.")
    return factories.align(programme, "A", 2, by=aiko, rationale="On reflection.")


def test_changes_are_listed_newest_first_with_what_they_touched(client, ben, tagged):
    client.force_login(ben)
    page = client.get("/changes/")
    first = page.context["page"].object_list[0]
    assert (first.pk, first.opened_count, first.closed_count) == (tagged.opened_in_id, 1, 1)
    ids = [change.pk for change in page.context["page"]]
    assert ids == sorted(ids, reverse=True)


def test_a_change_shows_what_it_opened_and_closed(client, ben, tagged):
    client.force_login(ben)
    page = text_of(client.get(f"/changes/{tagged.opened_in_id}/"))
    assert "On reflection." in page and "At first." in page and "aiko" in page


def test_a_change_of_facts_shows_from_what_to_what(client, ben, chie, tagged):
    programme = tagged.programme
    programme.status = "closing"
    programme.partner_countries = ["TH", "VN"]
    reference.save(programme, by=chie)
    client.force_login(ben)
    number = Change.objects.order_by("-id").first().pk
    edit = client.get(f"/changes/{number}/").context["edits"][0]
    assert (edit.kind, edit.name) == ("~", "SATREPS")
    assert [(value.label, value.before, value.after) for value in edit.values] == [
        ("status", "Active", "Closing (no new calls)"),
        ("partner countries", "", "TH, VN"),
    ]
    assert "Closing (no new calls)" in text_of(client.get("/programmes/SATREPS/"))


def test_changes_can_be_filtered_by_what_was_done(client, ben, tagged):
    client.force_login(ben)
    page = client.get("/changes/?action=align")
    assert {change.action for change in page.context["page"]} == {"align"}
    assert page.context["page"].paginator.count == 2
    assert client.get("/changes/?action=nonsense").status_code == 400


def test_changes_of_accounts_are_for_strategy_admins(client, ben, chie):
    number = Change.objects.filter(action="edit_person").first().pk
    seen = {}
    for person in (ben, chie):
        client.force_login(person)
        listed = [change.action for change in client.get("/changes/").context["page"]]
        seen[person.username] = (
            "edit_person" in listed,
            client.get(f"/changes/{number}/").status_code,
        )
    assert seen == {"ben": (False, 404), "chie": (True, 200)}


@pytest.mark.parametrize("number", ["0", "999999999999999999"])
def test_a_change_that_there_is_not_is_not_found(client, ben, number):
    client.force_login(ben)
    assert "There is no such page" in text_of(client.get(f"/changes/{number}/"))


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_of_changes_costs_a_fixed_number_of_queries(
    client, ben, number, django_assert_num_queries
):
    factories.make_strategy()
    programme = factories.make_programme()
    for level in range(number):
        factories.align(programme, "A", level)
    client.force_login(ben)
    client.get("/changes/")
    with django_assert_num_queries(5):
        client.get("/changes/")


def test_a_token_is_shown_once_and_opens_the_api(client, aiko, tagged):
    client.force_login(aiko)
    page = client.post("/account/", {"name": "Nightly export", "days": "30"})
    key = page.context["key"]
    assert key and key in page.content.decode()
    assert key not in client.get("/account/").content.decode()
    token = ApiToken.objects.get()
    assert (token.user, token.is_read_only, token.digest == key) == (aiko, True, False)
    client.logout()
    answer = client.get("/api/v1/programmes/", headers={"Authorization": f"Token {key}"})
    assert [row["code"] for row in answer.json()["results"]] == ["SATREPS"]


def test_a_revoked_token_opens_nothing(client, aiko, tagged):
    token, key = factories.make_token(aiko)
    client.force_login(aiko)
    client.post(reverse("revoke-token", args=[token.pk]))
    client.logout()
    answer = client.get("/api/v1/programmes/", headers={"Authorization": f"Token {key}"})
    assert answer.status_code == 401


def test_a_token_without_a_name_is_refused_next_to_the_field(client, aiko):
    client.force_login(aiko)
    page = client.post("/account/", {"name": "", "days": "30"})
    assert page.status_code == 400
    assert page.context["form"].errors["name"] == ["This field is required."]
    assert ApiToken.objects.count() == 0


def test_choosing_a_language_is_an_edit_of_a_person(client, aiko, tagged):
    client.force_login(aiko)
    client.post(reverse("set-language"), {"language": "ja", "next": "/"})
    change = Change.objects.latest("id")
    assert (change.action, change.by) == ("edit_person", aiko)
    shown = client.get("/changes/").context["page"].object_list
    assert change.pk not in {row.pk for row in shown}
