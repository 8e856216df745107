"""Lay the document of a second language beside the first, by structure alone."""

from collections import Counter
from dataclasses import replace

from django.utils.translation import gettext as _

from strategy_app.importers.document import words
from strategy_app.importers.document.draft import Draft, Element, Note

_EXCERPT = 80


def match(first: Draft, second: Draft) -> Draft:
    """Return the first draft with the texts of the second beside its own.

    Two elements are the same when they stand on the same path: kinds, and the numbers
    among those of their kind below the same parent. Those left over below a parent are the
    same by their numbers, then, where as many are left in both, in order: a note says so.
    Codes, kinds and order
    are those of the first. What has no counterpart is noted; texts of the second that
    nothing takes up are in the notes, word for word.
    """
    pairs, by_number, by_place = _pairs(_by_parent(first), _by_parent(second))
    taken = {other.code for other in pairs.values()}
    found = replace(
        first,
        elements=[
            _with_other(element, pairs.get(element.code)) for element in first.elements
        ],
        notes=[*first.notes, *second.notes],
        other_language=second.language,
        other_title=second.title,
        other_preface=second.preface,
    )
    for element in first.elements:
        if element.code in by_place:
            message = _("%(code)s was matched by its place alone: the kinds differ.")
            found.notes.append(_note(first, element, message))
        elif element.code in by_number:
            message = _("%(code)s was matched by its number alone: the kinds differ.")
            found.notes.append(_note(first, element, message))
        elif element.code not in pairs:
            message = _("%(code)s has no counterpart in the other language.")
            found.notes.append(_note(first, element, message))
    for other in second.elements:
        if other.code not in taken:
            found.notes.append(_left_out(second, other))
    return found


def _with_other(element, other):
    if other is None:
        return replace(element)
    return replace(
        element,
        other_title=other.title,
        other_body=other.body,
        other_marker=other.marker,
        other_blocks=other.blocks,
    )


def _by_parent(draft):
    below = {}
    for element in draft.elements:
        below.setdefault(element.parent, []).append(element)
    return below


def _pairs(below, other_below):
    """Return {code: element of the other}, and the codes of those whose kinds differ.

    Of the latter first what a number matched, then what only the place did.
    """
    pairs, by_number, by_place = {}, set(), set()
    waiting = [(None, None)]
    while waiting:
        parent, other_parent = waiting.pop()
        ours, theirs = below.get(parent, []), other_below.get(other_parent, [])
        steps = dict(zip(_steps(theirs), theirs, strict=True))
        found = {
            element.code: steps.pop(step)
            for step, element in zip(_steps(ours), ours, strict=True)
            if step in steps
        }
        left = [element for element in ours if element.code not in found]
        numbered = _numbered(left, list(steps.values()))
        taken = {other.code for other in numbered.values()}
        left = [element for element in left if element.code not in numbered]
        others = [other for other in steps.values() if other.code not in taken]
        by_number |= {*numbered}
        if len(left) == len(others):
            codes = [element.code for element in left]
            found |= dict(zip(codes, others, strict=True))
            by_place |= {*codes}
        found |= numbered
        pairs |= found
        waiting += [(code, other.code) for code, other in found.items()]
    return pairs, by_number, by_place


def _numbered(ours, theirs):
    """Return {code: element of the other} of those that alone have their number in both."""
    first, second = {}, {}
    for found, elements in ((first, ours), (second, theirs)):
        numbers = Counter(element.numbers[-1:] for element in elements)
        for element in elements:
            if element.numbers and numbers[element.numbers[-1:]] == 1:
                found[element.numbers[-1]] = element
    return {
        element.code: second[number]
        for number, element in first.items()
        if number in second
    }


def _steps(siblings: list[Element]) -> list[tuple[str, int]]:
    """Return (kind, number) of elements below one parent; no two are the same."""
    by_kind = {}
    for element in siblings:
        by_kind.setdefault(element.kind, []).append(element)
    steps = {}
    for kind, alike in by_kind.items():
        own = [element.numbers[-1] if element.numbers else None for element in alike]
        is_numbered = None not in own and len(set(own)) == len(own)
        numbers = own if is_numbered else range(1, len(alike) + 1)
        for element, number in zip(alike, numbers, strict=True):
            steps[element.code] = (kind, number)
    return [steps[element.code] for element in siblings]


def _note(draft, element, message):
    return Note(
        message % {"code": element.code},
        element.blocks[0],
        element.line,
        draft.language,
        words.shortened(element.title, _EXCERPT),
    )


def _left_out(draft, element):
    text = "\n\n".join(
        part for part in (f"{element.marker} {element.title}".strip(), element.body) if part
    )
    message = _("%(code)s of the other language has no counterpart: it is left out.")
    return replace(_note(draft, element, message), text=text, is_left_out=True)
