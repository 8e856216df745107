"""What became of elements between revisions: split, merged; and who said how."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from strategy_app.models import Element, Origin, Revision, Wording

_INTO = {Origin.Kind.SPLIT: _("Split into"), Origin.Kind.MERGED: _("Merged into")}


@dataclass(frozen=True)
class Link:
    """That an element leads to another one: back to an origin, or on to a successor.

    code: of the other element. kind: of the ``Origin``; over several revisions it is a
    split where all of them are.
    """

    code: str
    kind: Origin.Kind
    is_back: bool

    @property
    def label(self) -> str:
        """How the two belong together, seen from the element that has the link."""
        return self.kind.label if self.is_back else _INTO[self.kind]


@dataclass(frozen=True)
class Crosswalk:
    """The links between the elements of two revisions, by the code of the element.

    origins: to elements of the older one. successors: to elements of the newer one.
    """

    origins: dict[str, list[Link]]
    successors: dict[str, list[Link]]


@dataclass(frozen=True)
class Step:
    """What one revision did with an element: what it came from, or was turned into."""

    revision: Revision
    is_back: bool
    label: str
    codes: list[str]


def between(one: Revision | None, other: Revision) -> Crosswalk:
    """Return what elements of two revisions come from and went into (two queries at most).

    Whichever is older, over all revisions between them: what was split, and then merged,
    leads from where it stood in the older one to where it stands in the newer one. What was
    taken out in between has come to nothing: under its code something new may stand.
    Without the first one there is nothing to come from.
    """
    if one is None:
        return Crosswalk({}, {})
    older, newer = sorted([one, other], key=_order)
    rows = list(
        Origin.objects.filter(_in_revisions("revision", older, newer)).select_related(
            "revision", "element", "origin"
        )
    )
    if not rows:
        return Crosswalk({}, {})
    here = _elements_of(older, newer)
    codes = {row.element_id: row.element.code for row in rows}
    codes |= {row.origin_id: row.origin.code for row in rows}
    origins: dict[str, list[Link]] = {}
    successors: dict[str, list[Link]] = {}
    for element, found in _composed(rows, here).items():
        for origin, kind in found.items():
            if origin != element:
                code, before = codes[element], codes[origin]
                origins.setdefault(code, []).append(Link(before, kind, is_back=True))
                successors.setdefault(before, []).append(Link(code, kind, is_back=False))
    return Crosswalk(_sorted(origins), _sorted(successors))


def _composed(rows, here):
    """Return what the elements of the last revision come from, of the first.

    here: the ids of the elements of each revision, in order. {element id: {id: kind}}.
    """
    found: dict[int, dict[int, Origin.Kind]] = {}
    by_revision: dict[int, list[Origin]] = {}
    for row in rows:
        by_revision.setdefault(row.revision_id, []).append(row)
    (_older, known), *later = here.items()
    for revision, elements in later:
        some = by_revision.get(revision, [])
        # Of one revision all are about the one before: what one says is no step of another.
        before = {element: dict(origins) for element, origins in found.items()}
        for row in some:
            kind, mine = Origin.Kind(row.kind), found.setdefault(row.element_id, {})
            if row.origin_id in known:
                mine[row.origin_id] = kind
            for origin, earlier in before.get(row.origin_id, {}).items():
                mine.setdefault(origin, kind if kind == earlier else Origin.Kind.MERGED)
        # Its code may be used again: by then for something else.
        known = known & elements
        found = {pk: origins for pk, origins in found.items() if pk in elements}
    return found


def _sorted(links):
    return {code: sorted(some, key=lambda link: link.code) for code, some in links.items()}


def _order(revision):
    """Return what revisions are sorted by: the draft comes last."""
    return revision.is_draft, revision.in_force_from or datetime.date.max


def _in_revisions(name, older, newer):
    """Return the condition that what ``name`` points to came after one, up to another."""
    condition = Q(
        **{
            f"{name}__strategy": newer.strategy_id,
            f"{name}__published_in__isnull": False,
            f"{name}__in_force_from__gt": older.in_force_from,
        }
    )
    if newer.is_draft:
        return condition | Q(**{name: newer})
    return condition & Q(**{f"{name}__in_force_from__lte": newer.in_force_from})


def _elements_of(older, newer):
    """Return the ids of the elements of each revision from one to another, in order."""
    rows = Wording.objects.filter(
        Q(revision=older) | _in_revisions("revision", older, newer)
    ).values_list("revision", "element", "revision__in_force_from")
    found: dict[int, set[int]] = {older.pk: set()}
    # The draft, which has no day yet, comes last.
    for revision, element, _day in sorted(
        rows, key=lambda row: row[2] or datetime.date.max
    ):
        found.setdefault(revision, set()).add(element)
    found.setdefault(newer.pk, set())
    return found


def judged(one: Revision | None, other: Revision) -> dict[str, list[Wording]]:
    """Return the wordings that changed elements, by code, the oldest first (one query).

    Those of each revision after the older one, up to the newer one, that were said to be
    editorial or material; each with its revision and whoever decided that.
    """
    if one is None:
        return {}
    older, newer = sorted([one, other], key=_order)
    kinds = Wording.Modification
    rows = Wording.objects.filter(
        _in_revisions("revision", older, newer),
        modification__in=(kinds.EDITORIAL, kinds.MATERIAL),
    ).select_related("element", "revision", "decided_by")
    found: dict[str, list[Wording]] = {}
    for row in sorted(rows, key=lambda row: _order(row.revision)):
        found.setdefault(row.element.code, []).append(row)
    return found


def steps_of(element: Element, *, until: int) -> list[Step]:
    """Return what each revision published until a change split or merged of an element.

    From the oldest to the newest; what it came from before what it went into (one query).
    """
    rows = Origin.objects.filter(
        Q(element=element) | Q(origin=element), revision__published_in__lte=until
    ).select_related("revision", "element", "origin")
    found: dict[tuple, Step] = {}
    for row in sorted(rows, key=lambda row: (row.origin_id == element.pk, _end(row))):
        is_back = row.element_id == element.pk
        other = row.origin if is_back else row.element
        label = Link(other.code, Origin.Kind(row.kind), is_back).label
        name = row.revision_id, is_back, row.kind
        step = found.setdefault(name, Step(row.revision, is_back, label, []))
        step.codes.append(other.code)
    return sorted(found.values(), key=lambda step: _order(step.revision))


def _end(row):
    return row.element.code, row.origin.code


def grouped(links: Iterable[Link]) -> list[tuple[str, list[str]]]:
    """Return links as they are read: (label, codes) each, splits before mergers."""
    found: dict[tuple, list[str]] = {}
    for link in links:
        found.setdefault((link.kind != Origin.Kind.SPLIT, link.label), []).append(link.code)
    return [(label, codes) for (_last, label), codes in sorted(found.items(), key=_first)]


def _first(item):
    return item[0][0]
