"""Proposals in the queue: taken over, changed first or set aside, each by a person."""

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils.html import escape

from strategy_app.models import Alignment, Change, Dismissal
from strategy_app.services import ledger
from tests import factories
from tests.services.ledger import everything, refused
from tests.views.reading import text_of
from tests.views.tagging.test_queue import address, page, shown, tabs
from tests.views.tagging.test_tagging import judgement

HERE = {"kind": "proposed", "at": "PRG-1:A-1"}


@pytest.fixture
def clock():
    with time_machine.travel("2026-04-01T03:00:00+00:00", tick=False) as clock:
        yield clock


@pytest.fixture
def origin(clock, aiko, department_a):
    """A record of an element of which two parts are split two days later, which is now."""
    strategy = factories.make_strategy(elements=("A", "B"))
    programme = factories.make_programme(department=department_a)
    row = factories.align(
        programme, "A", 2, by=aiko, rationale="It is its purpose.",
        evidence=[factories.a_source(title="Call of 2025")],
    )  # fmt: skip
    factories.split(strategy, "A-1", "A-2", day="2026-04-03")
    clock.move_to("2026-04-03T03:00:00+00:00")
    return row


def answering(client, what, **sent):
    """Press a button of the cell as it stands now: return the address and what it sends."""
    cell = page(client, **HERE).context["cell"]
    known = {"do": what, "read": cell.wording.pk}
    return address(**HERE), known | {"proposal": [row.pk for row in cell.proposals]} | sent


def test_it_is_shown_with_what_differs_and_not_as_a_form(client, aiko, origin):
    client.force_login(aiko)
    answer = page(client, kind="proposed")
    assert (shown(answer), tabs(answer)["proposed"]) == ("PRG-1:A-1", 2)
    text, html = text_of(answer), answer.content.decode()
    assert "Recorded of A, which this element comes from" in text
    assert "It is its purpose." in text
    assert "<ins>-1</ins>" in html
    assert not answer.context["cell"].shows_form
    keys = {key for key in "kcd" if f'data-key="{key}"' in html}
    assert keys | {"c"} == {*"kcd"}
    assert 'data-open="c"' in html


def test_taken_over_it_is_the_persons_own_judgement(client, aiko, origin):
    hana = factories.make_person("hana", role="manager")
    client.force_login(hana)
    client.post(*answering(client, "accept"))
    row = Alignment.objects.get(element__code="A-1")
    assert (row.level, row.rationale, row.opened_in.by) == (2, origin.rationale, hana)
    assert (str(row.valid_from), row.wording.element.code) == ("2026-04-03", "A-1")
    assert (row.confirmed_in, row.continues) == (None, None)
    assert [source.title for source in row.evidence.all()] == ["Call of 2025"]
    assert tabs(page(client))["proposed"] == 1


def test_changed_first_the_form_begins_with_what_was_recorded(client, aiko, origin):
    client.force_login(aiko)
    cell = page(client, **HERE).context["cell"]
    form = cell.form
    assert form.initial == {
        "replaces": None, "level": 2, "rationale": "It is its purpose.",
        "read": cell.wording.pk,
    }  # fmt: skip
    (source,) = form.evidence.initial
    assert (source["title"], source["keeps"]) == (
        "Call of 2025", origin.evidence.get().pk,
    )  # fmt: skip
    sent = judgement(do="save", level=1, rationale="Only in part.")
    client.post(address(**HERE), sent)
    row = Alignment.objects.get(element__code="A-1")
    assert (row.level, row.rationale) == (1, "Only in part.")


def test_set_aside_the_cell_stays_not_assessed_and_says_so(client, aiko, origin):
    client.force_login(aiko)
    before = tabs(page(client))
    answer = client.post(*answering(client, "dismiss"), follow=True)
    assert "It stays not assessed." in text_of(answer)
    assert tabs(page(client)) == before | {"proposed": 1}
    assert not Alignment.objects.filter(element__code="A-1").exists()
    made = Dismissal.objects.get()
    assert (made.dismissed_in.by, made.dismissed_in.reason) == (aiko, "PRG-1 × A-1")
    again = page(client, at="PRG-1:A-1")
    assert "does not apply here · aiko" in text_of(again)
    assert again.context["cell"].shows_form


def test_setting_aside_is_undone_from_the_queue(client, aiko, origin):
    client.force_login(aiko)
    before = tabs(page(client))
    done = client.post(*answering(client, "dismiss"), follow=True)
    undo = done.context["done"]["undo"]
    assert f'href="{escape(undo)}" data-key="u"' in done.content.decode()
    asked = text_of(client.get(undo))
    assert "proposal set aside" in asked
    assert "proposal that waits" in asked
    client.post(undo)
    assert tabs(page(client)) == before
    again = page(client, **HERE)
    assert [row.pk for row in again.context["cell"].proposals] == [origin.pk]
    assert "does not apply here · aiko" not in text_of(again)
    rows = Dismissal.objects.order_by("pk")
    assert [row.waits_again for row in rows] == [False, True]


def test_who_may_not_record_there_answers_nothing(ben, origin):
    element = factories.get_element("A-1")
    cell = {"element": element, "by": ben}
    refused(PermissionDenied, ledger.accept, proposal=origin, **cell)
    refused(PermissionDenied, ledger.dismiss, programme=origin.programme, **cell)
    assert Dismissal.objects.count() == 0


@pytest.mark.parametrize("what", ["accept", "dismiss"])
def test_what_somebody_has_judged_meanwhile_is_shown_instead(
    client, aiko, dai, origin, what
):
    client.force_login(aiko)
    pressed = answering(client, what)
    factories.align(origin.programme, "A-1", 1, by=dai, rationale="Dai was faster.")
    before = everything()
    answer = client.post(*pressed)
    assert answer.status_code == 409
    assert "Dai was faster." in text_of(answer)
    assert (everything(), Dismissal.objects.count()) == (before, 0)


@pytest.mark.parametrize("what", ["accept", "dismiss"])
def test_what_somebody_has_set_aside_does_not_wait(client, aiko, dai, origin, what):
    client.force_login(aiko)
    pressed = answering(client, what)
    element = factories.get_element("A-1")
    ledger.dismiss(programme=origin.programme, element=element, by=dai)
    before = Change.objects.count()
    answer = client.post(*pressed)
    assert answer.status_code == 400
    assert "This proposal does not wait any more." in text_of(answer)
    assert Change.objects.count() == before


def test_a_source_without_a_date_is_asked_for_it(client, aiko, clock, department_a):
    strategy = factories.make_strategy(elements=("A",))
    programme = factories.make_programme(department=department_a)
    row = factories.load_history(
        programme, "A", 2, "2020-04-01",
        evidence=[factories.a_source(dated_on=None)],
    )  # fmt: skip
    factories.split(strategy, "A-1", day="2026-04-01")
    client.force_login(aiko)
    answer = client.post(*answering(client, "accept", proposal=row.pk))
    assert answer.status_code == 400
    assert "Give the date of each source." in text_of(answer)
    assert Alignment.objects.count() == 1


@pytest.mark.parametrize("number", [1, 3])
def test_a_fixed_number_of_questions(
    client, aiko, clock, department_a, number, django_assert_num_queries
):
    strategy = factories.make_strategy(elements=("A", "B"))
    for count in range(number):
        factories.align(
            factories.make_programme(f"PRG-{count + 1}", department=department_a), "A", 2,
            by=aiko, evidence=[factories.a_source(title=f"{n}") for n in range(number)],
        )  # fmt: skip
    factories.split(strategy, *[f"A-{n + 1}" for n in range(number)], day="2026-04-01")
    client.force_login(aiko)
    page(client, **HERE)
    with django_assert_num_queries(11):
        page(client, **HERE)
