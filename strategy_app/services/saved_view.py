"""Keep views: save, delete, and begin the day with one."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext_lazy as _

from strategy_app.models import Change, SavedView, User
from strategy_app.services import reference
from strategy_app.services.change import recording

_PAGE = Change.Source.PAGE


def save_view(
    *,
    owner: User,
    name: str,
    page: str,
    query: str,
    is_shared: bool,
    replaces: int | None = None,
) -> SavedView:
    """Save what a page shows under a name.

    A view of one's own that has this name already gives way only to a save that names it:
    ``replaces`` is its id. Raises ValidationError by field, ``name`` where it is taken.
    """
    with recording(Change.Action.EDIT_VIEW, by=owner, source=_PAGE):
        view = SavedView.objects.filter(owner=owner, name=name).first()
        if view is not None and view.pk != replaces:
            taken = _("You have a view of this name already.")
            raise ValidationError({"name": ValidationError(taken, code="taken")})
        view = view or SavedView(owner=owner, name=name)
        view.page, view.query, view.is_shared = page, query, is_shared
        return reference.save(view, by=owner, source=_PAGE)


def delete_view(*, view: SavedView, by: User) -> None:
    """Delete one's own view; whoever began with it begins with the overview again.

    Raises PermissionDenied when it is somebody else's.
    """
    if view.owner_id != by.pk:
        raise PermissionDenied
    with recording(Change.Action.EDIT_VIEW, by=by, source=_PAGE):
        for user in User.objects.filter(start_view=view):
            user.start_view = None
            reference.save(user, by=by, source=_PAGE)
        reference.delete(view, by=by, source=_PAGE)


def start_with(*, user: User, view: SavedView | None) -> None:
    """Begin with this view from now on, or with the overview where it is None.

    Raises PermissionDenied when it is somebody else's and not shared.
    """
    if view is not None and not view.is_visible_to(user):
        raise PermissionDenied
    if user.start_view_id != (view.pk if view else None):
        user.start_view = view
        reference.save(user, by=user, source=_PAGE)
