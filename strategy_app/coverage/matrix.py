"""The matrix of a day: the level of every programme for every element."""

import datetime
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from strategy_app.coverage.frame import ALWAYS, NEVER, Frame, Tree
from strategy_app.coverage.frame.kept import appended, with_room
from strategy_app.coverage.scope import UNKNOWN, Scope
from strategy_app.models import Level, Programme

# What stands in a cell without a judgement; beside the values of ``models.Level``.
NOT_ASSESSED = -1

# From the weakest: a record of a layer is one of all layers before it.
LAYERS = ("claimed", "evidenced", "confirmed", "fresh")
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
IN_FORCE = _(
    "A judgement holds from its first day on, until the day before the next one or its"
    " withdrawal. A change made on a day shows from that day on."
)
EFFECTIVE_LEVEL = _(
    "Of a programme for an element: the highest level in force on the element itself or on"
    " anything below it. Read “direct only”, what stands below is left out."
)


class UnknownGroup(ValueError):
    """The scope names a category, department or status that there is not."""

    def __init__(self, field: str, value: str):
        super().__init__(f"{field}: {value}")
        self.field, self.value = field, value


def levels(
    frame: Frame, tree: Tree, day: datetime.date, rollup: bool, layer: str = "claimed"
) -> np.ndarray:
    """Return the levels in force on ``day``: int8[E, P], rows as in ``tree``, read-only.

    With ``rollup``, a row is the maximum of itself and everything below it. Only records
    of the ``layer`` (one of LAYERS) are seen; what else is recorded is as not assessed.
    """
    first, question = _holds_from(frame, day, layer), (tree.revision_id, rollup, layer)

    def compute():
        if outdated := frame.kept.outdated.get((first, question)):
            return _patched(frame, tree, day, rollup, layer, *outdated)
        result = _direct(frame, tree, day, layer)
        return _rolled_up(tree, result) if rollup else result

    return frame.kept.matrix(first, question, compute)


def _holds_from(frame, day, layer):
    """Return the first of the days since which the same records are in force, an ordinal.

    It names the stretch of days whatever turns come to be known before or after it.
    """
    ordinal = day.toordinal()
    if layer == "fresh":
        return ordinal  # records go stale without anything being written
    earlier = int(np.searchsorted(frame.turns, ordinal, "right"))
    return int(frame.turns[earlier - 1]) if earlier else int(ALWAYS)


def _direct(frame, tree, day, layer):
    """Return the levels that stand on each element itself."""
    result = none_assessed(len(tree.codes), len(frame.programmes.codes))
    cells = _cells(frame, tree)
    rows = np.flatnonzero(_in_force(frame, tree, day, layer) & (cells >= 0))
    result.ravel()[cells[rows]] = frame.ledger.level[rows]
    return result


def _patched(frame, tree, day, rollup, layer, levels, columns):
    """Return the levels of the frame before, with the changed columns computed anew."""
    width = len(frame.programmes.codes)
    rows = rows_about(frame, columns)
    cells = _cells(frame, tree)[rows]
    seen = _in_force(frame, tree, day, layer, rows) & (cells >= 0)
    rows, cells = rows[seen], cells[seen]
    place = np.searchsorted(columns, frame.ledger.programme[rows])
    changed = none_assessed(len(tree.codes), len(columns))
    changed[cells // width, place] = frame.ledger.level[rows]
    result = levels.copy()
    result[:, columns] = _rolled_up(tree, changed) if rollup else changed
    return result


def rows_about(frame: Frame, columns: np.ndarray) -> np.ndarray:
    """Return the ledger rows about the programmes in these columns, int64[n]."""
    programme = frame.ledger.programme
    if len(columns) == 1:  # after most changes; comparing is faster than looking up
        return np.flatnonzero(programme == columns[0])
    is_asked = np.zeros(len(frame.programmes.codes), bool)
    is_asked[columns] = True
    return np.flatnonzero(is_asked[programme])


def _in_force(frame, tree, day, layer, rows=slice(None)):
    """Return which of these ledger rows hold on ``day`` and are of the layer, bool[R]."""
    ordinal = day.toordinal()
    begins, ends = frame.periods
    holds = (begins[rows] <= ordinal) & (ordinal < ends[rows])
    if layer != "claimed":
        holds &= of_layer(frame, tree, layer, day, rows)
    return holds


def records(frame: Frame, tree: Tree, scope: Scope, columns: np.ndarray) -> np.ndarray:
    """Return the ledger rows behind a matrix: int64[n], of alignable elements of ``tree``.

    Those in force on the scope's day, at its layer, of the programmes in ``columns``.
    """
    cells, width = _cells(frame, tree), max(len(columns), 1)
    rows = np.flatnonzero(_in_force(frame, tree, scope.day, scope.layer) & (cells >= 0))
    counted = tree.alignable[cells[rows] // width] & columns[cells[rows] % width]
    return rows[counted]


@dataclass(frozen=True)
class Records:
    """Ledger rows in force: rows and their tree's elements, int64[n], and their standing.

    confirmed, reworded: bool[n], as ``of_layer`` and ``needs_review`` say.
    """

    rows: np.ndarray
    elements: np.ndarray
    confirmed: np.ndarray
    reworded: np.ndarray


def records_of(
    frame: Frame, tree: Tree, day: datetime.date, columns: np.ndarray
) -> Records:
    """Return what is in force on ``day`` of the programmes in ``columns``, int64[n]."""
    rows = rows_about(frame, columns)
    cells = _cells(frame, tree)[rows]
    seen = _in_force(frame, tree, day, "claimed", rows) & (cells >= 0)
    rows = rows[seen]
    return Records(
        rows=rows,
        elements=cells[seen] // max(len(frame.programmes.codes), 1),
        confirmed=_is_confirmed(frame, tree, rows),
        reworded=_is_reworded(frame, tree, rows),
    )


def of_layer(
    frame: Frame, tree: Tree, layer: str, day: datetime.date, rows=slice(None)
) -> np.ndarray:
    """Return which of these ledger rows can be trusted as ``layer`` says, bool[R].

    claimed: all; evidenced: a dated source stands behind it; confirmed: and a second
    person by it, which has not lapsed; fresh: and it was judged within the months that
    Thresholds say.
    """
    ledger = frame.ledger
    depth = LAYERS.index(layer)
    trusted = ledger.dated[rows] if depth else np.ones(len(ledger.level[rows]), bool)
    if depth >= 2:
        trusted = trusted & _is_confirmed(frame, tree, rows)
    if depth >= 3:
        since = months_before(day, frame.thresholds.fresh_months)
        trusted = trusted & (ledger.judged[rows] > since)
    return trusted


def _is_confirmed(frame, tree, rows):
    """Return which of these ledger rows have a confirmation that stands, bool[R].

    It lapses when, later, the text of the programme or, by the revision in force, the
    element's wording has changed materially.
    """
    stands = is_confirmed_as_worded(frame, rows)
    if (tree.material_from != ALWAYS).any():
        stands &= ~_is_reworded(frame, tree, rows)
    return stands


def is_confirmed_as_worded(frame, rows):
    """Return which of these rows are confirmed until their element is worded anew."""
    ledger, programmes = frame.ledger, frame.programmes
    confirmed = ledger.confirmed[rows]
    stands = confirmed <= frame.change
    if programmes.text_changed.any():
        stands &= confirmed >= programmes.text_changed[ledger.programme[rows]]
    return stands


def _is_reworded(frame, tree, rows):
    """Return which of these ledger rows were judged before their element's rewording.

    Rows of elements that are not in the tree are none of them.
    """
    cells = _cells(frame, tree)[rows]
    elements = cells // max(len(frame.programmes.codes), 1)
    return (cells >= 0) & (frame.ledger.judged_from[rows] < tree.material_from[elements])


def reworded_from(frame, strategy, rows):
    """Return from which day on these rows' wording is another one, as ordinals; or NEVER.

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


def needs_review(
    frame: Frame,
    tree: Tree,
    day: datetime.date,
    layer: str = "claimed",
    least: int = Level.NOT_TARGETED.value,
    *,
    rollup: bool = False,
) -> np.ndarray:
    """Return which programmes' records ask to be re-read: bool[E, P].

    Those of the layer in force, at the level ``least`` or above, whose element's
    wording has changed materially since the wording that was judged came into force.
    With ``rollup``, also those below each element.
    """
    result = np.zeros((len(tree.codes), len(frame.programmes.codes)), bool)
    if not (tree.material_from != ALWAYS).any():
        return result
    cells, ledger = _cells(frame, tree), frame.ledger
    rows = np.flatnonzero(
        _in_force(frame, tree, day, layer) & (cells >= 0) & (ledger.level >= least)
    )
    result.ravel()[cells[rows[_is_reworded(frame, tree, rows)]]] = True
    return _rolled_up(tree, result) if rollup else result


def months_before(day: datetime.date, months: int) -> int:
    """Return the ordinal of the same day so many months before (or the month's last)."""
    month = np.datetime64(day, "M") - months
    last = (month + 1).astype("M8[D]") - 1
    same = month.astype("M8[D]") + (day.day - 1)
    return _ordinals(min(same, last))


def stale_from(valid_from, months):
    """Return on which days records of these days stop being fresh, as ordinals.

    The first day whose ``months_before`` is not before them.
    """
    days = valid_from.astype("M8[D]") - _DAY_ZERO
    months_of = days.astype("M8[M]")
    after = months_of + months
    same = after.astype("M8[D]") + (days - months_of.astype("M8[D]"))
    return _ordinals(np.minimum(same, (after + 1).astype("M8[D]")))


# numpy counts days from 1970, Python from the year 1.
_DAY_ZERO = np.timedelta64(datetime.date(1970, 1, 1).toordinal(), "D")


def _ordinals(days):
    return (days + _DAY_ZERO).astype("M8[D]").astype(np.int64)


def _rolled_up(tree, levels):
    """Raise each row, in place, to the maximum of itself and everything below it."""
    # Parents stand before their children, so going backwards each is complete before it
    # is added to its own parent.
    for row in range(len(tree.codes) - 1, 0, -1):
        if tree.parent[row] >= 0:
            parent = levels[tree.parent[row]]
            np.maximum(parent, levels[row], out=parent)
    return levels


def _cells(frame, tree):
    """Return the place of each ledger row in the flat matrix, -1 for other elements."""
    kept = frame.kept.cells.get(tree.revision_id)
    done = 0 if kept is None else len(kept)
    ledger = frame.ledger
    if kept is None or done < len(ledger.ids):
        # A row never changes its programme or element: only new ones are looked at.
        rows = _rows(tree, ledger.element[done:])
        width = len(frame.programmes.codes)
        cells = np.where(rows >= 0, rows * width + ledger.programme[done:], -1)
        cells = cells.astype(np.int32 if width * len(tree.codes) < NEVER else np.int64)
        if kept is None:
            kept = with_room(len(cells), cells.dtype)
        kept = appended(kept, cells)
    frame.kept.place(tree.revision_id, kept)
    return kept


def elements_of(frame: Frame, tree: Tree, rows: np.ndarray) -> np.ndarray:
    """Return where these ledger rows' elements stand in a tree, int64[n], -1 for none."""
    return _rows(tree, frame.ledger.element[rows])


def _rows(tree, element_ids):
    """Return the tree's row of each element id, -1 where it has none."""
    if not len(tree.element_ids) or not len(element_ids):
        return np.full(len(element_ids), -1)
    row_of = np.full(max(int(tree.element_ids.max()), int(element_ids.max())) + 1, -1)
    row_of[tree.element_ids] = np.arange(len(tree.element_ids))
    return row_of[element_ids]


def none_assessed(*shape: int) -> np.ndarray:
    """Return levels of this shape, nothing of it assessed: int8."""
    return np.full(shape, NOT_ASSESSED, np.int8)


def level_of(cell: int) -> int | None:
    """Return the level that stands in a cell, None where it is not assessed."""
    return None if cell == NOT_ASSESSED else int(cell)


def selected(frame: Frame, scope: Scope) -> np.ndarray:
    """Return which programmes the filters of the scope let through, bool[P].

    The day plays no part: see ``in_scope``. Raises UnknownGroup.
    """
    mask = frame.programmes.exists.copy()
    for name in ("category", "department", "country", "status"):
        if value := getattr(scope, name):
            mask &= member(frame, name, value)
    if scope.matching is not None:
        mask &= scope.matching
    return mask


def in_scope(frame: Frame, scope: Scope) -> np.ndarray:
    """Return which programmes a coverage number counts, bool[P]: selected and active."""
    return selected(frame, scope) & frame.programmes.active(scope.day)


def member(frame: Frame, by: str, code: str) -> np.ndarray:
    """Return which programmes are of one group, bool[P]; ``code`` may be UNKNOWN.

    by: "category", "department", "country" or "status". A country that no programme
    names is an empty group. Raises UnknownGroup.
    """
    programmes = frame.programmes
    if by == "country":
        if code == UNKNOWN:
            return ~programmes.countries.any(axis=0)
        if code in programmes.country_codes:
            return programmes.countries[programmes.country_codes.index(code)]
        return np.zeros(len(programmes.codes), bool)
    column = getattr(programmes, by)
    if code == UNKNOWN and by in ("department", "category"):
        return column == -1
    codes = group_codes(frame, by)
    if code not in codes:
        raise UnknownGroup(by, code)
    return column == codes.index(code)


def group_codes(frame: Frame, by: str) -> list[str]:
    """Return the codes of all groups of one kind, without UNKNOWN."""
    programmes = frame.programmes
    if by == "country":
        return programmes.country_codes
    if by == "status":
        return list(Programme.Status.values)
    groups = programmes.categories if by == "category" else programmes.departments
    return [group.code for group in groups]
