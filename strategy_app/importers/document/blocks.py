"""What a document is made of before anybody asks what it means."""

from dataclasses import dataclass, replace
from enum import StrEnum

from strategy_app.importers.document.markers import Marker


class Shape(StrEnum):
    """What a block looks like on the page."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    TABLE = "table"
    CODE = "code"
    FOOTNOTE = "footnote"
    COMMENT = "comment"
    MARGIN = "margin"
    PAGE_NUMBER = "page_number"
    CONTENTS = "contents"
    STRUCK = "struck"
    FRONT_MATTER = "front_matter"


# An item of a list stands this many columns further in than the one it belongs to.
STEP = 2
# Less than a step, and more than a space that slipped in.
HALF_STEP = 1.5
# What belongs to the piece before it, wherever that stands.
NOTES = {Shape.FOOTNOTE, Shape.COMMENT, Shape.STRUCK}


@dataclass(frozen=True)
class Piece:
    """A paragraph, heading, item or table as it stands in the file.

    ``indent`` counts columns, a full-width space being two; ``line`` is the line of a text
    or the paragraph of a file, from 1, or 0 in its margin; ``level`` is of a heading, 0 the
    document's title. ``wrapped`` is a number that begins a line within it;
    ``is_unnumbered`` says that the numbers of headings, of which this is the first, could
    not be read.
    """

    shape: Shape
    text: str
    line: int
    indent: float = 0
    level: int = 0
    marker: Marker | None = None
    follows_page_break: bool = False
    wrapped: str = ""
    is_unnumbered: bool = False

    def with_text(self, text: str) -> "Piece":
        """Return the same with another text."""
        return replace(self, text=text)


@dataclass(frozen=True)
class Block:
    """One block with its place in the outline.

    ``number`` counts the blocks from 1. ``level`` of a heading is its depth, 0 the title of
    the document; of an item how many items it stands below; of a paragraph how many items
    it belongs to, 0 for the section's own text. ``marker`` is what stood before the text
    ("-", "(2-1)", "第1章"), ``numbers`` what it counts. ``holds`` says that what follows an
    item is its text, as below a heading. ``cut_by`` says what had cut it in two: "page",
    "blank" or "". ``wrapped`` is a number that begins a line within it.
    """

    shape: Shape
    text: str
    number: int
    line: int
    level: int = 0
    marker: str = ""
    numbers: tuple[int, ...] = ()
    is_bold: bool = False
    holds: bool = False
    cut_by: str = ""
    wrapped: str = ""
    is_unnumbered: bool = False
