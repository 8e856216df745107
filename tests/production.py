"""Run code with the product's own settings, as a deployment has them."""

import os
import subprocess
import sys
import textwrap

from config.settings import BASE_DIR

ENVIRONMENT = {
    # The day that the tests live on (tests/clock) is the day of a deployment, too.
    **{
        name: os.environ[name]
        for name in ("PATH", "PYTHONPATH", "TODAY", "TODAY_SHIFT")
        if name in os.environ
    },
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "SECRET_KEY": "0123456789-a-long-random-value-of-the-kind-that-make-run-writes",
    "ALLOWED_HOSTS": "tracker.example.org",
    "HTTPS": "on",
    "DEBUG": "off",
}


def run(folder, *arguments, **variables):
    """Run Python with a database in ``folder``; return the finished process."""
    return subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=BASE_DIR,
        env=ENVIRONMENT
        | {"DATABASE_URL": f"sqlite:///{folder / 'tracker.sqlite3'}"}
        | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def run_code(folder, code, **variables):
    """Run code after django.setup(); return what it printed, or fail with its error."""
    code = "import django; django.setup()\n" + textwrap.dedent(code)
    done = run(folder, "-c", code, **variables)
    assert done.returncode == 0, done.stderr
    return done.stdout


def said(process, *, timeout=600):
    """Wait for a process (at most so many seconds) and return what it printed."""
    with process:
        text = process.communicate(timeout=timeout)[0]
    assert process.returncode == 0
    return text
