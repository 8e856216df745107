"""The matrix's other columns: fiscal years, another strategy; shares and order."""

import datetime
import re

import pytest
import time_machine

from strategy_app.coverage import frame, timeline
from strategy_app.coverage.scope import Scope
from strategy_app.models.dates import fiscal_year, today
from tests import factories
from tests.views.reading import links_of, text_of


@pytest.fixture
def two_strategies(db):
    """Three programmes; two support STR A, of which one also supports OTH X."""
    factories.make_strategy()
    factories.make_strategy("OTH", elements=("X", "X.1", "Y"))
    programmes = [
        factories.make_programme(f"PRG-{number}", ends_on=ends)
        for number, ends in [(1, "2028-03-31"), (2, ""), (3, "")]
    ]
    with time_machine.travel("2026-11-22T12:00:00+09:00", tick=False):
        factories.align(programmes[0], "A.1", 2)
        factories.align(programmes[1], "A", 1)
        factories.align(programmes[0], factories.get_element("X.1", "OTH"), 1)
        factories.align(programmes[2], factories.get_element("Y", "OTH"), 1)
        yield programmes


def cells(page):
    return {
        row.element.code: [cell.count for cell in row.cells]
        for row in page.context["table"].rows
    }


def test_two_strategies_crossed_count_what_supports_both(client, ben, two_strategies):
    client.force_login(ben)
    page = client.get("/matrix/?strategy=STR&by=strategy&second=OTH")
    assert [column.code for column in page.context["table"].columns] == ["X", "Y"]
    assert cells(page) == {"A": [1, 0], "A.1": [1, 0], "A.2": [0, 0], "B": [0, 0]}
    for row in page.context["table"].rows:
        for cell in row.cells:
            listed = client.get(cell.address)
            assert listed.context["page"].paginator.count == cell.count
    both = client.get(page.context["table"].rows[0].cells[0].address)
    assert "and as supporting X" in text_of(both)


def test_without_another_strategy_the_page_says_so(client, ben):
    factories.make_strategy()
    factories.make_programme()
    client.force_login(ben)
    page = client.get("/matrix/?by=strategy")
    assert "There is nothing to cross with" in text_of(page)


def test_fiscal_years_show_the_past_and_what_is_ahead(client, ben, two_strategies):
    with time_machine.travel("2026-11-22T12:00:00+09:00", tick=False):
        client.force_login(ben)
        factories.load_history(two_strategies[2], "B", 1, "2024-04-01")
        page = client.get("/matrix/?strategy=STR&by=fiscal_year")
        another = client.get("/matrix/?strategy=STR&by=fiscal_year&day=2026-03-31")
    years = [column.code for column in page.context["table"].columns]
    assert years == [str(year) for year in range(2024, 2032)]
    assert cells(page)["B"] == [1, 1, 1, 1, 1, 1, 1, 1]
    ahead = [bool(column.note) for column in page.context["table"].columns]
    assert ahead == [False] * 2 + [True] * 6
    active = [column.active for column in page.context["table"].columns]
    assert active == [3, 3, 3, 3, 2, 2, 2, 2]
    # The last column is no sum of the years, so it says what it is.
    assert "Today, 22 November 2026 3 active" in text_of(page)
    assert " 31 March 2026 3 active" in text_of(another)


def test_fiscal_years_are_those_of_the_timeline(client, ben, two_strategies):
    factories.load_history(two_strategies[2], "B", 1, "2019-04-01")
    client.force_login(ben)
    matrix = client.get("/matrix/?strategy=STR&by=fiscal_year&day=2026-11-22")
    shown = client.get("/timeline/?strategy=STR&day=2026-11-22").context["timeline"]
    assert [column.code for column in matrix.context["table"].columns] == [
        str(year.number) for year in shown.years
    ]


@pytest.mark.parametrize("day", ["1900-01-01", "2199-12-31"])
def test_fiscal_years_keep_to_the_calendar(db, day):
    factories.load_history(
        factories.make_programme(), factories.make_strategy() and "A", 1, "2020-04-01"
    )
    scope = Scope("STR", datetime.date.fromisoformat(day))
    first, last = timeline.years(frame.current(), scope)
    assert timeline.FIRST_YEAR <= first <= last <= timeline.LAST_YEAR
    assert last - first < timeline.MOST_YEARS


def test_strongest_first_and_shares(client, ben, two_strategies):
    client.force_login(ben)
    page = client.get("/matrix/?strategy=STR&sort=value&show=shares")
    assert page.context["table"].rows[0].element.code == "A"
    assert "67 %" in text_of(page)


@pytest.mark.parametrize("by", ["department", "fiscal_year"])
def test_how_much_is_assessed_is_counted_and_listed(client, ben, two_strategies, by):
    factories.align(two_strategies[2], "A", 0)
    client.force_login(ben)
    page = client.get(f"/matrix/?strategy=STR&by={by}&show=assessed")
    rows = {row.element.code: row for row in page.context["table"].rows}
    assert (rows["A"].total.count, rows["B"].total.count) == (3, 0)
    assert page.context["table"].holes == 0
    for row in rows.values():
        for cell in [*row.cells, row.total]:
            if cell.address and cell.count:
                listed = client.get(cell.address)
                assert listed.context["page"].paginator.count == cell.count
    assert "100 %" in text_of(page)


def test_a_hole_that_nobody_has_looked_into_is_told_apart(client, ben, two_strategies):
    department = factories.make_department("DEP-X")
    for number, level in [(7, None), (8, 0)]:
        other = factories.make_programme(
            f"PRG-{number}", category=factories.make_category(f"CAT-{number}"),
            department=department,
        )  # fmt: skip
        if level is not None:
            factories.align(other, "A", level)
    client.force_login(ben)
    page = client.get("/matrix/?strategy=STR&by=category")
    columns = [column.code for column in page.context["table"].columns]
    (row,) = [row for row in page.context["table"].rows if row.element.code == "A"]
    at = {code: row.cells[columns.index(code)] for code in ("CAT-7", "CAT-8")}
    assert {code: (cell.is_hole, cell.is_unread) for code, cell in at.items()} == {
        "CAT-7": (True, True),
        "CAT-8": (True, False),
    }
    assert shown(page)["A:CAT-7"] == "◌? Hole, not assessed yet"
    assert shown(page)["A:CAT-8"] == "◌ Hole: 0"


def shown(page):
    """Return what each cell of the matrix shows, by its anchor."""
    found = re.findall(r'<td class="[^"]*" id="([^"]+)">(.*?)</td>', page.content.decode())
    return {
        anchor: " ".join(re.sub(r"<[^>]+>", " ", html).split()) for anchor, html in found
    }


@pytest.mark.parametrize(
    "by", ["category", "department", "country", "status", "fiscal_year", "strategy"]
)
@pytest.mark.parametrize("show", ["counts", "shares"])
def test_before_anything_is_assessed_no_cell_shows_a_zero(client, ben, by, show):
    factories.make_strategy()
    factories.make_strategy("OTH", elements=("X", "Y"))
    factories.make_programme(partner_countries=["TH"])
    client.force_login(ben)
    page = client.get(f"/matrix/?strategy=STR&by={by}&second=OTH&show={show}")
    assert set(shown(page).values()) == {"? Not assessed"}
    totals = [row.total.is_unread for row in page.context["table"].rows]
    assert totals == [True] * 4
    assert "not assessed: nobody has looked, which is not 0" in text_of(page)


@pytest.mark.parametrize("by", ["category", "fiscal_year", "strategy"])
def test_a_zero_says_that_somebody_has_looked(client, ben, by):
    factories.make_strategy(elements=("A", "B"))
    factories.make_strategy("OTH", elements=("X",))
    programme = factories.make_programme()
    factories.load_history(programme, "A", 0, "2020-04-01")
    factories.load_history(programme, factories.get_element("X", "OTH"), 0, "2020-04-01")
    client.force_login(ben)
    page = client.get(f"/matrix/?strategy=STR&by={by}&second=OTH&day=2026-11-22")
    first = {code: text for code, text in shown(page).items() if code.startswith("A:")}
    assert set(first.values()) == {"0"}
    rows = {row.element.code: row for row in page.context["table"].rows}
    assert (rows["A"].total.is_unread, rows["B"].total.is_unread) == (False, True)


def test_across_strategies_a_zero_needs_a_look_at_what_supports_the_column(
    client, ben, two_strategies
):
    """PRG-3 alone supports Y, and nobody has judged it by STR: not 0, but not known."""
    client.force_login(ben)
    address = "/matrix/?strategy=STR&by=strategy&second=OTH"
    assert shown(client.get(address))["A:Y"] == "? Not assessed"
    factories.align(two_strategies[2], "A", 0)
    assert shown(client.get(address))["A:Y"] == "0"


def test_what_has_no_budget_can_have_been_looked_at(client, ben, two_strategies):
    factories.align(two_strategies[2], "B", 0)
    client.force_login(ben)
    page = client.get("/matrix/?strategy=STR&basis=budget&by=category")
    assert shown(page)["B:CAT-A"] == "0"
    assert shown(page)["A.2:CAT-A"] == "? Not assessed"


def test_at_another_layer_what_has_no_record_there_is_no_zero(client, ben, two_strategies):
    client.force_login(ben)
    page = client.get("/matrix/?strategy=STR&layer=confirmed")
    assert set(shown(page).values()) == {"? Not assessed"}


def test_how_much_is_assessed_is_a_true_zero(client, ben):
    factories.make_strategy(elements=("A",))
    factories.make_programme()
    client.force_login(ben)
    page = client.get("/matrix/?show=assessed")
    assert shown(page) == {"A:CAT-A": "0 %"}


def test_columns_of_another_strategy_say_what_supports_them(client, ben, two_strategies):
    client.force_login(ben)
    text = text_of(client.get("/matrix/?strategy=STR&by=strategy&second=OTH"))
    assert "X Element X 1 supports it" in text
    factories.align(two_strategies[1], factories.get_element("Y", "OTH"), 1)
    text = text_of(client.get("/matrix/?strategy=STR&by=strategy&second=OTH"))
    assert "Y Element Y 2 support it" in text
    backwards = text_of(client.get("/matrix/?strategy=OTH&by=strategy&second=STR"))
    assert "B Element B Not assessed" in backwards


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["Brazil", "Burkina Faso", "Germany"]),
        ("ja", ["ドイツ", "ブラジル", "ブルキナファソ"]),
    ],
)
def test_countries_stand_in_the_order_of_their_names(client, ben, language, names):
    """As the filter lists them; by code it would be Burkina Faso before Brazil."""
    factories.make_strategy()
    factories.make_programme(partner_countries=["BR", "BF", "DE"])
    factories.make_programme("PRG-2")
    client.force_login(ben)
    page = client.get("/matrix/?by=country", HTTP_ACCEPT_LANGUAGE=language)
    labels = [column.label for column in page.context["table"].columns]
    assert labels[:3] == names
    choices = [label for _c, label in page.context["scope_form"].fields["country"].choices]
    assert labels[:3] == [str(label) for label in choices[1:4]]
    assert page.context["table"].columns[-1].code == "unknown"
    for row in page.context["table"].rows:
        for cell, column in zip(row.cells, page.context["table"].columns, strict=True):
            assert f"country={column.code}" in cell.address


def test_each_mark_of_the_matrix_leads_to_its_definition(client, ben, two_strategies):
    factories.make_programme("PRG-8", category=factories.make_category("CAT-8"))
    client.force_login(ben)
    page = client.get("/matrix/?strategy=STR")
    linked = {
        href.partition("#")[2]
        for href, _label in links_of(page)
        if href and href.startswith("/definitions/?strategy=STR#")
    }
    defined = client.get("/definitions/").content.decode()
    assert linked == {"matrix-number", "matrix-unread", "gap-hole", "matrix-shade"}
    assert [anchor for anchor in linked if f'id="{anchor}"' not in defined] == []


def test_an_unknown_second_strategy_is_named(client, ben, two_strategies):
    client.force_login(ben)
    answer = client.get("/matrix/?by=strategy&second=NOPE")
    assert answer.status_code == 400
    assert answer.context["form"].errors["second"] == ["There is no “NOPE” here."]


def test_an_unknown_element_of_the_second_strategy_is_named(client, ben, two_strategies):
    client.force_login(ben)
    answer = client.get("/programmes/?strategy=STR&element=A&also_strategy=OTH&also=NOPE")
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == ["also"]


def test_correspondences_lead_to_the_other_strategy_and_back(client, ben, two_strategies):
    factories.make_correspondence("A", "X", others_strategy="OTH")
    client.force_login(ben)
    assert "X Element X illustrative" in text_of(client.get("/strategy/STR/A/"))
    assert "A Element A illustrative" in text_of(client.get("/strategy/OTH/X/"))


# --- budget that is not on record ---


@pytest.fixture
def budgets(two_strategies):
    """All support A; of CAT-A one of two has a budget, of CAT-B none, of CAT-C one of 0.

    PRG-7 of CAT-D has a budget and supports nothing, but was looked at.
    """
    more = [
        factories.make_programme(f"PRG-{number}", category=factories.make_category(code))
        for number, code in [(5, "CAT-B"), (6, "CAT-C"), (7, "CAT-D")]
    ]
    for programme, level in zip(more, [1, 1, 0], strict=True):
        factories.load_history(programme, "A", level, "2020-04-01")
    year = fiscal_year(today())
    factories.make_budget(two_strategies[0], year, 3_000_000)
    factories.make_budget(more[1], year, 0)
    factories.make_budget(more[2], year, 2_000_000)
    return year


BY_BUDGET = "/matrix/?strategy=STR&basis=budget"


def test_support_without_a_budget_on_record_is_no_zero(client, ben, budgets):
    client.force_login(ben)
    page = client.get(f"{BY_BUDGET}&by=category")
    shares = client.get(f"{BY_BUDGET}&by=category&show=shares")
    found = shown(page)
    assert [found[f"A:CAT-{letter}"] for letter in "ABCD"] == [
        "3", "– No budget on record", "0", "◌ Hole: 0",
    ]  # fmt: skip
    assert "Category CAT-B no budget on record Category CAT-C 0" in text_of(page)
    assert "supported, but no budget on record, which is not 0" in text_of(page)
    assert shown(shares)["A:CAT-B"] == "– No budget on record"


def test_years_without_a_budget_on_record_are_no_zeros(client, ben, budgets):
    client.force_login(ben)
    page = client.get(f"{BY_BUDGET}&by=fiscal_year")
    found, before = shown(page), budgets - 1
    assert (found[f"A:{budgets}"], found[f"A:{before}"]) == ("3", "– No budget on record")
    assert found[f"B:{budgets}"] == "? Not assessed"
    assert f"FY{before} no budget on record" in text_of(page)
    without = client.get(f"{BY_BUDGET}&day={before}-11-22")
    assert "All no budget on record" in text_of(without)


def test_nor_are_those_across_strategies(client, ben, two_strategies, budgets):
    factories.align(two_strategies[2], "A", 1)
    client.force_login(ben)
    page = client.get(f"{BY_BUDGET}&by=strategy&second=OTH")
    assert shown(page)["A:X"] == "3"
    assert shown(page)["A:Y"] == "– No budget on record"
    assert "Y Element Y no budget on record" in text_of(page)


def test_what_was_assessed_without_a_budget_has_no_share(client, ben, budgets):
    client.force_login(ben)
    page = client.get(f"{BY_BUDGET}&show=assessed")
    assert [shown(page)[f"A:CAT-{letter}"] for letter in "BD"] == [
        "– No budget on record", "100 %",
    ]  # fmt: skip


@pytest.mark.parametrize("by", ["category", "department", "country"])
def test_holes_are_as_many_by_budget_as_by_programmes_and_among_the_gaps(
    client, ben, budgets, by
):
    client.force_login(ben)
    told = [
        {
            cell.anchor
            for row in client.get(f"/matrix/?strategy=STR&by={by}&basis={basis}")
            .context["table"].rows
            for cell in row.cells
            if cell.is_hole
        }
        for basis in ("programmes", "budget")
    ]  # fmt: skip
    gaps = client.get(f"/gaps/?strategy=STR&kind=hole&by={by}").context["page"]
    assert told[0] == told[1] and len(told[0]) == gaps.paginator.count


@pytest.mark.parametrize(
    ("query", "caption"),
    [
        ("", "Elements by group: how many programmes support each"),
        ("&basis=budget", "Elements by group: which budget supports each"),
        ("&by=fiscal_year", "Elements by fiscal year: how many programmes support each"),
        ("&show=assessed", "Elements by group: which share of each is assessed"),
        ("&by=strategy&second=OTH",
         "Elements by those of another strategy: how much supports both"),
    ],
)  # fmt: skip
def test_the_table_is_called_what_it_shows(client, ben, two_strategies, query, caption):
    client.force_login(ben)
    assert caption in text_of(client.get(f"/matrix/?strategy=STR{query}"))
