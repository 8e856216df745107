"""A frame of a few ledger rows alone, as they are in the database at this moment."""

from collections.abc import Iterable

import numpy as np

from strategy_app.coverage.frame.columns import Frame, Programmes
from strategy_app.coverage.frame.ledger import load_rows
from strategy_app.coverage.frame.load import load_thresholds
from strategy_app.coverage.frame.trees import load_trees
from strategy_app.models import Alignment, Change, Programme
from strategy_app.models.programme import active_days


def of_rows(found: Iterable[Alignment]) -> Frame:
    """Return the frame of these rows, their programmes and their elements, and no more.

    For services: what an open change has written is in it, and it costs half a dozen
    questions to the database. What it says of these rows is what the whole frame says.
    """
    found = list(found)
    number = Change.objects.order_by("-id").values_list("id", flat=True).first() or 0
    programmes = _programmes({row.programme_id for row in found})
    return Frame(
        change=number,
        changed_at=None,
        programmes=programmes,
        ledger=load_rows(programmes, sorted(row.pk for row in found)),
        trees=load_trees(number, elements={row.element_id for row in found}),
        strategies=[],
        targets=[],
        thresholds=load_thresholds(None),
    )


def _programmes(ids):
    """Return what standing asks of programmes: when they run, and when they were edited."""
    rows = list(
        Programme.objects.filter(pk__in=ids)
        .order_by("code")
        .values("id", "code", "status", "starts_on", "ends_on", "text_changed_in_id")
    )
    periods = np.array(
        [active_days(row["status"], row["starts_on"], row["ends_on"]) for row in rows],
        np.int32,
    ).reshape(-1, 2)
    unknown = np.full(len(rows), -1, np.int32)
    return Programmes(
        ids=np.array([row["id"] for row in rows], np.int64),
        codes=[row["code"] for row in rows],
        starts=periods[:, 0],
        ends=periods[:, 1],
        category=unknown,
        department=unknown,
        status=unknown,
        countries=np.zeros((0, len(rows)), bool),
        budgets={},
        categories=[],
        departments=[],
        country_codes=[],
        period_unknown=np.zeros(len(rows), bool),
        text_changed=np.array([row["text_changed_in_id"] or 0 for row in rows], np.int32),
        exists=np.ones(len(rows), bool),
        illustrative_ends=False,
    )
