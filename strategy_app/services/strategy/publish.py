"""Publish a draft: checked, approved where that is asked for, in one transaction."""

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from strategy_app.models import Change, Revision, User, Wording
from strategy_app.queries import strategy as strategy_queries
from strategy_app.services.change import recording
from strategy_app.services.strategy.draft import FIELDS, Overtaken, require_draft


class NotApproved(Exception):
    """A second person has to approve the draft, as it is now, before it is published."""


@dataclass(frozen=True)
class Problem:
    """What stands against publishing a draft.

    wording: which one it is about, None for the draft as a whole. is_warning: whether it
    may be answered with "publish all the same".
    """

    message: str
    wording: Wording | None = None
    is_warning: bool = True


def problems_of(draft: Revision) -> list[Problem]:
    """Return what stands against publishing a draft, what forbids it first (5 queries)."""
    rows = strategy_queries.wordings(draft)
    if not any(row.is_alignable for row in rows):
        return [Problem(_("This draft has no element to align with."), is_warning=False)]
    here, back = {row.element_id for row in rows}, _used_before(rows)
    found = [
        Problem(_("The element above it is not in the draft."), row, is_warning=False)
        for row in rows
        if row.parent_id is not None and row.parent_id not in here
    ]
    if _says_nothing_new(draft, rows):
        found.append(Problem(_("Nothing has changed since the last revision.")))
    for row in rows:
        if lack := _lack(row):
            found.append(Problem(lack, row))
        if row.behind:
            found.append(Problem(_("One language was changed after the other."), row))
        if row.is_undecided(is_back=row.element_id in back):
            found.append(
                Problem(_("Nobody has decided yet whether its change is material."), row)
            )
    return found


def _lack(row):
    """Say what an element lacks to be aligned with, in words; "" for nothing."""
    if not row.is_alignable:
        return ""
    if not (row.title_en and row.title_ja):
        return _("One language has no title.")
    if not (row.body_en or row.body_ja):
        return _("Neither language has a text.")
    return "" if row.body_en and row.body_ja else _("One language has no text.")


# What readers see of an element; one that comes before another, by the order of the rows.
_SEEN = ("element_id", "parent_id", *FIELDS)


def _says_nothing_new(draft, rows):
    """Whether the draft is, preface and elements, what is published already."""
    newest = strategy_queries.published_revisions(draft.strategy_id).first()
    if newest is None:
        return False
    before, after = (
        [
            (revision.preface_en, revision.preface_ja),
            *(tuple(getattr(row, name) for name in _SEEN) for row in some),
        ]
        for revision, some in ((newest, strategy_queries.wordings(newest)), (draft, rows))
    )
    return before == after


def _used_before(rows):
    """Return which elements have been published before (one query)."""
    published = Wording.objects.filter(
        element__in=[row.element_id for row in rows], revision__published_in__isnull=False
    )
    return set(published.order_by().values_list("element_id", flat=True).distinct())


def _decide(draft, by):
    """Let whoever publishes decide what nobody has decided (two queries, and its rows)."""
    rows = list(draft.wordings.filter(decided_by=None))
    back = _used_before(rows)
    for row in rows:
        if row.is_undecided(is_back=row.element_id in back):
            row.decided_by = by
            row.save()


def approve(
    *,
    revision: Revision,
    by: User,
    version: int | None = None,
    source: str = Change.Source.PAGE,
) -> Revision:
    """Agree to the publication of a draft as it is now; return it.

    version: of the draft that was read (``queries.strategy.version_of``). Raises NotDraft,
    and Overtaken when the draft has been changed since.
    """
    with recording(Change.Action.APPROVE, by=by, source=source) as change:
        draft = _as_read(revision, version)
        draft.approved_in = change
        draft.save()
        return draft


def _as_read(revision, version):
    """Return the draft, inside the change; raises Overtaken where it was read otherwise."""
    draft = require_draft(revision.pk)
    if version is not None and strategy_queries.version_of(draft) != version:
        raise Overtaken(None)
    return draft


def is_approved_for(draft: Revision, by: User | None) -> bool:
    """Whether this person may publish: another has approved, where that is asked for.

    by: None is the system, which loads what others have published; it has no second person.
    """
    if by is None or not settings.PUBLICATION_NEEDS_APPROVAL:
        return True
    return draft.approved_in is not None and draft.approved_in.by_id != by.pk


def publish(
    *,
    revision: Revision,
    in_force_from: datetime.date,
    by: User | None,
    despite_warnings: bool = False,
    version: int | None = None,
    source: str = Change.Source.ADMIN,
) -> Revision:
    """Publish a draft, in force from that day, for good; return it.

    Suggestions of how a wording changed that nobody has decided on are decided by who
    publishes. despite_warnings: whether to publish although there are problems that are
    mere warnings. version: of the draft that was read, as for ``approve``. Raises NotDraft
    when it is published already, Overtaken, NotApproved, and ValidationError when something
    stands against it or the day is not after the last revision's; it may be a past one,
    for history that is loaded later: what people send is checked by ``forms.publish``.
    """
    with recording(Change.Action.PUBLISH, by=by, source=source) as change:
        draft = _as_read(revision, version)
        for problem in problems_of(draft):
            if not (problem.is_warning and despite_warnings):
                raise ValidationError(problem.message)
        newest = strategy_queries.published_revisions(draft.strategy_id).first()
        if newest is not None and in_force_from <= newest.in_force_from:
            raise ValidationError(
                {"in_force_from": _("Choose a day after the one of the last revision.")}
            )
        if not is_approved_for(draft, by):
            raise NotApproved
        _decide(draft, by)
        draft.in_force_from = in_force_from
        draft.published_in = change
        draft.full_clean()
        draft.save()
        return draft
