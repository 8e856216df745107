"""What a frame is made of: columns of numpy arrays, without a database."""

import datetime
import threading
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from strategy_app.models import dates

# Days are ordinals. As narrow as the columns, or every comparison would widen them first.
NEVER, ALWAYS = np.int32(dates.NEVER), np.int32(dates.ALWAYS)
# The change in which something has not happened yet.
OPEN = np.int32(2**31 - 1)
# The amount of a budget that is not on record, which 0 may be.
NO_BUDGET = -1
# How many answers are kept, and how many bytes those may take that are large. The levels
# of 20 elements × 100,000 programmes take 2 MB, the numbers of a scope 0.1 MB.
_MOST_ANSWERS, _LARGE, _MOST_BYTES = 128, 2**20, 36 * 2**20


@dataclass(frozen=True)
class Group:
    """One category, department or strategy, with its names in both languages."""

    code: str
    name_en: str
    name_ja: str


@dataclass(frozen=True)
class Programmes:
    """Columns of P programmes, in the order of their codes.

    starts, ends: first active day and first day after, as ordinals, int32[P].
    category, department, status: index into their groups, int32[P]; -1 not known.
    countries: bool[C, P]. budgets: fiscal year -> int64[P] amounts, NO_BUDGET where
    none is on record. text_changed: id of the last change that altered its text
    materially, 0 for none, int32[P]. exists: bool[P], whether it was on record at the
    frame's change.
    """

    ids: np.ndarray
    codes: list[str]
    starts: np.ndarray
    ends: np.ndarray
    category: np.ndarray
    department: np.ndarray
    status: np.ndarray
    countries: np.ndarray
    budgets: Mapping[int, np.ndarray]
    categories: list[Group]
    departments: list[Group]
    country_codes: list[str]
    period_unknown: np.ndarray
    text_changed: np.ndarray
    exists: np.ndarray
    illustrative_ends: bool

    def columns_of(self, pks: np.ndarray) -> np.ndarray:
        """Return the columns of the programmes with these ids, int64[n], -1 for none."""
        pks = np.asarray(pks, np.int64)
        if not len(self.ids) or not len(pks):
            return np.full(len(pks), -1)
        order = self._by_id
        at = np.minimum(np.searchsorted(self.ids, pks, sorter=order), len(order) - 1)
        return np.where(self.ids[order[at]] == pks, order[at], -1)

    def column_of(self, pk: int) -> int | None:
        """Return the column of the programme with this id, None where it has none."""
        (column,) = self.columns_of([pk])
        return None if column < 0 else int(column)

    @cached_property
    def _by_id(self):
        return np.argsort(self.ids)

    @cached_property
    def place_of(self) -> dict[str, int]:
        """Column of each programme code."""
        return {code: column for column, code in enumerate(self.codes)}

    def budget_of(self, year: int) -> np.ndarray:
        """Return the amounts of a fiscal year, int64[P], NO_BUDGET where none is known."""
        if year in self.budgets:
            return self.budgets[year]
        return np.full(len(self.codes), NO_BUDGET, np.int64)

    def active(self, day: datetime.date) -> np.ndarray:
        """Return which programmes are active on ``day``, bool[P]."""
        ordinal = day.toordinal()
        return (self.starts <= ordinal) & (ordinal < self.ends)


@dataclass(frozen=True)
class Ledger:
    """Columns of R ledger rows, in the order of their ids; ids take 32 bits to save room.

    programme, element: column in Programmes and element id. level: as in ``models.Level``,
    int8. valid_from, valid_until: ordinals. opened, closed, confirmed: change ids, OPEN
    where there is none. judged: ordinal of the day on which it was judged, before
    valid_from where the row brings an older judgement back. author: id of the person who
    judged it, 0 for nobody. dated: whether a dated source stands behind it. judged_from:
    since when the wording that was judged has been in force.
    """

    ids: np.ndarray
    programme: np.ndarray
    element: np.ndarray
    level: np.ndarray
    valid_from: np.ndarray
    valid_until: np.ndarray
    opened: np.ndarray
    closed: np.ndarray
    confirmed: np.ndarray
    judged: np.ndarray
    author: np.ndarray
    illustrative: np.ndarray
    dated: np.ndarray
    judged_from: np.ndarray


@dataclass(frozen=True)
class Tree:
    """The elements of one revision, in the strategy's order (E rows, parents first).

    parent: row of the parent, -1 at the top. alignable: bool[E]. depth: alignable
    ancestors of each row. in_force_from, in_force_until: days, half-open. published: the
    change that published it. material_from: ordinal of the day of each row's last material
    change, ALWAYS where there was none. origins: rows that were split or merged from
    others, the ids of those, and the ordinal of the day from which: int64[K, 3].
    """

    revision_id: int
    strategy: str
    in_force_from: datetime.date
    in_force_until: datetime.date | None
    published: int
    element_ids: np.ndarray
    codes: list[str]
    titles_en: list[str]
    titles_ja: list[str]
    parent: np.ndarray
    alignable: np.ndarray
    depth: np.ndarray
    material_from: np.ndarray
    origins: np.ndarray

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Row of each element code."""
        return {code: row for row, code in enumerate(self.codes)}

    def rolled_up(self, values: np.ndarray, combine: np.ufunc = np.maximum) -> np.ndarray:
        """Return each row combined with all rows below it; ``values`` is [E, …], in place.

        combine: maximum, or add.
        """
        # Parents stand before their children, so going backwards each is complete before
        # it is added to its own parent.
        for row in range(len(self.codes) - 1, 0, -1):
            if (parent := self.parent[row]) >= 0:
                above = values[parent, ...]
                combine(above, values[row, ...], out=above)
        return values

    def above(self, row: int) -> list[int]:
        """Return the rows above one, the nearest first."""
        found = []
        while (row := int(self.parent[row])) >= 0:
            found.append(row)
        return found

    def alignable_parent(self, row: int) -> int | None:
        """Return the nearest row above that can be aligned with, if there is one."""
        return next((above for above in self.above(row) if self.alignable[above]), None)

    def below(self, row: int) -> list[int]:
        """Return the row and every row below it in the tree."""
        rows = [row]
        for other in range(row + 1, len(self.codes)):
            if int(self.parent[other]) in rows:
                rows.append(other)
        return rows


@dataclass(frozen=True)
class Target:
    """How much support an element should have from a day on (``models.Target``).

    category, department: codes, None where it is for all programmes.
    """

    element_id: int
    measure: str
    value: float
    valid_from: datetime.date
    category: str | None
    department: str | None


@dataclass(frozen=True)
class Thresholds:
    """What strategy admins have set (``models.Thresholds``).

    unknown_below: share of assessed active programmes, 0 to 1. fresh_months: how long a
    judgement is fresh. horizon_years: how far the future is looked at.
    """

    unknown_below: float
    fresh_months: int
    horizon_years: int


class Answers:
    """What was computed, by frame and question; those asked for least lately go first.

    One dictionary a process, thrown away when a newer frame is taken: nothing of a frame is
    carried over to the next. Frames do not hold it themselves, for they wait, with requests
    that are done, for the garbage collector, and megabytes of answers are not to wait.
    """

    def __init__(self):
        self._known: dict[Hashable, tuple[Any, int]] = {}
        self._lock = threading.Lock()

    def get(self, question: Hashable, compute: Callable[[], Any]) -> Any:
        """Return the answer to a question, computed where it is not kept.

        Its arrays, those in a tuple too, can only be read from then on.
        """
        known = self._known.get(question)
        if known is None:
            answer = compute()
            known = answer, _frozen(answer)
        with self._lock:
            self._known.pop(question, None)
            self._known[question] = known
            self._make_room()
        return known[0]

    def _make_room(self):
        large = {at: size for at, (_a, size) in self._known.items() if size >= _LARGE}
        room = _MOST_BYTES - sum(large.values())
        for question, size in large.items():
            if room >= 0:
                break
            room += size
            del self._known[question]
        while len(self._known) > _MOST_ANSWERS:
            del self._known[next(iter(self._known))]

    def clear(self) -> None:
        """Give up all of them."""
        with self._lock:
            self._known.clear()


def _frozen(answer):
    """Make arrays read-only; return how many bytes they take that are their own."""
    if isinstance(answer, tuple):
        return sum(map(_frozen, answer))
    if not isinstance(answer, np.ndarray):
        return 0
    answer.flags.writeable = False
    return answer.nbytes if answer.base is None else 0


ANSWERS = Answers()


@dataclass(frozen=True)
class Frame:
    """Everything that coverage is computed from, as of one change.

    The columns of the ledger are shared with later frames, which append rows behind those
    that this one sees, and close and confirm rows in place: what was written after the
    change is told by its number (``periods``).
    """

    change: int
    changed_at: datetime.datetime | None
    programmes: Programmes
    ledger: Ledger
    trees: Mapping[str, list[Tree]]
    strategies: list[Group]
    targets: list[Target]
    thresholds: Thresholds
    # Cells of which somebody has said that what they could go by does not apply: ids of
    # programme and element, the ordinal of the day, the change: int64[n, 4].
    dismissed: np.ndarray = field(default_factory=lambda: np.zeros((0, 5), np.int64))
    # The change that is looked back to, None in a frame of the newest one.
    known_at: int | None = None
    # What tells it from others, whatever is replaced in it.
    token: object = field(init=False, default_factory=object, compare=False, repr=False)

    def answer(self, question: Hashable, compute: Callable[[], Any]) -> Any:
        """Return the answer to a question about this frame, computed once (``Answers``)."""
        return ANSWERS.get((self.token, question), compute)

    def tree(self, strategy: str, day: datetime.date) -> Tree | None:
        """Return the elements in force on ``day``, None before the first revision."""
        for tree in reversed(self.trees.get(strategy, [])):
            if tree.in_force_from <= day:
                return tree
        return None

    @property
    def periods(self) -> tuple[np.ndarray, np.ndarray]:
        """First day and first day after of each ledger row, as known at the change.

        Rows opened later are never in force, rows closed later are still open.
        """
        return self.answer("periods", self._periods)

    def _periods(self):
        ledger = self.ledger
        # In this order: a newer frame may just be closing rows (``frame.ledger``).
        ends = ledger.valid_until.copy()
        ends[ledger.closed > self.change] = NEVER
        begins, is_later = ledger.valid_from, ledger.opened > self.change
        return np.where(is_later, NEVER, begins) if is_later.any() else begins, ends

    @property
    def last_turn(self) -> datetime.date:
        """The last day on which a ledger row begins, or no longer holds."""
        return self.answer("last turn", self._last_turn)

    def _last_turn(self):
        days = [some[some != NEVER].max(initial=1) for some in self.periods]
        return datetime.date.fromordinal(int(max(days)))

    @property
    def has_illustrative(self) -> bool:
        """Whether any record in force, or any end date, is illustrative."""
        return self.answer("illustrative", self._has_illustrative)

    def _has_illustrative(self):
        begins, ends = self.periods
        in_force = self.ledger.illustrative & (ends == NEVER) & (begins != NEVER)
        return bool(in_force.any()) or self.programmes.illustrative_ends

    def is_illustrative_on(self, day: datetime.date) -> bool:
        """Whether an illustrative record was in force on ``day``, replaced since or not."""

        def compute():
            return bool((self.ledger.illustrative & self.in_force(day)).any())

        return self.answer(("illustrative", day), compute)

    def in_force(self, day: datetime.date, rows=slice(None)) -> np.ndarray:
        """Return which of these ledger rows are in force on ``day``, bool[n]."""
        ordinal = day.toordinal()
        begins, ends = self.periods
        return (begins[rows] <= ordinal) & (ordinal < ends[rows])
