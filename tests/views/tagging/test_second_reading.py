"""Second reading on the programme's page: confirm, return, still right; and why not."""

import pytest
import time_machine
from django.urls import reverse

from strategy_app.models import Alignment, Return
from strategy_app.services import ledger, reference
from tests import factories
from tests.services.ledger import everything
from tests.views.reading import text_of
from tests.views.tagging.test_tagging import HTMX, judgement


@pytest.fixture
def programme(department_a):
    factories.make_strategy()
    return factories.make_programme(department=department_a)


def address():
    return reverse("align", args=["PRG-1", "STR", "A"])


def page(client):
    return client.get(reverse("programme", args=["PRG-1"]))


def test_returned_from_the_line_and_shown_to_its_author(client, aiko, dai, programme):
    row = factories.align(programme, "A", 2, by=aiko)
    client.force_login(dai)
    sent = {"do": "return", "replaces": row.pk, "note": "Which call?"}
    answer = client.post(address(), sent, headers=HTMX)
    assert "Returned by dai" in text_of(answer)
    assert Return.objects.get().note == "Which call?"
    client.force_login(aiko)
    assert "Which call?" in text_of(page(client))
    assert "Which call?" in text_of(client.get(address()))
    client.post(address(), judgement(replaces=row.pk, rationale="The call of 2026."))
    assert "Which call?" not in text_of(page(client))


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_a_return_without_a_note_is_refused_in_the_line(
    client, aiko, dai, programme, headers
):
    row = factories.align(programme, "A", 2, by=aiko)
    client.force_login(dai)
    before = everything()
    sent = {"do": "return", "replaces": row.pk, "note": ""}
    answer = client.post(address(), sent, headers=headers)
    assert answer.status_code == 400
    assert "Say what ought to be looked at again." in text_of(answer)
    assert everything() == before
    assert Return.objects.count() == 0


@pytest.mark.parametrize("verb", ["return", "reaffirm", "confirm"])
def test_what_somebody_has_replaced_is_shown_instead(client, aiko, dai, programme, verb):
    seen = factories.align(programme, "A", 1, by=aiko)
    factories.align(programme, "A", 2, by=aiko, rationale="Newer.")
    client.force_login(dai)
    before = everything()
    sent = {"do": verb, "replaces": seen.pk, "note": "Hm."}
    answer = client.post(address(), sent, headers=HTMX)
    assert answer.status_code == 409
    assert "Newer." in text_of(answer)
    assert everything() == before


@pytest.mark.parametrize("verb", ["return", "confirm"])
def test_nobody_reads_their_own_a_second_time(client, aiko, programme, verb):
    row = factories.align(programme, "A", 2, by=aiko)
    client.force_login(aiko)
    before = everything()
    answer = client.post(address(), {"do": verb, "replaces": row.pk, "note": "Hm."})
    assert answer.status_code == 403
    assert everything() == before
    text = text_of(page(client))
    assert "Return it" not in text


def test_still_right_from_the_line_after_a_revision(client, aiko, dai, programme):
    with time_machine.travel("2026-04-01T03:00:00+00:00", tick=False) as clock:
        row = factories.align(programme, "A", 2, by=aiko)
        ledger.confirm(alignment=row, by=dai)
        client.force_login(aiko)
        assert "✓ confirmed" in text_of(page(client))
        strategy = row.element.strategy
        factories.revise_as(strategy, {"A": "material"}, day="2026-04-03")
        clock.move_to("2026-04-03T03:00:00+00:00")
        client.force_login(aiko)
        text = text_of(page(client))
        assert "no longer confirmed: the element's wording has changed since" in text
        assert "✓ confirmed" not in text
        refused = client.post(address(), {"do": "confirm", "replaces": row.pk})
        assert refused.status_code == 403
        client.force_login(dai)
        refused = client.post(address(), {"do": "confirm", "replaces": row.pk})
        assert refused.status_code == 400
        assert "re-read it first" in text_of(refused)
        client.force_login(aiko)
        read = factories.get_element("A").wordings.latest("revision__in_force_from")
        sent = {"do": "reaffirm", "replaces": row.pk, "read": read.pk}
        answer = client.post(address(), sent, headers=HTMX)
        assert "needs review" not in text_of(answer)
        assert Alignment.objects.open().get().opened_in.action == "reaffirm"


def test_a_lapse_by_the_programmes_text_shows_what_changed(
    client, aiko, dai, chie, programme
):
    row = factories.align(programme, "A", 2, by=aiko)
    ledger.confirm(alignment=row, by=dai)
    programme.summary_en = "Builds telescopes."
    reference.save(programme, by=chie)
    client.force_login(dai)
    answer = page(client)
    text = text_of(answer)
    assert "no longer confirmed: the programme's text has changed since" in text
    assert "Changed since it was last confirmed" in text
    assert "<ins>" in answer.content.decode()


def test_hints_stand_on_the_page_and_in_the_line_that_was_saved(client, aiko, programme):
    client.force_login(aiko)
    form = judgement(level=1, rationale="It leads to more visits.")
    answer = client.post(address(), form, headers=HTMX)
    assert text_of(answer).count("speaks of an effect") == 1
    assert text_of(page(client)).count("speaks of an effect") == 1


def test_hints_are_for_those_who_record(client, aiko, ben, programme):
    factories.align(programme, "A", 1, by=aiko, rationale="It leads to more visits.")
    client.force_login(ben)
    assert "speaks of an effect" not in text_of(page(client))
