"""How long random runs are: a short one in `make test`, a long one in `make test-long`."""

import os

IS_LONG = bool(os.environ.get("LONG"))

# Short and long.
_FIGURES = {
    "worlds whose records stand somehow": (10, 200),
    "unsaved worlds whose records stand somehow": (60, 3_000),
    "steps of the ledger, in four parts": (960, 10_080),
    "steps of a strategy's life, in two parts": (250, 1_500),
    "tables killed while they are applied": (8, 50),
    "rows of such a table": (500, 5_000),
    "publications killed": (6, 50),
    "edits, starts and discards killed, of each": (4, 10),
    "people who write at once": (6, 16),
    "edits of each of them": (40, 500),
    "meetings of each pair of editors": (4, 12),
    "worlds that services build, against the oracle": (10, 80),
    "worlds that were never saved, against the oracle": (300, 3_000),
    "programmes asked whether they are active": (60, 300),
    "worlds compared": (8, 40),
    "worlds looked up by cells": (10, 60),
    "worlds whose columns are brought up to date": (8, 40),
    "worlds in which something waits": (10, 60),
    "programmes on pages whose queries are counted": (100, 5_000),
}


def runs(what):
    """Return the figure for something that is in the list."""
    return _FIGURES[what][IS_LONG]


def figures():
    """Return all of them in a line for people."""
    return ", ".join(f"{runs(what):,} {what}" for what in _FIGURES)
