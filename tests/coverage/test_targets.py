"""Target − actual, by example: counts, shares, groups, and what could still be added."""

import datetime

import pytest

from strategy_app.coverage import counts, frame, gaps, targets
from strategy_app.coverage.scope import Scope
from tests import factories

DAY = datetime.date(2026, 6, 30)


@pytest.fixture
def world(department_a):
    """Four programmes: A is principal for one, significant for one, 0 for one."""
    factories.make_strategy(elements=["A", "A.1", "C"], context=["C"])
    other = factories.make_category("CAT-B")
    made = [
        factories.make_programme("PRG-1", department=department_a),
        factories.make_programme("PRG-2", department=department_a),
        factories.make_programme("PRG-3", category=other),
        factories.make_programme("PRG-4", category=other),
    ]
    for programme, level in zip(made, [2, 1, 0], strict=False):
        factories.load_history(programme, "A", level, "2020-04-01")
    return made


def ask(**changed):
    return Scope(**{"strategy": "STR", "day": DAY, "today": DAY} | changed)


def below(**changed):
    """Return what is said of targets that are missed: (element, numbers)."""
    current = frame.current()
    scope = ask(**changed)
    tree = current.tree("STR", scope.day)
    return [
        (
            tree.codes[gap.row],
            gap.group,
            gap.target,
            gap.actual,
            gap.low,
            gap.high,
            (gap.assessed, gap.active),
        )
        for gap in gaps.find(current, scope)
        if gap.kind == gaps.Kind.BELOW_TARGET
    ]


def element():
    return factories.get_element("A")


def test_a_count_as_a_range(world):
    factories.make_target(element(), 4)
    assert below() == [("A", None, 4.0, 2.0, 2.0, 3.0, (3, 4))]


def test_principal_counts_principal_only(world):
    factories.make_target(element(), 3, measure="principal")
    assert below() == [("A", None, 3.0, 1.0, 1.0, 2.0, (3, 4))]
    # Whatever a page counts as support, a target keeps its own measure.
    assert below(level=2) == below()


def test_met_exactly_is_no_gap(world):
    factories.make_target(element(), 2)
    assert below() == []
    current = frame.current()
    (found,) = targets.standings(current, counts.elements(current, ask()))
    assert (found.missing, found.actual, found.high) == (0.0, 2.0, 3.0)


def test_a_share_of_active_programmes(world):
    factories.make_target(element(), 60, measure="share_active")
    assert below() == [("A", None, 60.0, 50.0, 50.0, 75.0, (3, 4))]


def test_a_share_of_budget(world):
    for programme, amount in zip(world, [100, 300, 400, 200], strict=True):
        factories.make_budget(programme, 2026, amount)
    factories.make_target(element(), 50, measure="share_budget")
    assert below() == [("A", None, 50.0, 40.0, 40.0, 60.0, (3, 4))]
    assert below(basis="budget") == below()


def standing(**changed):
    """Return how the only target stands."""
    current = frame.current()
    (found,) = targets.standings(current, counts.elements(current, ask(**changed)))
    return found


def unknown(**changed):
    """Return which targets are left open: (low, high, budgets missing, of how many)."""
    found = gaps.find(frame.current(), ask(**changed))
    return [
        (gap.low, gap.high, gap.unbudgeted, gap.active)
        for gap in found
        if gap.kind == gaps.Kind.UNKNOWN and gap.measure
    ]


def test_a_share_of_a_budget_that_nobody_knows_may_be_anything(world):
    factories.make_target(element(), 50, measure="share_budget")
    assert below() == []
    assert unknown() == unknown(basis="budget") == [(0.0, 100.0, 4, 4)]


def test_one_budget_on_record_does_not_meet_a_target(world):
    factories.make_budget(world[0], 2026, 100)
    factories.make_target(element(), 20, measure="share_budget")
    found = standing()
    assert (found.actual, found.low, found.high) == (100.0, 0.0, 100.0)
    assert (found.missing, found.is_open) == (20.0, True)
    assert unknown() == [(0.0, 100.0, 3, 4)]
    # Three of four are missing; something supports the element already, so it weighs 1.
    (gap,) = [gap for gap in gaps.find(frame.current(), ask()) if gap.unbudgeted]
    assert gap.score == 1 * 3 / 4 / 1


def test_budgets_missing_of_supporters_alone_cannot_lower_the_share(world):
    factories.make_target(element(), 20, measure="share_budget")
    for programme, amount in zip(world[1:], [300, 400, 300], strict=True):
        factories.make_budget(programme, 2026, amount)
    found = standing()
    assert (found.actual, found.low, found.high) == (30.0, 30.0, 100.0)
    assert (found.missing, found.is_open) == (0.0, False)
    assert unknown() == below() == []


def test_budgets_missing_of_those_that_do_not_support_cannot_raise_the_share(world):
    factories.make_target(element(), 90, measure="share_budget")
    for programme, amount in zip([*world[:2], world[3]], [100, 300, 600], strict=True):
        factories.make_budget(programme, 2026, amount)
    found = standing()
    assert (found.actual, found.low, found.high) == (40.0, 0.0, 100.0)
    factories.load_history(world[3], "A", 0, "2020-04-01")
    found = standing()
    assert (found.low, found.high, found.is_open) == (0.0, 40.0, False)
    assert below() == [("A", None, 90.0, 40.0, 0.0, 40.0, (4, 4))]


def test_a_budget_of_nothing_on_record_is_known(world):
    for programme in world:
        factories.make_budget(programme, 2026, 0)
    factories.make_target(element(), 50, measure="share_budget")
    assert below() == [("A", None, 50.0, 0.0, 0.0, 0.0, (3, 4))]
    assert unknown() == []


def test_a_target_of_one_category_is_counted_in_it(world):
    factories.make_target(element(), 1, category=world[2].category)
    assert below() == [("A", "CAT-B", 1.0, 0.0, 0.0, 1.0, (1, 2))]
    assert below(category="CAT-B") == below()
    assert below(category="CAT-A") == []


def test_a_target_of_one_department(world, department_a):
    factories.make_target(element(), 100, measure="share_active", department=department_a)
    assert below() == []
    factories.make_target(element(), 2, measure="principal", department=department_a)
    assert below() == [("A", "DEP-A", 2.0, 1.0, 1.0, 1.0, (2, 2))]


def test_filters_that_a_target_knows_nothing_of_leave_it_out(world):
    factories.make_target(element(), 4)
    assert below(country="unknown") == []
    assert below(status="active") == []
    assert below(department="DEP-A") == []


def test_a_later_target_takes_over_and_nought_ends_it(world):
    factories.make_target(element(), 4)
    factories.make_target(element(), 3, day="2026-06-30")
    factories.make_target(element(), 0, day="2026-07-01")
    found = {
        day: [gap[2] for gap in below(day=datetime.date.fromisoformat(day))]
        for day in ["2020-03-31", "2026-06-29", "2026-06-30", "2026-07-01"]
    }
    assert found == {
        "2020-03-31": [], "2026-06-29": [4.0], "2026-06-30": [3.0], "2026-07-01": [],
    }  # fmt: skip


def test_the_score_is_what_the_formula_says(world):
    factories.make_target(element(), 4)
    (gap,) = [
        gap
        for gap in gaps.find(frame.current(), ask())
        if gap.kind == gaps.Kind.BELOW_TARGET
    ]
    assert gap.score == 4 * (4 - 2) / 4 / 1


def test_what_is_context_only_has_no_standing(world):
    factories.make_target(factories.get_element("C"), 1)
    assert below() == []
