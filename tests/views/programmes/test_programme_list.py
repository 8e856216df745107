"""The list of programmes: search, filters, order, pages."""

import pytest

from tests import factories
from tests.views.reading import link, text_of


@pytest.fixture
def programmes(db):
    factories.make_strategy()
    department = factories.make_department("DEP-A")
    factories.make_programme(
        "SATREPS",
        department=department,
        starts_on="2008",
        name_ja="地球規模課題対応国際科学技術協力",
        summary_en="Joint research with developing countries.",
    )
    factories.make_programme("CREST", starts_on="1995-10", ends_on="2090-03-31")
    factories.make_programme("OLD", status="closed")
    factories.make_programme("NEXT", status="planned")
    factories.make_programme("GONE", starts_on="2001", ends_on="2010")


def codes(client, query=""):
    page = client.get(f"/programmes/?{query}")
    return [row["programme"].code for row in page.context["programmes"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["CREST", "GONE", "NEXT", "OLD", "SATREPS"]),
        ("q=satreps", ["SATREPS"]),
        ("q=ＳＡＴＲＥＰＳ", ["SATREPS"]),
        ("q=地球規模", ["SATREPS"]),
        ("q=developing joint", ["SATREPS"]),
        ("q=developing nothing", []),
        ("q=100%25", []),
        ("department=DEP-A", ["SATREPS"]),
        ("department=unknown", ["CREST", "GONE", "NEXT", "OLD"]),
        ("status=closed", ["OLD"]),
        ("period=active", ["CREST", "SATREPS"]),
        ("period=active&day=2091-01-01", ["SATREPS"]),
        ("period=ended", ["GONE"]),
        ("period=unknown", ["OLD"]),
        ("period=planned", ["NEXT"]),
        ("sort=start", ["CREST", "GONE", "SATREPS", "NEXT", "OLD"]),
        ("sort=-start", ["SATREPS", "GONE", "CREST", "NEXT", "OLD"]),
        ("sort=-code", ["SATREPS", "OLD", "NEXT", "GONE", "CREST"]),
        ("sort=end", ["GONE", "CREST", "NEXT", "OLD", "SATREPS"]),
    ],
)
def test_what_is_found_in_which_order(client, ben, programmes, query, found):
    client.force_login(ben)
    assert codes(client, query) == found


def test_dates_are_shown_as_precisely_as_they_are_known(client, ben, programmes):
    client.force_login(ben)
    page = text_of(client.get("/programmes/"))
    for words in ["2008", "October 1995", "31 March 2090", "ended, day unknown"]:
        assert words in page
    in_japanese = client.get("/programmes/", headers={"Accept-Language": "ja"})
    for words in ["1995年10月", "2090年3月31日"]:
        assert words in text_of(in_japanese)


def test_pages_keep_search_and_order(client, ben, db):
    factories.make_strategy()
    for number in range(55):
        factories.make_programme(f"PRG-{number:02d}")
    client.force_login(ben)
    first = client.get("/programmes/?q=PRG&sort=-code")
    assert (first.context["page"].paginator.num_pages, len(first.context["page"])) == (
        2,
        50,
    )
    second = client.get(f"/programmes/?{first.context['query']}&page=2")
    assert [row["programme"].code for row in second.context["programmes"]] == [
        f"PRG-{number:02d}" for number in [4, 3, 2, 1, 0]
    ]


def test_nothing_found_says_what_to_do(client, ben, programmes):
    client.force_login(ben)
    assert "Nothing matches these words and filters." in text_of(
        client.get("/programmes/?q=zzz")
    )


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("element=NOPE", "element"),
        ("element=A&state=perhaps", "state"),
        ("period=sometimes", "period"),
        ("sort=colour", "sort"),
    ],
)
def test_what_cannot_be_read_is_named(client, ben, programmes, query, field):
    client.force_login(ben)
    answer = client.get(f"/programmes/?{query}")
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]


def test_the_list_behind_a_number_says_what_it_lists(client, ben, programmes):
    satreps = factories.Programme.objects.get(code="SATREPS")
    factories.align(satreps, "A.1", 1)
    client.force_login(ben)
    page = client.get("/programmes/?element=A&state=significant")
    assert "1 active programme is counted as “Significant” for A Element A" in text_of(page)
    assert [row["level"] for row in page.context["programmes"]] == [1]


def test_an_unknown_programme_is_not_found(client, ben, programmes):
    client.force_login(ben)
    page = client.get("/programmes/NOPE/")
    assert page.status_code == 404
    assert "There is no such page" in text_of(page)


def test_a_search_ends_with_what_it_found(client, ben, programmes):
    client.force_login(ben)
    page = client.get("/programmes/?q=satreps&category=CAT-A")
    found = client.get(link(page, "SATREPS Programme SATREPS"))
    assert found.context["scope"].search == ""
    assert found.context["scope"].category == "CAT-A"
