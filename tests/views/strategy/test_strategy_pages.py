"""The strategy's text and its elements, on any day."""

import datetime

import pytest

from strategy_app.services import strategy as strategy_services
from tests import factories
from tests.views.reading import link, text_of


@pytest.fixture
def two_revisions(db):
    """A strategy revised on 2020-04-01: "B" goes, "C" comes, "A" is worded anew."""
    strategy = factories.make_strategy(elements=["A", "A.1", "B"], context=["B"])
    draft = strategy_services.create_draft(
        strategy=strategy, by=None, name_en="Second", name_ja="第2版"
    )
    gone = draft.wordings.get(element__code="B")
    strategy_services.delete_wording(wording=gone, by=None)
    factories.add_elements(draft, ["C"])
    worded = draft.wordings.get(element__code="A")
    worded.title_en = "Reworded A"
    strategy_services.save_wording(wording=worded, by=None)
    strategy_services.publish(
        revision=draft,
        in_force_from=datetime.date(2020, 4, 1),
        by=None,
        despite_warnings=True,
    )
    return strategy


def codes(page):
    return [section.code for section in page.context["sections"]]


def test_the_text_is_that_of_the_day(client, ben, two_revisions):
    client.force_login(ben)
    before = client.get("/strategy/STR/?day=2020-03-31")
    after = client.get("/strategy/STR/?day=2020-04-01")
    assert (codes(before), codes(after)) == (["A", "A.1", "B"], ["A", "A.1", "C"])
    assert "Element A" in text_of(before)
    assert "Reworded A" in text_of(after)
    assert "and until before 1 April 2020" in text_of(before)


def test_coverage_stands_beside_each_element_and_leads_to_its_programmes(
    client, ben, two_revisions
):
    factories.align(factories.make_programme(), "A.1", 2)
    client.force_login(ben)
    page = client.get("/strategy/STR/")
    listed = client.get(link(page, "A.1 Principal: 1"))
    assert [row["programme"].code for row in listed.context["programmes"]] == ["PRG-1"]


def test_an_element_that_is_gone_can_still_be_read(client, ben, two_revisions):
    client.force_login(ben)
    page = client.get("/strategy/STR/B/")
    assert page.status_code == 200
    assert "This element is not in the revision in force on" in text_of(page)
    assert "What B is about." in text_of(page)


def test_a_text_of_later_is_not_shown_before_its_day(client, ben, two_revisions):
    """B comes back with another text: in between, and before, the first one is shown."""
    draft = strategy_services.create_draft(strategy=two_revisions, by=None, name_en="Third")
    strategy_services.add(
        revision=draft, code="B", parent=None, by=None, type=factories.type_of(),
        title_en="Quite another B", title_ja="別の要素",
    )  # fmt: skip
    strategy_services.publish(
        revision=draft,
        in_force_from=datetime.date(2020, 4, 10),
        by=None,
        despite_warnings=True,
    )
    client.force_login(ben)
    titles = {
        day: client.get(f"/strategy/STR/B/?day={day}").context["wording"].title_en
        for day in ["2001-01-01", "2020-03-31", "2020-04-01", "2020-04-09", "2020-04-10"]
    }
    assert titles == {
        "2001-01-01": "Element B", "2020-03-31": "Element B", "2020-04-01": "Element B",
        "2020-04-09": "Element B", "2020-04-10": "Quite another B",
    }  # fmt: skip


def test_a_record_of_a_withdrawn_element_asks_for_no_review(client, aiko, two_revisions):
    factories.load_history(factories.make_programme(), "A.1", 1, "2018-04-01")
    factories.revise_as(two_revisions, {"A.1": "material"}, day="2021-04-01")
    client.force_login(aiko)
    asks = "needs review: the element's wording has changed"
    assert asks in text_of(client.get("/strategy/STR/A.1/"))
    factories.revise(two_revisions, [("A", None, True)], day="2022-04-01")
    assert asks not in text_of(client.get("/strategy/STR/A.1/"))


def test_what_is_withdrawn_holds_until_then_and_takes_no_target(client, dai, two_revisions):
    factories.load_history(factories.make_programme(), "A.1", 1, "2018-04-01")
    client.force_login(dai)
    before = text_of(client.get("/strategy/STR/A.1/"))
    assert "2018-04-01 – now" in before
    assert "Set a target" in before
    factories.revise(two_revisions, [("A", None, True)], day="2022-04-01")
    after = text_of(client.get("/strategy/STR/A.1/"))
    assert "2018-04-01 – until the element was withdrawn, 2022-04-01" in after
    assert "– now" not in after
    assert "Set a target" not in after
    factories.revise(two_revisions, [("A.1", None, True)], day="2023-04-01")
    assert "2018-04-01 – now" in text_of(client.get("/strategy/STR/A.1/"))


def test_coverage_says_when_it_counts_what_stands_below(client, ben, two_revisions):
    factories.make_programme()
    client.force_login(ben)
    says = {
        page: "(with everything below it)" in text_of(client.get(f"/strategy/STR/{page}"))
        for page in ("A/", "A/?rollup=false", "A.1/")
    }
    assert says == {"A/": True, "A/?rollup=false": False, "A.1/": False}


def test_a_context_element_says_that_nothing_is_aligned_with_it(client, ben, two_revisions):
    client.force_login(ben)
    page = client.get("/strategy/STR/B/?day=2019-01-01")
    assert "This is context: nothing is aligned with it." in text_of(page)


def test_an_element_lists_its_programmes_by_state(client, ben, two_revisions):
    first, _second = factories.make_programme("PRG-1"), factories.make_programme("PRG-2")
    factories.align(first, "A.1", 1, rationale="Named in its call.")
    client.force_login(ben)
    page = client.get("/strategy/STR/A/")
    assert [
        (part.state, part.count, [programme.code for programme in programmes])
        for part, programmes in page.context["states"]
    ] == [
        ("principal", 0, []),
        ("significant", 1, ["PRG-1"]),
        ("not_targeted", 0, []),
        ("not_assessed", 1, ["PRG-2"]),
    ]
    assert [gap.kind.value for gap in page.context["gaps"]] == ["thin", "unconfirmed"]
    assert "Nothing has been recorded against this element itself." in text_of(page)
    below = client.get(link(page, "A.1 Element A.1"))
    assert "Named in its call." in text_of(below)


@pytest.mark.parametrize(
    "path",
    ["/strategy/NOPE/", "/strategy/STR/NOPE/", "/strategy/str/", "/strategy/NOPE/A/"],
)
def test_unknown_codes_are_not_found(client, ben, two_revisions, path):
    client.force_login(ben)
    page = client.get(path)
    assert page.status_code == 404
    assert "There is no such page" in text_of(page)


def test_a_strategy_that_is_only_drafted_says_what_to_do(client, chie):
    factories.make_strategy(publish=False)
    client.force_login(chie)
    page = client.get("/strategy/STR/")
    assert "No revision is in force on this day" in text_of(page)
    assert "What A is about." not in text_of(page)


def test_a_text_without_japanese_falls_back_and_says_so(client, ben):
    strategy = factories.make_strategy(publish=False)
    wording = factories.draft_of(strategy).wordings.get(element__code="A")
    wording.title_ja = ""
    strategy_services.save_wording(wording=wording, by=None)
    strategy_services.publish(
        revision=factories.draft_of(strategy),
        in_force_from=datetime.date(2020, 1, 1),
        by=None,
        despite_warnings=True,
    )
    client.force_login(ben)
    page = client.get("/strategy/STR/A/", headers={"Accept-Language": "ja"})
    assert '<span lang="en">Element A</span>' in page.content.decode()


def test_markdown_is_set_and_html_is_only_text(client, ben):
    strategy = factories.make_strategy(publish=False)
    wording = factories.draft_of(strategy).wordings.get(element__code="A")
    wording.body_en = "Be **bold**. <script>alert(1)</script> [x](javascript:alert(2))"
    wording.body_en += " ![p](https://example.org/p.png)"
    strategy_services.save_wording(wording=wording, by=None)
    strategy_services.publish(
        revision=factories.draft_of(strategy),
        in_force_from=datetime.date(2020, 1, 1),
        by=None,
        despite_warnings=True,
    )
    client.force_login(ben)
    page = client.get("/strategy/STR/").content.decode()
    assert "<strong>bold</strong>" in page
    assert "&lt;script&gt;" in page
    assert "<img" not in page.partition("<main")[2]
    assert "<script>alert" not in page and 'href="javascript' not in page


@pytest.mark.parametrize("number", [1, 3])
def test_pages_cost_a_fixed_number_of_queries(
    client, ben, number, django_assert_num_queries
):
    factories.make_strategy(elements=["A", "B", "C"][:number])
    for item in range(number):
        programme = factories.make_programme(f"PRG-{item}")
        factories.align(programme, "A", 1, evidence=[factories.a_source()] * number)
    client.force_login(ben)
    for path, expected in [
        ("/strategy/", 3),
        ("/strategy/STR/", 7),
        ("/strategy/STR/A/", 11),
    ]:
        client.get(path)
        with django_assert_num_queries(expected):
            client.get(path)
