"""Files in every encoding, and files that are none of what is read."""

import io
import time
import zipfile

import pytest
from django.core.exceptions import ValidationError

from strategy_app.importers import document
from tests.importers.document.documents import SAMPLES, archive, docx, paragraph

TEXT = "# 戦略\n\n## 目標\n\n・ 新たな価値\n・ 共通の課題\n"


def refusal(content, name=""):
    """Return what is said of a file that is refused."""
    with pytest.raises(ValidationError) as refused:
        document.read(content, name=name)
    return " ".join(refused.value.messages)


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp932"],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(encoding, line_end):
    blocks = document.read(TEXT.replace("\n", line_end).encode(encoding))
    assert blocks == document.read(TEXT.encode())
    assert [(block.shape, block.text) for block in blocks] == [
        ("heading", "戦略"),
        ("heading", "目標"),
        ("item", "新たな価値"),
        ("item", "共通の課題"),
    ]


def test_the_sample_in_cp932_reads_the_same():
    text = (SAMPLES / "strategy_ja.md").read_bytes().decode().replace("－", "-")
    assert document.read(text.encode("cp932")) == document.read(text.encode())


@pytest.mark.parametrize(
    "content",
    [b"", b"\n \n", b"\xef\xbb\xbf", b"---\n\n***\n", docx()],
    ids=["nothing", "blanks", "mark", "rules", "docx"],
)
def test_an_empty_file(content):
    assert refusal(content) == "There is no text in this document."


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"%PDF-1.7\n\x80\x81 /Image", "scan.pdf"), (b"\n%PDF-1.4", ""), (b"x", "A.PDF")],
)
def test_a_pdf_is_refused_with_what_to_do(content, name):
    said = refusal(content, name)
    assert said.startswith("This is a PDF")
    assert "OCR" in said


def test_other_formats():
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert "save it as plain DOCX" in refusal(old, "a.docx")
    assert "save it as plain DOCX" in refusal(b"x", "a.doc")
    assert refusal(b"{\\rtf1 x}").startswith("Save this document as")
    assert "not a DOCX or ODT document" in refusal(b"PK\x03\x04", "a.odt")
    for picture in (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), bytes(9)):
        assert refusal(picture).startswith("This cannot be read as text")
    euc = "本戦略は、研究の指針である。" * 20
    assert refusal(euc.encode("euc-jp")).startswith("This cannot be read as text")


def test_a_docx_that_is_none():
    none = "This file is not a DOCX or ODT document, or it is damaged."
    whole = docx(paragraph("Text"))
    assert refusal(b"just text", "a.docx") == none
    assert refusal(archive({"xl/workbook.xml": "<a/>"}), "a.docx") == none
    assert refusal(whole[: len(whole) // 2], "a.docx") == none
    assert refusal(archive({"word/document.xml": "<w:document><w:p>"})) == none
    assert refusal(archive({"word/document.xml": "no XML"})) == none


def test_a_damaged_byte_anywhere_is_an_answer():
    whole = docx(*(paragraph(f"Text {number}", style="1") for number in range(5)))
    for place in range(0, len(whole), 7):
        broken = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        try:
            document.outline(document.read(broken, name="a.docx"))
        except ValidationError as refused:
            assert refused.messages


def test_a_zip_bomb():
    said = "This file is too large once it is unpacked."
    bomb = archive({"word/document.xml": b"<w:p>" + bytes(80 * 1024 * 1024)})
    assert len(bomb) < 200_000
    assert refusal(bomb, "a.docx") == said
    packed = archive({"word/document.xml": b" " * 3 * 1024 * 1024, "[x].xml": "<a/>"})
    assert refusal(packed) == said
    many = archive({f"word/{number}.xml": "" for number in range(1100)})
    assert refusal(many) == said
    space = 'xmlns:w="w"'
    empty = "".join("<w:p/>" + "<w:r/>" * (number % 7) for number in range(300_000))
    content = archive({"word/document.xml": f"<w:document {space}>{empty}</w:document>"})
    with zipfile.ZipFile(io.BytesIO(content)) as made:
        assert made.infolist()[0].file_size > 5_000_000
    assert refusal(content) == said


def test_entities_are_never_expanded():
    text = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:p>&x;</w:p>'
    assert "document type" in refusal(archive({"word/document.xml": text}))


def test_macros():
    content = docx(paragraph("x"))
    parts = {"word/document.xml": "<a/>", "word/vbaProject.bin": "x"}
    assert "macros" in refusal(archive(parts), "a.docm")
    assert document.read(content, name="a.docx")[0].text == "x"


def test_five_megabytes_of_text_are_answered_at_once():
    began = time.monotonic()
    said = refusal(("The agency funds research. " * 200_000).encode())
    assert said.startswith("This has more than 1,000,000 characters")
    assert refusal(b"x" * (11 * 1024 * 1024)).startswith("This is larger than 10 MB")
    assert refusal(b"- x\n" * 100_000).startswith("This has more than 5,000 paragraphs")
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    "text",
    [
        "(" * 400_000, "**" * 400_000, "- **" + "a" * 900_000, "#" * 900_000,
        "1." * 400_000, "| " * 400_000, " " * 900_000 + "x", "- " * 400_000,
        "「" * 900_000, "** " * 300_000, "十" * 900_000, "*" * 900_000, "a\n" * 450_000,
        "第1" * 400_000, "=" * 900_000, "**a" + " *a" * 300_000, "- x. " + "A. " * 300_000,
        "**x\n" * 200_000, "語\n" * 300_000, ("# " + " " * 4_900 + "x\n") * 200,
        ("- **" + "*a" * 2_000 + "\n") * 200,
    ],
    ids=range(21),
)  # fmt: skip
def test_no_text_takes_long(text):
    began = time.monotonic()
    try:
        document.outline(document.read(text.encode()))
    except ValidationError as refused:
        assert refused.messages
    assert time.monotonic() - began < 10


def test_a_character_that_no_database_takes():
    assert refusal("a\0b".encode("utf-16")).startswith("A character in this document is")
    lone = "- x".encode("utf-16-le") + b"\x00\xd8"
    assert refusal(b"\xff\xfe" + lone).startswith("This cannot be read as text")
