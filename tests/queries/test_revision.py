"""What became of each element from one revision to another."""

import datetime
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_app.models import Element, Wording
from strategy_app.queries import revision as queries
from strategy_app.queries.revision import Place, Turnover
from strategy_app.queries.strategy import published_revisions
from strategy_app.services import strategy as services
from tests import factories


def revised(strategy, edit, *, day="2026-04-01"):
    """Publish a revision whose draft ``edit`` has altered; return both, the older first."""
    draft = services.create_draft(strategy=strategy, by=None, name_en=f"Of {day}")
    edit(draft)
    services.publish(
        revision=draft,
        in_force_from=datetime.date.fromisoformat(day),
        by=None,
        despite_warnings=True,
    )
    newer, older = published_revisions(strategy.pk)[:2]
    return older, newer


def set_wording(draft, code, **fields):
    wording = draft.wordings.get(element__code=code)
    for name, value in fields.items():
        setattr(wording, name, value)
    services.save_wording(wording=wording, by=None)


def changes(found):
    return {diff.code: str(diff.change) for diff in found}


def of(found, code):
    return next(diff for diff in found if diff.code == code)


def test_nothing_has_changed(db):
    older, newer = revised(factories.make_strategy(), lambda draft: None)
    found = queries.compare(older, newer)
    assert changes(found) == dict.fromkeys(["A", "A.1", "A.2", "B"], "same")
    assert [diff.level for diff in found] == [1, 2, 2, 1]
    first = found[0]
    assert first.pieces == {
        "title_en": [("same", "Element A")],
        "body_en": [("same", "What A is about.")],
        "title_ja": [("same", "要素A")],
        "body_ja": [("same", "Aの説明。")],
    }
    assert (first.shares, first.moved_from) == ({"en": 0.0, "ja": 0.0}, None)
    assert not any(diff.is_changed for diff in found)


def test_words_of_both_languages_are_told_apart(db):
    older, newer = revised(
        factories.make_strategy(),
        lambda draft: set_wording(
            draft, "A.1", body_en="What A.1 is all about.", body_ja="A.1の新しい説明。"
        ),
    )
    found = queries.compare(older, newer)
    assert changes(found)["A.1"] == "reworded"
    diff = of(found, "A.1")
    assert diff.pieces["body_en"] == [
        ("same", "What A.1 is "), ("in", "all "), ("same", "about."),
    ]  # fmt: skip
    assert diff.pieces["body_ja"] == [
        ("same", "A.1の"), ("in", "新しい"), ("same", "説明。"),
    ]  # fmt: skip
    assert diff.old_pieces["body_en"] == [("same", "What A.1 is "), ("same", "about.")]
    assert diff.new_pieces["body_ja"] == diff.pieces["body_ja"]
    # One word of 17 (A.1 is two), three characters of 21: title and body, both versions.
    assert diff.shares == pytest.approx({"en": 1 / 17, "ja": 3 / 21})


def test_what_came_and_what_went_stand_where_they_belong(db):
    def edit(draft):
        gone = draft.wordings.get(element__code="A.1")
        services.delete_wording(wording=gone, by=None)
        factories.add_elements(draft, ["A.3"])

    older, newer = revised(factories.make_strategy(), edit)
    found = queries.compare(older, newer)
    assert [(diff.code, str(diff.change), diff.level) for diff in found] == [
        ("A", "same", 1), ("A.1", "withdrawn", 2), ("A.2", "same", 2),
        ("A.3", "added", 2), ("B", "same", 1),
    ]  # fmt: skip
    gone, came = of(found, "A.1"), of(found, "A.3")
    assert (gone.after, came.before) == (None, None)
    assert gone.pieces["body_en"] == [("out", "What A.1 is about.")]
    assert came.pieces["body_ja"] == [("in", "A.3の説明。")]
    assert (gone.shares, came.shares) == ({"en": 1.0, "ja": 1.0},) * 2
    assert gone.wording.element.code == "A.1"


def test_an_element_below_another_parent_has_moved(db):
    older, newer = revised(
        factories.make_strategy(),
        lambda draft: set_wording(draft, "A.2", parent=factories.get_element("B")),
    )
    found = queries.compare(older, newer)
    assert changes(found) == {"A": "same", "A.1": "same", "B": "same", "A.2": "moved"}
    assert of(found, "A.2").moved_from == Place("A", "A.1")


def test_of_siblings_in_another_order_the_fewest_have_moved(db):
    strategy = factories.make_strategy(elements=["A", "B", "C", "D"])
    older, newer = revised(strategy, lambda draft: set_wording(draft, "A", position=9))
    found = queries.compare(older, newer)
    assert [diff.code for diff in found] == ["B", "C", "D", "A"]
    assert changes(found) == {"B": "same", "C": "same", "D": "same", "A": "moved"}
    assert of(found, "A").moved_from == Place(None, None)


def test_moved_and_reworded_is_reworded_and_says_from_where(db):
    def edit(draft):
        above = factories.get_element("B")
        set_wording(draft, "A.2", parent=above, title_en="A new title")

    older, newer = revised(factories.make_strategy(), edit)
    diff = of(queries.compare(older, newer), "A.2")
    assert (diff.change, diff.moved_from) == ("reworded", Place("A", "A.1"))


def test_becoming_alignable_is_a_change_though_no_word_is(db):
    older, newer = revised(
        factories.make_strategy(context=["B"]),
        lambda draft: set_wording(draft, "B", is_alignable=True),
    )
    diff = of(queries.compare(older, newer), "B")
    assert (diff.change, diff.is_recast, diff.is_changed) == ("same", True, True)


def test_before_the_first_revision_there_was_nothing(db):
    newest = published_revisions(factories.make_strategy().pk).get()
    assert set(changes(queries.compare(None, newest)).values()) == {"added"}


def test_a_draft_can_be_compared(db):
    strategy = factories.make_strategy()
    draft = services.create_draft(strategy=strategy, by=None, name_en="Next")
    set_wording(draft, "B", title_ja="新要素B")
    older = published_revisions(strategy.pk).get()
    assert changes(queries.compare(older, draft))["B"] == "reworded"


@given(st.permutations(range(6)))
def test_the_longest_rise_is_the_longest(numbers):
    kept = queries._longest_rise(numbers)
    run = [numbers[place] for place in sorted(kept)]
    assert run == sorted(run)
    longest = max(
        len(some)
        for mask in range(64)
        if (some := [number for place, number in enumerate(numbers) if mask >> place & 1])
        == sorted(some)
    )
    assert len(run) == longest


def test_turnovers_count_what_editors_said(db, django_assert_num_queries):
    strategy = factories.make_strategy()
    factories.revise_as(strategy, {"A": "material", "B": "editorial"}, day="2020-04-01")
    factories.revise(strategy, [("A", None, True), ("C", None, True)], day="2026-04-01")
    revisions = list(published_revisions(strategy.pk))
    with django_assert_num_queries(1):
        found = queries.turnovers(revisions)
    assert [found[revision.pk] for revision in revisions] == [
        # What is called new and was there before is reworded.
        Turnover(1, 1, 0, 3), Turnover(0, 1, 1, 0), Turnover(4, 0, 0, 0),
    ]  # fmt: skip


@pytest.mark.parametrize("number", [1, 3])
def test_it_costs_three_queries(db, number, django_assert_num_queries):
    strategy = factories.make_strategy(elements=["A", "A.1", "B"][:number])
    older, newer = revised(strategy, lambda draft: factories.add_elements(draft, ["C"]))
    with django_assert_num_queries(3):
        queries.compare(older, newer)


def test_a_code_that_is_used_again_is_held_against_its_last_wording(db):
    strategy = factories.make_strategy()
    first = published_revisions(strategy.pk).get()
    factories.revise(strategy, [("A", None, True)], day="2020-04-01")
    older = published_revisions(strategy.pk).first()
    draft = services.create_draft(strategy=strategy, by=None, name_en="Third")
    services.add(
        revision=draft, code="B", parent=None, by=None, type=factories.type_of(),
        title_en="Element B", title_ja="要素B", body_en="What B is all about.",
        body_ja="Bの説明。",
    )  # fmt: skip
    diff = of(queries.compare(older, draft), "B")
    assert (str(diff.change), diff.before, diff.earlier.revision) == ("added", None, first)
    assert diff.pieces["title_en"] == [("same", "Element B")]
    assert diff.pieces["body_en"] == [
        ("same", "What B is "), ("in", "all "), ("same", "about."),
    ]  # fmt: skip
    assert diff.shares["ja"] == 0.0
    # Read backwards, and over the gap, there is nothing to say of it.
    assert of(queries.compare(draft, older), "B").earlier is None
    assert of(queries.compare(first, draft), "B").before.revision == first


def test_three_hundred_reworded_elements_are_soon_compared():
    english = "Programmes share their data openly with partners in Japan and abroad. " * 6
    japanese = "国内外のパートナーとデータを広く共有し、社会課題の解決につなげる。" * 5
    old, new = [], []
    for number in range(300):
        element = Element(pk=number, code=f"E-{number}")
        for rows, word, letter in [(old, "openly", "広"), (new, "at once", "速")]:
            rows.append(
                Wording(
                    element=element,
                    position=number,
                    title_en=f"Element {number}",
                    body_en=english.replace("openly", word, 2),
                    body_ja=japanese.replace("広", letter, 2),
                )
            )
    begun = time.perf_counter()
    found = [queries._diff(*pair, 1, None) for pair in zip(old, new, strict=True)]
    taken = time.perf_counter() - begun
    assert {str(diff.change) for diff in found} == {"reworded"}
    assert taken < 3
