"""Print the first sheet of a workbook as JSON: a program of its own, run by ``sheet.py``.

Its input is the bytes of the file, its arguments how many rows and how many characters
are wanted. It prints rows, as [number, [text of each cell]], and merges, by first row,
last row, first column, last column; or {"refused": why}. It imports no Django: it is
started anew for each file, and may be stopped by its limits.
"""

import datetime
import io
import json
import posixpath
import resource
import signal
import sys
import zipfile
from xml.etree import ElementTree as ET

from python_calamine import CalamineWorkbook, PasswordError, SheetVisibleEnum

_MOST_MEMORY = 192 * 1024 * 1024
_MOST_SECONDS = 20


def main() -> None:
    """Read the file that stands on the standard input."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    signal.alarm(_MOST_SECONDS)
    rows, characters = map(int, sys.argv[1:])
    try:
        found = _sheet(sys.stdin.buffer.read(), rows, characters)
    except PasswordError:
        found = {"refused": "encrypted"}
    except MemoryError:
        found = {"refused": "large"}
    except BaseException:  # a panic of the library is no Exception
        found = {"refused": "damaged"}
    json.dump(found, sys.stdout)


def _sheet(content, most_rows, most_characters):
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    place = next(
        place for place, sheet in enumerate(book.sheets_metadata)
        if sheet.visible == SheetVisibleEnum.Visible
    )  # fmt: skip
    sheet = book.get_sheet_by_index(place)
    left = sheet.start[1] if sheet.start else 0
    rows, characters = {}, 0
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if texts := _trimmed([""] * left + [_text(cell) for cell in cells]):
            rows[number] = texts
            characters += sum(map(len, texts))
        if len(rows) > most_rows or characters > most_characters:
            return {"rows": list(rows.items()), "merges": []}
    if content.startswith(b"PK"):
        for number, column, text in _unread(content, place):
            texts = rows.setdefault(number, [])
            texts += [""] * (column + 1 - len(texts))
            texts[column] = text
    merges = [
        (top + 1, bottom + 1, first, last)
        for (top, first), (bottom, last) in sheet.merged_cell_ranges or ()
    ]
    return {"rows": sorted(rows.items()), "merges": merges}


def _trimmed(texts):
    while texts and not texts[-1].strip():
        texts.pop()
    return texts


def _text(value):
    """Return what a cell shows, as text: a day without its hour."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value) if value.is_integer() and abs(value) < 1e15 else value)
    if isinstance(value, datetime.datetime):
        value = value.date()
    return str(value)


def _unread(content, place):
    """Yield (row, column, text) of what the library gives as blank in an XLSX file.

    That is an error of the spreadsheet, and a formula whose result was not stored: they
    are to be refused where they stand. The parser expands no entities beyond its own
    limits, and this process is limited too.
    """
    archive = zipfile.ZipFile(io.BytesIO(content))
    path = _path(archive, place)
    if path is None:
        return
    row = column = 0
    with archive.open(path) as part:
        for event, cell in ET.iterparse(part, ("start", "end")):  # noqa: S314
            name = cell.tag.rpartition("}")[2]
            if event == "start":
                if name == "row":
                    row, column = int(cell.get("r", row + 1)), -1
                elif name == "c":
                    column = _column(cell.get("r")) if cell.get("r") else column + 1
                continue
            if name == "c" and (text := _unread_text(cell)):
                yield row, column, text
            if name in ("c", "row"):
                cell.clear()


def _unread_text(cell):
    parts = {part.tag.rpartition("}")[2]: part.text or "" for part in cell}
    value = parts.get("v", "").strip()
    if "f" in parts and (not value or cell.get("t") == "e"):
        return f"={parts['f'] or '…'}"
    return value if cell.get("t") == "e" else ""


def _column(reference):
    column = 0
    for letter in reference:
        if letter.isalpha():
            column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1


def _path(archive, place):
    """Return the path of a sheet, None in what is no XLSX file."""
    book = "xl/workbook.xml"
    if book not in archive.namelist():
        return None
    sheets = [
        each for each in ET.fromstring(archive.read(book)).iter()  # noqa: S314
        if each.tag.endswith("}sheet")
    ]  # fmt: skip
    (wanted,) = (value for key, value in sheets[place].items() if key.endswith("}id"))
    for relation in ET.fromstring(archive.read("xl/_rels/workbook.xml.rels")):  # noqa: S314
        if relation.get("Id") == wanted:
            return posixpath.join("/xl", relation.get("Target")).lstrip("/")
    return None


if __name__ == "__main__":
    main()
