"""Overview, matrix and gaps: numbers that agree, that lead to their rows, at fixed cost."""

import datetime

import pytest
import time_machine
from django.urls import reverse

from strategy_app.models import Change
from strategy_app.models.dates import today
from strategy_app.services import reference
from strategy_app.services import strategy as strategy_services
from strategy_app.services.change import recording
from tests import factories
from tests.views.reading import link, links_of, text_of


@pytest.fixture
def portfolio(db):
    """Three programmes, two categories; A.1 is principal for one, B not targeted."""
    factories.make_strategy()
    other = factories.make_category("CAT-B")
    first = factories.make_programme("PRG-1")
    factories.make_programme("PRG-2")
    factories.make_programme("PRG-3", category=other, partner_countries=["TH", "VN"])
    factories.align(first, "A.1", 2)
    factories.align(first, "B", 0)
    return first


def test_overview_counts_what_is_assessed_first(client, ben, portfolio):
    client.force_login(ben)
    page = text_of(client.get("/"))
    assert "3 of 12 pairs of programme and element have been looked at" in page
    assert "2 /4" in page or "2/4" in page.replace(" ", "")


def test_every_number_leads_to_as_many_rows(client, ben, portfolio):
    client.force_login(ben)
    page = client.get("/")
    for state, number in [
        ("Principal", 1),
        ("Significant", 0),
        ("Not targeted", 0),
        ("Not assessed", 2),
    ]:
        listed = client.get(link(page, f"A {state}: {number}"))
        assert listed.context["page"].paginator.count == number


def test_direct_counts_leave_out_what_stands_below(client, ben, portfolio):
    client.force_login(ben)
    page = client.get("/?rollup=false")
    assert (
        page.context["rows"][0].code,
        [part.count for part in page.context["rows"][0].parts],
    ) == ("A", [0, 0, 0, 3])
    assert "Only themselves (direct)" in text_of(page)


def test_tagging_changes_the_overview_and_the_gaps(client, dai, portfolio):
    client.force_login(dai)
    before = client.get("/gaps/?kind=thin")
    assert [gap.code for gap in before.context["rows"]] == ["A", "A.1"]
    second = portfolio.__class__.objects.get(code="PRG-2")
    factories.align(second, "A.1", 1, by=dai)
    after = client.get("/gaps/?kind=thin")
    assert [gap.code for gap in after.context["rows"]] == []
    assert [part.count for part in client.get("/").context["rows"][1].parts] == [1, 1, 0, 1]


def test_gaps_say_why_and_what_can_be_done(client, ben, portfolio):
    client.force_login(ben)
    page = client.get("/gaps/?kind=unknown")
    rows = {gap.code: gap for gap in page.context["rows"]}
    assert rows["A.2"].why == "none of 3 assessed yet"
    missing = dict(rows["A.2"].actions)["3 not assessed"]
    assert client.get(missing).context["page"].paginator.count == 3


def test_gaps_print_the_formula_they_are_ranked_by(client, ben, portfolio):
    client.force_login(ben)
    page = client.get("/gaps/")
    assert "Rank = weight of the kind × share concerned ÷ depth" in text_of(page)
    scores = [gap.score for gap in page.context["rows"]]
    assert scores == sorted(scores, reverse=True)


def test_matrix_marks_holes_by_shape_and_leads_to_rows(client, ben, portfolio):
    client.force_login(ben)
    page = client.get("/matrix/")
    row = page.context["table"].rows[1]
    assert (row.element.code, [cell.count for cell in row.cells], row.total.count) == (
        "A.1",
        [1, 0],
        1,
    )
    assert [cell.is_hole for cell in row.cells] == [False, True]
    assert "Hole, not assessed yet" in text_of(page)
    assert client.get(row.cells[0].address).context["page"].paginator.count == 1
    assert client.get(row.cells[1].address).context["page"].paginator.count == 0


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("category", ["CAT-A", "CAT-B"]),
        ("department", ["unknown"]),
        ("country", ["TH", "VN", "unknown"]),
        ("status", ["active"]),
    ],
)
def test_matrix_groups(client, ben, portfolio, by, groups):
    client.force_login(ben)
    page = client.get(f"/matrix/?by={by}")
    assert [column.code for column in page.context["table"].columns] == groups


def test_the_scope_is_kept_between_pages(client, ben, portfolio):
    client.force_login(ben)
    page = client.get("/?day=2026-03-31&category=CAT-A&level=2&rollup=false")
    for label in ["Matrix", "Gaps", "Programmes"]:
        target = client.get(link(page, label))
        scope = target.context["scope"]
        assert (scope.day, scope.category, scope.level, scope.rollup) == (
            datetime.date(2026, 3, 31),
            "CAT-A",
            2,
            False,
        )


def test_each_part_of_the_scope_can_be_removed(client, ben, portfolio):
    client.force_login(ben)
    page = client.get("/matrix/?by=status&category=CAT-A&department=unknown")
    without = client.get("/matrix/" + link(page, "Remove Category"))
    assert without.context["scope"].category is None
    assert without.context["scope"].department == "unknown"
    assert without.context["by"] == "status"


def test_today_stays_today_in_addresses(client, ben, portfolio):
    client.force_login(ben)
    page = client.get(f"/?day={today().isoformat()}")
    assert {label for href, label in links_of(page) if "day=" in (href or "")} == {
        "Address of this view"
    }


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("day=0000-00-00", "day", "Enter a day as 2026-03-31."),
        ("day=9999-01-01", "day", "Choose a day between 1900-01-01 and 2199-12-31."),
        ("category=NOPE", "category", "There is no “NOPE” here."),
        ("strategy=NOPE", "strategy", "There is no “NOPE” here."),
        ("level=3", "level", "There is no “3” here."),
        ("rollup=perhaps", "rollup", "There is no “perhaps” here."),
    ],
)
def test_what_cannot_be_read_is_named_and_never_left_out(
    client, ben, portfolio, query, field, message
):
    client.force_login(ben)
    for path in ["/", "/matrix/", "/gaps/", "/programmes/", "/strategy/STR/"]:
        answer = client.get(f"{path}?{query}")
        assert answer.status_code == 400
        assert answer.context["form"].errors[field] == [message]
        assert query.partition("=")[2] in answer.content.decode()


def test_full_width_digits_are_digits(client, ben, portfolio):
    client.force_login(ben)
    page = client.get("/?day=２０２６-０３-３１")
    assert page.context["scope"].day == datetime.date(2026, 3, 31)


def test_without_a_strategy_the_page_says_what_to_do(client, chie):
    client.force_login(chie)
    for path in ["/", "/matrix/", "/gaps/"]:
        page = client.get(path)
        assert "There is no strategy yet" in text_of(page)
        assert link(page, "Add a strategy") == reverse("admin:strategy_app_strategy_add")


def test_before_the_first_revision_the_page_says_so(client, ben, portfolio):
    client.force_login(ben)
    page = text_of(client.get("/?day=2010-01-01"))
    assert "No revision is in force on this day" in page


def test_without_programmes_the_page_says_what_to_do(client, chie):
    factories.make_strategy()
    client.force_login(chie)
    page = client.get("/")
    assert "There are no programmes yet" in text_of(page)
    assert link(page, "Add a programme") == reverse("admin:strategy_app_programme_add")


def test_a_department_without_programmes_says_what_to_do(client, ben, portfolio):
    factories.make_department("DEP-Z")
    client.force_login(ben)
    page = client.get("/?department=DEP-Z")
    assert "No active programme matches" in text_of(page)
    assert client.get(link(page, "Remove all filters")).context["scope"].department is None


def test_budget_that_nobody_entered_is_said_to_be_missing(client, ben, portfolio):
    client.force_login(ben)
    page = text_of(client.get("/?basis=budget&day=2026-06-30"))
    assert "No budget is recorded for FY2026" in page
    factories.make_budget(portfolio, 2026, 500)
    page = client.get("/?basis=budget&day=2026-06-30")
    assert page.context["coverage"].active == 500


@pytest.mark.parametrize("path", ["/", "/matrix/", "/gaps/", "/programmes/"])
@pytest.mark.parametrize("number", [1, 3])
def test_pages_cost_a_fixed_number_of_queries(
    client, ben, path, number, django_assert_num_queries
):
    factories.make_strategy(elements=["A", "B", "C"][:number])
    for item in range(number):
        programme = factories.make_programme(f"PRG-{item}")
        for code in ["A", "B", "C"][:number]:
            factories.align(programme, code, 1)
    client.force_login(ben)
    client.get(path)
    expected = {"/": 4, "/matrix/": 3, "/gaps/": 3, "/programmes/": 4}[path]
    with django_assert_num_queries(expected):
        client.get(path)


def test_a_day_with_illustrative_records_says_so_even_once_they_are_replaced(
    client, ben, portfolio
):
    with recording(Change.Action.LOAD, by=None, illustrative=True):
        factories.load_history(portfolio, "A.2", 1, "2020-01-01")
    factories.align(portfolio, "A.2", 0)
    client.force_login(ben)
    said = {
        query: "Illustrative data" in text_of(client.get(f"/{query}"))
        for query in ["", "?day=2021-01-01", "?day=2019-12-31"]
    }
    assert said == {"": False, "?day=2021-01-01": True, "?day=2019-12-31": False}


def test_each_element_has_its_trend_past_and_ahead(client, ben, portfolio):
    factories.load_history(portfolio, "A.2", 1, "2024-04-01")
    portfolio.ends_on = "2028-03-31"
    reference.save(portfolio, by=None)
    with time_machine.travel("2026-11-22T12:00:00+09:00", tick=False):
        client.force_login(ben)
        page = client.get("/?day=2026-11-22")
        earlier = client.get("/?day=2022-01-01")
        trend = {row.code: row.trend for row in page.context["rows"]}["A.2"]
        followed = client.get(trend.address)
    assert trend.words == (
        "Supported: FY2021 0, FY2022 0, FY2023 0, FY2024 1, FY2025 1, FY2026 1, FY2027 1,"
        " FY2028 0, FY2029 0"
    )
    # Years to come are joined to the last one that is past.
    (past,), (ahead,) = trend.past, trend.future
    assert past.split()[-1] == ahead.split()[0] == "50.0,1.0"
    assert len(past.split()) + len(ahead.split()) == 9 + 1
    assert followed.context["element"].code == "A.2"
    # Seen from an earlier day, what has passed since is still no future: FY2016 to FY2024.
    trend = {row.code: row.trend for row in earlier.context["rows"]}["A.2"]
    assert ([len(line.split()) for line in trend.past], trend.future) == ([9], [])


def test_a_trend_of_budget_breaks_where_none_is_on_record(client, ben, portfolio):
    factories.load_history(portfolio, "A.2", 1, "2020-04-01")
    for year, amount in [(2021, 4_000_000), (2023, 2_000_000), (2024, 0)]:
        factories.make_budget(portfolio, year, amount)
    client.force_login(ben)
    with time_machine.travel("2026-11-22T12:00:00+09:00", tick=False):
        page = client.get("/?day=2026-11-22&basis=budget")
    trend = {row.code: row.trend for row in page.context["rows"]}["A.2"]
    assert (trend.past, trend.future) == (["0.0,1.0 0.0,1.0", "25.0,10.0 37.5,19.0"], [])
    assert trend.words == (
        "Supported: FY2021 4, FY2022 –, FY2023 2, FY2024 0, FY2025 –, FY2026 –, FY2027 –,"
        " FY2028 –, FY2029 –"
    )


@pytest.mark.parametrize("path", ["/", "/gaps/", "/matrix/", "/compare/", "/timeline/"])
def test_a_day_ahead_says_in_words_what_it_assumes(client, ben, portfolio, path):
    words = "After 22 November 2026 the numbers assume that nothing is added and that"
    with time_machine.travel("2026-11-22T12:00:00+09:00", tick=False):
        client.force_login(ben)
        said = {
            day: words in text_of(client.get(f"{path}?day={day}"))
            for day in ("2022-01-01", "2026-11-22", "2026-11-23")
        }
    assert said == {"2022-01-01": False, "2026-11-22": False, "2026-11-23": True}


def test_freshness_counts_records_judged_lately(client, ben, portfolio):
    factories.load_history(portfolio, "A.2", 1, "2020-01-01")
    client.force_login(ben)
    page = client.get("/")
    assert (page.context["fresh"], page.context["records"]) == (2, 3)
    assert "2 of 3 records within 13 months" in text_of(page)


def test_alike_changes_that_follow_one_another_are_one_line(client, aiko, chie):
    strategy = factories.make_strategy(elements=("A",))
    programme = factories.make_programme()
    draft = strategy_services.create_draft(strategy=strategy, by=chie, name_en="Second")
    factories.align(programme, "A")
    for title in ("One", "Two", "Three"):
        row = draft.wordings.get()
        strategy_services.edit(
            wording=row, replaces=row.edited_in_id, by=chie, title_en=title
        )
    newest = Change.objects.latest("id")
    client.force_login(aiko)
    latest = client.get("/").context["latest_changes"]
    assert latest[0] == (newest, "", 3)
    assert [(change.action, number) for change, _subject, number in latest[1:3]] == [
        ("align", 1), ("edit_strategy", 1),
    ]  # fmt: skip


def test_a_programme_says_its_budgets_in_the_unit_of_all_amounts(client, ben, portfolio):
    factories.make_budget(portfolio, 2025, 602_025_000)
    factories.make_budget(portfolio, 2026, 1_500_000)
    client.force_login(ben)
    text = text_of(client.get(f"/programmes/{portfolio.code}/"))
    assert "FY2025: 602 million JPY FY2026: 1.5 million JPY" in text


def test_the_legend_names_the_strokes_that_mark_targets(client, ben, portfolio):
    client.force_login(ben)

    def named(path):
        words = [label for _href, label in links_of(client.get(path))]
        return [word for word in words if word in ("Target", "Target at principal")]

    assert named("/") == named("/strategy/STR/A.1/") == []
    factories.make_target(
        factories.get_element("A.1"), 1, measure="principal", day="2020-04-01"
    )
    assert named("/strategy/STR/A/") == named("/") == ["Target at principal"]
    factories.make_target(factories.get_element("A.2"), 1, day="2020-04-01")
    assert named("/") == named("/strategy/STR/") == ["Target", "Target at principal"]
