"""The matrix of a day: the level of every programme for every element."""

import datetime

import numpy as np
from django.utils.translation import gettext_lazy as _

from strategy_app.coverage import standing
from strategy_app.coverage.frame import ALWAYS, NEVER, Frame, Tree
from strategy_app.coverage.scope import UNKNOWN, Scope
from strategy_app.models import Level, Programme

# What stands in a cell without a judgement; beside the values of ``models.Level``.
NOT_ASSESSED = -1

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

    if layer != "fresh":  # those go stale without anything being written
        day = min(day, frame.last_turn)  # all later days are alike, as years ahead are

    def compute():
        result = none_assessed(len(tree.codes), len(frame.programmes.codes))
        cells = _cells(frame, tree)
        rows = np.flatnonzero(_seen(frame, tree, day, layer) & (cells >= 0))
        result.ravel()[cells[rows]] = frame.ledger.level[rows]
        return tree.rolled_up(result) if rollup else result

    return frame.answer(("levels", tree.revision_id, day, rollup, layer), compute)


def rows_about(frame: Frame, columns: np.ndarray) -> np.ndarray:
    """Return the ledger rows about the programmes in these columns, int64[n]."""
    programme = frame.ledger.programme
    if len(columns) == 1:  # after most changes; comparing is faster than looking up
        return np.flatnonzero(programme == columns[0])
    is_asked = np.zeros(len(frame.programmes.codes), bool)
    is_asked[columns] = True
    return np.flatnonzero(is_asked[programme])


def _seen(frame, tree, day, layer, rows=slice(None)):
    """Return which of these ledger rows hold on ``day`` and are of the layer, bool[R]."""
    holds = frame.in_force(day, rows)
    if layer != "claimed":
        holds &= standing.of_layer(standing.standing(frame, tree, day)[rows], layer)
    return holds


def records(frame: Frame, tree: Tree, scope: Scope, columns: np.ndarray) -> np.ndarray:
    """Return the ledger rows behind a matrix: int64[n], of alignable elements of ``tree``.

    Those in force on the scope's day, at its layer, of the programmes in ``columns``.
    """
    cells, width = _cells(frame, tree), max(len(columns), 1)
    rows = np.flatnonzero(_seen(frame, tree, scope.day, scope.layer) & (cells >= 0))
    counted = tree.alignable[cells[rows] // width] & columns[cells[rows] % width]
    return rows[counted]


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
    cells, stands = _cells(frame, tree), standing.standing(frame, tree, day)
    asks = standing.has(stands, standing.IN_FORCE, standing.REWORDED)
    asks &= standing.of_layer(stands, layer)
    result.ravel()[cells[asks & (cells >= 0) & (frame.ledger.level >= least)]] = True
    return tree.rolled_up(result) if rollup else result


def _cells(frame, tree):
    """Return the place of each ledger row in the flat matrix, -1 for other elements."""

    def compute():
        width = len(frame.programmes.codes)
        kind = np.int32 if width * (len(tree.codes) + 1) < NEVER else np.int64
        rows = _rows(tree, frame.ledger.element).astype(kind)
        return np.where(rows >= 0, rows * width + frame.ledger.programme, -1)

    return frame.answer(("cells", tree.revision_id), compute)


def elements_of(frame: Frame, tree: Tree, rows: np.ndarray) -> np.ndarray:
    """Return where these ledger rows' elements stand in a tree, int32[n], -1 for none."""
    return _rows(tree, frame.ledger.element[rows])


def _rows(tree, element_ids):
    """Return the tree's row of each element id, -1 where it has none."""
    if not len(tree.element_ids) or not len(element_ids):
        return np.full(len(element_ids), -1)
    highest = max(int(tree.element_ids.max()), int(element_ids.max()))
    row_of = np.full(highest + 1, -1, np.int32)
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
