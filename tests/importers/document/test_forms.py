"""ODT and HTML, the forms that texts come in, and hostile files."""

import time

import pypandoc
import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from strategy_app.importers import document, process
from tests.importers.document.documents import archive, codes, docx, draft_of, paragraph

_MIMETYPE = "application/vnd.oasis.opendocument.text"


def odt(text):
    """Return the bytes of an ODT file that says what a text in Markdown does."""
    command = [pypandoc.get_pandoc_path(), "--from", "markdown", "--to", "odt"]
    return process.run([*command, "--output", "-"], text.encode(), seconds=20)


def test_an_odt_is_read():
    content = odt("# Plan\n\n## Aims\n\n- Open **labs**\n- Share data^[As in 2017.]\n")
    draft = document.outline(document.read(content, name="plan.odt"))
    assert document.read(content) == document.read(content, name="plan.odt")
    assert [(each.code, each.title, each.body) for each in draft.elements] == [
        ("STR-1", "Plan", ""), ("SEC-1", "Aims", ""), ("AIM-1", "Open labs", ""),
        ("AIM-2", "Share data[1]", "[1] As in 2017."),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["plan.html", ""])
def test_a_page_is_read_as_the_same_markdown(name):
    page = (
        "<!DOCTYPE html><html><head><title>Site</title><script>x()</script></head><body>"
        "<h1>Plan</h1><h2>Aims</h2><ul><li>Fund <b>all</b></li><li>Share &amp; open</li>"
        "</ul><p>10<sup>3</sup> fellows</p></body></html>"
    )
    draft = document.outline(document.read(page.encode(), name=name))
    assert codes(draft) == {
        "STR-1": "Plan", "SEC-1": "Aims", "AIM-1": "Fund all", "AIM-2": "Share & open",
    }  # fmt: skip
    assert draft.elements[1].body == "10³ fellows"


def left_out(draft):
    return [note.text for note in draft.notes if note.is_left_out]


@pytest.mark.parametrize(
    ("text", "expected", "told"),
    [
        ("---\nauthor: Us\n---\n\n# Plan\n\n## Aims\n\n- Open labs\n",
         {"STR-1": "Plan", "SEC-1": "Aims", "AIM-1": "Open labs"}, ["author: Us"]),
        ("##Aims\n\n- Open labs\n", {"SEC-1": "Aims", "AIM-1": "Open labs"}, []),
        ("> ## 1 Aims\n> 1) Open labs\n> 2) Share\n",
         {"SEC-1": "Aims", "AIM-1": "Open labs", "AIM-2": "Share"}, []),
        ("Table of contents\n\nAims .... 2\n\nReview .... 3\n\n# Aims\n\n- Open labs\n",
         {"SEC-1": "Aims", "AIM-1": "Open labs"},
         ["Table of contents", "Aims .... 2", "Review .... 3"]),
        ("# Plan\n\n## Aims\n\n- T1.1 Fund fellows\n- T1.2 Open labs\n",
         {"STR-1": "Plan", "SEC-1": "Aims", "T1.1": "Fund fellows", "T1.2": "Open labs"},
         []),
        ("# Aims\n\n- **Look out** We look. - **G7** nations agree\n",
         {"SEC-1": "Aims", "AIM-1": "Look out"}, []),
        ("# Aims\n\n- Dr. Sato and Prof. Mori agree. They do.\n",
         {"SEC-1": "Aims", "AIM-1": "Dr. Sato and Prof. Mori agree"}, []),
        ("# Process of the Plan\n\n## Aims\n\n- Open labs\n",
         {"STR-1": "Process of the Plan", "SEC-1": "Aims", "AIM-1": "Open labs"}, []),
        ("The Plan of the Council\n\nOur Aims\n\n- Open labs\n\nThe Way There\n\n"
         "We go. - (1) **Walk:** Far.\n",
         {"STR-1": "The Plan of the Council", "SEC-1": "Our Aims", "AIM-1": "Open labs",
          "SEC-2": "The Way There"}, []),
    ],
    ids=["front matter", "no space", "quoted", "contents", "codes", "bold", "abbreviations",
         "title", "lone titles"],
)  # fmt: skip
def test_texts_as_people_send_them(text, expected, told):
    draft = draft_of(text, language="en")
    assert codes(draft) == expected
    assert left_out(draft) == told


def test_numbers_tell_what_stands_below_what():
    draft = draft_of(
        "# Aims\n\n- (1) **One:** Of it.\n - (1-1) **Part:** Of one.\n\n"
        "(1-2) **Other part:** Of one.\n\n(2) **Two:** Of it.\n",
        language="en",
    )
    titles = {each.code: each.title for each in draft.elements}
    assert [(each.title, titles.get(each.parent)) for each in draft.elements] == [
        ("Aims", None), ("One", "Aims"), ("Part", "One"), ("Other part", "One"),
        ("Two", "Aims"),
    ]  # fmt: skip
    assert [note for note in draft.notes if "twice" in note.message] == []


DEEP = "<w:smartTag>" * 5_000 + "</w:smartTag>" * 5_000
ENTITY = '<!DOCTYPE a [<!ENTITY b "c">]>'
HOSTILE = {
    "deep": lambda: docx(paragraph("x"), DEEP),
    "deep page": lambda: b"<html>" + b"<div>" * 50_000 + b"x",
    "60 MB": lambda: docx(*[paragraph("word " * 1_000)] * 12_000),
    "many elements": lambda: docx("<w:p/>" * 600_000),
    "entities": lambda: archive(
        {"mimetype": _MIMETYPE, "content.xml": f"{ENTITY}<a>&b;</a>"}
    ),
    "half an ODT": lambda: odt("# Plan")[:-300],
    "a sheet as a document": lambda: archive({"xl/workbook.xml": "<a/>"}),
    "NUL bytes": lambda: bytes(9_000),
    "text with one NUL": lambda: b"# Aims\n\n- Open\0 labs\n" * 9,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused_at_once_in_the_users_language(content):
    content = content()
    begun = time.process_time()
    with translation.override("ja"), pytest.raises(ValidationError) as refused:
        document.read(content)
    assert time.process_time() - begun < 2
    assert not refused.value.messages[0].isascii()


def test_nothing_outside_of_a_page_is_read():
    page = (
        b'<html><body><p>Text.</p><img src="http://127.0.0.1:9/x">'
        b'<iframe src="file:///etc/passwd"></iframe>'
    )
    assert [block.text for block in document.read(page)] == ["Text."]
