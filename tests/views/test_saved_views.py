"""Views that people keep, share and begin with."""

import pytest
from django.urls import reverse

from strategy_app.models import SavedView
from strategy_app.services import reference
from tests import factories
from tests.views.reading import link, text_of


@pytest.fixture
def site(db):
    factories.make_strategy()
    factories.make_programme()


def save(client, name="Mine", query="category=CAT-A&day=2026-03-31", **fields):
    data = {"name": name, "page": "matrix", "query": query} | fields
    return client.post(reverse("save-view"), data)


def test_a_saved_view_leads_back_to_what_was_shown(client, ben, site):
    client.force_login(ben)
    answer = save(client)
    assert answer.url == "/matrix/?category=CAT-A&day=2026-03-31"
    page = client.get("/views/")
    opened = client.get(link(page, "Mine"))
    assert opened.context["scope"].category == "CAT-A"


def test_the_bar_offers_to_save_what_it_shows(client, ben, site):
    client.force_login(ben)
    page = client.get("/gaps/?category=CAT-A&kind=thin").content.decode()
    assert 'name="page" value="gaps"' in page
    assert 'name="query" value="category=CAT-A&amp;kind=thin"' in page
    assert "Save this view as" not in text_of(client.get("/strategy/"))


def test_the_same_name_replaces_ones_own_view_only(client, ben, chie, site):
    client.force_login(ben)
    save(client)
    save(client, query="status=active")
    client.force_login(chie)
    save(client)
    assert set(SavedView.objects.values_list("owner__username", "query")) == {
        ("ben", "status=active"),
        ("chie", "category=CAT-A&day=2026-03-31"),
    }


def test_only_shared_views_are_seen_by_others(client, ben, chie, site):
    client.force_login(ben)
    save(client, "Private")
    save(client, "For all", is_shared="on")
    client.force_login(chie)
    page = client.get("/views/")
    assert [item["view"].name for item in page.context["views"]] == ["For all"]


def test_nobody_deletes_the_view_of_another(client, ben, chie, site):
    client.force_login(ben)
    save(client, is_shared="on")
    view = SavedView.objects.get()
    client.force_login(chie)
    answer = client.post(reverse("delete-view", args=[view.pk]))
    assert answer.status_code == 403
    assert SavedView.objects.get() == view


def test_one_begins_with_a_view_until_it_is_deleted(client, ben, chie, site):
    client.force_login(ben)
    save(client, is_shared="on")
    view = SavedView.objects.get()
    client.force_login(chie)
    client.post(reverse("start-view", args=[view.pk]))
    assert client.get("/").url == "/matrix/?category=CAT-A&day=2026-03-31"
    assert client.get("/?strategy=STR").status_code == 200
    client.force_login(ben)
    client.post(reverse("delete-view", args=[view.pk]))
    client.force_login(chie)
    assert client.get("/").status_code == 200
    chie.refresh_from_db()
    assert chie.start_view is None


def test_the_private_view_of_another_is_no_start(client, ben, chie, site):
    client.force_login(ben)
    save(client)
    view = SavedView.objects.get()
    client.force_login(chie)
    assert client.post(reverse("start-view", args=[view.pk])).status_code == 404
    chie.refresh_from_db()
    assert chie.start_view is None


def test_a_view_whose_category_is_gone_says_so(client, ben, site):
    gone = factories.make_category("CAT-Z")
    client.force_login(ben)
    save(client, query="category=CAT-Z")
    reference.delete(gone, by=None)
    answer = client.get("/matrix/?category=CAT-Z")
    assert answer.status_code == 400
    assert answer.context["form"].errors["category"] == ["There is no “CAT-Z” here."]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "<b>bold</b>"}, "name"),
        ({"page": "account_logout"}, "page"),
        ({"query": "x" * 1001}, "query"),
    ],
)
def test_what_cannot_be_saved_is_refused_and_kept(client, ben, site, sent, field):
    client.force_login(ben)
    answer = save(client, **{"name": "Mine"} | sent)
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    assert SavedView.objects.count() == 0
