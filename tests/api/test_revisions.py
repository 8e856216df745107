"""Revisions, their wordings, and what differs between two, by the API."""

import datetime

import pytest
from rest_framework.test import APIClient

from strategy_app.models import Revision
from strategy_app.services import strategy as services
from tests import factories
from tests.api.answers import error, page
from tests.services.drafts import edit
from tests.views.reading import text_of

REVISIONS = "/api/v1/strategies/STR/revisions/"
DIFF = "/api/v1/strategies/STR/diff/"


@pytest.fixture
def revised(strategy):
    """A second revision from 2026: "B" goes, "C" comes, "A.1" is moved to the top."""
    factories.revise(
        strategy,
        [("A", None, True), ("A.2", "A", True), ("A.1", None, True), ("C", None, True)],
        day="2026-04-01",
    )
    return strategy


def test_published_revisions_are_listed_the_newest_first(api, revised):
    services.create_draft(strategy=revised, by=None, name_en="Next")
    newer, older = Revision.objects.filter(published_in__isnull=False).order_by("-pk")
    assert api.get(REVISIONS).json() == page(
        {
            "id": newer.pk, "name_en": "Of 2026-04-01", "name_ja": "",
            "preface_en": "", "preface_ja": "", "in_force_from": "2026-04-01",
            "in_force_until": None, "change": newer.published_in_id,
        },
        {
            "id": older.pk, "name_en": "First", "name_ja": "",
            "preface_en": "", "preface_ja": "", "in_force_from": "2017-08-01",
            "in_force_until": "2026-04-01", "change": older.published_in_id,
        },
    )  # fmt: skip


def test_a_revision_holds_its_wordings_in_order(api, revised):
    answer = api.get(f"{REVISIONS}2017-08-01/").json()
    assert (answer["name_en"], answer["in_force_until"]) == ("First", "2026-04-01")
    assert [row["code"] for row in answer["wordings"]] == ["A", "A.1", "A.2", "B"]
    assert answer["wordings"][1] == {
        "code": "A.1", "parent": "A", "is_alignable": True,
        "kind": "aim", "kind_en": "Aim", "kind_ja": "目標(めざすもの)",
        "title_en": "Element A.1", "title_ja": "要素A.1",
        "body_en": "What A.1 is about.", "body_ja": "A.1の説明。", "source": "",
        "modification": "new",
    }  # fmt: skip
    assert not answer["wordings"][3]["is_alignable"]


def test_what_an_element_was_split_from_is_read_and_shown(api, client, strategy, dai, chie):
    draft = services.create_draft(strategy=strategy, by=chie, name_en="Second")
    services.delete_wording(wording=draft.wordings.get(element__code="B"), by=chie)
    for code in ("B-1", "B-2"):
        part = services.add(
            revision=draft, code=code, parent=None, by=chie,
            type=factories.type_of(), title_en=code,
            title_ja=code,
        )  # fmt: skip
        services.set_origins(
            wording=part, kind="split", origins=[factories.get_element("B")], by=chie
        )
    day = datetime.date(2026, 4, 1)
    services.publish(revision=draft, in_force_from=day, by=chie, despite_warnings=True)
    assert api.get(f"{REVISIONS}2026-04-01/").json()["origins"] == [
        {"element": "B-1", "origin": "B", "how": "split"},
        {"element": "B-2", "origin": "B", "how": "split"},
    ]
    assert api.get(f"{REVISIONS}2017-08-01/").json()["origins"] == []
    client.force_login(dai)
    shown = client.get("/strategy/STR/compare/?from=2017-08-01&to=2026-04-01")
    assert "Split from B" in text_of(shown)
    assert "Split into B-1 , B-2" in text_of(shown)
    rows = {row["code"]: row for row in api.get(DIFF).json()["elements"]}
    back, on = [{"code": "B", "how": "split"}], ["B-1", "B-2"]
    assert {code: row["origins"] for code, row in rows.items() if row["origins"]} == {
        "B-1": back, "B-2": back,
    }  # fmt: skip
    assert rows["B"]["successors"] == [{"code": code, "how": "split"} for code in on]


def test_what_differs_is_told_word_by_word(api, revised):
    answer = api.get(DIFF).json()
    assert (answer["strategy"], answer["from"], answer["to"]) == (
        "STR", "2017-08-01", "2026-04-01",
    )  # fmt: skip
    assert answer["name_en"] == [["out", "First"], ["in", "Of 2026-04-01"]]
    assert answer["name_ja"] == answer["preface_en"] == answer["preface_ja"] == []
    rows = {row["code"]: row for row in answer["elements"]}
    assert [*rows] == ["A", "A.2", "B", "A.1", "C"]
    assert {code: row["change"] for code, row in rows.items()} == {
        "A": "reworded", "A.2": "reworded", "B": "withdrawn", "A.1": "reworded",
        "C": "added",
    }  # fmt: skip
    assert rows["A.1"]["moved_from"] == {"parent": "A", "after": None}
    assert rows["A"] == {
        "code": "A", "change": "reworded", "earlier": None, "recast": False,
        "moved_from": None, "share_en": 0.5, "share_ja": 0.4, "origins": [],
        "successors": [], "modifications": [],
        "title_en": [["same", "Element A"]], "title_ja": [["same", "要素A"]],
        "body_en": [["out", "What A is about."]], "body_ja": [["out", "Aの説明。"]],
    }  # fmt: skip


def test_why_somebody_decided_is_not_told_to_the_public(api, strategy, chie, settings):
    draft = services.create_draft(strategy=strategy, by=chie, name_en="Second")
    row = edit(draft, "B", chie, title_en="Element  B", title_ja="要素 B")
    services.decide(
        wording=row, modification="editorial", replaces=row.edited_in_id, by=chie,
        reason="Hana of the legal department agreed.",
    )  # fmt: skip
    day = datetime.date(2026, 4, 1)
    services.publish(revision=draft, in_force_from=day, by=chie, despite_warnings=True)
    settings.PUBLIC_PAGES = True

    def told(client):
        rows = {row["code"]: row for row in client.get(DIFF).json()["elements"]}
        return rows["B"]["modifications"]

    known = {"in_force_from": "2026-04-01", "modification": "editorial"}
    assert told(api) == [known | {"reason": "Hana of the legal department agreed."}]
    assert told(APIClient()) == [known | {"reason": None}]


def test_any_day_names_the_revision_in_force_on_it(api, revised):
    by_day = api.get(f"{DIFF}?from=2020-12-31&to=2199-01-01").json()
    assert by_day == api.get(f"{DIFF}?from=2017-08-01&to=2026-04-01").json()
    backwards = api.get(f"{DIFF}?from=2026-04-01&to=2017-08-01").json()
    found = {row["code"]: row["change"] for row in backwards["elements"]}
    assert (found["B"], found["C"]) == ("added", "withdrawn")


def test_of_the_first_revision_all_is_new(api, revised):
    answer = api.get(f"{DIFF}?to=2017-08-01").json()
    assert (answer["from"], {row["change"] for row in answer["elements"]}) == (
        None, {"added"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("query", "attr", "code", "detail"),
    [
        ("from=2017-07-31", "from", "too_early",
         "No revision was in force on this day; the first is from 1 August 2017."),
        ("to=2026-13-01", "to", "invalid", "Enter a day as 2026-03-31."),
        ("to=draft", "to", "invalid", "Enter a day as 2026-03-31."),
        ("from=2026-04-01&to=2030-01-01", "to", "same_revision",
         "Choose two different revisions: both are “Of 2026-04-01”."),
        ("until=2026-04-01", "until", "unknown", "There is no such parameter or field."),
    ],
)  # fmt: skip
def test_bad_questions_are_refused_by_name(api, revised, query, attr, code, detail):
    services.create_draft(strategy=revised, by=None, name_en="Next")
    answer = api.get(f"{DIFF}?{query}")
    assert (answer.status_code, answer.json()) == (400, error(code, detail, attr))


@pytest.mark.parametrize(
    "path",
    [
        "NOPE/revisions/", "NOPE/revisions/2017-08-01/", "NOPE/diff/",
        "NOPE/correspondences/", "a b/revisions/",
        "STR/revisions/2017-08-02/", "STR/revisions/2017-8-1/", "STR/revisions/draft/",
        "STR/revisions/%00/",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(api, revised, path):
    answer = api.get(f"/api/v1/strategies/{path}")
    assert (answer.status_code, answer.json()) == (404, error("not_found", "Not found."))


def test_a_strategy_that_was_never_published_has_nothing_to_tell(api):
    factories.make_strategy(publish=False)
    assert api.get(REVISIONS).json() == page()
    assert api.get(DIFF).status_code == 404


def test_correspondences_are_read_from_either_strategy(api, strategy):
    other = factories.make_strategy("OTH", ["X", "Y"])
    factories.make_correspondence("A.1", "X")
    factories.make_correspondence("A.1", "Y")
    draft = services.create_draft(strategy=other, by=None, name_en="Next")
    factories.add_elements(draft, ["Z"])
    factories.make_correspondence("A", "Z")
    address = "/api/v1/strategies/{}/correspondences/"
    ours = {"element": "A.1", "other_strategy": "OTH", "illustrative": True}
    assert api.get(address.format("STR")).json() == page(
        ours | {"other": "X"}, ours | {"other": "Y"}
    )
    theirs = {"other_strategy": "STR", "other": "A.1", "illustrative": True}
    assert api.get(address.format("OTH")).json() == page(
        theirs | {"element": "X"}, theirs | {"element": "Y"}
    )


@pytest.mark.parametrize("number", [1, 3])
def test_answers_cost_a_fixed_number_of_queries(
    api, strategy, number, django_assert_num_queries
):
    for year in range(2020, 2020 + number):
        tree = [(code, None, True) for code in ["A", "B", "C"][:number]]
        factories.revise(strategy, tree, day=f"{year}-04-01")
    factories.make_strategy("OTH", ["X", "Y", "Z"])
    for code in ["X", "Y", "Z"][:number]:
        factories.make_correspondence("A", code)
    crosswalk = "/api/v1/strategies/STR/correspondences/"
    for path, expected in [
        (REVISIONS, 4),
        (f"{REVISIONS}2020-04-01/", 5),
        (DIFF, 7),
        (crosswalk, 4),
    ]:
        api.get(path)
        with django_assert_num_queries(expected):
            api.get(path)
