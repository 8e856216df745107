"""The views that people keep, as far as somebody may see them."""

from django.db.models import Q, QuerySet

from strategy_app.models import SavedView, User


def visible_to(user: User) -> QuerySet[SavedView]:
    """Return the views that someone may open, by name: their own and the shared ones."""
    return (
        SavedView.objects.filter(Q(owner=user) | Q(is_shared=True))
        .select_related("owner")
        .order_by("name", "id")
    )


def views_at(user, page: str, query: str) -> list[SavedView]:
    """Return the views, of those someone may open, that lead to just this address."""
    if not user.is_authenticated:
        return []
    return list(visible_to(user).filter(page=page, query=query))
