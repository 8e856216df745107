"""Tables that somebody has looked through and not applied yet."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from strategy_app.models.change import Change
from strategy_app.models.strategy import Strategy


class PendingTable(models.Model):
    """A pasted or uploaded table: its owner's alone, as long as it is worked on.

    It says nothing of the ledger, so it has no history: what is applied is in the change.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        on_delete=models.PROTECT,
        related_name="pending_tables",
    )
    made_at = models.DateTimeField(_("at"))
    name = models.CharField(_("name"), max_length=200, blank=True)
    strategy = models.ForeignKey(
        Strategy,
        verbose_name=_("strategy"),
        on_delete=models.PROTECT,
        related_name="pending_tables",
    )
    # Emptied once it is applied.
    text = models.TextField(_("table"), blank=True)
    # For each of its rows the row of the ledger that was seen in force, or null.
    seen = models.JSONField(_("rows seen"), default=list)
    applied_in = models.ForeignKey(
        Change,
        verbose_name=_("applied in"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tables",
    )

    class Meta:
        verbose_name = _("table not applied yet")
        verbose_name_plural = _("tables not applied yet")

    def __str__(self):
        return self.name or f"#{self.pk}"
