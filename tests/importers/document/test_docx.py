"""DOCX: styles, numbering, bold words, page breaks, tables, footnotes."""

import pytest

from strategy_app.exporters.markdown import blocks
from strategy_app.importers import document
from strategy_app.templatetags.strategy import markdown
from tests.importers.document.documents import (
    STYLES,
    codes,
    docx,
    paragraph,
    sample,
    table,
)

BY = 'w:author="A" w:date="2026-01-01T00:00:00Z"'
SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def draft_of(*body, **parts):
    return document.outline(document.read(docx(*body, **parts), name="strategy.docx"))


def test_headings_lists_and_bold_titles():
    draft = draft_of(
        paragraph("The Strategy", style="a1"),
        paragraph("Aims", style="1"),
        paragraph("New value", number=2),
        paragraph("from discoveries", number=2, depth=1),
        paragraph("Key points", style="1"),
        paragraph("Key Point 2: Shared problems", style="mine"),
        paragraph("(2-1) **Global goals:** Each programme names them."),
        paragraph("(2-2) **Global issues:** Work on"),
        paragraph("Poverty", style="ListBullet"),
        paragraph("Water", style="ListBullet"),
        paragraph("(2-3) **Sharing:** costs."),
    )
    assert codes(draft) == {
        "STR-1": "The Strategy", "SEC-1": "Aims", "AIM-1": "New value",
        "AIM-1.1": "from discoveries", "SEC-2": "Key points", "KP-2": "Shared problems",
        "KP-2.1": "Global goals", "KP-2.2": "Global issues", "GI-1": "Poverty",
        "GI-2": "Water", "KP-2.3": "Sharing",
    }  # fmt: skip
    assert draft.elements[6].body == "Each programme names them."
    assert [element.parent for element in draft.elements][8:] == [
        "KP-2.2",
        "KP-2.2",
        "KP-2",
    ]
    assert draft.notes == []


def test_numbers_that_word_counts_are_the_documents_own():
    draft = draft_of(
        paragraph("Aims", style="1"),
        paragraph("One", number=1),
        paragraph("Part", number=1, depth=1),
        paragraph("Part two", number=1, depth=1),
        paragraph("Two", number=1),
        paragraph("Part of two", number=1, depth=1),
    )
    assert [(element.code, element.marker) for element in draft.elements[1:]] == [
        ("AIM-1", "1."), ("AIM-1.1", "1."), ("AIM-1.2", "2."), ("AIM-2", "2."),
        ("AIM-2.1", "1."),
    ]  # fmt: skip
    assert draft.notes == []


def test_a_paragraph_that_a_page_break_cut_is_whole():
    draft = draft_of(
        paragraph("Aims", style="1"),
        paragraph("機構は国境を越える研究を支援し、その成果を"),
        paragraph("\f広く社会に届ける。"),
        paragraph("A new\f page within."),
        paragraph("Done.\f"),
        paragraph("Next."),
    )
    assert draft.elements[0].body == (
        "機構は国境を越える研究を支援し、その成果を広く社会に届ける。\n\n"
        "A new page within.\n\nDone.\n\nNext."
    )
    assert [note.line for note in draft.notes] == [2]


def test_tables_and_footnotes_are_kept_as_text():
    note = f'<w:footnotes {SPACE}><w:footnote w:id="3">{paragraph("Small words.")}'
    reference = '<w:r><w:footnoteReference w:id="3"/></w:r></w:p>'
    draft = draft_of(
        paragraph("Weather", style="2"),
        paragraph("Rain").removesuffix("</w:p>") + reference,
        table(("Year", "Days"), ("2025", "120")),
        footnotes=f"{note}</w:footnote></w:footnotes>",
    )
    assert draft.elements[0].body == (
        "Rain[1]\n\n[1] Small words.\n\n| Year | Days |\n| --- | --- |\n| 2025 | 120 |"
    )
    assert [note.message for note in draft.notes][1:] == [
        "This is a footnote: kept below what refers to it, or else where it stands.",
        "This is a table: kept as text.",
    ]


def test_what_was_deleted_is_no_text_and_a_reading_stands_in_brackets():
    ruby = (
        "<w:r><w:ruby><w:rt><w:r><w:t>せんりゃく</w:t></w:r></w:rt><w:rubyBase><w:r>"
        "<w:t>戦略</w:t></w:r></w:rubyBase></w:ruby></w:r>"
    )
    deleted = f'<w:del w:id="1" {BY}><w:r><w:delText>old</w:delText></w:r></w:del>'
    inserted = f'<w:ins w:id="2" {BY}><w:r><w:t>の見直し</w:t></w:r></w:ins>'
    draft = draft_of(f"<w:p>{ruby}{deleted}{inserted}</w:p>", paragraph("あ"))
    assert draft.title == "戦略（せんりゃく）の見直し"
    assert left_out(draft) == [("This is struck out, deleted or hidden: left out.", "old")]


def left_out(draft):
    return [(note.message, note.text) for note in draft.notes if note.is_left_out]


@pytest.mark.parametrize("properties", ["<w:strike/>", "<w:vanish/>"])
def test_struck_and_hidden_words_are_left_out_and_told(properties):
    run = "<w:r><w:rPr>{}</w:rPr><w:t xml:space='preserve'>{}</w:t></w:r>"
    body = "".join((run.format("", "Fund "), run.format(properties, "five "),
                    run.format("", "nine fellows.")))  # fmt: skip
    draft = draft_of(paragraph("Aims", style="1"), f"<w:p>{body}</w:p>")
    assert [each.body for each in draft.elements] == ["Fund nine fellows."]
    assert left_out(draft) == [("This is struck out, deleted or hidden: left out.", "five")]


def test_symbols_and_raised_digits_are_kept():
    symbol = '<w:r><w:sym w:font="Symbol" w:char="F0A3"/></w:r>'
    raised = '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>12</w:t></w:r>'
    text = paragraph("Costs").removesuffix("</w:p>")
    end = "<w:r><w:t>yen.</w:t></w:r></w:p>"
    draft = draft_of(
        paragraph("Aims", style="1"), f"{text}{symbol}<w:r><w:t>10</w:t></w:r>{raised}{end}"
    )
    assert draft.elements[0].body == "Costs≤10¹²yen."


def test_a_list_that_begins_anew_counts_anew():
    numbering = (
        f'<w:numbering {SPACE}><w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0">'
        '<w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>'
        '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="1"/></w:lvlOverride></w:num></w:numbering>'
    )
    draft = draft_of(
        paragraph("Drivers", style="1"),
        paragraph("Trust", number=1), paragraph("Talent", number=1),
        paragraph("Aims", style="1"),
        paragraph("Solve", number=2), paragraph("Share", number=2),
        numbering=numbering,
    )  # fmt: skip
    assert [each.code for each in draft.elements] == [
        "SEC-1", "DRV-1", "DRV-2", "SEC-2", "AIM-1", "AIM-2",
    ]  # fmt: skip


def test_the_table_of_contents_is_left_out_and_told():
    draft = draft_of(
        paragraph("目次"), paragraph("1 Trust 3", style="toc1"),
        paragraph("2 Talent 4", style="toc1"),
        paragraph("Trust", style="1"), paragraph("We keep it."),
        paragraph("Talent", style="1"), paragraph("We grow it."),
    )  # fmt: skip
    assert [each.title for each in draft.elements] == ["Trust", "Talent"]
    told = "This is a line of the table of contents: left out."
    assert left_out(draft) == [(told, text) for text in ("目次", "1 Trust 3", "2 Talent 4")]
    assert draft.preface == ""


def test_numbers_that_a_style_gives_headings_are_told_to_be_missing():
    numbered = STYLES.replace(
        '<w:name w:val="heading 1"/>',
        '<w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>',
    )
    draft = draft_of(
        paragraph("Trust", style="1"), paragraph("Talent", style="1"), styles=numbered
    )
    message = (
        "The word processor numbers its headings by their style: these numbers are not"
        " read, and codes are counted."
    )
    assert [(note.line, note.text) for note in draft.notes if note.message == message] == [
        (1, "Trust")
    ]


def test_a_reading_is_as_bold_as_its_word():
    ruby = (
        "<w:ruby><w:rt><w:r><w:t>かい</w:t></w:r></w:rt><w:rubyBase><w:r><w:rPr><w:b/>"
        "</w:rPr><w:t>開</w:t></w:r></w:rubyBase></w:ruby>"
    )
    bold = "<w:r><w:rPr><w:b/></w:rPr><w:t>放：</w:t></w:r>"
    draft = draft_of(
        paragraph("目標", style="1"),
        f"<w:p><w:r>{ruby}</w:r>{bold}<w:r><w:t>進める。</w:t></w:r></w:p>",
    )
    assert [(each.title, each.body) for each in draft.elements[1:]] == [
        ("開（かい）放", "進める。")
    ]


def test_a_table_is_one_that_pages_can_show():
    draft = draft_of(
        paragraph("Weather", style="2"),
        table(("Year", "a|b"), ("2025",)),
        table(("In a frame.",), ("More.",)),
    )
    (element,) = draft.elements
    assert element.body == (
        "| Year | a\\|b |\n| --- | --- |\n| 2025 |  |\n\nIn a frame.\n\nMore."
    )
    assert "<td>2025</td>" in markdown(element.body)
    assert "<th>a|b</th>" in markdown(element.body)
    kinds = [block["kind"] for block in blocks(element.body, base="")]
    assert kinds == ["table", "paragraph", "paragraph"]


def test_a_sentence_that_goes_on_below_its_item_is_joined():
    draft = draft_of(
        paragraph("Aims", style="1"),
        paragraph("**One:** doors stay open to all who", number=2),
        paragraph("knock politely at them."),
        paragraph("**Two:** further doors.", number=2),
        paragraph("Then we close."),
    )
    assert [(each.title, each.body) for each in draft.elements] == [
        ("Aims", "Then we close."),
        ("One", "doors stay open to all who knock politely at them."),
        ("Two", "further doors."),
    ]
    assert [(note.line, note.message) for note in draft.notes] == [
        (2, "A new paragraph had cut this sentence: it was joined."),
        (5, "This comes after statements: it is kept in the text above them."),
    ]


def test_words_of_which_a_part_is_bold_stay_whole():
    draft = draft_of(paragraph("**(1-1) Op****en:** text"))
    (element,) = draft.elements
    assert (element.marker, element.title, element.body) == ("(1-1)", "Open", "text")


def test_a_docx_says_what_the_same_text_says():
    body, markdown = [], (sample("en").elements)
    for element in markdown:
        number = element.numbers and not element.marker[0].isdigit()
        bold = f"**{element.title}:** " if number and "Key" not in element.marker else ""
        if element.code.startswith(("STR", "SEC", "MIS")):
            body.append(paragraph(element.title, style="a1" if not body else "1"))
            body.append(paragraph(element.body))
        elif "Key" in element.marker:
            body.append(paragraph(f"{element.marker} {element.title}", style="2"))
            body.append(paragraph(element.body))
        elif bold:
            body.append(paragraph(f"{element.marker} {bold}{element.body}"))
        else:
            depth = element.code.count(".")
            style = 1 if element.numbers else 2
            text = element.body or element.title
            body.append(paragraph(text, number=style, depth=depth))
    draft = draft_of(*body)
    found = [(each.code, each.parent, each.kind, each.title) for each in draft.elements]
    assert found == [(each.code, each.parent, each.kind, each.title) for each in markdown]


def notes_part(kind, **texts):
    """Return the part that holds footnotes or comments, by their ids after an x."""
    inner = "".join(
        f'<w:{kind} w:id="{name[1:]}" {BY}>{paragraph(text)}</w:{kind}>'
        for name, text in texts.items()
    )
    return f"<w:{kind}s {SPACE}>{inner}</w:{kind}s>"


def referring(text, kind, note, **options):
    """Return a paragraph that refers to a note at its end."""
    reference = f'<w:r><w:{kind}Reference w:id="{note}"/></w:r></w:p>'
    if kind == "comment":
        begin, end = (f'<w:commentRange{part} w:id="{note}"/>' for part in ("Start", "End"))
        reference = f"{begin}{end}{reference}"
    return paragraph(text, **options).removesuffix("</w:p>") + reference


def notes_of(draft):
    return [(note.message, note.text, note.line) for note in draft.notes]


def test_comments_and_notes_stay_with_the_item_that_they_are_about():
    draft = draft_of(
        paragraph("Aims", style="1"),
        referring("Open up", "comment", 1, number=2),
        referring("Reach out", "endnote", 4, number=2),
        paragraph("by letter", number=2, depth=1),
        comments=notes_part("comment", x1="Is that enough?"),
        endnotes=notes_part("endnote", x4="As in 2017."),
    )
    assert [(each.code, each.title, each.body) for each in draft.elements] == [
        ("SEC-1", "Aims", ""),
        ("AIM-1", "Open up", "Is that enough?"),
        ("AIM-2", "Reach out[1]", "[1] As in 2017."),
        ("AIM-2.1", "by letter", ""),
    ]
    assert notes_of(draft) == [
        ("This is a comment: kept below what it is about.", "Is that enough?", 2),
        (
            "This is a footnote: kept below what refers to it, or else where it stands.",
            "[1] As in 2017.",
            3,
        ),
    ]


def test_headers_and_footers_are_kept_once_and_numbers_of_pages_are_not():
    number = "<w:p><w:r><w:instrText> PAGE </w:instrText></w:r><w:r><w:t>- 12 -</w:t></w:r>"
    draft = draft_of(
        paragraph("Before."),
        paragraph("Aims", style="1"),
        paragraph("Open up", number=2),
        header1=f"<w:hdr {SPACE}>{paragraph('Confidential')}</w:hdr>",
        header2=f"<w:hdr {SPACE}>{paragraph('Confidential')}</w:hdr>",
        footer1=f"<w:ftr {SPACE}>{number}</w:p>{paragraph('第12頁')}</w:ftr>",
        footer3=f"<w:ftr {SPACE}>{paragraph('Page 3 of 9')}"
        f"{table(('JST', '2026'))}</w:ftr>",
    )
    assert draft.preface == "Before.\n\nJST\n\n2026\n\nConfidential"
    beside = (
        "This stands beside the text, as a header or a text box does: kept in the preface."
    )
    assert notes_of(draft) == [
        (beside, text, 0) for text in ("JST", "2026", "Confidential")
    ]
    assert [each.code for each in draft.elements] == ["SEC-1", "AIM-1"]


@pytest.mark.parametrize(
    ("text", "is_kept"),
    [
        ("12", False), ("- 12 -", False), ("Page 3 of 12", False), ("3/12", False),
        ("第12頁", False), ("１２ページ", False), ("― ―", False),
        ("2026", True), ("Of 2027", True), ("第2版", True), ("Draft 3", True),
        ("Page of honour", True), ("3 pages", True),
    ],
)  # fmt: skip
def test_what_is_only_the_number_of_a_page(text, is_kept):
    draft = draft_of(
        paragraph("Aims", style="1"),
        footer1=f"<w:ftr {SPACE}>{paragraph(text)}</w:ftr>",
    )
    assert draft.preface == (text if is_kept else "")
    assert len(notes_of(draft)) == is_kept


def test_a_note_that_nothing_refers_to_and_words_in_a_drawing_are_kept():
    drawing = (
        '<dgm:dataModel xmlns:dgm="d" xmlns:a="a"><dgm:pt><dgm:t><a:p><a:r><a:t>Plan, do'
        "</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:dataModel>"
    )
    lost = '<w:del w:id="9"><w:r><w:commentReference w:id="1"/></w:r></w:del>'
    draft = draft_of(
        paragraph("Aims", style="1"),
        f"<w:p>{lost}<w:r><w:t>Text.</w:t></w:r></w:p>",
        comments=notes_part("comment", x1="Of what was deleted"),
        footnotes=notes_part("footnote", x0="", x7="Of nothing"),
        **{"diagrams/data1": drawing},
    )
    assert draft.preface == "Of what was deleted\n\nPlan, do\n\nOf nothing"
    assert draft.elements[0].body == "Text."
    assert [line for _message, _text, line in notes_of(draft)[-3:]] == [0, 0, 0]


def test_a_sentence_that_a_page_break_has_cut_above_its_footnote_is_whole():
    draft = draft_of(
        paragraph("Aims", style="1"),
        referring("The agency supports research that crosses borders and", "footnote", 2),
        paragraph("\fbrings its results to all."),
        footnotes=notes_part("footnote", x2="Small words."),
    )
    assert draft.elements[0].body == (
        "The agency supports research that crosses borders and[1] brings its results to"
        " all.\n\n[1] Small words."
    )


def test_text_boxes_and_tables_are_kept():
    box = (
        "<w:p><w:r><w:t>Around</w:t></w:r><w:r><mc:AlternateContent><mc:Choice><w:drawing>"
        f"<wps:txbx><w:txbxContent>{paragraph('Within the box')}{table(('left', 'right'))}"
        "</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict>"
        f"<w:txbxContent>{paragraph('Within the box')}{table(('left', 'right'))}"
        "</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
        "<w:r><w:t> it</w:t></w:r></w:p>"
    )
    within = (
        f"<w:tbl><w:tr><w:tc>{paragraph('Cell')}{table(('inner', 'cell'))}</w:tc></w:tr>"
        "</w:tbl>"
    )
    controlled = f"<w:sdt><w:sdtContent>{paragraph('In a control.')}</w:sdtContent></w:sdt>"
    old = f"<w:p><w:r><w:pict><v:textbox><w:txbxContent>{paragraph('Old box.')}" + (
        "</w:txbxContent></v:textbox></w:pict></w:r></w:p>"
    )
    body = draft_of(paragraph("Aims", style="1"), box, within, controlled, old)
    assert body.elements[0].body == "Around it\n\nCell inner cell\n\nIn a control."
    assert body.preface.split("\n\n") == ["Within the box", "left", "right", "Old box."]
