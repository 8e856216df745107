"""The strategy on paper: set without a warning, tagged, its texts taken as data."""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings

from strategy_app.coverage.counts import STATES
from strategy_app.exporters import document_pdf, renderer, typeset
from strategy_app.exporters.document_pdf import (
    Coverage,
    Document,
    Key,
    Mark,
    Other,
    Part,
    Prose,
    Section,
    Text,
)
from strategy_app.exporters.markdown import blocks
from tests.paper import Paper

ADDRESS = "https://example.org/strategy/STR/revisions/2017-08-01/"
KEY = Key(
    [{"state": state, "label": label} for state, label in zip(
        STATES, ["主要", "重要", "対象外", "未評価"], strict=True)],
    "目標値", "実施中の事業: 10", "残りは未評価です。",
)  # fmt: skip
MARKUP = "#panic() *x* <b>y</b> $z$ \\ @ref `c` _u_ = ~ // [n]"
JAPANESE = "国際的な協力から得られた知見を、地域社会が抱える課題の解決に応用する。"


def prose(text, language="en"):
    return Prose(blocks(text, base=ADDRESS), language)


def coverage(code, *four, marks=()):
    whole = sum(four)
    parts, start = [], 0.0
    for state, count in zip(STATES, four, strict=True):
        share = 100 * count / whole
        parts.append(Part(state, str(count), start, share))
        start += share
    return Coverage(f"{code}: {four}", parts, list(marks))


def section(code, level=1, body="What it is about.", language="en", **fields):
    fields = {
        "title": Text(f"Element {code}", "en"),
        "body": prose(body, language),
        "note": "Aim",
        "warnings": [],
    } | fields
    return Section(code=code, level=level, address=f"{ADDRESS}#{code}", **fields)


def bilingual(code, level=1, body=JAPANESE, other="What it is about.", **fields):
    return section(
        code, level, title=Text(f"要素{code}", "ja"), body=body, language="ja", note="目標",
        other=Other("en", Text(f"Element {code}", "en"), prose(other)), **fields,
    )  # fmt: skip


def make_document(*sections, **fields):
    fields = {
        "languages": ["en"],
        "name": "Strategy STR: First",
        "organisation": Text("Agency", "en"),
        "title": Text("Strategy STR", "en"),
        "other_title": None,
        "revision": Text("First", "en"),
        "lines": ["In force since 1 August 2017."],
        "permanent": ADDRESS,
        "permanent_label": "Permanent address",
        "running": ["Strategy STR", "First"],
        "foot": "",
        "notice": "",
        "contents": "Contents",
        "contents_depth": 2,
        "key": None,
        "preface": None,
    } | fields
    return Document(sections=list(sections), **fields)


def made(document):
    """Return the PDF, which the typesetter has nothing to say against."""
    pdf, warnings = typeset.typeset(document_pdf.payload(document).decode())
    assert warnings == []
    return Paper(pdf)


def in_both(*sections, **fields):
    return make_document(*sections, languages=["ja", "en"], **fields)


# --- what stands in it ---


def test_it_has_title_language_bookmarks_and_tags():
    paper = made(make_document(section("A"), section("A.1", 2), section("B")))
    assert paper.is_accessible
    assert paper.title == "Strategy STR: First"
    assert paper.root["/Lang"] == "en"
    assert paper.bookmarks == [
        (1, "A Element A"), (2, "A.1 Element A.1"), (1, "B Element B"),
    ]  # fmt: skip
    assert (len(paper.tags("/H1")), len(paper.tags("/H2"))) == (3, 1)  # one: Contents


def test_the_contents_name_page_and_element():
    long = "A long text. " * 700
    paper = made(make_document(section("A", body=long), section("B"), section("B.1", 2)))
    pages = [number for number, text in enumerate(paper.pages, 1) if "Element B\n" in text]
    assert re.findall(r"(A|B|B\.1) Element \S+[ .]+(\d+)", paper.pages[0]) == [
        ("A", "2"), ("B", str(pages[-1])), ("B.1", str(pages[-1])),
    ]  # fmt: skip
    assert pages[-1] > 2


def test_the_contents_stand_on_one_page_as_long_as_one_can_hold_them():
    sections = [section(f"E{number}") for number in range(40)]
    paper = made(make_document(*sections, lines=["A line."] * 20))
    listed = [len(re.findall(r"E\d+ Element E\d+[ .]+\d", text)) for text in paper.pages]
    assert listed[:3] == [0, 40, 0]


def test_each_page_says_whose_it_is_and_where_it_stands():
    paper = made(make_document(section("A", body="A long text. " * 700), foot="As of 7"))
    count = len(paper.pages)
    assert count > 2
    for number, text in enumerate(paper.pages, start=1):
        assert f"{number} / {count}" in text
        assert "As of 7" in text
        assert text.count(ADDRESS) == (2 if number == 1 else 1)
    assert all("Strategy STR First" in text.replace("\n", " ") for text in paper.pages[1:])


def test_each_element_leads_to_its_permanent_address():
    paper = made(make_document(section("A"), section("B.1-X")))
    assert paper.links == [ADDRESS, f"{ADDRESS}#A", f"{ADDRESS}#B.1-X"]


def test_a_link_to_an_element_stays_within_the_document():
    paper = made(make_document(section("A", body="See [b](#B) and [c](#C)."), section("B")))
    assert paper.links == [ADDRESS, f"{ADDRESS}#A", f"{ADDRESS}#C", f"{ADDRESS}#B"]


def test_both_languages_stand_side_by_side():
    paper = made(
        in_both(
            bilingual("A", coverage=coverage("A", 1, 2, 3, 4)),
            bilingual("A.1", 2),
            section("B", title=Text("Element B", "en", "英語のみ")),
            key=KEY,
            other_title=Text("Strategy STR", "en"),
        )
    )
    assert paper.root["/Lang"] == "ja"
    assert "要素 A Element A" in paper.text  # set apart by a quarter of a sign
    assert "(英語のみ)" in paper.text
    # Which language it is, is told to whoever has it read to them.
    assert {tag["/Lang"] for tag in paper.tags("/Div") if "/Lang" in tag} == {"en"}


# --- texts are data ---


@pytest.mark.parametrize("languages", [["en"], ["en", "ja"]])
def test_no_text_is_read_as_markup_of_the_typesetter(languages):
    marked = Text(MARKUP, "en")
    paper = made(
        make_document(
            section("A", title=marked, body=f"    {MARKUP}", note=MARKUP, warnings=[MARKUP],
                    other=Other("ja", marked, prose(f"    {MARKUP}", "ja"))),
            languages=languages, organisation=marked, title=marked, revision=marked,
            lines=[MARKUP], notice=MARKUP, running=[MARKUP, MARKUP], foot=MARKUP,
            contents=MARKUP, name=MARKUP, preface=prose(f"    {MARKUP}"),
        )
    )  # fmt: skip
    assert paper.title == MARKUP
    assert paper.bookmarks == [(1, f"A {MARKUP}")]
    assert paper.text.count(MARKUP) >= 14


def test_markdown_comes_out_as_what_it_means():
    text = "# Part\n\n1. one **bold**\n2. two\n   - *deep*\n\n> said\n\n|a|b|\n|-|-|\n|1|2|"
    paper = made(make_document(section("A", body=f"{text}\n\n`#f()` <i>i</i>")))
    assert "Part 1. one bold 2. two • deep said a b 1 2 #f() <i>i</i>" in paper.text
    assert [len(paper.tags(tag)) for tag in ("/H2", "/L", "/TH", "/TD", "/Strong")] == [
        1, 2, 2, 2, 3,
    ]  # fmt: skip


@pytest.mark.parametrize("line", ["#", "- #", "> #", "##   ##", "# ![](x)", "# [](#A)"])
def test_a_line_with_nothing_to_read_does_no_harm(line):
    paper = made(make_document(section("A", body=f"Before\n\n{line}\n\nafter")))
    assert re.search("Before (• )?after", paper.text)
    assert paper.is_accessible


def test_what_the_standard_refuses_is_set_without_it():
    refused = Prose([{"kind": "heading", "spans": []}, *prose("Still here.").blocks], "en")
    paper = made(make_document(section("A", body="x"), preface=refused))
    assert "Still here. A Element A" in paper.text
    assert not paper.is_accessible


def test_nesting_of_any_depth_is_set():
    lists = "".join(f"{'  ' * depth}- item {depth}\n" for depth in range(30))
    paper = made(
        make_document(section("A", body=lists), section("B", body="> " * 30 + "q"))
    )
    assert "item 8" in paper.text


def test_elements_of_any_depth_are_set():
    paper = made(make_document(*(section(f"E{depth}", depth) for depth in range(1, 12))))
    assert paper.bookmarks[-1] == (11, "E11 Element E11")


def test_a_sign_without_a_shape_is_named():
    paper = made(make_document(section("A", body="The name 𠮷田 and 😀, 吉田 and é.")))
    assert "The name [U+20BB7]田 and [U+1F600], 吉田 and é." in paper.text
    assert paper.is_accessible


def test_what_joins_signs_without_a_shape_is_left_out():
    paper = made(make_document(section("A", body="A \U0001f468\u200d\U0001f469 B")))
    assert "A [U+1F468][U+1F469] B" in paper.text
    assert paper.is_accessible


def test_more_of_them_than_can_be_tried_are_boxes():
    signs = " ".join(chr(0x1F600 + number) for number in range(20))
    paper = made(make_document(section("A", body=f"Before {signs} after")))
    assert "Before [U+1F600] [U+1F601]" in paper.text
    assert "after" in paper.text


# --- Japanese ---


def test_lines_do_not_begin_with_a_mark_that_must_not():
    body = "、".join(["「国際戦略」(改訂版)の第1条", "サービス・プログラム", "ー"]) + "。"
    paper = made(
        in_both(*(bilingual(f"A{n}", body=body * n, other="Text.") for n in range(1, 9)))
    )
    lines = [line.strip() for page in paper.pages for line in page.splitlines()]
    assert len(lines) > 60
    assert [line for line in lines if line[:1] in set("、。」)ーィ")] == []


def test_full_width_signs_are_kept():
    body = "ＪＳＴ　１２３（全角）～〜―…‥①㈱㎡々〆ヶ"
    assert body in made(
        make_document(section("A", body=body, title=Text("題", "ja")))
    ).text.replace(" ", "\u3000")


# --- coverage ---


def test_coverage_stands_beside_elements_that_have_it():
    paper = made(
        make_document(
            section(
                "A", coverage=coverage("A", 2, 3, 0, 5, marks=[Mark(50.0, "target 5")])
            ),
            section("C"),
            key=KEY,
        )
    )
    assert paper.alternatives == ["A: (2, 3, 0, 5)"]
    assert "Aim 2 3 0 5 target 5" in paper.text
    assert (
        "主要 重要 対象外 未評価 目標値 実施中の事業: 10 残りは未評価です。" in paper.text
    )


@pytest.mark.parametrize("languages", [["ja"], ["ja", "en"]])
def test_coverage_is_read_after_the_heading_it_belongs_to(languages):
    sections = [bilingual(code, coverage=coverage(code, 1, 2, 3, 4)) for code in "AB"]
    paper = made(make_document(*sections, languages=languages, key=KEY))
    found = [tag["/S"] for tag in paper.tags("/H1", "/Figure")]
    assert found == ["/H1", "/H1", "/Figure", "/H1", "/Figure"]  # the first: Contents


def test_without_coverage_there_is_no_legend():
    paper = made(make_document(section("A"), section("B")))
    assert paper.alternatives == []
    assert "Contents" in paper.pages[0]


# --- long ones ---


def test_no_heading_is_left_alone_at_the_foot_of_a_page():
    sections = [
        section(f"E{n}", 1 + (n % 7 > 0), body="So it goes on and on. " * (3 + n % 11))
        for n in range(300)
    ]
    paper = made(make_document(*sections, contents_depth=1))
    assert len(paper.bookmarks) == 300
    lasts = [text.splitlines()[-2] for text in paper.pages[2:]]
    assert len(lasts) > 40
    assert [last for last in lasts if last == "Aim" or "Element" in last] == []


def test_three_hundred_elements_in_both_languages():
    sections = [
        bilingual(f"E{n}", 1 + (n % 7 > 0), coverage=coverage(f"E{n}", 1, 2, 3, 4))
        for n in range(300)
    ]
    paper = made(in_both(*sections, key=KEY))
    assert len(paper.alternatives) == 300
    text = paper.text
    assert [n for n in range(300) if f"要素 E{n} Element E{n}" not in text] == []


def test_a_very_long_text_goes_on_from_page_to_page():
    words = " ".join(f"word{number}" for number in range(6_000))
    paper = made(make_document(section("A", body=words), section("B")))
    assert len(paper.pages) > 8
    found = re.findall(r"word\d+", paper.text)
    assert found == words.split()


def test_a_code_that_is_too_long_to_hang_stands_above_its_title():
    code = "AB-" * 9 + "ABCDE"
    paper = made(make_document(section(code, title=Text("Long", "en")), section("B")))
    assert f"{code} Long Aim" in paper.text.replace("\u200b", "")


# --- how it is made ---


def test_the_same_document_gives_the_same_file():
    document = make_document(section("A"))
    data = document_pdf.payload(document)
    assert data == document_pdf.payload(make_document(section("A")))
    assert typeset.typeset(data.decode()) == typeset.typeset(data.decode())


def test_it_is_made_in_another_process_two_at_once():
    payloads = [
        document_pdf.payload(make_document(section(code), name=f"Of {code}"))
        for code in ("A", "B")
    ]
    with ThreadPoolExecutor(2) as threads:
        made_here = list(threads.map(document_pdf.pdf, payloads))
    assert [Paper(pdf).title for pdf in made_here] == ["Of A", "Of B"]


def test_that_process_starts_without_the_framework():
    run = subprocess.run(
        [sys.executable, "-c", "import sys, strategy_app.exporters.typeset as t;"
         "print('django' in sys.modules or 'numpy' in sys.modules)"],
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert run.stdout == "False\n"


def test_what_cannot_be_set_is_told():
    with pytest.raises(renderer.Failed, match="languages"):
        document_pdf.pdf(b"{}")
    assert document_pdf.pdf(document_pdf.payload(make_document(section("A"))))


def test_a_text_without_end_is_refused():
    data = document_pdf.payload(make_document(section("A", body="word " * 700_000)))
    with pytest.raises(document_pdf.TooLong, match="too long"):
        document_pdf.pdf(data)
