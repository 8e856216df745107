"""As known at a change: a number that was printed once can be printed again."""

import datetime

import pytest

from strategy_app.coverage import counts, frame, gaps
from strategy_app.coverage.scope import Scope
from strategy_app.models import Change, Target, Thresholds
from strategy_app.models.dates import fiscal_year, today
from strategy_app.services import reference
from tests import factories

TODAY = today()
SCOPE = Scope("STR", TODAY)


@pytest.fixture
def programme(db):
    factories.make_person("dai", role="manager")
    factories.make_strategy()
    programme = factories.make_programme(starts_on="2010")
    factories.make_programme("PRG-2")
    factories.align(programme, "A", 2)
    factories.make_budget(programme, fiscal_year(TODAY), 5)
    factories.make_target(factories.get_element("A"), 1)
    return programme


def printed(columns):
    """Return what is printed of a frame: counts by programmes and budget, and the gaps."""
    coverage = counts.elements(columns, SCOPE)
    return (
        coverage.active,
        coverage.tree.codes,
        coverage.counts.tolist(),
        counts.elements(columns, SCOPE.but(basis="budget")).counts.tolist(),
        [(gap.kind, gap.row, gap.score, gap.target) for gap in gaps.find(columns, SCOPE)],
    )


def add_programme(programme):
    factories.make_programme("AAA-1", starts_on="2011")


def end_programme(programme):
    programme.ends_on = "2012"
    reference.save(programme, by=None)


def align_anew(programme):
    factories.align(programme, "A", 0)


def load_into_the_past(programme):
    factories.load_history(programme, "B", 1, "2019-01-01")


def change_budget(programme):
    budget = programme.budgets.get()
    budget.amount = 7
    reference.save(budget, by=None)


def delete_budget(programme):
    reference.delete(programme.budgets.get(), by=None)


def raise_target(programme):
    target = Target.objects.get()
    target.value = 3
    reference.save(target, by=None)


def delete_target(programme):
    reference.delete(Target.objects.get(), by=None)


def set_thresholds(programme):
    reference.save(Thresholds(unknown_below_percent=100), by=None)


def publish(programme):
    tree = [("B", None, True), ("A", "B", True)]
    factories.revise(factories.get_element("A").strategy, tree, day="2019-01-01")


LATER = [
    add_programme, end_programme, align_anew, load_into_the_past, change_budget,
    delete_budget, raise_target, delete_target, set_thresholds, publish,
]  # fmt: skip


@pytest.mark.parametrize("act", LATER)
def test_what_is_written_later_leaves_the_numbers_of_a_change_as_they_were(programme, act):
    then = frame.current()
    before = printed(then)
    act(programme)
    newest = frame.current()
    assert newest.change > then.change
    assert printed(frame.as_known_at(then.change)) == before
    assert printed(newest) != before or act is delete_target


def test_a_programme_deleted_since_is_still_counted_at_a_change_before(programme):
    added = factories.make_programme("AAA-1", starts_on="2011")
    then = frame.current()
    before = printed(then)
    reference.delete(added, by=None)
    assert counts.elements(frame.current(), SCOPE).active == 2
    assert printed(frame.as_known_at(then.change)) == before


def test_a_programme_that_was_not_on_record_yet_is_in_nothing(programme):
    then = frame.current().change
    factories.make_programme("NEW-1", partner_countries=["US"])
    older = frame.as_known_at(then)
    for by in counts.GROUPINGS:
        assert counts.by_group(older, SCOPE, by).active.sum() == 2
    assert older.programmes.exists.tolist() == [False, True, True]


def test_there_is_nothing_known_at_a_change_that_there_is_not(programme):
    newest = frame.current()
    assert frame.as_known_at(newest.change + 1) is None
    assert frame.as_known_at(newest.change) is newest


def test_before_the_first_revision_there_is_no_tree(programme):
    older = frame.as_known_at(Change.objects.order_by("id").first().pk)
    coverage = counts.elements(older, SCOPE)
    assert (coverage.tree, coverage.active, coverage.counts.shape) == (None, 0, (0, 4))
    assert gaps.find(older, SCOPE) == []
    assert datetime.date.max > TODAY
