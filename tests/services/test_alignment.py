"""Recording a judgement: every rule of it, and that a refusal leaves all as it was."""

import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from strategy_app.models import Alignment, Change
from strategy_app.services import ledger, reference
from strategy_app.services.change import recording
from strategy_app.services.ledger import Conflict
from tests import factories
from tests.services.ledger import (
    DAY,
    NEXT_DAY,
    everything,
    record,
    refused,
    supported_on,
)


@pytest.fixture(autouse=True)
def clock():
    """Stand on DAY; ``clock.move_to`` goes on."""
    with time_machine.travel("2026-04-01T03:00:00+00:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def programme(department_a):
    factories.make_strategy(context=("B",))
    return factories.make_programme(department=department_a)


# --- align ---


def test_a_judgement_is_recorded_with_who_when_and_which_wording(programme, aiko):
    element = factories.get_element("A.1")
    row = ledger.align(
        programme=programme, element=element, level=2, rationale="Its purpose.",
        evidence=[factories.a_source()], replaces=None, by=aiko, source="api",
    )  # fmt: skip
    row.refresh_from_db()
    change = Change.objects.latest("id")
    assert (row.level, row.rationale, row.programme, row.element) == (
        2, "Its purpose.", programme, element,
    )  # fmt: skip
    assert (row.valid_from, row.valid_until) == (DAY, None)
    assert (row.opened_in, row.closed_in, row.confirmed_in) == (change, None, None)
    assert row.wording == element.wordings.get()
    assert (change.by, change.action, change.source) == (aiko, "align", "api")
    assert change.at == datetime.datetime(2026, 4, 1, 3, tzinfo=datetime.UTC)
    assert list(row.evidence.values_list("title", "url", "file", "dated_on")) == [
        ("Annual report", "https://example.org/report", "", datetime.date(2026, 3, 31))
    ]


def test_the_day_is_that_of_the_site_not_of_greenwich(programme, aiko, clock):
    clock.move_to("2026-04-01T15:30:00+00:00")
    assert record(programme, aiko).valid_from == NEXT_DAY


def test_a_later_judgement_closes_the_row_and_appends_its_successor(programme, aiko, clock):
    old = record(programme, aiko)
    clock.move_to("2026-04-02T03:00:00+00:00")
    new = record(programme, aiko, level=0, rationale="Not any more.", replaces=old.pk)
    old.refresh_from_db()
    assert (old.level, old.rationale) == (1, "It says so.")
    assert (old.valid_from, old.valid_until) == (DAY, NEXT_DAY)
    assert old.closed_in == new.opened_in
    assert (new.valid_from, new.valid_until) == (NEXT_DAY, None)
    assert (supported_on(DAY), supported_on(NEXT_DAY)) == (1, 0)


def test_replaced_on_the_same_day_a_row_is_kept_with_an_empty_period_and_never_counted(
    programme, aiko
):
    old = record(programme, aiko)
    new = record(programme, aiko, level=0, rationale="A slip.", replaces=old.pk)
    old.refresh_from_db()
    assert (old.valid_from, old.valid_until) == (DAY, DAY)
    assert list(Alignment.objects.in_force(DAY)) == [new]
    assert [supported_on(DAY + datetime.timedelta(days)) for days in (-1, 0, 1)] == [0] * 3


def test_recording_again_what_is_in_force_writes_nothing(programme, aiko):
    row = record(programme, aiko, level=2, evidence=[factories.a_source()])
    before = everything()
    again = record(
        programme, aiko, level=2, evidence=[factories.a_source()], replaces=row.pk
    )
    assert again == row
    assert everything() == before


@pytest.mark.parametrize(
    "other",
    [
        {"level": 2},
        {"rationale": "Another reason."},
        {"evidence": []},
        {"evidence": [factories.a_source(title="Another report")]},
        {"evidence": [factories.a_source(dated_on=DAY)]},
        {"evidence": [factories.a_source(), factories.a_source(title="A second one")]},
    ],
)
def test_whatever_differs_makes_a_new_row(programme, aiko, other):
    fields = {"level": 1, "evidence": [factories.a_source()]}
    row = record(programme, aiko, **fields)
    assert record(programme, aiko, **fields | other, replaces=row.pk) != row
    assert Alignment.objects.count() == 2


def test_a_kept_file_is_the_same_and_an_uploaded_one_is_new(programme, aiko):
    upload = factories.a_source(url="", file=ContentFile(b"1", "report.pdf"))
    row = record(programme, aiko, evidence=[upload])
    kept = factories.a_source(url="", file=row.evidence.get().file.name)
    assert record(programme, aiko, evidence=[kept], replaces=row.pk) == row
    upload = factories.a_source(url="", file=ContentFile(b"2", "report.pdf"))
    new = record(programme, aiko, evidence=[upload], replaces=row.pk)
    assert new != row
    assert new.evidence.get().file.name != row.evidence.get().file.name


def test_the_same_words_about_a_new_wording_are_a_new_judgement(programme, aiko):
    row = record(programme, aiko)
    revision = factories.revise(row.element.strategy, [("A", None, True)], day="2026-04-01")
    again = record(programme, aiko, replaces=row.pk)
    assert again != row
    assert again.wording.revision == revision


def test_a_row_that_begins_in_the_future_is_replaced_from_then_on(programme, aiko):
    row = factories.load_history(programme, "A", 1, "2026-06-30")
    new = record(programme, aiko, level=0, replaces=row.pk)
    row.refresh_from_db()
    assert (row.valid_until, new.valid_from) == (row.valid_from, row.valid_from)


# --- conflicts ---


def test_a_save_that_saw_an_empty_cell_is_refused_with_the_row_now_in_force(
    programme, aiko
):
    row = record(programme, aiko)
    refusal = refused(Conflict, record, programme, aiko, level=0)
    assert refusal.current == row


def test_a_save_that_saw_an_older_row_is_refused_with_the_row_now_in_force(programme, aiko):
    old = record(programme, aiko)
    new = record(programme, aiko, level=0, replaces=old.pk)
    refusal = refused(Conflict, record, programme, aiko, replaces=old.pk)
    assert refusal.current == new


def test_a_save_that_saw_a_row_since_withdrawn_is_refused_with_none(programme, aiko):
    row = record(programme, aiko)
    ledger.withdraw(programme=programme, element=row.element, replaces=row.pk, by=aiko)
    refusal = refused(Conflict, record, programme, aiko, replaces=row.pk)
    assert refusal.current is None


def test_the_row_of_another_cell_is_no_row_of_this_one(programme, aiko):
    other = record(programme, aiko, code="A.1")
    assert refused(Conflict, record, programme, aiko, replaces=other.pk).current is None


# --- what a level asks for ---


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("rationale", ["", "  \n\t ", "\u3000"])
def test_every_level_asks_for_a_rationale(programme, aiko, level, rationale):
    refusal = refused(
        ValidationError, record, programme, aiko, level=level, rationale=rationale,
        evidence=[factories.a_source()],
    )  # fmt: skip
    sentence = {0: "Say in a sentence why it is not targeted."}.get(
        level, "Say why: this level needs a rationale."
    )
    assert refusal.message_dict == {"rationale": [sentence]}


def test_principal_asks_for_a_dated_source(programme, aiko):
    refusal = refused(ValidationError, record, programme, aiko, level=2)
    assert refusal.message_dict == {
        "evidence": ["A principal alignment needs a dated source."]
    }


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_source_without_its_date_is_refused_at_every_level(programme, aiko, level):
    sources = [factories.a_source(), factories.a_source(dated_on=None)]
    refusal = refused(
        ValidationError, record, programme, aiko, level=level, evidence=sources
    )
    assert refusal.message_dict == {"evidence": ["Give the date of each source."]}


@pytest.mark.parametrize("level", [-1, 3, None])
def test_another_level_is_refused(programme, aiko, level):
    refusal = refused(ValidationError, record, programme, aiko, level=level)
    assert refusal.message_dict == {"level": ["Choose a level: 0, 1 or 2."]}


# --- what can be aligned ---


@pytest.mark.parametrize(
    "ended",
    [
        {"ends_on": "2026-03-31"},
        {"ends_on": "2026-03"},
        {"ends_on": "2025"},
        {"status": "closed"},
        {"status": "cancelled"},
    ],
)
def test_a_programme_that_has_ended_is_refused(programme, aiko, ended):
    for name, value in ended.items():
        setattr(programme, name, value)
    reference.save(programme, by=None)
    refusal = refused(ValidationError, record, programme, aiko)
    assert list(refusal.message_dict) == ["programme"]


@pytest.mark.parametrize("status", ["planned", "closing", "suspended", "unknown"])
def test_a_programme_that_has_not_ended_is_taken_on_its_last_day(programme, aiko, status):
    programme.status, programme.ends_on = status, "2026-04-01"
    reference.save(programme, by=None)
    assert record(programme, aiko).level == 1


def test_an_element_for_context_only_is_refused(programme, aiko):
    refusal = refused(ValidationError, record, programme, aiko, code="B")
    assert list(refusal.message_dict) == ["element"]
    assert refusal.error_dict["element"][0].message.startswith("This element is context")


@pytest.mark.parametrize("day", ["2026-04-01", "2026-04-02"])
def test_an_element_counts_from_the_day_its_revision_is_in_force(programme, aiko, day):
    strategy = factories.get_element("A").strategy
    factories.revise(strategy, [("NEW", None, True)], day=day)
    if day == "2026-04-01":
        assert record(programme, aiko, code="NEW").level == 1
        refusal = refused(ValidationError, record, programme, aiko, code="A")
    else:
        assert record(programme, aiko, code="A").level == 1
        refusal = refused(ValidationError, record, programme, aiko, code="NEW")
    assert refusal.message_dict == {
        "element": ["This element is not in the revision in force."]
    }


def test_a_strategy_that_is_not_published_takes_nothing(programme, aiko):
    factories.make_strategy("DRAFT", publish=False)
    element = factories.get_element("A", "DRAFT")
    refusal = refused(ValidationError, record, programme, aiko, element=element)
    assert list(refusal.message_dict) == ["element"]


# --- all or nothing ---


def test_a_batch_with_an_unchanged_row_keeps_its_other_rows(programme, aiko):
    unchanged = record(programme, aiko)
    with recording(Change.Action.LOAD, by=aiko):
        new = record(programme, aiko, code="A.1")
        assert record(programme, aiko, replaces=unchanged.pk) == unchanged
        other = record(programme, aiko, code="A.2")
    assert set(Alignment.objects.open()) == {unchanged, new, other}


def test_a_source_that_cannot_be_stored_takes_its_row_with_it(programme, aiko):
    with transaction.atomic():
        refused(
            IntegrityError, record, programme, aiko,
            evidence=[factories.a_source(url="", file="")],
        )  # fmt: skip
