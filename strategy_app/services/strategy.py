"""Keep strategies: create, draft, edit the draft, publish."""

import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from strategy_app.models import Change, Element, Revision, Strategy, User, Wording
from strategy_app.queries import strategy as strategy_queries
from strategy_app.services.change import recording


class NotDraft(Exception):
    """A published revision was to be edited."""


def create_draft(
    *, strategy: Strategy, by: User | None, source: str = Change.Source.ADMIN, **fields
) -> Revision:
    """Start a draft and return it; it copies the wordings of the newest revision.

    ``fields`` are the names and prefaces of the revision. Raises ValidationError when
    the strategy has a draft already.
    """
    with recording(Change.Action.EDIT_STRATEGY, by=by, source=source):
        draft = Revision(strategy=strategy, **fields)
        draft.full_clean()
        draft.save()
        newest = strategy_queries.published_revisions(strategy.pk).first()
        if newest is not None:
            for wording in strategy_queries.wordings(newest):
                wording.pk = None
                wording.revision = draft
                wording.modification = Wording.Modification.UNCHANGED
                wording._state.adding = True
                wording.save()
        return draft


def save_wording(
    *, wording: Wording, by: User | None, source: str = Change.Source.ADMIN
) -> Wording:
    """Save one wording of a draft and return it.

    Raises NotDraft for a published revision, ValidationError by field.
    """
    with recording(Change.Action.EDIT_STRATEGY, by=by, source=source):
        if not Revision.objects.get(pk=wording.revision_id).is_draft:
            raise NotDraft
        check_place(wording)
        wording.full_clean()
        wording.save()
        return wording


def delete_wording(
    *, wording: Wording, by: User | None, source: str = Change.Source.ADMIN
) -> None:
    """Take an element out of a draft; published revisions keep theirs.

    Raises NotDraft for a published revision, ValidationError while it has children.
    """
    with recording(Change.Action.EDIT_STRATEGY, by=by, source=source):
        if not Revision.objects.get(pk=wording.revision_id).is_draft:
            raise NotDraft
        if Wording.objects.filter(
            revision_id=wording.revision_id, parent_id=wording.element_id
        ).exists():
            raise ValidationError(_("Move or remove the elements below it first."))
        wording.delete()


def save_element(
    *, strategy: Strategy, code: str, by: User | None, source: str = Change.Source.ADMIN
) -> Element:
    """Return the strategy's element of that code, making it when there is none."""
    element = Element.objects.filter(strategy=strategy, code=code).first()
    if element is None:
        with recording(Change.Action.EDIT_STRATEGY, by=by, source=source):
            element = Element(strategy=strategy, code=code)
            element.full_clean()
            element.save()
    return element


def publish(
    *,
    revision: Revision,
    in_force_from: datetime.date,
    by: User | None,
    source: str = Change.Source.ADMIN,
) -> Revision:
    """Publish a draft, in force from that day, for good; return it.

    Raises NotDraft when it is published already; ValidationError when nothing in it can
    be aligned with, or when the day is not after the last revision's.
    """
    with recording(Change.Action.PUBLISH, by=by, source=source) as change:
        revision = Revision.objects.get(pk=revision.pk)
        if not revision.is_draft:
            raise NotDraft
        if not revision.wordings.filter(is_alignable=True).exists():
            raise ValidationError(_("This draft has no element to align with."))
        newest = strategy_queries.published_revisions(revision.strategy_id).first()
        if newest is not None and in_force_from <= newest.in_force_from:
            raise ValidationError(
                {"in_force_from": _("Choose a day after the one of the last revision.")}
            )
        revision.in_force_from = in_force_from
        revision.published_in = change
        revision.full_clean()
        revision.save()
        return revision


def check_place(wording: Wording) -> None:
    """Refuse a place in the tree that there cannot be (ValidationError by field)."""
    _check_same_strategy(wording)
    _check_no_cycle(wording)


def _check_same_strategy(wording):
    strategy_id = wording.revision.strategy_id
    for name in ("element", "parent"):
        element = getattr(wording, name)
        if element is not None and element.strategy_id != strategy_id:
            raise ValidationError({name: _("This element belongs to another strategy.")})


def _check_no_cycle(wording):
    """Refuse a parent that stands below the element, or is not in the draft."""
    parents = dict(
        Wording.objects.filter(revision_id=wording.revision_id)
        .exclude(pk=wording.pk)
        .values_list("element_id", "parent_id")
    )
    parents[wording.element_id] = wording.parent_id
    if not set(parents.values()) <= {*parents, None, wording.parent_id}:
        raise ValidationError({"element": _("Move or remove the elements below it first.")})
    seen, node = {wording.element_id}, wording.parent_id
    while node is not None:
        if node not in parents:
            raise ValidationError({"parent": _("The parent is not in this revision.")})
        if node in seen:
            raise ValidationError({"parent": _("An element cannot stand below itself.")})
        seen.add(node)
        node = parents[node]
