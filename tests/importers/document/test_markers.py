"""Bullets and numbers, in both languages and all widths."""

import pytest

from strategy_app.importers.document import outline, read
from strategy_app.importers.document.markers import split_label, split_marker


@pytest.mark.parametrize(
    ("text", "marker", "numbers", "rest"),
    [
        ("- a", "-", (), "a"),
        ("* a", "*", (), "a"),
        ("・あ", "・", (), "あ"),
        ("● あ", "●", (), "あ"),
        ("○あ", "○", (), "あ"),
        ("①あ", "①", (1,), "あ"),
        ("⑳ あ", "⑳", (20,), "あ"),
        ("❷あ", "❷", (2,), "あ"),
        ("⑶あ", "⑶", (3,), "あ"),
        ("(1) a", "(1)", (1,), "a"),
        ("（１）あ", "（１）", (1,), "あ"),
        ("1. a", "1.", (1,), "a"),
        ("1.背景", "1.", (1,), "背景"),
        ("１．あ", "１．", (1,), "あ"),
        ("2) a", "2)", (2,), "a"),
        ("2.1 Meeting", "2.1", (2, 1), "Meeting"),
        ("2-1 a", "2-1", (2, 1), "a"),
        ("(2-1) **T:** x", "(2-1)", (2, 1), "**T:** x"),
        ("（２－１）あ", "（２－１）", (2, 1), "あ"),
        ("**(2-1) T:** x", "(2-1)", (2, 1), "**T:** x"),
        ("**1.** T", "1.", (1,), "T"),
        ("一、あ", "一、", (1,), "あ"),
        ("十二、あ", "十二、", (12,), "あ"),
        ("二十、あ", "二十、", (20,), "あ"),
        ("（三）あ", "（三）", (3,), "あ"),
        ("ア．あ", "ア．", (1,), "あ"),
        ("（コ）あ", "（コ）", (10,), "あ"),
        ("(b) x", "(b)", (2,), "x"),
        ("iv. x", "iv.", (4,), "x"),
        ("IV. Aims", "IV.", (4,), "Aims"),
        ("XIX. Aims", "XIX.", (19,), "Aims"),
        ("Ⅳ．あ", "Ⅳ．", (4,), "あ"),
        ("Ⅻ　あ", "Ⅻ", (12,), "あ"),
        ("(IV) x", "(IV)", (4,), "x"),
        ("ⅲ) x", "ⅲ)", (3,), "x"),
        ("ア　あ", "ア", (1,), "あ"),
        ("ト あ", "ト", (20,), "あ"),
        ("（イ）あ", "（イ）", (2,), "あ"),
        ("(ｳ)あ", "(ｳ)", (3,), "あ"),
    ],
)
def test_markers(text, marker, numbers, rest):
    found, left = split_marker(text)
    assert (found.text, found.numbers, left) == (marker, numbers, rest)


@pytest.mark.parametrize(
    "text",
    ["plain", "-5 degrees", "1.5 million", "2.1 million people", "2017年に", "12345. x",
     "**bold** words", "*emphasis*", "A. Smith", "I. think", "I. M. Pei", "XI", "第1章",
     "アジア　地域", "IVF. x", "", "(2017)年",
     "3Dの"],
)  # fmt: skip
def test_no_markers(text):
    assert split_marker(text) == (None, text)


@pytest.mark.parametrize(
    ("text", "label", "numbers", "rest"),
    [
        ("Key Point 2: Title", "key point", (2,), "Title"),
        ("KEY POINT 2 – Title", "key point", (2,), "Title"),
        ("**Aim 1.** Title", "aim", (1,), "Title"),
        ("重点事項2　題", "重点事項", (2,), "題"),
        ("重点事項２：題", "重点事項", (2,), "題"),
        ("第1章 題", "章", (1,), "題"),
        ("第十二章　題", "章", (12,), "題"),
        ("第３節", "節", (3,), ""),
        ("Chapter 4", "chapter", (4,), ""),
        ("目標１　題", "目標", (1,), "題"),
        ("要点②　題", "要点", (2,), "題"),
    ],
)
def test_labels(text, label, numbers, rest):
    found, left = split_label(text)
    assert (found.label, found.numbers, left) == (label, numbers, rest)


@pytest.mark.parametrize(
    "text",
    ["Key points", "Key Point 2nd", "重点事項", "目標2030年", "Aimless 1", "第一に、"],
)
def test_no_labels(text):
    assert split_label(text) == (None, text)


@pytest.mark.parametrize(
    ("text", "marker", "numbers", "title"),
    [
        ("- (1) **Open up:** to all", "(1)", (1,), "Open up"),
        ("・（２－１）**公開:** 広く", "（２－１）", (2, 1), "公開"),
        ("1. (2-1) **Open up:** to all", "1. (2-1)", (2, 1), "Open up"),
        ("- (open) to all", "-", (), "(open) to all"),
        ("- 2.1 million people", "-", (), "2.1 million people"),
    ],
)
def test_a_number_of_its_own_comes_before_that_of_the_list(text, marker, numbers, title):
    (element,) = outline(read(text.encode(), name="a.md")).elements
    assert (element.marker, element.numbers, element.title) == (marker, numbers, title)
