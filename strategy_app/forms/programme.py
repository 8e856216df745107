"""Read which programmes a list is asked for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from strategy_app.coverage.counts import STATES
from strategy_app.forms.fields import DayField
from strategy_app.forms.scope import ScopeForm
from strategy_app.queries.programme import SORTS
from strategy_app.words import COUNTED

_NO_ELEMENT = _("Name the element that the rest of the address is about.")
_ONLY_ACTIVE = _(
    "Beside an element, or a missing budget, only programmes active on the day are listed."
)


class ProgrammeListForm(ScopeForm):
    """A scope, a search, a state against an element, a period and an order.

    element with state lists exactly the programmes that a coverage number counts.
    """

    period = forms.ChoiceField(
        label=_("Period"),
        required=False,
        choices=[
            ("", _("All periods")),
            ("active", _("Active on the day")),
            ("planned", _("Not yet begun")),
            ("ended", _("Ended before the day")),
            ("unknown", _("Ended, day unknown")),
        ],
    )
    element = forms.CharField(label=_("Element"), required=False, max_length=32)
    state = forms.ChoiceField(
        label=_("Alignment"),
        required=False,
        choices=[
            ("", _("All")),
            *((state, COUNTED[state]) for state in (*STATES, "supported", "assessed")),
        ],
    )
    # Those active ones whose budget of the day's fiscal year is not on record.
    budget = forms.ChoiceField(
        required=False, widget=forms.HiddenInput, choices=[("", ""), ("missing", "")]
    )
    # Of those that carry an element, begun or not yet, the ones that end by then.
    ends_by = DayField(required=False, widget=forms.HiddenInput)
    # Of those, only the ones that also support an element of another strategy.
    also_strategy = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)
    also = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)
    sort = forms.ChoiceField(
        label=_("Order"),
        required=False,
        widget=forms.HiddenInput,
        choices=[("", "")]
        + [(name, name) for name in SORTS]
        + [(f"-{name}", name) for name in SORTS],
    )

    def clean(self):
        cleaned = super().clean()
        if self.errors:
            return cleaned
        scope = self.scope()
        if cleaned["element"]:
            self._check_element("element", scope.strategy, scope.day)
            cleaned["state"] = cleaned["state"] or "supported"
        if cleaned["also"]:
            self._check_element("also", cleaned["also_strategy"], scope.day)
        if not self.errors:
            self._refuse_what_would_be_left_out(cleaned)
        return cleaned

    def _refuse_what_would_be_left_out(self, cleaned):
        """Refuse a part that means nothing without another, or beside another."""
        element, also, budget = (cleaned[name] for name in ("element", "also", "budget"))
        if not element and (cleaned["state"] or also or cleaned["ends_by"]):
            self.add_error("element", forms.ValidationError(_NO_ELEMENT, "needed"))
        if cleaned["also_strategy"] and not also:
            message = _("Name the element of the other strategy.")
            self.add_error("also", forms.ValidationError(message, "needed"))
        if cleaned["ends_by"] and cleaned["state"] not in ("", "principal", "supported"):
            message = _("What ends is told of “Principal” and “Supported” alone.")
            self.add_error("state", forms.ValidationError(message, "contradiction"))
        if element and budget:
            message = _("Ask for an element or for a missing budget, not for both.")
            self.add_error("element", forms.ValidationError(message, "contradiction"))
        if (element or budget) and cleaned["period"] not in ("", "active"):
            self.add_error("period", forms.ValidationError(_ONLY_ACTIVE, "contradiction"))

    def _check_element(self, field, strategy, day):
        """Refuse a code that the strategy does not have on the day."""
        tree = self.frame.tree(strategy, day)
        code = self.cleaned_data[field]
        if tree is None or code not in tree.row_of:
            self.add_error(
                field,
                _("The strategy has no element “%(code)s” on this day.") % {"code": code},
            )
