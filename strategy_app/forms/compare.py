"""What is compared with what: a scope, and the one part in which the other side differs."""

from django import forms
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from strategy_app.coverage import compare
from strategy_app.coverage import frame as coverage_frame
from strategy_app.coverage.compare import GROUPS, Kind, Pair
from strategy_app.coverage.scope import Scope
from strategy_app.forms.fields import DayField
from strategy_app.forms.scope import ScopeForm

# Each parameter that names the other side, and the part of the scope that it replaces.
WITH = {
    "with": "day",
    "with_department": "department",
    "with_category": "category",
    "with_layer": "layer",
    "with_known_at": "known_at",
}


class Support(TextChoices):
    """Which of two groups supports an element."""

    ONLY_OWN = "only_first", _("Only the first")
    ONLY_OTHER = "only_second", _("Only the second")
    BOTH = "both", _("Both")
    NEITHER = "neither", _("Neither")
    UNKNOWN = "unknown", _("None so far, not fully assessed")


class SinceForm(ScopeForm):
    """A scope, and an earlier (or later) day to compare it with."""

    def __init__(self, data, *, frame):
        super().__init__(data, frame=frame)
        # Its name is a word of the language, so it cannot be declared like the others.
        self.fields["with"] = DayField(label=_("Compare with the day"), required=False)

    def since(self) -> Pair:
        """Return both days; without another one, a year before the scope's."""
        scope = self.scope()
        other = scope.but(day=self.cleaned_data["with"] or compare.year_before(scope.day))
        return compare.pair(self.frame, scope, self.frame, other, by="day")


class CompareForm(SinceForm):
    """A scope and one thing to hold it against: a day, a group, a layer or a change."""

    with_department = forms.ChoiceField(label=_("Compare with department"), required=False)
    with_category = forms.ChoiceField(label=_("Compare with category"), required=False)
    with_layer = forms.ChoiceField(
        label=_("Compare with records"),
        required=False,
        choices=[("", _("None")), *ScopeForm.base_fields["layer"].choices],
    )
    with_known_at = forms.IntegerField(
        label=_("Compare with what was known at change"),
        required=False,
        min_value=1,
        max_value=2**63 - 1,
    )

    def __init__(self, data, *, frame):
        super().__init__(data, frame=frame)
        self.other_frame = None
        for name in GROUPS:
            choices = self.fields[name].choices[1:]
            self.fields[f"with_{name}"].choices = [("", _("None")), *choices]

    def clean_with_known_at(self):
        """Look up what was known at that change: ``self.other_frame``."""
        number = self.cleaned_data["with_known_at"]
        if number is not None:
            self.other_frame = coverage_frame.as_known_at(number)
            if self.other_frame is None:
                raise forms.ValidationError(
                    _("There is no “%(value)s” here."),
                    code="invalid_choice",
                    params={"value": number},
                )
            # Should a programme have been added just now, both sides have to hold it.
            if self.other_frame.programmes.codes != self.frame.programmes.codes:
                self.frame = coverage_frame.as_known_at(self.frame.change)
        return number

    def clean(self):
        """Refuse more than one thing to compare with, next to each that is too much."""
        cleaned = super().clean()
        first, *others = [name for name in WITH if cleaned.get(name)] or [None]
        for name in others:
            self.add_error(
                name,
                forms.ValidationError(
                    _("Compare one thing at a time: “%(other)s” is given too."),
                    code="two_comparisons",
                    params={"other": self.fields[first].label},
                ),
            )
        return cleaned

    def by(self) -> str:
        """Return in what the sides differ, the day where nothing is named."""
        named = [name for name in WITH if self.cleaned_data.get(name)]
        return WITH[named[0]] if named else "day"

    def other(self) -> Scope:
        """Return the scope of the other side."""
        name, scope = self.by(), self.scope()
        if name == "day":
            day = self.cleaned_data["with"] or compare.year_before(scope.day)
            return scope.but(day=day)
        return scope.but(**{name: self.cleaned_data[f"with_{name}"]})

    def pair(self) -> Pair:
        """Return both sides, counted; only to be asked of a valid form."""
        return compare.pair(
            self.frame,
            self.scope(),
            self.other_frame or self.frame,
            self.other(),
            by=self.by(),
        )


class ComparePageForm(CompareForm):
    """A comparison, and which part of its list is shown."""

    element = forms.CharField(label=_("Element"), required=False, max_length=32)
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("All kinds")), *Kind.choices, *Support.choices],
    )

    def clean(self):
        """Refuse a kind that this comparison does not have, and an unknown element."""
        cleaned = super().clean()
        kinds = Support.values if self.by() in GROUPS else compare.kinds_between(self.by())
        if cleaned.get("kind") and cleaned["kind"] not in kinds:
            self._there_is_no("kind", cleaned["kind"])
        if cleaned.get("element") and not self._is_known(cleaned["element"]):
            self._there_is_no("element", cleaned["element"])
        return cleaned

    def _is_known(self, code):
        strategy = self.cleaned_data.get("strategy") or self.default_strategy()
        frames = [self.frame, self.other_frame or self.frame]
        return any(
            code in tree.row_of for one in frames for tree in one.trees.get(strategy, [])
        )

    def _there_is_no(self, name, value):
        self.add_error(
            name,
            forms.ValidationError(
                _("There is no “%(value)s” here."),
                code="invalid_choice",
                params={"value": value},
            ),
        )
