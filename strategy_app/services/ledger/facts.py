"""What stands in the cells that are to be written: read for all of them at once."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from strategy_app.coverage import frame as coverage_frame
from strategy_app.coverage import proposals
from strategy_app.coverage.standing import State
from strategy_app.models import Alignment, Wording
from strategy_app.models.dates import today
from strategy_app.queries import alignment as alignment_queries
from strategy_app.queries import strategy as strategy_queries

# Ids in one question; SQLite takes no more than 32,766 values.
_BATCH = 500


class Facts:
    """What a plan is held against, each thing read when it is first asked for.

    asked: all that the plan is about. frame: columns that were loaded before; within an
    open change all of them would be loaded afresh.
    """

    def __init__(self, asked: list, frame=None):
        self._asked = asked
        self.frame = frame
        self._taken = defaultdict(list)

    def current(self, asked) -> Alignment | None:
        """Return the row in force of a cell."""
        return self._current_of.get(asked.cell)

    def state(self, current: Alignment) -> State:
        """Return how a row in force stands at this moment."""
        return self._state_of[current.pk]

    def wording(self, asked) -> Wording | None:
        """Return what the element of a cell says today."""
        return self._wording_of.get(asked.element.pk)

    def recorded(self, asked) -> list[Alignment]:
        """Return every row of a cell, the first one first."""
        return self._recorded[asked.cell]

    def wording_on(self, asked, day: datetime.date) -> Wording | None:
        """Return what an element said on a day, or else what it said first."""
        wordings = self._published[asked.element.pk]
        days = self._days_in_force[asked.element.strategy_id]
        last = max((one for one in days if one <= day), default=None)
        for wording in wordings:
            if wording.revision.in_force_from == last:
                return wording
        return wordings[0] if wordings else None

    def proposed(self, asked, wording: Wording) -> set[int] | None:
        """Return the ids of what a cell has to go by, None where a revision is newer."""
        if self.frame is None:
            self.frame = coverage_frame.current()
        day, element = today(), asked.element
        tree = self.frame.tree(element.strategy.code, day)
        if tree is None or tree.revision_id != wording.revision_id:
            return None
        return set(
            proposals.records_proposed(
                self.frame, tree, day, programme=asked.programme.pk, element=element.code
            )
        )

    def take(self, asked, begins: datetime.date, ends: datetime.date | None) -> bool:
        """Keep a time of a cell for one row of the plan; say whether it was still free."""
        ends = ends or datetime.date.max
        taken = self._taken[asked.cell]
        if begins == ends:
            return True  # it holds on no day
        if any(begins < other and one < ends for one, other in taken):
            return False
        taken.append((begins, ends))
        return True

    @cached_property
    def _current_of(self):
        cells = [asked.cell for asked in self._asked]
        return {
            (row.programme_id, row.element_id): row
            for some in _chosen(cells, alignment_queries.rows().open())
            for row in some
        }

    @cached_property
    def _state_of(self):
        return alignment_queries.states_now(self._current_of.values(), today())

    @cached_property
    def _recorded(self):
        found = defaultdict(list)
        cells = [asked.cell for asked in self._asked]
        rows = alignment_queries.rows().order_by("valid_from", "id")
        for some in _chosen(cells, rows):
            for row in some:
                found[row.programme_id, row.element_id].append(row)
        return found

    @cached_property
    def _wording_of(self):
        found, elements = {}, {asked.element.pk for asked in self._asked}
        for pk in {asked.element.strategy_id for asked in self._asked}:
            revision = strategy_queries.revision_in_force(pk, today())
            for some in batches(elements) if revision else ():
                for wording in Wording.objects.filter(revision=revision, element__in=some):
                    found[wording.element_id] = wording
        return found

    @cached_property
    def _published(self):
        found = defaultdict(list)
        for wording in (
            Wording.objects.filter(
                element__strategy__in={asked.element.strategy_id for asked in self._asked},
                revision__published_in__isnull=False,
            )
            .select_related("revision")
            .order_by("revision__in_force_from")
        ):
            found[wording.element_id].append(wording)
        return found

    @cached_property
    def _days_in_force(self):
        found = defaultdict(set)
        for wordings in self._published.values():
            for wording in wordings:
                found[wording.revision.strategy_id].add(wording.revision.in_force_from)
        return found


def open_ids(cells: Iterable[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Return the id of the row in force of each (programme id, element id) that has one."""
    rows = Alignment.objects.open().values_list("programme", "element", "pk")
    return {
        (programme, element): pk
        for some in _chosen(cells, rows)
        for programme, element, pk in some
    }


def batches(values: Iterable) -> Iterable[list]:
    """Yield the values in lists short enough for one question to the database."""
    values = list(values)
    for start in range(0, len(values), _BATCH):
        yield values[start : start + _BATCH]


def _chosen(cells, rows):
    """Yield the rows of cells, and of others where these programmes and elements meet."""
    elements_of = defaultdict(set)
    for programme, element in cells:
        elements_of[programme].add(element)
    for programmes in batches(elements_of):
        elements = set().union(*(elements_of[pk] for pk in programmes))
        yield rows.filter(programme__in=programmes, element__in=elements)
