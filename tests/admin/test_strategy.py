"""A draft is started, edited and published; what is published is only read."""

import datetime

import pytest

from strategy_app.models import Change, Element, Revision, Strategy, Target, Wording
from strategy_app.services import strategy as strategy_services
from tests import factories
from tests.admin.pages import address, errors_of, fields_of


@pytest.fixture
def strategy(db):
    return factories.make_strategy()


@pytest.fixture
def draft(strategy):
    return strategy_services.create_draft(strategy=strategy, by=None, name_en="Second")


def wording_of(revision, code):
    return Wording.objects.get(revision=revision, element__code=code)


def newest():
    return Change.objects.order_by("-id").first()


@pytest.fixture
def signed_in(chie, client):
    client.force_login(chie)
    return client


def test_a_draft_copies_the_newest_revision(strategy, chie, signed_in):
    page = signed_in.get(address(Strategy, "change", strategy.pk)).content.decode()
    where = address(Strategy, "draft", strategy.pk)
    assert where in page
    assert "copy of “First” with its 4 elements" in signed_in.get(where).content.decode()
    assert Revision.objects.count() == 1  # to look at it starts nothing

    signed_in.post(where, {"name_en": "Second"})
    draft = factories.draft_of(strategy)
    assert draft.name_en == "Second"
    assert [w.element.code for w in draft.wordings.order_by("position")] == [
        "A", "A.1", "A.2", "B",
    ]  # fmt: skip
    change = newest()
    assert (change.by, change.action, change.source) == (chie, "edit_strategy", "admin")


def test_a_second_draft_is_refused(strategy, draft, signed_in):
    before = Change.objects.count()
    answer = signed_in.post(address(Strategy, "draft", strategy.pk), {"name_en": "Third"})
    assert "already has a draft" in str(answer.context["form"].errors)
    assert (Revision.objects.count(), Change.objects.count()) == (2, before)


def test_a_wording_of_a_draft_is_edited(draft, chie, signed_in):
    wording = wording_of(draft, "A.1")
    where = address(Wording, "change", wording.pk)
    data = fields_of(signed_in.get(where))
    before = Change.objects.count()
    signed_in.post(where, data | {"body_en": "New text.", "modification": "material"})
    wording.refresh_from_db()
    assert (wording.body_en, wording.modification) == ("New text.", "material")
    assert Change.objects.count() == before + 1
    assert wording.history.first().change == newest()
    assert newest().by == chie


def test_a_draft_with_another_preface_has_to_be_approved_again(draft, dai, chie, signed_in):
    where = address(Revision, "change", draft.pk)
    strategy_services.approve(revision=draft, by=dai)
    before = Change.objects.count()
    signed_in.post(where, fields_of(signed_in.get(where)))
    draft.refresh_from_db()
    assert draft.approved_in.by == dai  # nothing was changed
    signed_in.post(where, fields_of(signed_in.get(where)) | {"preface_en": "Unread."})
    draft.refresh_from_db()
    assert (draft.preface_en, draft.approved_in) == ("Unread.", None)
    assert Change.objects.count() == before + 1
    assert (newest().by, newest().action, newest().source) == (
        chie, "edit_strategy", "admin",
    )  # fmt: skip


def test_a_changed_text_has_to_say_how_it_changed(draft, signed_in):
    wording = wording_of(draft, "A.1")
    where = address(Wording, "change", wording.pk)
    before = Change.objects.count()
    answer = signed_in.post(
        where, fields_of(signed_in.get(where)) | {"body_en": "New text."}
    )
    assert list(answer.context["adminform"].form.errors) == ["modification"]
    wording.refresh_from_db()
    assert wording.body_en == "What A.1 is about."
    assert Change.objects.count() == before


def test_an_element_cannot_stand_below_itself(draft, signed_in):
    wording = wording_of(draft, "A")
    where = address(Wording, "change", wording.pk)
    data = fields_of(signed_in.get(where))
    answer = signed_in.post(where, data | {"parent": factories.get_element("A.1").pk})
    assert list(answer.context["adminform"].form.errors) == ["parent"]
    wording.refresh_from_db()
    assert wording.parent is None


def test_two_admins_at_one_wording(draft, dai, signed_in):
    wording = wording_of(draft, "A.1")
    where = address(Wording, "change", wording.pk)
    data = fields_of(signed_in.get(where))
    wording.title_en = "By somebody else"
    wording.modification = "editorial"
    strategy_services.save_wording(wording=wording, by=dai)
    before = Change.objects.count()
    answer = signed_in.post(where, data | {"body_en": "Typed.", "modification": "material"})
    assert "dai changed this" in errors_of(answer)
    form = answer.context["adminform"].form
    assert (form["body_en"].value(), form["title_en"].value()) == (
        "Typed.", "By somebody else",
    )  # fmt: skip
    wording.refresh_from_db()
    assert wording.body_en == "What A.1 is about."
    assert Change.objects.count() == before


@pytest.mark.parametrize("code", ["C", "OLD"])
def test_a_wording_is_added_of_a_new_element_or_an_old_one(
    strategy, draft, code, signed_in
):
    old = strategy_services.save_element(strategy=strategy, code="OLD", by=None)
    where = f"{address(Wording, 'add')}?revision={draft.pk}"
    page = signed_in.get(where)
    assert '<option value="OLD"></option>' in page.content.decode()
    before = Change.objects.count()
    signed_in.post(
        where,
        fields_of(page) | {
            "element_code": code, "kind": "aim", "title_en": "Added", "position": "2",
            "parent": factories.get_element("A").pk, "modification": "new",
        },
    )  # fmt: skip
    added = wording_of(draft, code)
    assert (added.title_en, added.parent.code) == ("Added", "A")
    assert (added.element == old) is (code == "OLD")
    assert [w.element.code for w in draft.wordings.order_by("position")] == [
        "A", code, "A.1", "A.2", "B",
    ]  # fmt: skip
    assert len(set(draft.wordings.values_list("position", flat=True))) == 5
    assert Change.objects.count() == before + 1


@pytest.mark.parametrize("code", ["A.1", "no code", ""])
def test_a_code_that_is_taken_or_none_is_refused(draft, code, signed_in):
    where = f"{address(Wording, 'add')}?revision={draft.pk}"
    data = fields_of(signed_in.get(where))
    before = Change.objects.count(), Element.objects.count(), Wording.objects.count()
    answer = signed_in.post(
        where, data | {"element_code": code, "kind": "aim", "title_en": "Added"}
    )
    assert list(answer.context["adminform"].form.errors) == ["element_code"]
    assert (
        Change.objects.count(), Element.objects.count(), Wording.objects.count(),
    ) == before  # fmt: skip


def test_a_wording_is_taken_out_of_a_draft(draft, signed_in):
    wording = wording_of(draft, "A.2")
    signed_in.post(address(Wording, "delete", wording.pk), {"post": "yes"})
    assert [w.element.code for w in draft.wordings.order_by("position")] == [
        "A", "A.1", "B",
    ]  # fmt: skip
    assert Wording.history.filter(id=wording.pk).first().change == newest()


def test_an_element_with_others_below_it_stays(draft, signed_in):
    before = Change.objects.count()
    answer = signed_in.post(
        address(Wording, "delete", wording_of(draft, "A").pk), {"post": "yes"}
    )
    assert "A.1 Element A.1" in answer.content.decode()
    assert draft.wordings.count() == 4
    assert Change.objects.count() == before


def test_what_is_published_is_only_read(strategy, draft, signed_in):
    first = Revision.objects.exclude(pk=draft.pk).get()
    wording = wording_of(first, "A")
    before = Change.objects.count()
    for row in (first, wording):
        page = signed_in.get(address(type(row), "change", row.pk))
        assert 'name="_save"' not in page.content.decode()
        for kind in ("change", "delete"):
            answer = signed_in.post(
                address(type(row), kind, row.pk), {"title_en": "X", "post": "yes"}
            )
            assert answer.status_code == 403
    answer = signed_in.post(
        address(Wording, "add"),
        {"revision": first.pk, "element_code": "C", "kind": "aim", "position": "9",
         "title_en": "X", "modification": "new"},
    )  # fmt: skip
    assert list(answer.context["adminform"].form.errors) == ["revision"]
    wording.refresh_from_db()
    assert wording.title_en == "Element A"
    assert (first.wordings.count(), Change.objects.count()) == (4, before)


def test_a_draft_is_published_on_the_page_that_rehearses_it(strategy, draft, signed_in):
    publish = '<a href="/strategy/STR/draft/publish/"'
    page = signed_in.get(address(Revision, "change", draft.pk))
    assert publish in page.content.decode()
    strategy_services.publish(
        revision=draft, in_force_from=datetime.date(2020, 4, 1), by=None,
        despite_warnings=True,
    )  # fmt: skip
    page = signed_in.get(address(Revision, "change", draft.pk))
    assert publish not in page.content.decode()


def test_the_list_of_wordings_shows_the_tree(draft, signed_in):
    where = f"{address(Wording, 'changelist')}?revision__id__exact={draft.pk}"
    page = signed_in.get(where)
    assert [(w.element.code, w.depth) for w in page.context["cl"].result_list] == [
        ("A", 0), ("A.1", 1), ("A.2", 1), ("B", 0),
    ]  # fmt: skip
    assert '<span class="depth-1">Element A.1</span>' in page.content.decode()


def test_targets_are_kept_in_changes(strategy, chie, signed_in):
    data = {
        "element": factories.get_element("A").pk, "measure": "share_active",
        "value": "101", "valid_from": "2026-04-01",
    }  # fmt: skip
    answer = signed_in.post(address(Target, "add"), data)
    assert "at most 100" in errors_of(answer)
    assert Target.objects.count() == 0
    signed_in.post(address(Target, "add"), data | {"value": "50"})
    target = Target.objects.get()
    assert (target.element.code, target.value) == ("A", 50)
    assert (target.history.get().change.by, newest().action) == (chie, "edit_target")
