"""DOCX: styles, numbering, bold words, page breaks, tables, footnotes."""

from strategy_app.importers import document
from tests.importers.document.documents import codes, docx, paragraph, sample, table

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
        ("AIM-1", "1."), ("AIM-1.1", "(1-1)"), ("AIM-1.2", "(1-2)"), ("AIM-2", "2."),
        ("AIM-2.1", "(2-1)"),
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
        "Rain[3]\n\n[3] Small words.\n\n| Year | Days |\n| 2025 | 120 |"
    )
    assert [note.message for note in draft.notes][1:] == [
        "This is a footnote: kept below what refers to it.",
        "This is a table: kept as text.",
    ]


def test_what_was_deleted_or_is_only_a_reading_is_no_text():
    ruby = (
        "<w:r><w:ruby><w:rt><w:r><w:t>せんりゃく</w:t></w:r></w:rt><w:rubyBase><w:r>"
        "<w:t>戦略</w:t></w:r></w:rubyBase></w:ruby></w:r>"
    )
    deleted = '<w:del w:id="1"><w:r><w:delText>old</w:delText></w:r></w:del>'
    inserted = '<w:ins w:id="2"><w:r><w:t>の見直し</w:t></w:r></w:ins>'
    draft = draft_of(f"<w:p>{ruby}{deleted}{inserted}</w:p>", paragraph("あ"))
    assert draft.title == "戦略の見直し"


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
