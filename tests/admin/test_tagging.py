"""The tagging panel on a programme's page: the cells of the site, read and written."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from strategy_app.models import Alignment, Change, Programme
from tests import factories
from tests.admin.pages import address
from tests.views.reading import link, text_of
from tests.views.tagging.test_tagging import HTMX, judgement, levels_on


@pytest.fixture
def programme(db):
    factories.make_strategy(context=["B"])
    return factories.make_programme()


@pytest.fixture
def signed_in(chie, client):
    client.force_login(chie)
    return client


def page_of(programme):
    return address(Programme, "change", programme.pk)


def cell(element="A.1"):
    return reverse("align", args=["PRG-1", "STR", element]) + "?strategy=STR&from=admin"


def in_force():
    rows = Alignment.objects.open().order_by("id")
    return [(row.element.code, row.level, row.rationale) for row in rows]


def test_the_panel_lists_every_alignable_element(programme, dai, signed_in):
    factories.align(programme, "A.1", 0, by=dai, rationale="Looked, and no.")
    page = signed_in.get(page_of(programme))
    assert levels_on(page) == {
        "A": "Not assessed",
        "A.1": "Not targeted",
        "A.2": "Not assessed",
    }
    text = text_of(page)
    assert "1 of 3 elements are assessed." in text
    assert "A: 1 of 3 assessed" in text
    assert "Looked, and no." in text
    for code in ("A", "A.1", "A.2"):
        assert f'hx-get="{cell(code).replace("&", "&amp;")}"' in page.content.decode()


def test_without_a_strategy_the_panel_says_what_to_do(signed_in):
    stored = factories.make_programme()
    page = signed_in.get(page_of(stored)).content.decode()
    assert "There is no strategy yet." in page


def test_a_judgement_is_recorded_and_leads_back_to_its_line(programme, chie, signed_in):
    assert "What A.1 is about." in text_of(signed_in.get(cell()))
    answer = signed_in.post(cell(), judgement(rationale="It says so."))
    assert answer.url == f"{page_of(programme)}?strategy=STR#A.1"
    assert in_force() == [("A.1", 2, "It says so.")]
    change = Alignment.objects.get().opened_in
    assert (change.by, change.source, change.action) == (chie, "admin", "align")
    assert "PRG-1 × A.1 is recorded." in text_of(signed_in.get(answer.url))


def test_what_is_not_assessed_is_gone_through_in_the_queue(programme, dai, signed_in):
    factories.align(programme, "A", by=dai)
    page = signed_in.get(page_of(programme))
    queue = signed_in.get(link(page, "Go through what is not assessed, one by one"))
    assert "PRG-1 × A.1" in text_of(queue)


def test_in_place_the_line_comes_back_and_leads_to_the_panel(programme, signed_in):
    answer = signed_in.post(cell(), judgement(level=1), headers=HTMX)
    assert levels_on(answer) == {"A.1": "Significant"}
    assert cell().replace("&", "&amp;") in answer.content.decode()


def test_a_conflict_shows_both_and_leads_back_to_the_panel(programme, dai, signed_in):
    factories.align(programme, "A.1", 2, by=dai, rationale="What Dai wrote.")
    before = Change.objects.count()
    answer = signed_in.post(cell(), judgement(1, "What Chie typed."))
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "What Dai wrote." in html and "What Chie typed." in html
    assert f'href="{page_of(programme)}?strategy=STR#A.1"' in html
    assert in_force() == [("A.1", 2, "What Dai wrote.")]
    assert Change.objects.count() == before


def test_a_record_is_withdrawn_with_a_reason(programme, dai, chie, signed_in):
    row = factories.align(programme, "A.1", 2, by=dai)
    sent = {"do": "withdraw", "replaces": row.pk, "reason": "By mistake"}
    signed_in.post(cell(), sent)
    assert in_force() == []
    closed = Alignment.objects.get().closed_in
    assert (closed.by, closed.source, closed.reason) == (chie, "admin", "By mistake")


@pytest.mark.parametrize("replaces", ["", "0", "x", "²"])
def test_withdrawing_another_row_is_a_conflict(programme, dai, replaces, signed_in):
    factories.align(programme, "A.1", 2, by=dai, rationale="What Dai wrote.")
    before = Change.objects.count()
    answer = signed_in.post(cell(), {"do": "withdraw", "replaces": replaces})
    assert answer.status_code == 409
    assert in_force() == [("A.1", 2, "What Dai wrote.")]
    assert Change.objects.count() == before


@pytest.mark.parametrize("reason", ["<b>so</b>", "x" * 1001])
def test_a_reason_that_is_no_plain_text_withdraws_nothing(
    programme, dai, reason, signed_in
):
    row = factories.align(programme, "A.1", 2, by=dai, rationale="What Dai wrote.")
    sent = {"do": "withdraw", "replaces": row.pk, "reason": reason}
    assert signed_in.post(cell(), sent).status_code == 400
    assert in_force() == [("A.1", 2, "What Dai wrote.")]


def test_the_number_of_queries_of_the_panel_is_fixed(programme, dai, signed_in):
    counted = []
    for code in ("A", "A.1", "A.2"):
        factories.align(programme, code, 2, by=dai, evidence=[
            factories.a_source(title=f"{code}-{n}") for n in range(3)
        ])  # fmt: skip
        where = page_of(programme)
        signed_in.get(where)  # the columns are read anew after each write
        with CaptureQueriesContext(connection) as queries:
            signed_in.get(where)
        counted.append(len(queries))
    assert counted[0] == counted[2], counted
