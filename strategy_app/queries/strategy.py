"""Read strategies, their revisions and wordings."""

import datetime

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from strategy_app.models import (
    Correspondence,
    Element,
    ElementType,
    LevelDefinition,
    Origin,
    Revision,
    Wording,
)


def published_revisions(strategy_id: int) -> QuerySet[Revision]:
    """Return the published revisions of a strategy, newest day in force first."""
    return Revision.objects.filter(
        strategy_id=strategy_id, published_in__isnull=False
    ).order_by("-in_force_from")


def revision_in_force(strategy_id: int, day: datetime.date) -> Revision | None:
    """Return the revision whose wording holds on ``day``, or None before the first."""
    return published_revisions(strategy_id).filter(in_force_from__lte=day).first()


def types(strategy_id: int) -> QuerySet[ElementType]:
    """Return the types of a strategy's elements, as they are offered."""
    return ElementType.objects.filter(strategy_id=strategy_id).order_by("order", "code")


def uses_of(element_type: ElementType) -> int:
    """Return how many wordings are, or ever were, of a type."""
    return Wording.history.filter(type_id=element_type.pk).values("id").distinct().count()


def wordings(revision: Revision) -> list[Wording]:
    """Return all wordings of a revision in the strategy's order (one query)."""
    return list(
        Wording.objects.filter(revision=revision)
        .select_related("element", "parent", "type")
        .order_by("position")
    )


def published_wordings(element_id: int) -> QuerySet[Wording]:
    """Return what an element was ever published to say, the newest first."""
    return Wording.objects.filter(
        element_id=element_id, revision__published_in__isnull=False
    ).order_by("-revision__in_force_from")


def last_wordings(strategy_id: int) -> dict[int, Wording]:
    """Return the wording with which each element was published last, by its id (one query).

    Of elements that were withdrawn, the last one that they had.
    """
    later = Wording.objects.filter(
        element=OuterRef("element"),
        revision__published_in__isnull=False,
        revision__in_force_from__gt=OuterRef("revision__in_force_from"),
    )
    found = Wording.objects.filter(
        ~Exists(later),
        revision__strategy=strategy_id,
        revision__published_in__isnull=False,
    ).select_related("element", "parent", "revision", "type")
    return {wording.element_id: wording for wording in found.order_by("position")}


def newest_elements(strategy_id: int) -> set[int]:
    """Return the ids of the elements of the newest published revision."""
    newest = published_revisions(strategy_id).first()
    return set(newest.wordings.values_list("element_id", flat=True)) if newest else set()


def newest_titles(strategy_id: int) -> dict[str, dict]:
    """Return what each element that was ever published is called, by its code (one query).

    Each as {"title_en", "title_ja", "is_newest"}, from the newest published revision that
    has it; is_newest says that it is the newest one of all.
    """
    rows = list(
        Wording.objects.filter(
            revision__strategy=strategy_id, revision__published_in__isnull=False
        )
        .order_by("revision__in_force_from")
        .values("element__code", "title_en", "title_ja", "revision_id")
    )
    return {
        row["element__code"]: {
            "title_en": row["title_en"],
            "title_ja": row["title_ja"],
            "is_newest": row["revision_id"] == rows[-1]["revision_id"],
        }
        for row in rows
    }


def newest_change_to(revision: Revision) -> int:
    """Return the id of the newest change to a revision's own names, prefaces and state."""
    rows = Revision.history.filter(id=revision.pk)
    return rows.aggregate(newest=Max("change_id"))["newest"] or 0


def version_at(revision: Revision, change_id: int):
    """Return a revision as it was after a change, None where there was none yet."""
    rows = Revision.history.filter(id=revision.pk, change_id__lte=change_id)
    return rows.order_by("-history_id").first()


def version_of(draft: Revision) -> int:
    """Return the newest change to a draft, any of its wordings or origins (3 queries)."""
    found = [
        Revision.history.filter(id=draft.pk),
        Wording.history.filter(revision_id=draft.pk),
        Origin.history.filter(revision_id=draft.pk),
    ]
    return max(rows.aggregate(newest=Max("change_id"))["newest"] or 0 for rows in found)


def rows_of_tree(revision: Revision) -> list[dict]:
    """Return the wordings of a revision as ``frame.trees.build_tree`` takes them."""
    return list(
        revision.wordings.order_by("position").values(
            "element_id", "element__code", "parent_id", "modification", "is_alignable",
            "title_en", "title_ja",
        )
    )  # fmt: skip


def draft_of(strategy_id: int) -> Revision | None:
    """Return the draft of a strategy's next revision, None where there is none."""
    return Revision.objects.filter(
        strategy_id=strategy_id, published_in__isnull=True
    ).first()


def wordings_by_element(revision_id: int) -> dict[int, Wording]:
    """Return the wordings of a revision by element id (one query)."""
    found = Wording.objects.filter(revision_id=revision_id).select_related("element")
    return {wording.element_id: wording for wording in found}


def correspondences(element: Element) -> list[tuple[Wording, bool]]:
    """Return the newest wordings of what an element corresponds to, either way round.

    Each with whether that is illustrative. Elements that were never published are left out.
    """
    pairs = Correspondence.objects.filter(Q(element=element) | Q(other=element))
    others = {
        pair.other_id if pair.element_id == element.pk else pair.element_id: pair
        for pair in pairs
    }
    newest: dict[int, Wording] = {}
    for wording in (
        Wording.objects.filter(element_id__in=others, revision__published_in__isnull=False)
        .select_related("element__strategy")
        .order_by("revision__in_force_from", "position")
    ):
        newest[wording.element_id] = wording
    return [(wording, others[pk].is_illustrative) for pk, wording in newest.items()]


def correspondences_of(strategy_id: int) -> QuerySet[Correspondence]:
    """Return what the elements of a strategy correspond to, either way round, by code.

    Elements that were never published are left out.
    """
    published = Wording.objects.filter(revision__published_in__isnull=False)
    known = published.values("element")
    return (
        Correspondence.objects.filter(
            Q(element__strategy=strategy_id) | Q(other__strategy=strategy_id),
            element__in=known,
            other__in=known,
        )
        .select_related("element__strategy", "other__strategy")
        .order_by("element__code", "other__code", "pk")
    )


def level_definitions() -> dict[int | None, LevelDefinition]:
    """Return what each level means, by level; None is "not assessed"."""
    return {definition.level: definition for definition in LevelDefinition.objects.all()}
