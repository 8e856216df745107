"""Days, partial dates and fiscal years: the one place that knows the calendar."""

import calendar
import datetime
import re
import unicodedata

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# Days as ordinals: an open period ends at NEVER; an unknown start lies before any day.
NEVER, ALWAYS = 2**31 - 1, -1

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?\Z", re.ASCII)


def today():
    """Return today's date in the site's time zone."""
    return timezone.localdate()


def fiscal_year(day):
    """Return the fiscal year (named after the calendar year it begins in) of a day."""
    return day.year if day.month >= settings.FISCAL_YEAR_FIRST_MONTH else day.year - 1


def first_day(partial):
    """Return the first day of a partial date ("2009", "1995-10", "2012-06-28").

    Raises ValueError when it is none.
    """
    year, month, day = _parts(partial)
    return datetime.date(year, month or 1, day or 1)


def last_day(partial):
    """Return the last day of a partial date. Raises ValueError when it is none."""
    year, month, day = _parts(partial)
    month = month or 12
    return datetime.date(year, month, day or calendar.monthrange(year, month)[1])


def _parts(partial):
    match = _PARTIAL.match(partial)
    if not match:
        raise ValueError(f"not a date: {partial!r}")
    year, month, day = (int(part) if part else None for part in match.groups())
    if month == 0 or day == 0:
        raise ValueError(f"not a date: {partial!r}")
    datetime.date(year, month or 1, day or 1)
    return year, month, day


def validate_partial_date(value):
    """Refuse what is not a year, a month or a day."""
    try:
        first_day(value)
    except ValueError:
        raise ValidationError(
            _("Enter a year (2009), a month (2009-04) or a day (2009-04-01)."),
            code="partial_date",
        ) from None


class PartialDateField(models.CharField):
    """A date kept as precisely as it is known; ISO text, so it sorts as it reads."""

    default_validators = [validate_partial_date]

    def __init__(self, *args, **kwargs):
        kwargs["max_length"] = 10
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, kwargs

    def to_python(self, value):
        value = super().to_python(value)
        if value is None:
            return value
        return unicodedata.normalize("NFKC", value).strip().replace("/", "-")
