"""Measure the server: two gunicorn workers on the database in DATABASE_URL; print JSON.

Pages and the API are asked by 1 and by 16 clients, then 16 read beside 4 who write. CPU is
that of the workers. What the server refuses or fails at is counted, and is to be nothing.
"""

import contextlib
import http.client
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings
from django.core.management import call_command
from django.test import Client, override_settings

from strategy_app.models import Alignment, Element, Programme, User
from strategy_app.services import people

WORKERS, READERS, WRITERS = 2, 16, 4
ROUNDS, EDITS = 30, 15
ADDRESSES = {
    "overview": "/",
    "API coverage": "/api/v1/coverage/",
    "matrix": "/matrix/",
    "API matrix": "/api/v1/coverage/matrix/",
    "gaps": "/gaps/",
    "API gaps": "/api/v1/coverage/gaps/",
    "timeline": "/timeline/",
    "API timeline": "/api/v1/coverage/timeline/?from=2020&to=2035",
}
# What the readers ask beside the writers, in turn.
READ = [path for path in ADDRESSES.values() if "timeline" not in path]
TICK = os.sysconf("SC_CLK_TCK")


def main():
    person = User.objects.filter(username="writer").first() or people.create_person(
        username="writer", by=None, role="admin"
    )
    client = Client(headers={"Host": "localhost"})
    client.force_login(person)
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session_of(client)}"}
    with tempfile.TemporaryDirectory() as folder, served(folder) as (port, server):
        ask(port, "/definitions/", headers)  # both workers have to be up
        first = 1000 * max(ask(port, "/", headers)[0] for _worker in range(2 * WORKERS))
        memory = {"loaded": memory_of(server)}
        alone, crowd = {}, {}
        for name, path in ADDRESSES.items():
            warm_up(port, path, headers)
            alone[name] = load(port, [path] * ROUNDS, headers, 1, server)
            crowd[name] = load(port, [path] * 8 * READERS, headers, READERS, server)
        memory["after reading"] = memory_of(server)
        mixed = list(islice(cycle(READ), 12 * READERS))
        quiet = load(port, mixed, headers, READERS, server)
        beside, writing = beside_writers(port, mixed, headers, client, server)
        memory["after writing"] = memory_of(server)
    print(
        json.dumps(
            {
                "1 client": alone,
                "16 clients": crowd,
                "beside writers": {
                    "16 readers, quiet": quiet,
                    "16 readers, 4 writers": beside,
                    "4 writers": writing,
                },
                "server": {"slowest first page": {"ms": first}}
                | {name: {"mb": amount} for name, amount in memory.items()},
            }
        )
    )


def session_of(client):
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@contextlib.contextmanager
def served(folder):
    """Start the server as a deployment does; yield its port and process id."""
    static = Path(folder) / "static"
    with override_settings(STATIC_ROOT=static):
        call_command("collectstatic", interactive=False, verbosity=0)
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "DEBUG": "off", "PORT": str(port), "ALLOWED_HOSTS": "localhost",
        "STATIC_ROOT": str(static), "WEB_CONCURRENCY": str(WORKERS),
        "REQUEST_LOG_LEVEL": "ERROR", "LOG_LEVEL": "ERROR",
    }  # fmt: skip
    command = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        for _try in range(600):
            with contextlib.suppress(OSError):
                ask(port, "/healthz", {})
                break
            time.sleep(0.05)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def ask(port, path, headers, body=None):
    """Return seconds and status of one request."""
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    given = {"Host": "localhost"} | headers
    try:
        connection.request("POST" if body else "GET", path, body, given)
        answer = connection.getresponse()
        answer.read()
    finally:
        connection.close()
    return time.perf_counter() - began, answer.status


def warm_up(port, path, headers):
    with ThreadPoolExecutor(4) as crowd:
        list(crowd.map(lambda _turn: ask(port, path, headers), range(12)))


def load(port, paths, headers, clients, server):
    """Ask for all paths, ``clients`` at a time; return times in ms, CPU and failures."""
    cpu = cpu_of(server)
    with ThreadPoolExecutor(clients) as crowd:
        answers = list(crowd.map(lambda path: ask(port, path, headers), paths))
    used = 1000 * (cpu_of(server) - cpu) / len(paths)
    return summary(answers) | {"cpu": used}


def beside_writers(port, paths, headers, client, server):
    """Return what reading costs while others write, and what writing costs."""
    token = "0" * 32
    writer = headers | {
        "Cookie": f"{headers['Cookie']}; {settings.CSRF_COOKIE_NAME}={token}",
        "X-CSRFToken": token,
        "Content-Type": "application/json",
    }
    bodies = [json.dumps(judgement).encode() for judgement in judgements()]
    written, done = [], threading.Event()

    def write(own):
        for body in own:
            if done.is_set():
                return
            written.append(ask(port, "/api/v1/alignments/", writer, body))

    with ThreadPoolExecutor(WRITERS) as crew:
        for number in range(WRITERS):
            crew.submit(write, bodies[number::WRITERS])
        reading = load(port, paths, headers, READERS, server)
        done.set()
    return reading, summary(written) | {"cpu": 0.0}


def judgements(most=2_000):
    """Return judgements of cells that nobody has judged yet, as the API takes them."""
    elements = Element.objects.filter(
        wordings__is_alignable=True, wordings__revision__published_in__isnull=False
    ).select_related("strategy")
    programmes = Programme.objects.filter(ends_on="", status="active").order_by("-code")
    found = []
    for element in elements.distinct().order_by("-id"):
        taken = Alignment.objects.open().filter(element=element).values("programme")
        codes = programmes.exclude(pk__in=taken).values_list("code", flat=True)
        found += [
            {
                "strategy": element.strategy.code, "programme": code,
                "element": element.code, "level": 0, "rationale": "Measured.",
                "evidence": [], "replaces": None,
            }
            for code in codes[: most - len(found)]
        ]  # fmt: skip
        if len(found) == most:
            break
    return found


def summary(answers):
    times = [1000 * seconds for seconds, _status in answers]
    return {
        "p50": statistics.median(times),
        "p95": statistics.quantiles(times, n=20, method="inclusive")[18],
        "number": len(times),
        "failed": sum(status >= 400 for _seconds, status in answers),
    }


def workers_of(server):
    children = Path(f"/proc/{server}/task/{server}/children")
    return [int(pid) for pid in children.read_text().split()]


def cpu_of(server):
    """Return the seconds of CPU that the workers have used so far."""
    stats = [Path(f"/proc/{pid}/stat").read_text() for pid in workers_of(server)]
    fields = [stat.rpartition(")")[2].split() for stat in stats]
    return sum(int(some[11]) + int(some[12]) for some in fields) / TICK


def memory_of(server):
    """Return the MB that the server and its workers take, what they share counted once."""
    lines = [
        line
        for pid in [server, *workers_of(server)]
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        if line.startswith("Pss:")
    ]
    return sum(int(line.split()[1]) for line in lines) / 1024


if __name__ == "__main__":
    main()
