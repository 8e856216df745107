"""What split elements have to go by: what was in force on the day, whatever comes after."""

import datetime

import pytest
import time_machine

from strategy_app.coverage import frame, proposals, waiting
from strategy_app.models import Alignment
from strategy_app.models.dates import today
from strategy_app.services import ledger
from strategy_app.services import strategy as strategy_services
from tests import factories


@pytest.fixture
def clock():
    with time_machine.travel("2026-04-01T03:00:00+00:00", tick=False) as clock:
        yield clock


@pytest.fixture
def strategy(db, clock):
    return factories.make_strategy(elements=("A", "B"))


@pytest.fixture
def programme(strategy, department_a):
    return factories.make_programme(department=department_a)


def split(strategy, *parts, day="2026-04-03", **how):
    return factories.split(strategy, *parts, day=day, **how)


def proposed(programme, code="A-1", columns=None):
    """Return what a cell has to go by: level and rationale of each record."""
    columns = columns or frame.current()
    found = proposals.records_proposed(
        columns, columns.tree("STR", today()), today(), programme=programme.pk, element=code
    )
    rows = Alignment.objects.filter(pk__in=found).order_by("pk")
    return [(row.level, row.rationale) for row in rows]


def waiting_cells():
    columns = frame.current()
    tree = columns.tree("STR", today())
    places, rows = waiting.proposed(columns, tree, today())
    codes = columns.programmes.codes
    return [
        (codes[place], tree.codes[row])
        for place, row in zip(places.tolist(), rows.tolist(), strict=True)
    ]


def cell(programme, code):
    return {"programme": programme, "element": factories.get_element(code)}


def test_a_split_element_has_what_was_in_force_to_go_by(clock, strategy, programme, dai):
    factories.align(programme, "A", 2, by=dai, rationale="It is its purpose.")
    split(strategy, "A-1", "A-2")
    assert waiting_cells() == []
    clock.move_to("2026-04-03T03:00:00+00:00")
    assert waiting_cells() == [("PRG-1", "A-1"), ("PRG-1", "A-2")]
    assert proposed(programme) == [(2, "It is its purpose.")]
    assert proposed(programme, "B") == []


@pytest.mark.parametrize("day", ["2026-04-03", "2026-04-10"])
@pytest.mark.parametrize("then", ["withdrawn", "judged 0", "still right"])
def test_what_becomes_of_the_origin_later_changes_nothing(
    clock, strategy, programme, dai, day, then
):
    row = factories.align(programme, "A", 2, by=dai, rationale="It is its purpose.")
    split(strategy, "A-1")
    clock.move_to(f"{day}T03:00:00+00:00")
    if then == "withdrawn":
        ledger.withdraw(**cell(programme, "A"), replaces=row.pk, by=dai)
    elif then == "judged 0":
        factories.align(programme, "A", 0, by=dai, rationale="Not any more.")
    else:
        ledger.reaffirm(**cell(programme, "A"), replaces=row.pk, by=dai)
    assert proposed(programme) == [(2, "It is its purpose.")]


def test_what_is_judged_of_the_origin_afterwards_is_no_proposal(
    clock, strategy, programme, dai
):
    split(strategy, "A-1")
    clock.move_to("2026-04-03T03:00:00+00:00")
    factories.align(programme, "A", 2, by=dai)
    assert waiting_cells() == []


def test_what_was_withdrawn_before_is_no_proposal(clock, strategy, programme, dai):
    row = factories.align(programme, "A", 1, by=dai)
    clock.move_to("2026-04-02T03:00:00+00:00")
    ledger.withdraw(**cell(programme, "A"), replaces=row.pk, by=dai)
    split(strategy, "A-1")
    clock.move_to("2026-04-03T03:00:00+00:00")
    assert waiting_cells() == []


def test_on_the_day_itself_what_was_in_force_when_it_was_published_counts(
    clock, strategy, programme, dai
):
    other = factories.make_programme("PRG-2")
    factories.align(programme, "A", 1, by=dai, rationale="As of yesterday.")
    factories.align(other, "A", 1, by=dai)
    clock.move_to("2026-04-03T01:00:00+00:00")
    factories.align(programme, "A", 2, by=dai, rationale="As of this morning.")
    row = Alignment.objects.open().get(programme=other)
    ledger.withdraw(**cell(other, "A"), replaces=row.pk, by=dai)
    split(strategy, "A-1")
    factories.align(programme, "A", 0, by=dai, rationale="Judged anew.")
    assert proposed(programme) == [(2, "As of this morning.")]
    assert proposed(other) == []


def test_a_judgement_made_since_answers_it_for_good(clock, strategy, programme, dai):
    factories.align(programme, "A", 2, by=dai)
    split(strategy, "A-1", "A-2")
    clock.move_to("2026-04-03T03:00:00+00:00")
    row = factories.align(programme, "A-1", 0, by=dai)
    assert waiting_cells() == [("PRG-1", "A-2")]
    ledger.withdraw(**cell(programme, "A-1"), replaces=row.pk, by=dai)
    assert waiting_cells() == [("PRG-1", "A-2")]


def test_set_aside_it_waits_no_more_and_the_cell_is_not_assessed(
    clock, strategy, programme, dai
):
    factories.align(programme, "A", 2, by=dai)
    split(strategy, "A-1", "A-2")
    clock.move_to("2026-04-03T03:00:00+00:00")
    before, rows = frame.current(), Alignment.objects.count()
    made = ledger.dismiss(**cell(programme, "A-1"), by=dai)
    assert waiting_cells() == [("PRG-1", "A-2")]
    assert Alignment.objects.count() == rows
    columns = frame.current()
    tree = columns.tree("STR", today())
    missing = waiting.not_assessed(columns, tree, today())
    assert missing[tree.row_of["A-1"]].all()
    # As it was known before, and as it is loaded afresh.
    assert proposed(programme, columns=frame.as_known_at(before.change)) != []
    frame.forget()
    assert waiting_cells() == [("PRG-1", "A-2")]
    assert (made.dismissed_in.by, made.dismissed_in.action) == (dai, "dismiss")


def test_what_was_set_aside_waits_again_once_that_is_taken_back(
    clock, strategy, programme, dai
):
    factories.align(programme, "A", 2, by=dai)
    split(strategy, "A-1")
    clock.move_to("2026-04-03T03:00:00+00:00")
    aside = ledger.dismiss(**cell(programme, "A-1"), by=dai).dismissed_in
    assert waiting_cells() == []
    back = ledger.revert(change=aside, by=dai).change
    assert waiting_cells() == [("PRG-1", "A-1")]
    frame.forget()
    assert waiting_cells() == [("PRG-1", "A-1")]
    # As it was known in between; and taken back once more.
    between = frame.as_known_at(aside.pk)
    assert proposed(programme, columns=between) == []
    ledger.revert(change=back, by=dai)
    assert waiting_cells() == []


def test_what_was_set_aside_of_one_split_is_not_of_the_next(
    clock, strategy, programme, dai
):
    factories.align(programme, "A", 2, by=dai)
    factories.align(programme, "B", 1, by=dai, rationale="Of B.")
    split(strategy, "A-1")
    clock.move_to("2026-04-03T03:00:00+00:00")
    ledger.dismiss(**cell(programme, "A-1"), by=dai)
    split(strategy, day="2026-04-05", without=["A-1"])
    split(strategy, "A-1", origin="B", day="2026-04-07")
    clock.move_to("2026-04-07T03:00:00+00:00")
    assert proposed(programme) == [(1, "Of B.")]


def test_a_merged_element_has_each_of_its_origins_to_go_by(clock, strategy, programme, dai):
    factories.align(programme, "A", 2, by=dai, rationale="Of A.")
    factories.align(programme, "B", 1, by=dai, rationale="Of B.")
    draft = strategy_services.create_draft(strategy=strategy, by=None, name_en="Merged")
    merged = strategy_services.add(
        revision=draft, code="C", parent=None, by=None,
        type=factories.type_of(draft.strategy),
        title_en="Both", title_ja="両方",
    )  # fmt: skip
    origins = [factories.get_element(code) for code in "AB"]
    strategy_services.set_origins(wording=merged, kind="merged", origins=origins, by=None)
    strategy_services.publish(
        revision=draft,
        in_force_from=datetime.date(2026, 4, 3),
        by=None,
        despite_warnings=True,
    )
    clock.move_to("2026-04-03T03:00:00+00:00")
    assert waiting_cells() == [("PRG-1", "C")]
    assert proposed(programme, "C") == [(2, "Of A."), (1, "Of B.")]
