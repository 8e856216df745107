"""Turn an SVG into a PNG, in a process of its own: the SVG comes in, the PNG goes out.

The typesetter does it; it imports no Django, so that it starts quickly.
"""

import sys
from pathlib import Path

import typst

_FONTS = Path(__file__).resolve().parent.parent / "static/strategy_app/vendor/fonts"
# Two dots for each pixel of the drawing, which is 0.75 points: sharp on paper, in slides.
_DOTS_PER_INCH = 144 * 4 / 3
_PAGE = b"""
#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg")
"""


def picture(svg: str) -> bytes:
    """Return a drawing as PNG, two pixels for each of its own. Raises typst.TypstError."""
    return typst.compile(
        _PAGE,
        font_paths=[_FONTS],
        ignore_system_fonts=True,
        sys_inputs={"svg": svg},
        format="png",
        ppi=_DOTS_PER_INCH,
    )


if __name__ == "__main__":
    sys.stdout.buffer.write(picture(sys.stdin.buffer.read().decode()))
