"""Give pieces their place: nested lists, sentences that a page break has cut."""

import re
from dataclasses import dataclass, replace

from strategy_app.importers.document import words
from strategy_app.importers.document.blocks import (
    HALF_STEP,
    NOTES,
    STEP,
    Block,
    Piece,
    Shape,
)
from strategy_app.importers.document.markers import Marker, letters_of_codes, split_code

_DEEPEST = 8
_BOLD_LEVEL = 20
# Headings of this level and deeper only have a label.
_LABELLED = 7
_PAGE = re.compile(r"[0-9０-９]{1,4}\Z")
_NO_RANK = 3
_ASIDE = {
    *NOTES, Shape.PAGE_NUMBER, Shape.MARGIN, Shape.CONTENTS, Shape.FRONT_MATTER,
}  # fmt: skip
_CONTENTS = re.compile(r"(?:table of )?contents|目\s*次", re.I)
_LEADS_TO_PAGE = re.compile(r"(?:[.．・…‥·]\s?){3,}\s*[0-9０-９]{1,4}\Z")
_ENDS_WITH_PAGE = re.compile(r"\S[\s\u3000]+[0-9０-９]{1,4}\Z")


def arrange(pieces: list[Piece]) -> list[Block]:
    """Return the blocks of a document in its order, numbered from 1."""
    pieces = _with_lone_titles(_with_title(_with_contents(_with_codes(pieces))))
    pieces, joined = _joined([_with_shape(piece) for piece in pieces])
    lists = _Lists()
    blocks = []
    neighbours = _neighbours(pieces)
    for place, piece in enumerate(pieces):
        level, holds = lists.place(piece, *neighbours[place])
        marker = piece.marker
        blocks.append(
            Block(
                shape=piece.shape,
                text=piece.text,
                number=place + 1,
                line=piece.line,
                level=level,
                marker=marker.text if marker else "",
                numbers=marker.numbers if marker else (),
                is_bold=words.is_all_bold(piece.text),
                holds=holds,
                cut_by=joined.get(id(piece), ""),
                wrapped=piece.wrapped,
                is_unnumbered=piece.is_unnumbered,
            )
        )
    return blocks


def _neighbours(pieces):
    """Return what stands before and after each piece, but for notes between them."""
    befores, afters = [], []
    for found, ordered in ((befores, pieces), (afters, pieces[::-1])):
        beside = None
        for piece in ordered:
            found.append(beside)
            beside = beside if piece.shape in NOTES else piece
    return list(zip(befores, afters[::-1], strict=True))


def _with_codes(pieces):
    """Return the pieces, the document's own codes being their markers."""
    takes = [
        piece.shape in (Shape.PARAGRAPH, Shape.ITEM, Shape.HEADING)
        and (piece.marker is None or piece.marker.is_bullet)
        for piece in pieces
    ]
    texts = (piece.text for piece, is_free in zip(pieces, takes, strict=True) if is_free)
    letters, found = letters_of_codes(texts), []
    for piece, is_free in zip(pieces, takes, strict=True):
        marker, rest = split_code(piece.text) if is_free else (None, "")
        if marker is not None and marker.label in letters:
            rank = piece.marker.rank if piece.marker else marker.rank
            shape = Shape.ITEM if piece.shape is Shape.PARAGRAPH else piece.shape
            marker = replace(marker, rank=rank)
            piece = replace(piece, shape=shape, marker=marker, text=rest)
        found.append(piece)
    return found


def _with_contents(pieces):
    """Return the pieces, the lines of a table of contents being such.

    They end with the number of a page, after dots or below a title of their own.
    """
    found, is_below = [], False
    for piece in pieces:
        text = words.without_bold(piece.text)
        is_title = piece.marker is None and _CONTENTS.fullmatch(text.strip(" :："))
        ends = _LEADS_TO_PAGE.search(text) or (is_below and _ENDS_WITH_PAGE.search(text))
        is_line = piece.shape is Shape.CONTENTS or (
            piece.shape in (Shape.PARAGRAPH, Shape.ITEM, Shape.HEADING) and ends
        )
        if is_line and found and is_below == 1:
            found[-1] = replace(found[-1], shape=Shape.CONTENTS)
        is_below = 1 if is_title else 2 if is_below and is_line else 0
        if is_line and piece.marker:
            piece = replace(piece, text=f"{piece.marker.text} {piece.text}", marker=None)
        found.append(replace(piece, shape=Shape.CONTENTS) if is_line else piece)
    return found


def _with_title(pieces):
    """Return the pieces, a title that only its place shows being a heading."""
    if len(pieces) < 2 or any(piece.level == 0 for piece in pieces
                              if piece.shape is Shape.HEADING):  # fmt: skip
        return pieces
    first, *others = [piece for piece in pieces if piece.shape not in NOTES]
    if not others:
        return pieces
    second = others[0]
    is_title = (
        first.shape is Shape.PARAGRAPH
        and words.is_title_line(words.without_bold(first.text))
        and not words.run_in(first.text)
        and not words.is_cut(first.text, second.text)
        and not any(piece.shape is Shape.HEADING and piece.level == 1 for piece in pieces)
    )
    if not is_title:
        return pieces
    return [
        replace(piece, shape=Shape.HEADING, level=0) if piece is first else piece
        for piece in pieces
    ]


def _with_lone_titles(pieces):
    """Return the pieces, lines that stand alone like titles being headings.

    Only in a document that marks none.
    """
    if any((piece.shape is Shape.HEADING and 0 < piece.level < _LABELLED)
           or words.is_all_bold(piece.text) for piece in pieces):  # fmt: skip
        return pieces
    found = []
    for place, piece in enumerate(pieces):
        after = pieces[place + 1] if place + 1 < len(pieces) else None
        before = pieces[place - 1] if place else None
        is_title = (
            piece.shape is Shape.PARAGRAPH
            and piece.indent == 0
            and words.is_lone_title(piece.text)
            and after is not None
            and not after.text[:1].islower()
            and not (before and before.text.endswith((",", "、", "，", ":", "：")))
            and not (before and piece.follows_page_break and _goes_on(before, piece))
        )
        found.append(
            replace(piece, shape=Shape.HEADING, level=_BOLD_LEVEL) if is_title else piece
        )
    return found


def _with_shape(piece):
    """Return a paragraph as what its bold words make of it."""
    if piece.shape is not Shape.PARAGRAPH:
        return piece
    if words.is_all_bold(piece.text):
        return replace(piece, shape=Shape.HEADING, level=_BOLD_LEVEL)
    if words.run_in(piece.text):
        return replace(piece, shape=Shape.ITEM)
    return piece


def _joined(pieces):
    """Return the pieces with cut sentences whole again, and {id of these: what cut them}.

    The number of a page, or a note, that stands in between moves behind what was cut.
    """
    found, joined, waiting, is_broken = [], {}, [], False
    pieces = list(pieces)
    for place, piece in enumerate(pieces):
        is_broken = is_broken or piece.follows_page_break
        if piece.shape in NOTES:
            waiting.append(piece)
            continue
        if _is_page_number(pieces, place):
            waiting.append(replace(piece, shape=Shape.PAGE_NUMBER))
            is_broken = True
            continue
        if found and (cut_by := _cut_by(found[-1], piece, is_broken)):
            found[-1] = _whole(found[-1], piece)
            joined[id(found[-1])] = cut_by
        else:
            found += waiting
            waiting = []
            found.append(piece)
        is_broken = False
    return found + waiting, joined


def _is_page_number(pieces, place):
    piece = pieces[place]
    if piece.shape is Shape.PAGE_NUMBER:
        return True
    if piece.shape is not Shape.PARAGRAPH or not _PAGE.match(piece.text):
        return False
    after = pieces[place + 1] if place + 1 < len(pieces) else None
    if piece.follows_page_break or (after and after.follows_page_break):
        return True
    return bool(place and after and _goes_on(pieces[place - 1], after))


def _whole(before, after):
    text = words.join(before.text.rstrip(), after.text.lstrip())
    return replace(before, text=text, wrapped=before.wrapped or after.wrapped)


def _cut_by(before, after, is_broken):
    """Return what parts two pieces of one sentence, "" where they are none."""
    if is_broken:
        return "page" if _goes_on(before, after) else ""
    # What stands further in is meant to be a paragraph of its own.
    is_rest = (
        before.shape is Shape.ITEM
        and after.shape is Shape.PARAGRAPH
        and after.indent < before.indent + STEP
        and words.is_surely_cut(before.text, after.text)
    )
    return "blank" if is_rest else ""


def _goes_on(before, after):
    """Whether a piece is the rest of the sentence of another."""
    return (
        before.shape in (Shape.PARAGRAPH, Shape.ITEM)
        and after.shape is Shape.PARAGRAPH
        and words.is_cut(before.text, after.text)
    )


@dataclass
class _Open:
    """An item that others may stand below."""

    indent: float
    rank: float
    holds: bool
    marker: Marker | None


class _Lists:
    """The items that are open, outermost first."""

    def __init__(self):
        self.open = []

    def place(self, piece, before, after):
        """Return the level of a piece, and whether it holds what follows it."""
        if piece.shape is Shape.HEADING:
            self.open = []
            return piece.level, False
        if piece.shape is Shape.ITEM:
            return self._place_item(piece, before, after)
        if piece.shape not in _ASIDE:
            while self.open and not (
                self.open[-1].holds or piece.indent >= self.open[-1].indent + STEP
            ):
                self.open.pop()
        return len(self.open), False

    def _place_item(self, piece, before, after):
        rank = piece.marker.rank if piece.marker else _NO_RANK
        place = self._place_by_number(piece.marker) if piece.marker else None
        if place is not None:
            del self.open[place:]
        else:
            while self.open and not self._is_below(piece.indent, rank, self.open[-1]):
                self.open.pop()
        del self.open[_DEEPEST:]
        level = len(self.open)
        holds = _holds(piece, before, after)
        self.open.append(_Open(piece.indent, rank, holds, piece.marker))
        return level, holds

    def _place_by_number(self, marker):
        """Return how many open items one stands below whose number tells: (2-1) below (2).

        (3) stands beside (2), however these are indented. None where numbers tell nothing.
        """
        if not marker.style:
            return None
        *outer, last = marker.numbers
        for place, other in reversed([*enumerate(self.open)]):
            if other.marker is None or not other.marker.style:
                continue
            if outer and other.marker.numbers == (*outer,):
                return place + 1
            is_next = other.marker.numbers == (*outer, last - 1)
            if is_next and other.marker.style == marker.style:
                return place
        return None

    @staticmethod
    def _is_below(indent, rank, other):
        step = HALF_STEP if rank == other.rank else STEP
        if abs(indent - other.indent) >= step:
            return indent > other.indent
        return rank > other.rank


def _holds(piece, before, after):
    """Whether an item is like a heading: what follows, though not indented, is its own."""
    if piece.marker is None:
        return True
    if piece.marker.is_bullet:
        return False
    if words.run_in(piece.text, is_item=True) or words.is_all_bold(piece.text):
        return True
    if not words.is_title_line(piece.text):
        return False
    follows_its_like = (
        before is not None
        and before.shape is Shape.ITEM
        and before.marker is not None
        and before.marker.rank == piece.marker.rank
    )
    if follows_its_like or after is None:
        return False
    if after.shape is Shape.ITEM:
        is_deeper = after.marker is None or after.marker.rank > piece.marker.rank
        return is_deeper and after.indent < piece.indent + STEP
    return after.shape is not Shape.HEADING and after.indent >= piece.indent
