"""Views that people keep, share and begin with."""

import pytest
from django.urls import reverse

from strategy_app.models import SavedView
from strategy_app.models.dates import today
from strategy_app.services import reference
from tests import factories
from tests.views.reading import link, text_of


@pytest.fixture
def site(db):
    factories.make_strategy()
    factories.make_programme()


SENT = {"page": "matrix", "query": "category=CAT-A&day=2026-03-31"}


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


def kept():
    return set(SavedView.objects.values_list("owner__username", "query", "is_shared"))


def test_a_name_that_is_taken_is_asked_about_and_nothing_typed_is_lost(client, ben, site):
    client.force_login(ben)
    save(client, is_shared="on")
    answer = save(client, page="gaps", query="status=active")
    assert answer.status_code == 400
    assert kept() == {("ben", "category=CAT-A&day=2026-03-31", True)}
    form = answer.context["form"]
    assert form.errors == {"name": ["You have a view of this name already."]}
    assert [form[name].value() for name in ("name", "page", "query", "is_shared")] == [
        "Mine",
        "gaps",
        "status=active",
        False,
    ]
    assert "Matrix · shared with everybody" in text_of(answer)
    assert "Replace “Mine”" in text_of(answer)


def test_a_view_is_replaced_when_that_is_what_was_meant(client, ben, site):
    client.force_login(ben)
    save(client, is_shared="on")
    view = SavedView.objects.get()
    answer = save(client, query="status=active", replaces=view.pk)
    assert answer.url == "/matrix/?status=active"
    assert kept() == {("ben", "status=active", False)}
    assert SavedView.objects.get() == view


def test_only_the_view_of_that_name_gives_way(client, ben, chie, site):
    client.force_login(ben)
    save(client)
    save(client, "Another")
    client.force_login(chie)
    save(client)
    other = SavedView.objects.get(owner=ben, name="Another")
    answer = save(client, query="status=active", replaces=other.pk)
    assert answer.status_code == 400
    assert set(SavedView.objects.values_list("owner__username", "name", "query")) == {
        ("ben", "Mine", "category=CAT-A&day=2026-03-31"),
        ("ben", "Another", "category=CAT-A&day=2026-03-31"),
        ("chie", "Mine", "category=CAT-A&day=2026-03-31"),
    }


def test_who_sees_a_view_is_said_where_it_is_saved(client, ben, site):
    client.force_login(ben)
    assert "Otherwise only you see it." in text_of(client.get("/gaps/"))
    answer = client.post(reverse("save-view"), SENT | {"name": "A"}, follow=True)
    assert "The view “A” is saved; only you see it." in text_of(answer)
    sent = SENT | {"name": "B", "is_shared": "on"}
    answer = client.post(reverse("save-view"), sent, follow=True)
    assert "The view “B” is saved and shared with everybody." in text_of(answer)


def test_a_view_of_today_is_saved_without_the_day(client, ben, site):
    client.force_login(ben)
    page = client.get(f"/gaps/?day={today()}&category=&kind=thin&page=1")
    assert page.context["view_query"] == "kind=thin"
    page = client.get("/gaps/?day=2026-03-31&kind=thin")
    assert page.context["view_query"] == "day=2026-03-31&kind=thin"


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


@pytest.fixture
def broken(client, ben, site):
    """Ben's shared view of a category that was removed since; he begins with it."""
    gone = factories.make_category("CAT-Z")
    client.force_login(ben)
    save(client, "Of Z", query="category=CAT-Z", is_shared="on")
    view = SavedView.objects.get()
    client.post(reverse("start-view", args=[view.pk]))
    assert client.get("/").url == "/matrix/?category=CAT-Z"
    reference.delete(gone, by=None)
    return view


def test_a_view_whose_category_is_gone_says_so(client, ben, broken):
    answer = client.get("/matrix/?category=CAT-Z")
    assert answer.status_code == 400
    assert answer.context["form"].errors["category"] == ["There is no “CAT-Z” here."]
    assert "It is that of the saved view “Of Z”." in text_of(answer)
    assert link(answer, "See it among the saved views") == f"/views/#view-{broken.pk}"


def test_the_list_marks_views_that_are_broken(client, ben, broken):
    save(client)
    page = client.get("/views/")
    assert [(item["view"].name, item["problems"]) for item in page.context["views"]] == [
        ("Mine", []),
        ("Of Z", ["Category: There is no “CAT-Z” here."]),
    ]
    assert text_of(page).count("broken Category: There is no “CAT-Z” here.") == 1
    assert f'id="view-{broken.pk}"' in page.content.decode()


def test_who_begins_with_a_broken_view_begins_with_the_overview_and_is_told(
    client, ben, broken
):
    page = client.get("/")
    assert page.templates[0].name == "strategy_app/overview/overview.html"
    assert (
        "your start page, the saved view “Of Z”, cannot be read. Category: There is no"
        " “CAT-Z” here." in text_of(page)
    )
    mend = link(page, "Mend it, or choose another start page")
    assert mend == f"/views/#view-{broken.pk}"
    save(client, "Of Z", query="category=CAT-A", replaces=broken.pk)
    assert client.get("/").url == "/matrix/?category=CAT-A"


def test_only_its_owner_is_asked_to_mend_a_view(client, chie, broken):
    client.force_login(chie)
    client.post(reverse("start-view", args=[broken.pk]))
    assert link(client.get("/"), "Choose another start page")
    assert "Only ben can mend it." in text_of(client.get("/views/"))


def test_a_view_that_is_no_longer_shared_is_no_longer_a_start(client, ben, chie, site):
    client.force_login(ben)
    save(client, is_shared="on")
    view = SavedView.objects.get()
    client.force_login(chie)
    client.post(reverse("start-view", args=[view.pk]))
    client.force_login(ben)
    save(client, query="q=secret", replaces=view.pk)
    client.force_login(chie)
    for path in ["/", "/views/"]:
        page = client.get(path)
        assert "the saved view “Mine”, is no longer shared with you." in text_of(page)
        assert "secret" not in page.content.decode()
    assert "no longer shared" not in text_of(client.get("/?strategy=STR"))
    client.post(reverse("start-view", args=[0]))
    assert "no longer shared" not in text_of(client.get("/"))


def test_one_may_begin_with_a_view_of_the_overview_as_it_is(client, ben, site):
    client.force_login(ben)
    save(client, page="overview", query="")
    client.post(reverse("start-view", args=[SavedView.objects.get().pk]))
    page = client.get("/")
    assert page.status_code == 200
    assert "You begin with the overview" not in text_of(page)


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_a_fixed_number_of_queries(
    client, ben, site, number, django_assert_num_queries
):
    client.force_login(ben)
    for item in range(number):
        save(client, f"View {item}", query="q=rain&known_at=1")
        save(client, f"Search {item}", page="programme-list", query="q=rain")
    client.get("/views/")
    with django_assert_num_queries(4):
        client.get("/views/")


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


def test_overview_in_the_navigation_is_the_overview(client, ben, site):
    client.force_login(ben)
    save(client)
    client.post(reverse("start-view", args=[SavedView.objects.get().pk]))
    assert client.get("/").url.startswith("/matrix/")
    for path in ["/account/", "/views/", "/no/such/page/", "/?departmnt=X", "/matrix/"]:
        page = client.get(path)
        overview = client.get(link(page, "Overview"))
        assert overview.status_code == 200
        assert overview.templates[0].name == "strategy_app/overview/overview.html"
