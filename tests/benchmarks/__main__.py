"""Measure pages on JST's data and on made-up data of other sizes: ``make bench``.

Each size has a database of its own in a temporary folder and is measured in a process of
its own. Machines are noisy: read the ratios within one run, not the milliseconds.

    python -m tests.benchmarks [SIZE …]     sizes: real small medium large
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SIZES = sys.argv[1:] or ["real", "medium"]
MANAGE = [sys.executable, "manage.py"]


def main():
    with tempfile.TemporaryDirectory() as folder:
        results = {size: measured(size, Path(folder)) for size in SIZES}
    base = results[SIZES[0]]
    print(f"{'page':<12}{'size':<9}{'p50 ms':>9}{'p95 ms':>9}{'queries':>9}{'ratio':>8}")
    for page in base:
        for size in SIZES:
            row = results[size][page]
            ratio = row["p50"] / base[page]["p50"]
            print(
                f"{page:<12}{size:<9}{row['p50']:>9.1f}{row['p95']:>9.1f}"
                f"{row['queries']:>9}{ratio:>8.2f}"
            )


def measured(size, folder):
    """Make a database of one size and return what its pages cost."""
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{folder / size}.sqlite3",
        "SECRET_KEY": "only-for-this-measurement",
        "DEMO_PASSWORD": "only-for-this-measurement",
        "LOG_LEVEL": "ERROR",
        "REQUEST_LOG_LEVEL": "ERROR",
    }
    load = ["load_fixtures"] if size == "real" else ["generate_data", "--size", size]
    for command in (["migrate", "-v0"], ["createcachetable"], load):
        run([*MANAGE, *command], environment)
    answer = run([sys.executable, "-m", "tests.benchmarks.pages"], environment)
    return json.loads(answer)


def run(command, environment):
    return subprocess.run(
        command, env=environment, check=True, capture_output=True, text=True
    ).stdout


if __name__ == "__main__":
    main()
