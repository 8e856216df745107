"""Sixteen people on the same twenty cells: nothing lost or doubled, nobody "locked".

Each is a process, on a database of their own with the product's settings.
"""

import json
import os
import subprocess
import sys
from collections import Counter

import pytest
from django.conf import settings
from django.db import connection

# Processes, threads in each, edits of each thread.
CROWD, FEW = (16, 1, 500), (2, 4, 50)


@pytest.fixture
def database(request, tmp_path, django_db_blocker):
    """Make a database of its own and return its address; drop it afterwards."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'tracker.sqlite3'}"
        return
    name = f"writers_{os.getpid()}"
    mine = connection.settings_dict
    # A socket's folder stands where the path does, as in tests/with_postgres.py.
    host = f"/{mine['HOST']}" if mine["HOST"].startswith("/") else mine["HOST"]
    login = mine["USER"] + (f":{mine['PASSWORD']}" if mine["PASSWORD"] else "")
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        yield f"postgres://{login}@{host}{mine['PORT'] and ':' + str(mine['PORT'])}/{name}"
        cursor.execute(f"DROP DATABASE {name}")


@pytest.fixture
def start(database):
    """Return a function that starts a process on the database."""

    def start(*arguments):
        return subprocess.Popen(
            [sys.executable, "-m", "tests.services.concurrent_writers", *arguments],
            cwd=settings.BASE_DIR,
            env=os.environ | {
                "DATABASE_URL": database,
                "SECRET_KEY": "only for this test",
                "DJANGO_SETTINGS_MODULE": "config.settings",
            },
            stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip

    return start


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


def said(process):
    """Wait for a process and return what it printed."""
    with process:
        text = process.communicate(timeout=600)[0]
    assert process.returncode == 0
    return text


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
