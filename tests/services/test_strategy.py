"""Drafts can be edited, published revisions never; the tree stays a tree."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from strategy_app.models import Change, Element, ElementType, Wording
from strategy_app.queries import strategy as strategy_queries
from strategy_app.services import reference
from strategy_app.services import strategy as services
from tests import factories
from tests.services.drafts import refused

DAY = datetime.date(2020, 4, 1)


@pytest.fixture
def strategy(db):
    return factories.make_strategy()


@pytest.fixture
def draft(strategy):
    return services.create_draft(strategy=strategy, by=None, name_en="Second")


def texts(revision):
    return [
        (row.element.code, row.parent and row.parent.code, row.title_en, row.body_ja)
        for row in strategy_queries.wordings(revision)
    ]


def wording(draft, code):
    return Wording.objects.get(revision=draft, element__code=code)


def test_a_draft_copies_the_newest_revision(strategy, draft, chie):
    first = strategy_queries.published_revisions(strategy.pk).get()
    assert texts(draft) == texts(first)
    assert len(texts(draft)) == 4
    assert {row.modification for row in draft.wordings.all()} == {"unchanged"}
    assert {row.modification for row in first.wordings.all()} == {"new"}
    assert (draft.is_draft, first.is_draft) == (True, False)
    assert {row.change for row in Wording.history.filter(revision=draft)} == {
        Change.objects.get(pk=draft.history.get().change_id)
    }


def test_a_first_draft_is_empty(db):
    strategy = factories.make_strategy(elements=(), publish=False)
    assert texts(factories.draft_of(strategy)) == []


def test_there_is_one_draft_at_a_time(strategy, draft):
    refusal = refused(
        ValidationError, services.create_draft, strategy=strategy, by=None, name_en="3"
    )
    assert refusal.messages == ["This strategy already has a draft."]


def test_editing_a_draft_leaves_the_published_one_alone(strategy, draft, chie):
    first = strategy_queries.published_revisions(strategy.pk).get()
    before = texts(first)
    row = wording(draft, "A.1")
    row.title_en, row.modification = "Said otherwise", "material"
    services.save_wording(wording=row, by=chie)
    assert texts(first) == before
    assert ("A.1", "A", "Said otherwise", "A.1の説明。") in texts(draft)
    change = Change.objects.latest("id")
    assert (change.action, change.by) == ("edit_strategy", chie)
    assert row.history.latest("history_id").change == change


def test_an_element_moves_with_what_stands_below_it(draft):
    row = wording(draft, "A")
    row.parent = factories.get_element("B")
    services.save_wording(wording=row, by=None)
    assert [line[:2] for line in texts(draft)] == [
        ("A", "B"), ("A.1", "A"), ("A.2", "A"), ("B", None),
    ]  # fmt: skip


@pytest.mark.parametrize(("code", "parent"), [("A", "A.1"), ("A", "A")])
def test_an_element_cannot_stand_below_itself(draft, code, parent):
    row = wording(draft, code)
    row.parent = factories.get_element(parent)
    refusal = refused(ValidationError, services.save_wording, wording=row, by=None)
    assert refusal.message_dict == {"parent": ["An element cannot stand below itself."]}


def test_a_longer_cycle_is_refused(draft):
    row = wording(draft, "B")
    row.parent = factories.get_element("A.1")
    services.save_wording(wording=row, by=None)
    row = wording(draft, "A")
    row.parent = factories.get_element("B")
    refusal = refused(ValidationError, services.save_wording, wording=row, by=None)
    assert list(refusal.message_dict) == ["parent"]


@pytest.mark.parametrize("name", ["element", "parent"])
def test_an_element_of_another_strategy_is_refused(draft, name):
    factories.make_strategy("OTHER")
    row = wording(draft, "A.1")
    setattr(row, name, factories.get_element("B", "OTHER"))
    refusal = refused(ValidationError, services.save_wording, wording=row, by=None)
    assert refusal.message_dict == {name: ["This element belongs to another strategy."]}


def test_a_parent_that_is_not_in_the_draft_is_refused(strategy, draft):
    services.delete_wording(wording=wording(draft, "B"), by=None)
    row = wording(draft, "A")
    row.parent = factories.get_element("B")
    refusal = refused(ValidationError, services.save_wording, wording=row, by=None)
    assert refusal.message_dict == {"parent": ["The parent is not in this revision."]}


def test_a_wording_does_not_leave_what_stands_below_its_element_behind(strategy, draft):
    new = services.save_element(strategy=strategy, code="NEW", by=None)
    row = wording(draft, "A")
    row.element = new
    refusal = refused(ValidationError, services.save_wording, wording=row, by=None)
    assert refusal.message_dict == {
        "element": ["Move or remove the elements below it first."]
    }
    row = wording(draft, "B")
    row.element = new
    services.save_wording(wording=row, by=None)
    assert [line[0] for line in texts(draft)] == ["A", "A.1", "A.2", "NEW"]


def test_an_element_has_one_wording_in_a_revision(draft):
    row = Wording(
        revision=draft, element=factories.get_element("A"), position=9,
        type=factories.type_of(),
        title_en="Once more",
    )  # fmt: skip
    refused(ValidationError, services.save_wording, wording=row, by=None)


def test_an_element_is_taken_out_once_nothing_stands_below_it(strategy, draft):
    refusal = refused(
        ValidationError, services.delete_wording, wording=wording(draft, "A"), by=None
    )
    assert refusal.messages == ["Move or remove the elements below it first."]
    for code in ("A.1", "A.2", "A"):
        services.delete_wording(wording=wording(draft, code), by=None)
    assert [line[0] for line in texts(draft)] == ["B"]
    first = strategy_queries.published_revisions(strategy.pk).get()
    assert [line[0] for line in texts(first)] == ["A", "A.1", "A.2", "B"]
    assert Element.objects.filter(strategy=strategy).count() == 4


def test_what_is_published_is_not_edited(strategy):
    first = strategy_queries.published_revisions(strategy.pk).get()
    row = wording(first, "B")
    row.title_en = "Said otherwise"
    refused(services.NotDraft, services.save_wording, wording=row, by=None)
    refused(services.NotDraft, services.delete_wording, wording=row, by=None)
    refused(services.NotDraft, services.publish, revision=first, in_force_from=DAY, by=None)
    refused(
        services.NotDraft, services.save_draft, revision=first, replaces=2**63 - 1, by=None,
        name_en="Renamed",
    )  # fmt: skip


def test_a_published_wording_does_not_slip_into_a_draft(strategy, draft):
    first = strategy_queries.published_revisions(strategy.pk).get()
    new = services.save_element(strategy=strategy, code="NEW", by=None)
    row = wording(first, "B")
    row.revision, row.element = draft, new
    refused(IntegrityError, services.save_wording, wording=row, by=None)


def test_publishing_sets_the_day_and_the_change(strategy, draft, chie):
    published = services.publish(
        revision=draft, in_force_from=DAY, by=chie, despite_warnings=True
    )
    draft.refresh_from_db()
    change = Change.objects.latest("id")
    assert published == draft
    assert (draft.in_force_from, draft.published_in) == (DAY, change)
    assert (change.action, change.by) == ("publish", chie)
    in_force = [
        strategy_queries.revision_in_force(strategy.pk, day)
        for day in (datetime.date(2017, 7, 31), DAY - datetime.timedelta(1), DAY)
    ]
    assert [row and row.name_en for row in in_force] == [None, "First", "Second"]


@pytest.mark.parametrize("day", ["2017-08-01", "2017-07-31"])
def test_a_revision_follows_the_last_one(draft, day):
    refusal = refused(
        ValidationError, services.publish, revision=draft, by=None, despite_warnings=True,
        in_force_from=datetime.date.fromisoformat(day),
    )  # fmt: skip
    assert list(refusal.message_dict) == ["in_force_from"]


@pytest.mark.parametrize("context", [(), ("A",)])
def test_a_draft_with_nothing_to_align_with_is_not_published(db, context):
    strategy = factories.make_strategy(elements=context, context=context, publish=False)
    refusal = refused(
        ValidationError, services.publish, revision=factories.draft_of(strategy),
        in_force_from=DAY, by=None,
    )  # fmt: skip
    assert refusal.messages == ["This draft has no element to align with."]


def test_after_publishing_there_may_be_another_draft(strategy, draft):
    services.publish(revision=draft, in_force_from=DAY, by=None, despite_warnings=True)
    third = services.create_draft(strategy=strategy, by=None, name_en="Third")
    assert texts(third) == texts(draft)


def test_a_draft_begins_with_the_preface_in_force(db):
    strategy = factories.make_strategy(publish=False)
    services.discard_draft(revision=factories.draft_of(strategy), by=None)
    first = services.create_draft(
        strategy=strategy, by=None, name_en="First", preface_en="Why.", preface_ja="序。"
    )
    services.add(
        revision=first, code="A", parent=None, title_en="A", by=None,
        type=factories.type_of(),
    )  # fmt: skip
    services.publish(revision=first, in_force_from=DAY, by=None, despite_warnings=True)
    second = services.create_draft(strategy=strategy, by=None, name_en="Second")
    assert (second.preface_en, second.preface_ja) == ("Why.", "序。")
    services.discard_draft(revision=second, by=None)
    given = services.create_draft(
        strategy=strategy, by=None, name_en="Second", preface_en=""
    )
    assert (given.preface_en, given.preface_ja) == ("", "序。")


def test_an_element_is_made_once(strategy):
    before = Change.objects.count()
    element = services.save_element(strategy=strategy, code="A", by=None)
    assert element == factories.get_element("A")
    assert Change.objects.count() == before


@pytest.mark.parametrize("code", ["kp-1", "KP 1", "KP_1", "", "KP-", "ＫＰ-1", "KP-1\n"])
def test_a_code_has_its_form(strategy, code):
    refusal = refused(
        ValidationError, services.save_element, strategy=strategy, code=code, by=None
    )
    assert list(refusal.message_dict) == ["code"]


# --- types of elements ---


def test_a_strategy_is_given_types_after_its_own(strategy, chie):
    before = list(strategy_queries.types(strategy.pk))
    changes = Change.objects.count()
    types = [
        ElementType(code="aim", name_en="Another aim"),
        ElementType(code="action", name_en="Action", name_ja="施策", is_alignable=False),
    ]
    found = services.save_types(strategy=strategy, types=types, by=chie)
    assert [*found] == [*(each.code for each in before), "action"]
    assert list(strategy_queries.types(strategy.pk)) == list(found.values())
    assert (str(found["aim"]), found["action"].is_alignable) == ("Aim", False)
    change = Change.objects.latest("id")
    assert (change.by, change.action) == (chie, "edit_strategy")
    assert found["action"].history.get().change == change
    services.save_types(strategy=strategy, types=types, by=chie)
    assert Change.objects.count() == changes + 1
    with pytest.raises(ValidationError, match="Use small letters"):
        services.save_types(strategy=strategy, types=[ElementType(code="A")], by=chie)
    assert (strategy.types.count(), Change.objects.count()) == (6, changes + 1)


def test_a_wording_is_of_a_type_of_its_own_strategy(strategy, draft, chie):
    factories.make_strategy("OTH", ["X"])
    other = factories.type_of("OTH")
    row = wording(draft, "B")
    refusal = refused(
        ValidationError, services.edit, wording=row, replaces=row.edited_in_id, by=chie,
        type=other,
    )  # fmt: skip
    assert refusal.message_dict == {"type": ["This type belongs to another strategy."]}


def test_a_type_that_was_of_use_is_not_removed(strategy, draft, chie):
    row = wording(draft, "B")
    driver = factories.type_of(strategy, "driver")
    for each in (driver, row.type):
        row = services.edit(wording=row, replaces=row.edited_in_id, by=chie, type=each)
    for each in (driver, row.type):
        with pytest.raises(ValidationError, match="cannot be removed"):
            reference.delete(each, by=chie)
    reference.delete(factories.type_of(strategy, "mission"), by=chie)
    assert [each.code for each in strategy_queries.types(strategy.pk)] == [
        "aim", "key_point", "driver", "claim",
    ]  # fmt: skip
