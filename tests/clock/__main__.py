"""Print five awkward days to come, on which `make test-long` runs all tests."""

import datetime


def main(today):
    """Print the days: ends and beginnings of years, the leap day, one ten years on."""
    days = [
        next_day(today, month, day) for month, day in [(3, 31), (4, 1), (2, 29), (12, 31)]
    ]
    days.append(datetime.date(today.year + 10, today.month, min(today.day, 28)))
    print(*days, sep="\n")  # noqa: T201


def next_day(today, month, day):
    """Return the first date after today that falls on a day of the year."""
    date = today + datetime.timedelta(days=1)
    while (date.month, date.day) != (month, day):
        date += datetime.timedelta(days=1)
    return date


if __name__ == "__main__":
    main(datetime.date.today())  # noqa: DTZ011
