"""Read the query string of a request: what is not known is refused by its name."""

from django import forms
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from strategy_app.api import errors
from strategy_app.api.pagination import Pagination
from strategy_app.coverage import frame
from strategy_app.coverage.gaps import UNSUPPORTED, Kind
from strategy_app.coverage.scope import Scope
from strategy_app.coverage.standing import LAYERS
from strategy_app.coverage.timeline import FIRST_YEAR, LAST_YEAR, MOST_YEARS
from strategy_app.forms.fields import DayField
from strategy_app.forms.parameters import misread
from strategy_app.forms.scope import GapsForm, MatrixForm, ScopeForm
from strategy_app.models import Programme
from strategy_app.models.dates import today


class NoParameters(forms.Form):
    """An answer that takes no parameters."""


class PageParameters(forms.Form):
    """Which page of a list; whether there is such a page, the paginator says (404)."""

    page = forms.IntegerField(required=False)
    page_size = forms.IntegerField(
        required=False, min_value=1, max_value=Pagination.max_page_size
    )


class DayParameters(forms.Form):
    """As of which day."""

    day = DayField(required=False)


class DiffParameters(forms.Form):
    """Names only: which revisions they are is looked up where the strategy is known."""

    def __init__(self, data):
        super().__init__(data)
        for name in ("from", "to"):
            self.fields[name] = forms.CharField(required=False, max_length=100)


class _PartOfScope(PageParameters, ScopeForm):
    """Some parts of a scope, named in ``parts``, and the page."""

    parts = ()

    def __init__(self, data, *, frame):
        super().__init__(data, frame=frame)
        for name in ScopeForm.base_fields:
            if name not in self.parts:
                del self.fields[name]

    @property
    def day(self):
        """The day asked for, today where none is."""
        return self.cleaned_data["day"] or today()


class ElementParameters(_PartOfScope):
    parts = ("strategy", "day")

    @property
    def tree(self):
        """The elements in force on the day, None before the first revision."""
        strategy = self.cleaned_data["strategy"] or self.default_strategy()
        return self.frame.tree(strategy, self.day)


class ProgrammeParameters(_PartOfScope):
    parts = ("day", "category", "department", "country", "status", "q")
    active = forms.ChoiceField(
        required=False, choices=[("true", _("Yes")), ("false", _("No"))]
    )

    def scope(self):
        """Return the filters as a scope (of no strategy)."""
        groups = {
            name: self.cleaned_data[name] or None
            for name in self.parts
            if name not in ("day", "q")
        }
        return Scope(strategy="", day=self.day, **groups)


class AlignmentParameters(_PartOfScope):
    """Filters of the ledger. An element's code is looked for in every strategy,
    unless one is named."""

    parts = ("strategy", "day", "known_at")
    programme = forms.CharField(required=False, max_length=32)
    element = forms.CharField(required=False, max_length=32)

    def clean_programme(self):
        code = self.cleaned_data["programme"]
        if code and code not in self.frame.programmes.codes:
            raise self._there_is_no(code)
        return code

    def clean_element(self):
        code = self.cleaned_data["element"]
        strategy = self.cleaned_data.get("strategy")
        known = {
            known
            for name, trees in self.frame.trees.items()
            for tree in trees
            if not strategy or name == strategy
            for known in tree.codes
        }
        if code and code not in known:
            raise self._there_is_no(code)
        return code

    @staticmethod
    def _there_is_no(code):
        return forms.ValidationError(
            _("There is no “%(value)s” here."),
            code="invalid_choice",
            params={"value": code},
        )


def read(form_class, request):
    """Return the valid form of a request's query string.

    Raises the 400 that names parameters that are unknown, given twice or not valid.
    """
    if issubclass(form_class, ScopeForm):
        form = form_class(request.query_params, frame=frame.current())
    else:
        form = form_class(request.query_params)
    problems = [*misread(request.query_params, form.fields), *errors.problems_of(form)]
    if problems:
        raise errors.refusal(problems)
    return form


# --- how they are described ---


def _text(name, description, **fields):
    return OpenApiParameter(name, OpenApiTypes.STR, description=description, **fields)


def _choice(name, description, values, default=None):
    return _text(name, description, enum=values, default=default)


DAY = OpenApiParameter(
    "day",
    OpenApiTypes.DATE,
    description="As of this day, 1900-01-01 to 2199-12-31. Without it: today.",
)
STRATEGY = _text("strategy", "Code of the strategy. Without it: the site's default one.")
GROUPS = [
    _text("category", "Code of a category: only its programmes."),
    _text("department", "Code of a department, or `unknown`: only its programmes."),
    _text("country", "ISO 3166-1 code of a partner country, or `unknown`."),
    _choice("status", "Status of the programmes.", list(Programme.Status.values)),
]
KNOWN_AT = OpenApiParameter(
    "known_at", OpenApiTypes.INT, description="As it was known at this change."
)
SEARCH = _text("q", "Words that must stand in a programme's code, name or summary.")
SCOPE = [
    STRATEGY,
    DAY,
    *GROUPS,
    _choice("level", "The least level that counts as support.", ["1", "2"], "1"),
    _choice(
        "rollup",
        "Whether an element counts what stands on it or anything below it.",
        ["true", "false"],
        "true",
    ),
    _choice("basis", "What is counted.", ["programmes", "budget"], "programmes"),
    _choice("layer", "How far a record must be trusted.", list(LAYERS), LAYERS[0]),
    KNOWN_AT,
    SEARCH,
]


def _by(form_class, description):
    values = [value for value, _label in form_class.base_fields["by"].choices]
    return _choice("by", description, values, values[0])


MATRIX = [
    *SCOPE,
    _by(
        MatrixForm,
        "What programmes are grouped by. `fiscal_year`: all programmes on the last day of"
        " each year, with that year's elements. `strategy`: the programmes that support"
        " each element at the top of the `second` strategy.",
    ),
    _text(
        "second",
        "Code of the other strategy; only with `by=strategy`. Without it: the first other.",
    ),
]
GAPS = [
    *SCOPE,
    _by(GapsForm, "The groups in which holes are looked for."),
    _choice(
        "kind",
        "Only gaps of this kind; `unsupported`: those `uncovered` and `unknown` of elements"
        " that nothing supports so far.",
        [*Kind.values, UNSUPPORTED],
    ),
    OpenApiParameter(
        "horizon",
        {"type": "integer", "minimum": 1, "maximum": 10},
        description="How many years ahead cliffs are looked for. Without it: as the"
        " site's thresholds say.",
    ),
]
COMPARE = [
    *SCOPE,
    OpenApiParameter(
        "with",
        OpenApiTypes.DATE,
        description="The other day, earlier or later. Without any `with…`: a year before"
        " the day. Only one `with…` at a time.",
    ),
    _text("with_department", "Code of the other department, or `unknown`."),
    _text("with_category", "Code of the other category."),
    _choice("with_layer", "The other layer.", list(LAYERS)),
    OpenApiParameter(
        "with_known_at", OpenApiTypes.INT, description="The change known at instead."
    ),
]
TIMELINE = [
    *SCOPE,
    *(
        OpenApiParameter(
            name,
            {"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR},
            description=f"{which} fiscal year, at most {MOST_YEARS} in all. Without it: "
            + without,
        )
        for name, which, without in [
            ("from", "The first", "that of the first record."),
            ("to", "The last", "as far ahead as the site's horizon."),
        ]
    ),
]
PROGRAMMES = [
    DAY,
    *GROUPS,
    SEARCH,
    _choice("active", "Only programmes active, or not, on the day.", ["true", "false"]),
]
ALIGNMENTS = [
    _text("strategy", "Code of a strategy. Without it: all strategies."),
    _text("programme", "Code of a programme."),
    _text("element", "Code of an element."),
    DAY,
    KNOWN_AT,
]
DIFF = [
    OpenApiParameter(
        name,
        OpenApiTypes.DATE,
        description=f"A day on which the {which} revision is in force. Without it: "
        + without,
    )
    for name, which, without in [
        (
            "from",
            "earlier",
            "the revision before the other one, `null` if it is the first.",
        ),
        ("to", "later", "the newest one."),
    ]
]
