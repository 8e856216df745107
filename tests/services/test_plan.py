"""Any number of cells: what is planned is done, all in one change or none of it."""

import datetime

import pytest

from strategy_app.models import Alignment, Change, Evidence
from strategy_app.models.dates import today
from strategy_app.services import ledger
from strategy_app.services.ledger import (
    AddSource,
    Align,
    Confirm,
    Load,
    Refused,
    Unread,
    Withdraw,
)
from tests import factories
from tests.services.ledger import record, refused


@pytest.fixture
def programme(department_a):
    factories.make_strategy(elements=("A", "A.1", "A.2", "B"), context=("B",))
    return factories.make_programme(department=department_a)


@pytest.fixture
def other(programme):
    return factories.make_programme("PRG-2", department=factories.make_department("DEP-B"))


def judgement(programme, code, level=1, **fields):
    fields = {"rationale": "It says so.", "evidence": [], "replaces": None} | fields
    return Align(programme, factories.get_element(code), level, **fields)


def seen(verb, rows):
    """Return what asks for a verb of rows that were seen."""
    return [verb(row.programme, row.element, row.pk) for row in rows]


def carry_out(rows, by, **more):
    return ledger.carry_out(ledger.plan(rows, by=by), **more)


def test_all_are_recorded_in_one_change(programme, aiko):
    old = record(programme, aiko)
    same = record(programme, aiko, code="A.1")
    judgements = [
        judgement(programme, "A", 2, evidence=[factories.a_source()], replaces=old.pk),
        judgement(programme, "A.1", replaces=same.pk),
        judgement(programme, "A.2", 0),
    ]
    plan = ledger.plan(judgements, by=aiko)
    assert [step.kind for step in plan.steps] == ["update", "same", "add"]
    assert [step.asked for step in plan.to_do] == [judgements[0], judgements[2]]
    assert Alignment.objects.count() == 2

    change = ledger.carry_out(plan, reason="A batch.")

    assert (change.action, change.reason, change.by) == ("align", "A batch.", aiko)
    rows = Alignment.objects.filter(opened_in=change).order_by("element__code")
    assert [(row.element.code, row.level) for row in rows] == [("A", 2), ("A.2", 0)]
    assert [source.title for source in rows[0].evidence.all()] == ["Annual report"]
    old.refresh_from_db()
    assert (old.closed_in, old.valid_until) == (change, rows[0].valid_from)
    assert Alignment.objects.open().count() == 3


def test_what_stands_there_already_leaves_no_change(programme, aiko):
    row = record(programme, aiko)
    before = Change.objects.count()
    assert carry_out([judgement(programme, "A", replaces=row.pk)], aiko) is None
    assert carry_out([], aiko) is None
    assert Change.objects.count() == before


def test_one_that_is_refused_keeps_all_from_being_written(programme, other, aiko):
    row = record(programme, aiko)
    ended = factories.make_programme(
        "PRG-3", department=programme.department, ends_on="2020"
    )
    judgements = [
        judgement(programme, "A"),
        judgement(programme, "A.1"),
        judgement(programme, "A.1"),
        judgement(programme, "A.2", 2),
        judgement(programme, "B"),
        judgement(other, "A"),
        judgement(ended, "A"),
    ]
    refusal = refused(Refused, carry_out, judgements, aiko)
    found = [(step.kind, sorted(step.errors)) for step in refusal.plan.steps]
    assert found == [
        ("conflict", []), ("add", []), ("error", ["element"]), ("error", ["evidence"]),
        ("error", ["element"]), ("error", ["programme"]), ("error", ["programme"]),
    ]  # fmt: skip
    assert refusal.plan.steps[0].current == row
    assert [step.asked for step in refusal.plan.to_do] == [judgements[1]]


def test_withdrawals_are_one_change_or_none(programme, aiko):
    rows = [record(programme, aiko, code=code) for code in ("A", "A.1", "A.2")]
    change = carry_out(seen(Withdraw, rows[:2]), aiko, reason="Mistaken.")
    assert Alignment.objects.open().get() == rows[2]
    assert Alignment.objects.filter(closed_in=change).count() == 2
    refusal = refused(Refused, carry_out, seen(Withdraw, rows), aiko)
    kinds = [(step.kind, step.current) for step in refusal.plan.steps]
    assert kinds == [("conflict", None), ("conflict", None), ("withdraw", rows[2])]


@pytest.mark.parametrize("verb", [Withdraw, Confirm])
def test_where_nothing_is_recorded_that_is_said(programme, dai, verb):
    nothing = [verb(programme, factories.get_element(code), None) for code in ("A", "A.1")]
    refusal = refused(Refused, carry_out, nothing, dai)
    assert [step.problem for step in refusal.plan.steps] == [
        "Nothing is recorded here."
    ] * 2


def test_confirmations_are_by_a_second_person_or_none(programme, aiko, dai):
    rows = [record(programme, aiko), record(programme, dai, code="A.1")]
    refusal = refused(Refused, carry_out, seen(Confirm, rows), dai)
    assert [step.kind for step in refusal.plan.steps] == ["confirm", "error"]
    change = carry_out(seen(Confirm, rows[:1]), dai)
    rows[0].refresh_from_db()
    assert rows[0].confirmed_in == change
    assert carry_out(seen(Confirm, rows[:1]), dai) is None


def test_many_cost_no_more_questions_than_few(
    programme, aiko, django_assert_max_num_queries
):
    strategy = factories.make_strategy("MANY", [f"M{n}" for n in range(200)])
    elements = strategy.elements.order_by("code")
    batch = [
        Align(programme, element, 2, "It says so.", [factories.a_source()])
        for element in elements
    ]
    with django_assert_max_num_queries(20):
        carry_out(batch, aiko)
    assert Evidence.objects.count() == 200
    rows = Alignment.objects.open().select_related("element__strategy")
    again = [Align(programme, row.element, 0, "No.", [], row.pk) for row in rows]
    with django_assert_max_num_queries(20):
        carry_out(again, aiko)
    assert set(Alignment.objects.open().values_list("level", flat=True)) == {0}


# --- what was planned is done, or nothing ---


def test_what_another_has_written_since_the_plan_is_a_conflict(programme, aiko, dai):
    plan = ledger.plan([judgement(programme, "A"), judgement(programme, "A.1")], by=aiko)
    theirs = record(programme, dai, rationale="I was faster.")
    refusal = refused(Refused, ledger.carry_out, plan)
    kinds = [(step.kind, step.current) for step in refusal.plan.steps]
    assert kinds == [("conflict", theirs), ("add", None)]


def test_what_says_something_else_since_the_plan_has_not_been_read(programme, aiko):
    plan = ledger.plan([judgement(programme, "A"), judgement(programme, "A.1")], by=aiko)
    strategy = factories.get_element("A").strategy
    factories.revise_as(strategy, {"A": "material"}, day=str(today()))
    refusal = refused(Refused, ledger.carry_out, plan)
    assert [step.kind for step in refusal.plan.steps] == ["conflict", "add"]
    unread = refusal.plan.steps[0].refusal
    assert isinstance(unread, Unread)
    assert (unread.read.title_en, unread.wording.title_en) == (
        "Element A",
        "Element A anew",
    )


def test_a_plan_that_was_refused_stays_refused(programme, aiko):
    row = record(programme, aiko)
    plan = ledger.plan([judgement(programme, "A")], by=aiko)
    carry_out(seen(Withdraw, [row]), aiko)
    refused(Refused, ledger.carry_out, plan)


def test_after_it_was_carried_out_a_plan_holds_what_was_written(programme, aiko):
    old = record(programme, aiko)
    plan = ledger.plan(
        [judgement(programme, "A", 0, replaces=old.pk), judgement(programme, "A.1")],
        by=aiko,
    )
    ledger.carry_out(plan)
    rows = Alignment.objects.open().order_by("element__code")
    assert [step.row for step in plan.steps] == list(rows)


def test_a_source_is_added_to_what_is_recorded_and_to_nothing_else(programme, aiko):
    row = record(programme, aiko, evidence=[factories.a_source()])
    new = factories.a_source(title="Call of 2026")
    carry_out([AddSource(programme, row.element, new, row.pk)], aiko)
    added = Alignment.objects.open().get()
    assert (added.level, added.rationale) == (row.level, row.rationale)
    assert [one.title for one in added.evidence.order_by("id")] == [
        "Annual report", "Call of 2026",
    ]  # fmt: skip
    empty = AddSource(programme, factories.get_element("B"), new, None)
    refusal = refused(Refused, carry_out, [empty], aiko)
    assert refusal.plan.steps[0].errors == {"element": ["Nothing is recorded here."]}


def test_a_judgement_and_history_of_one_cell_do_not_overlap(programme, chie):
    element, day = factories.get_element("A"), datetime.date(2024, 4, 1)
    now = judgement(programme, "A")
    ended = Load(programme, element, 2, "Then.", day, datetime.date(2025, 4, 1))
    still = Load(programme, element, 2, "Then.", day)
    assert [step.kind for step in ledger.plan([now, ended], by=chie).steps] == ["add"] * 2
    for both in ([now, still], [still, now]):
        refusal = refused(Refused, carry_out, both, chie)
        assert [step.kind for step in refusal.plan.steps] == ["add", "error"]
