"""What all tests share: the day, the databases, fresh columns, the people."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from strategy_app.coverage import frame
from strategy_app.services import strategy as strategy_services
from tests import factories, lengths
from tests.databases import MADE_OF, Databases

if os.environ.get("TODAY"):
    from tests.clock import sitecustomize

TABLES = {"db", "transactional_db", "own_database"}
# Folders that are about what people see, whatever the database.
ONCE = {"e2e", "languages"}


def pytest_report_header():
    return f"random runs: {lengths.figures()}"


def pytest_collection_modifyitems(config, items):
    """On PostgreSQL, leave out browsers, languages, and what needs no tables."""
    if connection.vendor != "postgresql":
        return
    folder = Path(__file__).parent
    here, elsewhere = [], []
    for item in items:
        is_once = item.path.relative_to(folder).parts[0] in ONCE
        needs_tables = TABLES & set(item.fixturenames)
        (here if needs_tables and not is_once else elsewhere).append(item)
    config.hook.pytest_deselected(items=elsewhere)
    items[:] = here


def pytest_configure(config):
    """Let what tests start live on the same day; workers of xdist come here themselves."""
    if os.environ.get("TODAY") and config.option.dist == "no":
        folder = str(Path(sitecustomize.__file__).parent)
        others = os.environ.get("PYTHONPATH")
        os.environ["PYTHONPATH"] = f"{folder}{os.pathsep}{others}" if others else folder


@pytest.fixture(scope="session")
def databases(django_test_environment, django_db_blocker, tmp_path_factory, testrun_uid):
    """Return where the databases come from, which are made once and then copied."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with django_db_blocker.unblock():
        made = Databases(folder, testrun_uid[:8])
    yield made
    with django_db_blocker.unblock():
        made.close()


@pytest.fixture
def real_data(db):
    """Let the test begin with the strategies and programmes of the demo, and no people."""


@pytest.fixture
def demo(db):
    """Let the test begin with all that `make run` loads."""


def _begins_with(request):
    """Return the template that has all that a test asks for."""
    asked = {"empty", *request.fixturenames}
    return [name for name in MADE_OF if name in asked][-1]


@pytest.fixture
def db(request, databases, django_db_blocker):
    """Open the database, and undo at the end what the test has written there."""
    if "transactional_db" in request.fixturenames:
        request.getfixturevalue("transactional_db")
        yield
        return
    with django_db_blocker.unblock(), databases.undone(_begins_with(request)):
        yield


@pytest.fixture
def transactional_db(request, databases, django_db_blocker):
    """Open a database of this test alone, where what is written is committed."""
    with django_db_blocker.unblock(), databases.committed(_begins_with(request)):
        yield


@pytest.fixture(autouse=True)
def fresh_frame():
    """Forget the columns: after a test's rollback the same change id means other data."""
    frame.forget()
    yield
    frame.forget()


@pytest.fixture
def own_database(databases, django_db_blocker):
    """Return the address of an empty database that processes of this test work on."""
    with django_db_blocker.unblock(), databases.copy("empty") as name:
        if connection.vendor == "sqlite":
            yield f"sqlite:///{name}"
            return
        mine = connection.settings_dict
        # A socket's folder stands where the path does, as in tests/with_postgres.py.
        host = f"/{mine['HOST']}" if mine["HOST"].startswith("/") else mine["HOST"]
        login = mine["USER"] + (f":{mine['PASSWORD']}" if mine["PASSWORD"] else "")
        yield f"postgres://{login}@{host}{mine['PORT'] and ':' + str(mine['PORT'])}/{name}"


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
