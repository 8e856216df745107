"""Work in a process of its own: what it prints comes back, what goes wrong is told."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings

from strategy_app.exporters import renderer


def test_what_goes_in_comes_back_from_another_process():
    assert renderer.run("base64", b"\x00\xffdata") == b"AP9kYXRh\n"


def test_a_process_that_ends_badly_says_why():
    with pytest.raises(renderer.Failed, match="no_such_module"):
        renderer.run("no_such_module", b"")


def test_where_no_process_can_be_started_that_is_told(monkeypatch):
    monkeypatch.setattr("sys.executable", "/no/such/python")
    with pytest.raises(renderer.Failed, match="No such file"):
        renderer.run("base64", b"")


def test_a_process_that_is_killed_is_told():
    with pytest.raises(renderer.Failed, match="ended with -9"):
        renderer.run("asyncio", b"import os; os.kill(os.getpid(), 9)\n")


def test_a_process_that_takes_too_long_is_stopped():
    with pytest.raises(renderer.Failed, match=r"longer than 0\.01 seconds"):
        renderer.run("asyncio", b"import time; time.sleep(60)\n", seconds=0.01)


def test_it_ends_in_time_even_when_the_server_is_killed(tmp_path):
    tale = tmp_path / "tale"
    os.mkfifo(tale)
    work = f"""import time; tale = open({str(tale)!r}, "w")
print("here", file=tale, flush=True); time.sleep(60); print("late", file=tale, flush=True)
"""
    server = subprocess.Popen(
        [sys.executable, "-c", "from strategy_app.exporters import renderer;"
         f"renderer.run('asyncio', {work.encode()!r}, seconds=8)"], cwd=settings.BASE_DIR,
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
        with renderer.turn(60):
            at_work += 1
            most.append(at_work)
            renderer.run("base64", b"")
            at_work -= 1
        return number

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(work, range(8))) == list(range(8))
    assert most == [1] * 8


def test_who_has_no_turn_in_time_is_told():
    told = pytest.raises(renderer.Busy, match=r"at work for 0\.001 seconds")
    with renderer.turn(1), told, renderer.turn(0.001):
        pytest.fail("Two are at work.")
    with renderer.turn(0.001):
        pass


def test_one_thread_stays_free_for_pages():
    others = settings.WEB_THREADS - 1
    for _number in range(others):
        renderer._IN_LINE.acquire()
    with pytest.raises(renderer.Busy, match="waiting already"), renderer.turn(0.001):
        pytest.fail("More are in line than may be.")
    renderer._IN_LINE.release(others)
    with renderer.turn(0.001):
        pass
