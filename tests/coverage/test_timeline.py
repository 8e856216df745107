"""Coverage by fiscal year."""

import datetime

import time_machine

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
    day = datetime.date(2022, 6, 1)
    scope = Scope("STR", day, today=day)
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


def ahead(columns, scope):
    points = timeline.points(columns, scope, 2020, 2023)
    return [point.fiscal_year for point in points if point.is_future]


def test_the_future_begins_after_today_whatever_day_is_asked_about(db):
    factories.make_strategy()
    today = datetime.date(2022, 3, 31)
    for day in ("2020-01-01", "2022-03-31", "2022-04-01", "2030-04-01"):
        scope = Scope("STR", datetime.date.fromisoformat(day), today=today)
        assert ahead(frame.current(), scope) == [2022, 2023]
        assert timeline.is_ahead(frame.current(), scope) == (day > "2022-03-31")


def test_looking_back_the_future_begins_after_the_day_of_the_change(db):
    with time_machine.travel("2021-03-31T15:30:00Z", tick=False):  # 1 April in Tokyo
        factories.make_strategy()
        known = frame.current().change
    with time_machine.travel("2023-06-01T12:00:00+09:00", tick=False):
        factories.make_programme()
        scope = Scope("STR", datetime.date(2023, 6, 1), today=datetime.date(2023, 6, 1))
        assert ahead(frame.current(), scope) == [2023]
        older, asked = frame.as_known_at(known), scope.but(known_at=known)
        assert timeline.recorded_until(older, asked) == datetime.date(2021, 4, 1)
        assert ahead(older, asked) == [2021, 2022, 2023]
        assert timeline.is_ahead(older, asked)
        assert not timeline.is_ahead(older, asked.but(day=datetime.date(2021, 4, 1)))


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
