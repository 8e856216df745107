"""Lay the document of a second language beside the first."""

from dataclasses import replace

from django.utils.translation import gettext as _

from strategy_app.importers.document import words
from strategy_app.importers.document.draft import Draft, Note
from strategy_app.importers.document.pairs import DEPTH, NUMBER, PLACE, pairs_of

_EXCERPT = 80
_DOUBTS = {
    PLACE: lambda: _("%(code)s was matched by its place alone: kind or number differs."),
    NUMBER: lambda: _("%(code)s was matched by its number alone: the kinds differ."),
    DEPTH: lambda: _("%(code)s was matched, but the two documents nest it differently."),
}


def match(first: Draft, second: Draft) -> Draft:
    """Return the first draft with the texts of the second beside its own, all of them.

    Codes, kinds and order are those of the first. What only the second has joins the text
    of what it follows there, or the preface; notes say so, and what is not sure.
    """
    found = beside(first, second)
    hosts = {element.other_blocks[0]: element for element in found.elements
             if element.other_blocks}  # fmt: skip
    above = None
    for other in second.elements:
        if other.blocks[0] in hosts:
            above = hosts[other.blocks[0]]
            continue
        text = words.whole(other.marker, other.title, other.body)
        if above is None:
            found.other_preface = _joined(found.other_preface, text)
            message = _("Only this document has it: it joins the preface.")
        else:
            above.other_body = _joined(above.other_body, text)
            above.other_blocks = above.other_blocks + other.blocks
            message = _("Only this document has it: it joins the text of %(code)s.")
        code = above.code if above else ""
        found.notes.append(_note(second, other, message % {"code": code}))
    return found


def beside(first: Draft, second: Draft) -> Draft:
    """Return the first draft with the texts of those elements that the second has too."""
    pairs = pairs_of(first, second)
    found = replace(
        first,
        elements=[
            _with_other(element, pairs.found.get(element.code))
            for element in first.elements
        ],
        notes=[*first.notes, *second.notes],
        other_language=second.language,
        other_title=second.title,
        other_preface=second.preface,
    )
    for element in first.elements:
        if element.code in pairs.doubts:
            message = _DOUBTS[pairs.doubts[element.code]]()
        elif element.code not in pairs.found:
            message = _("%(code)s has no counterpart in the other language.")
        else:
            continue
        found.notes.append(_note(first, element, message % {"code": element.code}))
    return found


def _with_other(element, other):
    if other is None:
        return replace(element)
    return replace(
        element,
        other_title=other.title,
        other_body=other.body,
        other_marker=other.marker,
        other_blocks=list(other.blocks),
    )


def _joined(*parts):
    return "\n\n".join(part for part in parts if part)


def _note(draft, element, message):
    return Note(
        message,
        element.blocks[0],
        element.line,
        draft.language,
        words.shortened(element.title, _EXCERPT),
    )
