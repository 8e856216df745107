"""Read what waits beside the ledger: what was returned to somebody, what they skipped."""

from collections.abc import Iterable

import numpy as np
from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import localdate

from strategy_app.coverage.frame import Frame
from strategy_app.coverage.standing import rows_of
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


def returned(frame: Frame) -> Returned:
    """Return which records are returned, and to whom; kept with the frame.

    To return something is a change, and so is it that somebody leaves, so a newer frame
    asks anew. One query where nothing is returned, a few otherwise.
    """

    def read():
        items = Return.objects.select_related("returned_in")
        found = _open(frame, items.filter(returned_in__lte=frame.change))
        rows = rows_of(frame, found)
        authors = frame.ledger.author[rows].tolist()
        programmes = frame.programmes.ids[frame.ledger.programme[rows]].tolist()
        days = [localdate(item.returned_in.at).toordinal() for item in found.values()]
        return Returned(
            np.array(list(found), np.int64),
            np.array(_unclaimed(authors, programmes), bool),
            np.array(days, np.int64),
        )

    return frame.answer(("returned",), read)


def _unclaimed(authors, programmes):
    """Return of which records the author is nobody who may record there, by their ids."""
    if not authors:
        return []
    active = User.objects.filter(is_active=True).prefetch_related("departments")
    known, programme_of = active.in_bulk(authors), Programme.objects.in_bulk(programmes)
    return [
        author not in known or not can_align(known[author], programme_of[programme])
        for author, programme in zip(authors, programmes, strict=True)
    ]


def returns_of(found: Iterable[Alignment], frame: Frame) -> dict[int, Return]:
    """Return the newest open return of each of these rows, by the row's id (one query)."""
    items = Return.objects.filter(
        alignment__in=[row.pk for row in found], returned_in__lte=frame.change
    )
    return _open(frame, items.select_related("returned_in__by"))


def _open(frame, items):
    """Return the newest of these returns for each record, by its id, where it is open.

    Settled by another row in the place of the returned one, or by its confirmation.
    """
    newest = {item.alignment_id: item for item in items.order_by("id")}
    ledger, ids = frame.ledger, sorted(newest)
    rows = rows_of(frame, ids)
    since = np.array([newest[pk].returned_in_id for pk in ids], np.int64)
    confirmed = ledger.confirmed[rows]
    is_confirmed = (since <= confirmed) & (confirmed <= frame.change)
    is_open = (ledger.closed[rows] > frame.change) & ~is_confirmed
    return {ids[place]: newest[ids[place]] for place in np.flatnonzero(is_open).tolist()}


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
