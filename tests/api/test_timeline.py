"""Coverage by fiscal year through the API: exact, as the module and the page say it."""

import pytest
import time_machine

from strategy_app.coverage import counts, frame, timeline
from strategy_app.coverage.scope import Scope
from strategy_app.models import Change
from strategy_app.models.dates import today
from tests import factories
from tests.api.answers import error

URL = "/api/v1/coverage/timeline/"


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel("2026-06-30T12:00:00+09:00", tick=False):
        yield


@pytest.fixture
def ledger(strategy, noon):
    one = factories.make_programme("P-1", starts_on="2020", ends_on="2027-03-31")
    factories.make_programme("P-2")
    factories.load_history(one, "A.1", 1, "2022-04-01", "2025-04-01")
    factories.load_history(one, "A.1", 2, "2025-04-01")
    return one


def parts(element, *numbers):
    return {"element": element} | dict(zip(counts.STATES, numbers, strict=True))


def point(day, year, future, active, *elements):
    return {
        "day": day,
        "fiscal_year": year,
        "future": future,
        "active_programmes": active,
        "elements": list(elements),
    }


def test_points_are_on_the_last_days_of_fiscal_years(api, ledger):
    assert api.get(f"{URL}?from=2025&to=2027").json() == {
        "strategy": "STR",
        "change": Change.objects.latest("id").pk,
        "points": [
            point("2026-03-31", 2025, False, 2, parts("A", 1, 0, 0, 1),
                  parts("A.1", 1, 0, 0, 1), parts("A.2", 0, 0, 0, 2)),
            point("2027-03-31", 2026, True, 2, parts("A", 1, 0, 0, 1),
                  parts("A.1", 1, 0, 0, 1), parts("A.2", 0, 0, 0, 2)),
            point("2028-03-31", 2027, True, 1, parts("A", 0, 0, 0, 1),
                  parts("A.1", 0, 0, 0, 1), parts("A.2", 0, 0, 0, 1)),
        ],
    }  # fmt: skip


def test_the_future_is_after_today_and_its_version_goes_with_the_day(api, ledger):
    url = f"{URL}?from=2025&to=2027&day=2029-01-01"
    before = api.get(url)
    assert [point["future"] for point in before.json()["points"]] == [False, True, True]
    with time_machine.travel("2027-04-01T12:00:00+09:00", tick=False):
        after = api.get(url, headers={"If-None-Match": before.headers["ETag"]})
    assert [point["future"] for point in after.json()["points"]] == [False, False, True]


@pytest.mark.parametrize("query", ["", "rollup=false", "level=2&layer=evidenced"])
def test_it_says_what_the_module_says(api, ledger, query):
    scope = Scope("STR", today())
    if "rollup" in query:
        scope = scope.but(rollup=False)
    if "level" in query:
        scope = scope.but(level=2, layer="evidenced")
    known = frame.current()
    expected = [
        (point.day.isoformat(), int(point.coverage.columns.sum()),
         [] if point.coverage.tree is None
         else point.coverage.counts[point.coverage.tree.alignable].tolist())
        for point in timeline.points(known, scope, *timeline.span(known, scope))
    ]  # fmt: skip
    answer = api.get(f"{URL}?{query}").json()
    assert [
        (point["day"], point["active_programmes"],
         [[row[state] for state in counts.STATES] for row in point["elements"]])
        for point in answer["points"]
    ] == expected  # fmt: skip
    assert (answer["points"][0]["fiscal_year"], answer["points"][-1]["fiscal_year"]) == (
        2022,
        2031,
    )


def test_before_the_first_revision_there_are_no_elements(api, ledger):
    answer = api.get(f"{URL}?from=1900&to=1900").json()
    assert answer["points"] == [point("1901-03-31", 1900, False, 1)]


@pytest.mark.parametrize(
    ("query", "code", "detail", "attr"),
    [
        ("from=2020&to=2019", "order", "This is before the first year.", "to"),
        (
            "from=1950&to=2010",
            "too_many",
            "At most 60 fiscal years can be shown at once.",
            "from",
        ),
        (
            "to=2200",
            "max_value",
            "Ensure this value is less than or equal to 2199.",
            "to",
        ),
    ],
)
def test_bad_years_are_named(api, ledger, query, code, detail, attr):
    answer = api.get(f"{URL}?{query}")
    assert answer.status_code == 400
    assert answer.json() == error(code, detail, attr)


@pytest.mark.parametrize("query", ["element=A", "until=2030", "by=category"])
def test_what_is_not_known_is_refused(api, ledger, query):
    answer = api.get(f"{URL}?{query}")
    assert answer.status_code == 400
    assert [row["attr"] for row in answer.json()["errors"]] == [query.split("=")[0]]


def test_the_same_question_again_is_answered_by_304(api, ledger):
    first = api.get(f"{URL}?from=2024")
    again = api.get(f"{URL}?from=2024", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    factories.align(ledger, "A.2", 2)
    after = api.get(f"{URL}?from=2024", headers={"If-None-Match": first.headers["ETag"]})
    assert after.status_code == 200
    assert after.json()["change"] > first.json()["change"]
