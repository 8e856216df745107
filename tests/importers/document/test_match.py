"""A second language beside the first."""

from strategy_app.importers import document
from tests.importers.document.documents import draft_of, sample


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


def test_what_only_the_second_has_is_kept_word_for_word():
    first = draft_of("## Aims\n\n- One\n", language="en")
    second = draft_of("## 目標\n\n・ 一\n・ 二。続き。\n  ・ 二の一\n", language="ja")
    matched = document.match(first, second)
    assert [(note.message, note.text, note.is_left_out) for note in matched.notes] == [
        ("AIM-2 of the other language has no counterpart: it is left out.",
         "・ 二\n\n二。続き。", True),
        ("AIM-2.1 of the other language has no counterpart: it is left out.",
         "・ 二の一", True),
    ]  # fmt: skip


def test_where_kinds_differ_the_place_decides_and_is_said():
    first = draft_of("## Weather\n\n- One\n- Two\n", language="en")
    second = draft_of("## 見直し\n\n・ 一\n・ 二\n", language="ja")
    matched = document.match(first, second)
    assert [element.other_title for element in matched.elements] == ["見直し", "一", "二"]
    assert [note.message for note in matched.notes][1:] == [
        "CLM-1 was matched by its place alone: the kinds differ.",
        "CLM-2 was matched by its place alone: the kinds differ.",
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
    assert said[-1].endswith("of the other language has no counterpart: it is left out.")


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
