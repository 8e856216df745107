"""Read our PDFs in tests: what stands in them, and how it is tagged."""

import io
import re

from pypdf import PdfReader


class Paper:
    """A PDF as its readers find it."""

    def __init__(self, data: bytes):
        assert data.startswith(b"%PDF-")
        self._file = PdfReader(io.BytesIO(data))
        self.root = self._file.trailer["/Root"]
        self.title = self._file.metadata.title
        self.pages = [page.extract_text() for page in self._file.pages]

    @property
    def text(self):
        """All of it, white space folded."""
        return re.sub(r"\s+", " ", " ".join(self.pages))

    @property
    def is_accessible(self):
        """Whether it says of itself that it follows PDF/UA-1, and is tagged."""
        claims = b"<pdfuaid:part>1<" in self.root["/Metadata"].get_data()
        return claims and bool(self.root["/MarkInfo"]["/Marked"])

    @property
    def is_landscape(self):
        """Whether every page lies on its side."""
        sheets = [page.mediabox for page in self._file.pages]
        return all(sheet.width > sheet.height for sheet in sheets)

    @property
    def bookmarks(self):
        """(depth, title) of each bookmark, in order."""
        return list(_flat(self._file.outline, 1))

    @property
    def links(self):
        """Where its links lead outside of it."""
        notes = [note.get_object() for page in self._file.pages
                 for note in page.get("/Annots", [])]  # fmt: skip
        return [note["/A"]["/URI"] for note in notes if "/URI" in note.get("/A", {})]

    def tags(self, *kinds):
        """Return the tags of some kinds, such as /Figure or /H1, as they are read."""
        return [tag for tag in _tags(self.root["/StructTreeRoot"]) if tag["/S"] in kinds]

    @property
    def alternatives(self):
        """What is said in place of each figure."""
        return [tag["/Alt"] for tag in self.tags("/Figure")]


def _flat(outline, depth):
    for item in outline:
        if isinstance(item, list):
            yield from _flat(item, depth + 1)
        else:
            yield depth, item.title


def _tags(tag):
    below = tag.get("/K", [])
    below = below.get_object() if hasattr(below, "get_object") else below
    for item in below if isinstance(below, list) else [below]:
        item = item.get_object()
        if hasattr(item, "get") and "/S" in item:
            yield item
            yield from _tags(item)
