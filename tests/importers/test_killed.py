"""Whoever is killed while applying a table has written all of it or nothing.

Processes on a database of their own with the product's settings, killed by SIGKILL at
moments spread at random over the time that an application takes.
"""

import json
import signal

from tests.lengths import runs
from tests.production import said

MODULE = "tests.importers.killed_applications"
ROWS = runs("rows of such a table")
KILLS = runs("tables killed while they are applied")


def killed(start, mode):
    """Return what a table writes, and [moment, exit code, remains] of each kill."""
    answer = json.loads(said(start(MODULE, str(ROWS), str(KILLS), mode), timeout=400))
    assert answer["whole"] == {
        "changes": 1, "rows": ROWS, "open": ROWS, "sources": ROWS, "closed": ROWS // 2,
        "applied": 1,
    }  # fmt: skip
    return answer["whole"], answer["outcomes"]


def test_a_killed_application_leaves_all_or_nothing(start_on_own_database):
    whole, outcomes = killed(start_on_own_database, "guarded")
    nothing = dict.fromkeys(whole, 0)
    assert [outcome for outcome in outcomes if outcome[2] not in (whole, nothing)] == []
    assert len(outcomes) == KILLS
    assert {code for _moment, code, _remains in outcomes} <= {0, -signal.SIGKILL}
    assert sum(remains == nothing for _moment, _code, remains in outcomes) > KILLS / 2


def test_without_the_transaction_a_part_would_be_left(start_on_own_database):
    whole, outcomes = killed(start_on_own_database, "unguarded")
    assert outcomes[-1][2] not in (whole, dict.fromkeys(whole, 0))
