"""Read the first sheet of an XLSX file, and trust nothing in it.

Sizes are looked up in the archive's directory before anything is unpacked and counted
while unpacking; XML with a document type is refused; reading stops at the first row too
many, so a file of a million rows costs no more than one of five thousand.
"""

import datetime
import io
import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from defusedxml import DefusedXmlException
from defusedxml.expatreader import create_parser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

MOST_UNPACKED = 64 * 1024 * 1024
# A sheet packs to a fifth or a tenth, one of all the same rows to a hundredth.
MOST_RATIO, _NOT_A_BOMB = 200, 1024 * 1024
_MOST_FILES = 1_000
_MOST_ELEMENTS = 1_000_000
_CHUNK = 64 * 1024

_ZIP = b"PK\x03\x04"
# The container of old and of encrypted workbooks.
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_EXTENSIONS = (".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".xls", ".ods")
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
# Formats of days that Excel knows by number alone in some languages.
_DAYS_BY_NUMBER = {*range(14, 18), 22, *range(27, 37), *range(50, 59)}
_CELL_ERROR = re.compile(r"#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NULL!|NUM!|SPILL!|CALC!)")
# What reading says where a file is not what it seems.
_DAMAGE = (
    SAXException,
    zipfile.BadZipFile,
    zlib.error,
    ArithmeticError,
    EOFError,
    LookupError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


@dataclass
class Sheet:
    """(number, cells) of the rows of a sheet, and its merges by rows and columns."""

    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)


def is_meant(content: bytes, name: str) -> bool:
    """Whether a file is, or says that it is, a workbook."""
    return content.startswith((_ZIP, _OLD)) or name.lower().endswith(_EXTENSIONS)


def read_workbook(
    content: bytes, name: str, *, most_rows: int, last_row: int, last_column: int
) -> Sheet:
    """Return the first sheet of a workbook that is shown, every cell as text.

    Days become 2026-03-31, a formula its plain result; one without is left as a formula,
    to be refused where it stands. Raises ValidationError for what is no plain XLSX file.
    """
    try:
        archive = _opened(content, name)
        sheet = _Sheet(most_rows, last_row, last_column)
        path = _first_sheet(archive)
        _parse(archive, path, sheet)
        strings = _Strings({int(cell.value) for cell in sheet.shared()})
        if strings.wanted:
            _parse(archive, _beside(archive, "sharedStrings.xml"), strings)
        styles = _Styles()
        if any(cell.style for cell in sheet.cells()):
            _parse(archive, _beside(archive, "styles.xml"), styles)
        return sheet.as_text(strings.texts, styles.days)
    except DefusedXmlException as error:
        raise ValidationError(
            _("This workbook has a document type in it, which no spreadsheet writes.")
        ) from error
    except _DAMAGE as error:
        raise _damaged() from error


def too_many(most: int) -> ValidationError:
    """Return what is said of a table of too many rows."""
    return ValidationError(
        _("A table may have at most %(most)d rows: split it.") % {"most": most}
    )


def too_far_down(number: int) -> ValidationError:
    """Return what is said of a table that begins, or goes on, far below."""
    return ValidationError(
        _("Row %(row)d is too far down: leave out the empty rows above it.")
        % {"row": number}
    )


def too_far_right(number: int) -> ValidationError:
    """Return what is said of a table with far too many columns."""
    return ValidationError(
        _("Row %(row)d has too many columns: leave out what is not part of the table.")
        % {"row": number}
    )


def day_of_serial(number: float) -> datetime.date | None:
    """Return the day that Excel means by a number, None for the one that never was.

    Days are counted from 1900-01-01 = 1, with a 29 February 1900 = 60 that did not exist.
    """
    whole = int(number)
    if whole == 60:
        return None
    return datetime.date(1899, 12, 31 if whole < 60 else 30) + datetime.timedelta(whole)


def _damaged():
    return ValidationError(_("This file is not an XLSX workbook, or it is damaged."))


# --- the archive ---


def _opened(content, name):
    """Return the archive, having seen that its directory promises nothing excessive."""
    if content.startswith(_OLD):
        raise ValidationError(
            _("This is an old or an encrypted workbook: save it as plain XLSX.")
        )
    if not content.startswith(_ZIP):
        raise _damaged()
    archive = zipfile.ZipFile(io.BytesIO(content))
    files = archive.infolist()
    is_bomb = sum(item.file_size for item in files) > MOST_UNPACKED or any(
        item.file_size > _NOT_A_BOMB
        and item.file_size > MOST_RATIO * max(item.compress_size, 1)
        for item in files
    )
    if is_bomb or len(files) > _MOST_FILES:
        raise _too_large_unpacked()
    names = {item.filename for item in files}
    if any(item.flag_bits & 1 for item in files):
        raise ValidationError(_("This file is encrypted: save it without a password."))
    if "[Content_Types].xml" not in names:
        raise _damaged()
    types = b"".join(_unpacked(archive, "[Content_Types].xml"))
    if name.lower().endswith((".xlsm", ".xltm")) or b"macroEnabled" in types or any(
        item.endswith("vbaProject.bin") for item in names
    ):  # fmt: skip
        raise ValidationError(
            _("This workbook contains macros: save it as XLSX and send it again.")
        )
    return archive


def _too_large_unpacked():
    return ValidationError(_("This workbook is too large once it is unpacked."))


def _unpacked(archive, path):
    """Yield a file of the archive piece by piece; its directory may have lied."""
    size = 0
    with archive.open(path) as file:
        while piece := file.read(_CHUNK):
            size += len(piece)
            if size > MOST_UNPACKED:
                raise _too_large_unpacked()
            yield piece


def _parse(archive, path, handler):
    """Give the XML of one file to a handler, which may stop it."""
    parser = create_parser(forbid_dtd=True)
    parser.setContentHandler(handler)
    try:
        for piece in _unpacked(archive, path):
            parser.feed(piece)
    except _Enough:
        return
    parser.close()


def _first_sheet(archive):
    """Return the path of the first sheet that is shown."""
    book = _Elements("sheet", "workbookPr")
    path = _book(archive)
    _parse(archive, path, book)
    if any(attributes.get("date1904") in ("1", "true") for attributes in
           book.found["workbookPr"]):  # fmt: skip
        raise ValidationError(
            _("This workbook counts days from 1904: switch that off in its settings.")
        )
    shown = [
        attributes for attributes in book.found["sheet"]
        if attributes.get("state", "visible") == "visible"
    ]  # fmt: skip
    if not shown:
        raise _damaged()
    return _target(archive, path, lambda item: item["Id"] == shown[0]["id"])


def _book(archive):
    """Return the path of the workbook's own part."""
    return _target(
        archive, "", lambda item: item.get("Type", "").endswith("/officeDocument")
    )


def _beside(archive, name):
    """Return the path of a part that stands beside the workbook's own."""
    return posixpath.join(posixpath.dirname(_book(archive)), name)


def _target(archive, path, is_it):
    """Return where a part of the archive leads."""
    folder, name = posixpath.split(path)
    relations = _Elements("Relationship")
    _parse(archive, posixpath.join(folder, "_rels", f"{name}.rels"), relations)
    for attributes in relations.found["Relationship"]:
        if is_it(attributes) and attributes.get("TargetMode") != "External":
            joined = posixpath.join("/", folder, attributes["Target"])
            return posixpath.normpath(joined).lstrip("/")
    raise _damaged()


# --- the parts ---


class _Enough(Exception):
    """All that was wanted of a part has been read."""


class _Part(ContentHandler):
    """A part of a workbook: calls ``begin_x`` and ``end_x`` for each element x."""

    def __init__(self):
        super().__init__()
        self.elements = 0
        self.letters = None

    def startElement(self, name, attrs):  # noqa: N802 -- SAX's own name
        self.elements += 1
        if self.elements > _MOST_ELEMENTS:
            raise _too_large_unpacked()
        if begin := getattr(self, f"begin_{name.rpartition(':')[2]}", None):
            begin(attrs)

    def endElement(self, name):  # noqa: N802
        if end := getattr(self, f"end_{name.rpartition(':')[2]}", None):
            end()

    def characters(self, content):
        if self.letters is not None:
            self.letters.append(content)

    def begin_text(self, _attrs=None):
        """Keep what follows."""
        self.letters = []

    def end_text(self):
        """Return what was kept."""
        text, self.letters = "".join(self.letters or ()), None
        return text


class _Elements(_Part):
    """The attributes of all elements of some names."""

    def __init__(self, *names):
        super().__init__()
        self.found = {name: [] for name in names}

    def startElement(self, name, attrs):  # noqa: N802
        super().startElement(name, attrs)
        local = name.rpartition(":")[2]
        if local in self.found:
            self.found[local].append(
                {key.rpartition(":")[2]: value for key, value in attrs.items()}
            )


@dataclass(slots=True)
class _Cell:
    kind: str
    style: int
    value: str = ""
    formula: str | None = None


class _Words(_Part):
    """Text in runs, without the readings that stand above Japanese words."""

    def __init__(self):
        super().__init__()
        self.is_reading = False
        self.words = []

    def begin_rPh(self, _attrs):  # noqa: N802 -- the element's name
        self.is_reading = True

    def end_rPh(self):  # noqa: N802
        self.is_reading = False

    begin_t = _Part.begin_text

    def end_t(self):
        text = self.end_text()
        if not self.is_reading:
            self.words.append(text)


class _Sheet(_Words):
    """The cells of a sheet as they are stored."""

    def __init__(self, most_rows, last_row, last_column):
        super().__init__()
        self.most_rows, self.last_row, self.last_column = most_rows, last_row, last_column
        self.rows, self.merges = {}, []
        self.row = self.column = 0
        self.cell = None

    begin_v = _Part.begin_text
    begin_f = _Part.begin_text

    def begin_row(self, attrs):
        self.row = int(attrs.get("r", self.row + 1))
        self.column = -1

    def begin_c(self, attrs):
        self.column += 1
        if reference := attrs.get("r"):
            letters, self.row = _place(reference)
            self.column = letters
        self.cell = _Cell(attrs.get("t", "n"), int(attrs.get("s", 0)))
        self.words = []

    def end_v(self):
        text = self.end_text()
        if self.cell is not None:
            self.cell.value = text

    def end_f(self):
        text = self.end_text()
        if self.cell is not None:
            self.cell.formula = text

    def end_c(self):
        cell, self.cell = self.cell, None
        if cell.kind == "inlineStr":
            cell.value = "".join(self.words)
        if cell.formula is None and not cell.value.strip():
            return
        if self.row not in self.rows:
            # One row more may be the header.
            if len(self.rows) > self.most_rows:
                raise too_many(self.most_rows)
            if self.row > self.last_row:
                raise too_far_down(self.row)
            self.rows[self.row] = {}
        if self.column >= self.last_column:
            raise too_far_right(self.row)
        self.rows[self.row][self.column] = cell

    def begin_mergeCell(self, attrs):  # noqa: N802 -- the element's name
        first, _colon, last = attrs["ref"].partition(":")
        (left, top), (right, bottom) = _place(first), _place(last or first)
        if len(self.merges) > self.last_row:
            raise _too_large_unpacked()
        self.merges.append((top, bottom, left, right))

    def cells(self):
        """Yield every cell."""
        for row in self.rows.values():
            yield from row.values()

    def shared(self):
        """Yield the cells whose text is kept apart, under a number."""
        return (cell for cell in self.cells() if cell.kind == "s" and cell.value)

    def as_text(self, strings, days):
        """Return the sheet with every cell as text."""
        found = Sheet(merges=self.merges)
        for number in sorted(self.rows):
            row = self.rows[number]
            cells = [""] * (max(row) + 1)
            for column, cell in row.items():
                cells[column] = _text(cell, strings, days)
            found.rows.append((number, cells))
        return found


class _Strings(_Words):
    """The texts that cells share, as far as they are wanted."""

    def __init__(self, wanted):
        super().__init__()
        self.wanted = wanted
        self.last = max(wanted, default=-1)
        self.texts = {}
        self.number = -1

    def begin_si(self, _attrs):
        self.number += 1
        self.words = []
        if self.number > self.last:
            raise _Enough

    def end_si(self):
        if self.number in self.wanted:
            self.texts[self.number] = "".join(self.words)


class _Styles(_Part):
    """Which styles, by number, show a number as a day."""

    def __init__(self):
        super().__init__()
        self.days = set()
        self.codes = {}
        self.is_used = False
        self.number = -1

    def begin_numFmt(self, attrs):  # noqa: N802 -- the element's name
        self.codes[attrs["numFmtId"]] = attrs.get("formatCode", "")

    def begin_cellXfs(self, _attrs):  # noqa: N802
        self.is_used = True

    def end_cellXfs(self):  # noqa: N802
        raise _Enough

    def begin_xf(self, attrs):
        if not self.is_used:
            return
        self.number += 1
        known = attrs.get("numFmtId", "0")
        code = self.codes.get(known, BUILTIN_FORMATS.get(int(known), ""))
        # A time of day has h and s; a day has a year, or days.
        is_day = is_date_format(code) and re.search(r"[yd]", code, re.I)
        if is_day or (known not in self.codes and int(known) in _DAYS_BY_NUMBER):
            self.days.add(self.number)


def _place(reference):
    """Return column (from 0) and row (from 1) of "B7"."""
    match = _REFERENCE.fullmatch(reference.replace("$", ""))
    if match is None:
        raise ValueError(reference)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1, int(match[2])


def _text(cell, strings, days):
    """Return what a cell shows, as text; a formula without a plain result as itself."""
    if cell.formula is not None and (
        not cell.value.strip() or cell.kind == "e" or cell.value.lstrip()[0] in "=@"
    ):
        return f"={cell.formula or '…'}"
    if cell.kind == "s":
        return _unescaped(strings[int(cell.value)])
    if cell.kind == "b":
        return "TRUE" if cell.value == "1" else "FALSE"
    if cell.kind == "d":
        return cell.value[:10]
    if cell.kind != "n":
        return _unescaped(cell.value)
    number = float(cell.value)
    if cell.style in days and 1 <= number < 2_958_466:
        day = day_of_serial(number)
        if day is not None:
            return day.isoformat()
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else cell.value


def _unescaped(text):
    """Return a text with the control characters that XML cannot hold otherwise."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def is_cell_error(text: str) -> bool:
    """Whether a cell shows an error of the spreadsheet itself, such as #REF!."""
    return bool(_CELL_ERROR.fullmatch(text.strip()))
