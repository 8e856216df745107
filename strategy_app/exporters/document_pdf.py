"""A revision of a strategy as a PDF to read and to print: plain data in, bytes out."""

import functools
import json
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from strategy_app.exporters import renderer

_LONGEST_WORK_SECONDS = 40
# A thousand elements with a page of text in both languages: 360 pages, 700 MB meanwhile.
_MOST_BYTES = 3_000_000


class TooLong(renderer.Failed):
    """A text that is not tried at all."""


@dataclass(frozen=True)
class Text:
    """A text on one line and its language; ``mark`` says that it is not the reader's."""

    text: str
    language: str
    mark: str = ""


@dataclass(frozen=True)
class Prose:
    """A longer text, as ``markdown.blocks`` returns it."""

    blocks: list[dict]
    language: str
    mark: str = ""


@dataclass(frozen=True)
class Part:
    """One of the four parts of a bar: start and share in % of it, the number in words."""

    state: str
    count: str
    start: float
    share: float


@dataclass(frozen=True)
class Mark:
    """A target: its place on the bar in %, and the words for it."""

    place: float
    words: str


@dataclass(frozen=True)
class Coverage:
    """The bar of one element; ``words`` are for those who do not see it."""

    words: str
    parts: list[Part]
    marks: list[Mark]


@dataclass(frozen=True)
class Other:
    """An element's text in the language that is not the reader's."""

    language: str
    title: Text
    body: Prose


@dataclass(frozen=True)
class Section:
    """One element.

    level: its depth, 1 at the top; never more than one deeper than the section before.
    note: what it is. warnings: what a reader must not miss. address: for ever.
    """

    code: str
    level: int
    title: Text
    body: Prose
    note: str
    warnings: list[str]
    address: str
    other: Other | None = None
    coverage: Coverage | None = None


@dataclass(frozen=True)
class Key:
    """What the bars mean: (state, name) of each part, the targets' name if any.

    counted: what the numbers count. completeness: how much is assessed at all.
    """

    states: list[dict[str, str]]
    target: str | None
    counted: str
    completeness: str


@dataclass(frozen=True)
class Document:
    """All that stands on paper.

    languages: the reader's own, and the other where both stand side by side. name: the
    title of the file. lines: what the first page says of the revision. running: the head
    of each page, left and right, of a line or two. foot: what stands below each page.
    notice: "" or a warning. contents_depth: how many levels the table of contents
    names. key: None without coverage.
    """

    languages: list[str]
    name: str
    organisation: Text
    title: Text
    other_title: Text | None
    revision: Text
    lines: list[str]
    permanent: str
    permanent_label: str
    running: list[str]
    foot: str
    notice: str
    contents: str
    contents_depth: int
    key: Key | None
    preface: Prose | None
    sections: list[Section]


@functools.cache
def version() -> bytes:
    """Return what a PDF depends on besides its data: typesetter, layout, how it is set."""
    here = Path(__file__)
    own = [here.with_name(name).read_bytes() for name in ("document.typ", "typeset.py")]
    return metadata.version("typst").encode() + b"".join(own)


def payload(document: Document) -> bytes:
    """Return a document as the typesetter reads it: the same for the same document."""
    return json.dumps(document, default=vars, ensure_ascii=False).encode()


def pdf(data: bytes) -> bytes:
    """Return the PDF of what ``payload`` returned; to be called within ``renderer.turn``.

    Raises renderer.Failed when it cannot be made or takes too long, TooLong where the text
    is too long.
    """
    if len(data) > _MOST_BYTES:
        raise TooLong(f"The text is too long: {len(data):,} bytes.")
    return renderer.run(
        "strategy_app.exporters.typeset", data, seconds=_LONGEST_WORK_SECONDS
    )
