"""The columns of the ledger, the programmes and the strategies, one copy per process.

Each use asks the newest change id. Unchanged: nothing to do. Changed: only the ledger
rows opened, closed or confirmed since are read, which is enough because nothing is ever
overwritten; programmes and strategies are read again only when a change touched them.
"""

import datetime
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import zip_longest

import numpy as np
from django.db.models import Q

from strategy_app.models import (
    Alignment,
    Budget,
    Category,
    Change,
    Department,
    Programme,
    Revision,
    Strategy,
    Wording,
)
from strategy_app.models.change import current_change
from strategy_app.models.dates import first_day, last_day

# Days are ordinals; an open period ends at, and an unknown start lies before, any day.
NEVER, ALWAYS = np.int32(2**31 - 1), np.int32(-1)
_OPEN = np.int64(2**63 - 1)

# Changes that touch nothing but the ledger, or nothing that coverage reads.
_LEDGER_ONLY = {Change.Action.ALIGN, Change.Action.WITHDRAW, Change.Action.CONFIRM}
_IRRELEVANT = {Change.Action.EDIT_PERSON, Change.Action.EDIT_TOKEN}


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
    countries: bool[C, P]. budgets: fiscal year -> int64[P] amounts; None where none known.
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
    illustrative_ends: bool

    @cached_property
    def column_of(self) -> dict[int, int]:
        """Column of each programme id."""
        return {int(pk): column for column, pk in enumerate(self.ids)}

    def active(self, day: datetime.date) -> np.ndarray:
        """Return which programmes are active on ``day``, bool[P]."""
        ordinal = day.toordinal()
        return (self.starts <= ordinal) & (ordinal < self.ends)


@dataclass(frozen=True)
class Ledger:
    """Columns of R ledger rows.

    programme, element: column in Programmes and element id. level: 1 not targeted,
    2 significant, 3 principal. valid_from, valid_until: ordinals. opened, closed,
    confirmed: change ids, the largest int64 where there is none.
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
    illustrative: np.ndarray


@dataclass(frozen=True)
class Tree:
    """The elements of one revision, in the strategy's order (E rows, parents first).

    parent: row of the parent, -1 at the top. alignable: bool[E]. depth: alignable
    ancestors of each row. in_force_from, in_force_until: days, half-open.
    """

    revision_id: int
    strategy: str
    in_force_from: datetime.date
    in_force_until: datetime.date | None
    element_ids: np.ndarray
    codes: list[str]
    titles_en: list[str]
    titles_ja: list[str]
    parent: np.ndarray
    alignable: np.ndarray
    depth: np.ndarray

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Row of each element code."""
        return {code: row for row, code in enumerate(self.codes)}


@dataclass(frozen=True)
class Frame:
    """Everything that coverage is computed from, as of one change."""

    change: int
    changed_at: datetime.datetime | None
    programmes: Programmes
    ledger: Ledger
    trees: Mapping[str, list[Tree]]
    strategies: list[Group]
    # Matrices of the days last asked for (see ``matrix.levels``); they go with the frame.
    matrices: dict = field(init=False, default_factory=dict, compare=False, repr=False)

    def tree(self, strategy: str, day: datetime.date) -> Tree | None:
        """Return the elements in force on ``day``, None before the first revision."""
        for tree in reversed(self.trees.get(strategy, [])):
            if tree.in_force_from <= day:
                return tree
        return None

    @cached_property
    def has_illustrative(self) -> bool:
        """Whether any record in force, or any end date, is illustrative."""
        in_force = self.ledger.illustrative & (self.ledger.valid_until == NEVER)
        return bool(in_force.any()) or self.programmes.illustrative_ends


_cached: Frame | None = None
_lock = threading.Lock()


def current() -> Frame:
    """Return the frame of the newest change.

    Take it once per request, so that all numbers of a page are of one change.
    """
    global _cached
    if current_change() is not None:
        # What an open change has written may yet be rolled back: never shared.
        return _load_settled(None)
    with _lock:
        _cached = _load_settled(_cached)
        return _cached


def forget() -> None:
    """Drop the process's copy; the next use loads afresh."""
    global _cached
    with _lock:
        _cached = None


def _load_settled(known):
    """Load until no change has come in between, so that all columns are of one change."""
    while True:
        since = Change.objects.filter(id__gte=known.change if known else 0)
        newest = Change.objects.order_by("-id").values("id", "at").first()
        number, at = (newest["id"], newest["at"]) if newest else (0, None)
        if known is not None and known.change == number and known.changed_at == at:
            return known
        if known is not None and not (
            number > known.change
            and since.filter(id=known.change, at=known.changed_at).exists()
        ):
            known = None  # another history than the one we know: a restored backup
        frame = _load(number, at) if known is None else _update(known, number, at)
        known = frame


def _load(number, at):
    programmes = _load_programmes()
    strategies, _index = _groups(Strategy)
    return Frame(
        number, at, programmes, _load_ledger(programmes, number), _load_trees(), strategies
    )


def _update(known, number, at):
    actions = set(
        Change.objects.filter(id__gt=known.change, id__lte=number).values_list(
            "action", flat=True
        )
    )
    if actions <= _IRRELEVANT:
        return replace(known, change=number, changed_at=at)
    if actions <= _LEDGER_ONLY | _IRRELEVANT:
        ledger = _updated_ledger(known, number)
        return replace(known, change=number, changed_at=at, ledger=ledger)
    return _load(number, at)


# --- ledger ---

_LEDGER_FIELDS = (
    "id", "programme_id", "element_id", "level", "valid_from", "valid_until",
    "opened_in_id", "closed_in_id", "confirmed_in_id", "opened_in__illustrative",
)  # fmt: skip


def _rows_until(number):
    """Return the rows opened up to a change.

    Later ones may be of programmes that are not loaded yet, and come with the next update.
    """
    return (
        Alignment.objects.filter(opened_in__lte=number)
        .order_by("id")
        .values_list(*_LEDGER_FIELDS)
    )


def _load_ledger(programmes, number):
    return _ledger_columns(_rows_until(number), programmes)


def _ledger_columns(rows, programmes):
    rows = list(rows)
    (ids, programme, element, level, valid_from, valid_until, opened, closed, confirmed,
     illustrative) = zip(*rows, strict=True) if rows else ((),) * 10  # fmt: skip
    column_of = programmes.column_of
    return Ledger(
        ids=np.array(ids, np.int64),
        programme=np.array([column_of[pk] for pk in programme], np.int32),
        element=np.array(element, np.int64),
        level=np.array(level, np.uint8) + np.uint8(1),
        valid_from=_ordinals(valid_from),
        valid_until=_ordinals(valid_until),
        opened=np.array(opened, np.int64),
        closed=_changes(closed),
        confirmed=_changes(confirmed),
        illustrative=np.array(illustrative, bool),
    )


def _ordinals(days):
    return np.array([day.toordinal() if day else NEVER for day in days], np.int32)


def _changes(ids):
    return np.array([_OPEN if pk is None else pk for pk in ids], np.int64)


def _updated_ledger(known, number):
    """Return the known ledger with the rows that were touched since replaced or added."""
    since = known.change
    touched = _ledger_columns(
        _rows_until(number).filter(
            Q(opened_in__gt=since) | Q(closed_in__gt=since) | Q(confirmed_in__gt=since)
        ),
        known.programmes,
    )
    old = known.ledger
    at = np.searchsorted(old.ids, touched.ids)
    is_old = touched.opened <= since
    columns = {}
    for name in Ledger.__dataclass_fields__:
        column = getattr(old, name).copy()
        column[at[is_old]] = getattr(touched, name)[is_old]
        columns[name] = np.concatenate([column, getattr(touched, name)[~is_old]])
    return Ledger(**columns)


# --- programmes ---


def _load_programmes():
    rows = list(
        Programme.objects.order_by("code").values(
            "id", "code", "status", "starts_on", "ends_on", "category_id",
            "department_id", "partner_countries", "end_is_illustrative",
        )
    )  # fmt: skip
    categories, category_index = _groups(Category)
    departments, department_index = _groups(Department)
    statuses = {value: index for index, value in enumerate(Programme.Status.values)}
    countries = [_country_codes(row["partner_countries"]) for row in rows]
    country_codes = sorted({code for codes in countries for code in codes})
    membership = np.zeros((len(country_codes), len(rows)), bool)
    country_index = {code: index for index, code in enumerate(country_codes)}
    for column, codes in enumerate(countries):
        membership[[country_index[code] for code in codes], column] = True
    periods = [_period(row) for row in rows]
    return Programmes(
        ids=np.array([row["id"] for row in rows], np.int64),
        codes=[row["code"] for row in rows],
        starts=np.array([start for start, _end in periods], np.int32),
        ends=np.array([end for _start, end in periods], np.int32),
        category=np.array(
            [category_index.get(row["category_id"], -1) for row in rows], np.int32
        ),
        department=np.array(
            [department_index.get(row["department_id"], -1) for row in rows], np.int32
        ),
        status=np.array([statuses[row["status"]] for row in rows], np.int32),
        countries=membership,
        budgets=_load_budgets(rows),
        categories=categories,
        departments=departments,
        country_codes=country_codes,
        period_unknown=np.array([_is_period_unknown(row) for row in rows], bool),
        illustrative_ends=any(row["end_is_illustrative"] for row in rows),
    )


def _groups(model):
    rows = model.objects.order_by("code").values_list("id", "code", "name_en", "name_ja")
    groups, index = [], {}
    for number, (pk, *names) in enumerate(rows):
        groups.append(Group(*names))
        index[pk] = number
    return groups, index


def _country_codes(stored):
    return [code for code in (stored or "").split(",") if code]


def _is_period_unknown(row):
    ended = (Programme.Status.CLOSED, Programme.Status.CANCELLED)
    return not row["ends_on"] and row["status"] in ended


def _period(row):
    """Return the active days of a programme as ordinals, half-open (see the glossary)."""
    if _is_period_unknown(row):
        return NEVER, ALWAYS
    if row["starts_on"]:
        start = first_day(row["starts_on"]).toordinal()
    else:
        start = NEVER if row["status"] == Programme.Status.PLANNED else ALWAYS
    end = last_day(row["ends_on"]).toordinal() + 1 if row["ends_on"] else NEVER
    return start, end


def _load_budgets(rows):
    column_of = {row["id"]: column for column, row in enumerate(rows)}
    budgets = {}
    for pk, year, amount in Budget.objects.values_list(
        "programme_id", "fiscal_year", "amount"
    ):
        column = budgets.setdefault(year, np.zeros(len(rows), np.int64))
        if pk in column_of:  # else its programme is newer, and comes with the next load
            column[column_of[pk]] = amount
    return budgets


# --- strategies ---


def _load_trees():
    revisions = list(
        Revision.objects.filter(published_in__isnull=False)
        .order_by("strategy__code", "in_force_from")
        .values("id", "strategy__code", "in_force_from")
    )
    wordings = {}
    for row in (
        Wording.objects.filter(revision__published_in__isnull=False)
        .order_by("position")
        .values("revision_id", "element_id", "element__code", "parent_id",
                "is_alignable", "title_en", "title_ja")
    ):  # fmt: skip
        wordings.setdefault(row["revision_id"], []).append(row)
    trees = {}
    for revision, following in zip_longest(revisions, revisions[1:]):
        same = following and following["strategy__code"] == revision["strategy__code"]
        trees.setdefault(revision["strategy__code"], []).append(
            build_tree(
                wordings.get(revision["id"], []),
                revision_id=revision["id"],
                strategy=revision["strategy__code"],
                in_force_from=revision["in_force_from"],
                in_force_until=following["in_force_from"] if same else None,
            )
        )
    return trees


def build_tree(wordings: list[dict], **of_revision) -> Tree:
    """Return the Tree of wordings (dicts as read from the database), parents first."""
    children = {}
    for row in wordings:
        children.setdefault(row["parent_id"], []).append(row)
    ordered, stack = [], [(row, -1, 0) for row in reversed(children.get(None, []))]
    while stack:
        row, parent, depth = stack.pop()
        number = len(ordered)
        ordered.append((row, parent, depth))
        below = depth + 1 if row["is_alignable"] else depth
        stack.extend(
            (child, number, below)
            for child in reversed(children.get(row["element_id"], []))
        )
    return Tree(
        element_ids=np.array([row["element_id"] for row, _p, _d in ordered], np.int64),
        codes=[row["element__code"] for row, _p, _d in ordered],
        titles_en=[row["title_en"] for row, _p, _d in ordered],
        titles_ja=[row["title_ja"] for row, _p, _d in ordered],
        parent=np.array([parent for _r, parent, _d in ordered], np.int32),
        alignable=np.array([row["is_alignable"] for row, _p, _d in ordered], bool),
        depth=np.array([depth for _r, _p, depth in ordered], np.int32),
        **of_revision,
    )
