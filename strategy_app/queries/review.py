"""Read what waits beside the ledger: what was returned to somebody, what they skipped."""

from collections.abc import Iterable

import numpy as np
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.timezone import localdate

from strategy_app.coverage.frame import Frame
from strategy_app.coverage.waiting import Returned
from strategy_app.models import (
    Alignment,
    Deferral,
    Dismissal,
    Element,
    Programme,
    Return,
    User,
)
from strategy_app.permissions import can_align


def open_returns() -> QuerySet[Return]:
    """Return the returns that nothing has settled, the newest first.

    Settled by another row in the place of the returned one, or by its confirmation.
    """
    return (
        Return.objects.filter(alignment__valid_until__isnull=True)
        .filter(
            Q(alignment__confirmed_in__isnull=True)
            | Q(alignment__confirmed_in__lt=F("returned_in"))
        )
        .select_related("returned_in__by")
        .order_by("-id")
    )


def returned(frame: Frame) -> Returned:
    """Return which records are returned, and to whom; kept with the frame.

    To return something is a change, and so is it that somebody leaves, so a newer frame
    asks anew. One query where nothing is returned, a few otherwise.
    """

    def read():
        newest = _newest_returns()
        rows = sorted(newest)
        judged_by = _authors_of(newest[pk].alignment for pk in rows)
        authors = User.objects.filter(is_active=True).prefetch_related("departments")
        known = authors.in_bulk({judged_by[pk] for pk in rows if judged_by[pk]})
        unclaimed = [
            (author := known.get(judged_by[pk])) is None
            or not can_align(author, newest[pk].alignment.programme)
            for pk in rows
        ]
        days = [localdate(newest[pk].returned_in.at).toordinal() for pk in rows]
        return Returned(
            np.array(rows, np.int64), np.array(unclaimed, bool), np.array(days, np.int64)
        )

    return frame.kept.answer(("returned",), read)


def _newest_returns():
    """Return the newest open return of each record, by its id, with the record.

    Step by step: joined, a database that has not counted its rows lately may begin with
    the whole ledger.
    """
    newest = {
        item.alignment_id: item
        for item in Return.objects.select_related("returned_in").order_by("id")
    }
    rows = (
        Alignment.objects.open()
        .select_related("programme", "opened_in")
        .in_bulk(list(newest))
    )
    found = {}
    for pk, row in rows.items():
        item = newest[pk]
        if row.confirmed_in_id is None or row.confirmed_in_id < item.returned_in_id:
            item.alignment = row
            found[pk] = item
    return found


def _authors_of(rows):
    """Return by whom each record was judged first, by its id."""
    rows = list(rows)
    first = Alignment.objects.select_related("opened_in").in_bulk(
        [row.continues_id for row in rows if row.continues_id]
    )
    return {row.pk: first.get(row.continues_id, row).opened_in.by_id for row in rows}


def returns_of(rows: Iterable[Alignment]) -> dict[int, Return]:
    """Return the newest open return of each of these rows, by the row's id."""
    ids = [row.pk for row in rows if row.valid_until is None]
    found = open_returns().filter(alignment__in=ids).order_by("id")
    return {item.alignment_id: item for item in found}


def deferrals(user: User) -> dict[tuple[int, int], Deferral]:
    """Return what somebody has skipped and nothing has settled since.

    The newest of each cell, by the ids of programme and element.
    """
    since = Q(opened_in__gt=OuterRef("deferred_in"))
    since |= Q(closed_in__gt=OuterRef("deferred_in"))
    since |= Q(confirmed_in__gt=OuterRef("deferred_in"))
    later = Alignment.objects.filter(
        since, programme=OuterRef("programme"), element=OuterRef("element")
    )
    found = (
        Deferral.objects.filter(~Exists(later), deferred_in__by=user)
        .select_related("deferred_in")
        .order_by("id")
    )
    return {(item.programme_id, item.element_id): item for item in found}


def dismissal_of(programme: Programme, element: Element) -> Dismissal | None:
    """Return how the proposals of a cell were set aside, None where that is taken back."""
    last = (
        Dismissal.objects.filter(programme=programme, element=element)
        .select_related("dismissed_in__by")
        .order_by("-id")
        .first()
    )
    return None if last is None or last.waits_again else last
