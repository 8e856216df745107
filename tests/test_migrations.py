"""Migrations from a released state work forward, and back, with data in the tables."""

from django.core.management import call_command
from django.db import connection

from strategy_app.models import Alignment, Change, Evidence, Programme
from strategy_app.services import ledger
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
    assert stored() == before
    assert Alignment.objects.get(pk=new.pk).judgement == new
    assert Programme.objects.get().text_changed_in is None
    result = ledger.revert(change=new.opened_in, by=aiko)
    assert result.refused[0].problem == "A second person has confirmed it since."
    assert Alignment.objects.open().get().pk == new.pk != old.pk
