"""Read the first sheet of a workbook, and trust nothing in it.

A library does, in a process of its own with little memory: it lays out every cell between
the first and the last, so that two cells far apart would take all that there is. Sizes are
looked up in the archive's directory before anything is unpacked.
"""

import json
import sys

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from strategy_app.importers import archive, process

_EXTENSIONS = (".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".xls", ".ods")
_SECONDS = 25


def is_meant(content: bytes, name: str) -> bool:
    """Whether a file is, or says that it is, a workbook."""
    signs = (archive.ZIP, archive.OLD)
    return content.startswith(signs) or name.lower().endswith(_EXTENSIONS)


def read_sheet(
    content: bytes, name: str, *, most_rows: int, most_characters: int
) -> tuple[list, list]:
    """Return (number, cells) of the rows of the first sheet that is shown, and its merges.

    XLSX, XLS or ODS, every cell as text: days are 2026-03-31, a formula is its result.
    Errors, and formulas without one, stand there as such in XLSX and are blank in the
    others, merges are not told of ODS. Of more rows or characters than the most there is
    only one more. Raises ValidationError.
    """
    _check(content, name)
    command = [sys.executable, "-m", "strategy_app.importers.sheet_process"]
    try:
        answer = process.run(
            [*command, str(most_rows), str(most_characters)], content, seconds=_SECONDS
        )
        found = json.loads(answer)
    except (process.Failed, ValueError) as error:
        raise archive.too_large_unpacked() from error
    match found.get("refused"):
        case "encrypted":
            raise ValidationError(_("This file is encrypted: save it without a password."))
        case "large":
            raise archive.too_large_unpacked()
        case "damaged":
            raise _damaged()
    return found["rows"], found["merges"]


def _check(content, name):
    if name.lower().endswith((".xlsm", ".xltm")):
        raise archive.macros()
    if content.startswith(archive.ZIP):
        try:
            archive.opened(content)
        except archive.DAMAGE as error:
            raise _damaged() from error
    elif not content.startswith(archive.OLD):
        raise _damaged()


def _damaged():
    return ValidationError(
        _("This file is no workbook (XLSX, XLS, ODS), or it is damaged.")
    )
