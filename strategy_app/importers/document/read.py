"""Turn the bytes of a file into blocks, or say why it cannot be."""

import re

from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from strategy_app.importers.archive import OLD, ZIP
from strategy_app.importers.document.arrange import arrange
from strategy_app.importers.document.blocks import Block
from strategy_app.importers.document.lines import pieces_of
from strategy_app.importers.document.pandoc import pieces_of_file
from strategy_app.importers.encoding import reads_as_japanese

MOST_BYTES = 10 * 1024 * 1024
# A strategy of a hundred pages has some 300,000.
MOST_CHARACTERS = 1_000_000
MOST_BLOCKS = 5_000

# What an ODT file begins with, behind the header of its first part.
_ODT = b"mimetypeapplication/vnd.oasis.opendocument.text"[:43]
_PAGE = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html)\b", re.I)
_LETTER = re.compile(r"[^\W_]")
_BROKEN = re.compile("[\0\ud800-\udfff]")
# Signs that no text has; among them the tab, the line's and the page's end are missing.
_CONTROL = re.compile("[\x01-\x08\x0e-\x1f]")


def read(content: bytes, *, name: str = "") -> list[Block]:
    """Return the blocks of a document: Markdown, plain text, DOCX, ODT or HTML.

    content: the bytes of the file, text in UTF-8, UTF-16 or cp932; name: what it is called,
    to tell what it says it is. Raises ValidationError that says what to do.
    """
    if len(content) > MOST_BYTES:
        raise ValidationError(
            _("This is larger than %(limit)d MB: leave out its pictures, or split it.")
            % {"limit": MOST_BYTES // 1024 // 1024}
        )
    _check_format(content, name.lower())
    if packed := _packed(content, name.lower()):
        pieces = pieces_of_file(content, packed)
    else:
        text = _decoded(content)
        _check_size(len(text))
        is_page = name.lower().endswith((".html", ".htm")) or _PAGE.match(text)
        pieces = pieces_of_file(text.encode(), "html") if is_page else pieces_of(text)
    _check_size(sum(len(piece.text) for piece in pieces))
    if len(pieces) > MOST_BLOCKS:
        raise ValidationError(
            _("This has more than %(most)s paragraphs: a strategy is shorter. Send a part.")
            % {"most": number_format(MOST_BLOCKS, force_grouping=True)}
        )
    if not any(_LETTER.search(text) for piece in pieces for text in _texts(piece)):
        raise ValidationError(_("There is no text in this document."))
    if any(_BROKEN.search(piece.text) for piece in pieces):
        raise ValidationError(_("A character in this document is broken."))
    return arrange(pieces)


def _packed(content, name):
    """Return what a file is, or says that it is: "docx", "odt", or None for text."""
    if name.endswith((".odt", ".fodt")) or content[30:73].startswith(_ODT):
        return "odt"
    return "docx" if content.startswith(ZIP) or name.endswith((".docx", ".docm")) else None


def _texts(piece):
    return (piece.text, piece.marker.text) if piece.marker else (piece.text,)


def _check_format(content, name):
    """Refuse what is known to be something else."""
    if content[:1024].lstrip().startswith(b"%PDF") or name.endswith(".pdf"):
        raise ValidationError(
            _(
                "This is a PDF, which keeps no paragraphs, and none of its text when it was"
                " scanned. Send the document that it was made from as DOCX, Markdown or"
                " plain text; a scan must first be turned into text (OCR)."
            )
        )
    if content.startswith(OLD) or name.endswith(".doc"):
        raise ValidationError(
            _("This is an old or an encrypted Word document: save it as plain DOCX.")
        )
    if content.startswith(b"{\\rtf") or name.endswith((".rtf", ".pages")):
        raise ValidationError(
            _("Save this document as DOCX, ODT, HTML, Markdown or plain text.")
        )


def _check_size(characters):
    if characters > MOST_CHARACTERS:
        raise ValidationError(
            _("This has more than %(most)s characters: a strategy is shorter. Send a part.")
            % {"most": number_format(MOST_CHARACTERS, force_grouping=True)}
        )


def _decoded(content):
    """Return the text of a file in one of the encodings that people write."""
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "cp932" and not reads_as_japanese(text):
            continue
        if len(_CONTROL.findall(text)) <= len(text) // 1000:
            return text.removeprefix("\ufeff")
    raise ValidationError(
        _(
            "This cannot be read as text: send DOCX, ODT, or text in UTF-8, UTF-16 or"
            " Shift_JIS (cp932)."
        )
    )


def _encodings(content):
    if content.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return ["utf-32"]
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ["utf-16"]
    if b"\0" in content:
        # Latin letters and line ends tell UTF-16 without its mark, and which way round.
        even, odd = content[::2].count(0), content[1::2].count(0)
        if max(even, odd) > 20 * min(even, odd):
            return ["utf-16-be" if even > odd else "utf-16-le"]
        return []
    return ["utf-8-sig", "cp932"]
