"""Every word of a source is in its draft, in its order within its block."""

import re

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from strategy_app.importers import document
from strategy_app.importers.document.rows import draft_of, rows_of
from strategy_app.models.strategy import validate_code
from tests.importers.document.documents import docx, paragraph

_LETTERS = re.compile(r"[^\W_]")

_ENGLISH = (
    "The agency funds research global issues aim Key Point 2 Goal 3.5 in 2017. and, the-end"
    " Stop. (see) *em* **bold** **Run:** <script> _x_ `c` | # -"
)
_JAPANESE = (
    "機構は 研究を 支援する。 重点 目標 ２０１７年 、 第１章 ① ・ （１） 地球規模課題 JST"
    " **太字** **題：** 「語」"
)
_english = st.lists(st.sampled_from(_ENGLISH.split(" ")), min_size=1, max_size=40)
_english = _english.map(" ".join)
_japanese = st.lists(st.sampled_from([*_JAPANESE.split(" "), "\u3000"]), min_size=1)
_japanese = _japanese.map("".join)
_words = st.one_of(_english, _japanese, st.text(max_size=30), st.just("語" * 350))
_before = st.sampled_from(
    ["", "# ", "## ", "### ", "＃ ", "- ", "* ", "・", "● ", "○", "①", "(1) ", "1. ",
     "１．", "一、", "第1章　", "Key Point 2: ", "(2-1) ", "(2-1) **T:** ", "**T** ", "| ",
     "> ", "重点事項２　", "```", "    ", "  - ", "　", "　　・", "\t1) ", "***",
     "Chapter 1 ", "[^1]: ", "word [^1] ", "2. ", "   2. ", "　・", "IV. ", "Ⅳ　", "ア　",
     "（ア）"]
)  # fmt: skip
_ends = st.sampled_from(["\n", "\n", "\n\n", "\n\f\n", "\f", "\r\n", "\n\n- 3 -\n\n",
                         "\n12\n", "\n---\n", "\n===\n", " |\n"])  # fmt: skip
_documents = st.lists(st.tuples(_before, _words, _ends), min_size=1, max_size=12)


def letters(*texts):
    """Return the letters and digits of texts, in order."""
    return "".join("".join(_LETTERS.findall(text)) for text in texts)


def without_broken(text):
    """Return a text without what no file of text may hold, which is refused."""
    return re.sub("[\0-\x08\x0e-\x1f\ud800-\udfff\ufeff]", "", text)


def check(text, blocks):
    """Check that blocks hold a text, and the draft of them all that they hold."""
    assert sorted(letters(text)) == sorted(
        letters(*(part for block in blocks for part in (block.marker, block.text)))
    )
    draft = document.outline(blocks)
    held = {}
    for element in draft.elements:
        for number in element.blocks:
            held.setdefault(number, []).append(
                [letters(element.marker, element.title, element.body),
                 letters(element.marker, element.body)]
            )  # fmt: skip
    for note in draft.notes:
        if note.is_left_out:
            held.setdefault(note.block, []).append([letters(note.text)])
    for block in blocks:
        wanted = letters(block.marker, block.text)
        texts = held.get(block.number, [[letters(draft.preface)]])
        assert any(wanted in text for choice in texts for text in choice), block
    assert len({element.code for element in draft.elements}) == len(draft.elements)
    seen = {None}
    for element in draft.elements:
        validate_code(element.code)
        assert len(element.code) <= 32
        assert 0 < len(element.title) <= 300
        assert element.parent in seen
        seen.add(element.code)
    return draft


@settings(max_examples=300, deadline=None)
@given(_documents)
def test_every_word_of_a_text_is_in_the_draft(lines):
    text = without_broken("".join(part for line in lines for part in line))
    assume(letters(text))
    check(text, document.read(text.encode()))


@settings(max_examples=100, deadline=None)
@given(_documents)
def test_the_order_of_blocks_is_that_of_the_text(lines):
    text = without_broken("".join(part for line in lines for part in (*line[:2], "\n\n")))
    assume(letters(text))
    blocks = document.read(text.encode())
    if not any(block.shape in ("page_number", "footnote") for block in blocks):
        found = letters(*(part for block in blocks for part in (block.marker, block.text)))
        assert found == letters(text)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "1", "2", "mine", "ListBullet", "Heading 3"]),
            st.one_of(_english, _japanese),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_every_word_of_a_docx_is_in_the_draft(paragraphs):
    content = docx(*(paragraph(text, style=style) for style, text in paragraphs))
    text = "".join(text for _style, text in paragraphs)
    assume(letters(text))
    check(text, document.read(content))


@settings(max_examples=60, deadline=None)
@given(_documents, _documents)
def test_a_second_language_takes_every_word_along(ours, theirs):
    texts = [without_broken("".join(part for line in lines for part in line))
             for lines in (ours, theirs)]  # fmt: skip
    assume(all(letters(text) for text in texts))
    first, second = (document.outline(document.read(text.encode())) for text in texts)
    matched = document.match(first, second)
    assert [element.code for element in matched.elements] == [
        element.code for element in first.elements
    ]
    check_both(matched, first, second)


# Words that no other line has, below headings and numbers that differ by language.
_lines = st.lists(
    st.sampled_from(
        ["# ", "## ", "## Aims ", "## 重点事項 ", "### ", "#### ", "- ", "  - ", "(1) ",
         "(2) ", "(3) ", "1. ", "2. ", "   1. ", "(2-1) ", "Key Point 2: ", "第1章　", "",
         "**T:** ", "　・"]
    ),
    min_size=1,
    max_size=14,
)  # fmt: skip


def written(lines, word):
    """Return a text of numbered words, one in each line, a blank line between any two."""
    return "\n\n".join(f"{line}{word}{at:02}." for at, line in enumerate(lines))


def check_both(matched, *drafts):
    """Check that a draft says all that two drafts say, each in its language."""
    held = [
        [matched.title, matched.preface, matched.other_title, matched.other_preface]
    ] + [
        [each.marker, each.title, each.body, each.other_marker, each.other_title,
         each.other_body] for each in matched.elements
    ]  # fmt: skip
    first = [letters(*texts[: len(texts) // 2]) for texts in held]
    second = [letters(*texts[len(texts) // 2 :]) for texts in held]
    for draft, texts in zip(drafts, (first, second), strict=True):
        for element in draft.elements:
            for part in (element.marker, element.title, element.body):
                assert any(letters(part) in text for text in texts), (part, texts)
        assert letters(draft.preface) in texts[0]


@settings(max_examples=200, deadline=None)
@given(_lines, _lines)
def test_documents_that_differ_in_structure_make_a_draft_of_every_word(ours, theirs):
    blocks = {
        "en": document.read(written(ours, "word").encode()),
        "ja": document.read(written(theirs, "言葉").encode()),
    }
    first, second = (
        document.outline(each, language=language) for language, each in blocks.items()
    )
    check_both(document.match(first, second), first, second)
    check_both(draft_of(rows_of(blocks), ["en", "ja"]), first, second)
