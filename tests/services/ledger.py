"""What the tests of the ledger share: to record, to see that a refusal changed nothing."""

import datetime

import pytest

from strategy_app.coverage import counts, frame
from strategy_app.coverage.scope import Scope
from strategy_app.models import Alignment, Change, Evidence
from strategy_app.services import ledger
from tests import factories

DAY = datetime.date(2026, 4, 1)
NEXT_DAY = datetime.date(2026, 4, 2)


def record(programme, by, code="A", **fields):
    """Record a judgement of level 1, seen in an empty cell, but for ``fields``."""
    fields = {
        "element": factories.get_element(code),
        "level": 1,
        "rationale": "It says so.",
        "evidence": [],
        "replaces": None,
    } | fields
    return ledger.align(programme=programme, by=by, **fields)


def everything():
    """Return all rows that a refusal has to leave as they were."""
    return [
        list(model.objects.order_by("pk").values_list())
        for model in (Alignment, Evidence, Change)
    ]


def refused(error, action, *args, **kwargs):
    """Return the refusal of an action, having seen that it changed nothing."""
    before = everything()
    with pytest.raises(error) as refusal:
        action(*args, **kwargs)
    assert everything() == before
    return refusal.value


def supported_on(day, code="A"):
    coverage = counts.elements(frame.current(), Scope("STR", day))
    return int(coverage.supported[coverage.tree.row_of[code]])
