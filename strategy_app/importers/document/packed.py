"""A DOCX or ODT file as it is packed: what pandoc is given of it, what it leaves unread.

Pandoc reads the text of a document, but not what stands beside it (headers, footers, words
in drawings). So that no word is lost, the parts are read once more for their words alone.
"""

import io
import re
import zipfile
from xml.parsers import expat

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from strategy_app.importers import archive
from strategy_app.importers.document.blocks import Piece, Shape

# Stands for the end of a page. XML allows it, and no text has it.
BREAK = "\ufdd0"

_MOST_XML = 32 * 1024 * 1024
_MOST_ELEMENTS, _DEEPEST = 500_000, 150
_MOST_WORDS = 2_000_000
_MAIN = {"docx": "word/document.xml", "odt": "content.xml"}
# The parts that pandoc needs of each, and those with words.
_NEEDED = {
    "docx": re.compile(
        r"\[Content_Types\]\.xml|.*\.rels|word/[^/]+\.xml|word/(?:diagrams/data|charts/chart)\d*\.xml"
    ),
    "odt": re.compile(r"mimetype|META-INF/manifest\.xml|(?:content|styles|meta)\.xml"),
}
_WITH_WORDS = re.compile(
    r"word/(?:(?:document|header|footer|footnotes|endnotes|comments|diagrams/data"
    r"|charts/chart)\d*)\.xml|(?:content|styles)\.xml"
)
_RUBY = re.compile(
    rb"<w:ruby>(?>.{0,2000}?<w:rt>)(?>(.{0,2000}?)</w:rt>)(?>.{0,99}?<w:rubyBase>)"
    rb"(?>(.{0,2000}?)</w:rubyBase>).{0,99}?</w:ruby>",
    re.DOTALL,
)
_MOST_RUBY = 5_000
_TEXT = re.compile(rb"<w:t(?: [^>]*)?>([^<]*)</w:t>")
_REWRITTEN = [
    # Hidden words are left out as struck ones are.
    (re.compile(rb"<w:vanish(?=[ /])"), b"<w:strike"),
    (re.compile(rb'<w:br w:type="page"\s*/>|<w:lastRenderedPageBreak\s*/>'),
     f"<w:t>{BREAK}</w:t>".encode()),
]  # fmt: skip
_NUMBERED_HEADING = re.compile(
    rb'<w:name w:val="(?:heading|Heading) \d"(?:(?!</w:style>).){0,2000}?<w:numPr',
    re.DOTALL,
)
# "12", "- 12 -", "Page 3 of 12", "3/12", "第12頁", or no words at all; but not a year.
_NUMBER = r"\d{1,3}\W*(?:ページ|頁)?"
_ONLY_PAGES = re.compile(
    rf"\W*(?:(?:pages?|第)?\W*{_NUMBER}(?:\W+(?:of\W*)?{_NUMBER})?\W*)?", re.IGNORECASE
)
_MOST_NUMBER = 30
_FEW = 4


class Packed:
    """A file, checked: ``content`` is what pandoc is to read of it."""

    def __init__(self, content: bytes, form: str):
        """Unpack a "docx" or "odt"; raise ValidationError for what is none, or a bomb."""
        try:
            self._unpack(content, form)
        except archive.DAMAGE as error:
            raise damaged() from error

    def _unpack(self, content, form):
        packed = archive.opened(content)
        if _MAIN[form] not in packed.namelist():
            raise damaged()
        names = [name for name in packed.namelist() if _NEEDED[form].fullmatch(name)]
        parts, left = {}, _MOST_XML
        for name in names:
            parts[name] = archive.unpacked(packed, name, left)
            left -= len(parts[name])
        parts = {name: _rewritten(name, part) for name, part in parts.items()}
        words = _Words()
        for name in sorted(parts, key=lambda name: (name != _MAIN[form], name)):
            if _WITH_WORDS.fullmatch(name):
                words.read(parts[name], is_text=form == "odt")
        self.paragraphs = words.paragraphs
        self.loses_numbers = bool(
            _NUMBERED_HEADING.search(parts.get("word/styles.xml", b""))
        )
        self.content = _packed(
            {name: _rewritten(name, part) for name, part in parts.items()}
        )

    def unread(self, heard: list[str]) -> list[Piece]:
        """Return the paragraphs of the file that are not in these words, once each.

        heard: with a line's end before each paragraph.

        The same header may stand there for the first, the even and the odd pages.
        """
        found, all_letters = {}, letters_of(heard)
        whole = {letters_of([line]) for line in "".join(heard).split("\n")}
        for paragraph in self.paragraphs:
            text = paragraph.strip()
            letters = letters_of([text])
            # A few letters are in any text: these have to be a paragraph of it.
            is_heard = letters in (whole if len(letters) < _FEW else all_letters)
            if letters and not is_heard and not _is_number(text):
                found[text] = Piece(Shape.MARGIN, text, 0)
        return list(found.values())


def damaged() -> ValidationError:
    """Return what is said of a file that is not what it seems."""
    return ValidationError(_("This file is not a DOCX or ODT document, or it is damaged."))


def letters_of(texts: list[str]) -> str:
    """Return the letters and digits of texts."""
    return "".join(filter(str.isalnum, "".join(texts)))


def _is_number(text):
    """Whether there is nothing but the number of a page."""
    return len(text) <= _MOST_NUMBER and _ONLY_PAGES.fullmatch(text) is not None


def _rewritten(name, part):
    """Return a part of a DOCX such that pandoc tells of what it otherwise drops."""
    if not name.startswith("word/") or not name.endswith(".xml"):
        return part
    for pattern, by in _REWRITTEN:
        part = pattern.sub(by, part)
    if 0 < part.count(b"<w:ruby>") <= _MOST_RUBY:
        # The reading above a word comes behind it, in brackets.
        part = _RUBY.sub(_as_runs, part)
    return part


def _as_runs(ruby):
    """Return a word and, behind it in brackets and as bold as it is, its reading."""
    bold = b"<w:rPr><w:b/></w:rPr>" if b"<w:b/>" in ruby[2] else b""
    reading = b"".join(_TEXT.findall(ruby[1]))
    text = b"<w:t>%s%s%s</w:t>" % ("（".encode(), reading, "）".encode())
    return b"</w:r>%s<w:r>%s%s</w:r><w:r>" % (ruby[2], bold, text)


def _packed(parts):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as new:
        for name, part in parts.items():
            new.writestr(name, part)
    return written.getvalue()


class _Words:
    """The paragraphs of XML parts, as mere words."""

    def __init__(self):
        self.paragraphs = []
        self.elements = self.size = self.depth = 0
        self.open, self.is_word, self.is_text = [], False, False

    def read(self, part, *, is_text):
        """Take in a part; is_text: whether all its text is words, not only elements t."""
        self.is_text = is_text
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._add
        parser.EntityDeclHandler = self._refuse
        parser.Parse(part, True)

    @staticmethod
    def _refuse(*_declared):
        raise ValueError("entity")

    def _begin(self, name, _attributes):
        self.elements += 1
        self.depth += 1
        if self.elements > _MOST_ELEMENTS or self.depth > _DEEPEST:
            raise archive.too_large_unpacked()
        local = name.rpartition(":")[2]
        if local in ("p", "h"):
            self.open.append([])
        self.is_word = local in ("t", "delText")

    def _end(self, name):
        self.depth -= 1
        self.is_word = False
        if name.rpartition(":")[2] in ("p", "h") and self.open:
            self.paragraphs.append("".join(self.open.pop()))

    def _add(self, text):
        if (self.is_word or self.is_text) and self.open:
            self.size += len(text)
            if self.size > _MOST_WORDS:
                raise archive.too_large_unpacked()
            self.open[-1].append(text)
