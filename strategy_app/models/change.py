"""Every write is a change: the one record of who did what, when and why."""

from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from django.conf import settings
from django.db import models
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _
from simple_history.manager import HistoryManager
from simple_history.models import HistoricalRecords
from simple_history.signals import pre_create_historical_record

_current: ContextVar["Change | None"] = ContextVar("current_change", default=None)


class ChangeRequired(RuntimeError):
    """Something with a history was written outside a change."""


class Change(models.Model):
    """One transaction that altered data; the rows it wrote point to it.

    The newest id is the version of all data. Ids are handed out in commit order
    (see ``services.change.recording``), so ``id <= N`` is exactly what was known at N.
    """

    class Action(models.TextChoices):
        ALIGN = "align", _("Recorded an alignment")
        WITHDRAW = "withdraw", _("Withdrew an alignment")
        CONFIRM = "confirm", _("Confirmed an alignment")
        REAFFIRM = "reaffirm", _("Found an alignment still right")
        RETURN = "return", _("Returned an alignment")
        DEFER = "defer", _("Skipped a cell for now")
        DISMISS = "dismiss", _("Set a proposal aside")
        IMPORT = "import", _("Applied a table")
        REVERT = "revert", _("Took back a change")
        LOAD = "load", _("Loaded data")
        EDIT_STRATEGY = "edit_strategy", _("Edited a strategy")
        APPROVE = "approve", _("Approved a draft")
        PUBLISH = "publish", _("Published a revision")
        EDIT_PROGRAMME = "edit_programme", _("Edited a programme")
        EDIT_REFERENCE = "edit_reference", _("Edited reference data")
        EDIT_TARGET = "edit_target", _("Edited a target")
        EDIT_PERSON = "edit_person", _("Edited a person")
        EDIT_VIEW = "edit_view", _("Edited a saved view")
        EDIT_TOKEN = "edit_token", _("Edited an API token")

    class Source(models.TextChoices):
        PAGE = "page", _("Page")
        ADMIN = "admin", _("Administration")
        API = "api", _("API")
        COMMAND = "command", _("Command")

    at = models.DateTimeField(_("at"), editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="changes",
    )
    action = models.CharField(_("action"), max_length=20, choices=Action.choices)
    reason = models.TextField(_("reason"), blank=True)
    source = models.CharField(_("source"), max_length=10, choices=Source.choices)
    # Illustrative data must be recognisable for as long as it is in force.
    illustrative = models.BooleanField(_("illustrative data"), default=False)
    reverts = models.ForeignKey(
        "self",
        verbose_name=_("takes back"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="reverted_by",
    )

    # Whether the block that asks has opened it, and may discard it (services/change.py).
    opened_here = False

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        indexes = [models.Index(fields=["action", "id"], name="change_action_id")]

    def __str__(self):
        return f"#{self.pk} {self.get_action_display()}"


def current_change():
    """Return the Change that is open in this context, or None."""
    return _current.get()


@contextmanager
def as_current(change):
    """Make ``change`` the one that histories written inside the block point to."""
    token = _current.set(change)
    try:
        yield change
    finally:
        _current.reset(token)


class WrittenInChange(models.Model):
    """What each history row carries besides the values: the Change that wrote it."""

    change = models.ForeignKey(
        Change, verbose_name=_("change"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True


class _Histories(HistoryManager):
    """Histories whose class is made once; it would be made whenever one is looked at."""

    @classmethod
    @cache
    def from_queryset(cls, queryset_class, class_name=None):
        return super().from_queryset(queryset_class, class_name)


def history(**options):
    """Return the history of a model, each row of which points to its Change."""
    return HistoricalRecords(
        bases=[WrittenInChange],
        history_manager=_Histories,
        get_user=lambda instance, **_kwargs: current_change() and current_change().by,
        **options,
    )


@receiver(pre_create_historical_record)
def point_to_change(sender, instance, history_instance, **_kwargs):
    """Tie the new history row to the open change; refuse a write outside of one."""
    _require_change(instance)
    history_instance.change = current_change()


@receiver(pre_save)
def require_change_to_save(sender, instance, raw=False, **_kwargs):
    """Refuse a save outside a change while nothing is written yet.

    Its history is written after the row, which would be too late where no transaction is
    open. Deletions and relations are within one of Django's own.
    """
    leaves_none = hasattr(instance, "skip_history_when_saving") or raw
    if hasattr(sender, "history") and (instance._state.adding or not leaves_none):
        _require_change(instance)


def _require_change(instance):
    if current_change() is None:
        raise ChangeRequired(
            f"{type(instance).__name__} was written outside a change; use services/"
        )
