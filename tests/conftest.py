"""What all tests share: the people, fresh caches, and guards that let tables be emptied."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from strategy_app.coverage import frame
from strategy_app.models import guards
from strategy_app.services import strategy as strategy_services
from tests import factories


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Let go of the test database: a browser's last request may still hold a connection."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(autouse=True)
def fresh_frame():
    """Forget the columns: after a test's rollback the same change id means other data."""
    frame.forget()
    yield
    frame.forget()


@pytest.fixture(autouse=True)
def removable_guards(request):
    """Let transactional tests empty the tables, which the guards rightly refuse.

    They are back for the next test: emptying ends in post_migrate, which installs them.
    """
    if "transactional_db" in request.fixturenames or (
        (marker := request.node.get_closest_marker("django_db"))
        and marker.kwargs.get("transaction")
    ):
        request.getfixturevalue("transactional_db")
        yield
        guards.remove(connection)
        cache.clear()
    else:
        yield


@pytest.fixture
def own_database(tmp_path, django_db_blocker):
    """Make an empty database of this test alone, return its address, drop it at the end."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'tracker.sqlite3'}"
        return
    name = f"own_{os.getpid()}"
    mine = connection.settings_dict
    # A socket's folder stands where the path does, as in tests/with_postgres.py.
    host = f"/{mine['HOST']}" if mine["HOST"].startswith("/") else mine["HOST"]
    login = mine["USER"] + (f":{mine['PASSWORD']}" if mine["PASSWORD"] else "")
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        yield f"postgres://{login}@{host}{mine['PORT'] and ':' + str(mine['PORT'])}/{name}"
        cursor.execute(f"DROP DATABASE {name}")


@pytest.fixture
def start_on_own_database(own_database):
    """Return a function that starts a module in a process, on a database of its own."""

    def start(module, *arguments):
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=settings.BASE_DIR,
            env=os.environ | {
                "DATABASE_URL": own_database,
                "SECRET_KEY": "only for this test",
                "DJANGO_SETTINGS_MODULE": "config.settings",
            },
            stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip

    return start


@pytest.fixture
def department_a(db):
    return factories.make_department("DEP-A")


@pytest.fixture
def aiko(department_a):
    """Staff of department A."""
    return factories.make_person("aiko", role="staff", departments=[department_a])


@pytest.fixture
def ben(db):
    """A viewer."""
    return factories.make_person("ben")


@pytest.fixture
def chie(db):
    """A strategy admin."""
    return factories.make_person("chie", role="admin")


@pytest.fixture
def dai(db):
    """A manager."""
    return factories.make_person("dai", role="manager")


@pytest.fixture
def eri(db):
    """Another strategy admin."""
    return factories.make_person("eri", role="admin", name="Eri")


@pytest.fixture
def strategy(db):
    return factories.make_strategy()


@pytest.fixture
def draft(strategy, chie):
    """The draft that follows the strategy's only revision."""
    return strategy_services.create_draft(strategy=strategy, by=chie, name_en="Second")
