"""Measure coverage, pages and hand-written SQL on data of several sizes: ``make bench``.

Each size has a database of its own and is measured in a process of its own. Machines are
noisy: read the ratios within one run, not the milliseconds.

    python -m tests.benchmarks [SIZE …]     sizes: real small medium large revisions

Sizes may also be named in BENCH_SIZES. On SQLite; where TEST_DATABASE_URL names a
PostgreSQL (``python tests/with_postgres.py python -m tests.benchmarks``), there as well.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import environ
import psycopg2

SIZES = sys.argv[1:] or os.environ.get("BENCH_SIZES", "real medium").split()
MANAGE = [sys.executable, "manage.py"]


def main():
    postgres = os.environ.get("TEST_DATABASE_URL")
    with tempfile.TemporaryDirectory() as folder:
        report("SQLite", lambda size: f"sqlite:///{Path(folder) / size}.sqlite3")
        if postgres:
            report("PostgreSQL", lambda size: database_of_its_own(postgres, size))


def report(engine, address):
    """Measure all sizes on one database engine and print them side by side."""
    results = {size: measured(address(size)) for size in SIZES}
    columns = [f"{size:>24}" for size in SIZES]
    for part, unit in [
        ("questions", "p50 / p95 ms"),
        ("sql", "SQL ms (× module)"),
        ("pages", "p50 / p95 / CPU ms, queries"),
        ("numbers of pages", "by SQL alone, ms (× page)"),
        ("strategy", "p50 / p95 / CPU ms, queries"),
        ("1 client", "p50 / p95 / CPU ms of two workers"),
        ("16 clients", "p50 / p95 / CPU ms of two workers"),
        ("beside writers", "p50 / p95 / CPU ms, failed"),
        ("server", "first page ms, MB of master and two workers"),
        ("process", "MB"),
    ]:
        print(f"\n{engine}: {part}, {unit}\n{'':<26}" + "".join(columns))
        for name in results[SIZES[0]][part]:
            cells = [f"{in_words(results[size][part][name]):>24}" for size in SIZES]
            print(f"{name:<26}" + "".join(cells), flush=True)


def in_words(row):
    """Return one measurement as it stands in the table."""
    if "mb" in row:
        return f"{row['mb']:.0f}"
    if "ratio" in row:
        return f"{row['p50']:.1f} (×{row['ratio']:.0f})"
    if "queries" in row:
        return f"{row['p50']:.1f} / {row['p95']:.1f} / {row['cpu']:.1f}, {row['queries']}"
    if "failed" in row:
        failed = f", {row['failed']} failed" if row["failed"] else ""
        return f"{row['p50']:.0f} / {row['p95']:.0f} / {row['cpu']:.0f}{failed}"
    if "ms" in row:
        return f"{row['ms']:.0f}"
    return f"{row['p50']:.2f} / {row['p95']:.2f}"


def measured(address):
    """Fill the database at an address with the data of its size and measure it."""
    size = next(size for size in SIZES if f"{size}" in address.rpartition("/")[2])
    environment = os.environ | {
        "DATABASE_URL": address,
        "SECRET_KEY": "only-for-this-measurement",
        "DEMO_PASSWORD": "only-for-this-measurement",
        "LOG_LEVEL": "ERROR",
        "REQUEST_LOG_LEVEL": "ERROR",
    }
    load = ["load_fixtures"] if size == "real" else ["generate_data", "--size", size]
    for command in (["migrate", "-v0"], ["createcachetable"], load):
        run([*MANAGE, *command], environment)
    # Coverage first and alone: how long the first load takes is one of its questions.
    found = json.loads(
        run([sys.executable, "-m", "tests.benchmarks.questions"], environment)
    )
    pages = run([sys.executable, "-m", "tests.benchmarks.pages"], environment)
    serving = run([sys.executable, "-m", "tests.benchmarks.serving"], environment)
    # The last, for it publishes revisions.
    strategy = run([sys.executable, "-m", "tests.benchmarks.strategy"], environment)
    return (
        found | json.loads(pages) | {"strategy": json.loads(strategy)} | json.loads(serving)
    )


def database_of_its_own(url, size):
    """Make an empty database for one size beside the one named; return its address."""
    name = f"bench_{size}"
    mine = environ.Env.db_url_config(url)
    connection = psycopg2.connect(
        dbname=mine["NAME"], user=mine["USER"], password=mine["PASSWORD"] or None,
        host=mine["HOST"] or None, port=mine["PORT"] or None,
    )  # fmt: skip
    connection.autocommit = True  # no database is made inside a transaction
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name}")
    connection.close()
    return url.removesuffix(urlsplit(url).path.rpartition("/")[2]) + name


def run(command, environment):
    return subprocess.run(
        command, env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


if __name__ == "__main__":
    main()
