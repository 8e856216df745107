"""The scope in words, each part removable, and the form that changes it."""

from dataclasses import dataclass

from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from strategy_app.coverage.scope import Scope
from strategy_app.models.localized import localized_text

_FILTERS = ("category", "department", "country", "status")
# Shown in the bar, in this order; what else a page asks for is kept as it is.
_FIELDS = ("strategy", "day", *_FILTERS, "level", "rollup", "basis")


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
        "strategy_name": localized_text(shown.name_en, shown.name_ja) if shown else None,
        "active_query": scope.query(period="active"),
    }


def _parts(form, scope, others):
    parts = []
    for name in _FILTERS:
        if value := getattr(scope, name):
            field = form.fields[name]
            label = dict(field.choices).get(value, value)
            parts.append((field.label, label, scope.but(**{name: None})))
    if scope.level != 1:
        field = form.fields["level"]
        parts.append((field.label, dict(field.choices)["2"], scope.but(level=1)))
    if not scope.rollup:
        field = form.fields["rollup"]
        parts.append((field.label, dict(field.choices)["false"], scope.but(rollup=True)))
    if scope.basis != "programmes":
        field = form.fields["basis"]
        parts.append(
            (field.label, dict(field.choices)["budget"], scope.but(basis="programmes"))
        )
    if scope.day != scope.today:
        parts.append((_("Day"), date_format(scope.day), scope.but(day=scope.today)))
    kept = {name: value for name, value in others.items() if value}
    return [
        Part(str(label), str(value), f"?{without.query(**kept)}")
        for label, value, without in parts
    ]
