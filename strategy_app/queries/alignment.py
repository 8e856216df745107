"""Read the ledger as lists: what is in force, and how it came about."""

import datetime
from collections.abc import Iterable

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery

from strategy_app.models import (
    Alignment,
    Element,
    Evidence,
    Programme,
    Revision,
    Wording,
)
from strategy_app.models.dates import today


def rows() -> QuerySet[Alignment]:
    """Return ledger rows with all that a list shows of them, at a fixed cost in queries.

    ``reworded`` says whether the element's wording has changed materially, by today,
    since the one that was judged; ``can_be_judged`` whether the strategy still has it;
    ``gone_from`` since which day it no longer has it, None where it has.
    """
    return (
        Alignment.objects.select_related(
            "programme__department",
            "element__strategy",
            "wording",
            "opened_in__by",
            "closed_in__by",
            "confirmed_in__by",
            "continues__opened_in__by",
        )
        .prefetch_related(Prefetch("evidence", Evidence.objects.order_by("id")))
        .annotate(reworded=reworded(), can_be_judged=can_be_judged(), gone_from=gone_from())
    )


def reworded() -> Exists:
    """Return the condition that a row's element has been reworded materially since."""
    return Exists(
        Wording.objects.filter(
            element=OuterRef("element"),
            modification__in=Wording.ASKS_TO_REREAD,
            revision__published_in__isnull=False,
            revision__in_force_from__lte=today(),
            revision__in_force_from__gt=OuterRef("wording__revision__in_force_from"),
        )
    )


def can_be_judged() -> Exists:
    """Return the condition that a row's element is in force today and can be aligned."""
    in_force = Revision.objects.filter(
        published_in__isnull=False, in_force_from__lte=today()
    )
    later = in_force.filter(
        strategy=OuterRef("strategy"), in_force_from__gt=OuterRef("in_force_from")
    )
    return Exists(
        Wording.objects.filter(
            element=OuterRef("element"),
            is_alignable=True,
            revision__in=in_force.filter(~Exists(later)),
        )
    )


def gone_from() -> Subquery:
    """Return the day of the revision, by today, that withdrew a row's element; or none."""
    in_force = Revision.objects.filter(
        published_in__isnull=False, in_force_from__lte=today()
    )
    last = in_force.filter(wordings__element=OuterRef(OuterRef("element")))
    days = last.order_by("-in_force_from").values("in_force_from")[:1]
    following = in_force.filter(
        strategy=OuterRef("element__strategy"), in_force_from__gt=Subquery(days)
    )
    return Subquery(following.order_by("in_force_from").values("in_force_from")[:1])


def confirmed() -> Q:
    """Return the condition that a row's confirmation stands (``Alignment.lapse``)."""
    text_changed = F("programme__text_changed_in")
    return (
        Q(confirmed_in__isnull=False)
        & ~reworded()
        & (Q(programme__text_changed_in__isnull=True) | Q(confirmed_in__gte=text_changed))
    )


def in_force(found: Iterable[Alignment], day: datetime.date) -> dict[int, Alignment]:
    """Return those of one programme's rows that hold on ``day``, by element id."""
    return {
        row.element_id: row
        for row in found
        if row.valid_from <= day and (row.valid_until is None or day < row.valid_until)
    }


def in_force_of_programme(
    programme: Programme, strategy: str, day: datetime.date
) -> dict[int, Alignment]:
    """Return the rows in force on ``day`` by element id."""
    found = history_of_programme(programme).filter(element__strategy__code=strategy)
    return in_force(found, day)


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


def history_of_programme(programme: Programme) -> QuerySet[Alignment]:
    """Return every row ever recorded for a programme, the newest first."""
    return rows().filter(programme=programme).order_by("-opened_in_id", "-id")


def history_of_element(element: Element) -> QuerySet[Alignment]:
    """Return every row ever recorded against an element, the newest first."""
    return rows().filter(element=element).order_by("-opened_in_id", "-id")


def history_of_cell(programme: Programme, element: Element) -> QuerySet[Alignment]:
    """Return every row ever recorded in a cell, the newest first."""
    return history_of_programme(programme).filter(element=element)
