"""Many cells at once: judged, then all in one change or none."""

import pytest

from strategy_app.models import Alignment, Change, Evidence
from strategy_app.services import alignment
from strategy_app.services.alignment import Judgement, Refused, many
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
    return Judgement(programme, factories.get_element(code), level, **fields)


def test_all_are_recorded_in_one_change(programme, aiko):
    old = record(programme, aiko)
    same = record(programme, aiko, code="A.1")
    judgements = [
        judgement(programme, "A", 2, evidence=[factories.a_source()], replaces=old.pk),
        judgement(programme, "A.1", replaces=same.pk),
        judgement(programme, "A.2", 0),
    ]
    verdicts = alignment.judge(judgements, by=aiko)
    assert [verdict.kind for verdict in verdicts] == ["update", "same", "add"]
    assert Alignment.objects.count() == 2

    change = alignment.record_all(judgements, by=aiko, reason="A batch.")

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
    assert (
        alignment.record_all([judgement(programme, "A", replaces=row.pk)], by=aiko) is None
    )
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
    refusal = refused(Refused, alignment.record_all, judgements, by=aiko)
    found = [(one.kind, sorted(one.errors)) for one in refusal.verdicts]
    assert found == [
        ("conflict", []), ("add", []), ("error", ["element"]), ("error", ["evidence"]),
        ("error", ["element"]), ("error", ["programme"]), ("error", ["programme"]),
    ]  # fmt: skip
    assert refusal.verdicts[0].current == row


def test_withdrawals_are_one_change_or_none(programme, aiko):
    rows = [record(programme, aiko, code=code) for code in ("A", "A.1", "A.2")]
    ids = [row.pk for row in rows]
    change = alignment.withdraw_all(ids[:2], by=aiko, reason="Mistaken.")
    assert Alignment.objects.open().get() == rows[2]
    assert Alignment.objects.filter(closed_in=change).count() == 2
    refusal = refused(Refused, alignment.withdraw_all, ids, by=aiko)
    assert [one.kind for one in refusal.verdicts] == ["conflict", "conflict", "withdraw"]
    assert alignment.withdraw_all([], by=aiko) is None


def test_confirmations_are_by_a_second_person_or_none(programme, aiko, dai):
    rows = [record(programme, aiko), record(programme, dai, code="A.1")]
    refusal = refused(Refused, alignment.confirm_all, [row.pk for row in rows], by=dai)
    assert [one.kind for one in refusal.verdicts] == ["confirm", "error"]
    change = alignment.confirm_all([rows[0].pk], by=dai)
    rows[0].refresh_from_db()
    assert rows[0].confirmed_in == change
    assert alignment.confirm_all([rows[0].pk], by=dai) is None


def test_many_cost_no_more_questions_than_few(
    programme, aiko, django_assert_max_num_queries
):
    strategy = factories.make_strategy("MANY", [f"M{n}" for n in range(200)])
    elements = strategy.elements.order_by("code")
    batch = [
        Judgement(programme, element, 2, "It says so.", [factories.a_source()])
        for element in elements
    ]
    with django_assert_max_num_queries(20):
        alignment.record_all(batch, by=aiko)
    assert Evidence.objects.count() == 200
    rows = many.open_rows((programme.pk, element.pk) for element in elements)
    again = [
        Judgement(programme, row.element, 0, "No.", [], row.pk) for row in rows.values()
    ]
    with django_assert_max_num_queries(20):
        alignment.record_all(again, by=aiko)
    assert set(Alignment.objects.open().values_list("level", flat=True)) == {0}
