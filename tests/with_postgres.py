"""Run a command with TEST_DATABASE_URL naming a PostgreSQL that lives only as long.

    python tests/with_postgres.py pytest tests

Where TEST_DATABASE_URL is set already, that database is used as it is.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path


def main(command):
    """Run the command and return its exit status."""
    # So that being told to stop also stops the database.
    signal.signal(signal.SIGTERM, lambda *_args: sys.exit(143))
    if os.environ.get("TEST_DATABASE_URL"):
        return subprocess.call(command)
    with throwaway_postgres() as url:
        return subprocess.call(command, env=os.environ | {"TEST_DATABASE_URL": url})


@contextmanager
def throwaway_postgres():
    """Yield the address of a fresh PostgreSQL; stop and remove it at the end.

    It listens on a socket in its own folder alone, and keeps nothing safe from a crash.
    """
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="tracker-postgres-"))
    # PostgreSQL refuses to run as root.
    account = {}
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        account = {"user": "postgres", "group": "postgres", "extra_groups": []}

    def run(program, *arguments):
        subprocess.run(
            [programs / program, "-D", folder / "data", *arguments],
            check=True, cwd=folder, stdout=subprocess.DEVNULL, **account,
        )  # fmt: skip

    options = (
        f"-c listen_addresses='' -c unix_socket_directories={folder}"
        " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    )
    try:
        run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        run("pg_ctl", "-w", "-l", folder / "log", "-o", options, "start")
        try:
            yield f"postgres://postgres@/{folder}/postgres"
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def _programs():
    """Return the folder of initdb and pg_ctl, of the newest version installed."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: float(path.parts[-3]),
    )
    if found:
        return found[-1].parent
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    sys.exit("No PostgreSQL found: apt-get install postgresql, or set TEST_DATABASE_URL.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
