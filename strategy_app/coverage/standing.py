"""What each record is worth on a day: the one place where that is decided.

A confirmation *lapses* when, after it was given, the element's wording changes materially
(by a revision in force on the day) or the programme's text does. Nothing of this is stored:
it follows from the ledger, the programmes and the revisions, for any day and any knowledge.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from strategy_app.coverage.frame import ALWAYS, NEVER, Frame, Tree

# How a record stands. IN_FORCE: it holds on the day. ALIGNABLE: its element can be aligned
# with. COUNTS: both, and its programme is active. REWORDED: its element's wording has
# changed materially since the one that was judged. STALE: it was judged longer ago than
# records are fresh for. UNEVIDENCED: no dated source stands behind it. UNCONFIRMED: no
# second person's confirmation stands; LAPSED: one was given, and has lapsed.
IN_FORCE, ALIGNABLE, COUNTS, REWORDED, STALE, UNEVIDENCED, UNCONFIRMED, LAPSED = np.array(
    [1, 2, 4, 8, 16, 32, 64, 128], np.uint8
)

# From the weakest: a record of a layer is one of all layers before it.
LAYERS = ("claimed", "evidenced", "confirmed", "fresh")
# What a record of each must not be.
_LACKS = {
    "claimed": np.uint8(0),
    "evidenced": UNEVIDENCED,
    "confirmed": UNEVIDENCED | UNCONFIRMED,
    "fresh": UNEVIDENCED | UNCONFIRMED | STALE,
}
LAYER_DEFINITIONS = {
    "claimed": _("All records in force."),
    "evidenced": _("Those of them that a dated source stands behind."),
    "confirmed": _(
        "Those of the evidenced that a second person has confirmed, as long as neither the"
        " programme's text nor the element's wording has changed materially since."
    ),
    "fresh": ngettext_lazy(
        "Those of the confirmed that were judged, or found still right, within the last"
        " %(fresh_months)d month.",
        "Those of the confirmed that were judged, or found still right, within the last"
        " %(fresh_months)d months.",
        "fresh_months",
    ),
}


@dataclass(frozen=True)
class State:
    """How one record stands on a day: its flags, each to be asked for by name."""

    flags: int

    def _has(self, *flags):
        return all(self.flags & int(flag) for flag in flags)

    @property
    def is_in_force(self) -> bool:
        """Whether it holds on the day."""
        return self._has(IN_FORCE)

    @property
    def is_reworded(self) -> bool:
        """Whether its element's wording has changed materially since it was judged."""
        return self._has(REWORDED)

    @property
    def needs_review(self) -> bool:
        """Whether it has to be read again: it is reworded, and can be judged anew."""
        return self._has(IN_FORCE, ALIGNABLE, REWORDED)

    @property
    def is_stale(self) -> bool:
        """Whether it was judged longer ago than records are fresh for."""
        return self._has(STALE)

    @property
    def is_evidenced(self) -> bool:
        """Whether a dated source stands behind it."""
        return not self._has(UNEVIDENCED)

    @property
    def is_confirmed(self) -> bool:
        """Whether a second person's confirmation stands."""
        return not self._has(UNCONFIRMED)

    @property
    def lapse(self) -> str | None:
        """Why its confirmation no longer stands: "wording", "programme", or None."""
        if not self._has(LAPSED):
            return None
        return "wording" if self.is_reworded else "programme"


def standing(frame: Frame, tree: Tree, day: datetime.date) -> np.ndarray:
    """Return how each ledger row stands on ``day``: uint8[R], read-only; kept.

    Sums of flags, read in ``tree``: that of ``day``, but where a forecast says otherwise.
    Rows of other strategies do not count.
    """
    return frame.answer(
        ("standing", tree.revision_id, day), lambda: standing_of(frame, tree, day)
    )


def standing_of(
    frame: Frame, tree: Tree, day: datetime.date, rows=slice(None)
) -> np.ndarray:
    """Return the same of some ledger rows, uint8[n], in their order."""
    return _stand(frame, _texts(frame, [_until(frame, tree)]), day, rows)


def of_every_strategy(frame: Frame, day: datetime.date, rows=slice(None)) -> np.ndarray:
    """Return how ledger rows stand on ``day``, each read in its own strategy: uint8[n]."""
    revisions = [
        [tree for tree in trees if tree.in_force_from <= day]
        for trees in frame.trees.values()
    ]
    return _stand(frame, _texts(frame, revisions), day, rows)


def states_of(frame: Frame, day: datetime.date, ids: Iterable[int]) -> list[State]:
    """Return how the records with these ids stand, of whatever strategy, in their order.

    Raises KeyError where the frame does not know one.
    """
    stands = of_every_strategy(frame, day, rows_of(frame, ids))
    return [State(flags) for flags in stands.tolist()]


def rows_of(frame: Frame, ids: Iterable[int]) -> np.ndarray:
    """Return where the ledger has the records with these ids: int64[n], or KeyError."""
    ids, known = np.array(list(ids), np.int64), frame.ledger.ids
    rows = np.searchsorted(known, ids)
    is_there = rows < len(known)
    is_there[is_there] = known[rows[is_there]] == ids[is_there]
    if not is_there.all():
        raise KeyError(ids[~is_there].tolist())
    return rows


def of_layer(stands: np.ndarray, layer: str) -> np.ndarray:
    """Return which records can be trusted as ``layer`` says, in force or not: bool[n].

    stands: as ``standing`` has it.
    """
    return (stands & _LACKS[layer]) == 0


def has(stands: np.ndarray, *flags: np.uint8) -> np.ndarray:
    """Return which records have all of these flags: bool[n]."""
    wanted = np.bitwise_or.reduce(np.array(flags, np.uint8))
    return (stands & wanted) == wanted


def _stand(frame, texts, day, rows):
    ledger, programmes = frame.ledger, frame.programmes
    alignable, material_from = texts
    element, programme = ledger.element[rows], ledger.programme[rows]
    is_active = programmes.active(day) & programmes.exists
    is_held = frame.in_force(day, rows)
    is_alignable = alignable[element]
    is_reworded = ledger.judged_from[rows] < material_from[element]
    is_given = ledger.confirmed[rows] <= frame.change
    has_lapsed = is_given & (is_reworded | ~is_confirmed_as_worded(frame, rows))
    limit = months_before(day, frame.thresholds.fresh_months)
    return (
        IN_FORCE * is_held
        + ALIGNABLE * is_alignable
        + COUNTS * (is_held & is_alignable & is_active[programme])
        + REWORDED * is_reworded
        + STALE * (ledger.judged[rows] <= limit)
        + UNEVIDENCED * ~ledger.dated[rows]
        + UNCONFIRMED * (~is_given | has_lapsed)
        + LAPSED * has_lapsed
    )


def _until(frame, tree):
    """Return the revisions of a tree's strategy until it, the oldest first."""
    earlier = frame.trees.get(tree.strategy, ())
    return [one for one in earlier if one.in_force_from < tree.in_force_from] + [tree]


def _texts(frame, revisions):
    """Return, by element id, what can be aligned with and when its text changed last.

    revisions: of each strategy the trees until the one in question. bool[n], and the
    ordinals of the days, int32[n]: ALWAYS where it never did. Of what was taken out of the
    strategy the last change counts on.
    """
    highest = int(frame.ledger.element.max(initial=0))
    for tree in (tree for trees in revisions for tree in trees):
        highest = max(highest, int(tree.element_ids.max(initial=0)))
    alignable = np.zeros(highest + 1, bool)
    material_from = np.full(highest + 1, ALWAYS)
    for trees in revisions:
        for tree in trees:
            material_from[tree.element_ids] = tree.material_from
        for last in trees[-1:]:
            alignable[last.element_ids] = last.alignable
    return alignable, material_from


def gone_from(frame: Frame, day: datetime.date) -> dict[int, datetime.date]:
    """Return the elements that strategies no longer have on ``day``, and since when.

    By the element's id, the first day of the revision that left it out.
    """
    gone = {}
    for trees in frame.trees.values():
        before = np.zeros(0, np.int64)
        for tree in (tree for tree in trees if tree.in_force_from <= day):
            left_out = np.setdiff1d(before, tree.element_ids).tolist()
            gone |= dict.fromkeys(left_out, tree.in_force_from)
            before = tree.element_ids
            for back in set(before.tolist()) & gone.keys():
                del gone[back]
    return gone


# --- the same over time: from when, until when ---


def is_confirmed_as_worded(frame: Frame, rows) -> np.ndarray:
    """Return which of these rows are confirmed until their element is worded anew: bool[n].

    The text of a programme says in which change it was altered, but not on which day.
    """
    ledger, programmes = frame.ledger, frame.programmes
    confirmed = ledger.confirmed[rows]
    stands = confirmed <= frame.change
    if programmes.text_changed.any():
        stands &= confirmed >= programmes.text_changed[ledger.programme[rows]]
    return stands


def reworded_from(frame: Frame, strategy: str, rows: np.ndarray) -> np.ndarray:
    """Return from which day on these rows are reworded, as ordinals; or NEVER.

    By all revisions: the first that changed the element materially after it was judged.
    """
    ledger = frame.ledger
    found = np.full(len(rows), NEVER)
    for tree in reversed(frame.trees[strategy]):
        day = tree.in_force_from.toordinal()
        changed = tree.element_ids[tree.material_from == day]
        was_judged = ledger.judged_from[rows] < day
        found[was_judged & np.isin(ledger.element[rows], changed)] = day
    return found


def stale_from(judged: np.ndarray, months: int) -> np.ndarray:
    """Return on which days records judged on these days become stale, as ordinals.

    The first day whose ``months_before`` is not before them.
    """
    days = judged.astype("M8[D]") - _DAY_ZERO
    months_of = days.astype("M8[M]")
    after = months_of + months
    same = after.astype("M8[D]") + (days - months_of.astype("M8[D]"))
    return _ordinals(np.minimum(same, (after + 1).astype("M8[D]")))


def months_before(day: datetime.date, months: int) -> int:
    """Return the ordinal of the same day so many months before (or the month's last)."""
    month = np.datetime64(day, "M") - months
    last = (month + 1).astype("M8[D]") - 1
    same = month.astype("M8[D]") + (day.day - 1)
    return _ordinals(min(same, last))


# numpy counts days from 1970, Python from the year 1.
_DAY_ZERO = np.timedelta64(datetime.date(1970, 1, 1).toordinal(), "D")


def _ordinals(days):
    return (days + _DAY_ZERO).astype("M8[D]").astype(np.int64)
