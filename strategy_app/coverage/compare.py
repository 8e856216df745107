"""Two coverages side by side: what differs, cell by cell, and why."""

import datetime
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from strategy_app.coverage import counts, matrix
from strategy_app.coverage.counts import Coverage
from strategy_app.coverage.frame import Frame
from strategy_app.coverage.scope import Scope
from strategy_app.coverage.standing import LAYERS, months_before
from strategy_app.words import RECORDS

# What two sides may differ in. Groups have no before and after: neither comes first.
TURNS = ("day", "known_at", "layer")
GROUPS = ("department", "category")


class Kind(TextChoices):
    ADDED = "added", _("Added")
    REMOVED = "removed", _("Removed")
    RAISED = "raised", _("Raised")
    LOWERED = "lowered", _("Lowered")
    BEGUN = "begun", _("Begun")
    ENDED = "ended", _("Ended")
    LACKING = "lacking", _("Not at the layer")


DEFINITIONS = {
    Kind.ADDED: _("Not assessed before, assessed after."),
    Kind.REMOVED: _("Assessed before, not assessed after."),
    Kind.RAISED: _("A higher level after than before."),
    Kind.LOWERED: _("A lower level after than before."),
    Kind.BEGUN: _(
        "The programme is counted only after: it has begun, or fits the filters."
    ),
    Kind.ENDED: _("The programme is counted only before: it has ended, or fits no longer."),
    Kind.LACKING: _(
        "Between layers: assessed, but with no record at the stricter layer. Nothing has"
        " been removed."
    ),
}
# Layers have no before and after.
_BETWEEN_LAYERS = {Kind.LOWERED: _("A lower level at the stricter layer.")}
SINCE = _(
    "Pairs of an element and a programme whose effective level differs between two days, by"
    " what makes the difference. Without another day, the same day of the year before."
)
# What a record that a layer lacks has not got.
LACKS = {
    "evidenced": RECORDS["unevidenced"].said,
    "confirmed": RECORDS["unconfirmed"].said,
    "fresh": _("not confirmed lately"),
}

_KINDS = list(Kind)


def kinds_between(by: str) -> list[Kind]:
    """Return the kinds that sides which differ in ``by`` can have.

    A stricter layer holds some of the same records: nothing is added or removed, and the
    programmes are the same.
    """
    if by == "layer":
        return [Kind.LACKING, Kind.LOWERED]
    return [kind for kind in Kind if kind != Kind.LACKING]


def definition_of(kind: Kind, by: str) -> str:
    """Return what a kind means between sides that differ in ``by``."""
    own = _BETWEEN_LAYERS if by == "layer" else {}
    return own.get(kind) or DEFINITIONS[kind]


@dataclass(frozen=True)
class Difference:
    """One cell that differs: column of the programme, code of the element, the levels.

    before, after: 0, 1, 2, or None for not assessed (or not counted).
    """

    programme: int
    element: str
    kind: Kind
    before: int | None
    after: int | None


@dataclass(frozen=True)
class Differences:
    """All N cells that differ, in the order of the elements, then of the programmes.

    codes: the elements compared. element: index into codes, int64[N]. programme: column,
    int64[N]. kind: index into Kind, int64[N]. before, after: as in ``matrix.levels``,
    int8[N].
    """

    codes: list[str]
    element: np.ndarray
    programme: np.ndarray
    kind: np.ndarray
    before: np.ndarray
    after: np.ndarray

    def __len__(self) -> int:
        return len(self.kind)

    def __getitem__(self, part: slice) -> list[Difference]:
        return [
            Difference(
                programme=int(self.programme[number]),
                element=self.codes[self.element[number]],
                kind=_KINDS[self.kind[number]],
                before=matrix.level_of(self.before[number]),
                after=matrix.level_of(self.after[number]),
            )
            for number in range(*part.indices(len(self)))
        ]

    def by_kind(self) -> dict[Kind, int]:
        """Return how many there are of each kind."""
        numbers = np.bincount(self.kind, minlength=len(_KINDS)).tolist()
        return dict(zip(_KINDS, numbers, strict=True))

    def only(self, *, kind: str = "", element: str = "") -> "Differences":
        """Return those of one kind, of one element, or both."""
        chosen = np.ones(len(self), bool)
        if kind:
            chosen &= self.kind == _KINDS.index(Kind(kind))
        if element:
            chosen &= self.element == (
                self.codes.index(element) if element in self.codes else -1
            )
        columns = (self.element, self.programme, self.kind, self.before, self.after)
        return Differences(self.codes, *(column[chosen] for column in columns))


@dataclass(frozen=True)
class Pair:
    """Two sides of one question: ``own`` is the scope's, ``other`` what it is held against.

    by: what they differ in, one of TURNS or GROUPS.
    """

    by: str
    own: Coverage
    other: Coverage

    @property
    def sides(self) -> tuple[Coverage, Coverage]:
        """Before and after: the earlier day or change; of layers the one that holds more.

        So what a stricter layer has not got is lacking or lowered. Groups: own, other.
        """
        if self.by in GROUPS or _rank(self.by, self.own) < _rank(self.by, self.other):
            return self.own, self.other
        return self.other, self.own

    @property
    def before(self) -> Coverage:
        """The first of ``sides``."""
        return self.sides[0]

    @property
    def after(self) -> Coverage:
        """The second of ``sides``."""
        return self.sides[1]

    @property
    def is_same(self) -> bool:
        """Whether both sides ask the same question."""
        one, other = (side.scope.but(known_at=None) for side in (self.own, self.other))
        return one == other and self.own.change == self.other.change

    @cached_property
    def codes(self) -> list[str]:
        """Codes of the elements that are alignable on either side."""
        return elements(self.before, self.after)

    @cached_property
    def differences(self) -> Differences:
        """Every cell that differs between before and after; none between groups."""
        if self.by in GROUPS:
            return _joined([], [])
        return differences(self.before, self.after)

    def by_kind(self) -> dict[Kind, int]:
        """Return how many differences there are of each kind, kept beside the frame."""
        numbers = self._numbers()
        return {kind: numbers[kind] for kind in kinds_between(self.by)}

    def _numbers(self):
        frame = self.own.frame
        if self.other.frame is not frame:
            return self.differences.by_kind()
        asked = [counts.question(side.scope) for side in (self.own, self.other)]
        key = ("by_kind", self.by, *asked)
        return frame.answer(key, lambda: self.differences.by_kind())


def pair(frame: Frame, scope: Scope, other_frame: Frame, other: Scope, *, by: str) -> Pair:
    """Count both sides. The frames must hold the same programmes in the same columns.

    Raises matrix.UnknownGroup for an unknown filter.
    """
    return Pair(
        by, own=counts.elements(frame, scope), other=counts.elements(other_frame, other)
    )


def year_before(day: datetime.date) -> datetime.date:
    """Return the same day of the year before, 28 February for a leap day."""
    return datetime.date.fromordinal(months_before(day, 12))


def four_counts(coverage: Coverage, code: str) -> list[int] | None:
    """Return the four parts of an element, None where the tree has no such element."""
    row = coverage.tree.row_of.get(code) if coverage.tree is not None else None
    return None if row is None else coverage.counts[row].tolist()


def elements(before: Coverage, after: Coverage) -> list[str]:
    """Return the codes of alignable elements of either, in the order of the later tree."""
    codes = {}
    for coverage in (after, before):
        if coverage.tree is not None:
            for code, alignable in zip(
                coverage.tree.codes, coverage.tree.alignable, strict=True
            ):
                if alignable:
                    codes.setdefault(code)
    return list(codes)


def differences(before: Coverage, after: Coverage) -> Differences:
    """Return every cell of an alignable element that differs.

    Both must be counted from frames with the same programmes. What was raised by roll-up
    alone differs too, as it does in the numbers. A programme that is counted on one side
    only has a cell here where it was assessed.
    """
    codes = elements(before, after)
    only_one = before.columns != after.columns
    cells = []
    for code in codes:
        one, other = _levels(before, code), _levels(after, code)
        assessed = (one != matrix.NOT_ASSESSED) | (other != matrix.NOT_ASSESSED)
        differ = np.flatnonzero((one != other) | (only_one & assessed))
        kind = _kinds(before, after, differ, one[differ], other[differ])
        cells.append((differ, kind, one[differ], other[differ]))
    return _joined(codes, cells)


def _joined(codes, cells):
    """Return the cells of all elements, one after the other."""
    if not cells:
        none, levels = np.zeros(0, np.int64), matrix.none_assessed(0)
        return Differences(codes, none, none, none, levels, levels)
    numbers = np.repeat(np.arange(len(codes)), [len(cell[0]) for cell in cells])
    return Differences(
        codes, numbers, *(np.concatenate(column) for column in zip(*cells, strict=True))
    )


def _levels(coverage, code):
    """Return the levels of one element, where the tree has it and they count: int8[P]."""
    row = coverage.tree.row_of.get(code) if coverage.tree is not None else None
    if row is None:
        return matrix.none_assessed(len(coverage.columns))
    return np.where(coverage.columns, coverage.levels[row], np.int8(matrix.NOT_ASSESSED))


def _kinds(before, after, columns, one, other):
    """Return the kind of each differing cell, as an index: the first that fits."""
    is_by_layer = before.scope.layer != after.scope.layer
    fits = [
        (Kind.BEGUN, ~before.columns[columns]),
        (Kind.ENDED, ~after.columns[columns]),
        (Kind.ADDED, one == matrix.NOT_ASSESSED),
        (Kind.LACKING if is_by_layer else Kind.REMOVED, other == matrix.NOT_ASSESSED),
        (Kind.RAISED, other > one),
        (Kind.LOWERED, other < one),
    ]
    numbers = [np.int64(_KINDS.index(kind)) for kind, _mask in fits]
    return np.select([mask for _kind, mask in fits], numbers)


def _rank(by, coverage):
    """Return what decides which of two sides comes first."""
    if by == "layer":
        return LAYERS.index(coverage.scope.layer)
    return coverage.change if by == "known_at" else coverage.scope.day.toordinal()
