"""What a document proposes as rows, and the draft that corrected rows make."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from strategy_app.importers import document
from strategy_app.importers.document.rows import (
    draft_of,
    elements_in,
    level,
    parent_of,
    places_of,
    rows_of,
    source_of,
    text_of,
)
from tests.importers.document.documents import SAMPLES

ENGLISH = "## Aims\n\n- One\n- Two\n  - Part of two\n"


def rows(text, other=None):
    """Return rows and source of a text in English, and of its Japanese."""
    blocks = {"en": document.read(text.encode())}
    if other is not None:
        blocks["ja"] = document.read(other.encode())
    source = {language: source_of(each) for language, each in blocks.items()}
    return rows_of(blocks), source


def outline(found):
    return [(row["code"], row["depth"], row["title_en"], row["title_ja"]) for row in found]


def messages(row):
    return [note["message"]["en"] for note in row["notes"]]


def test_rows_say_what_the_draft_says_and_where_it_comes_from():
    found, source = rows(
        (SAMPLES / "strategy_en.md").read_text(), (SAMPLES / "strategy_ja.md").read_text()
    )
    assert len(found) == 28
    for row in found[1:]:
        for language in ("en", "ja"):
            written = "".join(
                source[language][number - 1][1] for number in row["blocks"][language]
            )
            plain = re.sub(r"\W", "", written)
            assert re.sub(r"\W", "", row[f"title_{language}"]) in plain
    draft = draft_of(found, ["en", "ja"])
    assert draft.title == "International Strategy of the Example Agency (2026)"
    assert draft.other_title == "例示機構の国際戦略（2026年）"
    assert [(each.code, each.parent) for each in draft.elements][12:16] == [
        ("KP-2", "SEC-2"), ("KP-2.1", "KP-2"), ("KP-2.2", "KP-2"), ("GI-1", "KP-2.2"),
    ]  # fmt: skip


def test_what_only_the_other_document_has_is_text_where_it_stood():
    found, _source = rows(ENGLISH, "## 目標\n\n・ 一\n・ 二。続き。\n  ・ 二の一\n・ 三\n")
    assert outline(found) == [
        ("", 0, "", ""),
        ("SEC-1", 0, "Aims", "目標"),
        ("AIM-1", 1, "One", "一"),
        ("AIM-2", 1, "Two", "二"),
        ("AIM-2.1", 2, "Part of two", "二の一"),
        ("AIM-3", 1, "", "三"),
    ]
    assert [row["use"] for row in found[1:]] == [
        "context", "alignable", "alignable", "alignable", "text"
    ]  # fmt: skip
    assert messages(found[5]) == ["Only one of the two documents has this."]
    draft = draft_of(found, ["en", "ja"])
    assert [each.code for each in draft.elements] == ["SEC-1", "AIM-1", "AIM-2", "AIM-2.1"]
    assert draft.elements[-1].other_body == "・ 三"


def test_documents_of_different_structure_are_told_apart_row_by_row():
    found, _source = rows(
        ENGLISH, "## 目標\n\n・ 一\n\n## 見直し\n\n・ 毎年\n・ 公表する\n"
    )
    assert [(row["title_en"], row["title_ja"], row["use"], messages(row))
            for row in found[1:]] == [
        ("Aims", "目標", "context", []),
        ("One", "一", "alignable", []),
        ("Two", "", "alignable", ["AIM-2 has no counterpart in the other language."]),
        ("Part of two", "", "alignable",
         ["AIM-2.1 has no counterpart in the other language."]),
        ("", "見直し", "text", ["Only one of the two documents has this."]),
        ("", "毎年", "text", ["Only one of the two documents has this."]),
        ("", "公表する", "text", ["Only one of the two documents has this."]),
    ]  # fmt: skip
    draft = draft_of(found, ["en", "ja"])
    assert draft.elements[1].other_body == "見直し\n\n・ 毎年\n\n・ 公表する"


def test_a_row_that_is_text_joins_the_element_above_with_its_number():
    found, _source = rows("## Aims\n\n1. One\n2. Two. It goes on.\n   - Part\n")
    found[3]["use"] = "text"
    draft = draft_of(found, ["en"])
    assert [(each.code, each.parent, each.body) for each in draft.elements] == [
        ("SEC-1", None, ""),
        ("AIM-1", "SEC-1", "2. Two. It goes on."),
        ("AIM-2.1", "SEC-1", ""),
    ]
    found[1]["use"] = found[2]["use"] = "text"
    draft = draft_of(found, ["en"])
    assert [(each.code, each.parent) for each in draft.elements] == [("AIM-2.1", None)]
    assert draft.preface == "Aims\n\n1. One\n\n2. Two. It goes on."


def test_a_title_is_left_out_of_a_text_only_where_its_body_says_it_in_full():
    row = {"markers": {"en": "1."}, "title_en": "Open", "body_en": "Openness is a means."}
    assert text_of(row, "en") == "1. Open\n\nOpenness is a means."
    assert text_of({**row, "title_en": "Openness is…"}, "en") == "1. Openness is a means."
    assert text_of({**row, "body_en": "Open"}, "en") == "1. Open"
    assert text_of({**row, "body_en": "Open. To all."}, "en") == "1. Open. To all."
    assert text_of({**row, "title_en": "Other…"}, "en").startswith("1. Other…\n\nOpenn")


def test_notes_stand_beside_their_row_and_those_of_none_beside_the_document():
    found, source = rows(
        "Before.\n\n# S\n\n## Weather\n\n| a | b |\n\n- Rain falls\n\n- 3 -\n\n- Snow\n"
    )
    assert messages(found[2]) == [
        "Nothing tells what this is about: kept as a section.",
        "This is a table: kept as text.",
    ]
    assert [(note["line"], note["text"]) for note in found[0]["notes"]] == [(11, "- 3 -")]
    held = [number for row in found for number in row["blocks"]["en"]]
    assert sorted(held) == list(range(1, len(source["en"]) + 1))


def test_a_row_can_stand_where_the_outline_above_it_allows():
    found, _source = rows(ENGLISH)
    assert [places_of(found, number) for number in range(1, 5)] == [
        [], [1], [1, 2], [1, 3]
    ]  # fmt: skip
    assert [parent_of(found, number) for number in range(1, 5)] == [0, 1, 1, 3]


_uses = st.lists(
    st.tuples(st.sampled_from(("alignable", "context", "text")), st.integers(0, 5)),
    min_size=27,
)


@settings(max_examples=100, deadline=None)
@given(_uses, st.sampled_from(["strategy_ja.md", "plain_ja.txt", "plain_en.txt"]))
def test_every_word_of_the_rows_is_in_their_draft(choices, other):
    found, _source = rows(
        (SAMPLES / "strategy_en.md").read_text(), (SAMPLES / other).read_text()
    )
    for row, (use, depth) in zip(found[1:], choices, strict=False):
        row |= {"use": use, "depth": depth}
    level(found)
    draft = draft_of(found, ["en", "ja"])
    everything = {
        "en": [draft.preface, *(f"{e.marker} {e.title} {e.body}" for e in draft.elements)],
        "ja": [draft.other_preface,
               *(f"{each.other_title} {each.other_body}" for each in draft.elements)],
    }  # fmt: skip
    for language, texts in everything.items():
        whole = "\n".join(texts)
        for row in found[1:]:
            for part in (row[f"title_{language}"], row[f"body_{language}"]):
                assert part.removesuffix("…") in whole
    assert [each.code for each in draft.elements] == [
        row["code"] for _number, row in elements_in(found)
    ]
    seen = {None}
    for element in draft.elements:
        assert element.parent in seen
        seen.add(element.code)
