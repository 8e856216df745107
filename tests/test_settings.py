"""Settings as deployments have them: environment in, safe behaviour out."""

import json
import re

import pytest
from django.conf import settings
from django.db import connection

from tests import production


def test_check_deploy_has_nothing_to_say(tmp_path):
    done = production.run(tmp_path, "manage.py", "check", "--deploy")

    assert done.stdout == "System check identified no issues (0 silenced).\n"
    assert done.stderr == ""
    assert done.returncode == 0


def test_without_a_secret_key_nothing_starts(tmp_path):
    done = production.run(
        tmp_path,
        "manage.py",
        "check",
        SECRET_KEY="",
        DJANGO_SETTINGS_MODULE="config.settings",
    )

    assert done.returncode == 1
    assert "Set SECRET_KEY in the environment or in .env" in done.stderr


def test_sqlite_keeps_what_it_has_acknowledged(tmp_path):
    pragmas = production.run_code(
        tmp_path,
        """
        import json
        from django.db import connection
        with connection.cursor() as cursor:
            values = {}
            for name in ["journal_mode", "synchronous", "foreign_keys", "busy_timeout"]:
                cursor.execute(f"PRAGMA {name}")
                values[name] = cursor.fetchone()[0]
        print(json.dumps(values | {"mode": connection.transaction_mode}))
        """,
    )

    assert json.loads(pragmas) == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "busy_timeout": 30_000,
        "mode": "IMMEDIATE",
    }


def test_postgres_connections_are_checked_and_bounded(tmp_path):
    database = production.run_code(
        tmp_path,
        """
        import json
        from django.conf import settings
        print(json.dumps(settings.DATABASES["default"]))
        """,
        DATABASE_URL="postgres://tracker:secret@db:5432/tracker",
    )

    database = json.loads(database)
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert (database["CONN_HEALTH_CHECKS"], database["CONN_MAX_AGE"]) == (True, 60)
    assert database["OPTIONS"] == {
        "connect_timeout": 3,
        "options": "-c lock_timeout=10000 -c statement_timeout=60000",
    }


def test_postgres_options_of_the_address_are_kept(tmp_path):
    options = production.run_code(
        tmp_path,
        """
        from django.conf import settings
        print(settings.DATABASES["default"]["OPTIONS"]["sslmode"])
        print(settings.DATABASES["default"]["OPTIONS"]["connect_timeout"])
        """,
        DATABASE_URL="postgres://tracker:secret@db/tracker?sslmode=verify-full",
    )

    assert options.split() == ["verify-full", "3"]


@pytest.mark.parametrize(
    ("server", "form_action"),
    [
        ("", ["'self'"]),
        ("https://id.example.org/realms/a", ["'self'", "https://id.example.org"]),
    ],
)
def test_forms_may_lead_to_the_identity_provider(tmp_path, server, form_action):
    printed = production.run_code(
        tmp_path,
        """
        import json
        from django.conf import settings
        policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
        print(json.dumps(policy["form-action"]))
        """,
        OIDC_SERVER_URL=server,
        OIDC_CLIENT_ID="tracker",
    )

    assert json.loads(printed) == form_action


def test_tests_run_with_the_databases_own_options(db):
    """What holds the ledger together in production holds in these tests too."""
    if connection.vendor == "sqlite":
        assert connection.transaction_mode == "IMMEDIATE"
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA foreign_keys")
            assert cursor.fetchone() == (1,)
    else:
        assert settings.DATABASES["default"]["CONN_HEALTH_CHECKS"] is True
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            assert cursor.fetchone() == ("10s",)


# Set when an image is built, and by docker-compose.yml alone.
BUILD, COMPOSE = {"REQUIRE_SECRET_KEY"}, {"POSTGRES_PASSWORD"}


def named(pattern, *files):
    """Return the names that a pattern finds in files of the repository."""
    texts = [(settings.BASE_DIR / name).read_text(encoding="utf-8") for name in files]
    return set(re.findall(pattern, "\n".join(texts), re.MULTILINE))


def test_every_setting_is_listed_for_who_deploys():
    read = named(
        r"""\b(?:env(?:\.\w+)?|environ\.get)\(\s*["']([A-Z_]+)""",
        "config/settings.py", "config/gunicorn.py",
    )  # fmt: skip
    (table,) = named(r"(?s)^## Settings$(.*?)^## ", "README.md")
    rows = re.findall(r"^\|(.*?)\|", table, re.MULTILINE)
    assert set(re.findall(r"`([A-Z_]+)`", " ".join(rows))) == read - BUILD
    assert named(r"^#?([A-Z_]+)=", ".env.example") == (read - BUILD) | COMPOSE
