"""A page that is asked at an earlier change says what was on record then."""

import pytest

from strategy_app.models import Change, Programme, Strategy
from strategy_app.models.dates import today
from strategy_app.services import reference
from tests import factories
from tests.views.reading import parts_of, text_of


@pytest.fixture
def renamed(db, aiko, chie, department_a):
    """A programme that has been renamed and has ended since a change; return that one."""
    factories.make_strategy()
    programme = factories.make_programme(
        "PRG-1", name_en="Old rivers", summary_en="Funds rivers.", starts_on="2010",
        department=department_a,
    )  # fmt: skip
    factories.make_budget(programme, today().year, 5)
    factories.make_programme("PRG-2", name_en="Telescopes")
    factories.align(programme, "A", 2, by=aiko)
    change = Change.objects.latest("id").pk
    programme.name_en, programme.summary_en = "New lakes", "Funds lakes."
    programme.status, programme.ends_on = "closed", "2015"
    reference.save(programme, by=chie)
    reference.delete(programme.budgets.get(), by=chie)
    factories.make_programme("PRG-3", name_en="Young rivers", starts_on="2011")
    return change


@pytest.fixture
def reader(client, ben):
    client.force_login(ben)
    return client


def listed(reader, query):
    """Return the code of each programme in the list."""
    page = reader.get(f"/programmes/?{query}")
    assert page.status_code == 200
    return [text.split(" ")[0] for _id, text in parts_of(page, "tr") if "PRG-" in text]


def test_a_search_asks_the_names_that_were_known(reader, renamed):
    assert listed(reader, "q=rivers") == ["PRG-3"]
    assert listed(reader, "q=lakes") == ["PRG-1"]
    assert listed(reader, f"q=rivers&known_at={renamed}") == ["PRG-1"]
    assert listed(reader, f"q=lakes&known_at={renamed}") == []


def test_renaming_alters_no_answer_at_an_earlier_change(reader, renamed, chie):
    asked = f"/api/v1/coverage/?q=rivers&known_at={renamed}"
    before = reader.get(asked).json()
    assert before["active_programmes"] == 1
    programme = Programme.objects.get(code="PRG-2")
    programme.name_en = "More rivers"
    reference.save(programme, by=chie)
    assert reader.get(asked).json() == before


@pytest.mark.parametrize("address", ["/programmes/?", "/strategy/STR/A/?"])
def test_a_list_calls_programmes_as_they_were_called(reader, renamed, address):
    then, now = (
        text_of(reader.get(address + more)) for more in (f"known_at={renamed}", "")
    )
    assert ("Old rivers" in then, "New lakes" in then) == (True, False)
    assert ("Old rivers" in now, "Young rivers" in now) == (False, True)


def test_a_programmes_page_shows_what_was_on_record(reader, renamed):
    page = text_of(reader.get(f"/programmes/PRG-1/?known_at={renamed}"))
    assert "Old rivers" in page and "Funds rivers." in page
    assert f"FY{today().year}: " in page
    assert "continuing" in page and "not active on this day" not in page
    assert "lakes" not in page
    now = text_of(reader.get("/programmes/PRG-1/"))
    assert (
        "New lakes" in now
        and "not active on this day" in now
        and f"FY{today().year}: " not in now
    )


def test_a_programme_that_was_not_on_record_has_no_page_then(reader, renamed):
    assert reader.get(f"/programmes/PRG-3/?known_at={renamed}").status_code == 404
    assert reader.get("/programmes/PRG-3/").status_code == 200


def test_an_element_is_worded_as_it_was_known(reader, renamed):
    tree = [("A", None, True), ("C", None, True)]
    factories.revise(Strategy.objects.get(), tree, day=today().isoformat())
    assert reader.get("/strategy/STR/C/").status_code == 200
    assert reader.get(f"/strategy/STR/C/?known_at={renamed}").status_code == 404
    gone = "not in the revision in force"
    assert gone in text_of(reader.get("/strategy/STR/B/"))
    assert gone not in text_of(reader.get(f"/strategy/STR/B/?known_at={renamed}"))
