"""A draft is edited without anybody overwriting another; how it changed is decided."""

import datetime

import pytest
from django.core.exceptions import ValidationError

from strategy_app.models import Origin, Revision, Wording
from strategy_app.queries import draft as draft_queries
from strategy_app.services import strategy as services
from strategy_app.services.strategy import NotApproved, NotDraft, Overtaken
from tests import factories
from tests.services.drafts import edit, everything, get, refused

LONG = "one two three four five six seven eight nine ten eleven twelve"


# --- started and given up ---


def test_a_draft_copies_the_revision_and_nobody_has_decided_anything(draft):
    assert [
        (row.element.code, row.modification, row.decided_by)
        for row in draft.wordings.order_by("position")
    ] == [(code, "unchanged", None) for code in ("A", "A.1", "A.2", "B")]


def test_a_strategy_has_one_draft_at_a_time(draft, strategy, chie):
    refused(
        ValidationError, services.create_draft, strategy=strategy, by=chie, name_en="Third"
    )


def test_a_draft_that_is_given_up_leaves_its_history(draft, strategy, chie):
    edit(draft, "A", chie, title_en="Another")
    services.discard_draft(revision=draft, by=chie)
    assert not Revision.objects.filter(published_in=None).exists()
    assert Wording.history.filter(title_en="Another", history_type="-").count() == 1
    services.create_draft(strategy=strategy, by=chie, name_en="Third")


@pytest.mark.parametrize(
    "act",
    [
        lambda row, by: services.edit(wording=row, replaces=None, by=by, title_en="x"),
        lambda row, by: services.mark_current(wording=row, replaces=None, by=by),
        lambda row, by: services.decide(
            wording=row, modification="material", replaces=None, by=by
        ),
        lambda row, by: services.set_origins(wording=row, kind="split", origins=[], by=by),
        lambda row, by: services.move(wording=row, direction="down", by=by),
        lambda row, by: services.put_below(wording=row, parent=None, by=by),
        lambda row, by: services.delete_wording(wording=row, by=by),
        lambda row, by: services.recode(wording=row, code="Z", by=by),
        lambda row, by: services.add(
            revision=row.revision, code="Z", parent=None, by=by, title_en="Z"
        ),
        lambda row, by: services.discard_draft(revision=row.revision, by=by),
        lambda row, by: services.approve(revision=row.revision, by=by),
    ],
)
def test_nothing_touches_a_published_revision(strategy, chie, act):
    published = Wording.objects.get(element__code="A")
    refused(NotDraft, act, row=published, by=chie)


# --- edited ---


def test_an_edit_changes_what_it_names_and_says_by_whom(draft, chie):
    wording = edit(draft, "A", chie, title_en="Another", type="driver", source="p. 3")
    wording.refresh_from_db()
    assert (wording.title_en, wording.title_ja, wording.type.code, wording.source) == (
        "Another", "要素A", "driver", "p. 3",
    )  # fmt: skip
    change = wording.edited_in
    assert (change.by, change.action, change.source) == (chie, "edit_strategy", "page")


def test_an_edit_that_changes_nothing_leaves_no_trace(draft, chie):
    before = everything()
    edit(draft, "A", chie, title_en="Element A")
    assert everything() == before


def test_whoever_comes_later_is_told_and_overwrites_nothing(draft, chie, eri):
    seen = get(draft, "A")
    mine = edit(draft, "A", eri, title_en="Eri's")
    refusal = refused(
        Overtaken, services.edit,
        wording=seen, replaces=seen.edited_in_id, by=chie, title_en="Chie's",
    )  # fmt: skip
    assert (refusal.current, refusal.current.title_en) == (mine, "Eri's")


def test_whoever_edits_what_was_withdrawn_is_told(draft, chie, eri):
    seen = get(draft, "B")
    services.delete_wording(wording=seen, by=eri)
    stale = Wording(pk=seen.pk or 0, revision=draft, element=seen.element)
    refusal = refused(
        Overtaken, services.edit, wording=stale, replaces=None, by=chie, title_en="x"
    )
    assert refusal.current is None


def test_a_text_without_a_title_is_refused_by_field(draft, chie):
    wording = get(draft, "A")
    refusal = refused(
        ValidationError, services.edit,
        wording=wording, replaces=wording.edited_in_id, by=chie, title_en="",
    )  # fmt: skip
    assert list(refusal.error_dict) == ["title_en"]


def test_edits_of_different_fields_are_put_together(draft, chie, eri):
    seen = get(draft, "A")
    theirs = edit(draft, "A", eri, title_en="Eri's")
    base = draft_queries.version_of(seen, seen.edited_in_id)
    mine = {"title_en": "Element A", "title_ja": "千恵の", "body_en": "What A is about."}
    assert draft_queries.merged(base, theirs, mine) == (
        {"title_en": "Eri's", "title_ja": "千恵の", "body_en": "What A is about."}, [],
    )  # fmt: skip


def test_edits_of_the_same_field_are_told(draft, chie, eri):
    seen = get(draft, "A")
    theirs = edit(draft, "A", eri, title_en="Eri's")
    base = draft_queries.version_of(seen, seen.edited_in_id)
    mine = {"title_en": "Chie's"}
    assert draft_queries.merged(base, theirs, mine) == (mine, ["title_en"])
    assert draft_queries.merged(None, theirs, mine) == (mine, ["title_en"])
    same = {"title_en": "Eri's"}
    assert draft_queries.merged(base, theirs, same) == (same, [])


def test_the_name_and_preface_of_what_is_published_stay(draft, chie):
    services.publish(
        revision=draft,
        in_force_from=datetime.date(2020, 4, 1),
        by=chie,
        despite_warnings=True,
    )
    refused(
        NotDraft, services.save_draft, revision=draft, replaces=2**63 - 1, by=chie,
        preface_en="Too late.",
    )  # fmt: skip


# --- both languages ---

EN, EN_MORE, JA = {"title_en": "New"}, {"title_en": "Newer"}, {"title_ja": "新"}


@pytest.mark.parametrize(
    ("edits", "behind"),
    [
        ([{"title_en": "New"}], "ja"),
        ([{"body_ja": "新しい"}], "en"),
        ([{"title_en": "New", "title_ja": "新"}], ""),
        ([{"title_en": "New"}, {"title_ja": "新"}], ""),
        ([{"title_en": "New"}, {"body_en": "New"}], "ja"),
        ([{"title_en": "New"}, {"title_en": "Element A"}], ""),
        ([{"title_en": "New"}, {"type": "driver"}], "ja"),
        ([{"type": "driver", "source": "p. 3"}], ""),
        # Typed in pieces, for each pause saves: whoever types catches up until they stop.
        ([EN, JA, {"title_ja": "新しい"}], ""),
        ([EN, {"title_en": "Newer"}, JA, {"title_ja": "新しい"}, {"body_ja": "文"}], ""),
        ([JA, EN, {"title_en": "Newer"}, {"body_en": "Text"}], ""),
        ([EN, {**EN_MORE, **JA}, {"title_ja": "新しい"}], ""),
        ([EN, JA, {"type": "driver"}, {"title_ja": "新しい"}], ""),
        # Field by field.
        ([EN, JA, {"body_en": "Text"}], "ja"),
        ([EN, JA, {"body_en": "Text"}, {"body_ja": "文"}, {"body_ja": "本文"}], ""),
        # One is taken up again: to mend a letter, or for more.
        ([EN, JA, {"title_ja": "新しい"}, EN_MORE], "ja"),
        ([EN, JA, EN_MORE, {"title_en": "Newest"}], "ja"),
        ([JA, EN, {"body_ja": "文"}], "en"),
        ([{**EN, **JA}, EN_MORE], "ja"),
        # Back to what is published.
        ([EN, JA, {"title_ja": "要素A"}], "ja"),
        ([EN, JA, {"title_en": "Element A"}], "en"),
    ],
)
def test_a_language_that_was_not_changed_is_behind(draft, chie, edits, behind):
    for fields in edits:
        edit(draft, "A", chie, **fields)
    assert get(draft, "A").behind == behind


@pytest.mark.parametrize(
    ("edits", "behind"),
    [
        ([], "ja"),
        ([{"type": "driver"}], "ja"),
        ([JA], ""),
        ([JA, {"title_ja": "新し"}, {"title_ja": "新しい"}], ""),
        ([EN_MORE], "ja"),
        ([EN_MORE, JA], ""),
        ([JA, EN_MORE], "ja"),
        # Back to what is published.
        ([EN_MORE, EN], "ja"),
        ([JA, {"title_ja": "要素A"}], "ja"),
        ([EN_MORE, JA, EN], ""),
    ],
)
def test_a_language_that_was_published_behind_is_so_until_it_catches_up(
    draft, chie, edits, behind
):
    edit(draft, "A", chie, **EN)
    services.publish(
        revision=draft,
        in_force_from=datetime.date(2020, 4, 1),
        by=chie,
        despite_warnings=True,
    )
    later = services.create_draft(strategy=draft.strategy, by=chie, name_en="Third")
    for fields in edits:
        edit(later, "A", chie, **fields)
    assert get(later, "A").behind == behind


def test_somebody_says_that_both_agree_again(draft, chie, eri):
    wording = edit(draft, "A", chie, title_en="New")
    services.mark_current(wording=wording, replaces=wording.edited_in_id, by=eri)
    now = get(draft, "A")
    assert (now.behind, now.edited_in.by) == ("", eri)
    refused(
        Overtaken, services.mark_current,
        wording=wording, replaces=wording.edited_in_id, by=chie,
    )  # fmt: skip


def test_what_was_said_to_agree_is_behind_again_once_one_goes_on(draft, chie):
    for fields in (EN, JA, EN_MORE):
        wording = edit(draft, "A", chie, **fields)
    services.mark_current(wording=wording, replaces=wording.edited_in_id, by=chie)
    assert get(draft, "A").behind == ""
    edit(draft, "A", chie, title_en="Newest")
    assert get(draft, "A").behind == "ja"
    edit(draft, "A", chie, title_ja="最新")
    edit(draft, "A", chie, title_ja="最新版")
    assert get(draft, "A").behind == ""


@pytest.mark.parametrize(
    ("texts", "edits", "behind"),
    [
        ({"title_en": "New"}, [], "ja"),
        ({"title_en": "New"}, [{"body_en": "In pieces"}], "ja"),
        ({"title_en": "New"}, [JA, {"body_ja": "文"}, {"body_ja": "本文"}], ""),
        ({"title_en": "New", **JA}, [], ""),
        ({"title_en": "New", **JA}, [{"body_en": "Text"}], "ja"),
        ({"title_en": "New", **JA}, [{"body_en": "T"}, {"body_ja": "文"}], ""),
    ],
)
def test_a_new_element_is_behind_where_nothing_is_written(
    draft, chie, texts, edits, behind
):
    services.add(
        revision=draft, code="C", parent=None, by=chie, **texts, type=factories.type_of(),
    )  # fmt: skip
    for fields in edits:
        edit(draft, "C", chie, **fields)
    assert get(draft, "C").behind == behind


# --- how it changed ---


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("What A is about.", "unchanged"),
        (LONG, "unchanged"),
        (LONG.replace("twelve", "dozen"), "editorial"),
        (LONG.replace("one two three four five", "uno"), "material"),
    ],
)
def test_how_it_changed_is_suggested_from_the_words(strategy, chie, body, kind):
    draft = services.create_draft(strategy=strategy, by=chie, name_en="Second")
    if body != "What A is about.":
        edit(draft, "A", chie, body_en=LONG)
        services.publish(
            revision=draft,
            in_force_from=datetime.date(2020, 4, 1),
            by=chie,
            despite_warnings=True,
        )
        draft = services.create_draft(strategy=strategy, by=chie, name_en="Third")
    edit(draft, "A", chie, body_en=body)
    assert get(draft, "A").modification == kind


def decide(draft, code, by, kind, reason=""):
    wording = get(draft, code)
    return services.decide(
        wording=wording, modification=kind, replaces=wording.edited_in_id, by=by,
        reason=reason,
    )  # fmt: skip


def test_a_decision_and_its_author_are_kept(draft, chie, eri):
    edit(draft, "A", chie, title_en="Something else", title_ja="別")
    decide(draft, "A", eri, "editorial", "Only put in plainer words.")
    kept = get(draft, "A")
    assert (kept.modification, kept.decided_by, kept.decision_reason) == (
        "editorial", eri, "Only put in plainer words.",
    )  # fmt: skip


def test_editorial_with_many_words_changed_asks_for_a_reason(draft, chie):
    edit(draft, "A", chie, body_en="Nothing of it is left in place")
    refusal = refused(
        ValidationError, decide, draft=draft, code="A", by=chie, kind="editorial"
    )
    assert list(refusal.error_dict) == ["reason"]
    decide(draft, "A", chie, "material")
    assert get(draft, "A").modification == "material"


@pytest.mark.parametrize("kind", ["editorial", "material", "new"])
def test_what_has_not_changed_is_nothing_to_decide(draft, chie, kind):
    refusal = refused(ValidationError, decide, draft=draft, code="A", by=chie, kind=kind)
    assert list(refusal.error_dict) == ["modification"]


def test_a_further_edit_asks_for_the_decision_again(draft, chie):
    edit(draft, "A", chie, title_en="Something else")
    decide(draft, "A", chie, "material")
    edit(draft, "A", chie, type="driver")
    assert get(draft, "A").decided_by == chie
    edit(draft, "A", chie, title_en="Something else again")
    assert (get(draft, "A").decided_by, get(draft, "A").decision_reason) == (None, "")


def test_a_decision_on_other_words_is_refused(draft, chie, eri):
    seen = edit(draft, "A", chie, title_en="Something else")
    edit(draft, "A", eri, title_en="Something quite different")
    refused(
        Overtaken, services.decide,
        wording=seen, modification="material", replaces=seen.edited_in_id, by=chie,
    )  # fmt: skip


# --- whence it comes ---


def test_where_an_element_comes_from_is_said_and_said_anew(draft, chie):
    added = services.add(
        revision=draft,
        code="C",
        parent=None,
        by=chie,
        title_en="x",
        type=factories.type_of(),
    )
    elements = [factories.get_element(code) for code in ("A.1", "A.2")]
    services.set_origins(wording=added, kind="merged", origins=elements, by=chie)
    services.set_origins(wording=added, kind="split", origins=elements[1:], by=chie)
    assert [
        (row.element.code, row.origin.code, row.kind) for row in Origin.objects.all()
    ] == [("C", "A.2", "split")]
    services.delete_wording(wording=added, by=chie)
    assert not Origin.objects.exists()


@pytest.mark.parametrize("origin", ["C", "D"])
def test_an_origin_was_in_the_revision_before(draft, chie, origin):
    added, _other = (
        services.add(revision=draft, code=code, parent=None, by=chie, title_en="x",
                     type=factories.type_of())
        for code in ("C", "D")
    )  # fmt: skip
    refused(
        ValidationError, services.set_origins,
        wording=added, kind="split", origins=[factories.get_element(origin)], by=chie,
    )  # fmt: skip


# --- approved and published ---


@pytest.mark.parametrize(
    "act",
    [
        lambda draft, by: edit(draft, "A", by, title_en="New"),
        lambda draft, by: services.move(wording=get(draft, "B"), direction="up", by=by),
        lambda draft, by: services.delete_wording(wording=get(draft, "B"), by=by),
        lambda draft, by: services.add(
            revision=draft,
            code="C",
            parent=None,
            by=by,
            title_en="x",
            type=factories.type_of(),
        ),
        lambda draft, by: services.set_origins(
            wording=get(draft, "B"), kind="split", origins=[], by=by
        ),
    ],
)
def test_an_edit_undoes_the_approval(draft, chie, eri, act):
    services.approve(revision=draft, by=eri)
    act(draft, chie)
    draft.refresh_from_db()
    assert draft.approved_in is None


def test_an_approved_draft_is_published_by_another(draft, chie, eri, settings):
    settings.PUBLICATION_NEEDS_APPROVAL = True
    day = datetime.date(2020, 4, 1)
    publish = {"revision": draft, "in_force_from": day, "despite_warnings": True}
    refused(NotApproved, services.publish, by=chie, **publish)
    services.approve(revision=draft, by=eri)
    refused(NotApproved, services.publish, by=eri, **publish)
    services.publish(by=chie, **publish)
    draft.refresh_from_db()
    assert draft.published_in.by == chie


def test_what_stands_against_publishing_names_the_element(draft, chie):
    assert [row.message for row in services.problems_of(draft)] == [
        "Nothing has changed since the last revision."
    ]
    edit(draft, "A", chie, title_en="Something else")
    edit(draft, "B", chie, body_ja="")
    found = {
        (row.wording.element.code, str(row.message)) for row in services.problems_of(draft)
    }
    assert found >= {
        ("A", "One language was changed after the other."),
        ("A", "Nobody has decided yet whether its change is material."),
        ("B", "One language has no text."),
    }


def test_whoever_publishes_decides_what_nobody_has(draft, chie, eri):
    edit(draft, "A", eri, title_en="Something else")
    services.publish(
        revision=draft,
        in_force_from=datetime.date(2020, 4, 1),
        by=chie,
        despite_warnings=True,
    )
    assert get(draft, "A").decided_by == chie
