"""What every template may use."""

from functools import partial

from django.conf import settings
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from strategy_app.forms.scope import default_strategy
from strategy_app.models.dates import today
from strategy_app.models.localized import localized_text
from strategy_app.permissions import (
    can_administer,
    can_align_any,
    can_read,
    can_see_people,
)
from strategy_app.views.scope_bar import scope_bar
from strategy_app.views.scoping import frame_of
from strategy_app.views.waiting import number_waiting

# Pages that keep the scope, in the order of the navigation.
_PAGES = [
    ("overview", _("Overview")),
    ("matrix", _("Matrix")),
    ("gaps", _("Gaps")),
    ("timeline", _("Timeline")),
    ("compare", _("Compare")),
    ("strategy-list", _("Strategy")),
    ("programme-list", _("Programmes")),
    ("tagging", _("Tagging")),
    ("review", _("My work")),
    ("change-list", _("Changes")),
]

# Pages that stand within one of these without being named after it.
_WITHIN = {
    "element": "strategy",
    "draft": "strategy",
    "target": "strategy",
    "target-add": "strategy",
    "align": "programme",
    "revert": "change",
    "paste": "tagging",
    "paste-table": "tagging",
    "paste-apply": "tagging",
    "queue": "review",
}
# What waits for a person is of use to nobody else.
_FOR_RECORDING = {"review"}


def site(request):
    """Return the organisation, the navigation, and whether illustrative data is shown."""
    if not hasattr(request, "user") or not can_read(request.user):
        return _about_us(request) | {"navigation": []}
    scope = getattr(request, "scope", None)
    form = getattr(request, "scope_form", None)
    bar = scope_bar(request, form, scope) if scope else {}
    query = f"?{scope.query()}" if scope else ""
    match = request.resolver_match
    # Without a scope too, so that it is the overview and not the view one begins with.
    overview = query or f"?strategy={default_strategy(frame_of(request))}"
    name = (match.url_name or "") if match else ""
    group = name.split("-")[0]
    section = _WITHIN.get(name) or _WITHIN.get(group, group)
    return (
        _about_us(request)
        | bar
        | {
            "navigation": [
                {
                    "address": reverse(page) + (overview if page == "overview" else query),
                    "label": label,
                    "is_here": page.split("-")[0] == section,
                    # Counted where it is shown: some answers have no navigation.
                    "number": partial(_number_waiting, request)
                    if page == "review"
                    else None,
                }
                for page, label in _PAGES
                if page not in _FOR_RECORDING or can_align_any(request.user)
            ],
            "overview_address": reverse("overview") + overview,
            "scope": scope,
            "scope_form": form,
            "frame": SimpleLazyObject(lambda: frame_of(request)),
            "may_administer": can_administer(request.user),
            "sees_people": can_see_people(request.user),
        }
    )


def _number_waiting(request):
    """Return how much waits for the person today, None where another time is shown."""
    scope, frame = getattr(request, "scope", None), frame_of(request)
    if scope is not None and scope.known_at is not None:
        return None
    strategy = scope.strategy if scope else default_strategy(frame)
    day = (scope and scope.today) or today()
    return number_waiting(request.user, frame, strategy, day)


def _about_us(request):
    return {
        # A function, so that an answer without our banner asks the database nothing.
        "has_illustrative": lambda: has_illustrative(request),
        "organisation": localized_text(settings.ORGANISATION_EN, settings.ORGANISATION_JA),
        "page_language": get_language(),
        "is_public_site": settings.PUBLIC_PAGES,
    }


def has_illustrative(request):
    """Whether what is in force, or was on the day that is shown, is illustrative."""
    frame, scope = frame_of(request), getattr(request, "scope", None)
    return frame.has_illustrative or bool(scope and frame.is_illustrative_on(scope.day))
