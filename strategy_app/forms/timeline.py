"""Read which fiscal years a timeline is about, and whose."""

from django import forms
from django.utils.translation import gettext_lazy as _

from strategy_app.coverage import timeline
from strategy_app.coverage.timeline import FIRST_YEAR, LAST_YEAR, MOST_YEARS
from strategy_app.forms.scope import ScopeForm


class YearsForm(ScopeForm):
    """A scope and the fiscal years from ``from`` to ``to``, both included.

    Without them: from the first record to the horizon that Thresholds say.
    """

    def __init__(self, data, *, frame):
        super().__init__(data, frame=frame)
        for name, label in [
            ("from", _("From fiscal year")),
            ("to", _("To fiscal year")),
        ]:
            self.fields[name] = forms.IntegerField(
                label=label, required=False, min_value=FIRST_YEAR, max_value=LAST_YEAR
            )

    def clean(self):
        """Refuse years in the wrong order, and too many of them."""
        cleaned = super().clean()
        if self.errors:
            return cleaned
        first, last = self.years()
        if first > last:
            self.add_error(
                "to", forms.ValidationError(_("This is before the first year."), "order")
            )
        elif last - first >= MOST_YEARS:
            self.add_error(
                "from" if cleaned["from"] else "to",
                forms.ValidationError(
                    _("At most %(number)d fiscal years can be shown at once."),
                    "too_many",
                    {"number": MOST_YEARS},
                ),
            )
        return cleaned

    def years(self) -> tuple[int, int]:
        """Return the first and the last fiscal year; only to be asked of a valid form."""
        asked = self.cleaned_data
        return timeline.years(self.frame, self.scope(), asked["from"], asked["to"])


class TimelineForm(YearsForm):
    """The same, and one element to look into; without it the elements at the top."""

    element = forms.CharField(label=_("Element"), required=False, max_length=32)

    def clean(self):
        """Refuse an element that the strategy never had."""
        cleaned = super().clean()
        code = cleaned.get("element")
        if code and not self.errors:
            known = {
                known
                for tree in self.frame.trees.get(self.scope().strategy, [])
                for known, alignable in zip(tree.codes, tree.alignable, strict=True)
                if alignable
            }
            if code not in known:
                self.add_error(
                    "element",
                    forms.ValidationError(
                        _("There is no “%(value)s” here."),
                        "invalid_choice",
                        {"value": code},
                    ),
                )
        return cleaned
