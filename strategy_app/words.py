"""What the screens call things: names and signs of levels, layers and states.

One table each. Pages, forms, administration, definitions and exports take their words from
here, so that one thing has one name. A sign stands beside its words, never instead.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from strategy_app.models import Level


@dataclass(frozen=True)
class Word:
    """What something is called: in a heading, by a sign, and within a sentence."""

    name: Any
    sign: str = ""
    said: Any = ""
    level: int | None = None


# The four parts of a bar: what stands in a cell.
PARTS = {
    "principal": Word(Level.PRINCIPAL.label, "●", level=2),
    "significant": Word(Level.SIGNIFICANT.label, "◐", level=1),
    "not_targeted": Word(Level.NOT_TARGETED.label, "○", level=0),
    "not_assessed": Word(_("Not assessed"), "–"),
}
_PART_OF_LEVEL = {word.level: part for part, word in PARTS.items()}
# What is counted of programmes: the parts, and sums of them.
COUNTED = {name: word.name for name, word in PARTS.items()} | {
    "supported": _("Supported"),
    "assessed": _("Assessed"),
    "active": _("Active"),
}

LAYERS = {
    "claimed": _("Claimed"),
    "evidenced": _("Evidenced"),
    "confirmed": _("Confirmed"),
    "fresh": _("Fresh"),
}

# What a record is, or lacks (``coverage.standing``).
RECORDS = {
    "confirmed": Word(_("Confirmed"), "✓", _("confirmed")),
    "unconfirmed": Word(_("Unconfirmed"), "", _("not confirmed")),
    "unevidenced": Word(_("Unevidenced"), "□", _("no dated source")),
    "stale": Word(_("Stale"), "", _("stale")),
    "needs_review": Word(
        _("Needs review"), "↻", _("needs review: the element's wording has changed")
    ),
    "lapsed_wording": Word(
        _("Lapsed: the wording has changed"),
        "↻",
        _("no longer confirmed: the element's wording has changed since"),
    ),
    "lapsed_programme": Word(
        _("Lapsed: the programme's text has changed"),
        "↻",
        _("no longer confirmed: the programme's text has changed since"),
    ),
}


# What the cells of the grid tell by a sign.
TOLD_BY_SIGN = ("confirmed", "unevidenced", "needs_review")


def part_of(level: int | None) -> str:
    """Return the part of a bar that a level is; None is "not assessed"."""
    return _PART_OF_LEVEL[level]


def of_level(level: int | None) -> Word:
    """Return what a level is called."""
    return PARTS[part_of(level)]


def of_confirmation(state: Any) -> Word | None:
    """Return what is said of a record's confirmation, None where there is nothing to say.

    state: a ``standing.State``. That it stands; why it no longer does; or that the record
    has to be read again.
    """
    if state.is_confirmed:
        return RECORDS["confirmed"]
    if state.lapse:
        return RECORDS[f"lapsed_{state.lapse}"]
    return RECORDS["needs_review"] if state.needs_review else None
