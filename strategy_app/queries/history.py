"""Read histories: what a change altered, from what to what."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.apps import apps
from django.db.models import ForeignKey, Model
from django.utils.translation import gettext as _
from django_countries.fields import CountryField

from strategy_app.models import Change


@dataclass(frozen=True)
class Value:
    """One column of an edited row: its label, what it was, what it became."""

    label: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Edit:
    """One row that a change created ("+"), altered ("~") or deleted ("-")."""

    change_id: int
    kind: str
    model: str
    object_id: int
    noun: str
    name: str
    values: list[Value]


def tracked_models() -> list[type[Model]]:
    """Return the models that keep a history."""
    return [
        model
        for model in apps.get_app_config("strategy_app").get_models()
        if hasattr(model, "history") and not model.__name__.startswith("Historical")
    ]


def count_of(change: Change) -> int:
    """Return how many rows with a history a change wrote."""
    return sum(
        model.history.filter(change_id=change.pk).count() for model in tracked_models()
    )


def edits_of(change: Change, limit: int = 50) -> list[Edit]:
    """Return what a change wrote, at most ``limit`` rows of each model.

    A fixed number of queries for each model that it touched.
    """
    edits = []
    for model in tracked_models():
        written = model.history.filter(change_id=change.pk).order_by("history_id")
        if rows := list(written[:limit]):
            edits += _edits(model, rows, _previous(model, rows))
    return edits


def versions_of(instance: Model, limit: int = 50, *, until: int | None = None) -> list:
    """Return the versions of one row, the newest first: one more than ``limit`` edits.

    until: the last change whose versions are among them.
    """
    rows = type(instance).history.filter(**{instance._meta.pk.attname: instance.pk})
    if until is not None:
        rows = rows.filter(change_id__lte=until)
    return list(rows.order_by("-history_id")[: limit + 1])


def edits_to(instance: Model, limit: int = 50, *, versions: list | None = None):
    """Return the edits of one row, the newest first: Edit, at most ``limit``.

    versions: those of ``versions_of``, where they are known already.
    """
    if versions is None:
        versions = versions_of(instance, limit)
    previous = {after.history_id: before for after, before in pairwise(versions)}
    return _edits(type(instance), versions[:limit], previous, beside=instance)


def edits_among(model: type[Model], limit: int = 50, **where) -> list[Edit]:
    """Return the edits of the rows for which ``where`` holds, the newest first.

    Rows that have been deleted since are among them. A fixed number of queries.
    """
    rows = list(model.history.filter(**where).order_by("-history_id")[:limit])
    return _edits(model, rows, _previous(model, rows)) if rows else []


def _edits(model, rows, previous, beside=None):
    fields = [
        field
        for field in model.history.model.tracked_fields
        # What is never shown of an API token is not shown of its history either, nor what
        # a service notes beside the text that it has changed.
        if not field.primary_key and field.name not in ("digest", "text_changed_in")
    ]
    names = _names(fields, [*rows, *previous.values()], beside)
    return [_edit(model, fields, names, row, previous.get(row.history_id)) for row in rows]


def _previous(model, rows):
    """Return the history row before each of ``rows``, by its history id."""
    pk = model._meta.pk.attname
    by_object = {}
    ids = {getattr(row, pk) for row in rows}
    newest = max(row.history_id for row in rows)
    for row in model.history.filter(**{f"{pk}__in": ids}, history_id__lte=newest).order_by(
        "history_id"
    ):
        by_object.setdefault(getattr(row, pk), []).append(row)
    found = {}
    for versions in by_object.values():
        for before, after in pairwise(versions):
            found[after.history_id] = before
    return found


def _names(fields, rows, beside=None):
    """Return the name of whatever the foreign keys of these rows point to.

    What the row ``beside`` has at hand is not asked of the database.
    """
    names = {}
    for field in fields:
        if isinstance(field, ForeignKey):
            ids = {getattr(row, field.attname) for row in rows} - {None}
            known = {}
            if beside is not None and (
                related := beside._state.fields_cache.get(field.name)
            ):
                known[related.pk] = str(related)
            if missing := ids - known.keys():
                manager = field.related_model._default_manager
                found = manager.in_bulk(missing)
                known |= {pk: str(instance) for pk, instance in found.items()}
            names[field.attname] = known
    return names


def _edit(model, fields, names, row, before):
    values = []
    for field in fields:
        old = _shown(field, names, before) if before else ""
        new = _shown(field, names, row) if row.history_type != "-" else ""
        if old != new:
            values.append(Value(str(field.verbose_name), old, new))
    return Edit(
        change_id=row.change_id,
        kind=row.history_type,
        model=model._meta.model_name,
        object_id=getattr(row, model._meta.pk.attname),
        noun=str(model._meta.verbose_name),
        name=_name_of(row, names),
        values=values,
    )


def _shown(field, names, row):
    value = getattr(row, field.attname)
    if isinstance(field, CountryField):
        return ", ".join(country.code for country in value)
    if value is None or value == "":
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if field.attname in names:
        return names[field.attname].get(value, f"#{value}")
    if getattr(field, "multiple", False):  # partner countries
        return ", ".join(str(one.name) for one in value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return value


def _name_of(row, names):
    """Return what a row is called: its code or title, or what it belongs to."""
    for name in ("code", "username", "title", "name"):
        if value := getattr(row, name, None):
            return str(value)
    for name in ("element_id", "programme_id"):
        if name in names:
            return names[name].get(getattr(row, name), "")
    return ""
