"""Skip a cell for now: kept for the person until anything is written about the cell."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from strategy_app.models import Change, Deferral
from strategy_app.queries import review
from strategy_app.services import ledger
from tests import factories
from tests.services.ledger import everything, refused


@pytest.fixture
def programme(department_a):
    factories.make_strategy(context=("B",))
    return factories.make_programme(department=department_a)


def defer(programme, by, code="A", reason="I have asked the division."):
    return ledger.defer(
        programme=programme, element=factories.get_element(code), reason=reason, by=by
    )


def test_a_skipped_cell_leaves_the_ledger_as_it_is(programme, aiko):
    before = everything()[:2]
    made = defer(programme, aiko)
    change = Change.objects.latest("id")
    assert everything()[:2] == before
    assert Deferral.objects.get() == made
    assert (change.action, change.by, made.deferred_in) == ("defer", aiko, change)
    element = factories.get_element("A")
    assert review.deferrals(aiko) == {(programme.pk, element.pk): made}


def test_the_newest_reason_of_a_cell_counts_and_only_for_whoever_gave_it(
    programme, aiko, dai
):
    defer(programme, aiko, reason="First.")
    last = defer(programme, aiko, reason="Second.")
    assert list(review.deferrals(aiko).values()) == [last]
    assert review.deferrals(dai) == {}


@pytest.mark.parametrize("verb", ["align", "withdraw", "confirm", "reaffirm"])
def test_whatever_is_written_about_the_cell_settles_it(programme, aiko, dai, verb):
    row = None
    if verb != "align":
        row = factories.align(programme, "A", by=aiko)
    defer(programme, dai)
    cell = {"programme": programme, "element": factories.get_element("A")}
    if verb == "align":
        factories.align(programme, "A", by=aiko)
    elif verb == "confirm":
        ledger.confirm(alignment=row, by=dai)
    else:
        getattr(ledger, verb)(**cell, replaces=row.pk, by=aiko)
    assert review.deferrals(dai) == {}


def test_what_is_written_about_another_cell_does_not_settle_it(programme, aiko):
    made = defer(programme, aiko)
    factories.align(programme, "A.1", by=aiko)
    assert list(review.deferrals(aiko).values()) == [made]


def test_a_reason_is_needed(programme, aiko):
    refusal = refused(ValidationError, defer, programme, aiko, reason="  ")
    assert list(refusal.message_dict) == ["reason"]
    assert Deferral.objects.count() == 0


def test_what_cannot_be_aligned_cannot_be_skipped(programme, aiko):
    refused(ValidationError, defer, programme, aiko, "B")


def test_only_who_may_record_may_skip(programme, ben):
    refused(PermissionDenied, defer, programme, ben)
    assert Deferral.objects.count() == 0
