"""How much support an element should have from a day on."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from strategy_app.models.change import history
from strategy_app.models.programme import Category, Department
from strategy_app.models.strategy import Element


class Target(models.Model):
    """One aim for one element; a later ``valid_from`` takes over from an earlier one."""

    class Measure(models.TextChoices):
        PRINCIPAL = "principal", _("Programmes at principal")
        SUPPORTED = "supported", _("Programmes at significant and above")
        SHARE_ACTIVE = "share_active", _("Share of active programmes (%)")
        SHARE_BUDGET = "share_budget", _("Share of budget (%)")

    element = models.ForeignKey(
        Element,
        verbose_name=_("element"),
        on_delete=models.PROTECT,
        related_name="targets",
    )
    measure = models.CharField(_("measure"), max_length=20, choices=Measure.choices)
    value = models.DecimalField(
        _("value"), max_digits=8, decimal_places=2, validators=[MinValueValidator(0)]
    )
    valid_from = models.DateField(_("valid from"))
    category = models.ForeignKey(
        Category,
        verbose_name=_("category"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    department = models.ForeignKey(
        Department,
        verbose_name=_("department"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    history = history()

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        constraints = [
            models.CheckConstraint(
                condition=Q(value__lte=100) | Q(measure__in=["principal", "supported"]),
                name="target_share_at_most_100",
                violation_error_message=_("A share is at most 100 %%."),
            ),
            models.CheckConstraint(
                condition=Q(category__isnull=True) | Q(department__isnull=True),
                name="target_one_group",
                violation_error_message=_("Choose a category or a department, not both."),
            ),
            # Nulls count as equal here, which a plain unique constraint would not do.
            models.UniqueConstraint(
                "element",
                "measure",
                "valid_from",
                Coalesce("category", 0),
                Coalesce("department", 0),
                name="target_one_per_day",
                violation_error_message=_("There is such a target from that day."),
            ),
        ]

    def __str__(self):
        return f"{self.element_id and self.element.code}: {self.value}"
