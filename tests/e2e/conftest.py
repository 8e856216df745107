"""A real browser on the site with its demo data."""

import os
import threading

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test import Client
from django.test.testcases import LiveServerThread
from playwright.sync_api import expect

from strategy_app.importers import fixtures
from strategy_app.models import User
from tests.factories import PASSWORD

# The browser's driver runs an event loop in the thread that also asks the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
# Beside busy cores what people would see at once comes late; how late is no test's matter.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser_type_launch_args():
    """Start the Chromium named in the environment; a missing one is a failure."""
    return {
        "executable_path": os.environ.get("CHROMIUM", "/usr/bin/chromium"),
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
        # Fields for dates take their digits in the order of the browser's language.
        "env": {**os.environ, "LANGUAGE": "en", "LC_ALL": "C.UTF-8"},
    }


class Site(StaticFilesHandler):
    """The site, which knows whether it is answering somebody."""

    changed, answering = threading.Condition(), 0

    def __call__(self, environ, start_response):
        self._count(1)
        try:
            return super().__call__(environ, start_response)
        finally:
            self._count(-1)

    @classmethod
    def _count(cls, number):
        with cls.changed:
            cls.answering += number
            cls.changed.notify_all()

    @classmethod
    def rest(cls):
        """Wait until everybody is answered.

        Else what a test asked last, and did not wait for, is read from the next one's data.
        """
        with cls.changed:
            assert cls.changed.wait_for(lambda: not cls.answering, timeout=60)


@pytest.fixture(scope="session")
def server(databases):
    """Serve whatever database a test is on; return the address."""
    thread = LiveServerThread("localhost", static_handler=Site)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield f"http://{thread.host}:{thread.port}"
    thread.terminate()


@pytest.fixture
def site(demo, transactional_db, server):
    """Serve the demo data; return the address."""
    yield server
    Site.rest()


@pytest.fixture
def empty_site(transactional_db, server):
    """Serve a site with people and nothing else; return the address."""
    fixtures.load_people(PASSWORD)
    yield server
    Site.rest()


@pytest.fixture
def open_page(new_context):
    """Return a function that opens a page in a browser of its own.

    ``username`` is signed in beforehand. ``language`` is the browser's: "en" or "ja".
    """

    def open_(address, username=None, *, language="en", **options):
        context = new_context(
            base_url=address,
            locale={"en": "en-GB", "ja": "ja-JP"}[language],
            viewport={"width": 1440, "height": 900},
            # Nothing fades in: what is measured stands still.
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(PATIENCE)
        if username:
            context.add_cookies([_session_of(username, address)])
        return context.new_page()

    return open_


def _session_of(username, address):
    client = Client()
    client.force_login(
        User.objects.get(username=username), backend=settings.AUTHENTICATION_BACKENDS[0]
    )
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": address}
