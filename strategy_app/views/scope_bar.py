"""The scope in words, each part removable, and the form that changes it."""

from dataclasses import dataclass

from django.http import QueryDict
from django.utils.formats import date_format

from strategy_app.coverage import timeline
from strategy_app.coverage.scope import Scope
from strategy_app.models import SavedView
from strategy_app.models.localized import localized_text

_FILTERS = ("category", "department", "country", "status")
# Shown in the bar, in this order; what else a page asks for is kept as it is.
_FIELDS = (
    "strategy", "day", *_FILTERS, "q", "layer", "level", "rollup", "basis", "known_at",
)  # fmt: skip

# What asks about one strategy, and goes with it.
_OF_A_STRATEGY = (
    "element", "state", "also", "also_strategy", "second", "open", "at", "ends_by",
)  # fmt: skip

# What can be taken out of a scope, and its name there.
_PARTS = {name: name for name in _FIELDS if name not in ("strategy", "q")} | {"q": "search"}


@dataclass(frozen=True)
class Part:
    """One part of the scope that is not as by default, and the address without it."""

    label: str
    value: str
    without: str


def scope_bar(request, form, scope: Scope) -> dict:
    """Return what the bar's template prints."""
    kept = _kept(request)
    # There the address says which strategy it is, or all of them are listed.
    is_fixed = request.resolver_match.route.startswith("strategy/")
    names = {
        group.code: localized_text(group.name_en, group.name_ja)
        for group in form.frame.strategies
    }
    can_choose = len(names) > 1 and not is_fixed
    parts = _parts(form, scope, kept)
    strategy = [] if is_fixed else _strategy(form, scope, kept, names)
    return {
        "scope_fields": [
            form[name] for name in _FIELDS if name != "strategy" or can_choose
        ],
        # Where another strategy is chosen, what is asked about this one goes with it.
        "strategy_left": can_choose and not kept.keys().isdisjoint(_OF_A_STRATEGY),
        "kept_parameters": (
            kept | {"strategy": scope.strategy} if is_fixed else kept
        ).items(),
        "scope_parts": parts,
        "scope_chips": [*strategy, *parts],
        "is_strategy_fixed": is_fixed,
        "day_shown": scope.day.isoformat(),
        "view_query": _view_query(request, scope),
        "scope_without_filters": scope.but(**dict.fromkeys(_FILTERS)).query(),
        "assumes_after": timeline.recorded_until(form.frame, scope)
        if timeline.is_ahead(form.frame, scope)
        else None,
        "layer_name": _shown(form, "layer", scope.layer),
        "strategy_name": names.get(scope.strategy),
        "can_save_view": request.user.is_authenticated
        and request.resolver_match.url_name in SavedView.Page.values,
        # With the day named, so that it shows the same day tomorrow.
        "full_address": request.build_absolute_uri(
            f"{request.path}?{scope.but(today=None).query(**kept)}"
        ),
        "active_query": scope.query(period="active"),
    }


def with_another_strategy(asked: QueryDict) -> QueryDict:
    """Return what the bar's form asks, without what is about the strategy that it left.

    Its ``of`` names the strategy that was shown.
    """
    found = asked.copy()
    (shown,) = found.pop("of")[-1:] or [""]
    if found.get("strategy", shown) != shown:
        for name in _OF_A_STRATEGY:
            found.pop(name, None)
    return found


def _kept(request):
    """Return what the page asks for besides the scope, but for the page of a list."""
    return {
        name: value
        for name, value in request.GET.items()
        if value and name not in _FIELDS and name != "page"
    }


def _view_query(request, scope):
    """Return what is saved as a view: today stays today there, and pages begin anew."""
    asked = request.GET.copy()
    for name, value in request.GET.items():
        is_today = name == "day" and scope.day == scope.today
        if not value or name == "page" or is_today:
            del asked[name]
    return asked.urlencode()


def _strategy(form, scope, kept, names):
    """Return the part that names the strategy, where it is not the default one."""
    default = form.default_strategy()
    if scope.strategy == default:
        return []
    others = {name: kept[name] for name in kept if name not in _OF_A_STRATEGY}
    without = scope.but(strategy=default).query(**others)
    label, name = form.fields["strategy"].label, names[scope.strategy]
    return [Part(str(label), str(name), f"?{without}")]


def _parts(form, scope, kept):
    defaults = Scope(scope.strategy, scope.today)
    found = []
    for name, attribute in _PARTS.items():
        value, default = getattr(scope, attribute), getattr(defaults, attribute)
        if value != default:
            without = scope.but(**{attribute: default})
            found.append((form.fields[name].label, _shown(form, name, value), without))
    return [
        Part(str(label), str(value), f"?{without.query(**kept)}")
        for label, value, without in found
    ]


def _shown(form, name, value):
    if name == "day":
        return date_format(value)
    if name == "rollup":
        value = str(value).lower()
    choices = dict(getattr(form.fields[name], "choices", ()))
    return choices.get(str(value), value)
