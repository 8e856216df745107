"""Health checks: what they answer, and that they ask for nothing that may be missing."""

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from strategy_app.models import guards


@pytest.fixture
def no_database():
    """Let every query fail, as it does when the server of the database is gone."""

    def refuse(*_args):
        raise OperationalError("could not connect to server: s3cret@db.internal")

    with connection.execute_wrapper(refuse):
        yield


def test_healthz_is_alive(client):
    response = client.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "alive"})


def test_healthz_needs_no_database(db, client, no_database):
    response = client.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "alive"})


def test_readyz_is_ready(db, client):
    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (200, {"status": "ready"})


def test_readyz_without_database(db, client, no_database):
    response = client.get("/readyz")

    assert response.status_code == 503
    # No details: not which server, not which account.
    assert response.json() == {"status": "unavailable", "reason": "database"}


def test_readyz_with_a_migration_to_apply(db, client):
    MigrationRecorder(connection).record_unapplied("strategy_app", "0001_initial")

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "reason": "migrations"}


def test_readyz_without_the_guards(db, client):
    guards.remove(connection)

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "reason": "guards"}


def test_readyz_with_one_guard_missing(db, client):
    on = "" if connection.vendor == "sqlite" else " ON strategy_app_alignment"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER guard_ledger_delete{on}")

    assert guards.missing(connection) == {"guard_ledger_delete"}
    assert client.get("/readyz").json()["reason"] == "guards"


def test_readyz_costs_a_few_small_queries(db, client, django_assert_max_num_queries):
    client.get("/readyz")

    with django_assert_max_num_queries(3):
        response = client.get("/readyz")

    assert response.json() == {"status": "ready"}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probe_by_address_without_https_or_session(db, settings, path):
    """A load balancer knows neither our name nor HTTPS, and has no session."""
    settings.ALLOWED_HOSTS = ["tracker.example.org"]
    settings.SECURE_SSL_REDIRECT = True
    client = Client(headers={"host": "10.0.0.7:8000"})
    # A session that would have to be looked up.
    client.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32

    response = client.get(path)

    assert response.json()["status"] in {"alive", "ready"}
    assert response.cookies == {}
    # Anything else is refused under that name.
    assert client.get("/accounts/login/").status_code == 400


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probe_takes_only_reading(db, client, path):
    response = client.post(path)

    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probe_is_never_cached(db, client, path):
    assert "no-store" in client.get(path).headers["Cache-Control"]
