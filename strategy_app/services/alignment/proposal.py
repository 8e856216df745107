"""Answer a proposal: take a record of what an element comes from over, or set it aside."""

from django.core.exceptions import PermissionDenied

from strategy_app import permissions
from strategy_app.models import Alignment, Change, Dismissal, Element, Programme, User
from strategy_app.queries import alignment as alignment_queries
from strategy_app.services.alignment.record import align
from strategy_app.services.alignment.rules import (
    Conflict,
    check_can_be_aligned,
    sources_of,
)
from strategy_app.services.change import recording


def accept(
    *, element: Element, proposal: Alignment, by: User, source: str = Change.Source.PAGE
) -> Alignment:
    """Record of an element what was recorded of the one it comes from; return the new row.

    It is the person's own judgement of the wording in force, made today, with the level,
    the rationale and the evidence of the proposal. Raises as ``align`` does: Conflict
    where the cell has been judged, and ValidationError where the proposal lacks what a
    judgement needs now.
    """
    return align(
        programme=proposal.programme,
        element=element,
        level=proposal.level,
        rationale=proposal.rationale,
        evidence=sources_of(proposal),
        replaces=None,
        by=by,
        source=source,
    )


def dismiss(
    *, programme: Programme, element: Element, by: User, source: str = Change.Source.PAGE
) -> Dismissal:
    """Record that what a cell has to go by does not apply to it; return that.

    The cell stays not assessed: nobody has judged it. Raises Conflict where it has been
    judged, PermissionDenied, and ValidationError where nothing can be recorded.
    """
    if not permissions.can_align(by, programme):
        raise PermissionDenied
    # So that the list of changes says of which cell, too.
    reason = f"{programme.code} × {element.code}"
    with recording(Change.Action.DISMISS, by=by, source=source, reason=reason) as change:
        current = alignment_queries.open_row(programme, element)
        if current is not None:
            raise Conflict(current)
        check_can_be_aligned(programme, element)
        return Dismissal.objects.create(
            programme=programme, element=element, dismissed_in=change
        )
