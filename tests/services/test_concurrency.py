"""Many people on the same twenty cells: nothing lost or doubled, nobody "locked".

Each is a process, on a database of their own with the product's settings.
"""

import json
from collections import Counter
from functools import partial

import pytest

from tests.lengths import runs
from tests.production import said

# Processes, threads in each, edits of each thread.
CROWD = (runs("people who write at once"), 1, runs("edits of each of them"))
FEW = (2, 4, 50)


@pytest.fixture
def start(start_on_own_database):
    """Return a function that starts the writers' module."""
    return partial(start_on_own_database, "tests.services.concurrent_writers")


def write_at_once(start, mode, processes, threads, edits):
    """Return [(words, cell, row seen, row written or what happened)] and the ledger."""
    said(start("prepare"))
    writers = [
        start("write", f"writer-{number}", mode, str(threads), str(edits))
        for number in range(processes)
    ]
    outcomes = [tuple(edit) for writer in writers for edit in json.loads(said(writer))]
    assert len(outcomes) == processes * threads * edits
    return outcomes, json.loads(said(start("report")))


def forks(outcomes):
    """Return the rows (or empty cells) that two accepted edits have replaced."""
    accepted = [edit for edit in outcomes if isinstance(edit[3], int)]
    seen = Counter((cell, replaces) for _words, cell, replaces, _row in accepted)
    return [replaced for replaced, times in seen.items() if times > 1]


def test_every_edit_is_in_the_history_or_refused_with_a_conflict(start):
    outcomes, ledger = write_at_once(start, "guarded", *CROWD)
    accepted = {edit[3]: edit for edit in outcomes if isinstance(edit[3], int)}
    refused = [edit for edit in outcomes if edit[3] == "conflict"]
    failed = {edit[3] for edit in outcomes} - {"conflict"} - accepted.keys()
    assert failed == set()
    assert len(accepted) + len(refused) == len(outcomes)
    assert len(refused) > 0
    assert [(pk, words, cell) for pk, words, cell, *_rest in ledger["rows"]] == [
        (pk, accepted[pk][0], accepted[pk][1]) for pk in sorted(accepted)
    ]
    assert forks(outcomes) == []
    assert_one_chain_a_cell(ledger["rows"])
    assert ledger["in_order"]


def assert_one_chain_a_cell(rows):
    """Each row was closed by the change that opened its successor; one is left open."""
    for cell in {row[2] for row in rows}:
        chain = [row for row in rows if row[2] == cell]
        assert [row[3] is None for row in chain] == [False] * (len(chain) - 1) + [True]
        assert [row[5] for row in chain[:-1]] == [row[4] for row in chain[1:]]


def test_without_the_comparison_two_people_would_overwrite_each_other(start):
    outcomes, _ledger = write_at_once(start, "unguarded", *FEW)
    assert forks(outcomes) != []
