"""Skip a cell for now, and say why."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from strategy_app import permissions
from strategy_app.models import Change, Deferral, Element, Programme, User
from strategy_app.services.alignment.rules import check_can_be_aligned
from strategy_app.services.change import recording


def defer(
    *,
    programme: Programme,
    element: Element,
    reason: str,
    by: User,
    source: str = Change.Source.PAGE,
) -> Deferral:
    """Record that somebody skips a cell for now; the ledger stays as it is.

    Whatever is written about the cell later settles it. Raises PermissionDenied, and
    ValidationError without a reason or where nothing can be recorded.
    """
    if not permissions.can_align(by, programme):
        raise PermissionDenied
    with recording(Change.Action.DEFER, by=by, source=source) as change:
        check_can_be_aligned(programme, element)
        if not reason.strip():
            raise ValidationError({"reason": _("Say why it has to wait.")})
        return Deferral.objects.create(
            programme=programme, element=element, reason=reason, deferred_in=change
        )
