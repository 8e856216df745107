"""The empty table that people fill in: as CSV and as XLSX."""

import csv
import io

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.datavalidation import DataValidation

from strategy_app.models import Level
from strategy_app.services.ledger import MOST

_WIDTHS = {
    "programme": 16, "element": 12, "level": 10, "rationale": 60, "title": 30, "url": 36,
}  # fmt: skip
_DAYS = ("dated_on", "valid_from", "valid_until")


def as_csv(header: dict[str, str]) -> bytes:
    """Return the header, by column, as CSV; with the mark by which Excel knows UTF-8."""
    written = io.StringIO(newline="")
    csv.writer(written).writerow(header.values())
    return written.getvalue().encode("utf-8-sig")


def as_xlsx(header: dict[str, str]) -> bytes:
    """Return the header as a workbook whose columns are formatted for what goes in them.

    A second sheet, which is not read back, says how to fill in the first.
    """
    book = Workbook()
    sheet = book.active
    sheet.title = _("Alignments")
    sheet.append(list(header.values()))
    sheet.freeze_panes = "A2"
    for cell, key in zip(sheet[1], header, strict=True):
        cell.font = Font(bold=True)
        column = sheet.column_dimensions[cell.column_letter]
        column.width = _WIDTHS.get(key, 14)
        # As text, or a spreadsheet makes a number of the code 1.10.
        column.number_format = "yyyy-mm-dd" if key in _DAYS else "@"
        if key == "level":
            column.number_format = "General"
            levels = DataValidation(
                type="list", formula1=f'"{",".join(map(str, Level.values))}"'
            )
            sheet.add_data_validation(levels)
            levels.add(f"{cell.column_letter}2:{cell.column_letter}{MOST + 1}")
    _add_notes(book)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def notes() -> list[str]:
    """Return how a table is filled in, a sentence each."""
    return [
        _("One row for each programme and element, named by their codes."),
        _("Level: 2 principal, 1 significant, 0 not targeted; or its name."),
        _("Every level needs a rationale; level 2 also a source with its date."),
        _("Sources are added to those recorded already; none is dropped."),
    ]


def _add_notes(book):
    sheet = book.create_sheet(_("How to fill it in"))
    sheet.column_dimensions["A"].width = 100 if get_language() != "ja" else 80
    for line in notes():
        sheet.append([line])
        sheet.cell(sheet.max_row, 1).alignment = Alignment(wrap_text=True)
