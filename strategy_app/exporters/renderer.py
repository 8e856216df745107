"""Work done in a process of its own, which gives its memory back when it is done."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

_TOP = Path(__file__).resolve().parents[2]
# A renderer takes some hundred megabytes: one at a time in each of the server's processes.
_AT_WORK = threading.BoundedSemaphore()
# So many may be at work or wait for it: one thread is always there for pages.
_IN_LINE = threading.BoundedSemaphore(max(settings.WEB_THREADS - 1, 1))
# That last thread may wait so long for a place in line, as most work is done sooner.
_LONGEST_WAIT_FOR_PLACE_SECONDS = 5
# After so long the others will have been served.
RETRY_SECONDS = 30
# ``python -m``, but it ends in time even where the server that would stop it was killed.
_START = (
    "import runpy, signal, sys;"
    " signal.setitimer(signal.ITIMER_REAL, float(sys.argv.pop()));"
    " runpy.run_module(sys.argv.pop(), run_name='__main__', alter_sys=True)"
)


class Failed(Exception):
    """The other process ended badly, or took too long; the message is what it said."""


class Busy(Failed):
    """Too many others wait already, or one of them took too long."""


@contextmanager
def turn(patience: float) -> Iterator[None]:
    """Wait for one's turn to do heavy work, so many seconds at most. Raises Busy."""
    if not _IN_LINE.acquire(timeout=min(patience, _LONGEST_WAIT_FOR_PLACE_SECONDS)):
        raise Busy("Others are waiting already.")
    try:
        if not _AT_WORK.acquire(timeout=patience):
            raise Busy(f"Others were at work for {patience:g} seconds.")
        try:
            yield
        finally:
            _AT_WORK.release()
    finally:
        _IN_LINE.release()


def run(module: str, payload: bytes, *, seconds: float = 60) -> bytes:
    """Run ``python -m module`` with the payload as its input; return what it prints.

    A renderer that is heavy but seldom used would otherwise stay in every worker. The
    module imports no more than it needs, as it is started anew each time. To be called
    within ``turn``. Raises Failed.
    """
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-c", _START, module, str(seconds + 1)], input=payload,
            capture_output=True, cwd=_TOP, timeout=seconds, check=True,
        )  # fmt: skip
    except subprocess.CalledProcessError as failed:
        said = failed.stderr.decode(errors="replace").strip()
        raise Failed(f"It ended with {failed.returncode}. {said}".strip()) from failed
    except subprocess.TimeoutExpired as late:
        raise Failed(f"It took longer than {seconds:g} seconds.") from late
    except OSError as failed:  # too many processes, too little memory
        raise Failed(str(failed)) from failed
    return done.stdout
