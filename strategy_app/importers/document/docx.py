"""Read the text of a DOCX file, and trust nothing in it, as workbooks are read."""

import io
import re
import zipfile

from defusedxml import DefusedXmlException
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from strategy_app.importers.document import words
from strategy_app.importers.document.blocks import Piece, Shape
from strategy_app.importers.document.docx_parts import Body, Numbering, Styles
from strategy_app.importers.document.lines import indent_of
from strategy_app.importers.document.markers import (
    Marker,
    own_number,
    split_label,
    split_marker,
)
from strategy_app.importers.workbook import DAMAGE
from strategy_app.importers.workbook.archive import parse, promises_too_much

_MAIN = "word/document.xml"
_LEVEL_COLUMNS = 4
_NOTES = ("footnote", "endnote", "comment")
# Headers and footers, and the words in pictures that a word processor drew.
_MARGIN = re.compile(r"word/(?:(?:header|footer)|diagrams/data|charts/chart)\d*\.xml")
# "12", "- 12 -", "Page 3 of 12", "3/12", "第12頁", or no words at all; but not a year.
_NUMBER = r"\d{1,3}\W*(?:ページ|頁)?"
_ONLY_PAGES = re.compile(
    rf"\W*(?:(?:pages?|第)?\W*{_NUMBER}(?:\W+(?:of\W*)?{_NUMBER})?\W*)?", re.IGNORECASE
)
_MOST_NUMBER = 30


def pieces_of_docx(content: bytes) -> list[Piece]:
    """Return the pieces of a DOCX file: paragraphs, headings, items, tables as text.

    Footnotes and comments follow the paragraph that refers to them, what stands in the
    margin follows all; numbers of pages alone are left out. Words that were deleted while
    changes were tracked are not text. Raises ValidationError for what is no DOCX.
    """
    try:
        return _pieces(content)
    except DefusedXmlException as error:
        raise ValidationError(
            _("This document has a document type in it, which no word processor writes.")
        ) from error
    except ValidationError as error:
        if getattr(error, "code", None) == "unpacked":
            raise _too_large() from error
        raise
    except DAMAGE as error:
        raise _damaged() from error


def _too_large():
    return ValidationError(_("This document is too large once it is unpacked."))


def _damaged():
    return ValidationError(_("This file is not a DOCX document, or it is damaged."))


def _pieces(content):
    archive = zipfile.ZipFile(io.BytesIO(content))
    files = archive.infolist()
    if promises_too_much(files):
        raise _too_large()
    if any(item.flag_bits & 1 for item in files):
        raise ValidationError(_("This file is encrypted: save it without a password."))
    names = {item.filename for item in files}
    if _MAIN not in names:
        raise _damaged()
    if any(name.endswith("vbaProject.bin") for name in names):
        raise ValidationError(
            _("This document contains macros: save it as DOCX and send it again.")
        )
    styles, numbering, notes = Styles(), Numbering(), {}
    for path, handler in (("word/styles.xml", styles), ("word/numbering.xml", numbering)):
        if path in names:
            parse(archive, path, handler)
    for kind in _NOTES:
        if f"word/{kind}s.xml" in names:
            for paragraph in _paragraphs(archive, f"word/{kind}s.xml"):
                notes.setdefault((kind, paragraph.note), []).append(paragraph)
    making = _Making(styles, numbering, notes)
    pieces = making.pieces(_paragraphs(archive, _MAIN))
    margin = [
        paragraph
        for name in sorted(filter(_MARGIN.fullmatch, names))
        for paragraph in _paragraphs(archive, name)
    ]
    return pieces + making.margin(margin)


def _paragraphs(archive, path):
    body = Body()
    parse(archive, path, body)
    return body.paragraphs


def _is_number(text):
    """Whether there is nothing but the number of a page."""
    return len(text) <= _MOST_NUMBER and _ONLY_PAGES.fullmatch(text) is not None


class _Making:
    """Paragraphs of a DOCX turned into pieces."""

    def __init__(self, styles, numbering, notes):
        self.styles, self.numbering, self.notes = styles, numbering, notes
        self.broken = False

    def pieces(self, paragraphs):
        """Return the pieces of paragraphs, footnotes after what refers to them."""
        found = []
        for line, paragraph in enumerate(paragraphs, start=1):
            self.broken = self.broken or paragraph.follows_page_break
            # The place that a number takes is counted even where nothing is written.
            text = paragraph.text.strip()
            if text:
                found.append(self._piece(paragraph, text, line))
                self.broken = False
            self.broken = self.broken or paragraph.ends_page
            found += self._footnotes(paragraph, line)
        return found

    def _footnotes(self, paragraph, line):
        for kind, number in paragraph.references:
            for note in self.notes.pop((kind, number), ()):
                text = note.text.strip()
                if text and kind == "comment":
                    yield Piece(Shape.COMMENT, text, line)
                elif text:
                    yield Piece(Shape.FOOTNOTE, f"[{number}] {text}", line)

    def margin(self, paragraphs):
        """Return what stands beside the text, once each, and notes that nothing refers to.

        The same header may stand there for the first, the even and the odd pages.
        """
        notes = [paragraph for each in self.notes.values() for paragraph in each]
        texts = dict.fromkeys(paragraph.text.strip() for paragraph in paragraphs + notes)
        return [Piece(Shape.MARGIN, text, 0) for text in texts if not _is_number(text)]

    def _piece(self, paragraph, text, line):
        fields = {"line": line, "follows_page_break": self.broken}
        if paragraph.is_table:
            return Piece(Shape.TABLE, text, **fields)
        style = self.styles.of(paragraph.style)
        level = style.heading if paragraph.outline is None else paragraph.outline + 1
        number, depth = paragraph.numbering, paragraph.depth
        if number is None:
            number, depth = style.numbering, paragraph.depth or style.depth
        sign = self.numbering.sign(number, depth)
        if level is not None:
            return self._heading(text, level, sign, fields)
        if sign is None and style.is_list:
            sign = "•"
        if sign is not None:
            marker, text = own_number(split_marker(f"{sign} ")[0] or Marker(sign), text)
            return Piece(
                Shape.ITEM, text, marker=marker, indent=_LEVEL_COLUMNS * depth, **fields
            )
        marker, rest = split_marker(text)
        if marker is not None:
            return Piece(
                Shape.ITEM, rest.strip(), marker=marker,
                indent=indent_of(paragraph.text, is_bullet=marker.is_bullet), **fields,
            )  # fmt: skip
        label, rest = split_label(text)
        if label and (not rest or words.is_title_line(words.without_bold(rest))):
            return Piece(Shape.HEADING, rest, marker=label, level=6 + label.level, **fields)
        return Piece(Shape.PARAGRAPH, text, **fields)

    @staticmethod
    def _heading(text, level, sign, fields):
        # Headings are bold by themselves.
        text = words.without_bold(text)
        marker, rest = split_label(text)
        if marker is None and sign is not None:
            marker, rest = split_label(sign)[0] or split_marker(f"{sign} ")[0], text
        if marker is None:
            marker, rest = split_marker(text)
        if marker is not None and marker.is_bullet:
            marker, rest = None, text
        return Piece(Shape.HEADING, rest.strip(), level=level, marker=marker, **fields)
