"""Started as `make run` starts it: data once, JSON lines, a clean end."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
import requests

from config.settings import BASE_DIR
from tests import production

PASSWORD = "a password for looking around"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Return the folder of a prepared site, and what preparing it said."""
    folder = tmp_path_factory.mktemp("site")
    return folder, prepare(folder).stdout


def prepare(folder, **variables):
    return production.run(
        folder, "manage.py", "prepare", "--demo",
        DEMO_PASSWORD=variables.pop("DEMO_PASSWORD", PASSWORD), PORT="8123",
        STATIC_ROOT=str(folder / "static"), **variables,
    )  # fmt: skip


def contents(folder):
    """Return every row of every table, but for those of the cache and sessions."""
    with closing(sqlite3.connect(folder / "tracker.sqlite3")) as database:
        tables = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            " AND name NOT IN ('cache', 'django_session') ORDER BY name"
        ).fetchall()
        return {
            table: database.execute(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608
            for (table,) in tables
        }


@pytest.fixture
def server(site):
    """Start gunicorn on a free port; yield its process and address."""
    folder, _said = site
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi"],
        cwd=BASE_DIR,
        env=production.ENVIRONMENT
        | {
            "DATABASE_URL": f"sqlite:///{folder / 'tracker.sqlite3'}",
            "STATIC_ROOT": str(folder / "static"),
            "PORT": str(port),
        },
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    process.lines = []
    for line in process.stderr:
        process.lines.append(line)
        if "Booting worker" in line:
            break
    yield process, f"http://127.0.0.1:{port}"
    process.kill()
    process.wait()
    process.stderr.close()


def test_first_start_loads_the_data_and_says_where_to_look(site):
    folder, said = site

    assert said.split("\n") == [
        "",
        "  Open http://127.0.0.1:8123/ (Ctrl-C stops the server)",
        "  Demo accounts: aiko (staff), ben (viewer), chie (admin), dai (manager)",
        f"  Password: {PASSWORD}",
        "",
    ]
    tables = contents(folder)
    assert len(tables["strategy_app_programme"]) == 69
    assert len(tables["strategy_app_user"]) == 4
    assert (folder / "static" / "staticfiles.json").exists()


def test_what_a_module_imports_is_named_by_its_content_too(site):
    folder, _said = site
    static = folder / "static" / "strategy_app"
    (saves,) = static.glob("tagging/saves.????????????.js")
    (send,) = static.glob("send.????????????.js")
    assert f'from "../{send.name}"' in saves.read_text()


def test_second_start_changes_nothing(site):
    folder, said = site
    before = contents(folder)

    again = prepare(folder)

    assert (again.returncode, again.stdout) == (0, said)
    assert contents(folder) == before


def test_data_in_use_is_not_added_to(tmp_path):
    production.run_code(
        tmp_path,
        """
        from django.core.management import call_command
        from strategy_app.services import people
        call_command("prepare")
        people.create_person(username="eve", by=None)
        """,
    )

    done = prepare(tmp_path)

    assert "Demo accounts" not in done.stdout
    tables = contents(tmp_path)
    assert len(tables["strategy_app_user"]) == 1
    assert tables["strategy_app_programme"] == []


def test_password_is_not_claimed_when_it_is_another(site):
    folder, _said = site

    said = prepare(folder, DEMO_PASSWORD="set later").stdout

    assert "set later" not in said
    assert "manage.py changepassword NAME" in said


def test_server_serves_and_stops_cleanly(server):
    process, address = server
    here = {"Host": "tracker.example.org", "X-Forwarded-Proto": "https"}

    assert requests.get(f"{address}/readyz", timeout=30).json() == {"status": "ready"}
    page = requests.get(f"{address}/accounts/login/", headers=here, timeout=30)
    assert 'name="password"' in page.text
    process.send_signal(signal.SIGTERM)
    lines = process.lines + process.stderr.readlines()

    assert process.wait(timeout=30) == 0
    events = [json.loads(line) for line in lines]
    assert [line["request"] for line in events if "request" in line] == [
        "GET /accounts/login/"
    ]
    with closing(socket.socket()) as probe:
        # Nobody listens there any more.
        assert probe.connect_ex(("127.0.0.1", int(address.rpartition(":")[2]))) != 0
    # Nor is any worker left.
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
