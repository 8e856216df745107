"""Read a scope from a query string: the same for every page and the API."""

import unicodedata

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_countries import countries

from strategy_app.coverage import frame as coverage_frame
from strategy_app.coverage.counts import GROUPINGS
from strategy_app.coverage.frame import Frame
from strategy_app.coverage.gaps import UNSUPPORTED, Kind
from strategy_app.coverage.scope import UNKNOWN, Scope
from strategy_app.forms.fields import DayField
from strategy_app.models import Programme
from strategy_app.models.dates import today
from strategy_app.models.localized import localized_text, name_order
from strategy_app.queries.programme import matching

_BOOLEANS = {"true": True, "1": True, "on": True, "false": False, "0": False}


class ScopeForm(forms.Form):
    """The parts of a Scope. A value that there is not is an error that names it."""

    strategy = forms.ChoiceField(label=_("Strategy"), required=False)
    day = DayField(label=_("Day"), required=False)
    category = forms.ChoiceField(label=_("Category"), required=False)
    department = forms.ChoiceField(label=_("Department"), required=False)
    country = forms.ChoiceField(label=_("Partner country"), required=False)
    status = forms.ChoiceField(label=_("Status"), required=False)
    level = forms.ChoiceField(
        label=_("Counts as support"),
        required=False,
        choices=[
            ("1", _("Significant and principal")),
            ("2", _("Principal only")),
        ],
    )
    rollup = forms.ChoiceField(
        label=_("Elements count"),
        required=False,
        choices=[
            ("true", _("Everything below them (rolled up)")),
            ("false", _("Only themselves (direct)")),
        ],
    )
    layer = forms.ChoiceField(
        label=pgettext_lazy("records that count", "Records"),
        required=False,
        choices=[
            ("claimed", _("All that is claimed")),
            ("evidenced", _("With a dated source")),
            ("confirmed", _("Confirmed by a second person")),
            ("fresh", _("Confirmed and judged lately")),
        ],
    )
    known_at = forms.IntegerField(
        label=_("As known at change"), required=False, min_value=1, max_value=2**63 - 1
    )
    q = forms.CharField(label=_("Programme search"), required=False, max_length=200)
    basis = forms.ChoiceField(
        label=_("Count"),
        required=False,
        choices=[("programmes", _("Programmes")), ("budget", _("Budget"))],
    )

    def __init__(self, data, *, frame: Frame):
        super().__init__(_normalised(data))
        self.frame = frame
        programmes = frame.programmes
        self._choose("strategy", None, _names(frame.strategies))
        self._choose("category", _("All categories"), _names(programmes.categories))
        self._choose(
            "department",
            _("All departments"),
            [*_names(programmes.departments), (UNKNOWN, _("Not yet known"))],
        )
        named = [(code, countries.name(code)) for code in programmes.country_codes]
        self._choose(
            "country",
            _("All countries"),
            [
                *sorted(named, key=lambda country: name_order(country[1])),
                (UNKNOWN, _("None recorded")),
            ],
        )
        # A country that no programme names is a question with an empty answer.
        self.fields["country"].valid_value = lambda value: (
            value == UNKNOWN or value in dict(countries)
        )
        self._choose("status", _("All"), Programme.Status.choices)
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField):
                field.error_messages["invalid_choice"] = _("There is no “%(value)s” here.")

    def _choose(self, name, all_of_them, choices):
        blank = [] if all_of_them is None else [("", all_of_them)]
        field = self.fields[name]
        field.choices = [*blank, *choices]

    def default_strategy(self) -> str:
        """Return the strategy that is meant where none is named, "" where there is none."""
        return default_strategy(self.frame)

    def clean_known_at(self):
        """Go back to what was known at that change: ``self.frame`` is its frame then."""
        number = self.cleaned_data["known_at"]
        if number is not None:
            older = coverage_frame.as_known_at(number)
            if older is None:
                raise forms.ValidationError(
                    _("There is no “%(value)s” here."),
                    code="invalid_choice",
                    params={"value": number},
                )
            self.frame = older
        return number

    def scope(self) -> Scope:
        """Return the scope; only to be asked of a valid form."""
        cleaned = self.cleaned_data
        return Scope(
            strategy=cleaned["strategy"] or self.default_strategy(),
            day=cleaned["day"] or today(),
            rollup=_BOOLEANS[cleaned["rollup"] or "true"],
            level=int(cleaned["level"] or 1),
            category=cleaned["category"] or None,
            department=cleaned["department"] or None,
            country=cleaned["country"] or None,
            status=cleaned["status"] or None,
            basis=cleaned["basis"] or "programmes",
            layer=cleaned["layer"] or "claimed",
            known_at=cleaned["known_at"],
            search=cleaned["q"],
            matching=matching(self.frame, cleaned["q"]) if cleaned["q"] else None,
            today=today(),
        )


_GROUPS = [
    ("category", _("Category")),
    ("department", _("Department")),
    ("country", _("Partner country")),
]


class GroupedForm(ScopeForm):
    """A scope and what to group programmes by."""

    by = forms.ChoiceField(label=_("By"), required=False, choices=_GROUPS)

    def by_or_default(self) -> str:
        """Return the grouping, category where none was asked for."""
        return self.cleaned_data["by"] or GROUPINGS[0]


class MatrixForm(GroupedForm):
    """A scope, and groups of programmes, fiscal years or another strategy beside it."""

    by = forms.ChoiceField(
        label=_("By"),
        required=False,
        choices=[
            *_GROUPS,
            ("status", _("Status")),
            ("fiscal_year", _("Fiscal year")),
            ("strategy", _("Another strategy")),
        ],
    )
    second = forms.ChoiceField(label=_("Another strategy"), required=False)

    def __init__(self, data, *, frame: Frame):
        super().__init__(data, frame=frame)
        self._choose("second", None, _names(frame.strategies))

    def second_or_default(self) -> str:
        """Return the strategy to cross with: the one asked for, else the first other."""
        own = self.cleaned_data["strategy"] or self.default_strategy()
        others = [group.code for group in self.frame.strategies if group.code != own]
        return self.cleaned_data["second"] or (others[0] if others else "")


class MatrixPageForm(MatrixForm):
    """What the page of the matrix can do besides: shares, another order."""

    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            ("counts", _("Numbers")),
            ("shares", _("Shares")),
            ("assessed", _("Assessed")),
        ],
    )
    sort = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[("code", _("As in the strategy")), ("value", _("Strongest first"))],
    )


class GapsForm(GroupedForm):
    """A scope, the groups in which holes are looked for, and one kind of gap or all."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("All kinds")), *Kind.choices, (UNSUPPORTED, _("Without support"))],
    )
    by = forms.ChoiceField(label=_("Holes in"), required=False, choices=_GROUPS)
    horizon = forms.IntegerField(
        label=_("Years ahead"), required=False, min_value=1, max_value=10
    )

    def horizon_years(self) -> int:
        """Return how far ahead cliffs are looked for; the threshold where none is asked."""
        return self.cleaned_data["horizon"] or self.frame.thresholds.horizon_years


def default_strategy(frame: Frame) -> str:
    """Return the strategy that is meant where none is named, "" where there is none."""
    codes = [group.code for group in frame.strategies]
    if settings.DEFAULT_STRATEGY in codes:
        return settings.DEFAULT_STRATEGY
    return codes[0] if codes else ""


def _names(groups):
    return [
        (group.code, str(localized_text(group.name_en, group.name_ja))) for group in groups
    ]


def _normalised(data):
    """Return the parameters with full-width letters and digits read as plain ones."""
    if data is None:
        return None
    plain = data.copy()
    for name in list(plain):
        plain[name] = unicodedata.normalize("NFKC", str(plain[name])).strip()
    if "rollup" in plain and plain["rollup"].lower() in _BOOLEANS:
        plain["rollup"] = str(_BOOLEANS[plain["rollup"].lower()]).lower()
    return plain
