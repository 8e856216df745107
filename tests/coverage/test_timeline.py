"""Coverage by fiscal year."""

import datetime

from strategy_app.coverage import frame, timeline
from strategy_app.coverage.scope import Scope
from strategy_app.models import Thresholds
from strategy_app.services import reference
from tests import factories


def test_points_stand_on_the_last_day_of_each_fiscal_year(db):
    factories.make_strategy()
    programme = factories.make_programme(ends_on="2023-03")
    factories.load_history(programme, "A.1", 2, "2021-04-01", "2022-04-01")
    factories.load_history(programme, "A.1", 1, "2022-04-01")
    scope = Scope("STR", datetime.date(2022, 6, 1))
    points = timeline.points(frame.current(), scope, 2020, 2023)
    assert [
        (point.fiscal_year, point.day.isoformat(), point.is_future, point.coverage.active,
         point.coverage.counts[0].tolist())
        for point in points
    ] == [
        (2020, "2021-03-31", False, 1, [0, 0, 0, 1]),
        (2021, "2022-03-31", False, 1, [1, 0, 0, 0]),
        (2022, "2023-03-31", True, 1, [0, 1, 0, 0]),
        (2023, "2024-03-31", True, 0, [0, 0, 0, 0]),
    ]  # fmt: skip


def test_it_spans_from_the_first_record_to_the_horizon(db):
    factories.make_strategy()
    scope = Scope("STR", datetime.date(2022, 3, 31))
    assert timeline.span(frame.current(), scope) == (2021, 2026)
    programme = factories.make_programme()
    factories.load_history(programme, "A", 1, "2018-02-01")
    reference.save(Thresholds(horizon_years=10), by=None)
    assert timeline.span(frame.current(), scope) == (2017, 2031)
    past = scope.but(day=datetime.date(2010, 1, 1))
    assert timeline.span(frame.current(), past)[0] == 2009


def test_a_year_after_a_leap_day_ends_where_the_next_begins():
    assert [timeline.last_day_of(year).isoformat() for year in (2023, 2024)] == [
        "2024-03-31", "2025-03-31",
    ]  # fmt: skip
