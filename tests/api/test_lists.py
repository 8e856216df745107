"""Strategies, elements, programmes and changes as the API lists them."""

import datetime

import pytest

from strategy_app.coverage import frame
from strategy_app.models import Change
from strategy_app.services import strategy as strategy_services
from tests import factories
from tests.api.answers import error, page


def wording(code, position, depth, *, parent=None, revision, alignable=True, **fields):
    return {
        "code": code,
        "strategy": "STR",
        "revision": revision,
        "parent": parent,
        "kind": "aim",
        "kind_en": "Aim",
        "kind_ja": "目標(めざすもの)",
        "is_alignable": alignable,
        "depth": depth,
        "position": position,
        "title_en": f"Element {code}",
        "title_ja": f"要素{code}",
        "body_en": f"What {code} is about.",
        "body_ja": f"{code}の説明。",
        "source": "",
        "modification": "new",
    } | fields


@pytest.fixture
def second_revision(strategy, chie):
    """A revision from 2020 on that adds an element."""
    draft = strategy_services.create_draft(strategy=strategy, by=chie, name_en="Second")
    factories.add_elements(draft, ["C"])
    return strategy_services.publish(
        revision=draft,
        in_force_from=datetime.date(2020, 4, 1),
        by=chie,
        despite_warnings=True,
    )


def test_strategies_come_with_their_published_revisions(api, strategy, second_revision):
    strategy_services.create_draft(strategy=strategy, by=None, name_en="Draft")
    first = strategy.revisions.get(name_en="First")
    row = {
        "code": "STR",
        "name_en": "Strategy STR",
        "name_ja": "STR戦略",
        "types": [
            {"code": code, "name_en": name_en, "name_ja": name_ja, "alignable": alignable}
            for code, (name_en, name_ja, alignable) in factories.TYPES.items()
        ],
        "revisions": [
            {
                "id": first.pk,
                "name_en": "First",
                "name_ja": "",
                "preface_en": "",
                "preface_ja": "",
                "in_force_from": "2017-08-01",
                "in_force_until": "2020-04-01",
            },
            {
                "id": second_revision.pk,
                "name_en": "Second",
                "name_ja": "",
                "preface_en": "",
                "preface_ja": "",
                "in_force_from": "2020-04-01",
                "in_force_until": None,
            },
        ],
    }
    assert api.get("/api/v1/strategies/").json() == page(row)
    assert api.get("/api/v1/strategies/STR/").json() == row


def test_elements_are_the_wordings_in_force_on_the_day(api, strategy, second_revision):
    first = strategy.revisions.get(name_en="First").pk
    old = [
        wording("A", 1, 0, revision=first),
        wording("A.1", 2, 1, parent="A", revision=first),
        wording("A.2", 3, 1, parent="A", revision=first),
        wording("B", 4, 0, revision=first, alignable=False),
    ]
    address = "/api/v1/elements/?strategy=STR&day="
    assert api.get(f"{address}2017-07-31").json() == page()
    assert api.get(f"{address}2020-03-31").json() == page(*old)
    new = [
        row | {"revision": second_revision.pk, "modification": "unchanged"} for row in old
    ]
    added = wording("C", 5, 0, revision=second_revision.pk)
    assert api.get(f"{address}2020-04-01").json() == page(*new, added)
    assert api.get("/api/v1/elements/").json() == page(*new, added)


def test_elements_are_cut_into_pages_in_the_strategy_s_order(api, strategy):
    answer = api.get("/api/v1/elements/?page_size=3&page=2").json()
    assert (answer["count"], answer["next"]) == (4, None)
    assert answer["previous"] == "http://testserver/api/v1/elements/?page_size=3"
    assert [(row["code"], row["position"]) for row in answer["results"]] == [("B", 4)]


FULL = {
    "code": "PRG-1",
    "name_en": "Programme PRG-1",
    "name_ja": "PRG-1事業",
    "category": "CAT-A",
    "department": "DEP-A",
    "status": "active",
    "starts_on": "1995-10",
    "ends_on": "2027",
    "end_is_illustrative": True,
    "active": True,
    "partner_countries": ["ID", "TH"],
    "budgets": [
        {"fiscal_year": 2025, "amount": 400},
        {"fiscal_year": 2026, "amount": 500},
    ],
    "url": "https://example.org/prg",
    "summary_en": "Funds teams.",
    "summary_ja": "チームを支援する。",
    "source": "Annual report",
}
BARE = {
    "code": "PRG-2",
    "name_en": "Programme PRG-2",
    "name_ja": "PRG-2事業",
    "category": "CAT-A",
    "department": None,
    "status": "planned",
    "starts_on": None,
    "ends_on": None,
    "end_is_illustrative": False,
    "active": False,
    "partner_countries": [],
    "budgets": [],
    "url": None,
    "summary_en": "",
    "summary_ja": "",
    "source": "",
}


def test_a_programme_shows_what_is_known_and_null_for_the_rest(api, department_a):
    category = factories.make_category()
    given = {
        name: FULL[name]
        for name in ("starts_on", "ends_on", "end_is_illustrative", "url", "summary_en",
                     "summary_ja", "source")
    }  # fmt: skip
    programme = factories.make_programme(
        "PRG-1", category=category, department=department_a,
        partner_countries=["TH", "ID"], **given,
    )  # fmt: skip
    factories.make_budget(programme, 2026, 500)
    factories.make_budget(programme, 2025, 400)
    factories.make_programme("PRG-2", category=category, status="planned")
    day = "?day=2027-12-31"
    assert api.get(f"/api/v1/programmes/{day}").json() == page(FULL, BARE)
    assert api.get(f"/api/v1/programmes/PRG-1/{day}").json() == FULL
    ended = api.get("/api/v1/programmes/PRG-1/?day=2028-01-01").json()
    assert ended == FULL | {"active": False}


@pytest.fixture
def some_programmes(department_a):
    a, b = factories.make_category("CAT-A"), factories.make_category("CAT-B")
    factories.make_programme(
        "P-1", category=a, department=department_a, partner_countries=["TH"]
    )
    factories.make_programme("P-2", category=b, status="suspended", ends_on="2020")
    factories.make_programme("P-3", category=b, summary_ja="量子の研究")


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", ["P-1", "P-2", "P-3"]),
        ("category=CAT-B", ["P-2", "P-3"]),
        ("department=DEP-A", ["P-1"]),
        ("department=unknown", ["P-2", "P-3"]),
        ("country=TH", ["P-1"]),
        ("country=FR", []),
        ("country=unknown", ["P-2", "P-3"]),
        ("status=suspended", ["P-2"]),
        ("q=量子", ["P-3"]),
        ("q=p-1", ["P-1"]),
        ("q=%EF%BC%B0-1", ["P-1"]),
        ("active=true&day=2020-12-31", ["P-1", "P-2", "P-3"]),
        ("active=true&day=2021-01-01", ["P-1", "P-3"]),
        ("active=false&day=2021-01-01", ["P-2"]),
        ("category=CAT-B&active=true&day=2021-01-01", ["P-3"]),
    ],
)
def test_programmes_are_filtered(api, some_programmes, query, codes):
    answer = api.get(f"/api/v1/programmes/?{query}").json()
    assert [row["code"] for row in answer["results"]] == codes
    assert answer["count"] == len(codes)


def test_changes_are_listed_the_newest_first(api, dai, strategy, programme):
    row = factories.align(programme, "A", by=dai)
    answer = api.get("/api/v1/changes/?page_size=1").json()
    at = row.opened_in.at.astimezone(datetime.timezone(datetime.timedelta(hours=9)))
    newest = {
        "id": row.opened_in_id,
        "at": at.isoformat(),
        "by": "dai",
        "action": "align",
        "reason": "",
        "source": "page",
        "illustrative": False,
    }
    assert answer["results"] == [newest]
    assert api.get(f"/api/v1/changes/{row.opened_in_id}/").json() == newest
    ids = [row["id"] for row in api.get("/api/v1/changes/").json()["results"]]
    assert ids == sorted(ids, reverse=True)
    about_accounts = Change.objects.filter(action__in=["edit_person", "edit_token"])
    assert len(ids) == Change.objects.count() - about_accounts.count()


UNKNOWN = "There is no such parameter or field."
RANGE = "Choose a day between 1900-01-01 and 2199-12-31."
DAY = "Enter a day as 2026-03-31."


@pytest.mark.parametrize(
    ("address", "attr", "code", "detail"),
    [
        ("?colour=red", "colour", "unknown", UNKNOWN),
        ("strategies/?day=2026-01-01", "day", "unknown", UNKNOWN),
        ("strategies/STR/?page=1", "page", "unknown", UNKNOWN),
        ("elements/?rollup=true", "rollup", "unknown", UNKNOWN),
        ("elements/?strategy=NONE", "strategy", "invalid_choice",
         "There is no “NONE” here."),
        ("elements/?day=yesterday", "day", "invalid", DAY),
        ("elements/?day=2026-02-30", "day", "invalid", DAY),
        ("elements/?day=1899-12-31", "day", "range", RANGE),
        ("elements/?day=2200-01-01", "day", "range", RANGE),
        ("elements/?day=2026-01-01&day=2026-01-02", "day", "repeated", "Give this once."),
        ("programmes/?strategy=STR", "strategy", "unknown", UNKNOWN),
        ("programmes/?active=maybe", "active", "invalid_choice",
         "There is no “maybe” here."),
        ("programmes/?category=NONE", "category", "invalid_choice",
         "There is no “NONE” here."),
        ("programmes/?country=XX", "country", "invalid_choice", "There is no “XX” here."),
        ("programmes/?status=odd", "status", "invalid_choice", "There is no “odd” here."),
        ("programmes/?q=a%00b", "q", "null_characters_not_allowed",
         "Null characters are not allowed."),
        ("programmes/PRG-1/?day=2200-01-01", "day", "range", RANGE),
        ("changes/?page=first", "page", "invalid", "Enter a whole number."),
        ("changes/?page=last", "page", "invalid", "Enter a whole number."),
        ("changes/?page_size=0", "page_size", "min_value",
         "Ensure this value is greater than or equal to 1."),
        ("changes/?page_size=1001", "page_size", "max_value",
         "Ensure this value is less than or equal to 1000."),
        ("coverage/?by=category", "by", "unknown", UNKNOWN),
        ("coverage/?level=3", "level", "invalid_choice",
         "There is no “3” here."),
        ("coverage/gaps/?by=status", "by", "invalid_choice",
         "There is no “status” here."),
    ],
)  # fmt: skip
def test_what_is_not_known_is_refused_by_its_name(
    api, strategy, programme, address, attr, code, detail
):
    answer = api.get(f"/api/v1/{address}")
    assert (answer.status_code, answer.json()) == (400, error(code, detail, attr))


def test_all_that_is_wrong_is_named_but_no_more_than_can_be_read(api, strategy):
    answer = api.get("/api/v1/elements/?a=1&day=no&strategy=NONE")
    assert answer.status_code == 400
    named = [problem["attr"] for problem in answer.json()["errors"]]
    assert sorted(named) == ["a", "day", "strategy"]
    many = "&".join(f"p{number}=" for number in range(3000))
    answer = api.get(f"/api/v1/elements/?{many}")
    assert (answer.status_code, len(answer.json()["errors"])) == (400, 25)
    answer = api.get(f"/api/v1/elements/?{many}&{many}")
    assert (answer.status_code, answer.json()) == (
        400,
        error("parse_error", "This is more than can be sent at once."),
    )


@pytest.mark.parametrize(
    "address",
    [
        "strategies/NONE/",
        "programmes/NONE/",
        "programmes/a%00b/",
        "programmes/<b>/",
        "changes/99999999999999999999999999/",
        "changes/abc/",
        "alignments/99999999999999999999999999/",
    ],
)
def test_rows_that_are_not_there(api, strategy, programme, address):
    answer = api.get(f"/api/v1/{address}")
    assert (answer.status_code, answer.json()) == (404, error("not_found", "Not found."))


@pytest.mark.parametrize("number", ["0", "-1", "2", "9" * 30])
def test_pages_that_are_not_there(api, strategy, number):
    answer = api.get(f"/api/v1/strategies/?page={number}")
    assert (answer.status_code, answer.json()) == (
        404,
        error("not_found", "Invalid page."),
    )


def make_one_more(number, department):
    """Make another strategy, programme and judgement; one nested row at first, then 3."""
    strategy = factories.make_strategy(f"S-{number}", ["A"])
    programme = factories.make_programme(
        f"P-{number}", department=department, partner_countries=["TH", "ID"]
    )
    nested = 1 if number == 1 else 3
    for year in range(nested):
        factories.make_budget(programme, 2024 + year, 100)
        if year:
            strategy_services.publish(
                revision=strategy_services.create_draft(
                    strategy=strategy, by=None, name_en=str(year)
                ),
                in_force_from=datetime.date(2020 + year, 1, 1),
                by=None,
                despite_warnings=True,
            )
    sources = [factories.a_source(title=f"Source {n}") for n in range(nested)]
    factories.align(programme, factories.get_element("A", f"S-{number}"), evidence=sources)


@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("strategies/", 5),  # the token, how many, the rows, types, revisions
        ("elements/?strategy=S-1", 3),  # the token, the newest change, the wordings
        ("programmes/?q=p", 5),  # also the search and the budgets
        ("alignments/", 4),  # the token, the newest change, rows, evidence
        ("changes/", 3),
    ],
)
def test_lists_ask_a_fixed_number_of_queries(
    api, department_a, django_assert_num_queries, address, queries
):
    for numbers in ([1], [2, 3]):
        for number in numbers:
            make_one_more(number, department_a)
        frame.current()
        with django_assert_num_queries(queries):
            answer = api.get(f"/api/v1/{address}")
        assert answer.json()["count"] >= 1
