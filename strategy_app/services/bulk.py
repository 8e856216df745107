"""Write very many rows in one change: what the other services do, without a query a row.

The database's own guards and constraints hold here as everywhere.
"""

from collections.abc import Iterable

from django.db import connection
from django.db.models import Model

from strategy_app.models import Alignment, Change

BATCH = 1000


def append_tracked(
    instances: list[Model], *, change: Change, batch_size: int = BATCH
) -> list[Model]:
    """Insert rows with their history inside an open ``change``; return them with ids.

    The instances are taken as they are: whoever makes them has checked them.
    """
    if not instances:
        return []
    model = type(instances[0])
    made = model.objects.bulk_create(instances, batch_size=batch_size)
    model.history.bulk_history_create(
        made,
        batch_size=batch_size,
        default_user=change.by,
        default_date=change.at,
        custom_historical_attrs={"change": change},
    )
    return made


def append_rows(rows: Iterable[Alignment], *, batch_size: int = BATCH) -> int:
    """Append rows of the ledger inside an open change; return how many.

    Each row carries its change already. Raises IntegrityError for a period that overlaps
    another one.
    """
    number, batch = 0, []
    for row in rows:
        batch.append(row)
        if len(batch) == batch_size:
            number += len(Alignment.objects.bulk_create(batch))
            batch = []
    number += len(Alignment.objects.bulk_create(batch))
    count_anew()
    return number


def count_anew() -> None:
    """Let PostgreSQL count its rows, which are many more than when it last did.

    It would do so by itself in a minute, and until then plan as if there were few.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
