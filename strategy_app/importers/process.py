"""Run what reads files in a process of its own, so that a bad file harms no page."""

import subprocess
from pathlib import Path

_TOP = Path(__file__).resolve().parents[2]


class Failed(Exception):
    """The other process ended badly, or took too long."""


def run(command: list[str], payload: bytes, *, seconds: float) -> bytes:
    """Run a command with the payload as its input; return what it prints. Raises Failed.

    The command limits its own memory.
    """
    try:
        done = subprocess.run(  # noqa: S603 - never a command that people have sent
            command, input=payload, capture_output=True, cwd=_TOP, timeout=seconds,
            check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as failed:
        raise Failed(str(failed)) from failed
    return done.stdout
