"""Hints while tagging: each slip is seen, and what is no slip is not."""

import pytest

from strategy_app.models.dates import today
from strategy_app.queries import sanity
from tests import factories

ELEMENTS = ["A", "B", "C", "D", "E", "F"]


@pytest.fixture
def programme(department_a):
    factories.make_strategy(elements=ELEMENTS)
    return factories.make_programme(department=department_a)


def hints(programme, **only):
    return [
        (hint.kind, hint.elements)
        for hint in sanity.hints(programme.pk, "STR", today(), **only)
    ]


def align_all(programme, levels, by):
    for number, (code, level) in enumerate(zip(ELEMENTS, levels, strict=False)):
        factories.align(programme, code, level, by=by, rationale=f"Reason {number}.")


@pytest.mark.parametrize("number", [3, 4])
def test_more_than_three_principal(programme, aiko, number):
    align_all(programme, [2] * number, aiko)
    expected = [("many_principal", ["A", "B", "C", "D"])] if number > 3 else []
    assert hints(programme) == expected


def test_principal_without_a_dated_source_as_loaded_history_has(programme):
    factories.load_history(programme, "A", 2, "2024-04-01")
    factories.load_history(programme, "B", 1, "2024-04-01", rationale="Other.", evidence=[])
    assert hints(programme) == [("undated", ["A"])]


def test_the_same_rationale_on_one_programme_but_for_level_0(programme, aiko):
    for code, level in [("A", 1), ("B", 0), ("C", 2)]:
        factories.align(programme, code, level, by=aiko, rationale="It fits.")
    assert hints(programme) == [("same_rationale", ["A", "C"])]


def test_the_same_rationale_on_another_programme_of_the_same_author(programme, aiko, dai):
    other = factories.make_programme("PRG-2", department=programme.department)
    factories.align(other, "C", 1, by=aiko, rationale="It fits.")
    factories.align(other, "D", 1, by=dai, rationale="As the plan says.")
    factories.align(other, "E", 0, by=aiko, rationale="No.")
    factories.align(programme, "A", 1, by=aiko, rationale="It fits.")
    factories.align(programme, "B", 1, by=aiko, rationale="As the plan says.")
    factories.align(programme, "E", 0, by=aiko, rationale="No.")
    (hint,) = sanity.hints(programme.pk, "STR", today())
    assert (hint.kind, hint.elements, hint.programme) == ("same_rationale", ["A"], "PRG-2")


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ([1, 1, 1, 1, 1], [("all_significant", ELEMENTS[:5])]),
        ([1, 1, 1, 1], []),
        ([1, 1, 1, 1, 1, 0], []),
        ([1, 1, 1, 1, 2], []),
    ],
)
def test_significant_on_everything(programme, aiko, levels, expected):
    align_all(programme, levels, aiko)
    assert hints(programme) == expected


@pytest.mark.parametrize(
    ("rationale", "phrase"),
    [
        ("It leads to more visits.", "leads to"),
        ("A welcome Side Effect of the calls.", "side effect"),
        ("共同研究の結果として往来が増える。", "結果として"),
        ("国際交流への波及効果がある。", "波及効果"),
        ("Its purpose is joint research.", None),
        ("共同研究を目的とする。", None),
    ],
)
def test_an_effect_given_as_a_purpose(programme, aiko, rationale, phrase):
    assert sanity.effect_phrase(rationale) == phrase
    factories.align(programme, "A", 1, by=aiko, rationale=rationale)
    factories.align(programme, "B", 0, by=aiko, rationale=rationale)
    assert hints(programme) == ([("effect", ["A"])] if phrase else [])


def test_only_the_hints_of_one_element(programme, aiko):
    factories.align(programme, "A", 1, by=aiko, rationale="It leads to more.")
    factories.align(programme, "B", 1, by=aiko, rationale="It results in less.")
    assert hints(programme, element="B") == [("effect", ["B"])]


@pytest.mark.parametrize("number", [1, 3])
def test_three_questions_however_many_records(
    programme, aiko, number, django_assert_num_queries
):
    align_all(programme, [2] * number, aiko)
    with django_assert_num_queries(3):
        sanity.hints(programme.pk, "STR", today())
