"""Two revisions of a strategy held against each other, element by element."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from strategy_app.models import Origin, Revision, Wording
from strategy_app.queries import strategy as strategy_queries
from strategy_app.queries.text import difference, share_changed

LANGUAGES = ("en", "ja")
_FIELDS = ("title", "body")

# One text made of two: ("same" | "out" | "in", piece) in order.
Pieces = list[tuple[str, str]]


class Alteration(TextChoices):
    """What became of an element; one that was both moved and reworded is reworded."""

    SAME = "same", _("Unchanged")
    REWORDED = "reworded", _("Reworded")
    MOVED = "moved", _("Moved")
    ADDED = "added", _("Added")
    WITHDRAWN = "withdrawn", _("Withdrawn")


@dataclass(frozen=True)
class Place:
    """Where an element stood: below which other one, and after which of its siblings.

    Codes; None at the top, and for the first of the siblings.
    """

    parent: str | None
    after: str | None


@dataclass(frozen=True)
class ElementDiff:
    """One element in two revisions.

    before, after: its wordings, None where that revision does not have it. earlier: of one
    that was added, its last wording before, if its code has been used and withdrawn.
    level: its depth in the document, 1 at the top. pieces: by "title_en", "body_ja" and
    so on. shares: by language, how much of title and body has changed, 0.0 to 1.0.
    moved_from: where it stood before, None where it was not moved.
    """

    code: str
    element_id: int
    change: Alteration
    before: Wording | None
    after: Wording | None
    earlier: Wording | None
    level: int
    pieces: dict[str, Pieces]
    shares: dict[str, float]
    moved_from: Place | None

    @property
    def wording(self) -> Wording:
        """The newer of its wordings."""
        return self.after or self.before

    @property
    def compared(self) -> Wording | None:
        """What its words are compared with."""
        return self.before or self.earlier

    @property
    def is_recast(self) -> bool:
        """Whether it became another kind of element, or began or ceased to be alignable."""
        old, new = self.before, self.after
        return bool(old and new) and (
            (old.type_id, old.is_alignable) != (new.type_id, new.is_alignable)
        )

    @property
    def is_changed(self) -> bool:
        """Whether anything about it differs."""
        return self.change != Alteration.SAME or self.is_recast

    @cached_property
    def old_pieces(self) -> dict[str, Pieces]:
        """The pieces of the text as it was, those taken out marked."""
        return self._without("in")

    @cached_property
    def new_pieces(self) -> dict[str, Pieces]:
        """The pieces of the text as it became, those put in marked."""
        return self._without("out")

    def _without(self, left_out):
        return {name: without(pieces, left_out) for name, pieces in self.pieces.items()}


@dataclass(frozen=True)
class Turnover:
    """How many elements a revision brought, reworded and left out.

    By what its editors said of each wording, and what is new although its code was used
    before is reworded; ``withdrawn`` are those of the revision before that it does not
    have.
    """

    new: int
    material: int
    editorial: int
    withdrawn: int


def document(wordings: Iterable[Wording]) -> list[tuple[Wording, int]]:
    """Return wordings as they are read: each below its parent, with its level from 1.

    One whose parent is not among them stands at the top.
    """
    wordings = sorted(wordings, key=lambda wording: wording.position)
    known = {wording.element_id for wording in wordings}
    below: dict[int | None, list[Wording]] = {}
    for wording in wordings:
        parent = wording.parent_id if wording.parent_id in known else None
        below.setdefault(parent, []).append(wording)
    found = []
    waiting = [(wording, 1) for wording in reversed(below.get(None, []))]
    while waiting:
        wording, level = waiting.pop()
        found.append((wording, level))
        children = below.get(wording.element_id, [])
        waiting += [(child, level + 1) for child in reversed(children)]
    return found


def compare(before: Revision | None, after: Revision) -> list[ElementDiff]:
    """Return what became of each element from one revision to another (3 queries).

    In the order of ``after``; what was withdrawn stands after what it stood after. With
    nothing before, all is added.
    """
    old = document(strategy_queries.wordings(before)) if before else []
    new = document(strategy_queries.wordings(after))
    olds = {wording.element_id: wording for wording, _level in old}
    news = {wording.element_id: wording for wording, _level in new}
    moved, earlier = _moved(old, new), _earlier(before, after, news.keys() - olds.keys())
    return [
        _diff(olds.get(pk), news.get(pk), level, moved.get(pk), earlier.get(pk))
        for pk, level in _woven(old, new, news)
    ]


def compare_heads(before: Revision | None, after: Revision) -> dict[str, Pieces]:
    """Return what became of name and preface: by "name_en", "preface_ja" and so on."""
    return {
        name: _pieces(getattr(before, name, ""), getattr(after, name))
        for name in ("name_en", "name_ja", "preface_en", "preface_ja")
    }


def without(pieces: Pieces, left_out: str) -> Pieces:
    """Return one of the two texts: the old one without "in", the new one without "out"."""
    return [(kind, piece) for kind, piece in pieces if kind != left_out]


def crosswalk(revision: Revision) -> dict[str, list[Origin]]:
    """Return, by the code of each element, what it was split or merged from (one query)."""
    found: dict[str, list[Origin]] = {}
    rows = revision.origins.select_related("element", "origin")
    for row in rows.order_by("element__code", "origin__code"):
        found.setdefault(row.element.code, []).append(row)
    return found


def turnovers(revisions: Iterable[Revision]) -> dict[int, Turnover]:
    """Return the turnover of each of a strategy's revisions by id (one query).

    revisions: all that are published, the newest first.
    """
    ids = [revision.pk for revision in revisions]
    elements: dict[int, dict[int, str]] = {pk: {} for pk in ids}
    rows = Wording.objects.filter(revision_id__in=ids)
    for pk, element_id, how in rows.values_list("revision", "element", "modification"):
        elements[pk][element_id] = how
    found, seen, how = {}, set(), Wording.Modification
    for pk, previous in reversed(list(zip(ids, [*ids, None][1:], strict=True))):
        number = Counter(
            how.MATERIAL if kind == how.NEW and element in seen else kind
            for element, kind in elements[pk].items()
        )
        seen |= elements[pk].keys()
        gone = elements[previous].keys() - elements[pk].keys() if previous else ()
        found[pk] = Turnover(
            number[how.NEW], number[how.MATERIAL], number[how.EDITORIAL], len(gone)
        )
    return found


def _woven(old, new, news):
    """Return (element id, level) of both documents in one order."""
    gone: dict[int | None, list[tuple[int, int]]] = {}
    last = None
    for wording, level in old:
        if wording.element_id in news:
            last = wording.element_id
        else:
            gone.setdefault(last, []).append((wording.element_id, level))
    woven = [*gone.get(None, [])]
    for wording, level in new:
        woven += [(wording.element_id, level), *gone.get(wording.element_id, [])]
    return woven


def _earlier(before, after, added):
    """Return the last wordings of added elements before ``before``, by element.

    Nothing where ``after`` came first: what was added since was no withdrawal then.
    """
    if not added or before is None or before.is_draft:
        return {}
    if not after.is_draft and after.in_force_from < before.in_force_from:
        return {}
    found = (
        Wording.objects.filter(
            element__in=added,
            revision__published_in__isnull=False,
            revision__in_force_from__lt=before.in_force_from,
        )
        .select_related("revision", "element", "type")
        .order_by("revision__in_force_from")
    )
    return {wording.element_id: wording for wording in found}


def _diff(before, after, level, moved_from, earlier=None):
    pieces, shares = {}, {}
    for language in LANGUAGES:
        olds, news = _texts(before or earlier, language), _texts(after, language)
        for name, old, new in zip(_FIELDS, olds, news, strict=True):
            pieces[f"{name}_{language}"] = _pieces(old, new)
        is_same = olds == news
        shares[language] = (
            0.0 if is_same else share_changed("\n".join(olds), "\n".join(news))
        )
    if before is None:
        change = Alteration.ADDED
    elif after is None:
        change = Alteration.WITHDRAWN
    elif any(kind != "same" for found in pieces.values() for kind, _piece in found):
        change = Alteration.REWORDED
    else:
        change = Alteration.MOVED if moved_from else Alteration.SAME
    element = (after or before).element
    return ElementDiff(
        code=element.code, element_id=element.pk, change=change, before=before,
        after=after, earlier=earlier, level=level, pieces=pieces, shares=shares,
        moved_from=moved_from,
    )  # fmt: skip


def _texts(wording, language):
    """Return title and body in one language, empty where there is no wording."""
    return [getattr(wording, f"{name}_{language}", "") for name in _FIELDS]


def _pieces(old, new):
    if old == new:
        return [("same", old)] if old else []
    return difference(old, new)


def _moved(old, new):
    """Return where each element that was moved stood, by its id."""
    was, order = _places(old)
    now, _order = _places(new)
    siblings: dict[int | None, list[int]] = {}
    moved = []
    for wording, _level in new:
        pk = wording.element_id
        if pk not in was:
            continue
        if was[pk][0] != now[pk][0]:
            moved.append(pk)
        else:
            siblings.setdefault(wording.parent_id, []).append(pk)
    for some in siblings.values():
        kept = _longest_rise([order[pk] for pk in some])
        moved += [pk for place, pk in enumerate(some) if place not in kept]
    return {pk: Place(*was[pk]) for pk in moved}


def _places(wordings):
    """Return (parent, sibling before it) by element, in codes, and each one's order."""
    places, order, last = {}, {}, {}
    for number, (wording, _level) in enumerate(wordings):
        parent = wording.parent.code if wording.parent else None
        places[wording.element_id] = (parent, last.get(parent))
        order[wording.element_id] = number
        last[parent] = wording.element.code
    return places, order


def _longest_rise(numbers):
    """Return the indexes of the longest rising run, so that the fewest count as moved."""
    # ends, places: by length, the lowest number that a run of it ends in, and where.
    ends, places, before = [], [], []
    for place, number in enumerate(numbers):
        length = bisect_left(ends, number)
        before.append(places[length - 1] if length else None)
        ends[length : length + 1] = [number]
        places[length : length + 1] = [place]
    place, found = places[-1] if places else None, set()
    while place is not None:
        found.add(place)
        place = before[place]
    return found
