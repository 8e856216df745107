"""Read the first sheet of an XLSX file, and trust nothing in it.

Sizes are looked up in the archive's directory before anything is unpacked and counted
while unpacking; XML with a document type is refused; reading stops at the first row too
many, so a file of a million rows costs no more than one of five thousand.
"""

import zipfile
import zlib
from xml.sax import SAXException

from defusedxml import DefusedXmlException
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from strategy_app.importers.workbook.archive import (
    OLD,
    ZIP,
    beside,
    first_sheet,
    opened,
    parse,
)
from strategy_app.importers.workbook.parts import Sheet, StoredSheet, Strings, Styles
from strategy_app.importers.workbook.refusals import damaged

_EXTENSIONS = (".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".xls", ".ods")
# What reading says where a file is not what it seems.
DAMAGE = (
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


def is_meant(content: bytes, name: str) -> bool:
    """Whether a file is, or says that it is, a workbook."""
    return content.startswith((ZIP, OLD)) or name.lower().endswith(_EXTENSIONS)


def read_workbook(
    content: bytes, name: str, *, most_rows: int, last_row: int, last_column: int
) -> Sheet:
    """Return the first sheet of a workbook that is shown, every cell as text.

    Days become 2026-03-31, a formula its plain result; one without is left as a formula,
    to be refused where it stands. Raises ValidationError for what is no plain XLSX file.
    """
    try:
        archive = opened(content, name)
        sheet = StoredSheet(most_rows, last_row, last_column)
        path = first_sheet(archive)
        parse(archive, path, sheet)
        strings = Strings({int(cell.value) for cell in sheet.shared()})
        if strings.wanted:
            parse(archive, beside(archive, "sharedStrings.xml"), strings)
        styles = Styles()
        if any(cell.style for cell in sheet.cells()):
            parse(archive, beside(archive, "styles.xml"), styles)
        return sheet.as_text(strings.texts, styles.days)
    except DefusedXmlException as error:
        raise ValidationError(
            _("This workbook has a document type in it, which no spreadsheet writes.")
        ) from error
    except DAMAGE as error:
        raise damaged() from error
