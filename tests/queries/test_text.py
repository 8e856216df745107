"""Texts of any length are compared, in a time that has an end."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategy_app.queries import text

LONG = 100_000

# Of words that recur, of Japanese, without an end, of ends alone, of one word.
SENTENCES = [
    "We fund joint research with partners abroad. ", "Results are open!", "\n\n", " ",
    "国際共同研究を推進する。", "人材の交流", "...", "a ",
    "We fund joint research with many partners. ",
]  # fmt: skip
runs = st.tuples(st.sampled_from(SENTENCES), st.sampled_from([1, 1, 2, 50, 1_000]))
texts = st.lists(runs, max_size=8).map(
    lambda some: "".join(sentence * times for sentence, times in some)
)


def rebuilt(pieces):
    """Return the text before and the text after that a difference is made of."""
    return tuple(
        "".join(piece for kind, piece in pieces if kind != left_out)
        for left_out in ("in", "out")
    )


@settings(max_examples=60, deadline=None)
@given(before=texts, after=texts)
def test_the_pieces_make_up_both_texts_at_any_length(before, after):
    assert rebuilt(text.difference(before, after)) == (before, after)
    assert 0.0 <= text.share_changed(before, after) <= 1.0


@settings(max_examples=30, deadline=None)
@given(same=texts)
def test_a_text_of_any_length_is_the_same_as_itself(same):
    assert {kind for kind, _piece in text.difference(same, same)} <= {"same"}
    assert text.share_changed(same, same) == 0.0


def test_one_word_of_a_long_text_is_found_as_in_a_short_one():
    begins = "".join(f"Sentence {number} says it. " for number in range(1_000))
    ends = "".join(f" Then {number} follows." for number in range(1_000))
    before, after = f"{begins}This is old.{ends}", f"{begins}This is new.{ends}"
    assert text.difference(before, after) == [
        ("same", f"{begins}This is "), ("out", "old"), ("in", "new"), ("same", f".{ends}"),
    ]  # fmt: skip
    assert text.share_changed(before, after) == pytest.approx(1 / 7_003)


def test_what_long_texts_begin_and_end_with_is_the_same():
    same = "All of it recurs. " * 5_000
    pieces = [("same", same), ("in", "But this. "), ("same", same)]
    assert text.difference(same + same, f"{same}But this. {same}") == pieces


def distinct(letter):
    return " ".join(f"{letter}{number}" for number in range(LONG // 7))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # Each space is the same, no word is: a comparison for each pair of spaces.
        (distinct("v"), distinct("w")),
        # All is the same, wherever one begins.
        ("a " * (LONG // 2), "b " + "a " * (LONG // 2)),
        ("究" * LONG, "研" + "究" * LONG),
        ("。" * LONG, "研。" * (LONG // 2)),
        # The same words in another order.
        ("研究支援" * (LONG // 4), "支研援究" * (LONG // 4)),
    ],
    ids=["spaces", "one word", "one sign", "ends alone", "another order"],
)  # fmt: skip
def test_texts_that_would_take_hours_come_to_an_end(one, other):
    """Without an end to the work this test would not come to one either."""
    assert rebuilt(text.difference(one, other)) == (one, other)
    assert rebuilt(text.difference(other, one)) == (other, one)
    assert text.is_material(one, other) or text.is_material(other, one) or one in other


@pytest.mark.parametrize(
    ("sentence", "mended"),
    [
        (
            "The agency funds project {} with partners abroad every year.",
            "funds the project",
        ),
        ("国際共同研究の第{}号を毎年ひろく公募し支援する。", "第の"),
    ],
)
def test_a_long_text_mended_a_little_in_every_sentence_is_editorial(sentence, mended):
    before = "".join(sentence.format(number) for number in range(300))
    old = "funds project" if sentence.isascii() else "第"
    after = before.replace(old, mended)
    assert 0 < text.share_changed(before, after) < 0.1
    assert not text.is_material(before, after)
