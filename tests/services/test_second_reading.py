"""Second reading: what a confirmation is worth, when it lapses, how it goes on."""

import datetime

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError

from strategy_app.coverage import frame
from strategy_app.coverage.counts import elements
from strategy_app.coverage.scope import Scope
from strategy_app.models import Alignment, Change, Return
from strategy_app.models.dates import today
from strategy_app.queries import alignment as alignment_queries
from strategy_app.services import ledger, reference
from tests import factories
from tests.services.ledger import DAY, record, refused

SOURCES = [factories.a_source()]


@pytest.fixture(autouse=True)
def clock():
    """Stand on DAY; ``clock.move_to`` goes on."""
    with time_machine.travel("2026-04-01T03:00:00+00:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def programme(department_a):
    factories.make_strategy()
    return factories.make_programme(
        department=department_a, summary_en="Funds joint research with partner countries."
    )


def seen(row):
    """Return a row as lists see it today."""
    (found,) = alignment_queries.in_order([row.pk], frame.current(), today())
    return found


def confirmed_support(day=DAY):
    coverage = elements(frame.current(), Scope("STR", day, layer="confirmed"))
    return int(coverage.supported[coverage.tree.row_of["A"]])


def in_force(programme):
    return alignment_queries.open_row(programme, factories.get_element("A"))


@pytest.mark.parametrize(
    ("name", "text", "lapse"),
    [
        ("summary_en", "Funds joint research with partner countries!", None),
        ("summary_en", "Funds joint research with two partner countries.", None),
        ("summary_en", "Builds telescopes.", "programme"),
        ("summary_ja", "国際共同研究を支援する。", "programme"),
        ("url", "https://example.org/", None),
    ],
)
def test_a_confirmation_lapses_when_the_programme_is_described_anew(
    programme, aiko, dai, chie, name, text, lapse
):
    row = record(programme, aiko, evidence=SOURCES)
    ledger.confirm(alignment=row, by=dai)
    assert confirmed_support() == 1

    setattr(programme, name, text)
    reference.save(programme, by=chie)

    assert seen(row).state.lapse == lapse
    assert confirmed_support() == (0 if lapse else 1)


def test_a_confirmation_lapses_when_the_wording_changes_materially(
    programme, aiko, dai, clock
):
    row = record(programme, aiko, evidence=SOURCES)
    ledger.confirm(alignment=row, by=dai)
    strategy = factories.get_element("A").strategy
    factories.revise_as(strategy, {"A": "editorial"}, day="2026-04-02")
    factories.revise_as(strategy, {"A": "material"}, day="2026-04-03")
    clock.move_to("2026-04-02T03:00:00+00:00")
    assert seen(row).state.is_confirmed
    clock.move_to("2026-04-03T03:00:00+00:00")

    assert seen(row).state.lapse == "wording"
    assert [confirmed_support(DAY + datetime.timedelta(days=n)) for n in range(3)] == [
        1, 1, 0,
    ]  # fmt: skip
    refused(ValidationError, ledger.confirm, alignment=row, by=dai)


def test_what_has_lapsed_is_confirmed_by_a_row_of_its_own(programme, aiko, dai, chie):
    row = record(programme, aiko, evidence=SOURCES)
    ledger.confirm(alignment=row, by=dai)
    programme.summary_en = "Builds telescopes."
    reference.save(programme, by=chie)

    again = ledger.confirm(alignment=seen(row), by=dai)

    assert again.pk != row.pk
    assert (again.level, again.rationale, again.wording_id) == (
        1,
        "It says so.",
        row.wording_id,
    )
    assert [source.title for source in again.evidence.all()] == ["Annual report"]
    assert seen(again).state.is_confirmed
    assert confirmed_support() == 1
    assert ledger.confirm(alignment=seen(again), by=dai) == again


def test_still_right_judges_the_wording_in_force_today(programme, aiko, dai, clock):
    row = record(programme, aiko, evidence=SOURCES)
    ledger.confirm(alignment=row, by=dai)
    factories.revise_as(
        factories.get_element("A").strategy, {"A": "material"}, day="2026-05-01"
    )
    clock.move_to("2026-05-02T03:00:00+00:00")
    assert seen(row).state.is_reworded

    new = ledger.reaffirm(
        programme=programme, element=row.element, replaces=row.pk, by=aiko
    )

    assert (new.level, new.rationale, new.valid_from) == (
        1, "It says so.", datetime.date(2026, 5, 2),
    )  # fmt: skip
    assert new.wording.revision.in_force_from == datetime.date(2026, 5, 1)
    assert [source.title for source in new.evidence.all()] == ["Annual report"]
    assert not seen(new).state.is_reworded
    assert new.confirmed_in is None  # the confirmation was of another wording
    assert Change.objects.latest("id").action == "reaffirm"


def test_still_right_keeps_a_confirmation_by_somebody_else(programme, aiko, dai, clock):
    row = record(programme, aiko, evidence=SOURCES)
    confirmation = ledger.confirm(alignment=row, by=dai).confirmed_in
    clock.move_to("2027-04-02T03:00:00+00:00")
    cell = {"programme": programme, "element": row.element}
    mine = ledger.reaffirm(**cell, replaces=row.pk, by=aiko)
    assert mine.confirmed_in == confirmation
    theirs = ledger.reaffirm(**cell, replaces=mine.pk, by=dai)
    assert theirs.confirmed_in is None  # nobody is their own second reader


def test_a_return_says_why_and_leaves_the_record_in_force(programme, aiko, dai):
    row = record(programme, aiko)
    note = ledger.send_back(alignment=row, note="Which call is meant?", by=dai)
    assert (note.alignment, note.returned_in.by, note.returned_in.action) == (
        row, dai, "return",
    )  # fmt: skip
    assert Alignment.objects.open().get() == row
    refused(PermissionDenied, ledger.send_back, alignment=row, note="No.", by=aiko)
    refused(ValidationError, ledger.send_back, alignment=row, note=" ", by=dai)
    assert Return.objects.count() == 1
