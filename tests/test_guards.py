"""What the database itself refuses, tried by SQL past all our code; and its twin.

Each statement is refused with IntegrityError and changes nothing. With the guards removed
the same statement goes through, so it is the guards that refused it.
"""

# The SQL is the point here, and no value in it comes from outside.
# ruff: noqa: S608

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from strategy_app.models import (
    Alignment,
    Change,
    Evidence,
    LevelDefinition,
    Revision,
    Thresholds,
    Wording,
    guards,
)
from strategy_app.services import ledger, people, reference, saved_view
from strategy_app.services import strategy as strategy_services
from tests import factories

LEDGER, HISTORY = "strategy_app_alignment", "strategy_app_historical"
TABLES = [
    model._meta.db_table for model in apps.get_app_config("strategy_app").get_models()
]
HISTORIES = [table for table in TABLES if table.startswith(HISTORY)]


def build():
    """Make one row of everything; return the ids that the statements name."""
    department = factories.make_department()
    dai = factories.make_person("dai", role="manager", departments=[department])
    eri = factories.make_person("eri", role="manager")
    strategy = factories.make_strategy(elements=("A", "B", "C", "D"))
    programme = factories.make_programme(department=department)
    reference.save(LevelDefinition(level=2, name_en="P", use_when_en="W"), by=None)
    factories.make_target(factories.get_element("A"))
    factories.make_budget(programme, 2026, 1)
    people.create_token(user=dai, name="Notebook", by=dai)
    factories.make_correspondence("A", "B", others_strategy="STR")
    reference.save(Thresholds(), by=None)
    saved_view.save_view(owner=dai, name="Mine", page="gaps", query="", is_shared=False)
    factories.load_history(programme, "A", 1, "2020-04-01", "2021-04-01")
    closed = Alignment.objects.get()
    row = factories.align(programme, "B", by=dai)
    confirmed = factories.align(programme, "C", by=dai)
    ledger.confirm(alignment=confirmed, by=eri)
    draft = strategy_services.create_draft(strategy=strategy, by=None, name_en="Second")
    published = Revision.objects.get(strategy=strategy, published_in__isnull=False)
    taken_out = Wording.objects.get(revision=draft, element__code="D")
    strategy_services.delete_wording(wording=taken_out, by=None)
    strategy_services.set_origins(
        wording=draft.wordings.get(element__code="A"), kind="split",
        origins=[factories.get_element("D")], by=dai,
    )  # fmt: skip
    return {
        "open": row.pk,
        "confirmed": confirmed.pk,
        "closed": closed.pk,
        "change": Change.objects.latest("id").pk,
        "programme": programme.pk,
        "A": factories.get_element("A").pk,
        "D": factories.get_element("D").pk,
        "free": strategy_services.save_element(strategy=strategy, code="E", by=None).pk,
        "published": published.pk,
        "draft": draft.pk,
        "wording": published.wordings.get(element__code="A").pk,
        "drafted": draft.wordings.get(element__code="A").pk,
        "type": published.wordings.get(element__code="A").type_id,
    }


@pytest.fixture
def ids(db):
    return build()


def insert_row(valid_from, valid_until, closed="{change}"):
    """Return the SQL of one more row in the cell of the closed one (2020-04 to 2021-04)."""
    return (
        f"INSERT INTO {LEDGER} (programme_id, element_id, level, rationale, wording_id,"
        " valid_from, valid_until, opened_in_id, closed_in_id) VALUES ({programme}, {A}, 0,"
        f" 'x', {{wording}}, {valid_from}, {valid_until}, {{change}}, {closed})"
    )


_WORDING = (
    "INSERT INTO strategy_app_wording (revision_id, element_id, position, type_id,"
    " is_alignable, title_en, title_ja, body_en, body_ja, source, modification, behind,"
    " decision_reason)"
    " VALUES ({published}, {free}, 9, {type}, TRUE, 'x', '', '', '', '', 'new', '', '')"
)
_CLOSE = f"UPDATE {LEDGER} SET valid_until = '2199-01-01', closed_in_id = {{change}}"
_CONFIRM = f"UPDATE {LEDGER} SET confirmed_in_id = {{change}}"

REFUSED = {
    "delete a row": (LEDGER, f"DELETE FROM {LEDGER} WHERE id = {{open}}"),
    "delete a closed row": (LEDGER, f"DELETE FROM {LEDGER} WHERE id = {{closed}}"),
    **{
        f"set {column}": (
            LEDGER, f"UPDATE {LEDGER} SET {column} = {value} WHERE id = {{open}}"
        )
        for column, value in [
            ("id", "999999"), ("programme_id", "999999"), ("element_id", "{D}"),
            ("level", "2"), ("rationale", "'x'"), ("wording_id", "{drafted}"),
            ("valid_from", "'1999-01-01'"), ("opened_in_id", "{change}"),
        ]
    },
    "close and alter": (LEDGER, f"{_CLOSE}, level = 2 WHERE id = {{open}}"),
    "close again": (LEDGER, f"{_CLOSE} WHERE id = {{closed}}"),
    "move the end": (
        LEDGER, f"UPDATE {LEDGER} SET valid_until = '2021-03-01' WHERE id = {{closed}}"
    ),
    "blame another change for the end": (
        LEDGER, f"UPDATE {LEDGER} SET closed_in_id = {{change}} WHERE id = {{closed}}"
    ),
    "reopen": (
        LEDGER,
        f"UPDATE {LEDGER} SET valid_until = NULL, closed_in_id = NULL"
        " WHERE id = {closed}",
    ),
    "confirm again": (LEDGER, f"{_CONFIRM} WHERE id = {{confirmed}}"),
    "take a confirmation back": (
        LEDGER, f"UPDATE {LEDGER} SET confirmed_in_id = NULL WHERE id = {{confirmed}}"
    ),
    "confirm what is closed": (LEDGER, f"{_CONFIRM} WHERE id = {{closed}}"),
    "overlap a period": (LEDGER, insert_row("'2021-03-31'", "'2021-05-01'")),
    "span a period": (LEDGER, insert_row("'2019-01-01'", "'2022-05-01'")),
    "open a row before a period": (LEDGER, insert_row("'2019-01-01'", "NULL", "NULL")),
    "open a row within a period": (LEDGER, insert_row("'2020-06-01'", "NULL", "NULL")),
    "alter evidence": (
        "strategy_app_evidence", "UPDATE strategy_app_evidence SET title = 'x'"
    ),
    "delete evidence": ("strategy_app_evidence", "DELETE FROM strategy_app_evidence"),
    "alter a change": (
        "strategy_app_change",
        "UPDATE strategy_app_change SET reason = 'x' WHERE id = {change}",
    ),
    "delete a change": (
        "strategy_app_change", "DELETE FROM strategy_app_change WHERE id = {change}"
    ),
    **{
        f"alter {table}": (table, f"UPDATE {table} SET {{pk}} = {{pk}} + 100000")
        for table in HISTORIES
    },
    **{f"delete {table}": (table, f"DELETE FROM {table}") for table in HISTORIES},
    "edit a published wording": (
        "strategy_app_wording",
        "UPDATE strategy_app_wording SET body_en = 'x' WHERE id = {wording}",
    ),
    "delete a published wording": (
        "strategy_app_wording", "DELETE FROM strategy_app_wording WHERE id = {wording}"
    ),
    "add a wording to a published revision": ("strategy_app_wording", _WORDING),
    "move a drafted wording into a published revision": (
        "strategy_app_wording",
        "UPDATE strategy_app_wording SET revision_id = {published}, element_id = {free}"
        " WHERE id = {drafted}",
    ),
    "move a published wording into a draft": (
        "strategy_app_wording",
        "UPDATE strategy_app_wording SET revision_id = {draft}, element_id = {free}"
        " WHERE id = {wording}",
    ),
    "edit a published revision": (
        "strategy_app_revision",
        "UPDATE strategy_app_revision SET name_en = 'x' WHERE id = {published}",
    ),
    "move a published revision": (
        "strategy_app_revision",
        "UPDATE strategy_app_revision SET in_force_from = '1999-01-01'"
        " WHERE id = {published}",
    ),
    "take a publication back": (
        "strategy_app_revision",
        "UPDATE strategy_app_revision SET published_in_id = NULL, strategy_id = 999999"
        " WHERE id = {published}",
    ),
    "delete a published revision": (
        "strategy_app_revision", "DELETE FROM strategy_app_revision WHERE id = {published}"
    ),
}  # fmt: skip


def rows(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        return sorted(cursor.fetchall(), key=str)


def execute(table, sql, ids):
    model = next(m for m in apps.get_models() if m._meta.db_table == table)
    with connection.cursor() as cursor:
        cursor.execute(sql.format(pk=model._meta.pk.column, **ids))


@pytest.mark.parametrize("table", HISTORIES)
def test_every_history_has_a_row_to_be_guarded(ids, table):
    assert rows(table) != []


@pytest.mark.parametrize(("table", "sql"), REFUSED.values(), ids=REFUSED)
def test_the_database_refuses(ids, table, sql):
    before = rows(table)
    with pytest.raises(IntegrityError), transaction.atomic():
        execute(table, sql, ids)
    assert rows(table) == before


@pytest.mark.parametrize(("table", "sql"), REFUSED.values(), ids=REFUSED)
def test_without_the_guards_the_same_statement_goes_through(ids, table, sql):
    before = rows(table)
    connection.check_constraints()
    with transaction.atomic():
        guards.remove(connection)
        execute(table, sql, ids)
        assert rows(table) != before
        transaction.set_rollback(True)
    assert rows(table) == before


def test_a_second_open_row_is_refused_even_without_the_guards(ids):
    sql = insert_row("'2026-01-01'", "NULL", "NULL").replace("{A}", "{D}")
    execute(LEDGER, sql, ids)
    before = rows(LEDGER)
    with pytest.raises(IntegrityError), transaction.atomic():
        execute(LEDGER, sql, ids)
    connection.check_constraints()
    with pytest.raises(IntegrityError), transaction.atomic():
        guards.remove(connection)
        execute(LEDGER, sql, ids)
    assert rows(LEDGER) == before


@pytest.mark.parametrize(
    ("column", "value"),
    [("level", "3"), ("level", "-1"), ("rationale", "''"), ("valid_until", "'2019-01-01'")],
)
def test_a_row_that_makes_no_sense_is_refused(ids, column, value):
    fields = {"level": "0", "rationale": "'x'", "valid_until": "'2019-06-01'"}
    fields[column] = value
    before = rows(LEDGER)
    with pytest.raises(IntegrityError), transaction.atomic():
        execute(
            LEDGER,
            f"INSERT INTO {LEDGER} (programme_id, element_id, level, rationale, wording_id,"
            " valid_from, valid_until, opened_in_id, closed_in_id)"
            f" VALUES ({{programme}}, {{D}}, {fields['level']}, {fields['rationale']},"
            " {wording}, '2019-05-01',"
            f" {fields['valid_until']}, {{change}}, {{change}})",
            ids,
        )
    assert rows(LEDGER) == before


def test_a_row_may_be_confirmed_once_and_closed_once(ids):
    execute(LEDGER, f"{_CONFIRM} WHERE id = {{open}}", ids)
    execute(LEDGER, f"{_CLOSE} WHERE id = {{open}}", ids)
    row = Alignment.objects.get(pk=ids["open"])
    assert (row.confirmed_in_id, row.closed_in_id) == (ids["change"], ids["change"])
    before = rows(LEDGER)
    for statement in (_CONFIRM, _CLOSE):
        with pytest.raises(IntegrityError), transaction.atomic():
            execute(LEDGER, f"{statement}, level = 2 WHERE id = {{open}}", ids)
    assert rows(LEDGER) == before


def test_drafts_can_be_edited_and_deleted_and_empty_periods_inserted(ids):
    execute(LEDGER, insert_row("'2020-06-01'", "'2020-06-01'"), ids)
    execute("strategy_app_wording", _WORDING.replace("{published}", "{draft}"), ids)
    sql = "UPDATE strategy_app_wording SET body_en = 'x' WHERE id = {drafted}"
    execute("strategy_app_wording", sql, ids)
    for table in ("strategy_app_wording", "strategy_app_origin"):
        execute(table, f"DELETE FROM {table} WHERE revision_id = {{draft}}", ids)
    execute("strategy_app_revision", "DELETE FROM strategy_app_revision WHERE id = {draft}",
            ids)  # fmt: skip
    assert Alignment.objects.filter(element_id=ids["A"]).count() == 2
    assert not Wording.objects.filter(revision_id=ids["draft"]).exists()
    assert Revision.objects.count() == 1


@pytest.mark.parametrize(
    "table", [LEDGER, "strategy_app_evidence", "strategy_app_change", *HISTORIES]
)
def test_whole_tables_are_not_emptied_or_replaced(ids, table):
    """Two ways past a row's DELETE: TRUNCATE, and SQLite's INSERT OR REPLACE."""
    before = rows(table)
    sql = (
        f"TRUNCATE {table} CASCADE"
        if connection.vendor == "postgresql"
        else f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
    )
    connection.check_constraints()
    with pytest.raises(IntegrityError), transaction.atomic():
        execute(table, sql, ids)
    assert rows(table) == before


@pytest.mark.parametrize("model", [Alignment, Evidence, Change, Wording, Revision])
def test_querysets_are_refused_as_well(ids, model):
    before = rows(model._meta.db_table)
    for queryset in (model.objects.all(), model.objects.order_by()):
        with pytest.raises(IntegrityError), transaction.atomic():
            queryset._raw_delete(queryset.db)
    assert rows(model._meta.db_table) == before


def triggers():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            if connection.vendor == "sqlite"
            else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        )
        return sorted(name for (name,) in cursor.fetchall())


def test_installing_twice_leaves_each_guard_once(db):
    before = triggers()
    assert len(before) >= 2 * (len(HISTORIES) + 2) + 3 + 3 + 2
    guards.install(connection)
    assert triggers() == before
    guards.remove(connection)
    assert triggers() == []
    guards.install(connection)
    assert triggers() == before


def test_guards_are_there_after_migrating_back_and_forth(transactional_db):
    before = triggers()
    call_command("migrate", "strategy_app", "zero", verbosity=0)
    assert triggers() == []
    call_command("migrate", verbosity=0)
    assert triggers() == before
    table, sql = REFUSED["delete a row"]
    with pytest.raises(IntegrityError), transaction.atomic():
        execute(table, sql, build())


def test_guards_are_there_after_a_table_was_rebuilt(transactional_db):
    before = triggers()
    with connection.schema_editor() as editor:
        column = Alignment._meta.get_field("rationale")
        altered = type(column)(null=True)
        altered.set_attributes_from_name("rationale")
        altered.model = Alignment
        editor.alter_field(Alignment, column, altered)
        editor.alter_field(Alignment, altered, column)
    if connection.vendor == "sqlite":
        assert len(triggers()) < len(before)  # the rebuild did lose some
    call_command("migrate", verbosity=0)
    assert triggers() == before
