"""History in bulk: judged, then all in one change or none."""

import datetime

import pytest

from strategy_app.models import Alignment, Change, Evidence
from strategy_app.models.dates import today
from strategy_app.services import ledger
from strategy_app.services.ledger import Load, Refused
from tests import factories
from tests.services.ledger import record, refused

DAY = datetime.date.fromisoformat


@pytest.fixture
def programme(department_a):
    factories.make_strategy(elements=("A", "A.1", "A.2", "B"), context=("B",))
    return factories.make_programme(department=department_a)


def period(programme, code="A", begins="2024-04-01", ends="2025-04-01", **fields):
    fields = {"level": 1, "rationale": "As recorded then."} | fields
    return Load(
        programme=programme,
        element=factories.get_element(code),
        valid_from=DAY(begins),
        valid_until=DAY(ends) if ends else None,
        **fields,
    )


def load(periods, by, **more):
    return ledger.carry_out(ledger.plan(periods, by=by), **more)


def judged(periods, by):
    """Return (kind, what is wrong by field) of each period."""
    return [
        (step.kind, step.errors) for step in ledger.plan(periods, by=by).steps
    ]  # fmt: skip


def test_all_is_loaded_in_one_change_and_a_second_time_nothing(programme, chie):
    source = factories.a_source(dated_on=None)
    periods = [
        period(programme, evidence=[source]),
        period(programme, begins="2025-04-01", ends=None, level=2),
        period(programme, "A.1", ends=None, level=0),
    ]
    assert [kind for kind, _errors in judged(periods, chie)] == ["add"] * 3
    assert Alignment.objects.count() == 0

    change = load(periods, by=chie, reason="Last year's table")

    assert (change.action, change.reason, change.by) == (
        "import",
        "Last year's table",
        chie,
    )
    rows = Alignment.objects.order_by("element__code", "valid_from")
    assert [
        (row.element.code, row.level, row.valid_from, row.valid_until, row.opened_in,
         row.closed_in) for row in rows
    ] == [
        ("A", 1, DAY("2024-04-01"), DAY("2025-04-01"), change, change),
        ("A", 2, DAY("2025-04-01"), None, change, None),
        ("A.1", 0, DAY("2024-04-01"), None, change, None),
    ]  # fmt: skip
    assert Evidence.objects.get().dated_on is None
    before = Change.objects.count()
    assert [kind for kind, _errors in judged(periods, chie)] == ["same"] * 3
    assert load(periods, by=chie) is None
    assert (Change.objects.count(), Alignment.objects.count()) == (before, 3)


def test_what_has_ended_since_it_was_loaded_is_the_same_still(programme, chie):
    loaded = [period(programme, ends=None)]
    load(loaded, by=chie)
    row = Alignment.objects.get()
    record(programme, chie, rationale="Looked at again.", replaces=row.pk)
    assert judged(loaded, chie) == [("same", {})]
    # One that says when it ended, and says it otherwise, is not.
    assert judged([period(programme)], chie)[0][0] == "error"


def test_each_row_is_about_the_wording_of_its_day_or_the_first(programme, chie):
    strategy = factories.get_element("A").strategy
    factories.revise_as(strategy, {"A": "material"}, day="2022-04-01")
    periods = [
        period(programme, begins="2010-04-01", ends="2012-04-01"),
        period(programme, begins="2020-04-01", ends="2021-04-01"),
        period(programme, begins="2022-04-01", ends="2023-04-01"),
    ]
    load(periods, by=chie)
    rows = Alignment.objects.order_by("valid_from").select_related("wording__revision")
    days = [str(row.wording.revision.in_force_from) for row in rows]
    assert days == ["2017-08-01", "2017-08-01", "2022-04-01"]


@pytest.mark.parametrize(
    ("fields", "column", "words"),
    [
        ({"begins": "today", "ends": None}, "valid_from", "past"),
        ({"begins": "2199-01-01", "ends": None}, "valid_from", "past"),
        ({"ends": "2199-01-01"}, "valid_until", "ended by today"),
        ({"ends": "2024-04-01"}, "valid_until", "before it has begun"),
        ({"ends": "2023-04-01"}, "valid_until", "before it has begun"),
        ({"level": 3}, "level", "level"),
        ({"rationale": " "}, "rationale", "rationale"),
        ({"code": "B"}, "element", "context"),
    ],
)
def test_what_is_no_history_is_refused_by_field(programme, chie, fields, column, words):
    if fields.get("begins") == "today":
        fields = fields | {"begins": today().isoformat()}
    good, wrong = period(programme, "A.1"), period(programme, **fields)
    refusal = refused(Refused, load, [good, wrong], by=chie)
    assert [one.kind for one in refusal.plan.steps] == ["add", "error"]
    assert words in refusal.plan.steps[1].errors[column][0]


@pytest.mark.parametrize(
    ("begins", "ends", "overlaps"),
    [
        ("2023-04-01", "2024-04-01", False),
        ("2023-04-01", "2024-04-02", True),
        ("2025-03-31", "2025-06-01", True),
        ("2025-04-01", "2025-06-01", False),
        ("2024-06-01", "2024-07-01", True),
        ("2020-04-01", None, True),
    ],
)
def test_a_period_that_overlaps_a_record_is_refused_by_its_name(
    programme, chie, begins, ends, overlaps
):
    row = factories.load_history(programme, "A", 1, "2024-04-01", "2025-04-01")
    one = period(programme, begins=begins, ends=ends, level=0)
    if not overlaps:
        assert load([one], by=chie) is not None
        return
    refusal = refused(Refused, load, [one], by=chie)
    (step,) = refusal.plan.steps
    assert step.current == row
    (message,) = step.errors["valid_from"]
    assert f"change {row.opened_in_id}" in message
    assert "1 April 2024" in message or "April 1, 2024" in message


def test_a_period_without_an_end_overlaps_what_is_in_force(programme, chie):
    record(programme, chie)
    refusal = refused(Refused, load, [period(programme, ends=None)], by=chie)
    assert f"change {Change.objects.latest('id').pk}" in str(refusal.plan.steps[0].errors)
    assert load([period(programme)], by=chie) is not None


def test_two_periods_of_one_table_do_not_overlap_either(programme, chie):
    periods = [period(programme), period(programme, begins="2025-01-01", ends=None)]
    refusal = refused(Refused, load, periods, by=chie)
    assert [one.kind for one in refusal.plan.steps] == ["add", "error"]


def test_a_row_that_was_replaced_on_its_first_day_is_in_nobodys_way(programme, chie):
    row = record(programme, chie)
    record(programme, chie, rationale="Typed wrongly.", replaces=row.pk)
    assert load([period(programme)], by=chie) is not None


def test_a_command_may_bring_along_what_was_replaced_on_its_first_day(programme, chie):
    whole, empty = (
        period(programme),
        period(programme, begins="2024-06-01", ends="2024-06-01"),
    )
    load([whole, empty], None)
    begins = Alignment.objects.order_by("valid_from").values_list("valid_from", flat=True)
    assert [str(day) for day in begins] == ["2024-04-01", "2024-06-01"]
    (kind, errors), *_rest = judged([empty], chie)
    assert (kind, list(errors)) == ("error", ["valid_until"])


def test_only_strategy_admins_load_history(programme, dai, aiko):
    for person in (dai, aiko):
        refused(Refused, load, [period(programme)], by=person)
        assert judged([period(programme)], person)[0][0] == "error"


def test_much_history_costs_no_more_questions_than_little(
    programme, chie, django_assert_max_num_queries
):
    strategy = factories.make_strategy("MANY", [f"M{n}" for n in range(200)])
    factories.revise_as(strategy, {"M1": "editorial"}, day="2020-04-01")
    periods = [
        Load(
            programme, element, 1, "Then.", DAY("2019-04-01"), None, [factories.a_source()]
        )
        for element in strategy.elements.order_by("code")
    ]
    with django_assert_max_num_queries(20):
        load(periods, by=chie)
    assert Alignment.objects.open().count() == 200
