"""Read what waits beside the ledger: what was returned to somebody, what they skipped."""

from collections.abc import Iterable

import numpy as np
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.timezone import localdate

from strategy_app.coverage.frame import Frame
from strategy_app.models import Alignment, Deferral, Return, User


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


def returned_rows(frame: Frame) -> np.ndarray:
    """Return the ids of the ledger rows that are returned, int64[n]; kept with the frame.

    To return something is a change, so a newer frame asks anew.
    """

    def read():
        ids = open_returns().order_by().values_list("alignment_id", flat=True)
        return np.unique(np.array(list(ids), np.int64))

    return frame.kept.answer(("returned",), read)


def returned_days(frame: Frame) -> dict[tuple[int, int], int]:
    """Return on which day each returned record was returned, as an ordinal.

    By the ids of programme and element. Kept with the frame.
    """

    def read():
        return {
            (programme, element): localdate(at).toordinal()
            for programme, element, at in open_returns()
            .order_by("id")
            .values_list(
                "alignment__programme_id", "alignment__element_id", "returned_in__at"
            )
        }

    return frame.kept.answer(("returned days",), read)


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
