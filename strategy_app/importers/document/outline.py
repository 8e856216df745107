"""Make a draft of blocks: which of them are elements, of what kind, below which."""

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from strategy_app.forms.draft import literal
from strategy_app.importers.document import kinds, words
from strategy_app.importers.document.blocks import Block, Shape
from strategy_app.importers.document.codes import give_codes
from strategy_app.importers.document.draft import Draft, Element, Note
from strategy_app.importers.document.kinds import Kind
from strategy_app.importers.document.markers import split_label
from strategy_app.importers.document.nodes import Node
from strategy_app.models import ElementType

_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_LETTER = re.compile(r"[^\W\d_]")
_MARKUP = re.compile(
    r"<\s*(?:script|iframe|style|img|a|div|span|object|svg|p|br)\b"
    r"|\]\(\s*<?\s*(?:javascript|vbscript|data):",
    re.I,
)
_EXCERPT = 80
_AS_TEXT = {
    Shape.TABLE: lambda: _("This is a table: kept as text."),
    Shape.CODE: lambda: _("This is marked as code: kept as text."),
    Shape.FOOTNOTE: lambda: _(
        "This is a footnote: kept below what refers to it, or else where it stands."
    ),
    Shape.COMMENT: lambda: _("This is a comment: kept below what it is about."),
    Shape.MARGIN: lambda: _(
        "This stands beside the text, as a header or a text box does: kept in the preface."
    ),
}
_LEFT_OUT = {
    Shape.PAGE_NUMBER: lambda: _("This was taken for the number of a page."),
    Shape.CONTENTS: lambda: _("This is a line of the table of contents: left out."),
    Shape.STRUCK: lambda: _("This is struck out, deleted or hidden: left out."),
    Shape.FRONT_MATTER: lambda: _("This stands above the document as its data: left out."),
}
# How much of what stands above a list is looked at to tell what it lists.
_INTRODUCTION = 300


def outline(
    blocks: list[Block], *, language: str | None = None, types: Iterable[ElementType] = ()
) -> Draft:
    """Return the draft that the blocks of a document propose.

    language: "en" or "ja"; what the letters tell when it is None. types: those that the
    strategy has already, whose names are looked for before any others.
    """
    draft, known = Draft(language=language or language_of(blocks)), kinds.Types(types)
    making = _Making(draft, _title_of(blocks, known), known)
    for block in blocks:
        making.add(block)
    making.finish()
    return draft


def language_of(blocks: list[Block]) -> str:
    """Return "ja" when every fifth letter or more is Japanese, else "en"."""
    text = "".join(block.text for block in blocks)
    letters = len(_LETTER.findall(text))
    return "ja" if letters and len(_JAPANESE.findall(text)) * 5 >= letters else "en"


def _title_of(blocks, types):
    """Return the heading that names the document: first, alone on its level, no section."""
    headings = [block for block in blocks if block.shape is Shape.HEADING]
    if not headings:
        return None
    first, others = headings[0], headings[1:]
    is_title = (
        first.level <= 1
        and not first.numbers
        and (
            first.level == 0
            or types.of_section(first.text) is None
            # Above sections of their own it decides nothing.
            or any(types.of_section(other.text) for other in others)
        )
        and all(other.level > first.level for other in others)
    )
    return first if is_title else None


class _Making:
    """A draft while its blocks come in."""

    def __init__(self, draft, title, types):
        self.draft, self.title, self.types = draft, title, types
        self.roots = []
        self.sections = []  # (level of the heading, node), outermost first
        self.items = []
        self.preface = []
        self.said = []

    def add(self, block):
        """Take in the next block."""
        if block.cut_by == "page":
            self._say(block, _("A page break had cut this sentence: it was joined."))
        elif block.cut_by:
            self._say(block, _("A new paragraph had cut this sentence: it was joined."))
        if block.wrapped:
            message = _("The line that begins with %(marker)s was taken for text.")
            self._say(block, message % {"marker": block.wrapped})
        if block.is_unnumbered:
            self._say(block, _(
                "The word processor numbers its headings by their style: these numbers are"
                " not read, and codes are counted."
            ))  # fmt: skip
        if _MARKUP.search(block.text):
            self._say(
                block, _("There is HTML or a script in it, which is kept as mere text.")
            )
        if block.shape is Shape.HEADING:
            self._add_heading(block)
        elif block.shape is Shape.ITEM:
            self._add_item(block)
        elif block.shape in _LEFT_OUT:
            self._say(block, _LEFT_OUT[block.shape](), left_out=True)
        else:
            self._add_text(block)

    def _say(self, block, message, *, left_out=False):
        text = block.text if left_out else words.shortened(block.text, _EXCERPT)
        self.draft.notes.append(
            Note(message, block.number, block.line, self.draft.language, text, left_out)
        )

    def _above(self):
        return self.sections[-1][1] if self.sections else None

    def _hang(self, node, parent):
        node.parent = parent
        (self.roots if parent is None else parent.children).append(node)

    def _add_heading(self, block):
        while self.sections and self.sections[-1][0] >= block.level:
            self.sections.pop()
        self.items = []
        parent = self._above()
        node = self._heading_node(block, parent)
        self._hang(node, parent)
        self.sections.append((block.level, node))

    def _heading_node(self, block, parent):
        title, body = words.titled(block.text)
        label = _label_of(block)
        if block is self.title:
            node = self._node(block, Kind.STRATEGY)
            self.draft.title = title
        elif kind := kinds.of_label(label):
            node = self._node(block, kind)
        elif expected := _expected_of_heading(parent):
            node = self._node(block, expected)
        else:
            node = self._section(block, title)
        node.title = title or block.marker or "…"
        if body:
            node.body.append(body)
        return node

    def _section(self, block, title):
        child_kind = self.types.of_section(title)
        if child_kind is None and not _is_chapter(block):
            self._say(block, _("Nothing tells what this is about: kept as a section."))
        return self._node(block, Kind.CLAIM, is_section=True, child_kind=child_kind)

    def _node(self, block, kind, **fields):
        return Node(
            kind, marker=block.marker, numbers=block.numbers, line=block.line,
            blocks=[block.number], **fields,
        )  # fmt: skip

    def _add_item(self, block):
        del self.items[block.level :]
        parent = self.items[-1] if self.items else self._above()
        title, body = words.titled(block.text, is_item=True)
        label, rest = split_label(title)
        kind = kinds.of_label(label.label) if label else None
        if kind is None:
            kind = self._kind_below(parent)
        node = self._node(block, kind)
        if label and kinds.of_label(label.label) and not block.numbers:
            node.marker, node.numbers = (
                f"{block.marker} {label.text}".strip(),
                label.numbers,
            )
            title = rest.strip() or title
        elif block.holds and block.numbers and kind == Kind.CLAIM and (
            parent is None or parent.is_strategy or parent.is_section
        ):  # fmt: skip
            node.is_section, node.child_kind = True, self.types.of_section(title)
        node.title = title or block.marker or "…"
        if body:
            node.body.append(body)
        self._hang(node, parent)
        self.items.append(node)

    def _kind_below(self, parent):
        if parent is None or parent.is_strategy:
            return Kind.CLAIM
        if parent.child_kind:
            return parent.child_kind
        text = " ".join([parent.title, *parent.body])
        return kinds.below(parent.kind, text[-_INTRODUCTION:])

    def _add_text(self, block):
        if block.shape in _AS_TEXT:
            self._say(block, _AS_TEXT[block.shape]())
        if block.shape is Shape.MARGIN:
            self.preface.append(block.text)
            return
        node = self.items[block.level - 1] if 0 < block.level <= len(self.items) else None
        if block.level == 0:
            self.items = []
        node = node or self._above()
        if node is None:
            self.preface.append(block.text)
            return
        if node.children and block.shape is Shape.PARAGRAPH:
            message = _("This comes after statements: it is kept in the text above them.")
            self._say(block, message)
        node.body.append(block.text)
        node.blocks.append(block.number)

    def finish(self):
        """Give codes, and put the elements into the draft."""
        for root in self.roots:
            for node in root.walk():
                # A heading "Mission" with nothing but its text is the mission.
                if node.child_kind and not node.children:
                    node.kind, node.is_section = node.child_kind, False
                    node.was_section = True
        give_codes(self.roots, self._say_of_node)
        self.draft.preface = literal("\n\n".join(self.preface))
        for root in self.roots:
            self.draft.elements += [_element(node, self.types) for node in root.walk()]
        self.draft.notes.sort(key=lambda note: note.block)

    def _say_of_node(self, node, message):
        self.draft.notes.append(
            Note(
                message, node.blocks[0], node.line, self.draft.language,
                words.shortened(node.title, _EXCERPT),
            )
        )  # fmt: skip


def _label_of(block):
    label, _rest = split_label(block.marker)
    return label.label if label else ""


def _is_chapter(block):
    return bool(_label_of(block))


def _expected_of_heading(parent):
    """Return the kind of a heading below another, where that one tells."""
    if parent is None or parent.is_strategy:
        return None
    if parent.child_kind:
        return parent.child_kind
    if parent.is_section:
        return None
    return kinds.below(parent.kind, "")


def _element(node, types):
    return Element(
        code=node.code,
        parent=node.parent.code if node.parent else None,
        kind=str(types.code_of(node.kind)),
        title=node.title,
        body=literal("\n\n".join(node.body)),
        blocks=node.blocks,
        line=node.line,
        marker=node.marker,
        numbers=node.numbers,
        is_alignable=types.is_alignable(node.kind),
    )
