"""Tagging in the administration: the cells of a programme, below its facts."""

from itertools import groupby

from django.conf import settings
from django.urls import reverse

from strategy_app.coverage.scope import Scope
from strategy_app.models import Strategy
from strategy_app.models.dates import today
from strategy_app.queries import alignment as alignment_queries
from strategy_app.queries import history as history_queries
from strategy_app.queries import strategy as strategy_queries
from strategy_app.views.scoping import frame_of
from strategy_app.views.tagging.cell import Place, cells_of


def panel(request, programme, code=None):
    """Return what the tagging panel of a programme shows: its cells, by branch."""
    strategies = list(Strategy.objects.order_by("code"))
    strategy = _chosen(strategies, code)
    revision = strategy and strategy_queries.revision_in_force(strategy.pk, today())
    cells = _cells(request, programme, strategy) if revision else []
    missing = next((cell for cell in cells if cell.current is None), None)
    return {
        "strategies": strategies,
        "strategy": strategy,
        "revision": revision,
        "branches": _branches(cells),
        "elements": len(cells),
        "assessed": _assessed(cells),
        "queue": missing and _queue_at(missing),
    }


def _chosen(strategies, code):
    """Return the strategy of that code, else the default one, else the first."""
    by_code = {strategy.code: strategy for strategy in strategies}
    for wanted in (code, settings.DEFAULT_STRATEGY):
        if wanted in by_code:
            return by_code[wanted]
    return strategies[0] if strategies else None


def _cells(request, programme, strategy):
    frame, day = frame_of(request), today()
    history = alignment_queries.history_of_programme(programme, frame, day)
    versions = history_queries.versions_of(programme)
    scope = Scope(strategy.code, day, today=day)
    return cells_of(request, programme, history, versions, place=Place.ADMIN, scope=scope)


def _branches(cells):
    """Return the cells by branch, each with how many of it are assessed."""
    top = min((cell.depth for cell in cells), default=0)
    number = 0

    def branch(cell):
        nonlocal number
        number += cell.depth == top
        return number

    found = [list(some) for _number, some in groupby(cells, branch)]
    return [(_assessed(some), some) for some in found]


def _assessed(cells):
    return sum(cell.current is not None for cell in cells)


def _queue_at(cell):
    """Return where the queue goes on with what is not assessed, from this cell."""
    return f"{reverse('queue')}?{cell.scope.query(at=cell.name)}"
