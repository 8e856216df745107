"""A draft of a document becomes the draft revision of a strategy."""

import datetime

import pytest
from django.core.exceptions import ValidationError

from strategy_app.importers import document, strategy_document
from strategy_app.models import Change, Element, Revision, Wording
from strategy_app.queries import strategy as strategy_queries
from strategy_app.services import reference
from strategy_app.services import strategy as strategy_services
from tests import factories
from tests.importers.document.documents import draft_of, sample


@pytest.fixture
def strategy(db):
    """A strategy with AIM-1 and AIM-1.1, KP-1, and OLD with OLD.1, in force."""
    return factories.make_strategy(elements=("AIM-1", "AIM-1.1", "KP-1", "OLD", "OLD.1"))


def wordings(revision):
    return strategy_queries.wordings(revision)


def refusal(draft, strategy):
    """Return what is said of a draft that is refused, leaving everything as it was."""
    before = [model.objects.count() for model in (Change, Element, Revision, Wording)]
    with pytest.raises(ValidationError) as refused:
        strategy_document.load(draft, strategy=strategy, by=None)
    assert before == [
        model.objects.count() for model in (Change, Element, Revision, Wording)
    ]
    return " ".join(refused.value.messages)


def test_the_draft_holds_exactly_the_elements(strategy, chie):
    draft = document.match(sample("en"), sample("ja"))
    changes = Change.objects.count()
    revision = strategy_document.load(draft, strategy=strategy, by=chie)
    assert Change.objects.count() == changes + 1
    change = Change.objects.latest("id")
    assert (change.by, change.action, change.source) == (chie, "edit_strategy", "command")
    assert revision.is_draft
    assert revision.name_en == "International Strategy of the Example Agency (2026)"
    assert revision.name_ja == "例示機構の国際戦略（2026年）"
    assert [
        (
            each.element.code, each.parent and each.parent.code,
            each.type.code, each.title_en,
            each.body_en, each.title_ja, each.body_ja, each.is_alignable,
        )
        for each in wordings(revision)
    ] == [
        (
            each.code, each.parent, each.kind, each.title, each.body, each.other_title,
            each.other_body, each.is_alignable,
        )
        for each in draft.elements
    ]  # fmt: skip


def test_a_code_that_was_withdrawn_is_compared_with_its_last_wording(strategy):
    strategy_services.discard_draft(
        revision=strategy_document.load(sample("en"), strategy=strategy, by=None), by=None
    )
    factories.revise(strategy, [("OLD", None, True)], day="2020-04-01")
    revision = strategy_document.load(sample("en"), strategy=strategy, by=None)
    found = {each.element.code: each for each in wordings(revision)}
    assert found["AIM-1"].modification == "material"
    assert (found["AIM-1"].title_ja, found["AIM-1"].behind) == ("要素AIM-1", "ja")
    assert found["AIM-2"].modification == "new"


def test_elements_with_a_known_code_keep_their_identity(strategy):
    known = {each.code: each.pk for each in Element.objects.filter(strategy=strategy)}
    revision = strategy_document.load(sample("en"), strategy=strategy, by=None)
    found = {each.element.code: each for each in wordings(revision)}
    assert {code: found[code].element_id for code in ("AIM-1", "AIM-1.1", "KP-1")} == {
        code: known[code] for code in ("AIM-1", "AIM-1.1", "KP-1")
    }
    assert found["AIM-1"].modification == "material"
    assert found["AIM-2"].modification == "new"
    # The language that the document lacks stays as it was.
    assert found["AIM-1"].title_ja == "要素AIM-1"
    assert {each.behind for code, each in found.items() if code in known} == {"ja"}
    assert found["AIM-2"].behind == ""
    assert set(known) - set(found) == {"OLD", "OLD.1"}
    assert Element.objects.filter(code="OLD").exists()


def test_the_same_document_again_changes_nothing(strategy):
    revision = strategy_document.load(sample("en"), strategy=strategy, by=None)
    strategy_services.publish(
        revision=revision,
        in_force_from=datetime.date(2026, 4, 1),
        by=None,
        despite_warnings=True,
    )
    draft = sample("en")
    draft.elements[3].body += "!"
    again = strategy_document.load(draft, strategy=strategy, by=None)
    modified = {each.element.code: each.modification for each in wordings(again)}
    assert modified.pop("AIM-1") == "editorial"
    assert set(modified.values()) == {"unchanged"}
    # Nothing was done about the language that was behind already.
    assert {each.element.code: each.behind for each in wordings(again) if each.behind} == {
        "AIM-1": "ja", "AIM-1.1": "ja", "KP-1": "ja",
    }  # fmt: skip


def test_a_language_that_was_behind_catches_up_by_a_document(strategy):
    revision = strategy_document.load(sample("en"), strategy=strategy, by=None)
    strategy_services.publish(
        revision=revision,
        in_force_from=datetime.date(2026, 4, 1),
        by=None,
        despite_warnings=True,
    )
    draft = document.match(sample("en"), sample("ja"))
    again = strategy_document.load(draft, strategy=strategy, by=None)
    found = {each.element.code: each for each in wordings(again)}
    assert found["AIM-1"].title_ja != "要素AIM-1"
    assert found["AIM-1"].behind == found["KP-1"].behind == ""


def test_texts_of_both_languages_leave_none_behind(strategy):
    draft = document.match(sample("en"), sample("ja"))
    revision = strategy_document.load(draft, strategy=strategy, by=None)
    found = {each.element.code: each for each in wordings(revision)}
    assert (found["AIM-1"].modification, found["AIM-1"].behind) == ("material", "")


def test_elements_may_change_places(strategy):
    text = "## Aims\n\n- One\n\n## Key points\n\n1. Two\n"
    draft = draft_of(text)
    # What stood below the other stands above it now.
    draft.elements[1].code, draft.elements[1].parent = "AIM-1.1", None
    draft.elements[3].code, draft.elements[3].parent = "AIM-1", "AIM-1.1"
    revision = strategy_document.load(draft, strategy=strategy, by=None)
    assert [
        (each.element.code, each.parent and each.parent.code) for each in wordings(revision)
    ] == [("SEC-1", None), ("AIM-1.1", None), ("SEC-2", None), ("AIM-1", "AIM-1.1")]


def test_new_elements_may_stand_between_old_ones(strategy):
    draft = draft_of("# Aims\n\n- One\n  - Part\n    - Part of it\n", language="en")
    for element, code in zip(draft.elements, ("KP-1", "NEW", "AIM-1", "OLD"), strict=True):
        element.code = code
    for element, parent in zip(draft.elements[1:], ("KP-1", "NEW", "AIM-1"), strict=True):
        element.parent = parent
    revision = strategy_document.load(draft, strategy=strategy, by=None)
    assert [
        (each.element.code, each.parent and each.parent.code) for each in wordings(revision)
    ] == [("KP-1", None), ("NEW", "KP-1"), ("AIM-1", "NEW"), ("OLD", "AIM-1")]


def test_a_strategy_with_a_draft_refuses_another(strategy):
    strategy_services.create_draft(strategy=strategy, by=None, name_en="Mine")
    assert refusal(sample("en"), strategy) == "This strategy already has a draft."


def test_a_japanese_document_alone(strategy):
    revision = strategy_document.load(sample("ja"), strategy=strategy, by=None)
    found = {each.element.code: each for each in wordings(revision)}
    assert found["KP-3"].title_ja == found["KP-3"].title_en == "移動する人々"
    assert found["AIM-1"].title_en == "Element AIM-1"
    assert found["AIM-1"].behind == "en"


def test_what_no_revision_can_hold_is_refused(strategy):
    draft = sample("en")
    draft.elements[4].code = "AIM-2"
    assert refusal(draft, strategy) == "The code AIM-2 is there twice."
    draft = sample("en")
    draft.elements[4].code = "aim 1"
    assert refusal(draft, strategy).startswith("aim 1: Use capital letters and digits")
    draft = sample("en")
    draft.elements[4].parent = "KP-3"
    assert "stands below KP-3, which is not above it" in refusal(draft, strategy)
    draft = sample("en")
    draft.elements[4].kind = "No sense"
    assert refusal(draft, strategy).startswith("No sense: Use small letters")
    draft = sample("en")
    draft.elements[4].other_body = "<b>All</b> of it."
    said = "Markup is not accepted here: <b>. Write Markdown."
    assert refusal(draft, strategy) == f"{draft.elements[4].code}: {said}"
    draft = sample("en")
    draft.preface = "[press](javascript:alert(1))"
    assert (
        refusal(draft, strategy) == "A link that begins with javascript: is not accepted."
    )
    draft = draft_of("Only a sentence. And another.")
    assert refusal(draft, strategy).startswith("There is no heading and no statement")
    draft = draft_of("- x\n" * 1001)
    assert refusal(draft, strategy).startswith("A strategy may have at most 1,000")


def test_words_in_angle_brackets_are_kept_as_words(strategy):
    draft = draft_of("## Aims\n\n- Open. Ask <name>, not <script>.\n", language="en")
    revision = strategy_document.load(draft, strategy=strategy, by=None)
    body = wordings(revision)[-1].body_en
    assert body == r"Open. Ask \<name>, not \<script>."
    assert [note.message for note in draft.notes] == [
        "There is HTML or a script in it, which is kept as mere text."
    ]


def test_a_kind_is_the_type_that_is_called_so_and_else_a_new_one(strategy, chie):
    before = [each.code for each in strategy_queries.types(strategy.pk)]
    priority = factories.type_of(strategy, "key_point")
    priority.name_en, priority.name_ja = "Priority", "優先"
    reference.save(priority, by=None)
    text = "# Aims\n\n- One\n\n# Indicators\n\n- Two\n\n# Priorities\n\n- Three\n"
    types = list(strategy_queries.types(strategy.pk))
    draft = document.outline(document.read(text.encode()), types=types)
    changes = Change.objects.count()
    revision = strategy_document.load(draft, strategy=strategy, by=chie)
    assert {each.element.code: str(each.type) for each in wordings(revision)} == {
        "SEC-1": "Statement", "AIM-1": "Aim", "SEC-2": "Statement", "IND-1": "Indicator",
        "SEC-3": "Statement", "KP-1": "Priority",
    }  # fmt: skip
    assert [each.code for each in strategy_queries.types(strategy.pk)] == [
        *before, "indicator",
    ]  # fmt: skip
    made = strategy.types.get(code="indicator")
    assert (made.name_ja, made.is_alignable) == ("指標", False)
    assert made.history.get().change == Change.objects.latest("id")
    assert Change.objects.count() == changes + 1
