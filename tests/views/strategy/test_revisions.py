"""The strategy as a document: its revisions for ever, and compared."""

import datetime
import re

import pytest
import time_machine

from strategy_app.services import strategy as services
from tests import factories
from tests.views.reading import link, text_of

COMPARE = "/strategy/STR/compare/"


def codes(page):
    return [section.code for section in page.context["sections"]]


def kinds(page):
    return {row["diff"].code: str(row["kind"]) for row in page.context["elements"]}


@pytest.fixture
def parted(revised, chie):
    """A third revision: "A.1" is split into "S" and goes; "A" has been reworded by Chie."""
    draft = services.create_draft(strategy=revised, by=chie, name_en="Third")
    new = services.add(
        revision=draft, code="S", parent=None, by=chie,
        type=factories.type_of(), title_en="S",
        title_ja="分",
    )  # fmt: skip
    services.set_origins(
        wording=new, kind="split", origins=[factories.get_element("A.1")], by=chie
    )
    services.delete_wording(wording=draft.wordings.get(element__code="A.1"), by=chie)
    row = draft.wordings.get(element__code="A")
    row = services.edit(
        wording=row, replaces=row.edited_in_id, by=chie, body_en="What A is all about!",
        body_ja="Aの新しい説明！",
    )  # fmt: skip
    services.decide(
        wording=row, modification="editorial", replaces=row.edited_in_id, by=chie,
        reason="A stop.",
    )  # fmt: skip
    services.publish(
        revision=draft,
        in_force_from=datetime.date(2026, 6, 1),
        by=chie,
        despite_warnings=True,
    )
    return revised


def test_what_became_of_an_element_is_told_on_both_sides(client, ben, parted):
    client.force_login(ben)
    page = client.get("/strategy/STR/A.1/")
    assert "Split into S" in text_of(page)
    assert link(page, "S").startswith("/strategy/STR/S/?")
    assert link(page, "Third") == "/strategy/STR/revisions/2026-06-01/#S"
    page = client.get("/strategy/STR/S/")
    assert "Split from A.1" in text_of(page)
    assert link(page, "Third") == "/strategy/STR/revisions/2026-06-01/#S"
    for path, words in [
        ("?day=2026-07-01", "Split from A.1"),
        ("revisions/2026-06-01/", "Split from A.1"),
        ("revisions/2026-04-01/", "withdrawn since · Split into S"),
        ("revisions/2017-08-01/", "withdrawn since · Split into S"),
    ]:
        assert words in text_of(client.get(f"/strategy/STR/{path}"))


@pytest.mark.parametrize("before", ["2017-08-01", "2026-04-01"])
def test_a_comparison_tells_splits_from_both_sides(client, ben, parted, before):
    client.force_login(ben)
    page = client.get(COMPARE, {"from": before, "to": "2026-06-01"})
    told = {row["diff"].code: row["links"] for row in page.context["elements"]}
    assert told["A.1"] == [("Split into", [("S", "/strategy/STR/S/")])]
    assert told["S"] == [("Split from", [("A.1", "/strategy/STR/A.1/")])]


def test_a_comparison_says_who_judged_each_change_and_why(client, ben, parted, settings):
    client.force_login(ben)
    two = {"from": "2017-08-01", "to": "2026-06-01"}
    words = text_of(client.get(COMPARE, two))
    assert "Material change Second" in words
    assert "Editorial change Third · decided by chie · A stop." in words
    settings.PUBLIC_PAGES = True
    client.logout()
    words = text_of(client.get(COMPARE, two))
    assert "Editorial change Third" in words
    assert "A stop." not in words
    assert "chie" not in words


def test_what_has_one_side_is_not_set_beside_nothing(client, ben, parted):
    client.force_login(ben)
    two = {"from": "2026-04-01", "to": "2026-06-01", "view": "side"}
    page = client.get(COMPARE, two).content.decode()
    # Only "A" stands in both revisions, in two languages, and only the English name.
    assert page.count('class="diff-sides"') == 3


# --- the text ---


def test_the_text_stands_in_both_languages_or_in_one(client, ben, revised):
    client.force_login(ben)
    both = client.get("/strategy/STR/")
    assert "What A is all about." in text_of(both)
    assert '<div class="wording-other quiet small" lang="ja">' in both.content.decode()
    one = client.get("/strategy/STR/" + link(both, "One language"))
    assert "What A is all about." in text_of(one)
    assert "Aの新しい説明。" not in text_of(one)
    again = client.get("/strategy/STR/" + link(one, "Both languages"))
    assert "Aの新しい説明。" in text_of(again)
    japanese = client.get("/strategy/STR/", headers={"Accept-Language": "ja"})
    assert '<div class="wording-other quiet small" lang="en">' in japanese.content.decode()


def test_what_is_in_one_language_only_is_not_set_twice(client, ben):
    strategy = factories.make_strategy(elements=["A"], publish=False)
    draft = factories.draft_of(strategy)
    wording = draft.wordings.get()
    wording.title_ja = wording.body_ja = ""
    services.save_wording(wording=wording, by=None)
    services.publish(
        revision=draft,
        in_force_from=datetime.date(2020, 1, 1),
        by=None,
        despite_warnings=True,
    )
    client.force_login(ben)
    for language in ["en", "ja"]:
        page = client.get("/strategy/STR/", headers={"Accept-Language": language})
        assert text_of(page).count("What A is about.") == 1


def test_coverage_can_be_hidden_and_shown_again(client, ben, revised):
    factories.make_programme()
    client.force_login(ben)
    page = client.get("/strategy/STR/?level=2")
    hidden = client.get("/strategy/STR/" + link(page, "Hide coverage"))
    assert "without-coverage" in hidden.content.decode()
    assert hidden.context["scope"].level == 2
    shown = client.get("/strategy/STR/" + link(hidden, "Show coverage"))
    assert "without-coverage" not in shown.content.decode()


@pytest.mark.parametrize("query", ["languages=three", "coverage=maybe"])
def test_a_setting_that_there_is_not_is_refused_next_to_its_field(
    client, ben, revised, query
):
    client.force_login(ben)
    page = client.get(f"/strategy/STR/?{query}")
    value = query.partition("=")[2]
    assert page.status_code == 400
    assert f"There is no “{value}” here." in text_of(page)


def test_headings_follow_the_depth_of_the_text(client, ben):
    factories.make_strategy(elements=["A", "A.1", "A.1.1", "A.1.1.1", "A.1.1.1.1", "B"])
    client.force_login(ben)
    page = client.get("/strategy/STR/")
    assert [section.heading for section in page.context["sections"]] == [
        "h2", "h3", "h4", "h5", "h6", "h2",
    ]  # fmt: skip
    assert [section.code for section in page.context["contents"]] == ["A", "A.1", "B"]


def test_every_section_has_a_permanent_address(client, ben, revised):
    client.force_login(ben)
    page = client.get("/strategy/STR/?day=2020-01-01")
    address = link(page, "Permanent address of A.1 in this revision")
    assert address == "http://testserver/strategy/STR/revisions/2017-08-01/#A.1"
    there = client.get(address.partition("#")[0])
    assert 'id="A.1"' in there.content.decode()


# --- a revision ---


def test_a_revision_can_be_read_for_ever(client, ben, revised):
    client.force_login(ben)
    page = client.get("/strategy/STR/revisions/2017-08-01/")
    assert codes(page) == ["A", "A.1", "A.2", "B"]
    assert "What A is about." in text_of(page)
    assert "In force from 1 August 2017 until before 1 April 2026." in text_of(page)
    assert "This is not the text in force today: that is “Second”." in text_of(page)
    withdrawn = [row.code for row in page.context["sections"] if row.is_withdrawn]
    assert withdrawn == ["B"]
    changed = client.get(link(page, "See what has changed since"))
    assert kinds(changed)["B"] == "withdrawn"
    assert client.get("/strategy/STR/B/").status_code == 200


def test_the_revision_in_force_says_so_and_one_to_come_too(client, ben, revised):
    address = "/strategy/STR/revisions/2026-04-01/"
    with time_machine.travel(datetime.datetime(2026, 3, 1, 3, tzinfo=datetime.UTC)):
        client.force_login(ben)
        page = client.get(address)
        assert page.context["row"].state == "coming"
        assert "In force from 1 April 2026." in text_of(page)
        earlier = client.get("/strategy/STR/revisions/2017-08-01/")
        assert earlier.context["row"].state == "in force"
    with time_machine.travel(datetime.datetime(2026, 4, 2, 3, tzinfo=datetime.UTC)):
        client.force_login(ben)
        page = client.get(address)
        assert page.context["row"].state == "in force"
        assert "In force since 1 April 2026." in text_of(page)
        assert "This is not the text in force today" not in text_of(page)


def test_revisions_say_what_they_changed(client, ben, revised):
    client.force_login(ben)
    page = client.get("/strategy/STR/")
    assert "2 published revisions" in text_of(page)
    assert "1 new, 1 materially reworded, 0 edited, 1 withdrawn." in text_of(page)
    assert "The first revision: 4 elements." in text_of(page)
    changed = client.get(link(page, "What changed from First to Second"))
    assert kinds(changed) == {
        "A": "reworded", "A.2": "moved", "B": "withdrawn", "C": "added",
    }  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        "STR/revisions/2017-08-02/", "STR/revisions/2017-8-1/", "STR/revisions/2017-02-30/",
        "STR/revisions/draft/", "NOPE/revisions/2017-08-01/", "NOPE/compare/", "NOPE/feed/",
    ],
)  # fmt: skip
def test_what_was_never_published_is_not_found(client, chie, revised, path):
    services.create_draft(strategy=revised, by=None, name_en="Next")
    client.force_login(chie)
    assert client.get(f"/strategy/{path}").status_code == 404


# --- two of them ---


def test_the_newest_is_compared_with_the_one_before_it(client, ben, revised):
    client.force_login(ben)
    page = client.get(COMPARE)
    html = page.content.decode()
    assert "What A is <ins>all </ins>about." in html
    assert "Aの<ins>新しい</ins>説明。" in html
    assert "<del>What B is about.</del>" in html
    assert "<ins>Cの説明。</ins>" in html
    assert "It stood below A, after A.1. Now it stands at the top." in text_of(page)
    assert {str(row["kind"]): row["number"] for row in page.context["summary"]} == {
        "added": 1, "withdrawn": 1, "reworded": 1, "moved": 1, "same": 1,
    }  # fmt: skip


def test_the_whole_text_and_side_by_side(client, ben, revised):
    client.force_login(ben)
    page = client.get(f"{COMPARE}?view=side&show=all")
    html = page.content.decode()
    assert [*kinds(page)] == ["A", "A.1", "A.2", "B", "C"]
    old, new = html.index("What A is about."), html.index("What A is <ins>all </ins>about.")
    assert old < new
    backwards = client.get(COMPARE + link(page, "Exchange the two"))
    assert kinds(backwards)["C"] == "withdrawn"
    assert backwards.context["is_side_by_side"] and backwards.context["is_whole"]


def test_choosing_two_revisions_keeps_the_rest_of_the_address(client, ben, revised):
    client.force_login(ben)
    rest = "day=2026-05-01&category=CAT-A&layer=confirmed"
    factories.make_category()
    page = client.get(f"{COMPARE}?{rest}&from=2017-08-01&to=2026-04-01&view=side")
    form = re.search(r'<form method="get" class="list-form compare.*?</form>',
                     page.content.decode(), re.DOTALL)[0]  # fmt: skip
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
    assert hidden == [("day", "2026-05-01"), ("category", "CAT-A"), ("layer", "confirmed")]
    assert link(page, "Exchange the two").endswith(rest)


def test_what_is_used_otherwise_is_no_longer_unchanged(client, ben):
    strategy = factories.make_strategy(context=["B"])
    draft = services.create_draft(strategy=strategy, by=None, name_en="Second")
    wording = draft.wordings.get(element__code="B")
    wording.is_alignable = True
    wording.type = factories.type_of(code="key_point")
    services.save_wording(wording=wording, by=None)
    services.publish(
        revision=draft,
        in_force_from=datetime.date(2026, 4, 1),
        by=None,
        despite_warnings=True,
    )
    client.force_login(ben)
    page = client.get(COMPARE)
    assert kinds(page) == {"B": "recast"}
    assert "Aim → Key point." in text_of(page)
    assert "It was context only; now programmes can be aligned with it." in text_of(page)


@pytest.mark.parametrize("view", ["", "side"])
def test_name_and_preface_are_compared_too(client, ben, revised, view):
    draft = services.create_draft(
        strategy=revised, by=None, name_en="Second", name_ja="第3版", preface_en="Why not."
    )
    services.publish(
        revision=draft,
        in_force_from=datetime.date(2026, 6, 1),
        by=None,
        despite_warnings=True,
    )
    client.force_login(ben)
    two = {"from": "2026-04-01", "to": "2026-06-01", "view": view}
    page = client.get(COMPARE, two)
    words = {(str(row["label"]), row["language"]): row for row in page.context["head"]}
    assert [*words] == [("Name", "ja"), ("Preface", "en")]
    assert (words["Preface", "en"]["old"], words["Preface", "en"]["new"]) == (
        [("same", "Why"), ("same", ".")],
        [("same", "Why"), ("in", " not"), ("same", ".")],
    )
    content = page.content.decode()
    assert content.count('class="diff-sides"') == (2 if view else 0)
    assert "Why<ins> not</ins>." in content
    assert "No element differs between these two." in text_of(page)
    again = services.create_draft(
        strategy=revised, by=None, name_en="Second", name_ja="第3版"
    )
    services.publish(
        revision=again,
        in_force_from=datetime.date(2026, 7, 1),
        by=None,
        despite_warnings=True,
    )
    page = client.get(COMPARE, two | {"from": "2026-06-01", "to": "2026-07-01"})
    assert page.context["head"] == []
    assert "Nothing differs between these two." in text_of(page)


def test_only_those_who_administer_compare_the_draft(client, ben, chie, revised):
    draft = services.create_draft(strategy=revised, by=None, name_en="Secret draft")
    wording = draft.wordings.get(element__code="C")
    wording.body_en = "Not yet for everybody."
    services.save_wording(wording=wording, by=None)
    client.force_login(chie)
    page = client.get(f"{COMPARE}?from=2026-04-01&to=draft")
    assert (page.status_code, kinds(page)) == (200, {"C": "reworded"})
    client.force_login(ben)
    refused = client.get(f"{COMPARE}?from=2026-04-01&to=draft")
    assert refused.status_code == 400
    assert "Enter a day as 2026-03-31." in text_of(refused)
    for page in [refused, client.get(COMPARE)]:
        assert "Secret draft" not in text_of(page)
        assert "Not yet for everybody." not in text_of(page)


@pytest.mark.parametrize(
    ("query", "name", "words"),
    [
        ("from=2017-07-31", "from",
         "No revision was in force on this day; the first is from 1 August 2017."),
        ("to=soon", "to", "Enter a day as 2026-03-31."),
        ("to=2026-02-30", "to", "Enter a day as 2026-03-31."),
        ("to=%00", "to", "Enter a day as 2026-03-31."),
        ("from=2017-08-01&to=2020-01-01", "to",
         "Choose two different revisions: both are “First”."),
        ("from=2030-01-01", "from", "Choose two different revisions: both are “Second”."),
        ("view=upside-down", "view",
         "Select a valid choice. upside-down is not one of the available choices."),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_said_next_to_the_field(
    client, chie, revised, query, name, words
):
    client.force_login(chie)
    page = client.get(f"{COMPARE}?{query}")
    assert page.status_code == 400
    assert f'id="id_{name}_error">{words}' in page.content.decode()
    assert "elements" not in page.context


def test_with_one_revision_there_is_nothing_to_compare(client, ben):
    factories.make_strategy()
    client.force_login(ben)
    page = client.get(COMPARE)
    assert page.status_code == 200
    assert "This strategy has one published revision." in text_of(page)
    assert client.get(link(page, "Read the text")).status_code == 200


@pytest.mark.parametrize("query", ["", "?from=2020-01-01"])
def test_before_anything_is_published_it_says_so(client, ben, query):
    factories.make_strategy(publish=False)
    client.force_login(ben)
    page = client.get(COMPARE + query)
    assert page.status_code == (400 if query else 200)
    assert "No revision of this strategy has been published." in text_of(page)


def test_a_single_draft_is_all_new(client, chie):
    factories.make_strategy(publish=False)
    client.force_login(chie)
    page = client.get(COMPARE)
    assert page.status_code == 200
    assert "all of it is new" in text_of(page)


# --- the feed ---


@pytest.mark.parametrize("number", [1, 3])
def test_pages_cost_a_fixed_number_of_queries(
    client, ben, number, django_assert_num_queries
):
    strategy = factories.make_strategy(elements=["A"])
    for year in range(2020, 2020 + number):
        tree = [(code, None, True) for code in ["A", "B", "C"][:number]]
        factories.revise(strategy, tree, day=f"{year}-04-01")
    client.force_login(ben)
    for path, expected in [
        ("/strategy/STR/revisions/2017-08-01/", 9),
        (f"/strategy/STR/revisions/{2019 + number}-04-01/", 8),
        (COMPARE, 9),
        ("/strategy/STR/feed/", 5),
    ]:
        client.get(path)
        with django_assert_num_queries(expected):
            client.get(path)
