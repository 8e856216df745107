"""No part of an address is left out unseen, and the bar says all of what is shown."""

import re
from urllib.parse import urlsplit

import pytest
from django.urls import resolve

from strategy_app.models import Category
from tests import factories
from tests.views.reading import link, links_of, text_of

DASHBOARDS = ["/", "/matrix/", "/gaps/", "/timeline/", "/compare/", "/programmes/"]


@pytest.fixture
def site(db):
    """Two strategies, two categories, and a programme of one for both strategies."""
    factories.make_strategy()
    factories.make_strategy("TWO")
    factories.make_category("CAT-B")
    first = factories.make_programme("PRG-1", partner_countries=["TH"])
    factories.align(first, "A.1", 2)
    factories.align(first, factories.get_element("A", strategy="TWO"), 1)


@pytest.fixture
def two_pages(site):
    """Programmes enough for a second page of their list, in another category."""
    other = Category.objects.get(code="CAT-B")
    for number in range(50):
        factories.make_programme(f"OTHER-{number}", category=other)


def title_of(page):
    return re.search(r"<title>(.*?)</title>", page.content.decode(), re.S)[1]


@pytest.mark.parametrize("path", [*DASHBOARDS, "/strategy/", "/changes/", "/definitions/"])
def test_a_filter_given_twice_is_refused_by_its_name(client, ben, site, path):
    client.force_login(ben)
    page = client.get(f"{path}?category=CAT-A&category=CAT-B")
    assert page.status_code == 400
    assert page.context["form"].errors == {"category": ["Give this once."]}
    assert "category : Give this once." in text_of(page)
    assert '<select name="category"' in page.content.decode()


@pytest.mark.parametrize("path", [*DASHBOARDS, "/strategy/STR/", "/strategy/STR/A/"])
def test_a_parameter_that_there_is_not_is_refused_by_its_name(client, ben, site, path):
    client.force_login(ben)
    for name in ["departmnt", "Department", "<b>", "line", "cell"]:
        page = client.get(path, {name: "DEP-A", "category": "CAT-B"})
        assert page.status_code == 400
        assert f"{name} : There is no such parameter or field." in text_of(page)
        assert page.context["form"]["category"].value() == "CAT-B"


def test_a_page_of_a_list_is_asked_for_once(client, ben, two_pages):
    client.force_login(ben)
    page = client.get("/programmes/?page=1&page=2")
    assert page.status_code == 400
    assert "page : Give this once." in text_of(page)
    assert client.get("/programmes/?page=2").context["page"].number == 2


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("state=principal", "element"),
        ("also_strategy=TWO", "also"),
        ("element=A&period=ended", "period"),
        ("budget=missing&period=ended", "period"),
        ("element=A&budget=missing", "element"),
        ("ends_by=2030-01-01", "element"),
        ("also_strategy=TWO&also=A", "element"),
        ("element=A&state=not_assessed&ends_by=2030-01-01", "state"),
    ],
)
def test_programmes_are_not_listed_by_half_a_question(client, ben, site, query, field):
    client.force_login(ben)
    page = client.get(f"/programmes/?{query}")
    assert page.status_code == 400
    assert list(page.context["form"].errors) == [field]


def test_api_and_pages_refuse_the_same_names(client, ben, site):
    client.force_login(ben)
    for query in ["departmnt=X", "department=unknown&department=unknown"]:
        told = client.get(f"/api/v1/coverage/?{query}").json()["errors"]
        page = text_of(client.get(f"/?{query}"))
        assert [f"{error['attr']} : {error['detail']}" in page for error in told] == [True]


def addresses_of(page, path):
    """Yield where links and forms of a page lead within the product, by GET."""
    for href, _label in links_of(page):
        if href and not href.startswith("#"):
            yield urlsplit(href)._replace(fragment="").geturl() or path
    for form in re.findall(r"<form method=\"get\".*?</form>", page.content.decode(), re.S):
        action = re.search(r'action="([^"]*)"', form.partition(">")[0])
        names = re.findall(r'<(?:input|select)[^>]*? name="([^"]+)"', form)
        yield f"{action[1] if action else path}?{'&'.join(f'{name}=' for name in names)}"


@pytest.mark.parametrize("person", ["ben", "chie"])
def test_nothing_that_our_own_pages_link_to_is_refused(client, request, two_pages, person):
    client.force_login(request.getfixturevalue(person))
    asked = [*DASHBOARDS, "/?day=2027-03-31&q=PRG&strategy=TWO", "/gaps/?by=country"]
    asked += ["/matrix/?by=strategy", "/matrix/?by=fiscal_year", "/tagging/", "/changes/"]
    asked += ["/compare/?with_category=CAT-B&category=CAT-A", "/strategy/STR/", "/review/"]
    asked += ["/programmes/?element=A&state=principal&sort=-end&page=1", "/tagging/queue/"]
    found = {}
    for path in asked:
        page = client.get(path)
        if page.status_code == 200:
            for address in addresses_of(page, urlsplit(path).path):
                one_of_a_kind = (kind_of(address, path), names_in(address))
                found.setdefault(one_of_a_kind, (path, address))
    assert len(found) > 60
    refused = {}
    for path, address in found.values():
        target = urlsplit(path)._replace(query="").geturl() + address
        answer = client.get(target if address.startswith("?") else address)
        if answer.status_code == 400:
            refused[address] = path
    assert refused == {}


def kind_of(address, path):
    within = urlsplit(address).path or urlsplit(path).path
    return resolve(within).url_name


def names_in(address):
    return tuple(part.partition("=")[0] for part in urlsplit(address).query.split("&"))


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("/programmes/?strategy=STR&element=A&state=supported&q=PRG", "strategy=TWO&q=PRG"),
        ("/timeline/?strategy=STR&element=A", "strategy=TWO"),
        ("/compare/?strategy=STR&element=A&with_layer=fresh", "with_layer=fresh"),
    ],
)
def test_another_strategy_is_asked_about_without_elements_of_the_first(
    client, ben, site, asked, kept
):
    client.force_login(ben)
    form = client.get(asked).content.decode().partition('class="scope-form"')[2]
    (shown,) = re.findall(r'name="of" value="(\w+)"', form)
    chosen = asked.replace("strategy=STR", "strategy=TWO")
    answer = client.get(f"{chosen}&of={shown}", follow=True)
    assert answer.status_code == 200
    assert answer.context["scope"].strategy == "TWO"
    query = answer.request["QUERY_STRING"]
    assert kept in query and "element" not in query
    again = client.get(f"{asked}&of={shown}")
    assert again.url == asked


@pytest.mark.parametrize("path", DASHBOARDS)
def test_the_strategy_is_named_in_bar_and_title(client, ben, site, path):
    client.force_login(ben)
    for code in ["STR", "TWO"]:
        page = client.get(f"{path}?strategy={code}")
        name = str(page.context["strategy_name"])
        assert code in name
        assert f": {name} –" in title_of(page)
        head = page.content.decode().partition("<h1")[2].partition("<summary>")
        bar = head[2].partition("</summary>")[0]
        assert name in (head[0] if path == "/" else bar)


@pytest.mark.parametrize("path", DASHBOARDS)
def test_a_strategy_that_is_not_the_default_one_can_be_removed(
    client, ben, site, settings, path
):
    settings.DEFAULT_STRATEGY = "STR"
    client.force_login(ben)
    page = client.get(f"{path}?strategy=TWO&category=CAT-B")
    without = client.get(path + link(page, "Remove Strategy"))
    assert without.context["scope"].strategy == "STR"
    assert without.context["scope"].category == "CAT-B"
    assert "Remove Strategy" not in [label for _href, label in links_of(without)]


def test_what_asks_about_a_strategy_goes_with_it(client, ben, site, settings):
    settings.DEFAULT_STRATEGY = "STR"
    client.force_login(ben)
    page = client.get("/programmes/?strategy=TWO&element=A&state=supported&sort=end")
    assert link(page, "Remove Strategy") == "?strategy=STR&sort=end"


def test_a_strategys_own_pages_offer_no_other(client, ben, site, settings):
    settings.DEFAULT_STRATEGY = "STR"
    client.force_login(ben)
    for path in ["/strategy/", "/strategy/TWO/", "/strategy/TWO/A/"]:
        page = client.get(f"{path}?strategy=TWO")
        assert "Remove Strategy" not in [label for _href, label in links_of(page)]
        assert '<select name="strategy"' not in page.content.decode()
        assert 'type="hidden" name="strategy" value="TWO"' in page.content.decode()


@pytest.mark.parametrize("day", ["", "2027-03-31"])
def test_the_panel_has_the_day_that_is_shown(client, ben, site, day):
    client.force_login(ben)
    page = client.get(f"/gaps/?day={day}")
    shown = page.context["scope"].day.isoformat()
    assert day in ("", shown)
    assert f'name="day" value="{shown}"' in page.content.decode()


def test_what_cannot_be_read_is_named_above_and_leads_to_its_field(client, ben):
    client.force_login(ben)
    page = client.get("/?level=x&layer=y")
    top = page.content.decode().partition('<form method="get"')[0]
    for name, label in (("level", "Counts as support"), ("layer", "Records")):
        assert f'href="#{page.context["form"][name].id_for_label}">{label}</a>' in top
