"""How the strategy's text is set: in which languages, with its coverage or without."""

from django import forms
from django.utils.translation import gettext_lazy as _

from strategy_app.forms.scope import ScopeForm


class TextForm(ScopeForm):
    """A scope, and whether the text stands in one language or in both.

    Without a choice both stand side by side where the screen is wide enough.
    """

    languages = forms.ChoiceField(
        label=_("Languages"),
        required=False,
        choices=[
            ("", _("As the screen allows")),
            ("one", _("One language")),
            ("both", _("Both languages")),
        ],
    )


class DocumentForm(TextForm):
    """The same, and whether coverage stands beside the text."""

    coverage = forms.ChoiceField(
        label=_("Coverage"),
        required=False,
        choices=[("", _("Beside the text")), ("hidden", _("Hidden"))],
    )
