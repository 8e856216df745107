"""What a second reader sees: returns that stand, and what has changed since."""

import pytest
import time_machine
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from strategy_app.coverage import frame
from strategy_app.models import Wording
from strategy_app.models.dates import today
from strategy_app.queries import alignment as alignment_queries
from strategy_app.queries import history, review, second_reading, text
from strategy_app.services import ledger, reference
from tests import factories


@pytest.fixture
def programme(department_a):
    factories.make_strategy()
    return factories.make_programme(department=department_a, summary_en="Funds research.")


def since(programme, code="A"):
    element = factories.get_element(code)
    rows = alignment_queries.history_of_cell(programme, element, frame.current(), today())
    wording = Wording.objects.filter(element=element).latest("id")
    versions = history.versions_of(programme)
    return second_reading.since_confirmed(rows[0], rows, wording, versions)


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        (
            "Funds joint research.",
            "Funds open research.",
            [("same", "Funds "), ("out", "joint"), ("in", "open"), ("same", " research.")],
        ),
        (
            "国際共同研究",
            "国際研究",
            [("same", "国際"), ("out", "共同"), ("same", "研究")],
        ),
        (
            "Funds joint research.",
            "Builds large telescopes.",
            [
                ("out", "Funds joint research"),
                ("in", "Builds large telescopes"),
                ("same", "."),
            ],
        ),
        ("", "New.", [("in", "New.")]),
        ("Same.", "Same.", [("same", "Same.")]),
    ],
)
def test_texts_differ_by_words_and_by_japanese_characters(before, after, pieces):
    assert text.difference(before, after) == pieces


@given(before=st.text(max_size=60), after=st.text(max_size=60))
def test_the_pieces_of_a_difference_make_up_both_texts(before, after):
    pieces = text.difference(before, after)
    assert "".join(piece for kind, piece in pieces if kind != "in") == before
    assert "".join(piece for kind, piece in pieces if kind != "out") == after


def test_what_was_never_confirmed_has_nothing_to_be_compared_with(programme, aiko):
    factories.align(programme, "A", by=aiko)
    assert since(programme) is None


def test_level_rationale_and_evidence_since_the_last_confirmation(programme, aiko, dai):
    first = factories.align(programme, "A", 1, by=aiko, rationale="It helps.")
    ledger.confirm(alignment=first, by=dai)
    source = factories.a_source(title="Call of 2026")
    factories.align(
        programme, "A", 2, by=aiko, rationale="It helps much.", evidence=[source]
    )
    found = since(programme)
    assert found.row == first
    assert [(change.what, change.before, change.after) for change in found.changes] == [
        ("level", 1, 2),
        ("rationale", "It helps.", "It helps much."),
        (
            "evidence",
            "Annual report · https://example.org/report · 2026-03-31",
            "Call of 2026 · https://example.org/report · 2026-03-31",
        ),
    ]


def test_the_programmes_text_since_the_last_confirmation(programme, aiko, dai, chie):
    row = factories.align(programme, "A", by=aiko)
    ledger.confirm(alignment=row, by=dai)
    assert since(programme).changes == []
    programme.summary_en = "Builds telescopes."
    reference.save(programme, by=chie)
    (change,) = since(programme).changes
    assert (change.what, change.field, change.before, change.after) == (
        "programme",
        "summary",
        "Funds research.",
        "Builds telescopes.",
    )


def test_title_and_text_of_a_wording_are_compared_apart():
    before, after = (
        Wording(pk=pk, title_en=title, body_en=body)
        for pk, title, body in [(1, "Aim", "Be open."), (2, "An open aim", "Be wide open.")]
    )
    found = second_reading.reworded(before, after)
    assert [(change.field, change.after) for change in found] == [
        ("title", "An open aim"),
        ("body", "Be wide open."),
    ]
    assert found[1].pieces == [("same", "Be "), ("in", "wide "), ("same", "open.")]


def test_the_wording_since_the_last_confirmation(programme, aiko, dai):
    with time_machine.travel("2026-04-01T03:00:00+00:00", tick=False) as clock:
        row = factories.align(programme, "A", by=aiko)
        ledger.confirm(alignment=row, by=dai)
        factories.revise_as(row.element.strategy, {"A": "material"}, day="2026-04-03")
        clock.move_to("2026-04-03T03:00:00+00:00")
        factories.align(programme, "A", 2, by=aiko)
        level, *_others, wording = since(programme).changes
    assert (level.what, level.before, level.after) == ("level", row.level, 2)
    assert wording.what == "wording"
    assert [piece for kind, piece in wording.pieces if kind == "in"] == [" anew"]
    assert [piece for kind, piece in wording.pieces if kind == "out"] == []


def test_what_has_changed_only_in_the_other_language_is_shown_in_it(
    programme, aiko, dai, chie
):
    programme.summary_ja = "研究を支援する。"
    reference.save(programme, by=chie)
    row = factories.align(programme, "A", by=aiko)
    ledger.confirm(alignment=row, by=dai)
    programme.summary_ja = "望遠鏡を建設する。"
    reference.save(programme, by=chie)
    with translation.override("en"):
        (change,) = since(programme).changes
    assert ("out", "研究") in change.pieces
    assert ("in", "望遠鏡") in change.pieces


def test_many_are_compared_at_a_fixed_number_of_questions(
    programme, aiko, dai, chie, django_assert_num_queries
):
    others = [
        factories.make_programme(code, department=programme.department)
        for code in ("PRG-2", "PRG-3")
    ]
    programmes = [programme, *others]
    for item in programmes:
        for code in ("A", "B"):
            row = factories.align(item, code, 1, by=aiko)
            ledger.confirm(alignment=row, by=dai)
        item.summary_en = f"Builds telescopes at {item.code}."
        reference.save(item, by=chie)
        factories.align(item, "A", 2, by=aiko)
        factories.align(item, "A.1", 1, by=aiko)
    wordings = {row.element_id: row for row in Wording.objects.all()}
    open_rows = list(alignment_queries.rows().open().order_by("id"))
    for some in (open_rows[:2], open_rows):
        with django_assert_num_queries(3):
            found = second_reading.since_confirmed_of(some, wordings)
    assert {
        (row.programme.code, row.element.code): [
            (change.what, change.after) for change in found[row.pk].changes[:1]
        ]
        for row in open_rows
        if row.pk in found
    } == {
        (item.code, code): [("level", 2) if code == "A" else ("programme", item.summary_en)]
        for item in programmes
        for code in ("A", "B")
    }


def test_a_return_is_open_until_another_row_stands_there(programme, aiko, dai):
    row = factories.align(programme, "A", by=aiko)
    given = ledger.send_back(alignment=row, note="Which call?", by=dai)
    assert review.returns_of([row], frame.current()) == {row.pk: given}
    newer = factories.align(programme, "A", 2, by=aiko)
    assert review.returns_of([row, newer], frame.current()) == {}


def test_a_return_is_settled_by_a_confirmation_and_a_later_one_stands(programme, aiko, dai):
    row = factories.align(programme, "A", by=aiko)
    ledger.send_back(alignment=row, note="Which call?", by=dai)
    ledger.confirm(alignment=row, by=dai)
    row.refresh_from_db()
    assert review.returns_of([row], frame.current()) == {}
    later = ledger.send_back(alignment=row, note="I was too fast.", by=dai)
    assert review.returns_of([row], frame.current()) == {row.pk: later}
