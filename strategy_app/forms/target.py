"""A target as managers send it."""

import unicodedata

from django import forms
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from strategy_app.forms.fields import DayField
from strategy_app.models import Category, Department, Element, Target
from strategy_app.models.dates import today
from strategy_app.services import target as target_services


class AmountField(forms.DecimalField):
    """A number of programmes or per cent, also in full-width digits."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    default_error_messages = {"invalid": _("Enter a number, such as 5 or 12.5.")}

    def __init__(self, **kwargs):
        super().__init__(max_digits=8, decimal_places=2, **kwargs)

    def to_python(self, value):
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).strip().removesuffix("%")
        return super().to_python(value)

    def prepare_value(self, value):
        # 5.00 is five programmes.
        return f"{value.normalize():f}" if hasattr(value, "normalize") else value

    def widget_attrs(self, widget):
        return {}


class TargetForm(forms.Form):
    """A new target. Valid means: the service will take it, unless another is faster."""

    measure = forms.ChoiceField(label=_("Measure"), choices=Target.Measure.choices)
    value = AmountField(label=_("Value"))
    valid_from = DayField(label=_("Valid from"))
    category = forms.ModelChoiceField(
        Category.objects.order_by("code"),
        label=_("Only for the category"),
        required=False,
        empty_label=_("All categories"),
    )
    department = forms.ModelChoiceField(
        Department.objects.order_by("code"),
        label=_("or only for the department"),
        required=False,
        empty_label=_("All departments"),
    )

    def __init__(self, data=None, *, element: Element, **kwargs):
        kwargs["initial"] = {"valid_from": today()} | (kwargs.get("initial") or {})
        super().__init__(data, **kwargs)
        self.element = element
        there_are = target_services.on_record()
        self.fields["value"].help_text = _(
            "At most %(number)s programmes, as many as are on record; fewer for one"
            " category or department. A share is at most 100 %%."
        ) % {"number": intcomma(there_are)}

    def target(self) -> Target:
        """Return what was asked for, not saved."""
        wanted = {name: self.cleaned_data[name] for name in self.base_fields}
        return Target(element=self.element, **wanted)

    def clean(self):
        cleaned = super().clean()
        if not self.errors:
            try:
                target_services.check(self.target())
            except ValidationError as refusal:
                self.refuse(refusal)
        return cleaned

    def refuse(self, refusal: ValidationError):
        """Show each refusal next to its field, above the form where it has none."""
        for field, messages in refusal.message_dict.items():
            self.add_error(field if field in self.fields else None, messages)


class RevisionForm(forms.Form):
    """Another value for a target: from a later day on, or a correction of its own day."""

    value = AmountField(label=_("Value"))
    valid_from = DayField(
        label=_("Valid from"),
        help_text=_("The same day corrects the target; a later one follows it."),
    )
    version = forms.IntegerField(
        required=False, min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput
    )

    refuse = TargetForm.refuse

    def __init__(self, data=None, *, target: Target, version: int, **kwargs):
        kwargs["initial"] = {
            "value": target.value, "valid_from": target.valid_from, "version": version,
        }  # fmt: skip
        super().__init__(data, **kwargs)
        words = _("A share is at most 100 %%.").replace("%%", "%")
        if target.measure in target_services.COUNTS:
            there_are = target_services.on_record(target.category, target.department)
            words = ngettext(
                "At most %(number)s programme, as many as are on record.",
                "At most %(number)s programmes, as many as are on record.",
                there_are,
            ) % {"number": intcomma(there_are)}
        self.fields["value"].help_text = words
