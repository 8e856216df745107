"""Where somebody begins: the overview, or a view that they keep."""

from dataclasses import dataclass

from django.urls import reverse

from strategy_app.models import SavedView
from strategy_app.views.scoping import problems_at


@dataclass(frozen=True)
class Start:
    """Where someone begins, and why they cannot: its problems, or that it is not theirs."""

    view: SavedView
    is_visible: bool
    problems: list[str]

    @property
    def is_hindered(self):
        """Whether one begins with the overview instead."""
        return not self.is_visible or bool(self.problems)


def start_of(request) -> Start | None:
    """Return with which view someone begins; None is the overview."""
    view = request.user.start_view if request.user.is_authenticated else None
    if view is None:
        return None
    if not view.is_visible_to(request.user):
        return Start(view, False, [])
    return Start(view, True, problems_at(request, view.page, view.query))


def address_of(view):
    """Return where a view leads."""
    return reverse(view.page) + (f"?{view.query}" if view.query else "")
