"""What the cells of a workbook show, as text."""

import datetime
import re
from dataclasses import dataclass

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_CELL_ERROR = re.compile(r"#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NULL!|NUM!|SPILL!|CALC!)")


@dataclass(slots=True)
class Cell:
    """A cell as it is stored: kind and style are the attributes t and s of its element."""

    kind: str
    style: int
    value: str = ""
    formula: str | None = None


def day_of_serial(number: float) -> datetime.date | None:
    """Return the day that Excel means by a number, None for the one that never was.

    Days are counted from 1900-01-01 = 1, with a 29 February 1900 = 60 that did not exist.
    """
    whole = int(number)
    if whole == 60:
        return None
    return datetime.date(1899, 12, 31 if whole < 60 else 30) + datetime.timedelta(whole)


def is_cell_error(text: str) -> bool:
    """Whether a cell shows an error of the spreadsheet itself, such as #REF!."""
    return bool(_CELL_ERROR.fullmatch(text.strip()))


def text_of(cell: Cell, strings: dict[int, str], days: set[int]) -> str:
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
