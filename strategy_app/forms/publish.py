"""When a draft takes force, and what is answered to what stands against it."""

import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from strategy_app.forms.fields import DayField
from strategy_app.models.dates import today


class RehearsalForm(forms.Form):
    """The day on which a draft would take force: today or later, left out for the first."""

    day = DayField(label=_("In force from"), required=False)

    def clean_day(self):
        """Refuse a day that has passed: what was printed of it stays true."""
        day = self.cleaned_data["day"]
        if day is not None and day < today():
            raise ValidationError(_("Choose today or a later day."))
        return day


class ReadForm(forms.Form):
    """Which state of the draft was read; without it nothing matches."""

    version = forms.IntegerField(
        required=False, min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput
    )

    def clean_version(self):
        """Take a page that names no state for one that was never read."""
        return self.cleaned_data["version"] or 0


class PublishForm(ReadForm, RehearsalForm):
    """The day, never guessed, for it cannot be undone; and that warnings were read."""

    day = DayField(label=_("In force from"), error_messages={"required": _("Enter a day.")})
    all_the_same = forms.BooleanField(
        label=_("Publish all the same; suggestions that nobody has decided on are mine."),
        required=False,
    )


def first_day(revision_day: datetime.date | None) -> datetime.date:
    """Return the first day on which a next revision can take force."""
    if revision_day is None or revision_day < today():
        return today()
    return revision_day + datetime.timedelta(days=1)
