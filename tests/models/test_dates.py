"""Days, partial dates, fiscal years; and when a programme is active."""

import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError

from strategy_app.models import Programme
from strategy_app.models.dates import (
    PartialDateField,
    first_day,
    fiscal_year,
    last_day,
    today,
    validate_partial_date,
)

_day = datetime.date.fromisoformat


@pytest.mark.parametrize(
    ("partial", "first", "last"),
    [
        ("2009", "2009-01-01", "2009-12-31"),
        ("1995-10", "1995-10-01", "1995-10-31"),
        ("2012-06-28", "2012-06-28", "2012-06-28"),
        ("2023-02", "2023-02-01", "2023-02-28"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("1900-02", "1900-02-01", "1900-02-28"),
        ("2000-02", "2000-02-01", "2000-02-29"),
        ("2024-02-29", "2024-02-29", "2024-02-29"),
        ("2023-12", "2023-12-01", "2023-12-31"),
        ("0001", "0001-01-01", "0001-12-31"),
        ("9999", "9999-01-01", "9999-12-31"),
    ],
)
def test_a_partial_date_has_a_first_and_a_last_day(partial, first, last):
    assert (first_day(partial), last_day(partial)) == (_day(first), _day(last))
    validate_partial_date(partial)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "0000", "0000-00-00", "2009-00", "2009-13", "2009-04-00", "2009-04-31",
        "2023-02-29", "1900-02-29", "2009-4", "2009-04-1", "99", "20090401", "2009/04",
        "2009-04-01T00:00", "10000", "-2009", "2009-", "2009\n", "２００９", "٢٠٠٩",
        "April 2009",
    ],
)  # fmt: skip
def test_what_is_none_is_refused(text):
    for read in (first_day, last_day):
        with pytest.raises(ValueError):
            read(text)
    with pytest.raises(ValidationError):
        validate_partial_date(text)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("２００９", "2009"), ("2009/04", "2009-04"), (" ２００９／０４／０１ ", "2009-04-01"),
     ("", ""), ("  ", "")],
)  # fmt: skip
def test_a_field_reads_what_people_type(typed, kept):
    assert PartialDateField(blank=True).clean(typed, None) == kept


@pytest.mark.parametrize(
    ("day", "year"),
    [
        ("2026-03-31", 2025),
        ("2026-04-01", 2026),
        ("2026-12-31", 2026),
        ("2027-01-01", 2026),
    ],
)
def test_the_fiscal_year_begins_in_april(day, year):
    assert fiscal_year(_day(day)) == year


def test_the_fiscal_year_may_begin_in_january(settings):
    settings.FISCAL_YEAR_FIRST_MONTH = 1
    assert fiscal_year(_day("2026-03-31")) == 2026


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-04-01T14:59:59+00:00", "2026-04-01"),
        ("2026-04-01T15:00:00+00:00", "2026-04-02"),
    ],
)
def test_today_is_the_day_in_the_sites_time_zone(instant, day):
    with time_machine.travel(instant, tick=False):
        assert today() == _day(day)


_DAYS = [
    "0001-01-01", "2019-12-31", "2020-01-01", "2020-03-31", "2020-04-01", "2020-06-14",
    "2020-06-15", "2020-06-16", "2020-06-30", "2020-07-01", "2020-12-31", "2021-01-01",
    "2021-12-31", "2022-01-01", "9999-12-31",
]  # fmt: skip
_NEVER, _FROM_EVER, _FOR_EVER = None, _DAYS[0], _DAYS[-1]


@pytest.mark.parametrize(
    ("status", "starts_on", "ends_on", "first", "last"),
    [
        # A date known only by its year or month: from its first day, to its last.
        ("active", "2020", "2021", "2020-01-01", "2021-12-31"),
        ("active", "2020-04", "2020-06", "2020-04-01", "2020-06-30"),
        ("active", "2020-06-15", "2020-06-15", "2020-06-15", "2020-06-15"),
        # Unknown start: begun. No end: it goes on.
        ("active", "", "", _FROM_EVER, _FOR_EVER),
        ("active", "", "2020", _FROM_EVER, "2020-12-31"),
        ("active", "2020", "", "2020-01-01", _FOR_EVER),
        ("closing", "2020", "", "2020-01-01", _FOR_EVER),
        ("suspended", "", "", _FROM_EVER, _FOR_EVER),
        ("unknown", "", "", _FROM_EVER, _FOR_EVER),
        # Planned: not yet, unless a date says otherwise.
        ("planned", "", "", _NEVER, _NEVER),
        ("planned", "", "2021", _NEVER, _NEVER),
        ("planned", "2020", "", "2020-01-01", _FOR_EVER),
        # Closed or cancelled without an end: not active on any day.
        ("closed", "2020", "", _NEVER, _NEVER),
        ("cancelled", "", "", _NEVER, _NEVER),
        ("closed", "2020", "2020", "2020-01-01", "2020-12-31"),
        ("cancelled", "", "2020-06-15", _FROM_EVER, "2020-06-15"),
    ],
)
def test_active_on_a_day(status, starts_on, ends_on, first, last):
    programme = Programme(status=status, starts_on=starts_on, ends_on=ends_on)
    assert [day for day in _DAYS if programme.is_active(_day(day))] == [
        day for day in _DAYS if first and first <= day <= last
    ]


@pytest.mark.parametrize("status", Programme.Status.values)
@pytest.mark.parametrize("ends_on", ["", "2020-06-30"])
def test_the_period_is_unknown_of_what_ended_nobody_knows_when(status, ends_on):
    programme = Programme(status=status, ends_on=ends_on)
    unknown = status in ("closed", "cancelled") and not ends_on
    assert programme.is_period_unknown == unknown
    assert programme.has_ended(_day("2020-06-30")) == unknown
    assert programme.has_ended(_day("2020-07-01")) == (unknown or bool(ends_on))
