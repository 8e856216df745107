"""Databases for tests: made once in a run, and copied for whoever needs one.

A template is made by the first process that asks for it; all workers of a run copy it.
"""

import fcntl
import os
import shutil
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from django.core.management import call_command
from django.db import connection, transaction

from strategy_app.coverage import frame
from strategy_app.importers import fixtures
from tests.factories import PASSWORD

IS_SQLITE = connection.vendor == "sqlite"


class Databases:
    """The databases of one process, copied from templates that a whole run shares."""

    def __init__(self, folder: Path, run: str):
        """Name databases after ``run``; ``folder`` is that of all its processes."""
        self.folder, self.run = folder, run
        self.mine = set()
        self.mark = folder / f"used-by-{os.getpid()}"
        self.mark.touch()

    @contextmanager
    def undone(self, template):
        """Work in a transaction on this process's own copy, and take it back."""
        name = self._name(template, os.getpid())
        if name not in self.mine:
            _create(name, self.template(template))
            self.mine.add(name)
        use(name)
        with transaction.atomic():
            yield
            if not connection.needs_rollback:
                connection.check_constraints()
            transaction.set_rollback(True)

    @contextmanager
    def committed(self, template):
        """Work on a copy where what is written stays written; drop it at the end."""
        before = connection.settings_dict["NAME"]
        with self.copy(template) as name:
            use(name)
            yield
            use(before)

    @contextmanager
    def copy(self, template):
        """Copy a template, yield the copy's name, and drop it at the end."""
        name = self._name(template, os.getpid(), "alone")
        _create(name, self.template(template))
        yield name
        _drop(name)

    def template(self, name):
        """Return the name of a template's database, which is made if it is not there."""
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return self._made(name)

    def _made(self, template):
        name, mark = self._name(template), self.folder / f"{template}.made"
        if not mark.exists():
            before = connection.settings_dict["NAME"]
            below, fill = MADE_OF[template]
            _create(name, below and self._made(below))
            use(name)
            fill()
            use(before)
            mark.touch()
        return name

    def close(self):
        """Drop what is this process's own; the last one drops the templates, too."""
        connection.close()
        for name in self.mine:
            _drop(name)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.mark.unlink()
            if not list(self.folder.glob("used-by-*")):
                for mark in self.folder.glob("*.made"):
                    _drop(self._name(mark.stem))
                    mark.unlink()

    def _name(self, *parts):
        if IS_SQLITE:
            return str(self.folder / f"{'-'.join(map(str, parts))}.sqlite3")
        return "_".join(["test", self.run, *map(str, parts)])


def use(name):
    """Let all that is asked from here on be asked of this database."""
    if connection.settings_dict["NAME"] != name:
        connection.close()
        connection.settings_dict["NAME"] = name
        frame.forget()


def _migrate():
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


def _load_real_data():
    fixtures.load_facts()
    fixtures.load_illustrations()


# By its name, what a template is made of: another one, and what is done there. A test that
# asks for a fixture of such a name begins with a copy; the later in the list, the more.
MADE_OF = {
    "empty": (None, _migrate),
    "real_data": ("empty", _load_real_data),
    "demo": ("real_data", partial(fixtures.load_people, PASSWORD)),
}


def _create(name, template=None):
    if IS_SQLITE:
        if template:
            shutil.copyfile(template, name)
        return
    with connection._nodb_cursor() as cursor:
        copied = f' TEMPLATE "{template}"' if template else ""
        cursor.execute(f'CREATE DATABASE "{name}"{copied}')


def _drop(name):
    if IS_SQLITE:
        for ending in ("", "-wal", "-shm", "-turn"):
            Path(name + ending).unlink(missing_ok=True)
        return
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
