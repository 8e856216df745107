"""The tagging panel on a programme's page saves judgements one by one."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from strategy_app.models import Alignment, Change, Programme
from tests import factories
from tests.admin.pages import address


@pytest.fixture
def programme(db):
    factories.make_strategy(context=["B"])
    return factories.make_programme()


@pytest.fixture
def signed_in(chie, client):
    client.force_login(chie)
    return client


def align_page(programme, code):
    return address(Programme, "align", programme.pk, factories.get_element(code).pk)


def sent(level, rationale="It says so.", *, replaces="", source=True):
    """Return a judgement as the page's form sends it."""
    data = {
        "level": level, "rationale": rationale, "replaces": replaces,
        "evidence-TOTAL_FORMS": "1", "evidence-INITIAL_FORMS": "0",
    }  # fmt: skip
    if source:
        data |= {
            "evidence-0-title": "Report", "evidence-0-url": "https://example.org/r",
            "evidence-0-dated_on": "2026-03-31",
        }  # fmt: skip
    return data


def in_force(programme):
    rows = Alignment.objects.open().filter(programme=programme).order_by("id")
    return [(row.element.code, row.level, row.rationale) for row in rows]


def test_the_panel_lists_every_alignable_element(programme, dai, signed_in):
    factories.align(programme, "A.1", 0, by=dai, rationale="Looked, and no.")
    page = signed_in.get(address(Programme, "change", programme.pk))
    panel = page.context["panel"]
    lines = [line for group in panel["groups"] for line in group.lines]
    assert [(line.wording.element.code, line.symbol) for line in lines] == [
        ("A", "–"), ("A.1", "○"), ("A.2", "–"),
    ]  # fmt: skip
    assert (panel["assessed"], panel["elements"]) == (1, 3)
    text = page.content.decode()
    assert text.count("Not assessed") == 2
    assert text.count("Not targeted") == 1
    assert "Looked, and no." in text
    for code in ("A", "A.1", "A.2"):
        assert align_page(programme, code) in text
    assert align_page(programme, "B") not in text


def test_without_a_strategy_the_panel_says_what_to_do(signed_in):
    stored = factories.make_programme()
    page = signed_in.get(address(Programme, "change", stored.pk)).content.decode()
    assert "There is no strategy yet." in page


def test_a_judgement_is_recorded(programme, chie, signed_in):
    before = Change.objects.count()
    answer = signed_in.post(align_page(programme, "A.1"), sent(2))
    assert answer.url.startswith(address(Programme, "change", programme.pk))
    assert in_force(programme) == [("A.1", 2, "It says so.")]
    change = Alignment.objects.get().opened_in
    assert (change.by, change.source, change.action) == (chie, "admin", "align")
    assert Change.objects.count() == before + 1
    evidence = Alignment.objects.get().evidence.get()
    assert (evidence.title, evidence.dated_on) == ("Report", datetime.date(2026, 3, 31))


def test_save_and_next_goes_to_what_is_not_assessed(programme, dai, signed_in):
    factories.align(programme, "A.1", by=dai)
    answer = signed_in.post(align_page(programme, "A"), sent(1) | {"_next": "1"})
    assert answer.url == align_page(programme, "A.2")


def test_the_same_judgement_again_changes_nothing(programme, signed_in):
    signed_in.post(align_page(programme, "A.1"), sent(2))
    row = Alignment.objects.get()
    before = Change.objects.count()
    signed_in.post(align_page(programme, "A.1"), sent(2, replaces=row.pk))
    assert list(Alignment.objects.all()) == [row]
    assert Change.objects.count() == before


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (sent(3), "level"),
        (sent(1, ""), "rationale"),
        (sent(1, "=1+1"), "rationale"),
        (sent(2, source=False), "evidence"),
    ],
)
def test_a_refusal_stands_next_to_its_field(programme, data, field, signed_in):
    before = Change.objects.count()
    answer = signed_in.post(align_page(programme, "A.1"), data)
    form = answer.context["form"]
    if field == "evidence":
        assert answer.context["refused_evidence"] == [
            "A principal alignment needs a dated source."
        ]
    else:
        assert list(form.errors) == [field]
    assert form["rationale"].value() == data["rationale"]
    assert list(answer.context["messages"]) == []
    assert (in_force(programme), Change.objects.count()) == ([], before)


def test_what_is_not_alignable_is_refused(programme, signed_in):
    answer = signed_in.post(align_page(programme, "B"), sent(1))
    assert answer.context["refused"] == [
        "This element is context; nothing is aligned with it."
    ]
    assert in_force(programme) == []


def test_a_conflict_shows_both_and_loses_nothing(programme, dai, signed_in):
    factories.align(programme, "A.1", 2, by=dai, rationale="What Dai wrote.")
    before = Change.objects.count()
    answer = signed_in.post(align_page(programme, "A.1"), sent(1, "What Chie typed."))
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "What Dai wrote." in text
    form = answer.context["form"]
    assert (form["level"].value(), form["rationale"].value()) == ("1", "What Chie typed.")
    assert form.evidence.forms[0]["title"].value() == "Report"
    assert in_force(programme) == [("A.1", 2, "What Dai wrote.")]
    assert Change.objects.count() == before

    again = sent(1, "What Chie typed.", replaces=form["replaces"].value())
    signed_in.post(align_page(programme, "A.1"), again)
    assert in_force(programme) == [("A.1", 1, "What Chie typed.")]
    assert Alignment.objects.count() == 2


def test_a_judgement_that_was_withdrawn_meanwhile_is_a_conflict(programme, dai, signed_in):
    row = factories.align(programme, "A.1", 2, by=dai)
    signed_in.post(align_page(programme, "A.1"), {"_withdraw": "1", "replaces": row.pk})
    answer = signed_in.post(align_page(programme, "A.1"), sent(1, replaces=row.pk))
    assert answer.status_code == 409
    assert answer.context["form"]["replaces"].value() == ""
    assert in_force(programme) == []


def test_a_judgement_is_withdrawn(programme, dai, chie, signed_in):
    row = factories.align(programme, "A.1", 2, by=dai)
    signed_in.post(
        align_page(programme, "A.1"),
        {"_withdraw": "1", "replaces": row.pk, "reason": "By mistake"},
    )
    assert in_force(programme) == []
    closed = Alignment.objects.get().closed_in
    assert (closed.by, closed.source, closed.reason) == (chie, "admin", "By mistake")


@pytest.mark.parametrize("replaces", ["", "0", "x", "²"])
def test_withdrawing_another_row_is_a_conflict(programme, dai, replaces, signed_in):
    factories.align(programme, "A.1", 2, by=dai, rationale="What Dai wrote.")
    before = Change.objects.count()
    answer = signed_in.post(
        align_page(programme, "A.1"), {"_withdraw": "1", "replaces": replaces}
    )
    assert answer.status_code == 409
    assert in_force(programme) == [("A.1", 2, "What Dai wrote.")]
    assert Change.objects.count() == before


def test_the_number_of_queries_of_the_panel_is_fixed(programme, dai, signed_in):
    counted = []
    for code in ("A", "A.1", "A.2"):
        factories.align(programme, code, 2, by=dai, evidence=[
            factories.a_source(title=f"{code}-{n}") for n in range(3)
        ])  # fmt: skip
        where = address(Programme, "change", programme.pk)
        signed_in.get(where)  # the columns are read anew after each write
        with CaptureQueriesContext(connection) as queries:
            signed_in.get(where)
        counted.append(len(queries))
    assert counted[0] == counted[2], counted
