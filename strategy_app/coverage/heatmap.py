"""What a cell of the matrix says beside its number: how dark it is, and who has looked."""

import numpy as np
from django.utils.translation import gettext_lazy as _

from strategy_app.coverage.counts import GroupedCoverage

SHADES = 4

DEFINITIONS = {
    "number": _(
        "How much of the column supports the element of the row: active programmes of those"
        " selected, or their budget. Among fiscal years, what supports it on the last day"
        " of the year; across another strategy, what supports both elements."
    ),
    "shade": _(
        "The share of the column that supports the element: the lightest under a quarter,"
        " then from a quarter, from half, and the darkest from three quarters on."
    ),
    "unread": _(
        "No programme of the column has a record on the element, among the records that are"
        " counted. So it is not known whether any supports it; a 0 says that somebody has"
        " looked and found none so far."
    ),
    "unbudgeted": _(
        "Counted by budget: programmes of the column support the element, but for none of"
        " them is a budget of the fiscal year on record. Where only some have one, theirs"
        " is the amount. What is a hole is told by programmes, whatever is counted."
    ),
    "assessed": _(
        "How much of the column has a record on the element, at any level, as a share of"
        " the column."
    ),
}
FORMULAS = {"shade": _("supported ÷ active in the column")}


def shade(count: int, active: int) -> int:
    """Return how dark a cell is: 0 for nothing, else 1 to SHADES by its share."""
    if not count or not active:
        return 0
    return min(SHADES, 1 + int(SHADES * count / active))


def is_read(grouped: GroupedCoverage) -> np.ndarray:
    """Return where any programme of a group has a record on an element, bool[E, G].

    ``grouped`` counts programmes: somebody may have looked at what has no budget.
    """
    return grouped.counts[:, :, :3].any(axis=2)
