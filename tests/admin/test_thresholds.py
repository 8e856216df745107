"""Thresholds: edited in the administration, in force on the next page."""

import pytest

from strategy_app.models import Change, Thresholds
from tests import factories
from tests.admin.pages import address, errors_of, fields_of
from tests.views.reading import link, text_of

ONE = ["change", 1]


@pytest.fixture
def signed_in(chie, client):
    client.force_login(chie)
    return client


def values():
    return list(
        Thresholds.objects.values_list(
            "unknown_below_percent", "fresh_months", "horizon_years"
        )
    )


def save(client, **changed):
    data = fields_of(client.get(address(Thresholds, *ONE))) | changed
    return client.post(address(Thresholds, *ONE), data)


def test_the_first_save_makes_the_one_row(signed_in, chie):
    page = signed_in.get(address(Thresholds, "changelist"), follow=True)
    assert page.redirect_chain == [(address(Thresholds, *ONE), 302)]
    assert values() == []
    save(signed_in, fresh_months="6")
    assert values() == [(50, 6, 5)]
    change = Change.objects.latest("id")
    assert (change.by, change.action) == (chie, "edit_reference")
    save(signed_in, horizon_years="3")
    assert values() == [(50, 6, 3)]
    history = text_of(signed_in.get(address(Thresholds, "history", 1)))
    assert "horizon (years)" in history and "chie" in history


def test_saving_what_holds_changes_nothing(signed_in):
    before = Change.objects.count()
    page = save(signed_in)
    assert page.status_code == 302
    assert (values(), Change.objects.count()) == ([], before)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"unknown_below_percent": "0"}, "greater than or equal to 1."),
        ({"unknown_below_percent": "101"}, "less than or equal to 100."),
        ({"fresh_months": "121"}, "less than or equal to 120."),
        ({"horizon_years": "11"}, "less than or equal to 10."),
        ({"horizon_years": ""}, "This field is required."),
        ({"horizon_years": "soon"}, "Enter a whole number."),
    ],
)
def test_values_beyond_their_bounds_are_refused(signed_in, changed, message):
    before = Change.objects.count()
    page = save(signed_in, **changed)
    assert message in errors_of(page)
    assert (values(), Change.objects.count()) == ([], before)


def test_two_admins_at_once_do_not_overwrite_each_other(signed_in):
    data = fields_of(signed_in.get(address(Thresholds, *ONE)))
    save(signed_in, fresh_months="6")
    before = Change.objects.count()
    page = signed_in.post(address(Thresholds, *ONE), data | {"fresh_months": "24"})
    assert "while you had it open" in errors_of(page)
    assert (values(), Change.objects.count()) == ([(50, 6, 5)], before)


def test_there_is_no_second_row_and_none_is_removed(signed_in):
    save(signed_in, fresh_months="6")
    answers = [
        signed_in.post(address(Thresholds, "add"), {}).status_code,
        signed_in.post(address(Thresholds, "delete", 1), {"post": "yes"}).status_code,
        signed_in.get(address(Thresholds, "change", 2)).status_code,
    ]
    assert answers == [403, 403, 302]
    assert values() == [(50, 6, 5)]


@pytest.mark.parametrize("role", ["viewer", "staff", "manager"])
def test_only_strategy_admins_set_thresholds(client, role, db):
    client.force_login(factories.make_person("eve", role=role))
    before = Change.objects.count()
    for where in [address(Thresholds, "changelist"), address(Thresholds, *ONE)]:
        for answer in (
            client.get(where, follow=True),
            client.post(where, {"fresh_months": "6"}, follow=True),
        ):
            assert answer.status_code == 403
    assert (values(), Change.objects.count()) == ([], before)


@pytest.fixture
def portfolio(db):
    """Two programmes, one assessed; it supports A, with a confirmed source, and ends."""
    factories.make_strategy(elements=["A"])
    first = factories.make_programme("PRG-1", ends_on="2029-03-31")
    factories.make_programme("PRG-2")
    factories.load_history(first, "A", 1, "2020-04-01")


def test_pages_say_what_holds_from_the_next_request_on(signed_in, portfolio):
    address_of_day = "/gaps/?day=2026-06-30"
    before = text_of(signed_in.get(address_of_day))
    for words in ["under 50 %", "within 13 months", "looking 5 years ahead"]:
        assert f"({words}; change )" in before
    save(signed_in, unknown_below_percent="60", fresh_months="6", horizon_years="2")
    page = signed_in.get(address_of_day)
    for words in ["under 60 %", "within 6 months", "looking 2 years ahead"]:
        assert f"({words}; change )" in text_of(page)
    assert "within the last 6 months" in text_of(signed_in.get("/definitions/"))
    target = signed_in.get(link(page, "Change the threshold of Unknown"), follow=True)
    assert target.redirect_chain == [(address(Thresholds, *ONE), 302)]


def test_the_share_decides_what_is_unknown(signed_in, portfolio):
    kinds = lambda: [  # noqa: E731
        gap.kind.value for gap in signed_in.get("/gaps/?day=2026-06-30").context["rows"]
    ]
    assert "unknown" not in kinds()
    save(signed_in, unknown_below_percent="51")
    assert "unknown" in kinds()


@pytest.mark.parametrize(
    ("query", "found"), [("", 1), ("&horizon=2", 0), ("&horizon=3", 1)]
)
def test_the_horizon_is_asked_for_or_the_threshold(signed_in, portfolio, query, found):
    where = f"/gaps/?day=2026-06-30&kind=cliff{query}"
    page = signed_in.get(where)
    assert len(page.context["rows"]) == found
    answer = signed_in.get(f"/api/v1/coverage{where}").json()
    assert len(answer["gaps"]) == found
    kept = link(page, f"All kinds {page.context['all']}")
    assert ("horizon" in kept) == bool(query)


def test_a_horizon_cuts_cliffs_off_by_threshold_too(signed_in, portfolio):
    save(signed_in, horizon_years="2")
    page = signed_in.get("/gaps/?day=2026-06-30&kind=cliff")
    assert page.context["rows"] == []
    assert "looking 2 years ahead" in text_of(page)


@pytest.mark.parametrize("horizon", ["0", "11", "-1", "many"])
def test_a_horizon_out_of_bounds_is_named(signed_in, portfolio, horizon):
    page = signed_in.get(f"/gaps/?horizon={horizon}")
    assert page.status_code == 400
    assert list(page.context["form"].errors) == ["horizon"]
    answer = signed_in.get(f"/api/v1/coverage/gaps/?horizon={horizon}")
    assert answer.status_code == 400
    assert "horizon" in answer.content.decode()
