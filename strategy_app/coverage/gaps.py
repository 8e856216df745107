"""Gaps: where a strategy is not covered, ranked by one formula."""

import datetime
from dataclasses import dataclass, field

import numpy as np
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from strategy_app.coverage import cliffs, counts, matrix, targets
from strategy_app.coverage.frame import Frame
from strategy_app.coverage.scope import Scope
from strategy_app.coverage.standing import LAYERS
from strategy_app.words import RECORDS


class Kind(TextChoices):
    UNCOVERED = "uncovered", _("Uncovered")
    BELOW_TARGET = "below_target", _("Below target")
    UNKNOWN = "unknown", pgettext_lazy("kind of gap", "Unknown")
    CLIFF = "cliff", _("Cliff")
    THIN = "thin", _("Thin")
    UNEVIDENCED = "unevidenced", RECORDS["unevidenced"].name
    UNCONFIRMED = "unconfirmed", RECORDS["unconfirmed"].name
    STALE = "stale", RECORDS["stale"].name
    NEEDS_REVIEW = "needs_review", RECORDS["needs_review"].name
    HOLE = "hole", _("Hole")


DEFINITIONS = {
    Kind.UNCOVERED: _("Assessed by enough active programmes to say, supported by none."),
    Kind.BELOW_TARGET: _(
        "Support under the target; a range, since what is not assessed could still add."
    ),
    Kind.UNKNOWN: _(
        "Too few active programmes are assessed to say; or, for a target in budget, too few"
        " budgets are on record."
    ),
    Kind.CLIFF: _(
        "Supported on the day shown, uncovered or below target from a later day, because"
        " programmes end; assumes that nothing is added after the day shown."
    ),
    Kind.THIN: _("Supported by exactly one programme."),
    Kind.UNEVIDENCED: _("Supported, but no supporting record has a dated source."),
    Kind.UNCONFIRMED: _(
        "Supported with evidence, but nothing is confirmed by a second person."
    ),
    Kind.STALE: _("Supported and confirmed, but no such record has been judged lately."),
    Kind.NEEDS_REVIEW: _(
        "Supported by records whose element has since been worded anew materially."
    ),
    Kind.HOLE: _(
        "Supported overall, but by nothing in one category, department or country; what is"
        " not known is none of them."
    ),
}

# Not a kind but a question across two of them: which elements does nothing support?
UNSUPPORTED = "unsupported"
UNSUPPORTED_DEFINITION = _(
    "Supported by no programme so far: uncovered, or unknown, where too few are assessed to"
    " say."
)

WEIGHTS = {
    Kind.UNCOVERED: 4.0,
    Kind.BELOW_TARGET: 4.0,
    Kind.UNKNOWN: 3.0,
    Kind.CLIFF: 3.0,
    Kind.THIN: 2.0,
    Kind.UNEVIDENCED: 0.9,
    Kind.UNCONFIRMED: 0.7,
    Kind.STALE: 0.7,
    Kind.NEEDS_REVIEW: 1.2,
    Kind.HOLE: 1.0,
}
# An unknown element that something supports already is a smaller worry.
SUPPORTED_UNKNOWN_WEIGHT = 1.0

FORMULA = _(
    "Rank = weight of the kind × share concerned ÷ depth. Weights: uncovered and below"
    " target 4; unknown 3, or 1 where something supports the element already; cliff 3;"
    " thin 2; needs review 1.2; unevidenced 0.9; unconfirmed and stale 0.7; hole 1. Share"
    " concerned: for uncovered the share of active programmes assessed, below target the"
    " missing share of the target, for unknown the share not assessed, or without a budget"
    " on record, for a cliff the part of the horizon that lies after it, for needs review"
    " the share of supporters concerned, for a hole the group's share of the active"
    " programmes, otherwise 1. Depth: 1 for elements at the top, 2 below them, and so on."
)


@dataclass(frozen=True)
class Gap:
    """One gap: of an element (row in the tree), for a hole or a target also of a group.

    actual: how many programmes support it (for a target, missed or falling: in its
    measure). assessed, active: of how many it was assessed, in the group where there is
    one. score: what it is ranked by. target, low, high: what is aimed at, and between what
    the actual lies; of a cliff, low is what is left. from_day: the first day of a cliff.
    programmes: the columns of those that it is about, where they are few enough to name.
    unbudgeted: how many of the active ones have no budget on record, where that matters.
    """

    kind: Kind
    row: int
    score: float
    actual: float
    assessed: int
    active: int
    by: str | None = None
    group: str | None = None
    measure: str | None = None
    target: float | None = None
    low: float | None = None
    high: float | None = None
    from_day: datetime.date | None = None
    programmes: list[int] = field(default_factory=list)
    unbudgeted: int = 0


def find(
    frame: Frame, scope: Scope, *, by: str = "category", horizon_years: int | None = None
) -> list[Gap]:
    """Return the gaps of all kinds, the gravest first; holes in groups ``by``.

    Gaps are about programmes, whatever the scope's basis. horizon_years: how far ahead
    cliffs are looked for, as Thresholds say where it is None.
    """
    years = horizon_years or frame.thresholds.horizon_years
    key = ("gaps", by, years, counts.question(scope.but(basis="programmes")))
    return list(frame.answer(key, lambda: _find(frame, scope, by, years)))


def of_kind(found: list[Gap], kind: str) -> list[Gap]:
    """Return the gaps of one kind, of all where it is "", or those that are UNSUPPORTED."""
    if kind == UNSUPPORTED:
        return [gap for gap in found if _is_unsupported(gap)]
    return [gap for gap in found if not kind or gap.kind == kind]


def _is_unsupported(gap):
    """Whether it is the one gap of an element that nothing supports."""
    is_of_support = gap.kind in (Kind.UNCOVERED, Kind.UNKNOWN) and not gap.measure
    return is_of_support and gap.actual == 0


def _find(frame, scope, by, years):
    grouped = counts.by_group(frame, scope.but(basis="programmes"), by)
    coverage = grouped.overall
    if coverage.tree is None or coverage.is_empty:
        return []
    standings = targets.standings(frame, coverage, every=True)
    found = [
        *_of_targets(coverage, standings),
        *_cliffs(frame, coverage, standings, years),
    ]
    trusted = _trusted(frame, coverage)
    for row in map(int, np.flatnonzero(coverage.tree.alignable)):
        found += _of_element(frame, coverage, row)
        found += _of_layers(coverage, trusted, row)
        found += _holes(grouped, row)
    return sorted(found, key=lambda gap: (-gap.score, gap.row, gap.kind, gap.group or ""))


def _depth(coverage, row):
    return 1 + int(coverage.tree.depth[row])


def _of_element(frame, coverage, row):
    """Yield what can be said of one element: uncovered or unknown, and thin."""
    depth = _depth(coverage, row)
    supported, assessed = int(coverage.supported[row]), int(coverage.assessed[row])
    share = assessed / coverage.active
    numbers = {"actual": supported, "assessed": assessed, "active": coverage.active}
    if share < frame.thresholds.unknown_below:
        weight = SUPPORTED_UNKNOWN_WEIGHT if supported else WEIGHTS[Kind.UNKNOWN]
        yield Gap(Kind.UNKNOWN, row, weight * (1 - share) / depth, **numbers)
    elif supported == 0:
        yield Gap(Kind.UNCOVERED, row, WEIGHTS[Kind.UNCOVERED] * share / depth, **numbers)
    if supported == 1:
        only = counts.programmes_at(coverage, row, "supported")
        yield Gap(
            Kind.THIN, row, WEIGHTS[Kind.THIN] / depth, **numbers,
            programmes=[int(column) for column in np.flatnonzero(only)],
        )  # fmt: skip


def _holes(grouped, row):
    for index in np.flatnonzero(grouped.holes[row]):
        active = int(grouped.active[index])
        yield Gap(
            Kind.HOLE,
            row,
            WEIGHTS[Kind.HOLE]
            * active
            / grouped.overall.active
            / _depth(grouped.overall, row),
            actual=0,
            assessed=active - int(grouped.counts[row, index, 3]),
            active=active,
            by=grouped.by,
            group=grouped.groups[index],
        )


# --- targets ---


def _of_targets(coverage, standings):
    """Yield what is below its target, or unknown where budgets leave that open."""
    for standing in standings:
        if not standing.missing:
            continue
        kind, row = Kind.BELOW_TARGET, standing.row
        weight = WEIGHTS[kind] * standing.missing / standing.value
        if standing.is_open:
            kind = Kind.UNKNOWN
            is_supported = coverage.supported[row] > 0
            weight = SUPPORTED_UNKNOWN_WEIGHT if is_supported else WEIGHTS[kind]
            weight *= standing.unbudgeted / standing.active
        yield Gap(
            kind,
            row,
            weight / _depth(coverage, row),
            actual=standing.actual,
            assessed=standing.assessed,
            active=standing.active,
            **_group_of(standing.target),
            measure=standing.target.measure,
            target=standing.value,
            low=standing.low,
            high=standing.high,
            unbudgeted=standing.unbudgeted,
        )


def _group_of(target):
    if target.category:
        return {"by": "category", "group": target.category}
    if target.department:
        return {"by": "department", "group": target.department}
    return {}


# --- layers ---


def _trusted(frame, coverage):
    """Return, for each further layer, how many programmes support each element at it."""
    scope, tree = coverage.scope, coverage.tree
    at = {
        layer: counts.elements(frame, scope.but(layer=layer)).supported
        for layer in LAYERS[1:]
    }
    review = matrix.needs_review(
        frame, tree, scope.day, scope.layer, scope.level, rollup=scope.rollup
    )
    at["review"] = [np.count_nonzero(row & coverage.columns) for row in review]
    return at


def _of_layers(coverage, trusted, row):
    """Yield the first layer that all of the support lacks, and what asks to be re-read."""
    supported = int(coverage.supported[row])
    if not supported:
        return
    depth = _depth(coverage, row)
    numbers = {
        "actual": supported,
        "assessed": int(coverage.assessed[row]),
        "active": coverage.active,
    }
    lacking = [Kind.UNEVIDENCED, Kind.UNCONFIRMED, Kind.STALE]
    for kind, layer in zip(lacking, LAYERS[1:], strict=True):
        if not trusted[layer][row]:
            yield Gap(kind, row, WEIGHTS[kind] / depth, **numbers)
            break
    if concerned := int(trusted["review"][row]):
        weight = WEIGHTS[Kind.NEEDS_REVIEW] * concerned / supported
        yield Gap(Kind.NEEDS_REVIEW, row, weight / depth, **numbers | {"low": concerned})


# --- cliffs ---


def _cliffs(frame, coverage, standings, years):
    for fall in cliffs.falls(frame, coverage, standings, years):
        yield Gap(
            Kind.CLIFF,
            fall.row,
            WEIGHTS[Kind.CLIFF] * fall.share / _depth(coverage, fall.row),
            actual=fall.now,
            assessed=int(coverage.assessed[fall.row]),
            active=coverage.active,
            measure=fall.measure,
            target=fall.target,
            low=float(fall.left),
            from_day=fall.day,
            programmes=[int(column) for column in fall.ending],
        )
