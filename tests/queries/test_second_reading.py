"""What a second reader sees: returns that stand, and what has changed since."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_app.models import Wording
from strategy_app.queries import alignment as alignment_queries
from strategy_app.queries import history, review, second_reading, text
from strategy_app.services import alignment, reference
from tests import factories


@pytest.fixture
def programme(department_a):
    factories.make_strategy()
    return factories.make_programme(department=department_a, summary_en="Funds research.")


def since(programme, code="A"):
    element = factories.get_element(code)
    rows = list(alignment_queries.history_of_cell(programme, element))
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
    alignment.confirm(alignment=first, by=dai)
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
    alignment.confirm(alignment=row, by=dai)
    assert since(programme).changes == []
    programme.summary_en = "Builds telescopes."
    reference.save(programme, by=chie)
    (change,) = since(programme).changes
    assert (change.what, change.before, change.after) == (
        "programme",
        "Programme PRG-1\nFunds research.",
        "Programme PRG-1\nBuilds telescopes.",
    )


def test_a_return_is_open_until_another_row_stands_there(programme, aiko, dai):
    row = factories.align(programme, "A", by=aiko)
    given = alignment.send_back(alignment=row, note="Which call?", by=dai)
    assert review.returns_of([row]) == {row.pk: given}
    newer = factories.align(programme, "A", 2, by=aiko)
    assert review.returns_of([row, newer]) == {}
    assert not review.open_returns().exists()


def test_a_return_is_settled_by_a_confirmation_and_a_later_one_stands(programme, aiko, dai):
    row = factories.align(programme, "A", by=aiko)
    alignment.send_back(alignment=row, note="Which call?", by=dai)
    alignment.confirm(alignment=row, by=dai)
    row.refresh_from_db()
    assert review.returns_of([row]) == {}
    later = alignment.send_back(alignment=row, note="I was too fast.", by=dai)
    assert review.returns_of([row]) == {row.pk: later}
