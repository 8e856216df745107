"""What a document was understood to say, before anything is stored."""

from dataclasses import asdict, dataclass, field


@dataclass
class Element:
    """One element that the document proposes.

    ``code`` and ``parent`` (a code, or None at the top) are unique within the draft;
    ``kind`` is the code of a type, or one of ``kinds.Kind``. ``blocks`` are the numbers of
    the source's blocks that its texts came from, ``line`` is where the first of them
    stands. ``marker`` is the document's own number or bullet, ``numbers`` what it counts.
    What begins with ``other_`` is of the document in a second language.
    """

    code: str
    parent: str | None
    kind: str
    title: str
    body: str
    blocks: list[int]
    line: int = 0
    marker: str = ""
    numbers: tuple[int, ...] = ()
    is_alignable: bool = False
    other_title: str = ""
    other_body: str = ""
    other_marker: str = ""
    other_blocks: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Note:
    """What was not, or not surely, understood, where, and in which words.

    ``block`` and ``line`` count from 1 (the line of a text, the paragraph of a DOCX, 0 for
    what stands beside these, as a header does); ``language`` is that of the file. ``text``
    is what no element holds, word for word, or else the beginning of what the note is
    about; ``is_left_out`` says which.
    """

    message: str
    block: int
    line: int
    language: str
    text: str = ""
    is_left_out: bool = False


@dataclass
class Draft:
    """A strategy as its document has it: elements in its order, parents before children.

    ``preface`` is what stands before the first heading. ``other_language`` is "" while
    there is no second file.
    """

    language: str
    title: str = ""
    preface: str = ""
    elements: list[Element] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    other_language: str = ""
    other_title: str = ""
    other_preface: str = ""

    def as_dict(self) -> dict:
        """Return it as plain lists and texts, for JSON; a kind is called ``type`` there."""
        found = asdict(self)
        for element in found["elements"]:
            element["type"] = element.pop("kind")
        return found
