"""Triggers that hold what no code may undo, on SQLite and on PostgreSQL.

- ledger, evidence, changes and histories are append-only; a ledger row may be closed
  once and confirmed once;
- the periods of one cell of the ledger never overlap;
- a published revision and its wordings never change.

They are put back after every migration (``apps.py``): SQLite rebuilds a table to alter
it and loses its triggers on the way. Each refusal reaches Django as IntegrityError.
"""

from django.apps import apps
from django.db import connections, transaction

PREFIX = "guard_"

_LEDGER = "strategy_app_alignment"
_HISTORY = "strategy_app_historical"
_APPEND_ONLY = [
    "strategy_app_change", "strategy_app_evidence", "strategy_app_return",
    "strategy_app_deferral", "strategy_app_dismissal",
]  # fmt: skip
_FIXED = [
    "id", "programme_id", "element_id", "level", "rationale", "wording_id",
    "valid_from", "opened_in_id", "continues_id",
]  # fmt: skip


def install_after_migrate(sender, using, **_kwargs):
    """Receive Django's post_migrate and (re)install every trigger."""
    install(connections[using])


def install(connection):
    """Create every trigger whose table exists, replacing those that are there.

    In one transaction, so that a running site is never without them.
    """
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        remove(connection)
        tables = set(connection.introspection.table_names(cursor))
        for table, name, event, condition, message in _guards():
            if table in tables:
                for sql in _create(connection.vendor, table, name, event, condition,
                                   message):  # fmt: skip
                    cursor.execute(sql)


def remove(connection):
    """Drop every trigger of ours; only tests that empty tables have a use for it."""
    with connection.cursor() as cursor:
        for name, table in _installed(connection.vendor, cursor):
            on = "" if connection.vendor == "sqlite" else f" ON {table}"
            cursor.execute(f"DROP TRIGGER {name}{on}")


def missing(connection):
    """Return the names of the triggers that ought to be there and are not."""
    with connection.cursor() as cursor:
        installed = {name for name, _table in _installed(connection.vendor, cursor)}
    return {_full_name(name) for _table, name, *_rest in _guards()} - installed


def _installed(vendor, cursor):
    """Return (name, table) of every trigger of ours."""
    if vendor == "sqlite":
        cursor.execute(
            "SELECT name, tbl_name FROM sqlite_master"
            f" WHERE type = 'trigger' AND name LIKE '{PREFIX}%'"
        )
    else:
        cursor.execute(
            "SELECT tgname, relname FROM pg_trigger"
            " JOIN pg_class ON pg_class.oid = tgrelid"
            f" WHERE NOT tgisinternal AND tgname LIKE '{PREFIX}%%'", []
        )  # fmt: skip
    return cursor.fetchall()


def _full_name(name):
    return PREFIX + name.replace("strategy_app_", "")


def _guards():
    """Yield (table, name, event, when it refuses, message).

    Conditions are written in SQL that both databases read, with {is_not} for their
    null-safe inequality.
    """
    yield from _append_only_guards()
    yield from _ledger_guards()
    yield from _published_guards()


def _append_only_guards():
    tables = [model._meta.db_table for model in apps.get_app_config("strategy_app")
              .get_models()]  # fmt: skip
    histories = [table for table in tables if table.startswith(_HISTORY)]
    for table in [*_APPEND_ONLY, *histories]:
        for event in ("UPDATE", "DELETE"):
            yield table, f"{table}_{event.lower()}", event, "TRUE", "append-only"


def _ledger_guards():
    yield _LEDGER, "ledger_delete", "DELETE", "TRUE", "append-only"
    fixed = " OR ".join(f"NEW.{column} {{is_not}} OLD.{column}" for column in _FIXED)
    period_changes = (
        "NEW.valid_until {is_not} OLD.valid_until"
        " OR NEW.closed_in_id {is_not} OLD.closed_in_id"
    )
    yield (
        _LEDGER, "ledger_update", "UPDATE",
        f"{fixed}"
        f" OR (({period_changes})"
        "     AND (OLD.closed_in_id IS NOT NULL OR NEW.closed_in_id IS NULL"
        "          OR NEW.valid_until IS NULL))"
        " OR (NEW.confirmed_in_id {is_not} OLD.confirmed_in_id"
        "     AND (OLD.confirmed_in_id IS NOT NULL OR OLD.closed_in_id IS NOT NULL))",
        "a row may only be closed once and confirmed once",
    )  # fmt: skip
    yield (
        _LEDGER, "ledger_overlap", "INSERT",
        f"EXISTS (SELECT 1 FROM {_LEDGER} AS other"
        " WHERE other.programme_id = NEW.programme_id"
        " AND other.element_id = NEW.element_id"
        " AND (other.valid_until IS NULL OR (other.valid_until > other.valid_from"
        "      AND NEW.valid_from < other.valid_until))"
        " AND (NEW.valid_until IS NULL OR (NEW.valid_until > NEW.valid_from"
        "      AND other.valid_from < NEW.valid_until)))",
        "periods of one cell never overlap",
    )  # fmt: skip


def _published_guards():
    published = (
        "EXISTS (SELECT 1 FROM strategy_app_revision"
        " WHERE id = {row}.revision_id AND published_in_id IS NOT NULL)"
    )
    for event, rows in [
        ("INSERT", ["NEW"]), ("UPDATE", ["OLD", "NEW"]), ("DELETE", ["OLD"]),
    ]:  # fmt: skip
        for noun in ("wording", "origin"):
            yield (
                f"strategy_app_{noun}", f"{noun}_{event.lower()}", event,
                " OR ".join(published.replace("{row}", row) for row in rows),
                f"a published {noun} never changes",
            )  # fmt: skip
    for event in ("UPDATE", "DELETE"):
        yield (
            "strategy_app_revision", f"revision_{event.lower()}", event,
            "OLD.published_in_id IS NOT NULL", "a published revision never changes",
        )  # fmt: skip


def _create(vendor, table, name, event, condition, message):
    """Return the statements that create one trigger."""
    name = _full_name(name)
    message = f"{table}: {message}"
    if vendor == "sqlite":
        condition = condition.replace("{is_not}", "IS NOT")
        return [
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {condition}"
            f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
        ]
    condition = condition.replace("{is_not}", "IS DISTINCT FROM")
    passes = "OLD" if event == "DELETE" else "NEW"
    # Emptying a whole table fires no trigger of its rows.
    truncate = [
        f"CREATE TRIGGER {name}_all BEFORE TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    ] if (event, condition) == ("DELETE", "TRUE") else []  # fmt: skip
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN IF {condition} THEN RAISE EXCEPTION '{message}'"
        " USING ERRCODE = 'integrity_constraint_violation'; END IF;"
        f" RETURN {passes}; END $$",
        f"CREATE TRIGGER {name} BEFORE {event} ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {name}()",
        *truncate,
    ]
