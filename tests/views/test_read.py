"""What is answered is what was read: not what has taken its place on an open page."""

import datetime

import pytest
import time_machine
from django.db import connection
from django.urls import reverse

from strategy_app.models import Alignment, Dismissal, Wording
from strategy_app.services import ledger
from strategy_app.services import strategy as strategy_services
from tests import factories
from tests.services.drafts import get
from tests.services.ledger import everything, refused
from tests.views.reading import text_of
from tests.views.tagging.test_queue import address, page
from tests.views.tagging.test_tagging import judgement

FIRST, SECOND, THIRD = "2026-04-01", "2026-04-02", "2026-04-03"
PROPOSED = {"kind": "proposed", "at": "PRG-1:A-1"}
REREAD = {"kind": "needs_review", "at": "PRG-1:A"}
UNREAD = "This is not what you had read."


@pytest.fixture
def clock(db):
    with time_machine.travel(f"{FIRST}T03:00:00+00:00", tick=False) as clock:
        yield clock


@pytest.fixture
def programme(clock, department_a):
    factories.make_strategy(elements=("A", "B"))
    return factories.make_programme(department=department_a)


@pytest.fixture
def become(clock, client, aiko):
    """Return what lets a day begin: Aiko signs in again, whose session has ended."""

    def begin(day):
        clock.move_to(f"{day}T03:00:00+00:00")
        client.force_login(aiko)

    return begin


@pytest.fixture
def reworded(programme, aiko):
    """A record whose element is reworded on the second day, and again on the third."""
    row = factories.align(programme, "A", 2, by=aiko)
    for day in (SECOND, THIRD):
        factories.revise_as(row.element.strategy, {"A": "material"}, day=day)
    return row


@pytest.fixture
def split(programme, aiko):
    """A record of A, of which A-1 is split on the second day."""
    row = factories.align(programme, "A", 1, by=aiko, rationale="Of A.")
    factories.split(row.element.strategy, "A-1", day=SECOND)
    return row


def wording_on(day, code="A"):
    return Wording.objects.get(element__code=code, revision__in_force_from=day)


def pressed(client, what, **asked):
    """Return what a button of the page sends as it was read."""
    cell = page(client, **asked).context["cell"]
    sent = {"do": what, "read": cell.wording.pk}
    if cell.current:
        return sent | {"replaces": cell.current.pk}
    return sent | {"proposal": [row.pk for row in cell.proposals]}


def test_still_right_is_not_said_of_a_text_that_came_overnight(client, become, reworded):
    become(SECOND)
    sent = pressed(client, "reaffirm", **REREAD)
    become(THIRD)
    before = everything()
    answer = client.post(address(**REREAD), sent)
    assert answer.status_code == 409
    assert UNREAD in text_of(answer)
    assert "<ins> anew</ins>" in answer.content.decode()
    assert everything() == before
    client.post(address(**REREAD), pressed(client, "reaffirm", **REREAD))
    assert Alignment.objects.open().get().wording == wording_on(THIRD)


@pytest.mark.parametrize("read", [SECOND, None])
def test_nor_from_the_line_of_the_programmes_page(client, become, reworded, read):
    become(THIRD)
    before = everything()
    place = reverse("align", args=["PRG-1", "STR", "A"])
    sent = {"do": "reaffirm", "replaces": reworded.pk} | (
        {"read": wording_on(read).pk} if read else {}
    )
    answer = client.post(place, sent, headers={"HX-Request": "true"})
    assert (answer.status_code, UNREAD in text_of(answer)) == (409, True)
    assert everything() == before


def test_the_line_sends_what_it_shows(client, become, reworded):
    become(SECOND)
    answer = client.get(reverse("programme", args=["PRG-1"]))
    shown = f'name="read" value="{wording_on(SECOND).pk}"'
    assert shown in answer.content.decode()


def test_what_says_the_same_in_a_later_revision_was_read(client, become, programme, aiko):
    row = factories.align(programme, "A", 2, by=aiko)
    factories.revise_as(row.element.strategy, {"A": "material"}, day=SECOND)
    factories.revise_as(row.element.strategy, {"B": "material"}, day=THIRD)
    become(SECOND)
    sent = pressed(client, "reaffirm", **REREAD)
    become(THIRD)
    client.post(address(**REREAD), sent)
    assert Alignment.objects.open().get().wording == wording_on(THIRD)


def test_no_text_of_a_draft_is_shown_for_its_number(client, become, programme, aiko):
    row = factories.align(programme, "A", 2, by=aiko)
    factories.revise_as(row.element.strategy, {"A": "material"}, day=SECOND)
    draft = strategy_services.create_draft(
        strategy=row.element.strategy, by=None, name_en="Secret"
    )
    secret = get(draft, "A")
    strategy_services.edit(
        wording=secret, replaces=secret.edited_in_id, by=None, title_en="Not yet told"
    )
    become(SECOND)
    sent = pressed(client, "reaffirm", **REREAD) | {"read": secret.pk}
    answer = client.post(address(**REREAD), sent)
    assert answer.status_code == 409
    assert "Not yet told" not in answer.content.decode()


@pytest.mark.parametrize("place", ["queue", "line"])
def test_what_was_typed_of_another_text_is_kept(client, become, reworded, place):
    become(SECOND)
    where = address(**REREAD)
    if place == "line":
        where = reverse("align", args=["PRG-1", "STR", "A"])
    read = client.get(where).content.decode()
    assert f'name="read" value="{wording_on(SECOND).pk}"' in read
    typed = judgement(
        do="save", level=1, rationale="Only in part.", replaces=reworded.pk,
        read=wording_on(SECOND).pk,
    )  # fmt: skip
    become(THIRD)
    before = everything()
    answer = client.post(where, typed)
    html = answer.content.decode()
    assert (answer.status_code, UNREAD in html, "Only in part." in html) == (
        409,
        True,
        True,
    )
    assert everything() == before
    assert f'name="read" value="{wording_on(THIRD).pk}"' in html
    client.post(where, typed | {"read": wording_on(THIRD).pk})
    now = Alignment.objects.open().get()
    assert (now.rationale, now.wording) == ("Only in part.", wording_on(THIRD))


@pytest.mark.parametrize("what", ["accept", "dismiss"])
def test_a_proposal_is_not_answered_for_a_text_that_came_overnight(
    client, become, split, what
):
    factories.revise_as(split.element.strategy, {"A-1": "material"}, day=THIRD)
    become(SECOND)
    sent = pressed(client, what, **PROPOSED)
    become(THIRD)
    before = everything()
    answer = client.post(address(**PROPOSED), sent)
    assert answer.status_code == 409
    assert UNREAD in text_of(answer)
    assert (everything(), Dismissal.objects.count()) == (before, 0)


def merge(strategy, day):
    """Say that A-1, worded as before, comes from B as well."""
    draft = strategy_services.create_draft(strategy=strategy, by=None, name_en="Merged")
    origins = [factories.get_element(code) for code in "AB"]
    strategy_services.set_origins(
        wording=get(draft, "A-1"), kind="merged", origins=origins, by=None
    )
    strategy_services.publish(
        revision=draft, in_force_from=datetime.date.fromisoformat(day), by=None,
        despite_warnings=True,
    )  # fmt: skip


def test_what_was_not_shown_is_not_set_aside(client, become, split, aiko):
    factories.align(split.programme, "B", 2, by=aiko, rationale="Of B.")
    merge(split.element.strategy, THIRD)
    become(SECOND)
    sent = pressed(client, "dismiss", **PROPOSED)
    assert sent["proposal"] == [split.pk]
    become(THIRD)
    before = everything()
    answer = client.post(address(**PROPOSED), sent)
    assert answer.status_code == 409
    assert UNREAD in text_of(answer)
    assert "Of B." in text_of(answer)
    assert (everything(), Dismissal.objects.count()) == (before, 0)
    client.post(address(**PROPOSED), pressed(client, "dismiss", **PROPOSED))
    assert Dismissal.objects.count() == 1


def test_the_services_refuse_it_too(become, split, aiko):
    factories.revise_as(split.element.strategy, {"A-1": "material"}, day=THIRD)
    become(THIRD)
    element, read = factories.get_element("A-1"), wording_on(SECOND, "A-1")
    cell = {"element": element, "by": aiko, "read": read.pk}
    for refusal in (
        refused(ledger.Unread, ledger.accept, proposal=split, **cell),
        refused(ledger.Unread, ledger.dismiss, programme=split.programme, **cell),
    ):
        assert (refusal.read, refusal.wording) == (read, wording_on(THIRD, "A-1"))


def test_beside_a_record_that_came_this_moment_no_proposal_is_offered(
    client, become, split, dai
):
    become(SECOND)
    sent = pressed(client, "accept", **PROPOSED)
    is_late = []

    def overtake(execute, sql, params, many, context):
        """Let Dai be faster once the page has read what stands there."""
        if sql.startswith("SAVEPOINT") and not is_late:
            is_late.append(True)
            factories.align(split.programme, "A-1", 1, by=dai, rationale="Dai's.")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(overtake):
        answer = client.post(address(**PROPOSED), sent)
    assert answer.status_code == 409
    assert "Dai's." in text_of(answer)
    assert "Proposal: it is right here too" not in text_of(answer)
    assert "Second reading: confirm, return with a note" in text_of(answer)
