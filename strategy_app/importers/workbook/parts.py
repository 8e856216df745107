"""The parts of a workbook as they are stored, read while they stream by."""

import re
from dataclasses import dataclass, field
from xml.sax.handler import ContentHandler

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

from strategy_app.importers.workbook.cells import Cell, text_of
from strategy_app.importers.workbook.refusals import (
    too_far_down,
    too_far_right,
    too_large_unpacked,
    too_many,
)

_MOST_ELEMENTS = 1_000_000
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
# Formats of days that Excel knows by number alone in some languages.
_DAYS_BY_NUMBER = {*range(14, 18), 22, *range(27, 37), *range(50, 59)}


@dataclass
class Sheet:
    """(number, cells) of the rows of a sheet, and its merges by rows and columns."""

    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)


class Enough(Exception):
    """All that was wanted of a part has been read."""


class Part(ContentHandler):
    """A part of a workbook: calls ``begin_x`` and ``end_x`` for each element x."""

    def __init__(self):
        super().__init__()
        self.elements = 0
        self.letters = None

    def startElement(self, name, attrs):  # noqa: N802 -- SAX's own name
        self.elements += 1
        if self.elements > _MOST_ELEMENTS:
            raise too_large_unpacked()
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


class Elements(Part):
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


class Words(Part):
    """Text in runs, without the readings that stand above Japanese words."""

    def __init__(self):
        super().__init__()
        self.is_reading = False
        self.words = []

    def begin_rPh(self, _attrs):  # noqa: N802 -- the element's name
        self.is_reading = True

    def end_rPh(self):  # noqa: N802
        self.is_reading = False

    begin_t = Part.begin_text

    def end_t(self):
        text = self.end_text()
        if not self.is_reading:
            self.words.append(text)


class StoredSheet(Words):
    """The cells of a sheet as they are stored."""

    def __init__(self, most_rows, last_row, last_column):
        super().__init__()
        self.most_rows, self.last_row, self.last_column = most_rows, last_row, last_column
        self.rows, self.merges = {}, []
        self.row = self.column = 0
        self.cell = None

    begin_v = Part.begin_text
    begin_f = Part.begin_text

    def begin_row(self, attrs):
        self.row = int(attrs.get("r", self.row + 1))
        self.column = -1

    def begin_c(self, attrs):
        self.column += 1
        if reference := attrs.get("r"):
            letters, self.row = _place(reference)
            self.column = letters
        self.cell = Cell(attrs.get("t", "n"), int(attrs.get("s", 0)))
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
            raise too_large_unpacked()
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
                cells[column] = text_of(cell, strings, days)
            found.rows.append((number, cells))
        return found


class Strings(Words):
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
            raise Enough

    def end_si(self):
        if self.number in self.wanted:
            self.texts[self.number] = "".join(self.words)


class Styles(Part):
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
        raise Enough

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
