"""Read which programmes a list is asked for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from strategy_app.coverage.counts import STATES
from strategy_app.forms.scope import ScopeForm
from strategy_app.queries.programme import SORTS

_STATE_NAMES = (
    _("Principal"),
    _("Significant"),
    _("Not targeted"),
    _("Not assessed"),
)


class ProgrammeListForm(ScopeForm):
    """A scope, a search, a state against an element, a period and an order.

    element with state lists exactly the programmes that a coverage number counts.
    """

    q = forms.CharField(label=_("Search"), required=False, max_length=200)
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
            *zip(STATES, _STATE_NAMES, strict=True),
            ("supported", _("Supported")),
            ("assessed", _("Assessed")),
        ],
    )
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
        code = cleaned.get("element")
        if not code or self.errors:
            return cleaned
        scope = self.scope()
        tree = self.frame.tree(scope.strategy, scope.day)
        if tree is None or code not in tree.row_of:
            self.add_error(
                "element",
                _("The strategy has no element “%(code)s” on this day.") % {"code": code},
            )
        elif not cleaned.get("state"):
            cleaned["state"] = "supported"
        return cleaned
