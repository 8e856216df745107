"""A second language beside the first."""

import pytest

from strategy_app.importers import document
from tests.importers.document.documents import docx, draft_of, paragraph, sample


def test_the_samples_match_element_by_element():
    matched = document.match(sample("en"), sample("ja"))
    assert (matched.language, matched.other_language) == ("en", "ja")
    assert matched.other_title == "例示機構の国際戦略（2026年）"
    japanese = {element.code: element for element in sample("ja").elements}
    assert len(matched.elements) == 27
    for element in matched.elements:
        other = japanese[element.code]
        assert (element.other_title, element.other_body) == (other.title, other.body)
    # Each file's page break, and nothing more.
    assert len(matched.notes) == 2


def test_numbers_match_before_places():
    first = draft_of("## Aims\n\n1. One\n2. Two\n3. Three\n", language="en")
    second = draft_of("## 目標\n\n3. 三\n1. 一\n", language="ja")
    matched = document.match(first, second)
    assert [element.other_title for element in matched.elements] == ["目標", "一", "", "三"]
    assert [(note.message, note.line) for note in matched.notes] == [
        ("AIM-2 has no counterpart in the other language.", 4)
    ]


def test_what_only_the_second_has_joins_the_text_of_what_it_follows():
    first = draft_of("## Aims\n\n- One\n", language="en")
    second = draft_of(
        "前文。\n\n## 目標\n\n・ 一\n・ 二。続き。\n  ・ 二の一\n", language="ja"
    )
    matched = document.match(first, second)
    assert [(note.message, note.text) for note in matched.notes] == [
        ("Only this document has it: it joins the text of AIM-1.", "二"),
        ("Only this document has it: it joins the text of AIM-1.", "二の一"),
    ]
    assert matched.elements[1].other_title == "一"
    assert matched.elements[1].other_body == "・ 二。続き。\n\n・ 二の一"
    assert matched.elements[1].other_blocks == [3, 4, 5]
    assert matched.other_preface == "前文。"


def test_what_stands_alone_before_all_else_joins_the_preface():
    first = draft_of("## Aims\n\n- One\n", language="en")
    second = draft_of("前文。\n\n## 定義\n\n## 目標\n\n・ 一\n", language="ja")
    matched = document.match(first, second)
    assert matched.other_preface == "前文。\n\n定義"
    assert [note.message for note in matched.notes] == [
        "Only this document has it: it joins the preface."
    ]


_LIST = "(1) A\n(2) B\n(3) C\n"
_PLAIN = f"# S\n\n## Aims\n\n- One\n- Two\n\n## Key points\n\n{_LIST}\n## Review\n\nText.\n"
_BEGIN = "# 戦略\n\n## 目標\n\n・ 一\n・ 二\n\n## 重点事項\n\n"
_END = "\n## 見直し\n\n文。\n"


@pytest.mark.parametrize(
    "other",
    [
        f"{_BEGIN}### 概要\n\n(1) あ\n(2) い\n(3) う\n{_END}",
        f"{_BEGIN}(1) あ\n\n### 概要\n\n(2) い\n(3) う\n{_END}",
        f"{_BEGIN}(1) あ\n\n## 概要\n\n(2) い\n(3) う\n{_END}",
        f"{_BEGIN}### 概要\n\n#### 概要\n\n(1) あ\n(2) い\n(3) う\n{_END}",
        f"{_BEGIN}(1) あ\n(2) い\n(3) う\n{_END}".replace("## 目標", "# 序\n\n## 目標"),
        f"{_BEGIN}(1) あ\n(2) い\n(3) う\n{_END}".replace("・ 一", "### 概要\n\n・ 一"),
        f"{_BEGIN}(1) あ\n(2) い\n(3) う\n{_END}".replace("## 目標", "## 序\n\n## 目標"),
    ],
)
def test_a_heading_more_parts_nothing_below_it(other):
    first, second = draft_of(_PLAIN, language="en"), draft_of(other, language="ja")
    wanted = {"One": "一", "Two": "二", "A": "あ", "B": "い", "C": "う", "Review": "見直し"}
    wanted |= {"Aims": "目標", "Key points": "重点事項"}
    matched = document.match(first, second)
    titles = {element.title: element.other_title for element in matched.elements}
    assert wanted.items() <= titles.items()
    # And so the other way round.
    matched = document.match(second, first)
    titles = {element.other_title: element.title for element in matched.elements}
    assert wanted.items() <= titles.items()


def test_numbers_of_a_docx_match_at_any_depth():
    english = [paragraph("Key points", style="1"), paragraph("Key Point 2: Two", style="2"),
               paragraph("(2-1) One"), paragraph("(2-2) Two")]  # fmt: skip
    japanese = [paragraph("重点事項", style="1"), paragraph("重点事項２　二", style="2"),
                paragraph("補足", style="Heading 3"), paragraph("（２－１）一"),
                paragraph("（２－２）二")]  # fmt: skip
    first, second = (
        document.outline(document.read(docx(*body))) for body in (english, japanese)
    )
    matched = document.match(first, second)
    assert [(each.code, each.other_title) for each in matched.elements] == [
        ("SEC-1", "重点事項"), ("KP-2", "二"), ("KP-2.1", "一"), ("KP-2.2", "二")
    ]  # fmt: skip
    assert matched.elements[1].other_body == "補足"
    assert [note.message for note in matched.notes][-3:] == [
        "KP-2.1 was matched, but the two documents nest it differently.",
        "KP-2.2 was matched, but the two documents nest it differently.",
        "Only this document has it: it joins the text of KP-2.",
    ]


def test_what_holds_the_same_is_the_same_though_others_stand_before_it():
    first = draft_of("# S\n\n## Weather\n\n- One\n- Two\n", language="en")
    second = draft_of("# S\n\n## 序\n\n文。\n\n## 天気\n\n・ 一\n・ 二\n", language="ja")
    matched = document.match(first, second)
    assert [element.other_title for element in matched.elements] == [
        "S",
        "天気",
        "一",
        "二",
    ]


def test_where_kinds_differ_the_place_decides_and_is_said():
    first = draft_of("## Weather\n\n- One\n- Two\n", language="en")
    second = draft_of("## 見直し\n\n・ 一\n・ 二\n", language="ja")
    matched = document.match(first, second)
    assert [element.other_title for element in matched.elements] == ["見直し", "一", "二"]
    assert [note.message for note in matched.notes][1:] == [
        "CLM-1 was matched by its place alone: kind or number differs.",
        "CLM-2 was matched by its place alone: kind or number differs.",
    ]


def test_where_kinds_differ_numbers_decide_before_places():
    first = draft_of("# S\n\n## Aims\n\n1. One\n2. Two\n", language="en")
    second = draft_of("# S\n\n## 目的\n\n1. 一\n2. 二\n3. 三\n", language="ja")
    matched = document.match(first, second)
    assert [element.other_title for element in matched.elements][-3:] == [
        "目的",
        "一",
        "二",
    ]
    said = [note.message for note in matched.notes]
    assert said[-3:-1] == [
        "AIM-1 was matched by its number alone: the kinds differ.",
        "AIM-2 was matched by its number alone: the kinds differ.",
    ]
    assert said[-1] == "Only this document has it: it joins the text of AIM-2."


def test_a_number_that_is_there_twice_matches_nothing():
    first = draft_of("## Aims\n\n1. One\n2. Two\n", language="en")
    second = draft_of("## 目的\n\n1. 一\n1. 一の二\n1. 一の三\n", language="ja")
    matched = document.match(first, second)
    assert [element.other_title for element in matched.elements] == ["目的", "", ""]


def test_the_first_draft_stays_as_it_was():
    first, second = sample("en"), sample("ja")
    document.match(first, second)
    assert first == sample("en")
    assert second == sample("ja")


def test_what_only_looks_alike_further_in_is_not_matched():
    first = draft_of("# S\n\n## Aims\n\n- One\n\n## Review\n\n1. Yearly\n", language="en")
    second = draft_of("# S\n\n1. 序\n\n## 目標\n\n・ 一\n", language="ja")
    matched = document.match(first, second)
    titles = {element.title: element.other_title for element in matched.elements}
    assert titles["Yearly"] == ""
