"""Work in a process of its own: what it prints comes back, what goes wrong is told."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings

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


def test_it_ends_in_time_even_when_the_server_is_killed(tmp_path):
    tale = tmp_path / "tale"
    os.mkfifo(tale)
    work = f"""import time; tale = open({str(tale)!r}, "w")
print("here", file=tale, flush=True); time.sleep(60); print("late", file=tale, flush=True)
"""
    server = subprocess.Popen(
        [sys.executable, "-c", "from strategy_app.exporters import apart;"
         f"apart.run('asyncio', {work.encode()!r}, seconds=8)"], cwd=settings.BASE_DIR,
    )  # fmt: skip
    with tale.open() as told:
        assert told.readline() == "here\n"
        server.kill()
        server.wait()
        assert told.read() == ""  # nobody can write into it any more


def test_one_is_at_work_at_a_time_and_all_have_their_turn():
    at_work, most = 0, []

    def work(number):
        nonlocal at_work
        with apart.turn(60):
            at_work += 1
            most.append(at_work)
            apart.run("base64", b"")
            at_work -= 1
        return number

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(work, range(8))) == list(range(8))
    assert most == [1] * 8


def test_who_has_no_turn_in_time_is_told():
    told = pytest.raises(apart.Busy, match=r"at work for 0\.001 seconds")
    with apart.turn(1), told, apart.turn(0.001):
        pytest.fail("Two are at work.")
    with apart.turn(0.001):
        pass


def test_one_thread_stays_free_for_pages():
    others = settings.WEB_THREADS - 1
    for _number in range(others):
        apart._IN_LINE.acquire()
    with pytest.raises(apart.Busy, match="waiting already"), apart.turn(0.001):
        pytest.fail("More are in line than may be.")
    apart._IN_LINE.release(others)
    with apart.turn(0.001):
        pass
