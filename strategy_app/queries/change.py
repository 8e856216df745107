"""Read changes: who did what, when, and which rows of the ledger it touched."""

import datetime

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from strategy_app.coverage.frame import Frame
from strategy_app.models import Alignment, Change, Target
from strategy_app.queries import alignment as alignment_queries

# What accounts, tokens and people's own views look like is for strategy admins only.
ABOUT_PEOPLE = (
    Change.Action.EDIT_PERSON,
    Change.Action.EDIT_TOKEN,
    Change.Action.EDIT_VIEW,
)


def changes() -> QuerySet[Change]:
    """Return changes with their authors, the newest first."""
    return Change.objects.select_related("by").order_by("-id")


def latest(number: int) -> list[Change]:
    """Return the newest changes but those of accounts and tokens."""
    return list(changes().exclude(action__in=ABOUT_PEOPLE)[:number])


def subjects(found: list[Change]) -> dict[int, str]:
    """Return the codes of the elements whose targets changes are about, by their ids.

    One question, whatever is found; changes of anything else are left out.
    """
    edited = [row.pk for row in found if row.action == Change.Action.EDIT_TARGET]
    rows = Target.history.filter(change__in=edited).order_by("change", "element__code")
    codes: dict[int, list[str]] = {}
    for change, code in rows.values_list("change_id", "element__code"):
        if code not in codes.setdefault(change, []):
            codes[change].append(code)
    return {change: ", ".join(some) for change, some in codes.items()}


def with_counts(found: QuerySet[Change]) -> QuerySet[Change]:
    """Add how many rows of the ledger each change opened, closed and confirmed."""
    return found.annotate(
        opened_count=_count("opened_in"),
        closed_count=_count("closed_in"),
        confirmed_count=_count("confirmed_in"),
    )


def _count(role):
    """Count in a subquery, so that the three counts cannot multiply one another."""
    rows = (
        Alignment.objects.filter(**{role: OuterRef("pk")})
        .order_by()
        .values(role)
        .annotate(number=Count("pk"))
        .values("number")
    )
    return Coalesce(Subquery(rows, output_field=IntegerField()), 0)


def ledger_rows(
    change: Change, frame: Frame, day: datetime.date, limit: int
) -> dict[str, list[Alignment]]:
    """Return the rows that a change opened, closed and confirmed, ``limit`` of each.

    With their standing on ``day``.
    """
    return {
        role: alignment_queries.with_standing(
            alignment_queries.rows()
            .filter(**{f"{role}_in": change})
            .order_by("programme__code", "element__code", "id")[:limit],
            frame,
            day,
        )
        for role in ("opened", "closed", "confirmed")
    }
