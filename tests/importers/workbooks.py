"""Make workbooks for tests: proper ones, and such as no spreadsheet would write."""

import io
import zipfile

from openpyxl import Workbook


def workbook(*rows, change=None, **options):
    """Return the bytes of a workbook of one sheet; ``change`` may alter the sheet."""
    book = Workbook(**options)
    for row in rows:
        book.active.append(row)
    if change:
        change(book.active)
    return saved(book)


def saved(book):
    """Return the bytes of a workbook."""
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def with_parts(content, parts):
    """Return an archive with some of its parts, by name, replaced or added.

    A part may be given as text, or as a function of the text that was there.
    """
    parts = dict(parts)
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            part = parts.pop(name, old.read(name))
            new.writestr(name, part(old.read(name).decode()) if callable(part) else part)
        for name, part in parts.items():
            new.writestr(name, part)
    return written.getvalue()


def with_sheet(content, part):
    """Return a workbook with another first sheet (see ``with_parts``)."""
    return with_parts(content, {SHEET: part})


SHEET = "xl/worksheets/sheet1.xml"
