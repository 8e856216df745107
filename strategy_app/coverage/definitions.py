"""Every figure in words, collected from where each of them stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from strategy_app.coverage import (
    compare,
    counts,
    gaps,
    heatmap,
    matrix,
    standing,
    targets,
    timeline,
)
from strategy_app.coverage.frame import Thresholds
from strategy_app.models import Target
from strategy_app.words import COUNTED, LAYERS, PARTS


@dataclass(frozen=True)
class Definition:
    """One term: the anchor it is linked by, what it means, how it is computed."""

    anchor: str
    term: Any
    words: Any
    formula: Any = ""
    # What says that it acts here: a threshold in force, or nothing.
    threshold: Any = ""


@dataclass(frozen=True)
class Section:
    """Some terms that belong together."""

    anchor: str
    title: Any
    definitions: list[Definition]


_COUNT_TERMS = {name: COUNTED[name] for name in ("active", "supported", "assessed")} | {
    "coverage": _("Coverage"),
    "completeness": _("Completeness (assessed so far)"),
}
_MATRIX_TERMS = {
    "number": _("Number in the matrix"),
    "shade": _("Shade of a cell"),
    "unread": _("? and ◌? in the matrix"),
    "unbudgeted": _("– in the matrix by budget"),
    "assessed": _("Share assessed"),
}


def sections(
    thresholds: Thresholds, levels: Mapping[int | None, tuple[str, str]] | None = None
) -> list[Section]:
    """Return all definitions, with the thresholds in force filled in.

    levels: how the organisation itself words each level (None: not assessed), as name and
    meaning; they take the place of the plain words.
    """
    return [
        Section("levels", _("Levels"), _levels(levels or {})),
        Section("counting", _("What is counted"), _counting(thresholds)),
        Section("matrix", _("Matrix"), _cells()),
        Section("layers", _("How far records can be trusted"), _layers(thresholds)),
        Section("targets", _("Targets"), _targets()),
        Section("gaps", _("Gaps"), _gaps(thresholds)),
        Section("time", _("Time"), _time(thresholds)),
        Section("compare", _("Comparisons"), _compared()),
    ]


def _levels(levels):
    number = {"principal": 2, "significant": 1, "not_targeted": 0, "not_assessed": None}
    found = []
    for state, word in PARTS.items():
        plain = (word.name, counts.DEFINITIONS[state])
        name, words = levels.get(number[state], plain)
        formula = counts.FORMULAS.get(state, "")
        found.append(Definition(f"level-{state}", name, words, formula))
    return found


def _counting(thresholds):
    counted = {
        name: Definition(
            name, term, counts.DEFINITIONS[name], counts.FORMULAS.get(name, "")
        )
        for name, term in _COUNT_TERMS.items()
    }
    return [
        Definition("in-force", _("In force"), matrix.IN_FORCE),
        counted["active"],
        Definition("effective-level", _("Effective level"), matrix.EFFECTIVE_LEVEL),
        *(counted[name] for name in _COUNT_TERMS if name != "active"),
        Definition(
            "judged-lately",
            _("Judged lately"),
            counts.JUDGED_LATELY % {"fresh_months": thresholds.fresh_months},
        ),
    ]


def _cells():
    return [
        Definition(f"matrix-{name}", term, heatmap.DEFINITIONS[name],
                   heatmap.FORMULAS.get(name, ""))
        for name, term in _MATRIX_TERMS.items()
    ]  # fmt: skip


def _layers(thresholds):
    found = []
    for layer in standing.LAYERS:
        words = standing.LAYER_DEFINITIONS[layer]
        if layer == "fresh":
            words = words % {"fresh_months": thresholds.fresh_months}
        found.append(Definition(f"layer-{layer}", LAYERS[layer], words))
    return found


def _targets():
    measures = [
        Definition(f"target-{measure}", measure.label, targets.MEASURES[measure])
        for measure in Target.Measure
    ]
    return [Definition("target", _("Target"), targets.DEFINITION), *measures]


def _gaps(thresholds):
    kinds = [
        Definition(
            f"gap-{kind}", kind.label, gaps.DEFINITIONS[kind],
            threshold=gap_threshold(kind, thresholds),
        )
        for kind in gaps.Kind
    ]  # fmt: skip
    return [*kinds, Definition("ranking", _("Ranking"), gaps.FORMULA)]


def gap_threshold(kind: str, thresholds: Thresholds, horizon: int | None = None) -> str:
    """Return where the line is drawn for a kind of gap, "" where none is."""
    years = horizon or thresholds.horizon_years
    return {
        gaps.Kind.UNKNOWN: _("under %(percent)d %%")
        % {"percent": round(100 * thresholds.unknown_below)},
        gaps.Kind.UNCOVERED: _("from %(percent)d %% on")
        % {"percent": round(100 * thresholds.unknown_below)},
        gaps.Kind.STALE: ngettext_lazy(
            "within %(months)d month", "within %(months)d months", "months"
        )
        % {"months": thresholds.fresh_months},
        gaps.Kind.CLIFF: ngettext_lazy(
            "looking %(years)d year ahead", "looking %(years)d years ahead", "years"
        )
        % {"years": years},
    }.get(kind, "")


def _time(thresholds):
    return [
        Definition(
            "timeline",
            _("Timeline"),
            timeline.ASSUMPTION % {"horizon_years": thresholds.horizon_years},
        ),
        Definition(
            "fiscal-year",
            _("Fiscal year"),
            timeline.FISCAL_YEAR % {"first_month": settings.FISCAL_YEAR_FIRST_MONTH},
        ),
        Definition("trend", _("Trend"), timeline.TREND),
        Definition("ending", _("Ending within a year"), timeline.ENDING),
    ]


def _compared():
    kinds = [
        Definition(f"compare-{kind}", kind.label, compare.DEFINITIONS[kind])
        for kind in compare.Kind
    ]
    return [Definition("since", _("Since a day"), compare.SINCE), *kinds]
