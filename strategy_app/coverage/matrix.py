"""The matrix of a day: the level of every programme for every element."""

import datetime

import numpy as np

from strategy_app.coverage.frame import Frame, Tree
from strategy_app.coverage.scope import UNKNOWN, Scope
from strategy_app.models import Programme

NOT_ASSESSED, NOT_TARGETED, SIGNIFICANT, PRINCIPAL = 0, 1, 2, 3


class UnknownGroup(ValueError):
    """The scope names a category, department or status that there is not."""

    def __init__(self, field: str, value: str):
        super().__init__(f"{field}: {value}")
        self.field, self.value = field, value


# Days whose matrix is kept: 8 × 4 MB where there are 40 elements and 100,000 programmes.
_KEPT = 8


def levels(frame: Frame, tree: Tree, day: datetime.date, rollup: bool) -> np.ndarray:
    """Return the levels in force on ``day``: uint8[E, P], rows as in ``tree``, read-only.

    With ``rollup``, a row is the maximum of itself and everything below it. Rows opened
    after the frame's change are not known to it, rows closed after it are still open.
    """
    key = (tree.revision_id, day, rollup)
    kept = frame.matrices.get(key)
    if kept is None:
        kept = _levels(frame, tree, day, rollup)
        kept.flags.writeable = False
        while len(frame.matrices) >= _KEPT:
            frame.matrices.pop(next(iter(frame.matrices)), None)
        frame.matrices[key] = kept
    return kept


def _levels(frame, tree, day, rollup):
    ledger, ordinal = frame.ledger, day.toordinal()
    known_until = np.where(ledger.closed > frame.change, 2**31 - 1, ledger.valid_until)
    in_force = (
        (ledger.valid_from <= ordinal)
        & (ordinal < known_until)
        & (ledger.opened <= frame.change)
    )
    rows = _rows(tree, ledger.element[in_force])
    result = np.zeros((len(tree.codes), len(frame.programmes.codes)), np.uint8)
    here = rows >= 0
    result[rows[here], ledger.programme[in_force][here]] = ledger.level[in_force][here]
    if rollup:
        # Parents stand before their children, so going backwards each is complete
        # before it is added to its own parent.
        for row in range(len(tree.codes) - 1, 0, -1):
            if tree.parent[row] >= 0:
                parent = result[tree.parent[row]]
                np.maximum(parent, result[row], out=parent)
    return result


def _rows(tree, element_ids):
    """Return the tree's row of each element id, -1 where it has none."""
    if not len(tree.element_ids):
        return np.full(len(element_ids), -1)
    order = np.argsort(tree.element_ids)
    found = np.searchsorted(tree.element_ids, element_ids, sorter=order)
    rows = order[np.minimum(found, len(order) - 1)]
    return np.where(tree.element_ids[rows] == element_ids, rows, -1)


def level_of(stored: int) -> int | None:
    """Return the level (0, 1, 2) that a cell stands for, None where not assessed."""
    return int(stored) - 1 if stored else None


def selected(frame: Frame, scope: Scope) -> np.ndarray:
    """Return which programmes the filters of the scope let through, bool[P].

    The day plays no part: see ``in_scope``. Raises UnknownGroup.
    """
    programmes = frame.programmes
    mask = np.ones(len(programmes.codes), bool)
    for name in ("category", "department", "country", "status"):
        if value := getattr(scope, name):
            mask &= member(frame, name, value)
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
