"""Views that people keep: a page with its scope, under a name."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from strategy_app.models.change import history


class SavedView(models.Model):
    """A named scope of one page; its owner's alone, or shared with everybody."""

    class Page(models.TextChoices):
        OVERVIEW = "overview", _("Overview")
        MATRIX = "matrix", _("Matrix")
        GAPS = "gaps", _("Gaps")
        TIMELINE = "timeline", _("Timeline")
        COMPARE = "compare", _("Compare")
        PROGRAMMES = "programme-list", _("Programmes")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        on_delete=models.PROTECT,
        related_name="views",
    )
    name = models.CharField(_("name"), max_length=100)
    page = models.CharField(_("page"), max_length=20, choices=Page.choices)
    query = models.CharField(_("scope"), max_length=1000, blank=True)
    is_shared = models.BooleanField(_("shared with everybody"), default=False)
    history = history()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                name="saved_view_name_unique",
                violation_error_message=_("You have a view of this name already."),
            )
        ]

    def __str__(self):
        return self.name

    def is_visible_to(self, user) -> bool:
        """Whether someone may open it: its owner, and everybody where it is shared."""
        return self.is_shared or self.owner_id == user.pk
