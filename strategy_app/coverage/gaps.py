"""Gaps: where a strategy is not covered, ranked by one formula."""

from dataclasses import dataclass

import numpy as np
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from strategy_app.coverage import counts
from strategy_app.coverage.frame import Frame
from strategy_app.coverage.scope import Scope


class Kind(TextChoices):
    UNCOVERED = "uncovered", _("Uncovered")
    UNKNOWN = "unknown", pgettext_lazy("kind of gap", "Unknown")
    THIN = "thin", _("Thin")
    HOLE = "hole", _("Hole")


DEFINITIONS = {
    Kind.UNCOVERED: _("Assessed by most active programmes, supported by none."),
    Kind.UNKNOWN: _("Too few active programmes are assessed to say."),
    Kind.THIN: _("Supported by exactly one programme."),
    Kind.HOLE: _(
        "Supported overall, but by nothing in one category, department or country."
    ),
}

WEIGHTS = {Kind.UNCOVERED: 4, Kind.UNKNOWN: 3, Kind.THIN: 2, Kind.HOLE: 1}
# An unknown element that something supports already is a smaller worry.
SUPPORTED_UNKNOWN_WEIGHT = 1

FORMULA = _(
    "Rank = weight of the kind × share concerned ÷ depth. Weights: uncovered 4; unknown 3,"
    " or 1 where something supports the element already; thin 2; hole 1. Share concerned:"
    " for uncovered the share of active programmes assessed, for unknown the share not"
    " assessed, for thin 1, for a hole the group's share of the active programmes."
    " Depth: 1 for elements at the top, 2 below them, and so on."
)


@dataclass(frozen=True)
class Gap:
    """One gap: of an element (row in the tree), for a hole also of a group.

    actual: how many programmes support it. assessed, active: of how many it was assessed,
    in the group where there is one. score: what it is ranked by.
    """

    kind: Kind
    row: int
    score: float
    actual: int
    assessed: int
    active: int
    by: str | None = None
    group: str | None = None


def find(frame: Frame, scope: Scope, *, by: str, unknown_below: float) -> list[Gap]:
    """Return the gaps of all kinds, the gravest first; holes in groups ``by``.

    Gaps are about programmes, whatever the scope's basis. unknown_below: the share of
    assessed active programmes (0 to 1) below which nothing can be said of an element.
    """
    grouped = counts.by_group(frame, scope.but(basis="programmes"), by)
    coverage = grouped.overall
    if coverage.tree is None or coverage.active == 0:
        return []
    found = []
    for row in np.flatnonzero(coverage.tree.alignable):
        found += _of_element(coverage, int(row), unknown_below)
        found += _holes(grouped, int(row))
    return sorted(found, key=lambda gap: (-gap.score, gap.row, gap.group or ""))


def _of_element(coverage, row, unknown_below):
    """Yield what can be said of one element: uncovered or unknown, and thin."""
    depth = 1 + int(coverage.tree.depth[row])
    supported, assessed = int(coverage.supported[row]), int(coverage.assessed[row])
    share = assessed / coverage.active
    numbers = {"actual": supported, "assessed": assessed, "active": coverage.active}
    if share < unknown_below:
        weight = SUPPORTED_UNKNOWN_WEIGHT if supported else WEIGHTS[Kind.UNKNOWN]
        yield Gap(Kind.UNKNOWN, row, weight * (1 - share) / depth, **numbers)
    elif supported == 0:
        yield Gap(Kind.UNCOVERED, row, WEIGHTS[Kind.UNCOVERED] * share / depth, **numbers)
    if supported == 1:
        yield Gap(Kind.THIN, row, WEIGHTS[Kind.THIN] / depth, **numbers)


def _holes(grouped, row):
    depth = 1 + int(grouped.overall.tree.depth[row])
    for index in np.flatnonzero(grouped.holes[row]):
        active = int(grouped.active[index])
        yield Gap(
            Kind.HOLE,
            row,
            WEIGHTS[Kind.HOLE] * active / grouped.overall.active / depth,
            actual=0,
            assessed=active - int(grouped.counts[row, index, 3]),
            active=active,
            by=grouped.by,
            group=grouped.groups[index],
        )
