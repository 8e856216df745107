"""Measure questions to coverage in the database in DATABASE_URL; print JSON.

The last ones are asked in hand-written SQL too, which has to give the same numbers.
"""

import datetime
import json
import os
import resource
import statistics
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["DEBUG"] = "false"
django.setup()

from strategy_app.coverage import counts, frame, gaps, timeline
from strategy_app.coverage.scope import Scope
from strategy_app.models import Alignment, Programme, User
from strategy_app.models.dates import today
from strategy_app.services import ledger, people
from tests.benchmarks import sql

ROUNDS = 15


def main():
    began = time.perf_counter()
    columns = frame.current()
    load = 1000 * (time.perf_counter() - began)
    scope = Scope(columns.strategies[0].code, today())
    questions = {"first load": {"p50": load, "p95": load}}
    questions |= {
        name: cost(ask, columns) for name, ask in of_a_known_day(columns, scope).items()
    }
    days = iter(range(100, 10_000, 37))
    questions["new day"] = cost(lambda: counts.elements(columns, back(scope, next(days))))
    questions["timeline of 20 years"] = cost(lambda: over_time(columns, scope), rounds=5)
    questions["same question again"] = cost(lambda: counts.elements(columns, scope))
    questions["after one change"] = after_one_change(scope)
    columns = frame.current()
    in_sql = compared(columns, scope)
    # In kB on Linux.
    used = {"at most": {"mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}}
    print(json.dumps({"questions": questions, "sql": in_sql, "process": used}))


def of_a_known_day(columns, scope):
    """Return questions on a day whose matrix is at hand, each counted anew."""
    found = {
        "by element": lambda: counts.elements(columns, scope),
        "by element, budget": lambda: counts.elements(columns, scope.but(basis="budget")),
    }
    for by in counts.GROUPINGS:
        found[f"by {by}"] = lambda by=by: counts.by_group(columns, scope, by)
    return found | {"gaps": lambda: gaps.find(columns, scope)}


def back(scope, days):
    return scope.but(day=scope.day - datetime.timedelta(days=days))


def over_time(columns, scope):
    frame.ANSWERS.clear()
    return timeline.points(columns, scope, scope.day.year - 12, scope.day.year + 7)


def after_one_change(scope):
    """Return what one more record costs the next question, beside what it cost before."""
    manager = User.objects.filter(username="bench").first() or people.create_person(
        username="bench", by=None, role="manager"
    )
    tree = frame.current().tree(scope.strategy, scope.day)
    element = int(tree.element_ids[tree.alignable][-1])
    taken = Alignment.objects.open().filter(element=element).values("programme")
    free = Programme.objects.filter(ends_on="", status="active").exclude(pk__in=taken)
    times = []
    for programme in free.order_by("code")[:ROUNDS]:
        ledger.align(
            programme=programme, element=Alignment.element.field.related_model.objects.get(
                pk=element
            ), level=0, rationale="Measured.", evidence=[], replaces=None, by=manager,
        )  # fmt: skip
        times.append(timed(lambda: counts.elements(frame.current(), scope)))
    return summary(times)


def compared(columns, scope):
    """Ask in SQL, check that it says the same, and measure both."""
    given = (scope.strategy, scope.day)
    counted = counts.elements(columns, scope)
    assert sum(row.number for row in sql.by_element(*given)) == counted.assessed.sum()
    return {
        "by element": beside(
            lambda: sql.by_element(*given),
            lambda: counts.elements(columns, scope).counts,
            columns,
        ),
        "element × department": beside(
            lambda: sql.by_group(*given, "department"),
            lambda: counts.by_group(columns, scope, "department").counts,
            columns,
        ),
    }


def beside(ask_sql, ask, columns):
    slow, fast = cost(ask_sql, rounds=3), cost(ask, columns)
    return slow | {"ratio": slow["p50"] / fast["p50"]}


def cost(ask, afresh=None, rounds=ROUNDS):
    """Return what asking costs in ms; with a frame, its kept answers are dropped before."""
    ask()
    times = []
    for _round in range(rounds):
        if afresh is not None:
            frame.ANSWERS.clear()
        times.append(timed(ask))
    return summary(times)


def timed(ask):
    began = time.perf_counter()
    ask()
    return 1000 * (time.perf_counter() - began)


def summary(times):
    if len(times) < 2:
        times = [*times, *times] or [0.0, 0.0]
    return {
        "p50": statistics.median(times),
        "p95": statistics.quantiles(times, n=20, method="inclusive")[18],
    }


if __name__ == "__main__":
    main()
