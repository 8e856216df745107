"""Programmes and services, and the departments and categories they belong to."""

from functools import lru_cache

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from strategy_app.models.change import Change, history
from strategy_app.models.dates import ALWAYS, NEVER, PartialDateField, first_day, last_day
from strategy_app.models.localized import localized
from strategy_app.models.strategy import validate_code


class Department(models.Model):
    """A unit of the organisation that is responsible for programmes."""

    code = models.CharField(
        _("code"), max_length=32, unique=True, validators=[validate_code]
    )
    name_en = models.CharField(_("name (English)"), max_length=200)
    name_ja = models.CharField(_("name (Japanese)"), max_length=200, blank=True)
    history = history()

    name = localized("name")

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")

    def __str__(self):
        return str(self.name)


class Category(models.Model):
    """A portfolio category: what kind of programme it is."""

    code = models.CharField(
        _("code"), max_length=32, unique=True, validators=[validate_code]
    )
    name_en = models.CharField(_("name (English)"), max_length=200)
    name_ja = models.CharField(_("name (Japanese)"), max_length=200, blank=True)
    history = history()

    name = localized("name")

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self):
        return str(self.name)


# The active days of what has ended, and nobody has recorded when: none.
UNKNOWN_PERIOD = (NEVER, ALWAYS)


@lru_cache(10_000)  # a hundred thousand programmes have a few thousand periods
def active_days(status, starts_on, ends_on):
    """Return the first day on which a programme is active and the first day after.

    Ordinals, half-open. A date known only by year or month starts on its first day and ends
    on its last. Without a start it has begun, unless it is planned; without an end it goes
    on, but closed or cancelled it is active on no day (UNKNOWN_PERIOD). A recorded end
    counts, whatever the status says.
    """
    is_over = status in (Programme.Status.CLOSED, Programme.Status.CANCELLED)
    if is_over and not ends_on:
        return UNKNOWN_PERIOD
    if starts_on:
        first = first_day(starts_on).toordinal()
    else:
        first = NEVER if status == Programme.Status.PLANNED else ALWAYS
    return first, last_day(ends_on).toordinal() + 1 if ends_on else NEVER


class Programme(models.Model):
    """A programme or service. What of it is not known stays empty."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        ACTIVE = "active", _("Active")
        CLOSING = "closing", _("Closing (no new calls)")
        CLOSED = "closed", _("Closed")
        CANCELLED = "cancelled", _("Cancelled")
        SUSPENDED = "suspended", _("Suspended")
        UNKNOWN = "unknown", _("Unknown")

    code = models.CharField(
        _("code"), max_length=32, unique=True, validators=[validate_code]
    )
    name_en = models.CharField(_("name (English)"), max_length=200)
    name_ja = models.CharField(_("name (Japanese)"), max_length=200, blank=True)
    category = models.ForeignKey(
        Category,
        verbose_name=_("category"),
        on_delete=models.PROTECT,
        related_name="programmes",
    )
    department = models.ForeignKey(
        Department,
        verbose_name=_("department"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="programmes",
        help_text=_("Empty: not yet known."),
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.ACTIVE
    )
    starts_on = PartialDateField(
        _("start date"),
        blank=True,
        help_text=_("As precisely as it is known: 2009, 2009-04 or 2009-04-01."),
    )
    ends_on = PartialDateField(
        _("end date"),
        blank=True,
        help_text=_("The last day, month or year. Empty: it goes on."),
    )
    end_is_illustrative = models.BooleanField(_("end date is illustrative"), default=False)
    partner_countries = CountryField(_("partner countries"), multiple=True, blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True)
    summary_en = models.TextField(_("summary (English)"), blank=True)
    summary_ja = models.TextField(_("summary (Japanese)"), blank=True)
    source = models.TextField(
        _("source"), blank=True, help_text=_("Where these facts were checked.")
    )
    # The last change that altered its name or summary materially; what was confirmed
    # before has to be confirmed anew.
    text_changed_in = models.ForeignKey(
        Change,
        verbose_name=_("text changed in"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    history = history()

    name = localized("name")
    summary = localized("summary")

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        constraints = [
            models.CheckConstraint(
                condition=Q(end_is_illustrative=False) | ~Q(ends_on=""),
                name="programme_illustrative_end_has_date",
                violation_error_message=_(
                    "There is no end date that could be illustrative."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.name}"

    def clean(self):
        try:
            is_backwards = last_day(self.ends_on) < first_day(self.starts_on)
        except ValueError:
            return  # one is empty, or is no date, which its own field says
        if is_backwards:
            raise ValidationError({"ends_on": _("It cannot end before it has begun.")})

    @property
    def _active_days(self):
        return active_days(self.status, self.starts_on, self.ends_on)

    @property
    def is_period_unknown(self):
        """Whether it has ended without anybody having recorded when."""
        return self._active_days == UNKNOWN_PERIOD

    def has_ended(self, day):
        """Whether it ended before ``day``, at a known or an unknown date."""
        _first, after = self._active_days
        return after <= day.toordinal()

    def is_active(self, day):
        """Whether it runs on ``day`` (see ``active_days``)."""
        first, after = self._active_days
        return first <= day.toordinal() < after


class Budget(models.Model):
    """What a programme has to spend in one fiscal year, in the site's currency."""

    programme = models.ForeignKey(
        Programme,
        verbose_name=_("programme"),
        on_delete=models.PROTECT,
        related_name="budgets",
    )
    fiscal_year = models.PositiveSmallIntegerField(
        _("fiscal year"), validators=[MinValueValidator(1900)]
    )
    amount = models.PositiveBigIntegerField(_("amount"))
    history = history()

    class Meta:
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "fiscal_year"], name="budget_one_per_year"
            )
        ]

    def __str__(self):
        return f"{self.programme_id and self.programme.code} {self.fiscal_year}"
