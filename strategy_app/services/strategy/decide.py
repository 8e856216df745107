"""Say how the elements of a draft come from those of the revision before."""

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from strategy_app.models import Change, Element, Origin, User, Wording
from strategy_app.queries import strategy as strategy_queries
from strategy_app.services.change import recording
from strategy_app.services.strategy import draft
from strategy_app.services.strategy.crosswalk import is_far, suggested


def decide(
    *,
    wording: Wording,
    modification: str,
    replaces: int | None,
    by: User,
    reason: str = "",
    source: str = Change.Source.PAGE,
) -> Wording:
    """Decide whether the changes of a draft's wording are editorial or material.

    Returns the wording. Raises ValidationError by field: for a kind that its texts rule
    out, or without a reason where "editorial" is said of more than a fifth of the words;
    and Overtaken or NotDraft as ``draft.edit``.
    """
    kinds = Wording.Modification
    with recording(Change.Action.EDIT_STRATEGY, by=by, source=source) as change:
        current = draft.current_of(wording, replaces)
        before = draft.previous_of(current)
        suggestion = suggested(before, current)
        if suggestion in (kinds.NEW, kinds.UNCHANGED):
            possible = {suggestion}
        else:
            possible = {kinds.EDITORIAL, kinds.MATERIAL}
        if modification not in possible:
            raise ValidationError({"modification": _("Its texts rule this out.")})
        if modification == kinds.EDITORIAL and is_far(before, current) and not reason:
            raise ValidationError(
                {"reason": _("More than a fifth of the words changed: say why it is so.")}
            )
        current.modification, current.decision_reason = modification, reason
        current.decided_by = by
        return draft.write(current, change)


def set_origins(
    *,
    wording: Wording,
    kind: str,
    origins: Collection[Element],
    by: User,
    source: str = Change.Source.PAGE,
) -> list[Origin]:
    """Say which elements of the revision before a draft's element was split or merged from.

    They take the place of what was said before; none makes it an element of its own.
    Returns them. Raises NotDraft, and ValidationError for an element that was not in the
    revision before, or for itself.
    """
    with recording(Change.Action.EDIT_STRATEGY, by=by, source=source):
        revision = draft.require_draft(wording.revision_id)
        for origin in revision.origins.filter(element_id=wording.element_id):
            origin.delete()
        found, before = [], strategy_queries.newest_elements(revision.strategy_id)
        for element in origins:
            origin = Origin(
                revision=revision, element_id=wording.element_id, origin=element, kind=kind
            )
            if element.pk not in before:
                raise ValidationError(
                    {"origins": _("%(code)s was not in the revision before.")
                     % {"code": element.code}}
                )  # fmt: skip
            origin.full_clean()
            origin.save()
            found.append(origin)
        draft.unapprove(revision)
        return found
