"""Propose a code for every element, from its kind and the document's own numbers."""

import re
from collections.abc import Callable

from django.utils.translation import gettext as _

from strategy_app.importers.document.nodes import Node
from strategy_app.models import Wording

Kind = Wording.Kind

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

    A document's own number is kept where it is the first of its kind; the others, and what
    has none, take the smallest numbers that are left, in the document's order.
    """
    nodes = [node for root in roots for node in root.walk()]
    # By the length of their way from the top: a code may begin with its parent's.
    waiting, taken = nodes, set()
    while waiting:
        ready = [node for node in waiting if node.parent is None or node.parent.code]
        _give(ready, taken, say)
        waiting = [node for node in waiting if not node.code]


def _give(nodes, taken, say):
    by_stem = {}
    for node in nodes:
        by_stem.setdefault(_stem(node), []).append(node)
    for stem, alike in by_stem.items():
        _keep_own(stem, alike, taken)
        number = 1
        for node in alike:
            if node.code:
                continue
            while f"{stem}{number}" in taken:
                number += 1
            _take(node, f"{stem}{number}", taken)
        _say_what_differs(stem, alike, say)


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
    seen = set()
    for node in nodes:
        number = _own_number(node)
        if node.is_strategy or number is None:
            continue
        if (id(node.parent), number) in seen:
            say(
                node,
                _("The number %(marker)s is there twice: this one became %(code)s.")
                % {"marker": node.marker, "code": node.code},
            )
        elif len(node.numbers) > 1 and _differs_from_parent(node):
            say(
                node,
                _("It is numbered %(marker)s, but stands below %(parent)s.")
                % {"marker": node.marker, "parent": node.parent.code},
            )
        seen.add((id(node.parent), number))


def _differs_from_parent(node):
    above = node.parent and node.parent.code.rpartition("-")[2].rpartition(".")[2]
    return bool(above) and not node.parent.is_section and above != str(node.numbers[-2])


def _stem(node):
    """Return what the code of a node begins with, up to its own number."""
    parent = node.parent
    prefix = _SECTION if node.is_section else PREFIXES[node.kind]
    is_part = parent is not None and not parent.is_strategy and (
        parent.is_section == node.is_section
        and node.kind in (_PARTS.get(parent.kind, ()) if not node.is_section else
                          (Kind.CLAIM,))
    )  # fmt: skip
    if is_part and len(parent.code) + len(f".{_MOST}") + 1 <= _LONGEST:
        return f"{parent.code}."
    return f"{prefix}-"


# What takes its parent's code with a number more: KP-2.1 below KP-2.
_PARTS = {kind: {kind, Kind.CLAIM} for kind in Kind} | {
    Kind.AIM: {Kind.AIM_COMPONENT, Kind.CLAIM},
    Kind.KEY_POINT: {Kind.SUB_POINT, Kind.CLAIM},
    Kind.DRIVER: {Kind.DRIVER_FACTOR, Kind.CLAIM},
    Kind.GOAL: {Kind.GOAL_TARGET, Kind.CLAIM},
}
