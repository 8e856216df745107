"""Propose a code for every element, from its kind and the document's own numbers."""

import re
from collections.abc import Callable

from django.utils.translation import gettext as _

from strategy_app.importers.document.kinds import Kind
from strategy_app.importers.document.markers import split_code
from strategy_app.importers.document.nodes import Node

PREFIXES = {
    Kind.STRATEGY: "STR", Kind.MISSION: "MIS", Kind.PURPOSE: "PUR", Kind.AIM: "AIM",
    Kind.AIM_COMPONENT: "AIMC", Kind.KEY_POINT: "KP", Kind.SUB_POINT: "SP",
    Kind.GLOBAL_ISSUE: "GI", Kind.DRIVER: "DRV", Kind.DRIVER_FACTOR: "DRVF",
    Kind.CLAIM: "CLM", Kind.DEFINITION: "DEF", Kind.INDICATOR: "IND", Kind.ROLE: "ROLE",
    Kind.PORTFOLIO_KIND: "PK", Kind.PARTNER_TYPE: "PTR", Kind.BASIS_DOCUMENT: "BAS",
    Kind.PROCESS: "PRC", Kind.GOAL: "GOAL", Kind.GOAL_TARGET: "TGT",
}  # fmt: skip
_SECTION = "SEC"
_LONGEST = 32
_MOST = 999
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")


def give_codes(roots: list[Node], say: Callable[[Node, str], None]) -> None:
    """Set the code of all nodes; ``say`` is told of numbers that do not fit.

    A document's own numbers are kept; what has none takes the smallest that are left, in
    the document's order. Where a number is there twice, codes count on in that order.
    """
    waiting, taken = [node for root in roots for node in root.walk()], set()
    for node in waiting:
        # The document's own codes are the codes.
        code, _rest = split_code(node.marker)
        if code is not None and code.text == node.marker and code.text not in taken:
            _take(node, code.text, taken)
    waiting = [node for node in waiting if not node.code]
    while waiting:
        # A code may begin with its parent's.
        ready = [node for node in waiting if not _is_part(node) or node.parent.code]
        _give(ready, taken, say)
        waiting = [node for node in waiting if not node.code]


def _give(nodes, taken, say):
    by_stem = {}
    for node in nodes:
        by_stem.setdefault(_stem(node), []).append(node)
    for stem, alike in by_stem.items():
        own = [number for node in alike if (number := _own_number(node))]
        if len(set(own)) < len(own):
            _count_on(stem, alike, taken)
        else:
            _keep_own(stem, alike, taken)
            _fill(stem, alike, taken)
        _say_what_differs(stem, alike, say)


def _fill(stem, nodes, taken):
    """Give the codes that are left, the smallest first, to what has none."""
    number = 1
    for node in nodes:
        if node.code:
            continue
        while f"{stem}{number}" in taken:
            number += 1
        _take(node, f"{stem}{number}", taken)


def _count_on(stem, nodes, taken):
    """Give codes that never go back, from the own number of each where it goes further."""
    number = 0
    for node in nodes:
        number = max(number + 1, _own_number(node) or 0)
        while f"{stem}{number}" in taken:
            number += 1
        _take(node, f"{stem}{number}", taken)


def _keep_own(stem, nodes, taken):
    """Give codes from the document's own numbers, to the first that has each."""
    for node in nodes:
        number = _own_number(node)
        if number and f"{stem}{number}" not in taken:
            _take(node, f"{stem}{number}", taken)


def _own_number(node):
    if node.is_strategy:
        year = _YEAR.search(node.title)
        return year and int(year[0])
    number = node.numbers[-1] if node.numbers and not node.was_section else None
    return number if number and number <= _MOST else None


def _take(node, code, taken):
    node.code = code
    taken.add(code)


def _say_what_differs(stem, nodes, say):
    seen, shifted = set(), set()
    for node in nodes:
        number = _own_number(node)
        if node.is_strategy or number is None:
            continue
        message = None
        if (id(node.parent), number) in seen:
            shifted.add(id(node.parent))
            message = _("The number %(marker)s is there twice: this one became %(code)s.")
        elif id(node.parent) in shifted and node.code != f"{stem}{number}":
            message = _("It is numbered %(marker)s, and became %(code)s to keep the order.")
        elif len(node.numbers) > 1 and _differs_from_parent(node):
            message = _("It is numbered %(marker)s, but stands below %(parent)s.")
        if message:
            parent = node.parent.code if node.parent else ""
            say(node, message % {
                "marker": node.marker, "code": node.code, "parent": parent
            })  # fmt: skip
        seen.add((id(node.parent), number))


def _differs_from_parent(node):
    above = node.parent and node.parent.code.rpartition("-")[2].rpartition(".")[2]
    return bool(above) and not node.parent.is_section and above != str(node.numbers[-2])


def _stem(node):
    """Return what the code of a node begins with, up to its own number."""
    if _is_part(node) and len(node.parent.code) + len(f".{_MOST}") + 1 <= _LONGEST:
        return f"{node.parent.code}."
    return f"{_SECTION if node.is_section else _prefix(node.kind)}-"


def _prefix(kind):
    """Return what the codes of a kind begin with; of a strategy's own type, its letters."""
    words = kind.split("_")
    initials = "".join(word[0] for word in words) if len(words) > 1 else kind[:3]
    return PREFIXES.get(kind, initials.upper())


def _is_part(node):
    """Whether the code of a node begins with its parent's, where that is short enough."""
    parent = node.parent
    if parent is None or parent.is_strategy or parent.is_section != node.is_section:
        return False
    parts = (Kind.CLAIM,) if node.is_section else _PARTS.get(parent.kind, ())
    return node.kind in parts


# What takes its parent's code with a number more: KP-2.1 below KP-2.
_PARTS = {kind: {kind, Kind.CLAIM} for kind in Kind} | {
    Kind.AIM: {Kind.AIM_COMPONENT, Kind.CLAIM},
    Kind.KEY_POINT: {Kind.SUB_POINT, Kind.CLAIM},
    Kind.DRIVER: {Kind.DRIVER_FACTOR, Kind.CLAIM},
    Kind.GOAL: {Kind.GOAL_TARGET, Kind.CLAIM},
}
