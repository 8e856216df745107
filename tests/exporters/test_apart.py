"""Work in a process of its own: what it prints comes back, what goes wrong is told."""

import pytest

from strategy_app.exporters import apart


def test_what_goes_in_comes_back_from_another_process():
    assert apart.run("base64", b"\x00\xffdata") == b"AP9kYXRh\n"


def test_a_process_that_ends_badly_says_why():
    with pytest.raises(apart.Failed, match="no_such_module"):
        apart.run("no_such_module", b"")


def test_where_no_process_can_be_started_that_is_told(monkeypatch):
    monkeypatch.setattr("sys.executable", "/no/such/python")
    with pytest.raises(apart.Failed, match="No such file"):
        apart.run("base64", b"")


def test_a_process_that_is_killed_is_told():
    with pytest.raises(apart.Failed, match="ended with -9"):
        apart.run("asyncio", b"import os; os.kill(os.getpid(), 9)\n")


def test_a_process_that_takes_too_long_is_stopped():
    with pytest.raises(apart.Failed, match=r"longer than 0\.01 seconds"):
        apart.run("asyncio", b"import time; time.sleep(60)\n", seconds=0.01)
