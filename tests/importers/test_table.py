"""Tables as people send them: understood where the meaning is clear, else refused."""

import csv
import datetime
import io
import re
import struct
import time
import zipfile
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from strategy_app.importers.table import MOST, MOST_BYTES, Merge, Row, as_text, read_table
from tests.importers.workbooks import saved, with_parts, with_sheet, workbook

SAMPLES = Path(__file__).parent / "samples"
WORDS = "事業,要素,整合度,判断理由\nＰ－００１,A.1,主要,「髙橋」の㈱"
GOOD = workbook(["P-1", "A", 1, "Because."])
# What a refusal may take, in seconds of this process, whatever else the machine does.
FAST = 2


def cells(content, **options):
    """Return the cells of every row that is read."""
    return [list(row.cells) for row in read_table(content, **options).rows]


def refusal(content, **options):
    """Return in what words a table is refused."""
    with pytest.raises(ValidationError) as refused:
        read_table(content, **options)
    return refused.value.messages[0]


# --- text ---


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932", "utf-16-le", "utf-16-be"]
)
def test_an_encoding_is_told(encoding):
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    assert cells(mark + WORDS.encode(encoding)) == [
        line.split(",") for line in WORDS.split("\n")
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("事業,要素,整合度,判断理由".encode("euc_jp"), "encoding"),
        ("Société,A,1,Où est-ce déjà écrit".encode("latin-1"), "encoding"),
        (WORDS.encode("utf-16-le"), "not a table"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not a table"),
        (b"\xff\xfeA", "encoding"),
        (b"", "nothing"),
        ("", "nothing"),
        (" \n\t\n", "nothing"),
        (b"\xef\xbb\xbf", "nothing"),
    ],
)
def test_what_is_no_table_is_refused(content, words):
    assert words in refusal(content)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\tb\tc\td", [["a", "b", "c", "d"]]),
        ("a,b,c,d", [["a", "b", "c", "d"]]),
        ("a;b;c;d", [["a", "b", "c", "d"]]),
        # A sentence with commas is not three cells.
        ("P;A;1;Well, as, you, say\n" * 2, [["P", "A", "1", "Well, as, you, say"]] * 2),
        ('a\tb\tc\t"two\nlines"\ne', [["a", "b", "c", "two\nlines"], ["e"]]),
        ('a,b,c,"say ""x"", then"', [["a", "b", "c", 'say "x", then']]),
        ("a\tb\tc\t5\" wide", [["a", "b", "c", '5" wide']]),
        # An inch mark at the start of a pasted cell opens nothing.
        ('a\tb\tc\t"half open\ne\tf', [["a", "b", "c", '"half open'], ["e", "f"]]),
        ("a\tb\t\t\n\n\tx\t", [["a", "b"], ["", "x"]]),
        ("a\tb\tc\td\r\ne\r\n", [["a", "b", "c", "d"], ["e"]]),
    ],
)  # fmt: skip
def test_what_separates_the_cells_is_told(text, expected):
    assert cells(text) == expected


def test_a_row_keeps_its_number_in_the_sheet():
    table = read_table('\n\na\tb\tc\td\n\n"e\nf"\tg\n')
    assert [(row.number, row.cells[0]) for row in table.rows] == [(3, "a"), (5, "e\nf")]


def test_a_quotation_mark_that_is_not_closed_is_refused_where_it_could_mean_much():
    assert "quotation mark" in refusal('a,b,c,"half open\ne,f,g,h')


@pytest.mark.parametrize("letter", ["\0", "\ud800"])
def test_characters_that_no_database_takes_are_refused_by_their_place(letter):
    assert refusal(f"a\tb\n\nc\td{letter}").startswith("Row 3, column B:")


# Any text at all, but for what the test above refuses and carriage returns, which are
# line breaks.
_CELL = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=12
)
_ROWS = st.lists(st.lists(_CELL, min_size=2, max_size=6), min_size=1, max_size=8)


def _kept(rows):
    """Return rows as a table keeps them: no blank cells at the end, no blank rows."""
    found = []
    for number, row in enumerate(rows, start=1):
        while row and not row[-1].strip():
            row = row[:-1]
        if row:
            found.append(Row(number, tuple(row)))
    return found


@given(_ROWS)
def test_rows_written_as_text_read_back_as_the_same(rows):
    kept = _kept(rows)
    # Without a tab anywhere it would be no table of several columns.
    if any(len(row.cells) > 1 for row in kept):
        assert read_table(as_text(kept)).rows == kept


@given(_ROWS)
def test_a_csv_file_of_any_texts_reads_back_as_the_same(rows):
    rows = [["Programme", "Element", "Level", "Rationale"], *rows]
    written = io.StringIO(newline="")
    csv.writer(written).writerows(rows)
    # A tab in a cell would be taken for what separates them.
    if "\t" not in written.getvalue():
        for encoding in ("utf-8", "utf-8-sig", "utf-16"):
            assert read_table(written.getvalue().encode(encoding)).rows == _kept(rows)


@settings(max_examples=20, deadline=None)  # each starts a process
@given(st.lists(st.lists(st.text(st.characters(
    exclude_categories=["Cs", "Cc", "Cn", "Co"], exclude_characters="￾￿"), max_size=12,
).filter(lambda text: text[:1] != "=" and not text.isspace()), min_size=2, max_size=5),
    min_size=1, max_size=6))  # fmt: skip
def test_a_workbook_of_any_texts_reads_back_as_the_same(rows):
    kept = _kept(rows)
    if kept:
        assert read_table(workbook(*rows)).rows == kept


# --- workbooks ---


def test_a_workbook_is_read_as_it_is_shown():
    formats = {
        "E1": '[$-411]ggge"年"m"月"d"日"',
        "F1": "yyyy/m/d h:mm",
        "G1": "0.00",
    }

    def change(sheet):
        for place, code in formats.items():
            sheet[place].number_format = code

    day = datetime.date(2026, 3, 31)
    content = workbook(["P-1", 2, 1.5, day, 46112, 46112.77, 46112, True], change=change)
    assert cells(content) == [
        ["P-1", "2", "1.5", "2026-03-31", "2026-03-31", "2026-03-31", "46112", "TRUE"]
    ]


def test_words_in_runs_are_put_together_and_readings_left_out():
    texts = (
        "<sst><si><t>事業</t></si>"
        "<si><t>科学</t><rPh sb='0' eb='2'><t>カガク</t></rPh></si>"
        "<si><r><t xml:space='preserve'>Joint </t></r>"
        "<r><rPr/><t>research_x000D_\nand_x0041_</t></r></si>"
        "</sst>"
    )
    row = '<row><c t="s"><v>1</v></c><c t="s"><v>2</v></c></row>'
    content = with_sheet(GOOD, f"<worksheet><sheetData>{row}</sheetData></worksheet>")
    content = with_parts(content, {"xl/sharedStrings.xml": texts})
    assert cells(content) == [["科学", "Joint research\nandA"]]


def test_only_the_first_sheet_that_is_shown_is_read():
    book = Workbook()
    book.active.append(["hidden"])
    book.active.sheet_state = "hidden"
    book.create_sheet("Shown").append(["P-1", "A"])
    book.create_sheet("Notes").append(["what for"])
    assert cells(saved(book)) == [["P-1", "A"]]


def test_merges_are_told_and_blank_rows_keep_their_number():
    def change(sheet):
        sheet["B4"], sheet["B7"] = "x", "y"
        sheet.merge_cells("A2:A4")
        sheet.merge_cells("C1:D1")

    table = read_table(workbook(["a", "b"], ["P-1", "A"], change=change))
    assert [row.number for row in table.rows] == [1, 2, 4, 7]
    assert sorted(table.merges, key=str) == [Merge(1, 1, 2, 3), Merge(2, 4, 0, 0)]


def test_a_formula_is_its_plain_result_or_stays_a_formula():
    results = [
        ("n", "1+1", "2"),
        ("str", "A2", "P-1"),
        ("str", "B9", ""),
        ("str", "CONCAT(A3)", "=cmd"),
        ("e", "1/0", "#DIV/0!"),
        ("str", "", ""),
    ]
    row = "".join(
        f'<c t="{kind}"><f>{formula}</f><v>{value}</v></c>'
        for kind, formula, value in results
    )
    content = with_sheet(
        GOOD, f"<worksheet><sheetData><row>{row}</row></sheetData></worksheet>"
    )
    assert cells(content) == [["2", "P-1", "=B9", "=cmd", "=1/0", "=…"]]


def test_days_counted_from_1904_are_the_days_that_are_shown():
    book = Workbook()
    book.epoch = datetime.datetime(1904, 1, 1)  # noqa: DTZ001 -- openpyxl compares so
    book.active.append(["P-1", datetime.date(2026, 3, 31)])
    assert cells(saved(book)) == [["P-1", "2026-03-31"]]


def test_an_error_of_the_spreadsheet_is_told_where_it_stands():
    row = '<row r="3"><c r="B3" t="e"><v>#N/A</v></c><c r="C3"><v>2</v></c></row>'
    content = with_sheet(GOOD, f"<worksheet><sheetData>{row}</sheetData></worksheet>")
    assert read_table(content).rows == [Row(3, ("", "#N/A", "2"))]


ODS = (
    "<office:document-content"
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
    "<office:body><office:spreadsheet><table:table table:name='1'>{}</table:table>"
    "</office:spreadsheet></office:body></office:document-content>"
)
KIND = "application/vnd.oasis.opendocument.spreadsheet"
MANIFEST = (
    '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<m:file-entry m:full-path="/" m:media-type="{KIND}"/></m:manifest>'
)


def ods(rows):
    """Return the bytes of an ODS file of one sheet, as LibreOffice writes it."""
    return archive(
        {
            "mimetype": KIND,
            "META-INF/manifest.xml": MANIFEST,
            "content.xml": ODS.format(rows),
        }
    )


def test_a_sheet_of_libreoffice_is_read():
    cell = "<table:table-cell office:value-type='{}' office:{}='{}'>{}</table:table-cell>"
    row = "".join((
        cell.format("string", "x", "", "<text:p>戦略</text:p>"),
        "<table:table-cell table:number-columns-repeated='2'/>",
        cell.format("float", "value", "2", "<text:p>2</text:p>"),
        cell.format("date", "date-value", "2026-03-31", "<text:p>31.03.26</text:p>"),
    ))  # fmt: skip
    rest = "<table:table-row table:number-rows-repeated='1048000'><table:table-cell/>"
    content = ods(
        "<table:table-row table:number-rows-repeated='2'><table:table-cell/>"
        f"</table:table-row><table:table-row>{row}</table:table-row>{rest}</table:table-row>"
    )
    assert read_table(content, name="table.ods").rows == [
        Row(3, ("戦略", "", "", "2", "2026-03-31"))
    ]


def test_an_old_workbook_is_read():
    content = (SAMPLES / "table.xls").read_bytes()
    assert cells(content, name="table.xls") == [
        ["Programme", "Element", "Level", "Rationale", "Evidence date"],
        ["P-001", "A.1", "2", "「髙橋」の㈱", "2026-03-31"],
    ]


# --- hostile files ---


def archive(files):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in files.items():
            new.writestr(name, content)
    return written.getvalue()


DTD = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>'
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
REFUSED = {
    "macros by name": ("table.xlsm", lambda: GOOD, "macros"),
    "macros": ("", lambda: with_parts(GOOD, {"xl/vbaProject.bin": b"x"}), "macros"),
    "old": ("table.xls", lambda: OLD + b"\0" * 99, "no workbook"),
    "no archive": ("table.xlsx", lambda: b"P-1,A,1,x", "no workbook"),
    "rubbish": ("", lambda: b"PK\x03\x04 and no more", "no workbook"),
    "half": ("", lambda: GOOD[: len(GOOD) // 2], "no workbook"),
    "another kind": ("", lambda: archive({"mimetype": "oasis"}), "no workbook"),
    "no parts": ("", lambda: archive({"[Content_Types].xml": "<x/>"}), "no workbook"),
    "half a sheet": ("", lambda: with_sheet(GOOD, "<worksheet><row>"), "no workbook"),
    "empty": ("", lambda: with_sheet(GOOD, "<worksheet/>"), "nothing"),
    "entities": ("", lambda: with_sheet(GOOD, DTD + "<worksheet/>"), "document type"),
    "entities in the book": (
        "", lambda: with_parts(GOOD, {"xl/workbook.xml": DTD + "<x/>"}), "document type"
    ),
    "half a sheet of LibreOffice": ("", lambda: ods("<table:x>")[:-99], "no workbook"),
    "no sheet": ("", lambda: ods("</table:table><table:table>"), "nothing"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content", "words"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_is_no_plain_workbook_is_refused(name, content, words):
    assert words in refusal(content(), name=name)


BLANK = " " * 2**27
TOO_LARGE = {
    "bomb": (lambda: with_sheet(GOOD, f"<worksheet>{BLANK}"), "unpacked"),
    "bomb beside": (lambda: with_parts(GOOD, {"xl/a.png": b"\0" * 2**25}), "unpacked"),
    "many parts": (
        lambda: with_parts(GOOD, {f"x/{n}": "" for n in range(1001)}), "unpacked"
    ),
    "two cells far apart": (
        lambda: workbook(["P-1"], change=lambda sheet: sheet.cell(2**20, 2**14, "x")),
        "unpacked",
    ),
    "no such place": (
        lambda: with_sheet(GOOD, lambda xml: xml.replace("A1", "A999999999")), "unpacked"
    ),
    "one cell repeated": (
        lambda: ods(
            "<table:table-row table:number-rows-repeated='1048576'><table:table-cell"
            " office:value-type='string' table:number-columns-repeated='16384'><text:p>x"
            "</text:p></table:table-cell></table:table-row>"
        ),
        "unpacked|no workbook",
    ),
    "large file": (lambda: b"x" * (MOST_BYTES + 1), "larger"),
    "large text": (lambda: "x" * (MOST_BYTES + 1), "larger"),
    "a million rows": (lambda: b"P-1,A,1,x\n" * 1_000_000, "rows"),
    "as many pasted": (lambda: "P-1\tA\t1\tx\n" * 800_000, "rows"),
    "much text": (lambda: ("P-1\tA\t1\t" + "長い文。" * 250 + "\n") * 4_000, "too much"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "words"), TOO_LARGE.values(), ids=TOO_LARGE)
def test_what_is_too_large_is_refused_fast(content, words):
    content = content()
    begun = time.process_time()
    assert re.search(words, refusal(content))
    assert time.process_time() - begun < FAST


def test_a_sheet_of_very_many_elements_is_refused():
    row = "<row>" + "<c t='e'><v>1</v></c>" * 1000 + "</row>"
    begun = time.perf_counter()
    sheet = f"<worksheet><sheetData>{row * 1001}</sheetData></worksheet>"
    assert re.search("rows|unpacked|columns|nothing", refusal(with_sheet(GOOD, sheet)))
    assert time.perf_counter() - begun < 10


def test_a_workbook_of_a_million_rows_is_refused_fast():
    row = '<row><c t="inlineStr"><is><t>P-{}</t></is></c></row>'
    rows = "".join(row.format(number) for number in range(1_000_000))
    content = with_sheet(GOOD, f"<worksheet><sheetData>{rows}</sheetData></worksheet>")
    begun = time.process_time()
    assert re.search("rows|unpacked", refusal(content))
    assert time.process_time() - begun < FAST


def test_a_directory_that_lies_about_sizes_is_not_believed():
    content = with_sheet(GOOD, f"<worksheet>{BLANK}")
    true = struct.pack("<L", len("<worksheet>") + len(BLANK))
    assert content.count(true) == 2  # beside the part, and in the directory
    begun = time.process_time()
    assert refusal(content.replace(true, struct.pack("<L", 1000)))
    assert time.process_time() - begun < FAST


def test_as_many_rows_as_one_change_may_write_are_read():
    header = ["Programme", "Element", "Level", "Rationale"]
    rows = [["P-1", "A", "1", "x"]] * MOST
    assert (
        len(read_table("\n".join("\t".join(row) for row in [header, *rows])).rows)
        == MOST + 1
    )
    begun = time.process_time()
    assert len(read_table(workbook(header, *rows)).rows) == MOST + 1
    assert time.process_time() - begun < 10


def far_away(place):
    return workbook(["P-1"], change=lambda sheet: sheet.__setitem__(place, "x"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (far_away("A200000"), "Row 200000"),
        (far_away("XFD1"), "Row 1"),
        ("\t" * 60 + "x", "Row 1"),
        ("\n" * 200_000 + "x\ty", "Row 200001"),
    ],
    ids=["down", "right", "right in text", "down in text"],
)
def test_cells_far_away_are_refused_by_their_row(content, words):
    assert words in refusal(content)
