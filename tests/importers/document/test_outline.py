"""What a document is understood to say."""

import pytest

from strategy_app.importers import document
from strategy_app.importers.document.kinds import Kind
from strategy_app.models import ElementType
from strategy_app.models.strategy import validate_code
from tests.importers.document.documents import SAMPLES, codes, draft_of, sample

KINDS = {
    "STR-2026": "strategy", "MIS-1": "mission", "SEC-1": "claim", "AIM-1": "aim",
    "AIM-1.1": "aim_component", "AIM-1.2": "aim_component", "AIM-2": "aim", "AIM-3": "aim",
    "SEC-2": "claim", "KP-1": "key_point", "KP-1.1": "sub_point", "KP-1.2": "sub_point",
    "KP-2": "key_point", "KP-2.1": "sub_point", "KP-2.2": "sub_point",
    "GI-1": "global_issue", "GI-2": "global_issue", "GI-2.1": "global_issue",
    "GI-2.2": "global_issue", "GI-3": "global_issue", "KP-2.3": "sub_point",
    "KP-3": "key_point", "KP-3.1": "sub_point", "KP-3.2": "sub_point",
    "SEC-3": "claim", "PRC-1": "process", "PRC-2": "process",
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_sample_is_understood(language):
    draft = sample(language)
    assert draft.language == language
    assert {element.code: element.kind for element in draft.elements} == KINDS
    parents = {element.code: element.parent for element in draft.elements}
    assert parents["STR-2026"] is None
    assert [parents[code] for code in ("AIM-1", "AIM-1.1", "KP-2.2", "GI-1", "GI-2.1")] == [
        "SEC-1", "AIM-1", "KP-2", "KP-2.2", "GI-2"
    ]  # fmt: skip
    # The sentence that the page break cut, and nothing else, is to be looked at.
    assert [note.block for note in draft.notes] == [25]
    for element in draft.elements:
        validate_code(element.code)
        assert element.kind in Kind.values


def test_titles_and_texts_of_the_sample():
    found = {element.code: element for element in sample("en").elements}
    assert found["KP-2"].title == "Solving what no country solves alone"
    assert found["KP-2"].marker == "Key Point 2:"
    assert found["KP-2.3"].title == "Sharing risks and results"
    assert found["KP-2.3"].body.endswith("and nobody keeps the results alone.")
    assert found["AIM-1"].title == "New value in a time of change"
    assert found["AIM-1"].body.startswith("New value in a time of change. The agency looks")
    assert found["AIM-2"].body == ""
    found = {element.code: element for element in sample("ja").elements}
    assert found["KP-2.3"].body.endswith("誰も一人で成果を占めることはない。")
    assert found["KP-1.1"].marker == "（１－１）"


def test_only_what_programmes_serve_is_alignable():
    alignable = {element.kind for element in sample("en").elements if element.is_alignable}
    assert alignable == {"aim", "aim_component", "key_point", "sub_point", "global_issue"}


PLAIN_JAPANESE = """国際戦略

第1章　はじめに
　本戦略は指針である。
第２章　ねらい
● 新たな価値
　・ 発見から
● 共通の目標
第三章　重点事項
１．開かれた進め方
　道具が多くの人の手にある。
（１）共有
①データ
②設備
２．人材
　人が動く。
一、受入れ
"""


def test_plain_japanese_without_any_markup():
    draft = draft_of(PLAIN_JAPANESE)
    assert draft.title == "国際戦略"
    assert codes(draft) == {
        "STR-1": "国際戦略", "SEC-1": "はじめに", "SEC-2": "ねらい", "AIM-1": "新たな価値",
        "AIM-1.1": "発見から", "AIM-2": "共通の目標", "SEC-3": "重点事項",
        "KP-1": "開かれた進め方", "KP-1.1": "共有", "KP-1.1.1": "データ",
        "KP-1.1.2": "設備",
        "KP-2": "人材", "KP-3": "受入れ",
    }  # fmt: skip
    found = {element.code: element for element in draft.elements}
    assert found["SEC-1"].body == "本戦略は指針である。"
    assert found["KP-1"].body == "道具が多くの人の手にある。"
    assert found["KP-2"].body == "人が動く。"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("plain_ja.txt", {
            "STR-1": None, "SEC-1": "STR-1", "SEC-2": "STR-1", "AIM-1": "SEC-2",
            "AIM-2": "SEC-2", "SEC-3": "STR-1", "KP-1": "SEC-3", "KP-1.1": "KP-1",
            "KP-1.2": "KP-1", "KP-2": "SEC-3", "GI-1": "KP-2", "GI-2": "KP-2",
            "GI-2.1": "GI-2", "KP-3": "SEC-3", "PRC-1": "STR-1",
        }),
        ("plain_en.txt", {
            "STR-1": None, "SEC-1": "STR-1", "SEC-2": "STR-1", "AIM-1": "SEC-2",
            "AIM-2": "SEC-2", "SEC-3": "STR-1", "KP-1": "SEC-3", "KP-2": "SEC-3",
            "KP-2.1": "KP-2", "KP-2.2": "KP-2", "ROLE-1": "STR-1",
        }),
    ],
)  # fmt: skip
def test_numbered_lines_of_plain_text_hold_what_follows_them(name, expected):
    draft = document.outline(document.read((SAMPLES / name).read_bytes(), name=name))
    assert {element.code: element.parent for element in draft.elements} == expected
    bodies = {element.code: element.body for element in draft.elements}
    assert bodies["KP-1"] in (
        "オープンサイエンスを進める。",
        "Open science and open data are supported. See (2) above.",
    )


def test_codes_come_from_the_documents_own_numbers():
    draft = draft_of("## Aims\n\n3. Three\n4. Four\n\n- Nothing\n")
    assert codes(draft) == {
        "SEC-1": "Aims", "AIM-3": "Three", "AIM-4": "Four", "AIM-4.1": "Nothing",
    }  # fmt: skip


def test_a_number_that_is_there_twice_is_said():
    draft = draft_of(
        "# Key Point 2: A\n\n(2-1) **B:** b\n\n(2-1) **C:** c\n\n# Key Point 2: D\n"
    )
    assert codes(draft) == {"KP-2": "A", "KP-2.1": "B", "KP-2.2": "C", "KP-3": "D"}
    assert [(note.line, note.message) for note in draft.notes] == [
        (5, "The number (2-1) is there twice: this one became KP-2.2."),
        (7, "The number Key Point 2: is there twice: this one became KP-3."),
    ]


def test_a_number_below_another_is_said():
    draft = draft_of("# Key Point 1: A\n\n(3-1) **B:** b\n")
    assert codes(draft) == {"KP-1": "A", "KP-1.1": "B"}
    assert [note.message for note in draft.notes] == [
        "It is numbered (3-1), but stands below KP-1."
    ]


def test_what_is_not_understood_is_kept_and_said():
    draft = draft_of(
        "Before everything. And more.\n\n## Weather\n\nRain.\n\n"
        "| a | b |\n|---|---|\n| c | d |\n\n"
        "<script>alert('x')</script>\n\n```\ncode  here\n```\n"
    )
    assert draft.preface == "Before everything. And more."
    (element,) = draft.elements
    assert element.body == (
        "Rain.\n\n| a | b |\n|---|---|\n| c | d |\n\n\\<script>alert('x')\\</script>\n\n"
        "```\ncode  here\n```"
    )
    assert [(note.line, note.message) for note in draft.notes] == [
        (3, "Nothing tells what this is about: kept as a section."),
        (7, "This is a table: kept as text."),
        (11, "There is HTML or a script in it, which is kept as mere text."),
        (13, "This is marked as code: kept as text."),
    ]


def test_a_page_number_is_kept_in_a_note():
    draft = draft_of("# Aims\n\nThe agency goes on with what it has\n\n- 3 -\n\f\nbegun.\n")
    (element,) = draft.elements
    assert element.body == "The agency goes on with what it has begun."
    assert [(note.text, note.is_left_out) for note in draft.notes][-1] == ("- 3 -", True)


def test_a_page_break_between_two_sentences_joins_nothing():
    draft = draft_of(
        "# Aims\n\nOne sentence.\n\f\nAnother one.\n\n- item\n\f\n- item two\n"
    )
    assert draft.elements[0].body == "One sentence.\n\nAnother one."
    assert draft.notes == []


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("- " + "word " * 80 + ".", ("word " * 59 + "word…"), ("word " * 80 + ".")),
        ("- " + "語" * 400, "語" * 299 + "…", "語" * 400),
        ("- First. Second.", "First", "First. Second."),
        ("- 一つ。二つ。", "一つ", "一つ。二つ。"),
        ("- **Bold:** rest", "Bold", "rest"),
        ("- **JST** is bold.", "JST is bold.", ""),
    ],
    ids=range(6),
)
def test_titles(text, title, body):
    (element,) = draft_of(text).elements
    assert (element.title, element.body) == (title, body)
    assert len(element.title) <= 300


def test_language_is_told_by_letters_unless_it_is_given():
    assert draft_of("- 戦略 of JST").language == "ja"
    assert draft_of("- Strategy of 日本").language == "en"
    assert draft_of("- 戦略", language="en").language == "en"


def test_hundreds_of_levels_have_codes_that_fit():
    text = "\n".join(" " * 2 * depth + f"- level {depth}" for depth in range(300))
    draft = document.outline(document.read(text.encode()))
    assert len({element.code for element in draft.elements}) == 300
    assert max(len(element.code) for element in draft.elements) <= 32


def test_a_number_after_a_paragraph_within_its_list_begins_the_next_statement():
    draft = draft_of(
        "## Goals\n\n1. First\n   - child\n\n   continued text\n2. Second\n3. Third\n"
    )
    assert [(each.code, each.title, each.body) for each in draft.elements[1:]] == [
        ("GOAL-1", "First", "continued text"), ("GOAL-1.1", "child", ""),
        ("GOAL-2", "Second", ""), ("GOAL-3", "Third", ""),
    ]  # fmt: skip


def test_a_number_that_a_long_line_was_broken_before_is_told():
    draft = draft_of("## Goals\n\nThere are more than\n3. Of them\n", language="en")
    assert draft.elements[0].body == "There are more than 3. Of them"
    assert [(note.line, note.message) for note in draft.notes] == [
        (3, "The line that begins with 3. was taken for text.")
    ]


def test_a_sentence_that_a_blank_line_has_cut_is_joined_and_what_follows_is_told():
    draft = draft_of(
        "## Aims\n\n- **One:** doors stay open to all who\n\nknock politely at them.\n"
        "- 研究を広く、\n\n社会に開く。\n- Two\n\nClosing words.\n",
        language="en",
    )
    assert [(each.title, each.body) for each in draft.elements] == [
        ("Aims", "Closing words."),
        ("One", "doors stay open to all who knock politely at them."),
        ("研究を広く、社会に開く。", ""),
        ("Two", ""),
    ]
    assert [(note.line, note.message) for note in draft.notes] == [
        (3, "A new paragraph had cut this sentence: it was joined."),
        (6, "A new paragraph had cut this sentence: it was joined."),
        (11, "This comes after statements: it is kept in the text above them."),
    ]


def test_footnotes_of_markdown_stand_below_what_refers_to_them():
    draft = draft_of(
        "## Weather\n\nRain[^2] falls.\n\n- One[^a]\n\n## Review\n\nText.\n\n"
        "[^a]: About one\n  and more.\n[^2]: https://example.org\n[^3]: Of nothing.\n",
        language="en",
    )
    assert [(each.title, each.body) for each in draft.elements] == [
        ("Weather", "Rain[^2] falls.\n\n[^2] https://example.org"),
        ("One[^a]", "[^a] About one and more."),
        ("Review", "Text.\n\n[^3] Of nothing."),
    ]
    said = [note.line for note in draft.notes if note.message.startswith("This is a footn")]
    assert sorted(said) == [11, 13, 14]


def test_codes_stay_in_the_order_of_the_document_where_a_number_is_there_twice():
    draft = draft_of("## Key points\n\n1. A\n1. B\n1. C\n2. D\n7. E\n", language="en")
    assert list(codes(draft)) == ["SEC-1", "KP-1", "KP-2", "KP-3", "KP-4", "KP-7"]
    assert [(note.line, note.message) for note in draft.notes] == [
        (4, "The number 1. is there twice: this one became KP-2."),
        (5, "The number 1. is there twice: this one became KP-3."),
        (6, "It is numbered 2., and became KP-4 to keep the order."),
    ]


def test_codes_of_one_kind_count_on_through_the_tree():
    draft = draft_of("- A\n\n# Weather\n\n- B\n\n# Wind\n\n- C\n", language="en")
    assert [each.code for each in draft.elements] == [
        "CLM-1", "SEC-1", "CLM-2", "SEC-2", "CLM-3"
    ]  # fmt: skip


def test_a_bullet_behind_one_full_width_space_stands_below_its_like():
    draft = draft_of("# 目標\n\n・親\n　・子\n　・子二\n・親二\n")
    assert [(each.code, each.parent) for each in draft.elements[1:]] == [
        ("AIM-1", "SEC-1"), ("AIM-1.1", "AIM-1"), ("AIM-1.2", "AIM-1"), ("AIM-2", "SEC-1")
    ]  # fmt: skip


@pytest.mark.parametrize("heading", ["要点", "三つの要点", "重点", "Key points"])
def test_headings_of_key_points(heading):
    draft = draft_of(f"# {heading}\n\nア　研究\nイ　支援\n")
    assert codes(draft) == {"SEC-1": heading, "KP-1": "研究", "KP-2": "支援"}
    (element,) = draft_of("# 要点２　支援\n").elements
    assert (element.code, element.title) == ("KP-2", "支援")


# --- the types that a strategy has already ---

OWN = [
    ElementType(code="objective", name_en="Strategic objective", name_ja="戦略目標"),
    ElementType(
        code="policy", name_en="Basic policy", name_ja="基本方針", is_alignable=False
    ),
    ElementType(code="pillar", name_en="Key point", name_ja="柱"),
]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# Strategic objectives\n\n- One\n", ("OBJ-1", "objective", True)),
        ("# 戦略目標\n\n・ 一つ\n", ("OBJ-1", "objective", True)),
        ("# Basic policies\n\n- One\n", ("POL-1", "policy", False)),
        ("# Key points\n\n- One\n", ("PIL-1", "pillar", True)),
        ("# Priorities\n\n- One\n", ("KP-1", "pillar", True)),
        ("# Indicators\n\n- One\n", ("IND-1", "indicator", False)),
    ],
)
def test_what_the_strategy_calls_its_elements_is_known(text, found):
    draft = document.outline(document.read(text.encode()), types=OWN)
    element = draft.elements[-1]
    assert (element.code, element.kind, element.is_alignable) == found
