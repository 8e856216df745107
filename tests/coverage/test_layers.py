"""The layers: claimed, evidenced, confirmed, fresh; and what asks to be re-read."""

import datetime

import pytest

from strategy_app.coverage import counts, frame, gaps, standing, steps
from strategy_app.coverage.scope import Scope
from strategy_app.models.dates import today
from strategy_app.services import ledger
from tests import factories

DAY = datetime.date(2024, 3, 31)


def supported(day=DAY, **scope):
    coverage = counts.elements(frame.current(), Scope("STR", day, **scope))
    return dict(zip(coverage.tree.codes, coverage.supported.tolist(), strict=True))["A"]


@pytest.fixture
def programme(db):
    factories.make_person("dai", role="manager")
    factories.make_strategy()
    return factories.make_programme()


@pytest.mark.parametrize(
    ("evidence", "confirmed", "by_layer"),
    [
        ([], False, [1, 0, 0, 0]),
        ([{"dated_on": None}], False, [1, 0, 0, 0]),
        ([{}], False, [1, 1, 0, 0]),
        ([], True, [1, 0, 0, 0]),
        ([{"dated_on": None}, {}], True, [1, 1, 1, 1]),
    ],
)
def test_a_record_is_of_a_layer_and_of_all_before_it(
    programme, evidence, confirmed, by_layer
):
    row = factories.load_history(
        programme, "A.1", 1, "2024-01-01",
        evidence=[factories.a_source(**fields) for fields in evidence],
    )  # fmt: skip
    if confirmed:
        dai = factories.make_person("eri", role="manager")
        ledger.confirm(alignment=row, by=dai)
    assert [supported(layer=layer) for layer in standing.LAYERS] == by_layer


@pytest.mark.parametrize(
    ("judged", "last_fresh"),
    [
        ("2023-01-15", "2024-02-14"),
        ("2022-12-31", "2024-01-30"),
        # There is no 29, 30 or 31 February 2023, and the 29th in 2024 has its year before.
        ("2022-01-31", "2023-02-28"),
        ("2023-01-29", "2024-02-28"),
        ("2024-01-29", "2025-02-28"),
    ],
)
def test_a_record_is_fresh_for_thirteen_months(programme, judged, last_fresh):
    row = factories.load_history(programme, "A", 1, judged, evidence=[factories.a_source()])
    ledger.confirm(alignment=row, by=factories.make_person("eri", role="manager"))
    last = datetime.date.fromisoformat(last_fresh)
    after = last + datetime.timedelta(days=1)
    assert (supported(last, layer="fresh"), supported(after, layer="fresh")) == (1, 0)
    columns, scope = frame.current(), Scope("STR", last, layer="fresh")
    found = steps.supporters(columns, columns.tree("STR", last), 0, scope, 1)
    begun = datetime.date.fromisoformat(judged)
    assert found.days.tolist() == [begun.toordinal(), after.toordinal()]
    assert found.numbers.tolist() == [1, 0]


def test_a_level_of_a_layer_is_that_of_its_records_alone(programme):
    factories.load_history(
        programme, "A.1", 1, "2024-01-01", evidence=[factories.a_source()]
    )
    factories.load_history(programme, "A.2", 2, "2024-01-01")
    assert (supported(level=2), supported(level=2, layer="evidenced")) == (1, 0)
    assert supported(layer="evidenced") == 1


@pytest.mark.parametrize(
    ("modifications", "asked"),
    [
        (["editorial"], 0),
        (["material"], 1),
        (["material", "editorial"], 1),
        (["unchanged", "material"], 1),
        (["new"], 1),  # it has been in force before: another text in its place
    ],
)
def test_a_material_change_since_the_judgement_asks_to_be_re_read(
    programme, modifications, asked
):
    factories.load_history(programme, "A.1", 1, "2018-01-01")
    for number, modification in enumerate(modifications):
        day = f"20{20 + number}-01-01"
        factories.revise_as(programme_strategy(), {"A.1": modification}, day=day)
    found = {
        (frame.current().tree("STR", DAY).codes[gap.row], gap.low)
        for gap in gaps.find(frame.current(), Scope("STR", DAY))
        if gap.kind == gaps.Kind.NEEDS_REVIEW
    }
    assert found == ({("A", 1), ("A.1", 1)} if asked else set())
    before = gaps.find(frame.current(), Scope("STR", datetime.date(2019, 12, 31)))
    assert gaps.Kind.NEEDS_REVIEW not in {gap.kind for gap in before}


def programme_strategy():
    return factories.get_element("A").strategy


def test_the_first_day_of_the_calendar_is_as_fresh_as_any(programme):
    first = datetime.date(1, 1, 1)
    columns = frame.current()
    assert counts.elements(columns, Scope("STR", first, layer="fresh")).tree is None
    stands = standing.standing(columns, columns.tree("STR", DAY), first)
    assert not standing.of_layer(stands, "fresh").any()
    assert today() > first
