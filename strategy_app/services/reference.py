"""Keep everything that has a plain history: programmes, departments, targets, people."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from strategy_app.models import (
    ApiToken,
    Budget,
    Change,
    Correspondence,
    ElementType,
    Programme,
    Revision,
    SavedView,
    Strategy,
    Target,
    User,
    Wording,
)
from strategy_app.queries import strategy as strategy_queries
from strategy_app.queries import text
from strategy_app.services.change import recording

_ACTIONS = {
    Programme: Change.Action.EDIT_PROGRAMME,
    Budget: Change.Action.EDIT_PROGRAMME,
    Strategy: Change.Action.EDIT_STRATEGY,
    ElementType: Change.Action.EDIT_STRATEGY,
    Correspondence: Change.Action.EDIT_STRATEGY,
    Target: Change.Action.EDIT_TARGET,
    User: Change.Action.EDIT_PERSON,
    ApiToken: Change.Action.EDIT_TOKEN,
    SavedView: Change.Action.EDIT_VIEW,
}


def save(
    instance: models.Model,
    *,
    by: User | None,
    source: str = Change.Source.ADMIN,
    many: dict | None = None,
    illustrative: bool = False,
) -> models.Model:
    """Check and save one row with its history, in one change; return it.

    ``many`` maps the names of many-to-many fields to what they shall hold. Raises
    ValidationError by field, and NotImplementedError for what has verbs of its own
    (the ledger, revisions, wordings).
    """
    action = _action_of(instance)
    with recording(action, by=by, source=source, illustrative=illustrative) as change:
        instance.full_clean()
        if isinstance(instance, Programme):
            _note_changed_text(instance, change)
        instance.save()
        for name, values in (many or {}).items():
            getattr(instance, name).set(values)
        return instance


def delete(
    instance: models.Model, *, by: User | None, source: str = Change.Source.ADMIN
) -> None:
    """Delete a row that nothing refers to; its history stays.

    Raises ProtectedError when something refers to it, ValidationError when that is a
    wording of before, which its history names.
    """
    with recording(_action_of(instance), by=by, source=source):
        if isinstance(instance, ElementType):
            _require_unused(instance)
        instance.delete()


def _require_unused(element_type):
    if strategy_queries.uses_of(element_type):
        raise ValidationError(
            _("“%(name)s” cannot be removed: elements are, or were, of this type.")
            % {"name": element_type}
        )


def _note_changed_text(programme, change):
    """Note that what was confirmed of a programme rests on a text that has changed."""
    stored = Programme.objects.filter(pk=programme.pk).first()
    texts = ("name_en", "name_ja", "summary_en", "summary_ja")
    if stored is not None and any(
        text.is_material(getattr(stored, name), getattr(programme, name)) for name in texts
    ):
        programme.text_changed_in = change


def _action_of(instance):
    if not hasattr(instance, "history") or isinstance(instance, (Revision, Wording)):
        raise NotImplementedError(f"{type(instance).__name__} has verbs of its own")
    # Not type(): the user of a request is a stand-in that only says what it stands for.
    return _ACTIONS.get(instance.__class__, Change.Action.EDIT_REFERENCE)
