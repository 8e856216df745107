"""Read a draft as it is worked on: its outline, and what differs from what is published."""

from collections import Counter
from dataclasses import dataclass, field

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from strategy_app.models import Change, Element, Origin, Revision, User, Wording
from strategy_app.queries import strategy as strategy_queries
from strategy_app.queries.text import difference

# What is compared, by name: its label, and the language that it is in.
COMPARED = {
    "title_en": (_("Title"), "en"),
    "body_en": (_("Text"), "en"),
    "title_ja": (_("Title"), "ja"),
    "body_ja": (_("Text"), "ja"),
}


@dataclass(frozen=True)
class Row:
    """An element in the outline of a draft.

    before: what was published of it last, None where that is nothing. depth: how many
    elements stand above it, from 0. is_back: whether the published revision does not have
    it, but an earlier one did. below: the codes of those directly below it.
    """

    wording: Wording
    before: Wording | None
    depth: int
    is_back: bool
    below: list[str] = field(default_factory=list)

    @property
    def code(self) -> str:
        return self.wording.element.code

    @property
    def edit(self):
        """The change in which its text was last edited in this draft, else None."""
        if self.before and self.before.edited_in_id == self.wording.edited_in_id:
            return None
        return self.wording.edited_in

    @property
    def is_undecided(self) -> bool:
        """Whether somebody has yet to say if its change is editorial or material."""
        return self.wording.is_undecided(is_back=self.is_back)

    @property
    def is_moved(self) -> bool:
        """Whether it stands below another element than in the published revision."""
        is_there = self.before is not None and not self.is_back
        return is_there and self.before.parent_id != self.wording.parent_id


class Draft:
    """The draft of a strategy beside the revision that it takes the place of.

    Three queries, whatever its size. A base of None means that nothing is published yet.
    """

    def __init__(self, revision: Revision):
        self.revision = revision
        self.base = strategy_queries.published_revisions(revision.strategy_id).first()

    @cached_property
    def last(self) -> dict[int, Wording]:
        """What was published of each element last, by its id: also of those withdrawn."""
        return strategy_queries.last_wordings(self.revision.strategy_id)

    @cached_property
    def before(self) -> dict[int, Wording]:
        """The wordings of the published revision by the id of their element, in order."""
        return {pk: row for pk, row in self.last.items() if self._is_in_base(row)}

    def _is_in_base(self, wording):
        return self.base is not None and wording.revision_id == self.base.pk

    @cached_property
    def rows(self) -> list[Row]:
        """The outline in the order of the tree; what hangs on nothing comes last."""
        wordings = list(
            Wording.objects.filter(revision=self.revision)
            .select_related("element", "parent", "type", "decided_by", "edited_in__by")
            .order_by("position")
        )
        here = {wording.element_id for wording in wordings}
        children = {}
        for wording in wordings:
            wording.revision = self.revision
            above = wording.parent_id if wording.parent_id in here else None
            children.setdefault(above, []).append(wording)
        return list(self._walk(children, None, 0))

    def _walk(self, children, above, depth):
        for wording in children.get(above, []):
            below = [row.element.code for row in children.get(wording.element_id, [])]
            before = self.last.get(wording.element_id)
            is_back = before is not None and not self._is_in_base(before)
            yield Row(wording, before, depth, is_back, below)
            yield from self._walk(children, wording.element_id, depth + 1)

    def row(self, code: str) -> Row | None:
        """Return the row of an element by its code."""
        return next((row for row in self.rows if row.code == code), None)

    def above(self, row: Row) -> Row | None:
        """Return the row directly below which another one stands, None at the top."""
        return next((other for other in self.rows if row.code in other.below), None)

    def beside(self, row: Row) -> list[str]:
        """Return the codes of all that stands below the same element, in their order."""
        above = self.above(row)
        return above.below if above else [o.code for o in self.rows if o.depth == 0]

    @cached_property
    def withdrawn(self) -> list:
        """The last versions of wordings that were taken out of it (one query)."""
        here = {row.wording.element_id for row in self.rows}
        found = {}
        for version in (
            Wording.history.filter(revision_id=self.revision.pk, history_type="-")
            .exclude(element_id__in=here)
            .select_related("element")
            .order_by("history_id")
        ):
            found[version.element_id] = version
        return sorted(found.values(), key=lambda version: version.position)

    @property
    def tally(self) -> list[tuple[str, str, int]]:
        """How many elements changed in which way: (kind, label, number)."""
        count = Counter(row.wording.modification for row in self.rows)
        return [(kind.value, kind.label, count[kind]) for kind in Wording.Modification]

    def origins_of(self, wording: Wording) -> list[Origin]:
        """Return where an element of the draft comes from (one query)."""
        return list(
            self.revision.origins.filter(element_id=wording.element_id)
            .select_related("origin")
            .order_by("origin__code")
        )


def was_ever(draft: Revision, code: str) -> bool:
    """Whether the strategy has, or had, an element of that code (one query)."""
    found = Element.history.filter(strategy_id=draft.strategy_id, code=code)
    return found.exists()


def changes_of(row: Row) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return what an element says differently: (label, language, pieces of both) each.

    The pieces are those of ``text.difference``. Nothing for an element that is new.
    """
    if row.before is None:
        return []
    return [
        (label, language, difference(before, after))
        for name, (label, language) in COMPARED.items()
        if (before := getattr(row.before, name)) != (after := getattr(row.wording, name))
    ]


@dataclass(frozen=True)
class Decision:
    """What somebody decided of how a wording changed.

    kind: as a label. by: the person. change: in which it was decided, and when.
    """

    kind: str
    by: User
    change: Change
    reason: str


def decisions_of(wording: Wording) -> list[Decision]:
    """Return what was decided of how a wording changed, the newest first (one query).

    The first one holds where the wording names who has decided; an edit undoes it.
    """
    found, last = [], None
    for version in (
        Wording.history.filter(id=wording.pk)
        .select_related("decided_by", "change")
        .order_by("history_id")
    ):
        now = version.decided_by_id, version.modification, version.decision_reason
        if version.decided_by is not None and now != last:
            kind = version.get_modification_display()
            found.append(
                Decision(kind, version.decided_by, version.change, version.decision_reason)
            )
        last = now
    return found[::-1]


def version_of(wording: Wording, edited_in_id: int | None):
    """Return a wording as it was after that edit of it, None when it never was so."""
    return (
        Wording.history.filter(id=wording.pk, edited_in_id=edited_in_id)
        .order_by("-history_id")
        .first()
    )


def merged(base, theirs: Wording, mine: dict) -> tuple[dict, list[str]]:
    """Return what two people made of the same version, and the fields that both changed.

    mine: values by field. Where both changed a field, what is returned is mine. Without a
    base every field that differs counts as changed by both.
    """
    values, both = {}, []
    for name, value in mine.items():
        other = getattr(theirs, name)
        if base is not None and value == getattr(base, name):
            value = other
        elif value != other and (base is None or other != getattr(base, name)):
            both.append(name)
        values[name] = value
    return values, both
