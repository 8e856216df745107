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
    others = QueryDict(mutable=True)
    for name, values in request.GET.lists():
        if name not in _FIELDS and name != "page":
            others.setlist(name, values)
    names = {group.code: group for group in form.frame.strategies}
    shown = names.get(scope.strategy)
    return {
        "scope_fields": [
            form[name] for name in _FIELDS if name != "strategy" or len(names) > 1
        ],
        "kept_parameters": [(name, value) for name, value in others.items() if value],
        "scope_parts": _parts(form, scope, others),
        "scope_without_filters": scope.but(**dict.fromkeys(_FILTERS)).query(),
        "assumes_after": timeline.recorded_until(form.frame, scope)
        if timeline.is_ahead(form.frame, scope)
        else None,
        "layer_name": _shown(form, "layer", scope.layer),
        "strategy_name": localized_text(shown.name_en, shown.name_ja) if shown else None,
        "can_save_view": request.user.is_authenticated
        and request.resolver_match.url_name in SavedView.Page.values,
        # With the day named, so that it shows the same day tomorrow.
        "full_address": request.build_absolute_uri(
            f"{request.path}?{scope.but(today=None).query(**dict(others.items()))}"
        ),
        "active_query": scope.query(period="active"),
    }


def _parts(form, scope, others):
    defaults = Scope(scope.strategy, scope.today)
    found = []
    for name, attribute in _PARTS.items():
        value, default = getattr(scope, attribute), getattr(defaults, attribute)
        if value != default:
            without = scope.but(**{attribute: default})
            found.append((form.fields[name].label, _shown(form, name, value), without))
    kept = {name: value for name, value in others.items() if value}
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
