"""Tell what a paragraph is by how it begins: an item, a labelled heading, or text."""

from strategy_app.importers.document import words
from strategy_app.importers.document.blocks import Piece, Shape
from strategy_app.importers.document.markers import (
    split_label,
    split_marker,
    split_plain_number,
)

# A heading that only its label shows stands deeper than any that a document marks.
_LABELLED = 6


def heading_of(text: str, *, level: int, line: int, **fields) -> Piece:
    """Return the piece of a heading, its number or label apart."""
    marker, rest = split_label(text)
    if marker is None:
        marker, rest = split_marker(text)
    if marker is not None and marker.is_bullet:
        marker, rest = None, text
    if marker is None:
        marker, rest = split_plain_number(text)
    return Piece(Shape.HEADING, rest.strip(), line, level=level, marker=marker, **fields)


def piece_of(text: str, *, line: int, indent: float = 0, **fields) -> Piece:
    """Return the piece of a paragraph that is whole."""
    marker, rest = split_marker(text)
    if marker is not None:
        return Piece(Shape.ITEM, rest.strip(), line, indent, marker=marker, **fields)
    label, rest = split_label(text)
    if label is not None and may_be_heading(rest):
        return labelled(label, rest, line=line, **fields)
    return Piece(Shape.PARAGRAPH, text, line, indent, **fields)


def may_be_heading(rest: str) -> bool:
    """Whether what follows a label is a title, or nothing at all."""
    return not rest or words.is_title_line(words.without_bold(rest))


def labelled(label, rest: str, *, line: int, **fields) -> Piece:
    """Return the heading that a label makes of a line."""
    level = _LABELLED + label.level
    return Piece(Shape.HEADING, rest.strip(), line, level=level, marker=label, **fields)
