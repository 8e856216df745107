"""Since when a gap has been there: the day, or nothing where it cannot be told."""

import datetime

import pytest

from strategy_app.coverage import counts, frame, gaps
from strategy_app.coverage.scope import Scope
from strategy_app.coverage.since import since
from strategy_app.models import Target
from strategy_app.services import ledger, reference
from tests import factories

DAY = datetime.date(2024, 3, 31)


@pytest.fixture
def strategy(db):
    return factories.make_strategy(elements=["B"])


def told(kind, *, by="category", day=DAY, **scope):
    """Return since when there are gaps of a kind, with their groups."""
    columns, scope = frame.current(), Scope("STR", day, **scope)
    coverage = counts.elements(columns, scope)
    found = [gap for gap in gaps.find(columns, scope, by=by) if gap.kind == kind]
    return {
        gap.group: first and first.isoformat()
        for gap, first in zip(found, since(columns, coverage, found), strict=True)
    }


def supporting(code, begins="2020-01-01", *, level=1, dated=None, **fields):
    programme = factories.make_programme(code, **fields)
    evidence = [factories.a_source(dated_on=dated)] if dated else []
    return factories.load_history(programme, "B", level, begins, evidence=evidence)


def aim(value=2, **fields):
    return factories.make_target(factories.get_element("B"), value, **fields)


@pytest.mark.parametrize(
    ("measure", "value"), [(Target.Measure.SUPPORTED, 2), (Target.Measure.SHARE_ACTIVE, 60)]
)
def test_below_a_target_since_what_met_it_has_ended(strategy, measure, value):
    supporting("PRG-1")
    supporting("PRG-2", ends_on="2022")
    supporting("PRG-3", ends_on="2021", level=0)
    factories.make_programme("PRG-4", starts_on="2023-04")
    aim(value, measure=measure, day="2020-04-01")
    expected = "2023-01-01" if measure == Target.Measure.SUPPORTED else "2023-04-01"
    assert told("below_target") == {None: expected}


def test_below_a_target_since_it_holds_or_was_raised(strategy):
    supporting("PRG-1")
    aim(1, day="2020-04-01")
    assert told("below_target") == {}
    aim(2, day="2022-04-01")
    aim(3, day="2023-04-01")
    assert told("below_target") == {None: "2022-04-01"}


def test_a_target_of_one_category_is_told_by_its_programmes(strategy):
    other = factories.make_category("CAT-B")
    supporting("PRG-1", "2023-01-01")
    supporting("PRG-2", "2020-01-01", category=other, ends_on="2022-06")
    aim(1, day="2020-04-01", category=other)
    assert told("below_target") == {"CAT-B": "2022-07-01"}


def test_a_target_in_budget_says_nothing(strategy):
    row = supporting("PRG-1", level=0)
    factories.make_budget(row.programme, 2023, 5)
    aim(50, measure=Target.Measure.SHARE_BUDGET)
    assert told("below_target") == {None: None}


def test_a_hole_since_the_group_has_programmes_or_lost_its_support(strategy):
    other = factories.make_category("CAT-B")
    supporting("PRG-1")
    factories.make_programme("PRG-2", category=other, starts_on="2021-04")
    assert told("hole") == {"CAT-B": "2021-04-01"}
    supporting("PRG-3", category=other, ends_on="2022")
    assert told("hole") == {"CAT-B": "2023-01-01"}


def test_a_hole_among_the_programmes_of_one_country_says_nothing(strategy):
    supporting("PRG-1", partner_countries=["TH"])
    factories.make_programme("PRG-2", partner_countries=["TH", "VN"])
    assert told("hole", by="country", country="TH") == {"VN": None}
    assert told("hole", by="country") == {"VN": "2020-01-01"}


def test_unevidenced_since_the_last_record_with_a_source_has_gone(strategy):
    supporting("PRG-1")
    supporting("PRG-2", dated=datetime.date(2020, 1, 1), ends_on="2022")
    assert told("unevidenced") == {None: "2023-01-01"}


def test_stale_since_the_day_on_which_the_last_one_became_so(strategy, dai):
    for code, begins in [("PRG-1", "2022-12-15"), ("PRG-2", "2022-06-01")]:
        row = supporting(code, begins, dated=datetime.date(2022, 1, 1))
        ledger.confirm(alignment=row, by=dai)
    assert told("stale") == {None: "2024-01-15"}
    assert told("stale", day=datetime.date(2024, 1, 14)) == {}


def test_needs_review_since_the_revision_is_in_force(strategy):
    supporting("PRG-1")
    factories.revise_as(strategy, {"B": "material"}, day="2022-04-01")
    factories.revise_as(strategy, {"B": "material"}, day="2023-04-01")
    assert told("needs_review") == {None: "2022-04-01"}
    assert told("needs_review", layer="confirmed") == {}


def test_unconfirmed_says_nothing_where_a_confirmation_has_lapsed(strategy, dai):
    row = supporting("PRG-1", dated=datetime.date(2020, 1, 1))
    assert told("unconfirmed") == {None: "2020-01-01"}
    ledger.confirm(alignment=row, by=dai)
    assert told("unconfirmed") == {}
    programme = row.programme
    programme.summary_en = "Something else altogether."
    reference.save(programme, by=None)
    # It was confirmed until just now, and no day is on record on which that ended.
    assert told("unconfirmed") == {None: None}
    assert told("unknown", layer="confirmed") == {None: None}
