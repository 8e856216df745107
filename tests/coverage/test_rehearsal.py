"""What is rehearsed is what comes true, and nothing is written by it."""

import datetime

import pytest
import time_machine

from strategy_app.coverage import counts, frame, gaps, matrix, rehearsal, standing, waiting
from strategy_app.coverage.scope import UNKNOWN, Scope
from strategy_app.models import Change
from strategy_app.models.dates import today
from strategy_app.queries import alignment as alignment_queries
from strategy_app.queries import strategy as strategy_queries
from strategy_app.services import strategy as strategy_services
from tests import factories

LATER = datetime.timedelta(days=30)


@pytest.fixture
def draft(chie):
    """A reworded, a withdrawn and a split element, with records of two departments."""
    strategy = factories.make_strategy(elements=("A", "A.1", "A.2", "B"))
    own, other = factories.make_department("DEP-1"), factories.make_department("DEP-2")
    for number, (department, code, level) in enumerate(
        [
            (own, "A.1", 2),
            (own, "B", 1),
            (other, "A.1", 1),
            (other, "A.2", 0),
            (None, "B", 2),
        ]
    ):
        programme = factories.make_programme(f"PRG-{number}", department=department)
        factories.align(programme, code, level)
    draft = strategy_services.create_draft(strategy=strategy, by=chie, name_en="Second")
    wordings = {row.element.code: row for row in strategy_queries.wordings(draft)}
    strategy_services.edit(
        wording=wordings["A.1"], replaces=wordings["A.1"].edited_in_id, by=chie,
        title_en="Something else altogether", title_ja="全く別の文言",
    )  # fmt: skip
    strategy_services.delete_wording(wording=wordings["B"], by=chie)
    for code in ("B-1", "B-2"):
        part = strategy_services.add(
            revision=draft, code=code, parent=None, by=chie,
            type=factories.type_of(draft.strategy),
            title_en=f"Part {code}", title_ja=f"{code}の部分",
        )  # fmt: skip
        strategy_services.set_origins(
            wording=part, kind="split", origins=[factories.get_element("B")], by=chie
        )
    return draft


def rehearsed(draft, day):
    return rehearsal.rehearse(
        frame.current(),
        "STR",
        strategy_queries.rows_of_tree(draft),
        day,
        origins=list(draft.origins.values_list("element_id", "origin_id")),
    )


def named(coverage, found):
    return {(gap.kind, coverage.tree.codes[gap.row], gap.group) for gap in found}


def test_what_is_rehearsed_comes_true(draft):
    day = today() + LATER
    before = Change.objects.count()
    found = rehearsed(draft, day)
    assert Change.objects.count() == before
    assert found.reread == {"DEP-1": 1, "DEP-2": 1}
    assert found.proposed == {"DEP-1": 2, UNKNOWN: 2}
    assert found.withdrawn == {"B": 2}
    scope = Scope("STR", day, today=day)
    gone = gaps.find(frame.current(), scope)
    assert (found.before.counts == counts.elements(frame.current(), scope).counts).all()

    strategy_services.publish(
        revision=draft, in_force_from=day, by=None, despite_warnings=True
    )

    after = counts.elements(frame.current(), scope)
    assert found.after.tree.codes == after.tree.codes == ["A", "A.1", "A.2", "B-1", "B-2"]
    assert (found.after.counts == after.counts).all()
    there = gaps.find(frame.current(), scope)
    old, new = named(found.before, gone), named(after, there)
    assert named(found.after, found.opened) == new - old
    assert named(found.before, found.closed) == old - new
    review = matrix.needs_review(frame.current(), after.tree, day)
    assert int(review.sum()) == sum(found.reread.values())
    proposed, _rows = waiting.proposed(frame.current(), after.tree, day)
    assert len(proposed) == sum(found.proposed.values())


@pytest.mark.parametrize(("title", "asked"), [("Element B", 0), ("Quite another aim", 2)])
def test_a_code_that_is_used_again_asks_to_be_re_read(draft, chie, title, asked):
    first = today() - LATER
    strategy_services.publish(
        revision=draft, in_force_from=first, by=None, despite_warnings=True
    )
    again = strategy_services.create_draft(strategy=draft.strategy, by=chie, name_en="3rd")
    strategy_services.add(
        revision=again, code="B", parent=None, by=chie,
        type=factories.type_of(draft.strategy),
        title_en=title, title_ja="要素B", body_en="What B is about.", body_ja="Bの説明。",
    )  # fmt: skip
    found = rehearsed(again, today())
    assert sum(found.reread.values()) == asked
    strategy_services.publish(
        revision=again, in_force_from=today(), by=None, despite_warnings=True
    )
    columns = frame.current()
    tree = columns.tree("STR", today())
    review = matrix.needs_review(columns, tree, today())[tree.row_of["B"]]
    assert int(review.sum()) == asked
    rows = alignment_queries.rows().open().filter(element__code="B")
    rows = alignment_queries.with_standing(rows, columns, today())
    assert [row.state.is_reworded for row in rows] == [bool(asked)] * 2


def test_what_is_back_as_new_counts_as_material_whoever_called_it_so(draft, chie):
    """As drafts were published before codes that are used again were compared."""
    first = today() - LATER
    strategy_services.publish(
        revision=draft, in_force_from=first, by=None, despite_warnings=True
    )
    again = strategy_services.create_draft(strategy=draft.strategy, by=chie, name_en="3rd")
    factories.add_elements(again, ["B"])
    undecided = [row.wording.element.code for row in strategy_services.problems_of(again)]
    assert "B" in undecided
    assert sum(rehearsed(again, today()).reread.values()) == 2
    strategy_services.publish(
        revision=again, in_force_from=today(), by=None, despite_warnings=True
    )
    columns = frame.current()
    tree = columns.tree("STR", today())
    assert int(matrix.needs_review(columns, tree, today())[tree.row_of["B"]].sum()) == 2


def test_what_is_proposed_already_is_not_counted_anew(draft, chie):
    strategy_services.publish(
        revision=draft, in_force_from=today(), by=None, despite_warnings=True
    )
    again = strategy_services.create_draft(strategy=draft.strategy, by=chie, name_en="3rd")
    assert rehearsed(again, today() + LATER).proposed == {}
    part = strategy_services.add(
        revision=again, code="B-3", parent=None, by=chie,
        type=factories.type_of(draft.strategy),
        title_en="Part B-3", title_ja="B-3の部分",
    )  # fmt: skip
    strategy_services.set_origins(
        wording=part, kind="split", origins=[factories.get_element("A.2")], by=chie
    )
    assert rehearsed(again, today() + LATER).proposed == {"DEP-2": 1}


def test_before_the_day_nothing_is_different_to_the_digit(draft):
    days = [today() - LATER, today(), today() + LATER - datetime.timedelta(days=1)]

    def all_numbers():
        columns = frame.current()
        return [
            (
                counts.elements(columns, Scope("STR", day, layer=layer)).counts.tolist(),
                named(
                    counts.elements(columns, Scope("STR", day, layer=layer)),
                    gaps.find(columns, Scope("STR", day, layer=layer)),
                )
                if columns.tree("STR", day)
                else None,
            )
            for day in days
            for layer in standing.LAYERS
        ]

    before = all_numbers()
    strategy_services.publish(
        revision=draft, in_force_from=today() + LATER, by=None, despite_warnings=True
    )
    assert all_numbers() == before


def test_a_day_that_is_to_come_comes_by_itself(draft):
    day = today() + LATER
    strategy_services.publish(
        revision=draft, in_force_from=day, by=None, despite_warnings=True
    )
    assert "B" in frame.current().tree("STR", today()).codes
    with time_machine.travel(datetime.datetime.combine(day, datetime.time(0, 1))):
        assert "B" not in frame.current().tree("STR", today()).codes


def test_a_first_revision_is_rehearsed_against_nothing(db):
    strategy = factories.make_strategy("NEW", elements=("A",), publish=False)
    factories.make_programme()
    draft = strategy_queries.draft_of(strategy.pk)
    found = rehearsal.rehearse(
        frame.current(), "NEW", strategy_queries.rows_of_tree(draft), today()
    )
    assert found.before.tree is None
    assert found.after.counts.tolist() == [[0, 0, 0, 1]]
    assert (found.closed, found.reread, found.withdrawn) == ([], {}, {})
