"""Whoever is killed while writing a strategy has written all of it or nothing.

Processes on a database of their own with the product's settings, killed by SIGKILL at
moments spread over the time that it takes.
"""

import json
import signal

from tests.lengths import runs
from tests.production import said

MODULE = "tests.services.killed_editors"
OTHERS = runs("edits, starts and discards killed, of each")
KILLS = {
    "publish": runs("publications killed"), "edit": OTHERS, "start": OTHERS,
    "discard": OTHERS,
}  # fmt: skip
WHOLE = {
    "publish": {
        "Change": 1, "published": 1, "decided": 40, "Wording histories": 40,
        "Revision histories": 1,
    },
    # The edit of a draft that was approved takes the approval back.
    "edit": {
        "Change": 1, "Wording histories": 1, "approved": -1, "Revision histories": 1,
    },
    "start": {
        "Change": 1, "Revision": 1, "Wording": 100, "Revision histories": 1,
        "Wording histories": 100,
    },
    "discard": {
        "Change": 1, "Revision": -1, "Wording": -100, "Origin": -10,
        "Revision histories": 1, "Wording histories": 100, "Origin histories": 10,
    },
}  # fmt: skip


def killed(start, mode, kills):
    """Return [moment, exit code, what was written] of each kill, by verb."""
    asked = [f"{verb}={number}" for verb, number in kills.items()]
    found = json.loads(said(start(MODULE, mode, *asked), timeout=400))
    assert {verb: one["whole"] for verb, one in found.items()} == {
        verb: WHOLE[verb] for verb in kills
    }
    return {verb: one["outcomes"] for verb, one in found.items()}


def test_whoever_is_killed_has_published_and_edited_all_or_nothing(start_on_own_database):
    found = killed(start_on_own_database, "guarded", KILLS)
    assert {verb: len(outcomes) for verb, outcomes in found.items()} == KILLS
    for verb, outcomes in found.items():
        codes = {code for _moment, code, _wrote in outcomes}
        assert [one for one in outcomes if one[2] not in ({}, WHOLE[verb])] == []
        assert {-signal.SIGKILL} <= codes <= {0, -signal.SIGKILL}
        assert sum(wrote == {} for _moment, _code, wrote in outcomes) >= KILLS[verb] / 4


def test_without_the_transaction_a_part_would_be_left(start_on_own_database):
    (outcomes,) = killed(start_on_own_database, "unguarded", {"publish": 50}).values()
    assert outcomes[-1][2] not in ({}, WHOLE["publish"])
