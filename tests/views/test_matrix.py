"""The matrix's other columns: fiscal years, another strategy; shares and order."""

import pytest
import time_machine

from tests import factories
from tests.views.reading import text_of


@pytest.fixture
def two_strategies(db):
    """Three programmes; two support STR A, of which one also supports OTH X."""
    factories.make_strategy()
    factories.make_strategy("OTH", elements=("X", "X.1", "Y"))
    programmes = [
        factories.make_programme(f"PRG-{number}", ends_on=ends)
        for number, ends in [(1, "2028-03-31"), (2, ""), (3, "")]
    ]
    factories.align(programmes[0], "A.1", 2)
    factories.align(programmes[1], "A", 1)
    factories.align(programmes[0], factories.get_element("X.1", "OTH"), 1)
    factories.align(programmes[2], factories.get_element("Y", "OTH"), 1)
    return programmes


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
    client.force_login(ben)
    with time_machine.travel("2026-11-22", tick=False):
        client.force_login(ben)
        factories.load_history(two_strategies[2], "B", 1, "2024-04-01")
        page = client.get("/matrix/?strategy=STR&by=fiscal_year&day=2026-11-22")
    years = [column.code for column in page.context["table"].columns]
    assert years == [str(year) for year in range(2021, 2030)]
    assert cells(page)["B"] == [0, 0, 0, 1, 1, 1, 1, 1, 1]
    ahead = [bool(column.note) for column in page.context["table"].columns]
    assert ahead == [False] * 5 + [True] * 4
    active = [column.active for column in page.context["table"].columns]
    assert active == [3, 3, 3, 3, 3, 3, 2, 2, 2] or active[-1] == 2


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
    assert "Hole, not assessed yet: 0" in text_of(page)


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
