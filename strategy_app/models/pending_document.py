"""Documents of strategies that somebody looks over and has not kept as a draft yet."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from strategy_app.models.change import Change
from strategy_app.models.strategy import Strategy


class PendingDocument(models.Model):
    """What a document proposes, row by row: its owner's alone, as long as it is worked on.

    It says nothing of the strategy, so it has no history: what is kept is in the draft.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        on_delete=models.PROTECT,
        related_name="pending_documents",
    )
    # When it was sent, or corrected last.
    made_at = models.DateTimeField(_("at"))
    # Of its files, empty where its text was pasted.
    name = models.CharField(_("name"), max_length=200, blank=True)
    strategy = models.ForeignKey(
        Strategy,
        verbose_name=_("strategy"),
        on_delete=models.PROTECT,
        related_name="pending_documents",
    )
    # Its languages; for each of them the blocks in their order, as [line, text].
    languages = models.JSONField(_("languages"), default=list)
    source = models.JSONField(_("source"), default=dict)
    # Row 0 is the document itself, the others its elements (importers/document/rows.py).
    # Emptied, as the source is, once it is kept.
    rows = models.JSONField(_("rows"), default=list)
    kept_in = models.ForeignKey(
        Change,
        verbose_name=_("kept in"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="documents",
    )

    class Meta:
        verbose_name = _("document not kept yet")
        verbose_name_plural = _("documents not kept yet")

    def __str__(self):
        return self.name or f"#{self.pk}"
