"""Cut a text, Markdown or plain, into pieces: what its lines form together."""

import re
from collections import defaultdict
from dataclasses import replace

from strategy_app.importers.document import words
from strategy_app.importers.document.blocks import HALF_STEP, Piece, Shape
from strategy_app.importers.document.markers import (
    letters_of_codes,
    own_number,
    plain_number,
    split_code,
    split_label,
    split_marker,
    split_plain_number,
)
from strategy_app.importers.document.paragraphs import heading_of, labelled, may_be_heading

_LINE_END = re.compile("\r\n|[\r\n\x0b\x85\u2028\u2029]")
_HEADING = re.compile(
    r"(#{1,6})(?:[ \t\u3000]+|(?<=##)(?=[^#\s]))(.*?)(?:[ \t]+#+)?[ \t]*\Z"
)
_QUOTED = re.compile(r"(?:[ ]{0,3}>[ ]?)+")
# What some programs keep above a text: lines of "name: value".
_DATA = re.compile(r"[A-Za-z][\w-]{0,40}[ ]?:(?:\s|\Z)")
_MOST_DATA = 100
_FULL_HEADING = re.compile(r"(＃{1,6})[ \u3000]*(.+)\Z")
_UNDERLINE = re.compile(r"(=+|-{2,})[ \t]*\Z")
_RULE = re.compile(r"[ \t]*(?:[-*_][ \t]*){3,}\Z")
_FENCE = re.compile(r"[ \t]*(```+|~~~+)[^`]*\Z")
_TABLE = re.compile(r"[ \t]*\|.*\|[ \t]*\Z")
_PAGE = re.compile(
    r"[-–—―－−‐]\s*[0-9０-９]{1,4}\s*[-–—―－−‐]\Z|[Pp]age\s+\d{1,4}(?:\s*(?:of|/)\s*\d+)?\Z"
)
_REFERENCE = re.compile(r"\[\^[^\]\s]{1,40}\]")
_FOOTNOTE = re.compile(rf"({_REFERENCE.pattern}):[ \t]*(.*)\Z")
_GROWING = (Shape.PARAGRAPH, Shape.ITEM, Shape.FOOTNOTE)
_MOST_LINE = 5_000


def pieces_of(text: str) -> list[Piece]:
    """Return the pieces of a text; a form feed among its lines is a page break."""
    lines = _LINE_END.split(text)
    reading = _Reading(
        counts_plainly={1, 2} <= {plain_number(line) for line in lines},
        letters=letters_of_codes(line.strip() for line in lines),
    )
    if size := _front_matter(lines):
        data = "\n".join(lines[1 : size - 1])
        reading.pieces.append(Piece(Shape.FRONT_MATTER, data, 2))
        lines[:size] = [""] * size
    for number, line in enumerate(lines, start=1):
        parts = line.split("\f")
        for place, part in enumerate(parts):
            if place:
                reading.break_page()
            # What stands alone on either side of a break is no blank line.
            if part or len(parts) == 1:
                reading.add(part, number)
    reading.flush()
    return _with_footnotes(reading.pieces)


def _front_matter(lines):
    """Return how many lines above a text are data about it, with those around them."""
    if lines[0].rstrip() != "---" or len(lines) < 3 or not _DATA.match(lines[1]):
        return 0
    ends = (place for place, line in enumerate(lines[:_MOST_DATA])
            if place and line.rstrip() in ("---", "..."))  # fmt: skip
    return next(ends, -1) + 1


def _with_footnotes(pieces):
    """Return the pieces, each footnote right after the first that refers to it."""
    hosts, after = {}, defaultdict(list)
    for piece in reversed(pieces):
        if piece.shape is not Shape.FOOTNOTE:
            hosts |= dict.fromkeys(_REFERENCE.findall(piece.text), piece)
    for piece in pieces:
        host = piece.shape is Shape.FOOTNOTE and hosts.get(piece.text.partition(" ")[0])
        if host:
            after[id(host)].append(piece)
    moved = {id(note) for notes in after.values() for note in notes}
    return [
        each for piece in pieces if id(piece) not in moved
        for each in (piece, *after[id(piece)])
    ]  # fmt: skip


def indent_of(line: str, *, is_bullet: bool = False) -> float:
    """Return the columns before a line's first letter, a full-width space being two."""
    blank = line[: len(line) - len(line.lstrip())]
    # Japanese paragraphs begin with one full-width space: that is no indentation, but
    # tells a bullet from another one that is written alike.
    if blank == "\u3000":
        return HALF_STEP if is_bullet else 0
    return sum({"\t": 4, "\u3000": 2}.get(sign, 1) for sign in blank)


class _Reading:
    """The pieces so far, and the one that is growing."""

    def __init__(self, *, counts_plainly, letters):
        self.pieces = []
        self.counts_plainly, self.letters = counts_plainly, letters
        self.open, self.more = None, []
        self.fence = ""
        self.after_break = False
        self.after_blank = True
        self.counted = []  # the markers of items below the last heading

    def flush(self):
        """End the piece that is growing."""
        if self.open is not None:
            self.pieces.append(self._whole())
        self.open, self.more = None, []

    def _whole(self):
        """Return the piece that is growing with all of its lines."""
        lines = [self.open.text, *self.more]
        is_raw = self.open.shape in (Shape.CODE, Shape.TABLE)
        return self.open.with_text("\n".join(lines) if is_raw else words.join_all(lines))

    def _last_line(self):
        return self.more[-1] if self.more else self.open.text

    def break_page(self):
        """Note that a new page begins; within code it means nothing."""
        if self.fence:
            return
        self.flush()
        self.after_break = self.after_blank = True

    def begin(self, shape, text, line, **fields):
        """Begin a piece after whatever was growing."""
        self.flush()
        self.open = Piece(shape, text, line, follows_page_break=self.after_break, **fields)
        self.after_break = False

    def add(self, line, number):
        """Take in the next line."""
        fence = _FENCE.match(line)
        if self.fence:
            self._append_raw(line)
            if fence and line.strip() == fence[1] and fence[1].startswith(self.fence):
                self.fence = ""
                self.flush()
            return
        if len(line) <= _MOST_LINE:
            line = _QUOTED.sub("", line, count=1) if _QUOTED.match(line) else line
        stripped = line.strip()
        if not stripped:
            self.flush()
            self.after_blank = True
        elif len(line) > _MOST_LINE:
            # Whatever it begins with, nobody means more than text by so much.
            self.begin(Shape.PARAGRAPH, stripped, number)
            self.flush()
        elif fence:
            self.fence = fence[1]
            self.begin(Shape.CODE, line, number)
        elif _PAGE.match(stripped):
            self.begin(Shape.PAGE_NUMBER, stripped, number)
            self.flush()
        elif _TABLE.match(line):
            self._add_table(stripped, number)
        elif not self._underlines(stripped) and not _RULE.match(line):
            self._add_text(line, stripped, number)
        elif _RULE.match(line):
            self.flush()
        self.after_blank = not stripped

    def _append_raw(self, line):
        self.more.append(line)

    def _add_table(self, stripped, number):
        if self.open is not None and self.open.shape is Shape.TABLE:
            self._append_raw(stripped)
        else:
            self.begin(Shape.TABLE, stripped, number)

    def _underlines(self, stripped):
        """Make the line above a heading when this one underlines it."""
        match = _UNDERLINE.match(stripped)
        above = self.open
        if match is None or above is None or above.shape is not Shape.PARAGRAPH:
            return False
        above = self._whole()
        self.open, self.more = None, []
        self.after_break = above.follows_page_break
        self._begin_heading(above.text, above.line, 1 if match[1][0] == "=" else 2)
        return True

    def _begin_heading(self, text, number, level):
        self._begin_piece(heading_of(text, level=level, line=number))

    def _begin_piece(self, piece):
        """Take in a heading, which is whole."""
        self.flush()
        self.pieces.append(replace(piece, follows_page_break=self.after_break))
        self.after_break, self.counted = False, []

    def _add_text(self, line, stripped, number):
        if footnote := _FOOTNOTE.match(stripped):
            # Without the colon, which makes a link of it where it is shown.
            self.begin(Shape.FOOTNOTE, f"{footnote[1]} {footnote[2]}".strip(), number)
            return
        heading = _HEADING.match(line) or _FULL_HEADING.match(line)
        if heading and heading[2].strip():
            self._begin_heading(heading[2].strip(), number, len(heading[1]))
            return
        marker, rest = split_marker(stripped)
        if marker is None and self.counts_plainly:
            marker, rest = split_plain_number(stripped)
            marker = marker and self._counts_on(marker) and marker
        if marker is not None and self._may_begin_item(marker):
            self._begin_item(*own_number(marker, rest), line, number)
        elif (code := split_code(stripped)[0]) and code.label in self.letters:
            self.begin(Shape.PARAGRAPH, stripped, number, indent=indent_of(line))
        elif self._is_labelled_heading(stripped):
            self._begin_piece(labelled(*split_label(stripped), line=number))
        elif self._continues(line):
            self.more.append(stripped)
            if marker is not None:
                self.open = replace(self.open, wrapped=self.open.wrapped or marker.text)
        else:
            self.begin(Shape.PARAGRAPH, stripped, number, indent=indent_of(line))

    def _begin_item(self, marker, rest, line, number):
        indent = indent_of(line, is_bullet=marker.is_bullet)
        self.begin(Shape.ITEM, rest.strip(), number, indent=indent, marker=marker)
        self.counted.append(marker)

    def _is_labelled_heading(self, stripped):
        label, rest = split_label(stripped)
        if label is None:
            return False
        # An English line may be wrapped before such words.
        starts = (
            self.open is None
            or words.ends_sentence(self._last_line())
            or (self.open.shape is Shape.ITEM and not label.label.isascii())
        )
        return starts and may_be_heading(rest)

    def _may_begin_item(self, marker):
        """Whether a number or bullet begins an item: a wrapped line may have one too."""
        above = self.open
        if above is None or above.shape is not Shape.PARAGRAPH:
            return True
        if marker.is_bullet or words.ends_sentence(self._last_line()):
            return True
        if any(marker.follows(other) for other in self.counted):
            return True
        return set(marker.numbers) == {1} or len(marker.numbers) > 1

    def _counts_on(self, marker):
        return marker.numbers == (1,) or any(map(marker.follows, self.counted))

    def _continues(self, line):
        """Whether a line without a sign of its own goes on with what is above it."""
        above = self.open
        if above is None or above.shape not in _GROWING:
            return False
        begins_paragraph = line.startswith("\u3000") and not line.startswith("\u3000\u3000")
        if not begins_paragraph:
            return True
        if above.shape is not Shape.ITEM:
            return not words.ends_sentence(self._last_line())
        is_title = (
            not above.marker.is_bullet and not self.more and words.is_title_line(above.text)
        )
        return not is_title
