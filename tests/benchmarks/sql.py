"""The questions of coverage in hand-written SQL, roll-up included, to hold against it."""

import datetime
from dataclasses import dataclass

from django.db import connection

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
    SELECT id, category_id, department_id FROM strategy_app_programme
    WHERE NOT (ends_on = '' AND status IN ('closed', 'cancelled'))
      AND (ends_on = '' OR ends_on >= SUBSTR(%(text)s, 1, LENGTH(ends_on)))
      AND CASE WHEN starts_on = '' THEN status <> 'planned'
          ELSE starts_on <= SUBSTR(%(text)s, 1, LENGTH(starts_on)) END
)
"""

_BY_ELEMENT = """
SELECT e.element_id, NULL, e.level, COUNT(*) FROM effective e
JOIN active p ON p.id = e.programme_id GROUP BY e.element_id, e.level
"""
_BY_GROUP = {
    "category": """
SELECT e.element_id, p.category_id, e.level, COUNT(*) FROM effective e
JOIN active p ON p.id = e.programme_id GROUP BY e.element_id, p.category_id, e.level
""",
    "department": """
SELECT e.element_id, p.department_id, e.level, COUNT(*) FROM effective e
JOIN active p ON p.id = e.programme_id GROUP BY e.element_id, p.department_id, e.level
""",
}


@dataclass(frozen=True)
class Counted:
    """How many programmes stand at a level of an element, or of one group of them."""

    element: int
    group: int | None
    level: int
    number: int


def by_element(strategy: str, day: datetime.date) -> list[Counted]:
    """Count the active programmes at each level of each element, as of a day."""
    return _ask(_BY_ELEMENT, strategy, day)


def by_group(strategy: str, day: datetime.date, by: str) -> list[Counted]:
    """Count them by "category" or "department" as well."""
    return _ask(_BY_GROUP[by], strategy, day)


def _ask(select, strategy, day):
    given = {"strategy": strategy, "day": day, "text": day.isoformat()}
    with connection.cursor() as cursor:
        cursor.execute(_CLOSURE + select, given)
        return [Counted(*row) for row in cursor.fetchall()]
