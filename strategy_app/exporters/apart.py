"""Work done in a process of its own, which gives its memory back when it is done."""

import subprocess
import sys
from pathlib import Path

_TOP = Path(__file__).resolve().parents[2]


class Failed(Exception):
    """The other process ended badly, or took too long; the message is what it said."""


def run(module: str, payload: bytes, *, seconds: float = 60) -> bytes:
    """Run ``python -m module`` with the payload as its input; return what it prints.

    A renderer that is heavy but seldom used would otherwise stay in every worker. The
    module imports no more than it needs, as it is started anew each time. Raises Failed.
    """
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", module], input=payload, capture_output=True, cwd=_TOP,
            timeout=seconds, check=True,
        )  # fmt: skip
    except subprocess.CalledProcessError as failed:
        said = failed.stderr.decode(errors="replace").strip()
        raise Failed(f"It ended with {failed.returncode}. {said}".strip()) from failed
    except subprocess.TimeoutExpired as late:
        raise Failed(f"It took longer than {seconds:g} seconds.") from late
    except OSError as failed:  # too many processes, too little memory
        raise Failed(str(failed)) from failed
    return done.stdout
