"""Take back a change: what it replaced stands again, and nothing newer is lost."""

import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError

from strategy_app.coverage import frame
from strategy_app.coverage.counts import elements
from strategy_app.coverage.scope import Scope
from strategy_app.models import Alignment, Change, Dismissal
from strategy_app.queries import alignment as alignment_queries
from strategy_app.services import ledger
from strategy_app.services.ledger import Align
from tests import factories
from tests.services.ledger import everything, record, refused


@pytest.fixture(autouse=True)
def clock():
    """Stand on a day; ``clock.move_to`` goes on."""
    with time_machine.travel("2026-04-01T03:00:00+00:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def programme(department_a):
    factories.make_strategy()
    return factories.make_programme(department=department_a)


def state():
    """Return what is in force, by element, with its evidence and confirmation."""
    return {
        row.element.code: (
            row.level, row.rationale, row.wording_id,
            row.confirmed_in and row.confirmed_in.by.username,
            sorted(source.title for source in row.evidence.all()),
        )
        for row in alignment_queries.rows().open()
    }  # fmt: skip


def recorded(judgements, by):
    """Record judgements in one change."""
    return ledger.carry_out(ledger.plan(judgements, by=by))


def changed(row, by, **fields):
    return record(row.programme, by, element=row.element, replaces=row.pk, **fields)


def test_revert_brings_back_what_stood_there_and_reverting_that_restores(
    programme, aiko, dai, clock
):
    first = record(programme, aiko, evidence=[factories.a_source()])
    ledger.confirm(alignment=first, by=dai)
    before = state()
    clock.move_to("2026-04-05T03:00:00+00:00")
    wrong = changed(first, aiko, level=0, rationale="By mistake.").opened_in
    after = state()

    undone = ledger.revert(change=wrong, by=aiko)

    assert state() == before
    assert (undone.change.action, undone.change.reverts, undone.refused) == (
        "revert", wrong, [],
    )  # fmt: skip
    back = alignment_queries.open_row(programme, first.element)
    assert (back.judgement, back.judgement.opened_in.by) == (first, aiko)
    assert ledger.revert(change=undone.change, by=aiko).refused == []
    assert state() == after


@pytest.mark.parametrize("later", ["judged", "answered"])
def test_what_was_set_aside_stays_where_something_newer_stands(programme, aiko, later):
    cell = {"programme": programme, "element": factories.get_element("A")}
    aside = ledger.dismiss(**cell, by=aiko).dismissed_in
    if later == "judged":
        record(programme, aiko)
    else:
        ledger.dismiss(**cell, by=aiko)
    before, rows = everything(), Dismissal.objects.count()
    result = ledger.revert(change=aside, by=aiko)
    assert result.change is None
    assert [step.problem for step in result.refused] == ["Something newer stands here."]
    assert (everything(), Dismissal.objects.count()) == (before, rows)


def test_whoever_may_not_record_there_takes_nothing_of_it_back(programme, aiko, ben):
    cell = {"programme": programme, "element": factories.get_element("A")}
    aside = ledger.dismiss(**cell, by=aiko).dismissed_in
    result = ledger.revert(change=aside, by=ben)
    assert (result.change, len(result.refused)) == (None, 1)
    assert not Dismissal.objects.filter(waits_again=True).exists()


def test_a_batch_is_taken_back_in_one_change(programme, aiko):
    kept = record(programme, aiko, code="B")
    element_of = {code: factories.get_element(code) for code in ("A", "A.1", "B")}
    batch = recorded(
        [
            Align(programme, element_of["A"], 1, "Wrong."),
            Align(programme, element_of["A.1"], 1, "Wrong."),
            Align(programme, element_of["B"], 0, "Wrong.", replaces=kept.pk),
        ],
        by=aiko,
    )
    result = ledger.revert(change=batch, by=aiko)
    assert len(result.restored) == 3
    assert list(state()) == ["B"]
    assert state()["B"][:2] == (1, "It says so.")
    assert Alignment.objects.count() == 5


def test_a_withdrawal_and_a_confirmation_are_taken_back(programme, aiko, dai):
    row = record(programme, aiko)
    gone = ledger.withdraw(
        programme=programme, element=row.element, replaces=row.pk, by=aiko
    ).closed_in
    ledger.revert(change=gone, by=aiko)
    back = alignment_queries.open_row(programme, row.element)
    assert back.rationale == row.rationale
    confirmation = ledger.confirm(alignment=back, by=dai).confirmed_in
    ledger.revert(change=confirmation, by=dai)
    assert state()["A"][3] is None
    again = ledger.revert(change=Change.objects.latest("id"), by=dai)
    assert state()["A"][3] == "dai", again


def test_where_something_newer_stands_it_stays(programme, aiko, dai):
    element_of = {code: factories.get_element(code) for code in ("A", "A.1", "A.2")}
    batch = recorded(
        [Align(programme, element, 1, "Wrong.") for element in element_of.values()],
        by=aiko,
    )
    rows = {row.element.code: row for row in Alignment.objects.open()}
    newer = changed(rows["A"], dai, rationale="Newer.")
    ledger.confirm(alignment=rows["A.1"], by=dai)

    result = ledger.revert(change=batch, by=aiko)

    assert [(step.asked.element.code, step.current) for step in result.refused] == [
        ("A", newer), ("A.1", rows["A.1"]),
    ]  # fmt: skip
    assert all(step.problem for step in result.refused)
    assert set(state()) == {"A", "A.1"}
    assert ledger.revert(change=batch, by=aiko).change is None


def test_what_is_not_theirs_stays(programme, aiko, ben, dai):
    batch = record(programme, aiko).opened_in
    before = state()
    result = ledger.revert(change=batch, by=ben)
    assert (result.change, len(result.refused), state()) == (None, 1, before)
    assert Change.objects.latest("id") == batch


def test_history_and_other_changes_are_not_taken_back(programme, aiko, chie):
    factories.load_history(programme, "A", 1, "2020-01-01", "2021-01-01")
    loaded = Change.objects.latest("id")
    refused(ValidationError, ledger.revert, change=loaded, by=chie)


def test_what_is_brought_back_is_as_old_as_it_was(programme, aiko, dai, clock):
    row = record(programme, aiko, evidence=[factories.a_source()])
    ledger.confirm(alignment=row, by=dai)
    clock.move_to("2027-12-01T03:00:00+00:00")
    day = datetime.date(2027, 12, 1)
    wrong = changed(row, aiko, level=0, rationale="By mistake.").opened_in
    ledger.revert(change=wrong, by=aiko)

    def support(layer):
        coverage = elements(frame.current(), Scope("STR", day, layer=layer))
        return int(coverage.supported[coverage.tree.row_of["A"]])

    assert (support("confirmed"), support("fresh")) == (1, 0)
