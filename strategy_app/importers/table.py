"""Read a table that people paste or upload: text in rows and columns, with sheet rows.

What is clear is understood; what is not is refused with a ValidationError that says what
to do. Nothing here knows what the columns mean.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from strategy_app.importers import sheet
from strategy_app.importers.encoding import reads_as_japanese
from strategy_app.services.ledger import MOST

MOST_BYTES = 10 * 1024 * 1024
# What all cells hold together; a table that is larger is no longer looked through.
MOST_CHARACTERS = 3_000_000
# Below and beyond these nothing is looked for.
LAST_ROW, LAST_COLUMN = 100_000, 50

_DELIMITERS = "\t;,"
# Lines looked at to find out what separates the cells, and the fewest that tell: the four
# columns that every table has.
_LINES_TO_LOOK_AT, _FEWEST = 50, 3


@dataclass(frozen=True)
class Row:
    """One row that is not blank: its number in the sheet, from 1, and its cells."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Merge:
    """Cells that a sheet shows as one; rows and columns from 1 and 0, both ends counted."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


@dataclass(frozen=True)
class Table:
    """The rows of a table that are not blank, and which of its cells are merged."""

    rows: list[Row]
    merges: list[Merge] = field(default_factory=list)


def read_table(content: bytes | str, *, name: str = "") -> Table:
    """Return the table that a text or the bytes of a file hold.

    content: text as it was pasted, or a file: CSV or TSV in UTF-8, UTF-16 or cp932; XLSX,
    XLS or ODS. name: the file's name, to tell what it says it is. Raises ValidationError.
    """
    size = len(content)
    if size > MOST_BYTES:
        raise too_large()
    if isinstance(content, bytes):
        if sheet.is_meant(content, name):
            return _of_workbook(content, name)
        content = _decoded(content)
    return _checked(_of_text(content), [])


def too_large() -> ValidationError:
    """Return what is said of a table of too many bytes."""
    return ValidationError(
        _("This is larger than %(limit)d MB: split the table.")
        % {"limit": MOST_BYTES // 1024 // 1024}
    )


def too_many(most: int) -> ValidationError:
    """Return what is said of a table of too many rows."""
    return ValidationError(
        _("A table may have at most %(most)s rows: split it.")
        % {"most": number_format(most, force_grouping=True)}
    )


def as_text(rows: Iterable[Row]) -> str:
    """Return rows as tab-separated text that reads back as the same rows.

    Blank rows stand in for those left out, so that each row keeps its number.
    """
    written = io.StringIO()
    writer = csv.writer(written, delimiter="\t", lineterminator="\n")
    line = 0
    for row in rows:
        written.write("\n" * (row.number - line - 1))
        writer.writerow(row.cells)
        line = row.number
    return written.getvalue()


def column_name(column: int) -> str:
    """Return what a spreadsheet calls a column, from 0: A, B, … Z, AA."""
    name = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


def _of_workbook(content, name):
    rows, merges = sheet.read_sheet(
        content, name, most_rows=MOST + 1, most_characters=MOST_CHARACTERS
    )
    return _checked(rows, [Merge(*merge) for merge in merges])


def _checked(numbered, merges):
    """Return the table of (number, cells), or say what it has too much or none of."""
    rows, characters = [], 0
    for number, cells in numbered:
        cells = _trimmed(cells)
        if not cells:
            continue
        # A row for the header comes on top of those that can be written.
        if len(rows) > MOST:
            raise too_many(MOST)
        if number > LAST_ROW:
            raise ValidationError(
                _("Row %(row)d is too far down: leave out the empty rows above it.")
                % {"row": number}
            )
        if len(cells) > LAST_COLUMN:
            raise ValidationError(
                _("Row %(row)d has too many columns: leave out what is not part of the"
                  " table.")
                % {"row": number}
            )  # fmt: skip
        characters += sum(map(len, cells))
        if characters > MOST_CHARACTERS:
            raise ValidationError(_("This holds too much text: split the table."))
        _check_characters(number, cells)
        rows.append(Row(number, cells))
    if not rows:
        raise ValidationError(_("There is nothing in this table."))
    return Table(rows, merges)


def _trimmed(cells):
    """Return the cells without blank ones at the end."""
    cells = [cell.replace("\r\n", "\n").replace("\r", "\n") for cell in cells]
    while cells and not cells[-1].strip():
        cells.pop()
    return tuple(cells)


def _check_characters(number, cells):
    """Refuse what no database takes: a zero byte, half a character."""
    for column, cell in enumerate(cells):
        if "\0" in cell or any("\ud800" <= letter <= "\udfff" for letter in cell):
            raise ValidationError(
                _("Row %(row)d, column %(column)s: a character in it is broken.")
                % {"row": number, "column": column_name(column)}
            )


# --- text ---


def _decoded(content):
    """Return the text of a file in one of the encodings that spreadsheets write."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\0" in content:
        raise ValidationError(
            _(
                "This is not a table: send CSV, TSV, XLSX, XLS or ODS. Text in UTF-16 needs"
                " its mark."
            )
        )
    else:
        encodings = ["utf-8-sig", "cp932"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "cp932" or reads_as_japanese(text):
            return text
    raise ValidationError(
        _(
            "The encoding of this file is none of UTF-8, UTF-16 and Shift_JIS (cp932)."
            " Save it as “CSV UTF-8” and send it again."
        )
    )


def _of_text(text):
    """Return (number, cells) of every line; a line break within quotes is the cell's."""
    text = text.removeprefix("\ufeff")
    delimiter = _delimiter(text)
    # What a spreadsheet copies has quotes only around line breaks: others are words.
    ways = [csv.QUOTE_MINIMAL, csv.QUOTE_NONE] if delimiter == "\t" else [csv.QUOTE_MINIMAL]
    for quoting in ways:
        try:
            return _parsed(text, delimiter, quoting)
        except csv.Error:
            continue
    raise ValidationError(
        _("This cannot be read as a table: a quotation mark is not closed.")
    )


def _parsed(text, delimiter, quoting):
    """Return (number, cells) of the lines with something in them, or of one too many."""
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting, strict=True
    )
    found = []
    for number, cells in enumerate(reader, start=1):
        if any(map(str.strip, cells)):
            found.append((number, cells))
            if len(found) > MOST + 1:
                break
    return found


def _delimiter(text):
    """Return what separates the cells: whatever most lines have often enough."""
    lines = text[:200_000].splitlines()[:_LINES_TO_LOOK_AT]
    if any("\t" in line for line in lines):
        return "\t"
    # A sentence may have commas, so a semicolon comes first where both would do.
    return max(";,", key=lambda sign: sum(line.count(sign) >= _FEWEST for line in lines))
