"""Many elements of a draft written at once: as one by one, or none of them."""

import pytest
from django.core.exceptions import ValidationError

from strategy_app.models import Change, Element, Wording
from strategy_app.services import strategy as strategy_services
from tests import factories


@pytest.fixture
def draft(db):
    """The draft of a strategy with the elements A and A.1."""
    strategy = factories.make_strategy(elements=("A", "A.1"))
    return strategy_services.create_draft(strategy=strategy, by=None, name_en="Second")


def wording(elements, code, parent=None, **fields):
    fields = {"title_en": code, "title_ja": code, "position": 9} | fields
    fields["type"] = factories.type_of(fields.get("type", "STR"), "claim")
    return Wording(element=elements[code], parent=elements.get(parent), **fields)


def elements_of(draft, *codes):
    return strategy_services.save_elements(strategy=draft.strategy, codes=[*codes], by=None)


def history_of(row):
    record = row.history.get()
    left_out = {
        "history_id",
        "history_date",
        "history_change_reason",
        "id",
        "element_id",
        "position",
    }
    return {name: value for name, value in record.__dict__.items()
            if not name.startswith("_") and name not in left_out}  # fmt: skip


def test_they_are_there_with_their_history_as_if_added_one_by_one(draft, chie):
    changes = Change.objects.count()
    elements = elements_of(draft, "A", "B", "B.1")
    assert elements["A"] == factories.get_element("A")
    strategy_services.add_all(
        revision=draft,
        wordings=[wording(elements, "B", "A"), wording(elements, "B.1", "B")],
        by=chie,
        source="page",
    )
    assert Change.objects.count() == changes + 2
    rows = {each.element.code: each for each in draft.wordings.order_by("position")}
    assert {code: each.parent and each.parent.code for code, each in rows.items()} == {
        "A": None, "A.1": "A", "B": "A", "B.1": "B"
    }  # fmt: skip
    one = strategy_services.add(
        revision=draft,
        code="C",
        parent=elements["A"],
        by=chie,
        title_en="B",
        title_ja="B",
        type=factories.type_of(code="claim"),
        is_alignable=True,
    )
    many = history_of(rows["B"])
    alone = history_of(one)
    written = Change.objects.latest("id")
    assert (alone.pop("change_id"), alone.pop("edited_in_id")) == (written.pk, written.pk)
    assert many.pop("change_id") == many.pop("edited_in_id") == rows["B"].edited_in_id
    assert many == alone
    assert rows["B"].edited_in.by == chie
    assert Element.history.get(code="B").change_id < rows["B"].edited_in_id


@pytest.mark.parametrize(
    ("made", "message"),
    [
        ([("B", "A", {"title_en": "x" * 301})], "B: Ensure this value has at most 300"),
        ([("B", None, {"type": "OTH"})], r"This type belongs to another strategy. \(B\)"),
        ([("A.1", None, {})], "The code A.1 is there twice."),
        ([("B", None, {}), ("B", None, {})], "The code B is there twice."),
        ([("B", "B.1", {})], "B has no place in the draft."),
        ([("B", "B.1", {}), ("B.1", "B", {})], "B has no place in the draft."),
    ],
)
def test_what_cannot_be_leaves_nothing_behind(draft, made, message):
    factories.make_strategy("OTH", elements=("X",))
    elements = elements_of(draft, "A", "A.1", "B", "B.1")
    before = Change.objects.count(), Wording.objects.count(), Wording.history.count()
    wordings = [wording(elements, code, parent, **more) for code, parent, more in made]
    with pytest.raises(ValidationError, match=message):
        strategy_services.add_all(revision=draft, wordings=wordings, by=None)
    after = Change.objects.count(), Wording.objects.count(), Wording.history.count()
    assert after == before


def test_a_code_that_cannot_be_one_makes_no_element(draft):
    before = Element.objects.count()
    with pytest.raises(ValidationError, match="b 1: Use capital letters"):
        elements_of(draft, "B", "b 1")
    assert Element.objects.count() == before


def test_nothing_is_added_to_what_is_published_or_another_strategys(draft):
    elements = elements_of(draft, "B")
    published = factories.get_element("A").wordings.exclude(revision=draft).get().revision
    with pytest.raises(strategy_services.NotDraft):
        strategy_services.add_all(
            revision=published, wordings=[wording(elements, "B")], by=None
        )
    factories.make_strategy("OTH", elements=("X",))
    others = {"X": factories.get_element("X", "OTH")}
    with pytest.raises(ValidationError, match="belongs to another strategy"):
        strategy_services.add_all(revision=draft, wordings=[wording(others, "X")], by=None)


def test_an_approval_is_taken_back(draft, chie):
    strategy_services.approve(revision=draft, by=chie)
    draft.refresh_from_db()
    assert draft.approved_in is not None
    elements = elements_of(draft, "B")
    strategy_services.add_all(revision=draft, wordings=[wording(elements, "B")], by=None)
    draft.refresh_from_db()
    assert draft.approved_in is None
