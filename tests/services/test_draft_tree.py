"""The tree of a draft: elements are added, withdrawn, moved; no move is undone unseen."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from strategy_app.models import Change
from strategy_app.queries import draft as draft_queries
from strategy_app.services import strategy as services
from strategy_app.services.strategy import Overtaken
from tests import factories
from tests.services.drafts import edit, everything, get, outline, refused


def test_an_element_is_added_last_below_another(draft, chie):
    added = services.add(
        revision=draft, code="A.3", parent=factories.get_element("A"), by=chie,
        title_en="Third", type=factories.type_of(),
    )  # fmt: skip
    assert added.modification == "new"
    assert outline(draft) == [("A", 0), ("A.1", 1), ("A.2", 1), ("A.3", 1), ("B", 0)]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Element B", "unchanged"),
        ("Element B.", "editorial"),
        ("Quite another aim", "material"),
    ],
)
def test_a_code_that_is_used_again_is_compared_with_its_last_wording(
    draft, chie, title, kind
):
    services.delete_wording(wording=get(draft, "B"), by=chie)
    services.publish(
        revision=draft, in_force_from=date(2026, 4, 1), by=chie, despite_warnings=True
    )
    again = services.create_draft(strategy=draft.strategy, by=chie, name_en="Third")
    added = services.add(
        revision=again, code="B", parent=None, by=chie,
        type=factories.type_of(), title_en=title,
        title_ja="要素B", body_en="What B is about.", body_ja="Bの説明。",
    )  # fmt: skip
    assert (added.modification, added.decided_by) == (kind, None)
    row = draft_queries.Draft(again).row("B")
    assert (row.is_back, row.is_moved) == (True, False)
    assert row.is_undecided == (kind != "unchanged")
    assert bool(draft_queries.changes_of(row)) == (kind != "unchanged")
    if kind == "material":  # whoever calls it editorial says why
        decision = {"wording": added, "modification": "editorial", "by": chie}
        decision["replaces"] = added.edited_in_id
        refusal = refused(ValidationError, services.decide, **decision)
        assert list(refusal.error_dict) == ["reason"]
        decided = services.decide(**decision, reason="The same, said plainly.")
        assert decided.modification == "editorial"


@pytest.mark.parametrize("code", ["A", "a", "", "A..1"])
def test_a_code_that_is_used_or_is_none_is_refused(draft, chie, code):
    refusal = refused(
        ValidationError, services.add,
        revision=draft, code=code, parent=None, by=chie, title_en="x",
        type=factories.type_of(),
    )  # fmt: skip
    assert list(refusal.error_dict) == ["code"]


def test_a_new_element_can_get_another_code(draft, chie):
    added = services.add(
        revision=draft,
        code="C",
        parent=None,
        by=chie,
        title_en="x",
        type=factories.type_of(),
    )
    refusal = refused(ValidationError, services.recode, wording=added, code="A", by=chie)
    assert list(refusal.error_dict) == ["code"]
    services.recode(wording=added, code="D", by=chie)
    assert [code for code, _depth in outline(draft)] == ["A", "A.1", "A.2", "B", "D"]


def test_the_code_of_a_published_element_stays(draft, chie):
    refused(ValidationError, services.recode, wording=get(draft, "B"), code="Z", by=chie)


def test_a_withdrawn_element_that_comes_back_is_the_same_one(draft, chie):
    element = factories.get_element("B")
    services.delete_wording(wording=get(draft, "B"), by=chie)
    assert [row.element.code for row in draft_queries.Draft(draft).withdrawn] == ["B"]
    back = services.add(
        revision=draft, code="B", parent=None, by=chie,
        type=factories.type_of(), title_en="Element B",
        title_ja="要素B", body_en="What B is about.", body_ja="Bの説明。",
    )  # fmt: skip
    assert (back.element, back.modification) == (element, "unchanged")
    assert draft_queries.Draft(draft).withdrawn == []


def test_an_element_is_brought_back_with_whence_it_comes(draft, chie):
    part = services.add(
        revision=draft, code="A-1", parent=factories.get_element("B"), by=chie,
        type=factories.type_of(),
        title_en="Part", title_ja="部分", source="p. 3",
    )  # fmt: skip
    for codes in (["B"], ["A", "A.1"]):  # what is said last holds
        origins = [factories.get_element(code) for code in codes]
        services.set_origins(wording=part, kind="split", origins=origins, by=chie)
    said = sorted(draft.origins.values_list("element__code", "origin__code", "kind"))
    assert said == [("A-1", "A", "split"), ("A-1", "A.1", "split")]
    services.delete_wording(wording=get(draft, "A-1"), by=chie)
    assert not draft.origins.exists()
    before = Change.objects.count()
    back = services.bring_back(revision=draft, code="A-1", by=chie)
    assert (back.title_en, back.source, back.parent.code) == ("Part", "p. 3", "B")
    assert (
        sorted(draft.origins.values_list("element__code", "origin__code", "kind")) == said
    )
    assert Change.objects.count() == before + 1
    assert services.bring_back(revision=draft, code="A-1", by=chie) is None


@pytest.mark.parametrize("agrees", [True, False])
def test_an_element_is_brought_back_with_what_was_said_of_its_languages(
    draft, chie, agrees
):
    wording = edit(draft, "B", chie, title_en="Another")
    if agrees:
        services.mark_current(wording=wording, replaces=wording.edited_in_id, by=chie)
    services.delete_wording(wording=get(draft, "B"), by=chie)
    services.bring_back(revision=draft, code="B", by=chie)
    assert get(draft, "B").behind == ("" if agrees else "ja")


def test_what_was_never_taken_out_is_not_brought_back(draft, chie):
    before = everything()
    assert services.bring_back(revision=draft, code="Z", by=chie) is None
    assert everything() == before


def test_an_element_with_children_that_are_kept_is_not_withdrawn(draft, chie):
    refused(ValidationError, services.delete_wording, wording=get(draft, "A"), by=chie)


@pytest.mark.parametrize(
    ("code", "directions", "expected"),
    [
        ("A.1", ["down"], "A A:A.2 A:A.1 B"),
        ("A.2", ["up"], "A A:A.2 A:A.1 B"),
        ("B", ["up"], "B A A:A.1 A:A.2"),
        ("B", ["in"], "A A:A.1 A:A.2 A:B"),
        ("A.2", ["in"], "A A:A.1 A.1:A.2 B"),
        ("A.1", ["out"], "A A:A.2 A.1 B"),
        ("B", ["up", "down", "in", "out"], "A A:A.1 A:A.2 B"),
    ],
)
def test_an_element_moves_with_all_below_it(draft, chie, code, directions, expected):
    for direction in directions:
        services.move(wording=get(draft, code), direction=direction, by=chie)
    rows = draft.wordings.order_by("position").select_related("element", "parent")
    shown = [
        f"{row.parent.code}:{row.element.code}" if row.parent else row.element.code
        for row in rows
    ]
    assert " ".join(shown) == expected


@pytest.mark.parametrize(
    ("code", "direction"),
    [("A", "up"), ("B", "down"), ("A", "in"), ("A.1", "in"), ("B", "out")],
)
def test_where_there_is_no_place_nothing_moves(draft, chie, code, direction):
    refused(
        ValidationError,
        services.move,
        wording=get(draft, code),
        direction=direction,
        by=chie,
    )


def test_moving_does_not_disturb_whoever_writes_there(draft, chie, eri):
    seen = get(draft, "A.1")
    services.move(wording=seen, direction="down", by=eri)
    services.edit(wording=seen, replaces=seen.edited_in_id, by=chie, title_en="New")
    now = get(draft, "A.1")
    assert (now.title_en, now.position) == ("New", 3)


def test_an_element_is_put_before_another(draft, chie):
    a = factories.get_element("A")
    services.put_below(wording=get(draft, "B"), parent=None, before=a, by=chie)
    assert outline(draft) == [("B", 0), ("A", 0), ("A.1", 1), ("A.2", 1)]
    first = factories.get_element("A.1")
    services.put_below(wording=get(draft, "A.2"), parent=a, before=first, by=chie)
    assert outline(draft) == [("B", 0), ("A", 0), ("A.2", 1), ("A.1", 1)]
    refusal = refused(
        ValidationError, services.put_below,
        wording=get(draft, "B"), parent=None, before=first, by=chie,
    )  # fmt: skip
    assert list(refusal.error_dict) == ["before"]


def test_what_was_moved_since_it_was_read_is_not_moved_again(draft, chie, eri):
    services.move(wording=get(draft, "A.1"), direction="down", by=eri)
    refused(
        Overtaken, services.put_below, wording=get(draft, "A.1"), parent=None,
        stood=("A", "A.2"), by=chie,
    )  # fmt: skip
    services.put_below(wording=get(draft, "A.1"), parent=None, stood=("A", ""), by=chie)
    assert get(draft, "A.1").parent is None


def test_what_is_put_where_it_stands_leaves_no_change(draft, chie):
    services.approve(revision=draft, by=chie)
    before = Change.objects.count()
    services.put_below(
        wording=get(draft, "A.1"), parent=factories.get_element("A"),
        before=factories.get_element("A.2"), by=chie,
    )  # fmt: skip
    assert Change.objects.count() == before
    draft.refresh_from_db()
    assert draft.approved_in is not None


def test_an_element_is_put_below_another_with_all_below_it(draft, chie):
    services.put_below(wording=get(draft, "A"), parent=factories.get_element("B"), by=chie)
    assert outline(draft) == [("B", 0), ("A", 1), ("A.1", 2), ("A.2", 2)]
    services.put_below(wording=get(draft, "A.1"), parent=None, by=chie)
    assert outline(draft) == [("B", 0), ("A", 1), ("A.2", 2), ("A.1", 0)]


@pytest.mark.parametrize("parent", ["A", "A.1"])
def test_an_element_cannot_stand_below_itself(draft, chie, parent):
    refusal = refused(
        ValidationError, services.put_below,
        wording=get(draft, "A"), parent=factories.get_element(parent), by=chie,
    )  # fmt: skip
    assert list(refusal.error_dict) == ["parent"]
