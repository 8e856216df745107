"""Turn arrays of coverage into rows that templates can print, each number with its link."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from django.urls import get_script_prefix, reverse
from django.utils.translation import gettext as _
from django_countries import countries

from strategy_app import words
from strategy_app.coverage import budgets, counts, targets
from strategy_app.coverage.counts import STATES, Coverage
from strategy_app.coverage.frame import Frame
from strategy_app.coverage.scope import UNKNOWN
from strategy_app.models import Programme
from strategy_app.models.localized import LocalizedText, localized_text
from strategy_app.templatetags.strategy import quantity
from strategy_app.views.trends import Trend


@dataclass(frozen=True)
class Part:
    """One of the four parts of a bar: its number, its share in %, where its bar starts.

    shown: the number as it is printed, of budget in millions; "–" where no budget of what
    it counts is on record.
    """

    state: str
    label: str
    count: int
    shown: str
    share: float
    start: float
    address: str


@dataclass(frozen=True)
class Mark:
    """Where a target stands on a bar: its place in %, its shape, the words for it."""

    measure: str
    place: float
    words: str


@dataclass(frozen=True)
class ElementRow:
    """One element with its coverage."""

    code: str
    title: LocalizedText
    depth: int
    is_alignable: bool
    address: str
    parts: list[Part]
    active: int
    marks: list[Mark] = field(default_factory=list)
    trend: Trend | None = None

    @property
    def summary(self):
        """The bar in words, for those who do not see it."""
        words = [f"{part.label} {part.shown}" for part in self.parts]
        return _(", ").join([*words, *(mark.words for mark in self.marks)])


def state_label(state):
    """Return what a state is called: one of the four parts, or a sum of them."""
    return str(words.COUNTED[state])


def programmes_address(scope, **extra):
    """Return the list of the programmes that a number counts."""
    return f"{_list_address(get_script_prefix())}?{scope.query(**extra)}"


@cache
def _list_address(_prefix):
    """Return where the list is; a page asks hundreds of times."""
    return reverse("programme-list")


def element_rows(
    coverage: Coverage, only=None, marks=None, trends=None
) -> list[ElementRow]:
    """Return a row for each alignable element, or for the tree rows ``only``.

    marks, trends: what ``marks_of`` and ``trends`` return, where they are to be shown.
    """
    if coverage.tree is None:
        return []
    chosen = range(len(coverage.tree.codes)) if only is None else only
    return [
        _element_row(coverage, row, (marks or {}).get(row, []), (trends or {}).get(row))
        for row in chosen
        if only is not None or coverage.tree.alignable[row]
    ]


def _element_row(coverage, row, marks, trend):
    tree, scope = coverage.tree, coverage.scope
    code = tree.codes[row]
    return ElementRow(
        code=code,
        title=localized_text(tree.titles_en[row], tree.titles_ja[row]),
        depth=int(tree.depth[row]),
        is_alignable=bool(tree.alignable[row]),
        address=element_address(scope, code),
        parts=parts_of(coverage, row),
        active=coverage.active,
        marks=marks,
        trend=trend,
    )


def marks_of(frame: Frame, coverage: Coverage) -> dict[int, list[Mark]]:
    """Return the targets that can be marked on the bar of each tree row.

    Those that speak of the programmes in scope, in what the bar counts.
    """
    marks: dict[int, list[Mark]] = {}
    for standing in targets.standings(frame, coverage):
        measure, value = standing.target.measure, standing.value
        by_budget = measure == "share_budget"
        if by_budget != (coverage.scope.basis == "budget") or not coverage.active:
            continue
        share = value if measure.startswith("share") else 100 * value / coverage.active
        words = _target_words(measure) % {"value": amount(measure, value)}
        mark = Mark(measure, round(min(share, 100.0), 3), words)
        marks.setdefault(standing.row, []).append(mark)
    return marks


def marks_drawn(rows: Iterable[ElementRow]) -> set[str]:
    """Return which strokes mark targets on the bars: "half" for principal, else "whole"."""
    measures = {mark.measure for row in rows for mark in row.marks}
    return {"half" if measure == "principal" else "whole" for measure in measures}


def _target_words(measure):
    if measure == "principal":
        return _("target %(value)s principal")
    return _("target %(value)s")


def decimal(value: float) -> str:
    """Return a number with at most one decimal: "5", "12.5"."""
    return f"{value:,.1f}".removesuffix(".0")


def amount(measure: str, value: float) -> str:
    """Return a value of a target's measure in words: "5", "12.5 %"."""
    shown = decimal(value)
    return _("%(share)s %%") % {"share": shown} if measure.startswith("share") else shown


def element_address(scope, code):
    """Return the page of an element, in this scope."""
    return f"{reverse('element', args=[scope.strategy, code])}?{scope.query()}"


def parts_of(coverage: Coverage, row: int) -> list[Part]:
    """Return the four parts of the bar of a tree row."""
    scope, active, code = coverage.scope, coverage.active, coverage.tree.codes[row]
    ways = budgets.elements(coverage.frame, scope)
    is_unknown = ways.unknown("active") | ways.unknown("counts")[row]
    parts, start = [], 0.0
    for index, state in enumerate(STATES):
        count = int(coverage.counts[row, index])
        share = 100 * count / active if active else 0.0
        parts.append(
            Part(
                state=state,
                label=state_label(state),
                count=count,
                shown="–" if is_unknown[index] else quantity(count, scope.basis),
                share=round(share, 3),
                start=round(start, 3),
                address=programmes_address(scope, element=code, state=state),
            )
        )
        start += share
    return parts


# --- groups ---


def group_label(frame: Frame, by: str, code: str) -> str:
    """Return the name of a category, department, country or status."""
    if code == UNKNOWN:
        return _("None recorded") if by == "country" else _("Not yet known")
    if by == "country":
        return countries.name(code)
    if by == "status":
        return str(Programme.Status(code).label)
    programmes = frame.programmes
    groups = programmes.categories if by == "category" else programmes.departments
    for group in groups:
        if group.code == code:
            return str(localized_text(group.name_en, group.name_ja))
    return code


def totals(grouped: counts.GroupedCoverage, frame: Frame):
    """Return the groups of a matrix as (code, label, active)."""
    return [
        (code, group_label(frame, grouped.by, code), int(active))
        for code, active in zip(grouped.groups, grouped.active, strict=True)
    ]
