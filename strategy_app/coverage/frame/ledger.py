"""Fill the columns of the ledger from the database, and keep them up with it."""

from functools import cache
from itertools import islice

import numpy as np
from django.db.models import Exists, Func, IntegerField, OuterRef, Value
from django.db.models.functions import Coalesce

from strategy_app.coverage.frame.columns import (
    ALWAYS,
    NEVER,
    OPEN,
    Frame,
    Ledger,
    Programmes,
)
from strategy_app.models import Alignment, Change, Evidence, Wording


class _Ordinal(Func):
    """The ordinal of a day, computed by the database: a million dates cost seconds here."""

    output_field = IntegerField()

    def as_sqlite(self, compiler, connection, **context):
        template = "CAST(julianday(%(expressions)s) - 1721424.5 AS INTEGER)"
        return super().as_sql(compiler, connection, template=template, **context)

    def as_postgresql(self, compiler, connection, **context):
        template = "(%(expressions)s - DATE '0001-01-01' + 1)"
        return super().as_sql(compiler, connection, template=template, **context)


# Rows read at a time, so that they never stand in memory twice.
_BLOCK = 20_000
# Ids asked for at a time.
_BATCH = 500
# With more rows changed than this, loading all of them anew costs no more.
_FEW = 20_000

# Of each row itself, and by whom it was opened.
_LEDGER_COLUMNS = (
    "id",
    "programme_id",
    "element_id",
    "level",
    _Ordinal("valid_from"),
    Coalesce(_Ordinal("valid_until"), Value(int(NEVER))),
    "opened_in_id",
    Coalesce("closed_in_id", Value(int(OPEN))),
    Coalesce("confirmed_in_id", Value(int(OPEN))),
    Coalesce("continues_id", Value(0)),
    Coalesce("opened_in__by_id", Value(0)),
    "wording_id",
)
# What other tables tell of it: to ask for a few rows at once, for all of them apart.
_TOLD = (
    "opened_in__illustrative",
    Exists(Evidence.objects.filter(alignment=OuterRef("pk"), dated_on__isnull=False)),
    Coalesce(_Ordinal("wording__revision__in_force_from"), Value(int(ALWAYS))),
)


def _rows_until(number):
    """Return the rows opened up to a change.

    Later ones may be of programmes that are not loaded yet, and come with the next update.
    """
    return Alignment.objects.filter(opened_in__lte=number).order_by("id")


def load_ledger(programmes: Programmes, number: int) -> Ledger:
    """Return the ledger of the change ``number``, which is the newest one."""
    rows = _rows_until(number)
    columns = _table(rows, rows.order_by().count(), _LEDGER_COLUMNS)
    told = _told(ids=columns[0], opened=columns[6], wording=columns[11])
    return _ledger(programmes, *columns, *told)


def _written_since(since, programmes, number):
    """Return the rows opened, closed or confirmed after a change, None if they are many."""
    rows = _few_rows().filter(pk__in=_touched(since), opened_in__lte=number)
    found = list(rows[: _FEW + 1])
    return None if len(found) > _FEW else _from_few(programmes, found)


def load_rows(programmes: Programmes, ids: list[int]) -> Ledger:
    """Return the ledger of these rows alone, by ids in their order."""
    found = []
    for start in range(0, len(ids), _BATCH):
        found += _few_rows().filter(pk__in=ids[start : start + _BATCH])
    return _from_few(programmes, found)


def _from_few(programmes, found):
    table = np.array(found, np.int32).reshape(-1, len(_LEDGER_COLUMNS + _TOLD))
    return _ledger(programmes, *np.ascontiguousarray(table.T))


@cache
def _few_rows():
    """Return the question for rows that have changed: asked often, put together once."""
    return Alignment.objects.order_by("id").values_list(*_LEDGER_COLUMNS, *_TOLD)


def _table(rows, size, asked):
    """Return what is asked of about ``size`` rows of the database as int32 columns.

    They are many: read in blocks, each to its place, they never stand in memory twice.
    """
    columns = [with_room(size, np.int32) for _column in asked]
    rows = rows.values_list(*asked).iterator(chunk_size=_BLOCK)
    while block := list(islice(rows, _BLOCK)):
        values = np.array(block, np.int32).T
        columns = [appended(*pair) for pair in zip(columns, values, strict=True)]
    return columns


def _told(ids, opened, wording):
    """Return of all rows what ``_TOLD`` asks of a few.

    Whether each is illustrative, whether a dated source stands behind it, since when the
    wording that was judged has been in force.
    """
    illustrative = Change.objects.filter(illustrative=True).values_list("id", flat=True)
    dated = Evidence.objects.filter(dated_on__isnull=False).order_by()
    dated = dated.values_list("alignment_id", flat=True).distinct()
    return (
        np.isin(opened, np.array(illustrative, np.int64)),
        np.isin(ids, np.array(dated, np.int64)),
        _judged_from(wording),
    )


def _ledger(
    programmes, ids, programme, element, level, valid_from, valid_until, opened, closed,
    confirmed, continues, author, _wording, illustrative, dated, judged_from,
):  # fmt: skip
    programme[:] = _places(programme, programmes.ids)
    judged, author = _judgement(valid_from, author, continues)
    return Ledger(
        ids=ids,
        programme=programme,
        element=element,
        level=level.astype(np.int8),
        valid_from=valid_from,
        valid_until=valid_until,
        opened=opened,
        closed=closed,
        confirmed=confirmed,
        judged=judged,
        author=author,
        illustrative=illustrative.astype(bool),
        dated=dated.astype(bool),
        judged_from=judged_from,
    )


def _judgement(valid_from, author, continues):
    """Return on which day and by whom each row was judged: what it continues says so.

    Few rows continue another, so those are asked for apart: to join the ledger to itself
    is slow.
    """
    asked = [int(pk) for pk in np.unique(continues) if pk]
    first = Alignment.objects.select_related("opened_in").in_bulk(asked)
    judged = appended(with_room(len(valid_from), np.int32), valid_from)
    for row in np.flatnonzero(continues):
        judgement = first[int(continues[row])]
        judged[row] = judgement.valid_from.toordinal()
        author[row] = judgement.opened_in.by_id or 0
    return judged, author


def _places(values, among):
    """Return where each value stands in ``among``, an array of distinct ids."""
    if not len(values):
        return values
    place = np.zeros(int(among.max()) + 1, np.int32)
    place[among] = np.arange(len(among))
    return place[values]


def _judged_from(wordings):
    """Return since when each of these wordings has been in force, as ordinals int32."""
    judged = np.unique(wordings)
    days = dict(
        Wording.objects.filter(revision__in_force_from__isnull=False).values_list(
            "id", "revision__in_force_from"
        )
    )
    ordinals = [days[pk].toordinal() if pk in days else ALWAYS for pk in map(int, judged)]
    return np.array(ordinals, np.int32)[np.searchsorted(judged, wordings)]


def ledger_since(known: Frame, number: int) -> Ledger:
    """Return the ledger of a newer change: the known one, with what was written since.

    Rows opened since are appended, others closed and confirmed in place.
    """
    written = _written_since(known.change, known.programmes, number)
    if written is None:
        return load_ledger(known.programmes, number)
    old, is_new = known.ledger, written.opened > known.change
    at = np.searchsorted(old.ids, written.ids[~is_new])
    # The change first: whoever is still at the known frame then sees that it is a later
    # one, and does not look at the day.
    for name in ("closed", "confirmed", "valid_until"):
        getattr(old, name)[at] = getattr(written, name)[~is_new]
    names = Ledger.__dataclass_fields__
    return Ledger(
        **{name: appended(getattr(old, name), getattr(written, name)[is_new])
           for name in names}
    )  # fmt: skip


def _touched(since):
    """Ask for the ids of the rows opened, closed or confirmed after a change.

    Each by its own index: asked for all three at once, the databases read the whole ledger.
    """
    opened, closed, confirmed = (
        Alignment.objects.filter(**{f"{name}__gt": since}).order_by().values("id")
        for name in ("opened_in", "closed_in", "confirmed_in")
    )
    return opened.union(closed, confirmed)


def with_room(size: int, dtype: np.typing.DTypeLike) -> np.ndarray:
    """Return an empty column to which ``size`` values, and a few more, can be appended."""
    return np.empty(size + size // 50 + 1_000, dtype)[:0]


def appended(column: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Return a column with values added, in room behind it where there is some.

    What an earlier frame sees of the same memory ends before. Only the newest frame is
    ever carried on, so nobody else writes there.
    """
    if not len(new):
        return column
    size, room = len(column) + len(new), column.base
    if room is None or len(room) < size:
        room = with_room(size, column.dtype).base
        room[: len(column)] = column
    room[len(column) : size] = new
    return room[:size]
