"""Typeset a document as PDF, for a process of its own: JSON comes in, the PDF goes out.

It imports no Django, so that it starts quickly.
"""

import re
import sys
from pathlib import Path

import typst

_HERE = Path(__file__).resolve().parent
_FONTS = _HERE.parent / "static/strategy_app/vendor/fonts"
# Tagged, so that screen readers find headings, contents and languages; a standard that
# also wants each sign to have a shape in a font, which rare ones have not.
_STANDARD = ["ua-1"]
_NO_SHAPE = re.compile(r'the text `"(.+)"` could not be displayed')
# Makes one emoji of several; it would join the number of one to the next.
_JOINER = 0x200D
# Each of them is found by one more attempt.
_MOST_RARE_SIGNS = 10


def typeset(data: str, attempts: int = _MOST_RARE_SIGNS) -> tuple[bytes, list[str]]:
    """Return the PDF of a document and what the typesetter warns of.

    data: JSON as ``document_pdf`` makes it. A sign that no font has is named by its number
    in Unicode. After so many attempts the rest become boxes, as the standard is given up;
    so it is for whatever else it refuses. Raises typst.TypstError.
    """
    compiler = typst.Compiler(
        _HERE / "document.typ",
        root=_HERE,
        font_paths=[_FONTS],
        ignore_system_fonts=True,
        sys_inputs={"data": data},
    )
    try:
        pdf, warnings = compiler.compile_with_warnings(
            pdf_standards=_STANDARD if attempts else []
        )
    except typst.TypstError as error:
        if not attempts:
            raise
        rare = _NO_SHAPE.search(error.message)
        named = _named(data, rare[1]) if rare else data
        return typeset(named, 0 if named == data else attempts - 1)
    return pdf, [warning.message for warning in warnings]


def _named(data, rare):
    """Return the data with signs of Unicode written as their numbers."""
    signs = {_JOINER: ""} | {
        ord(sign): f"[U+{ord(sign):04X}]" for sign in rare if not sign.isascii()
    }
    return data.translate(signs)


if __name__ == "__main__":
    sys.stdout.buffer.write(typeset(sys.stdin.buffer.read().decode())[0])
