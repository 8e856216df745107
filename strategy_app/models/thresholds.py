"""Where the lines are drawn: what strategy admins may set for all dashboards."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from strategy_app.models.change import history


class Thresholds(models.Model):
    """One row at most; where there is none, the defaults of its fields hold."""

    # The constraint below makes this the only row.
    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    unknown_below_percent = models.PositiveSmallIntegerField(
        _("unknown below (%)"),
        default=50,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_(
            "Below this share of assessed active programmes, nothing is said of an element."
        ),
    )
    fresh_months = models.PositiveSmallIntegerField(
        _("fresh for (months)"),
        default=13,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
        help_text=_("How long after it was made a judgement counts as fresh."),
    )
    horizon_years = models.PositiveSmallIntegerField(
        _("horizon (years)"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
        help_text=_("How far ahead cliffs are looked for and the timeline goes."),
    )
    history = history()

    class Meta:
        verbose_name = _("thresholds")
        verbose_name_plural = _("thresholds")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="thresholds_only_one")
        ]

    def __str__(self):
        return str(_("Thresholds of all dashboards"))
