"""Migrations from a released state work forward, and back, with data in the tables."""

from itertools import groupby

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from strategy_app.models import (
    Alignment,
    Change,
    Element,
    ElementType,
    Evidence,
    Programme,
    Revision,
    Strategy,
    Wording,
    guards,
)
from strategy_app.services import ledger
from strategy_app.services import strategy as strategy_services
from tests import factories

COLUMNS = {
    Alignment: ("id", "programme_id", "element_id", "level", "rationale", "valid_from",
                "valid_until", "opened_in_id", "closed_in_id", "confirmed_in_id"),
    Evidence: ("id", "alignment_id", "title", "url", "dated_on"),
    Programme: ("id", "code", "name_en", "department_id", "status"),
    Change: ("id", "at", "by_id", "action", "reason"),
}  # fmt: skip


def stored():
    """Return what the tables hold in the columns that every state has."""
    found = {}
    with connection.cursor() as cursor:
        for model, columns in COLUMNS.items():
            table = model._meta.db_table
            cursor.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY id")  # noqa: S608
            found[table] = cursor.fetchall()
    return found


def test_second_reading_comes_and_goes_with_nothing_lost(transactional_db):
    factories.make_strategy()
    programme = factories.make_programme()
    aiko = factories.make_person("aiko", role="manager")
    dai = factories.make_person("dai", role="manager")
    old = factories.align(programme, "A", 1, by=aiko)
    new = factories.align(programme, "A", 2, by=aiko)
    ledger.confirm(alignment=new, by=dai)
    before = stored()
    assert len(before["strategy_app_alignment"]) == 2
    try:
        call_command("migrate", "strategy_app", "0004", verbosity=0)
        assert stored() == before
    finally:
        call_command("migrate", verbosity=0)
    # On the way the types of elements have become data once more.
    after = stored()
    *changes, made = after["strategy_app_change"]
    assert made[3:] == ("load", "The types of elements are data of their strategy")
    assert after | {"strategy_app_change": changes} == before
    assert Alignment.objects.get(pk=new.pk).judgement == new
    assert Programme.objects.get().text_changed_in is None
    result = ledger.revert(change=new.opened_in, by=aiko)
    assert result.refused[0].problem == "A second person has confirmed it since."
    assert Alignment.objects.open().get().pk == new.pk != old.pk


# --- the types of elements become data ---

OLD = ("strategy_app", "0009_dismissals")
# Of each wording: strategy, revision, element, kind, whether it is alignable.
OLD_WORDINGS = [
    ("STR", "First", "A", "key_point", True),
    ("STR", "First", "A.1", "claim", False),
    ("STR", "Second", "A", "aim", True),
    ("STR", "Second", "A.1", "claim", True),
    ("STR", "Second", "B", "claim", False),
    ("OTH", "First", "A", "goal", True),
]


def made_at(state):
    """Store two strategies, one with a draft, in tables as they were at a state."""
    old = MigrationExecutor(connection).loader.project_state(state).apps
    model = {
        name: old.get_model("strategy_app", name)
        for name in ("Change", "Strategy", "Revision", "Element", "Wording",
                     "HistoricalWording")
    }  # fmt: skip
    change = model["Change"].objects.create(
        at="2026-04-01T00:00Z", action="publish", source="command"
    )
    for (code, name), rows in groupby(OLD_WORDINGS, key=lambda row: row[:2]):
        strategy, _made = model["Strategy"].objects.get_or_create(code=code, name_en=code)
        revision = model["Revision"].objects.create(strategy=strategy, name_en=name)
        for _code, _name, element, kind, is_alignable in rows:
            element, _made = model["Element"].objects.get_or_create(
                strategy=strategy, code=element
            )
            fields = {"position": 1, "is_alignable": is_alignable, "title_en": element.code}
            wording = model["Wording"].objects.create(
                revision=revision, element=element, kind=kind, **fields
            )
            for was, how in ((kind, "+"), ("driver" if element.code == "B" else kind, "~")):
                model["HistoricalWording"].objects.create(
                    id=wording.pk, revision_id=revision.pk, element_id=element.pk,
                    kind=was, change=change, history_date=change.at, history_type=how,
                    **fields,
                )  # fmt: skip
        # Published last, for then nothing of it can be written any more.
        if name == "First":
            revision.in_force_from, revision.published_in = "2026-04-01", change
            revision.save()


def kinds():
    """Return the kind of every wording and of every version of one, as stored."""
    with connection.cursor() as cursor:
        for table in ("wording", "historicalwording"):
            cursor.execute(f"SELECT id, kind FROM strategy_app_{table} ORDER BY 1, 2")  # noqa: S608
            yield cursor.fetchall()


def check_types_are_data():
    assert [
        (row.strategy.code, row.code, row.name_en, row.name_ja, row.is_alignable, row.order)
        for row in ElementType.objects.order_by("-strategy__code", "order")
    ] == [
        ("STR", "aim", "Aim", "目標(めざすもの)", True, 1),
        ("STR", "key_point", "Key point", "重点", True, 2),
        ("STR", "driver", "Driver", "推進要因", False, 3),
        ("STR", "claim", "Statement", "基本認識", False, 4),
        ("OTH", "goal", "Goal", "目標", True, 1),
    ]
    rows = Wording.objects.select_related("revision__strategy", "element", "type")
    assert [
        (row.revision.strategy.code, row.revision.name_en, row.element.code, row.type.code,
         row.is_alignable)
        for row in rows.order_by("pk")
    ] == OLD_WORDINGS  # fmt: skip
    b = rows.get(element__code="B")
    assert [row.type.code for row in b.history.order_by("history_id")] == [
        "claim", "driver",
    ]  # fmt: skip
    change = Change.objects.latest("id")
    assert (change.by, change.action, change.source) == (None, "load", "command")
    assert ElementType.history.filter(change=change, history_type="+").count() == 5


def check_guards_stand():
    assert guards.missing(connection) == set()
    published = Wording.objects.filter(revision__published_in__isnull=False)
    driver = ElementType.objects.get(code="driver")
    for rows in (published, Wording.history.all()):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(type=driver)
    draft = Revision.objects.get(published_in=None)
    wording = draft.wordings.get(element__code="B")
    strategy_services.edit(wording=wording, replaces=None, by=None, type=driver)
    wording.refresh_from_db()
    assert wording.type == driver


def test_types_of_elements_become_data_and_kinds_again(transactional_db):
    try:
        call_command("migrate", *OLD, verbosity=0)
        made_at(OLD)
        before = [*kinds()]
        call_command("migrate", verbosity=0)
        check_types_are_data()
        call_command("migrate", *OLD, verbosity=0)
        assert [*kinds()] == before
        assert guards.missing(connection) <= {
            "guard_historicalelementtype_update", "guard_historicalelementtype_delete",
        }  # fmt: skip
    finally:
        call_command("migrate", verbosity=0)
    check_types_are_data()
    check_guards_stand()
    assert (Strategy.objects.count(), Element.objects.count()) == (2, 4)
