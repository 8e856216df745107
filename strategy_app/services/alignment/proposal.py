"""Answer a proposal: take a record of what an element comes from over, or set it aside."""

from collections.abc import Collection

from django.core.exceptions import PermissionDenied

from strategy_app import permissions
from strategy_app.coverage import frame, proposals
from strategy_app.models import Alignment, Change, Dismissal, Element, Programme, User
from strategy_app.models.dates import today
from strategy_app.queries import alignment as alignment_queries
from strategy_app.services.alignment.record import align
from strategy_app.services.alignment.rules import (
    Conflict,
    Unread,
    check_can_be_aligned,
    check_read,
    sources_of,
)
from strategy_app.services.change import recording


def accept(
    *,
    element: Element,
    proposal: Alignment,
    by: User,
    read: int | None = None,
    source: str = Change.Source.PAGE,
) -> Alignment:
    """Record of an element what was recorded of the one it comes from; return the new row.

    It is the person's own judgement of the wording in force, made today, with the level,
    the rationale and the evidence of the proposal. ``read`` is the id of the wording that
    they saw. Raises as ``align`` does: Conflict where the cell has been judged, Unread, and
    ValidationError where the proposal lacks what a judgement needs now.
    """
    return align(
        programme=proposal.programme,
        element=element,
        level=proposal.level,
        rationale=proposal.rationale,
        evidence=sources_of(proposal),
        replaces=None,
        by=by,
        read=read,
        source=source,
    )


def dismiss(
    *,
    programme: Programme,
    element: Element,
    by: User,
    read: int | None = None,
    seen: Collection[int] | None = None,
    source: str = Change.Source.PAGE,
) -> Dismissal:
    """Record that what a cell has to go by does not apply to it; return that.

    The cell stays not assessed: nobody has judged it. ``read`` is the id of the wording,
    ``seen`` are those of the proposals that the writer saw; None where they do not say.
    Raises Conflict where it has been judged, Unread where the wording or the proposals are
    others, PermissionDenied, and ValidationError where nothing can be recorded.
    """
    if not permissions.can_align(by, programme):
        raise PermissionDenied
    # Before the change is open: within it, all columns would be loaded afresh.
    columns = frame.current() if seen is not None else None
    # So that the list of changes says of which cell, too.
    reason = f"{programme.code} × {element.code}"
    with recording(Change.Action.DISMISS, by=by, source=source, reason=reason) as change:
        current = alignment_queries.open_row(programme, element)
        if current is not None:
            raise Conflict(current)
        wording = check_can_be_aligned(programme, element)
        check_read(wording, read, current)
        if columns and _proposed(columns, programme, wording) != set(seen):
            raise Unread(None, wording, None)
        return Dismissal.objects.create(
            programme=programme, element=element, dismissed_in=change
        )


def _proposed(columns, programme, wording):
    """Return the ids of what a cell has to go by, None where a revision is newer."""
    day, element = today(), wording.element
    tree = columns.tree(element.strategy.code, day)
    if tree is None or tree.revision_id != wording.revision_id:
        return None
    return set(
        proposals.records_proposed(
            columns, tree, day, programme=programme.pk, element=element.code
        )
    )
