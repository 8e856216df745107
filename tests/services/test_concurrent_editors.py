"""Two strategy admins at once: one is first, the other is told, nothing is mixed up.

Each is a process, on a database of their own with the product's settings.
"""

import json

from tests.lengths import runs
from tests.production import said

MODULE = "tests.services.concurrent_editors"
ROUNDS = runs("meetings of each pair of editors")

# What may become of both: whoever is first has it done, and the other one is told.
OUTCOMES = {
    "publish+publish": {("done", "NotDraft"), ("NotDraft", "done")},
    "start+start": {("done", "ValidationError"), ("ValidationError", "done")},
    "edit+edit": {("done", "Overtaken"), ("Overtaken", "done")},
    "edit+publish": {("done", "Overtaken"), ("NotDraft", "done")},
    "edit+approve": {("done", "Overtaken"), ("done", "done")},
    "edit+discard": {("done", "done"), ("NotDraft", "done")},
    "publish+discard": {("done", "NotDraft"), ("NotDraft", "done")},
    # What was approved is another state of the draft than the one that was read.
    "publish+approve": {("done", "NotDraft"), ("Overtaken", "done")},
}


def met(start, mode, pairs):
    """Let pairs meet; return [one, other, what was, what is] of each time, by pair."""
    found = json.loads(said(start(MODULE, str(ROUNDS), mode, *pairs)))
    assert {pair: len(rounds) for pair, rounds in found.items()} == dict.fromkeys(
        pairs, ROUNDS
    )
    return found


def outcomes(rounds):
    return {(one, other) for one, other, _before, _after in rounds}


def test_one_is_first_and_the_other_is_told(start_on_own_database):
    found = met(start_on_own_database, "guarded", OUTCOMES)
    for pair, rounds in found.items():
        assert outcomes(rounds) <= OUTCOMES[pair], pair
        for _one, _other, before, after in rounds:
            assert after["drafts"] == (after["draft"] is not None)
            if after["newest"] == before["newest"]:
                assert after["published"] == before["published"]
            else:  # what was read is what was published
                assert after["published"] == before["draft"]
    for _one, _other, _before, after in found["edit+approve"]:
        assert not after["is_approved"]  # nobody has read what it says now
    for _one, _other, before, after in found["start+start"]:
        assert (after["drafts"], after["draft"]) == (1, before["published"])


def test_without_the_comparison_the_second_one_is_told_nothing(start_on_own_database):
    """The database refuses to publish twice, but not in words for a person."""
    (rounds,) = met(start_on_own_database, "unguarded", ["publish+publish"]).values()
    assert not outcomes(rounds) & OUTCOMES["publish+publish"]
