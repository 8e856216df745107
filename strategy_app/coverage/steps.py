"""Numbers over time: how many stand behind an element, from which day on."""

from dataclasses import dataclass

import numpy as np

from strategy_app.coverage import matrix, standing
from strategy_app.coverage.frame import NEVER, Frame, Tree
from strategy_app.coverage.scope import Scope

# Of more days than these, only those on which something turns are counted.
_MOST_DAYS = 50_000


@dataclass(frozen=True)
class Steps:
    """A number that changes on some days.

    days: ordinals int64[n], ascending; numbers: [n], each from its day on until the next
    one. Before the first day it is 0.
    """

    days: np.ndarray
    numbers: np.ndarray

    def on(self, days: np.ndarray) -> np.ndarray:
        """Return the number on each of these days (ordinals)."""
        place = np.searchsorted(self.days, days, "right")
        return np.concatenate([[0], self.numbers])[place]


_NONE = Steps(np.zeros(0, np.int64), np.zeros(0, np.int64))


def supporters(frame: Frame, tree: Tree, row: int, scope: Scope, least: int) -> Steps:
    """Return how many programmes stand at ``least`` or above over time.

    Selected programmes that are active with a record at that level on the element, or below
    it when the scope rolls up. Past and future days are exact, all in this tree; the future
    assumes that nothing is added and that programmes end as planned.
    """
    chosen = _rows_on(frame, tree, row, scope.rollup)
    chosen = chosen[frame.ledger.level[chosen] >= least]
    chosen, first, last = _periods(frame, tree, chosen, scope)
    return _running(*_apart(frame.ledger.programme[chosen], first, last))


def records(
    frame: Frame, tree: Tree, scope: Scope, least: int, *, reworded: bool = False
) -> list[Steps]:
    """Return how many records stand behind them, of every element, up to the scope's day.

    0 where, and only where, ``supporters`` are; all elements at once cost less than one of
    them counted by programmes. reworded: only records that ``needs_review``.
    """
    elements = matrix.elements_of(frame, tree, slice(None))
    chosen = np.flatnonzero((elements >= 0) & (frame.ledger.level >= least))
    chosen, first, last = _periods(frame, tree, chosen, scope, reworded)
    day = scope.day.toordinal()
    chosen, first, last = (some[first <= day] for some in (chosen, first, last))
    size = len(tree.codes)
    if not len(chosen):
        return [_NONE] * size
    days, begin, end = _places(first, np.minimum(last, day + 1))
    at = elements[chosen] * len(days)
    turns = np.bincount(at + begin, minlength=size * len(days))
    turns -= np.bincount(at + end, minlength=size * len(days))
    turns = turns.reshape(size, len(days))
    if scope.rollup:
        tree.rolled_up(turns, np.add)
    return [_steps(days, some) for some in turns]


def active(frame: Frame, scope: Scope) -> Steps:
    """Return how many selected programmes are active over time."""
    programmes = frame.programmes
    columns = matrix.selected(frame, scope) & (programmes.starts < programmes.ends)
    return _running(programmes.starts[columns], programmes.ends[columns])


def is_lapsed(frame: Frame, tree: Tree, row: int, scope: Scope) -> bool:
    """Whether a confirmation behind an element lapsed with its programme's text.

    Nothing says on which day, so since when it lacks one cannot be told.
    """
    rows = _rows_on(frame, tree, row, scope.rollup)
    rows = rows[frame.ledger.confirmed[rows] <= frame.change]
    rows = rows[matrix.selected(frame, scope)[frame.ledger.programme[rows]]]
    return bool((~standing.is_confirmed_as_worded(frame, rows)).any())


def _periods(frame, tree, chosen, scope, reworded=False):
    """Return which of these ledger rows count at some time, and from when until when.

    rows: int64[n]; first, last: ordinals int64[n], half-open, none empty.
    """
    ledger, programmes = frame.ledger, frame.programmes
    selected = matrix.selected(frame, scope)
    if not selected.all():
        chosen = chosen[selected[ledger.programme[chosen]]]
    # Confirmations and freshness pass with time: they end periods, as withdrawals do.
    is_confirmed = scope.layer in ("confirmed", "fresh")
    lasting = "evidenced" if is_confirmed else scope.layer
    if lasting != "claimed":
        stands = standing.standing(frame, tree, scope.day)[chosen]
        chosen = chosen[standing.of_layer(stands, lasting)]
    if is_confirmed:
        chosen = chosen[standing.is_confirmed_as_worded(frame, chosen)]
    columns = ledger.programme[chosen]
    begins, ends = (days[chosen] for days in frame.periods)
    if reworded:
        begins = np.maximum(begins, standing.reworded_from(frame, tree.strategy, chosen))
    if is_confirmed:
        ends = np.minimum(ends, standing.reworded_from(frame, tree.strategy, chosen))
    if scope.layer == "fresh":
        stale = standing.stale_from(ledger.judged[chosen], frame.thresholds.fresh_months)
        ends = np.minimum(ends, stale)
    first = np.maximum(begins, programmes.starts[columns]).astype(np.int64)
    last = np.minimum(ends, programmes.ends[columns]).astype(np.int64)
    is_some = first < last
    return chosen[is_some], first[is_some], last[is_some]


def _rows_on(frame, tree, row, rollup):
    """Return the ledger rows on an element, or also on what stands below it: int64[n]."""
    elements = frame.ledger.element
    highest = max(int(tree.element_ids.max()), int(elements.max(initial=0)))
    wanted = np.zeros(highest + 1, bool)
    wanted[tree.element_ids[tree.below(row) if rollup else [row]]] = True
    # A million look-ups in a small table take a tenth of what the cells of all rows do.
    return np.flatnonzero(wanted[elements])


def _apart(columns, first, last):
    """Join the periods of each programme that touch or overlap; return first and last."""
    if not len(columns):
        return first, last
    order = np.lexsort((first, columns))
    columns, first, last = columns[order], first[order], last[order]
    # Each programme on a stretch of its own on one long line of days, so that the last
    # day reached so far never comes from another programme.
    offset = columns.astype(np.int64) << 32
    reached = np.maximum.accumulate(last + offset)
    is_apart = np.ones(len(first), bool)
    is_apart[1:] = first[1:] + offset[1:] > reached[:-1]
    at = np.flatnonzero(is_apart)
    until = np.append(at[1:], len(first)) - 1
    return first[at], (reached - offset)[until]


def _running(first, last):
    """Count, over time, the periods that have begun and not ended."""
    if not len(first):
        return _NONE
    days, begin, end = _places(first, last)
    turns = np.bincount(begin, minlength=len(days))
    return _steps(days, turns - np.bincount(end, minlength=len(days)))


def _places(first, last):
    """Return days that hold all of these, ascending, and where each of them stands."""
    low, high = int(first.min()), int(last[last != NEVER].max(initial=first.max()))
    if high - low < _MOST_DAYS:
        # Every day, and one that never comes, so that nothing has to be sorted.
        days = np.append(np.arange(low, high + 1), NEVER)
        return days, first - low, np.where(last == NEVER, len(days) - 1, last - low)
    days, places = np.unique(np.concatenate([first, last]), return_inverse=True)
    return days, places[: len(first)], places[len(first) :]


def _steps(days, turns):
    at = np.flatnonzero(turns)
    at = at[days[at] != NEVER]
    return Steps(days[at], np.cumsum(turns[at]))
