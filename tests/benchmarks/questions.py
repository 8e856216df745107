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

from django.db import connection

from strategy_app.coverage import counts, frame, gaps, timeline
from strategy_app.coverage.scope import Scope
from strategy_app.models import Alignment, Programme, User
from strategy_app.models.dates import today
from strategy_app.services import alignment, people

ROUNDS = 15

# Every element with itself and all below it, in the revision in force on the day.
_CLOSURE = """
WITH RECURSIVE revision AS (
    SELECT r.id FROM strategy_app_revision r
    JOIN strategy_app_strategy s ON s.id = r.strategy_id
    WHERE s.code = %(strategy)s AND r.published_in_id IS NOT NULL
      AND r.in_force_from <= %(day)s
    ORDER BY r.in_force_from DESC LIMIT 1
), wording AS (
    SELECT w.element_id, w.parent_id FROM strategy_app_wording w
    JOIN revision ON revision.id = w.revision_id
), closure(high, low) AS (
    SELECT element_id, element_id FROM wording
    UNION ALL
    SELECT closure.high, w.element_id FROM closure
    JOIN wording w ON w.parent_id = closure.low
), effective AS (
    SELECT closure.high AS element_id, a.programme_id, MAX(a.level) AS level
    FROM closure
    JOIN strategy_app_alignment a ON a.element_id = closure.low
    WHERE a.valid_from <= %(day)s AND (a.valid_until IS NULL OR %(day)s < a.valid_until)
    GROUP BY closure.high, a.programme_id
), active AS (
    SELECT id, department_id FROM strategy_app_programme
    WHERE NOT (ends_on = '' AND status IN ('closed', 'cancelled'))
      AND (ends_on = '' OR ends_on >= SUBSTR(%(text)s, 1, LENGTH(ends_on)))
      AND CASE WHEN starts_on = '' THEN status <> 'planned'
          ELSE starts_on <= SUBSTR(%(text)s, 1, LENGTH(starts_on)) END
)
"""
_BY_ELEMENT = (
    _CLOSURE
    + """
SELECT e.element_id, e.level, COUNT(*) FROM effective e
JOIN active p ON p.id = e.programme_id GROUP BY e.element_id, e.level
"""
)
_BY_DEPARTMENT = (
    _CLOSURE
    + """
SELECT e.element_id, p.department_id, e.level, COUNT(*) FROM effective e
JOIN active p ON p.id = e.programme_id GROUP BY e.element_id, p.department_id, e.level
"""
)


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
    sql = compared(columns, scope)
    # In kB on Linux.
    used = {"at most": {"mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}}
    print(json.dumps({"questions": questions, "sql": sql, "process": used}))


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
    columns.kept.matrices.clear()
    columns.kept.answers.clear()
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
        alignment.align(
            programme=programme, element=Alignment.element.field.related_model.objects.get(
                pk=element
            ), level=0, rationale="Measured.", evidence=[], replaces=None, by=manager,
        )  # fmt: skip
        times.append(timed(lambda: counts.elements(frame.current(), scope)))
    return summary(times)


def compared(columns, scope):
    """Ask in SQL, check that it says the same, and measure both."""
    return {
        "by element": beside(columns, scope, _BY_ELEMENT, None),
        "element × department": beside(columns, scope, _BY_DEPARTMENT, "department"),
    }


def beside(columns, scope, sql, by):
    given = {
        "strategy": scope.strategy, "day": scope.day, "text": scope.day.isoformat(),
    }  # fmt: skip

    def ask_sql():
        with connection.cursor() as cursor:
            cursor.execute(sql, given)
            return cursor.fetchall()

    def ask():
        if by:
            return counts.by_group(columns, scope, by).counts
        return counts.elements(columns, scope).counts

    counted = counts.elements(columns, scope)
    assert sum(row[-1] for row in ask_sql()) == counted.assessed.sum(), "SQL disagrees"
    slow, fast = cost(ask_sql, rounds=3), cost(ask, columns)
    return slow | {"ratio": slow["p50"] / fast["p50"]}


def cost(ask, afresh=None, rounds=ROUNDS):
    """Return what asking costs in ms; with a frame, its kept answers are dropped before."""
    ask()
    times = []
    for _round in range(rounds):
        if afresh is not None:
            afresh.kept.answers.clear()
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
