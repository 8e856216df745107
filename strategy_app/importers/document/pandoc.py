"""Read a DOCX, ODT or HTML file by pandoc, and make pieces of the tree that it prints.

Pandoc runs in a process of its own, in its sandbox and with a limit of memory and time. It
is given nothing that is too large, or nested too deep, for either.
"""

import json
import re
from dataclasses import replace
from itertools import chain

import pypandoc
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from strategy_app.importers import process
from strategy_app.importers.document import words
from strategy_app.importers.document.blocks import Piece, Shape
from strategy_app.importers.document.markers import Marker, own_number, split_marker
from strategy_app.importers.document.packed import BREAK, Packed
from strategy_app.importers.document.paragraphs import heading_of, piece_of

_SECONDS = 20
_MEMORY = "256M"
_INDENT = 4
# A tree that is deeper, or larger, is none that people have written.
_DEEPEST_HTML, _MOST_TAGS = 100, 50_000
_TAG = re.compile(
    rb"<(/?)(?!p\b|li\b|t[drh]\b|d[td]\b|br\b|hr\b|img\b|meta\b|link\b|input\b)[a-zA-Z]"
)
_RAISED = dict(zip("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ", strict=True)) | {"−": "⁻"}
_LOWERED = dict(zip("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", strict=True))
_STYLE_OF_LIST = re.compile(r"list\s*(?:bullet|number)|箇条書き|段落番号", re.I)
_STYLE_OF_CONTENTS = re.compile(r"(?:toc|contents|目次)\s*[1-9]", re.I)
_SIGNS = {"Period": "{}.", "OneParen": "{})", "TwoParens": "({})"}


def pieces_of_file(content: bytes, form: str) -> list[Piece]:
    """Return the pieces of a file: paragraphs, headings, items, tables as text.

    form: "docx", "odt" or "html". Footnotes and comments follow the paragraph that refers
    to them; words that pandoc does not read, as in headers, come last, but for numbers of
    pages alone. Struck, deleted and hidden words are pieces that will be left out. Raises
    ValidationError for what is no such file.
    """
    packed = None
    if form == "html":
        _check_html(content)
    else:
        packed = Packed(content, form)
        content = packed.content
    tree = _tree(content, form)
    reading = _Reading()
    reading.add_titles(tree["meta"], is_shown=form != "html")
    reading.add_all(tree["blocks"])
    pieces = reading.pieces
    if packed:
        if packed.loses_numbers:
            pieces = _told_of_numbers(pieces)
        pieces = pieces + packed.unread([*reading.heard, *reading.aside])
    return pieces


def _told_of_numbers(pieces):
    """Return the pieces, the first heading without a number telling that it lacks one."""
    for place, piece in enumerate(pieces):
        if piece.shape is Shape.HEADING and piece.level and piece.marker is None:
            pieces = [*pieces]
            pieces[place] = replace(piece, is_unnumbered=True)
            break
    return pieces


def _check_html(content):
    depth = 0
    for tags, tag in enumerate(_TAG.finditer(content)):
        depth = max(depth + (-1 if tag[1] else 1), 0)
        if depth > _DEEPEST_HTML or tags > _MOST_TAGS:
            raise ValidationError(
                _("This document is nested too deep, or has too many parts: send its text.")
            )


def _tree(content, form):
    reader = {"docx": "docx+styles", "html": "html-native_divs-native_spans"}.get(
        form, form
    )
    command = [
        pypandoc.get_pandoc_path(), "--sandbox", "--from", reader, "--to", "json",
        "--track-changes=all", "+RTS", f"-M{_MEMORY}", "-RTS",
    ]  # fmt: skip
    try:
        return json.loads(process.run(command, content, seconds=_SECONDS))
    except (process.Failed, ValueError, RecursionError) as error:
        raise damaged() from error


def damaged() -> ValidationError:
    """Return what is said of a file that is not what it seems."""
    return ValidationError(
        _("This file is not a document (DOCX, ODT, HTML), or it is damaged or too large.")
    )


class _Reading:
    """The pieces of a tree while it is walked through."""

    def __init__(self):
        self.pieces = []
        # All words of the tree, struck ones too, but for notes and comments.
        self.heard, self.aside = [], []
        self.line = 0
        self.notes = 0
        self.beside = []  # what comes after the paragraph at hand
        self.breaks = False  # a page ended behind the last words

    def add_titles(self, meta, *, is_shown):
        """Take in the title of a document, and who wrote it, as its first paragraphs.

        The title of a page is not shown on it.
        """
        if is_shown:
            for name in ("title", "subtitle", "author", "date", "abstract"):
                for inlines in _inlines_of(meta.get(name)):
                    if text := self._text(inlines):
                        self.line += 1
                        level = 0 if name == "title" else None
                        self._add(text, level=level)

    def add_all(self, blocks, depth=0, style=""):
        """Take in blocks, within so many lists, under a style of the word processor."""
        for block in blocks:
            self._add_block(block["t"], block.get("c"), depth, style)

    def _add_block(self, kind, content, depth, style):
        match kind:
            case "Para" | "Plain":
                self._add_paragraph(content, depth, style)
            case "Header":
                self.line += 1
                self._add(self._text(content[2]), level=content[0])
            case "BulletList":
                self._add_list(content, lambda _number: "•", depth)
            case "OrderedList":
                (start, form, end), items = content
                self._add_list(items, lambda number: _sign(number, form, end), depth, start)
            case "Div":
                styles = dict(content[0][2])
                self.add_all(content[1], depth, styles.get("custom-style", style))
            case "BlockQuote":
                self.add_all(content, depth, style)
            case "Figure":
                self.add_all(content[2], depth, style)
            case "LineBlock":
                for line in content:
                    self._add_paragraph(line, depth, style)
            case "DefinitionList":
                for term, texts in content:
                    self._add_paragraph(term, depth, style)
                    self.add_all(chain.from_iterable(texts), depth, style)
            case "CodeBlock":
                self._keep(Shape.CODE, f"```\n{content[1]}\n```")
            case "Table":
                self._add_table(content)

    def _add_list(self, items, sign, depth, start=1):
        for number, blocks in enumerate(items, start=start):
            place = len(self.pieces)
            self.add_all(blocks[:1], depth + 1)
            if place < len(self.pieces):
                self.pieces[place] = self._as_item(self.pieces[place], sign(number), depth)
            self.add_all(blocks[1:], depth + 1)

    @staticmethod
    def _as_item(piece, sign, depth):
        """Return the first piece of an item with its sign, unless it is something else."""
        text = piece.text
        if piece.shape is Shape.ITEM and piece.indent <= _INDENT * (depth + 1):
            text = f"{piece.marker.text} {text}"
        elif piece.shape is not Shape.PARAGRAPH:
            return piece
        marker, text = own_number(split_marker(f"{sign} ")[0] or Marker(sign), text)
        return Piece(
            Shape.ITEM, text, piece.line, marker=marker, indent=_INDENT * depth,
            follows_page_break=piece.follows_page_break,
        )  # fmt: skip

    def _add_paragraph(self, inlines, depth, style):
        self.line += 1
        text = self._text(inlines)
        if _STYLE_OF_CONTENTS.match(style):
            self._keep(Shape.CONTENTS, text, counted=True)
        elif _STYLE_OF_LIST.match(style) and depth == 0:
            self._add(f"• {text}", indent=0)
        else:
            self._add(text, indent=_INDENT * depth)

    def _add(self, text, *, level=None, indent=0):
        """Add a paragraph, or a heading, and what stands beside it."""
        follows = self.breaks or text.startswith(BREAK)
        self.breaks = text.endswith(BREAK)
        text = text.replace(BREAK, " " if text.strip(BREAK).isascii() else "").strip()
        fields = {"line": self.line, "follows_page_break": follows}
        if text and level is not None:
            self.pieces.append(heading_of(words.without_bold(text), level=level, **fields))
        elif text:
            self.pieces.append(piece_of(text, indent=indent, **fields))
        else:
            self.breaks = follows or self.breaks
        beside, self.beside = self.beside, []
        for shape, note in beside:
            self._keep(shape, note, counted=True)

    def _keep(self, shape, text, *, counted=False):
        self.line += not counted
        if not counted:
            self.heard.append(f"\n{text}\n")
        if text.strip():
            self.pieces.append(Piece(shape, text.strip(), self.line))

    def _add_table(self, content):
        self.line += 1
        _attributes, (_short, caption), _columns, (_a, head), bodies, (_b, foot) = content
        rows = [*head, *chain.from_iterable((*body[2], *body[3]) for body in bodies), *foot]
        cells = [[self._cell(cell[4], is_aside=False) for cell in row[1]] for row in rows]
        self.add_all(caption)
        self._keep(Shape.TABLE, table_text(cells), counted=True)
        beside, self.beside = self.beside, []
        for shape, note in beside:
            self._keep(shape, note, counted=True)

    def _cell(self, blocks, *, is_aside=True):
        """Return the words of blocks in one line: those of a note, or of a cell."""
        inner = _Reading()
        inner.notes, inner.line = self.notes, self.line
        inner.add_all(blocks)
        self.notes = inner.notes
        (self.aside if is_aside else self.heard).extend(inner.heard)
        self.aside += inner.aside
        found = []
        for piece in inner.pieces:
            if piece.shape in (Shape.FOOTNOTE, Shape.COMMENT, Shape.STRUCK):
                self.beside.append((piece.shape, piece.text))
            else:
                sign = f"{piece.marker.text} " if piece.marker else ""
                text = piece.text.replace("\n", " ")
                if piece.shape is Shape.TABLE:
                    text = re.sub(r"\s*\|(?:[\s|]|---)*", " ", text).strip()
                found.append(sign + text)
        return " ".join(found)

    # --- words ---

    def _text(self, inlines):
        """Return words as one line, bold ones between **."""
        self.heard.append("\n")
        lines = [line.strip(" ") for line in self._written(inlines).split("\n")]
        text = words.join_all(lines).strip()
        if any(shape is Shape.STRUCK for shape, _text in self.beside):
            text = re.sub(" {2,}", " ", text)
        return text

    def _written(self, inlines):
        return "".join(self._word(each["t"], each.get("c")) for each in inlines)

    def _word(self, kind, content):
        match kind:
            case "Str":
                return self._hear(content)
            case "Space":
                return " "
            case "SoftBreak" | "LineBreak":
                return "\n"
            case "Code" | "Math":
                return self._hear(content[1])
            case "Strong":
                return _bold(self._written(content))
            case "Superscript":
                return _moved(self._written(content), _RAISED)
            case "Subscript":
                return _moved(self._written(content), _LOWERED)
            case "Strikeout":
                self.beside.append((Shape.STRUCK, self._written(content)))
                return ""
            case "Quoted":
                signs = "‘’" if content[0]["t"] == "SingleQuote" else "“”"
                return signs[0] + self._written(content[1]) + signs[1]
            case "Span":
                return self._span(*content)
            case "Link" | "Cite":
                return self._written(content[1])
            case "Emph" | "Underline" | "SmallCaps":
                return self._written(content)
            case "Note":
                return self._footnote(content)
        return ""  # pictures, and markup of the format itself

    def _hear(self, text):
        self.heard.append(text)
        return text

    def _span(self, attributes, content):
        _id, classes, _more = attributes
        if "comment-start" in classes:
            self.beside.append((Shape.COMMENT, self._cell([{"t": "Plain", "c": content}])))
            return ""
        written = self._written(content)
        if "deletion" in classes:
            self.beside.append((Shape.STRUCK, written))
            return ""
        return written

    def _footnote(self, blocks):
        self.notes += 1
        number = self.notes
        text = self._cell(blocks)
        self.beside.append((Shape.FOOTNOTE, f"[{number}] {text}"))
        return f"[{number}]"


def _inlines_of(value):
    """Yield the words of a field about the document, each as one paragraph."""
    if value is None:
        return
    if value["t"] == "MetaInlines":
        yield value["c"]
    elif value["t"] == "MetaList":
        for each in value["c"]:
            yield from _inlines_of(each)
    elif value["t"] == "MetaBlocks":
        yield from (block["c"] for block in value["c"] if block["t"] in ("Para", "Plain"))


def _sign(number, form, end):
    """Return what stands before an item of a numbered list."""
    match form["t"]:
        case "LowerAlpha" if number <= 26:
            sign = chr(ord("a") + number - 1)
        case "UpperAlpha" if number <= 26:
            sign = chr(ord("A") + number - 1)
        case "LowerRoman" if number <= 29:
            sign = words.roman(number)
        case "UpperRoman" if number <= 29:
            sign = words.roman(number).upper()
        case _:
            sign = str(number)
    return _SIGNS.get(end["t"], "{}.").format(sign)


def _bold(text):
    inner = text.strip()
    if not inner or "**" in inner or "\n" in inner:
        return text
    left = text[: len(text) - len(text.lstrip())]
    return f"{left}**{inner}**{text[len(left) + len(inner) :]}"


def _moved(text, signs):
    """Return raised or lowered words as such where there are signs for all of them."""
    return (
        "".join(map(signs.get, text)) if all(letter in signs for letter in text) else text
    )


def table_text(rows: list[list[str]]) -> str:
    """Return rows of cells as a Markdown table, one column as paragraphs."""
    rows = [row for row in rows if any(row)]
    columns = max(map(len, rows), default=0)
    if columns < 2:
        return "\n\n".join(cell for row in rows for cell in row)
    lines = [
        [re.sub(r"(?<!\\)\|", r"\\|", cell) for cell in row] + [""] * (columns - len(row))
        for row in rows
    ]
    lines.insert(1, ["---"] * columns)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
