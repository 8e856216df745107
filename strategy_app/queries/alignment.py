"""Read the ledger as lists: rows by id, and beside them how they stand on a day."""

import datetime
from collections.abc import Iterable

import numpy as np
from django.db.models import IntegerField, Lookup, Prefetch, QuerySet

from strategy_app.coverage import standing
from strategy_app.coverage.frame import Frame, of_rows
from strategy_app.coverage.standing import State
from strategy_app.models import Alignment, Element, Evidence, Programme


def rows() -> QuerySet[Alignment]:
    """Return ledger rows with all that a list shows of them, at a fixed cost in queries.

    How they stand is laid beside them by ``with_standing``.
    """
    return Alignment.objects.select_related(
        "programme__department",
        "element__strategy",
        "wording",
        "opened_in__by",
        "closed_in__by",
        "confirmed_in__by",
        "continues__opened_in__by",
    ).prefetch_related(Prefetch("evidence", Evidence.objects.order_by("id")))


def with_standing(
    found: Iterable[Alignment], frame: Frame, day: datetime.date
) -> list[Alignment]:
    """Return rows as the frame knows them, each with its ``state`` on ``day``.

    And with ``gone_from``: since which day its strategy no longer has its element, None
    where it has. Rows that are newer than the frame are left out; what was closed or
    confirmed after its change was not yet.
    """
    found = [row for row in found if row.opened_in_id <= frame.change]
    gone = standing.gone_from(frame, day)
    states = standing.states_of(frame, day, [row.pk for row in found])
    for row, state in zip(found, states, strict=True):
        row.state, row.gone_from = state, gone.get(row.element_id)
        if (row.closed_in_id or 0) > frame.change:
            row.closed_in = row.valid_until = None
        if (row.confirmed_in_id or 0) > frame.change:
            row.confirmed_in = None
    return found


def states_now(found: Iterable[Alignment], day: datetime.date) -> dict[int, State]:
    """Return how a few rows stand at this moment, by their ids.

    For services: what an open change has written counts already.
    """
    found = list(found)
    ids = [row.pk for row in found]
    return dict(zip(ids, standing.states_of(of_rows(found), day, ids), strict=True))


def ids_in_force(
    frame: Frame,
    day: datetime.date,
    *,
    strategy: str = "",
    programme: str = "",
    element: str = "",
) -> np.ndarray:
    """Return the ids of the rows in force on ``day``, int64[n], ascending.

    Of one strategy, one programme, or the elements with one code, where that is named.
    """
    ledger, is_asked = frame.ledger, frame.in_force(day)
    if programme:
        is_asked &= ledger.programme == frame.programmes.place_of.get(programme, -1)
    if strategy or element:
        trees = [
            tree
            for code, some in frame.trees.items()
            if strategy in ("", code)
            for tree in some
        ]
        named = [
            tree.element_ids[[not element or code == element for code in tree.codes]]
            for tree in trees
        ]
        is_asked &= np.isin(ledger.element, np.concatenate([[0], *named]))
    return ledger.ids[is_asked].astype(np.int64)


def ids_confirmed(frame: Frame, day: datetime.date) -> np.ndarray:
    """Return the ids of the rows whose confirmation stands on ``day``, int64[n]."""
    stands = standing.of_every_strategy(frame, day)
    return frame.ledger.ids[~standing.has(stands, standing.UNCONFIRMED)].astype(np.int64)


@IntegerField.register_lookup
class Among(Lookup):
    """Whether an id is one of an array, however long: parameters have their limit."""

    lookup_name = "among"

    def get_prep_lookup(self):
        return ",".join(map(str, self.rhs.tolist()))

    def as_sqlite(self, compiler, connection):
        lhs, params = self.process_lhs(compiler, connection)
        many = "(SELECT value FROM json_each(%s))"
        return f"{lhs} IN {many}", [*params, f"[{self.rhs}]"]

    def as_postgresql(self, compiler, connection):
        lhs, params = self.process_lhs(compiler, connection)
        return f"{lhs} = ANY(string_to_array(%s, ',')::bigint[])", [*params, self.rhs]


def in_order(ids: Iterable[int], frame: Frame, day: datetime.date) -> list[Alignment]:
    """Return the rows with these few ids, in their order, with their standing."""
    found = rows().in_bulk([int(pk) for pk in ids])
    return with_standing([found[int(pk)] for pk in ids], frame, day)


def in_force(found: Iterable[Alignment]) -> dict[int, Alignment]:
    """Return those of one programme's rows that hold, by element id.

    found: of ``with_standing``, which says on which day.
    """
    return {row.element_id: row for row in found if row.state.is_in_force}


def in_force_of_programme(
    programme: Programme, strategy: str, day: datetime.date
) -> dict[int, Alignment]:
    """Return the rows in force on ``day``, with their standing, by element id."""
    found = rows().in_force(day).filter(programme=programme)
    found = list(found.filter(element__strategy__code=strategy))
    return in_force(with_standing(found, of_rows(found), day))


def open_row(programme: Programme, element: Element) -> Alignment | None:
    """Return the row that a new judgement of this cell would replace, if any."""
    return rows().open().filter(programme=programme, element=element).first()


def open_rows_named(strategy: str, names: list[tuple[str, str]]) -> list[Alignment]:
    """Return the rows in force in cells named by the codes of programme and element."""
    found = (
        rows()
        .open()
        .filter(
            programme__code__in={programme for programme, _element in names},
            element__code__in={element for _programme, element in names},
            element__strategy__code=strategy,
        )
    )
    wanted = set(names)
    return [row for row in found if (row.programme.code, row.element.code) in wanted]


def history_of_programme(
    programme: Programme, frame: Frame, day: datetime.date
) -> list[Alignment]:
    """Return every row ever recorded for a programme, the newest first."""
    return _history(frame, day, programme=programme)


def history_of_element(
    element: Element, frame: Frame, day: datetime.date, limit: int | None = None
) -> list[Alignment]:
    """Return the rows ever recorded against an element, the newest first."""
    return _history(frame, day, limit, element=element)


def history_of_cell(
    programme: Programme, element: Element, frame: Frame, day: datetime.date
) -> list[Alignment]:
    """Return every row ever recorded in a cell, the newest first."""
    return _history(frame, day, programme=programme, element=element)


def _history(frame, day, limit=None, **of):
    """Return what was recorded until the frame's change, with its standing on ``day``."""
    found = rows().filter(opened_in__lte=frame.change, **of)
    return with_standing(found.order_by("-opened_in_id", "-id")[:limit], frame, day)
