"""The scope as it stands in an address: each part read, each mistake named."""

import datetime

import pytest
import time_machine
from django.http import QueryDict
from django.utils import translation

from strategy_app.coverage import frame
from strategy_app.coverage.scope import Scope
from strategy_app.forms.scope import GapsForm, MatrixForm, ScopeForm
from tests import factories

TODAY = datetime.date(2026, 4, 1)


@pytest.fixture(autouse=True)
def world(department_a):
    with time_machine.travel("2026-04-01T03:00:00+00:00", tick=False):
        factories.make_strategy("STR")
        factories.make_strategy("ALPHA")
        factories.make_programme(department=department_a, partner_countries=["US", "DE"])
        yield


def read(query, form=ScopeForm):
    return form(QueryDict(query), frame=frame.current())


def scope(query):
    form = read(query)
    assert form.is_valid(), form.errors
    return form.scope()


def test_nothing_asked_is_today_and_the_first_strategy():
    assert scope("") == Scope("ALPHA", TODAY)
    assert scope("").query() == "strategy=ALPHA"


def test_the_default_strategy_is_a_setting(settings):
    settings.DEFAULT_STRATEGY = "STR"
    assert scope("").strategy == "STR"
    settings.DEFAULT_STRATEGY = "NO-SUCH"
    assert scope("").strategy == "ALPHA"


@pytest.mark.parametrize(
    ("query", "part"),
    [
        ("strategy=STR", {"strategy": "STR"}),
        ("day=2025-03-31", {"day": datetime.date(2025, 3, 31)}),
        ("day=2025/3/31", {"day": datetime.date(2025, 3, 31)}),
        ("day=２０２５－０３－３１", {"day": datetime.date(2025, 3, 31)}),
        ("day=２０２５年３月３１日", {"day": datetime.date(2025, 3, 31)}),
        ("day=%202025-03-31%20", {"day": datetime.date(2025, 3, 31)}),
        ("day=1900-01-01", {"day": datetime.date(1900, 1, 1)}),
        ("day=2199-12-31", {"day": datetime.date(2199, 12, 31)}),
        ("category=CAT-A", {"category": "CAT-A"}),
        ("department=DEP-A", {"department": "DEP-A"}),
        ("department=ＤＥＰ－Ａ", {"department": "DEP-A"}),
        ("department=unknown", {"department": "unknown"}),
        ("country=US", {"country": "US"}),
        ("country=FR", {"country": "FR"}),
        ("country=unknown", {"country": "unknown"}),
        ("status=closing", {"status": "closing"}),
        ("level=2", {"level": 2}),
        ("level=２", {"level": 2}),
        ("rollup=false", {"rollup": False}),
        ("rollup=0", {"rollup": False}),
        ("rollup=FALSE", {"rollup": False}),
        ("rollup=1", {"rollup": True}),
        ("basis=budget", {"basis": "budget"}),
        ("category=&department=&country=&status=&level=&rollup=&basis=&day=", {}),
        ("day=2020-01-01&day=2025-03-31", {"day": datetime.date(2025, 3, 31)}),
    ],
)
def test_each_part_is_read(query, part):
    assert scope(query) == Scope("ALPHA", TODAY).but(**part)


def test_a_scope_reads_back_from_its_own_address():
    asked = scope("strategy=STR&day=2025-03-31&category=CAT-A&department=unknown&country=US"
                  "&status=active&level=2&rollup=false&basis=budget")  # fmt: skip
    assert scope(asked.query()) == asked


@pytest.mark.parametrize("name", ["strategy", "category", "department", "country", "status",
                                  "level", "rollup", "basis"])  # fmt: skip
@pytest.mark.parametrize("value", ["NO-SUCH", "3", "us", "<b>", "\x00", "' OR 1=1", "💥"])
def test_what_there_is_not_is_named(name, value):
    data = QueryDict(mutable=True)
    data[name] = value
    form = ScopeForm(data, frame=frame.current())
    assert not form.is_valid()
    assert form.errors.as_data()[name][0].messages == [f"There is no “{value}” here."]
    assert list(form.errors) == [name]


@pytest.mark.parametrize(
    ("day", "message"),
    [
        ("0000-00-00", "Enter a day as 2026-03-31."),
        ("0000-01-01", "Enter a day as 2026-03-31."),
        ("2026-02-29", "Enter a day as 2026-03-31."),
        ("2026-13-01", "Enter a day as 2026-03-31."),
        ("31.03.2026", "Enter a day as 2026-03-31."),
        ("today", "Enter a day as 2026-03-31."),
        ("99999-01-01", "Enter a day as 2026-03-31."),
        ("\x00", "Enter a day as 2026-03-31."),
        ("9999-12-31", "Choose a day between 1900-01-01 and 2199-12-31."),
        ("2200-01-01", "Choose a day between 1900-01-01 and 2199-12-31."),
        ("1899-12-31", "Choose a day between 1900-01-01 and 2199-12-31."),
        ("0001-01-01", "Choose a day between 1900-01-01 and 2199-12-31."),
    ],
)
def test_a_day_outside_the_calendar_is_refused(day, message):
    data = QueryDict(mutable=True)
    data["day"] = day
    form = ScopeForm(data, frame=frame.current())
    assert not form.is_valid()
    assert {name: list(messages) for name, messages in form.errors.items()} == {
        "day": [message]
    }
    assert form["day"].value() == day


def test_names_to_choose_from_are_in_the_readers_language():
    with translation.override("ja"):
        choices = dict(read("").fields["department"].choices)
    assert choices["DEP-A"] == "DEP-A部"
    assert set(choices) == {"", "DEP-A", "unknown"}
    assert set(dict(read("").fields["country"].choices)) == {"", "US", "DE", "unknown"}


@pytest.mark.parametrize(
    "by", ["category", "department", "country", "status", "fiscal_year", "strategy"]
)
def test_a_matrix_is_grouped_by(by):
    form = read(f"by={by}", MatrixForm)
    assert form.is_valid()
    assert form.by_or_default() == by


def test_a_matrix_is_by_category_unless_told_otherwise():
    form = read("", MatrixForm)
    assert form.is_valid()
    assert form.by_or_default() == "category"


@pytest.mark.parametrize(
    ("query", "name"), [("by=status", "by"), ("by=x", "by"), ("kind=x", "kind")]
)
def test_gaps_have_their_own_kinds_and_groups(query, name):
    form = read(query, GapsForm)
    assert not form.is_valid()
    assert list(form.errors) == [name]
    assert read("by=country&kind=thin", GapsForm).is_valid()
