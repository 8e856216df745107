"""Gaps: where a strategy is not covered, ranked by one formula."""

import datetime
from dataclasses import dataclass, field

import numpy as np
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from strategy_app.coverage import counts, matrix, targets
from strategy_app.coverage.counts import Coverage
from strategy_app.coverage.frame import Frame
from strategy_app.coverage.scope import Scope


class Kind(TextChoices):
    UNCOVERED = "uncovered", _("Uncovered")
    BELOW_TARGET = "below_target", _("Below target")
    UNKNOWN = "unknown", pgettext_lazy("kind of gap", "Unknown")
    CLIFF = "cliff", _("Cliff")
    THIN = "thin", _("Thin")
    UNEVIDENCED = "unevidenced", _("Unevidenced")
    UNCONFIRMED = "unconfirmed", _("Unconfirmed")
    STALE = "stale", _("Stale")
    NEEDS_REVIEW = "needs_review", _("Needs review")
    HOLE = "hole", _("Hole")


DEFINITIONS = {
    Kind.UNCOVERED: _("Assessed by most active programmes, supported by none."),
    Kind.BELOW_TARGET: _(
        "Support under the target; a range, since what is not assessed could still add."
    ),
    Kind.UNKNOWN: _("Too few active programmes are assessed to say."),
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
        "Supported overall, but by nothing in one category, department or country."
    ),
}

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
    " missing share of the target, for unknown the share not assessed, for a cliff the part"
    " of the horizon that lies after it, for needs review the share of supporters"
    " concerned, for a hole the group's share of the active programmes, otherwise 1. Depth:"
    " 1 for elements at the top, 2 below them, and so on."
)


@dataclass(frozen=True)
class Gap:
    """One gap: of an element (row in the tree), for a hole or a target also of a group.

    actual: how many programmes support it (for a target: in its measure). assessed,
    active: of how many it was assessed, in the group where there is one. score: what it is
    ranked by. target, low, high: what is aimed at, and between what the actual lies.
    from_day: the first day of a cliff. since: the first day of what is already so, None
    where it was never otherwise or cannot be said. programmes: the columns of those that
    it is about, where they are few enough to name.
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


def find(
    frame: Frame, scope: Scope, *, by: str = "category", horizon_years: int | None = None
) -> list[Gap]:
    """Return the gaps of all kinds, the gravest first; holes in groups ``by``.

    Gaps are about programmes, whatever the scope's basis. horizon_years: how far ahead
    cliffs are looked for, as Thresholds say where it is None.
    """
    years = horizon_years or frame.thresholds.horizon_years
    key = ("gaps", by, years, counts.question(scope.but(basis="programmes")))
    return list(frame.kept.answer(key, lambda: _find(frame, scope, by, years)))


def _find(frame, scope, by, years):
    grouped = counts.by_group(frame, scope.but(basis="programmes"), by)
    coverage = grouped.overall
    if coverage.tree is None or coverage.is_empty:
        return []
    standings = targets.standings(frame, coverage, every=True)
    found = [
        *_below_target(coverage, standings),
        *_cliffs(frame, coverage, standings, years),
    ]
    trusted = _trusted(frame, coverage)
    for row in map(int, np.flatnonzero(coverage.tree.alignable)):
        found += _of_element(frame, coverage, row)
        found += _of_layers(coverage, trusted, row)
        found += _holes(grouped, row)
    return sorted(found, key=lambda gap: (-gap.score, gap.row, gap.kind, gap.group or ""))


def since(frame: Frame, coverage: Coverage, gap: Gap) -> datetime.date | None:
    """Return since when a gap of support has been there, None if always or not said.

    For uncovered, unknown without support and thin: the day of the last step of support.
    """
    if gap.kind not in (Kind.UNCOVERED, Kind.UNKNOWN, Kind.THIN) or gap.actual > 1:
        return None
    steps = matrix.steps(
        frame, coverage.tree, gap.row, coverage.scope, coverage.scope.level + 1
    )
    today = coverage.scope.day.toordinal()
    past = [ordinal for ordinal, _number in steps if 0 < ordinal <= today]
    return datetime.date.fromordinal(past[-1]) if past else None


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


def _below_target(coverage, standings):
    for standing in standings:
        if standing.missing > 0:
            target, row = standing.target, standing.row
            yield Gap(
                Kind.BELOW_TARGET,
                row,
                WEIGHTS[Kind.BELOW_TARGET]
                * standing.missing
                / standing.value
                / _depth(coverage, row),
                actual=standing.actual,
                assessed=standing.assessed,
                active=standing.active,
                **_group_of(target),
                measure=target.measure,
                target=standing.value,
                low=standing.actual,
                high=standing.high,
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
        for layer in matrix.LAYERS[1:]
    }
    review = matrix.needs_review(
        frame, tree, scope.day, scope.layer, scope.level + 1, rollup=scope.rollup
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
    for kind, layer in zip(lacking, matrix.LAYERS[1:], strict=True):
        if not trusted[layer][row]:
            yield Gap(kind, row, WEIGHTS[kind] / depth, **numbers)
            break
    if concerned := int(trusted["review"][row]):
        weight = WEIGHTS[Kind.NEEDS_REVIEW] * concerned / supported
        yield Gap(Kind.NEEDS_REVIEW, row, weight / depth, **numbers | {"low": concerned})


# --- cliffs ---


def _cliffs(frame, coverage, standings, years):
    """Yield, for each element, the first day ahead on which its support falls away."""
    today, programmes = coverage.scope.day.toordinal(), frame.programmes
    horizon = _years_after(coverage.scope.day, years)
    # Days ahead on which each begins and ends; 0 is today or before, the last too late.
    begin, end = (
        np.clip(days.astype(np.int64) - today, 0, horizon - today + 1)
        for days in (programmes.starts, programmes.ends)
    )
    # What never begins, or has ended before it began, carries nothing on any day.
    lives = matrix.selected(frame, coverage.scope) & (programmes.starts < programmes.ends)
    levels = coverage.levels
    for row in map(int, np.flatnonzero(coverage.tree.alignable)):
        if not coverage.supported[row]:
            continue
        fall = None
        for least, goal, target in _goals(coverage, standings, row):
            carries = np.flatnonzero((levels[row] > least) & lives)
            ahead = _first_fall(begin[carries], end[carries], goal, horizon - today)
            if ahead is not None and (fall is None or ahead < fall):
                fall, aimed_at = ahead, target
                ending = carries[(end[carries] > 0) & (end[carries] <= ahead)]
                begun = begin[carries] <= ahead
                remaining = np.count_nonzero(begun & (end[carries] > ahead))
        if fall is None:
            continue
        share = 1 - fall / (horizon - today)
        yield Gap(
            Kind.CLIFF,
            row,
            WEIGHTS[Kind.CLIFF] * share / _depth(coverage, row),
            actual=int(coverage.supported[row]),
            assessed=int(coverage.assessed[row]),
            active=coverage.active,
            target=aimed_at,
            low=float(remaining),
            from_day=datetime.date.fromordinal(today + fall),
            programmes=[int(column) for column in ending],
        )


def _goals(coverage, standings, row):
    """Yield how many programmes there must be: (above which stored level, number, target).

    One in any case, and what targets in programmes ask for that are met today.
    """
    yield coverage.scope.level, 1, None
    for standing in standings:
        target = standing.target
        if standing.row == row and not standing.missing:
            if target.measure not in ("principal", "supported"):
                continue
            if targets.applies(target, coverage.scope):
                least = 2 if target.measure == "principal" else 1
                yield least, standing.value, standing.value


def _years_after(day, years):
    """Return the ordinal of the same day so many years on, at most the calendar's last."""
    try:
        return day.replace(year=day.year + years).toordinal()
    except ValueError:
        if day.year + years > datetime.MAXYEAR:
            return datetime.date.max.toordinal()
        return day.replace(year=day.year + years, day=28).toordinal()


def _first_fall(begin, end, goal, horizon):
    """Return how many days ahead one ends and fewer than ``goal`` are left, None if never.

    begin, end: days ahead, from 0 to horizon + 1.
    """
    begun, ended = (np.bincount(days, minlength=horizon + 2) for days in (begin, end))
    active = np.cumsum(begun - ended)
    falls = (active < goal) & (ended > 0)
    below = np.flatnonzero(falls[1 : horizon + 1])
    return int(below[0]) + 1 if len(below) else None
