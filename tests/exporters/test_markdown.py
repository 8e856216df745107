"""Markdown becomes a small tree of plain data."""

import pytest

from strategy_app.exporters.markdown import blocks

BASE = "https://example.org/strategy/STR/revisions/2017-08-01/"


def read(text):
    return blocks(text, base=BASE)


def words(spans):
    return "".join(span["text"] for span in spans)


def paragraph(text):
    (block,) = read(text)
    assert block["kind"] == "paragraph"
    return block["spans"]


def test_emphasis_is_kept_piece_by_piece():
    found = [(span["text"], span["marks"]) for span in paragraph("a **b *c*** `*d*`")]
    assert found == [
        ("a ", []), ("b ", ["strong"]), ("c", ["emphasis", "strong"]), (" ", []),
        ("*d*", ["code"]),
    ]  # fmt: skip


def test_lists_hold_blocks_and_lists():
    (block,) = read("3. a\n4. b\n   - c\n\n   d")
    assert (block["kind"], block["start"]) == ("list", 3)
    first, second = block["items"]
    assert words(first[0]["spans"]) == "a"
    assert [inner["kind"] for inner in second] == ["paragraph", "list", "paragraph"]
    assert second[1]["start"] is None


def test_what_else_a_text_may_hold():
    found = read("# H\n\n> q\n\n    x *y*\n\n---\n\n|a|b|\n|-|-|\n|1|**2**|\n")
    assert [block["kind"] for block in found] == [
        "heading", "quote", "code", "rule", "table",
    ]  # fmt: skip
    assert found[2]["text"] == "x *y*"
    assert [[words(cell) for cell in row] for row in found[4]["rows"]] == [
        ["a", "b"], ["1", "2"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "empty", ["#", "##   ##", "# ![](x)", "# [](http://a)", "# &nbsp;", "# ` `"]
)
def test_a_heading_with_nothing_to_read_is_left_out(empty):
    found = read(f"{empty}\n\n# ![a map](x)\n\nText")
    assert [block["kind"] for block in found] == ["heading", "paragraph"]
    assert words(found[0]["spans"]) == "a map"
    assert (read(f"- {empty}")[0]["items"], read(f"> {empty}")[0]["blocks"]) == ([[]], [])


def test_html_stays_text_and_pictures_leave_their_words():
    assert words(paragraph("<b>x</b> ![a map](map.png)")) == "<b>x</b> a map"


def test_deep_nesting_is_laid_flat_without_losing_a_word():
    text = "".join(f"{'  ' * depth}- item {depth}\n" for depth in range(9))

    def depth_of(found):
        return max((1 + max(map(depth_of, block["items"])) for block in found
                    if block["kind"] == "list"), default=0)  # fmt: skip

    found = read(text)
    assert depth_of(found) == 5
    assert [f"item {depth}" in str(found) for depth in range(9)] == [True] * 9
    assert str(read("> " * 9 + "deep")).count("quote") == 5


@pytest.mark.parametrize(
    ("written", "leads_to"),
    [
        ("[a](https://example.com/x)", "https://example.com/x"),
        ("https://example.com/a_b", "https://example.com/a_b"),
        ("[a](#KP-1)", f"{BASE}#KP-1"),
        ("[a](/programmes/)", "https://example.org/programmes/"),
        ("[a](mailto:a@example.org)", "mailto:a@example.org"),
        ("[a](ftp://example.org/)", None),
        ("[a](//@[http:])", None),
        ("[a](https://example.org/" + "x" * 2_000 + ")", None),
    ],
)
def test_links_lead_somewhere_or_are_text(written, leads_to):
    assert paragraph(written)[0].get("link") == leads_to


def test_a_script_is_no_link():
    assert [span.get("link") for span in paragraph("[a](javascript:alert)")] == [None]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("one\ntwo", "one two"),
        ("国際\n戦略", "国際戦略"),
        ("国際、\n**戦略**", "国際、戦略"),
        ("国際\nstrategy", "国際 strategy"),
        ("one  \ntwo", "one\ntwo"),
    ],
)
def test_lines_of_the_source_are_joined_as_the_language_joins_them(written, shown):
    assert words(paragraph(written)) == shown
