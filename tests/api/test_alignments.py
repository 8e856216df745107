"""The ledger through the API: read as of a day, recorded, refused."""

import datetime

import pytest
import time_machine
from django.core.files.base import ContentFile
from rest_framework.test import APIClient

from strategy_app.models import Alignment, Change, Evidence, Return
from strategy_app.models.dates import today
from strategy_app.services import reference
from tests import factories
from tests.api.answers import client_of, error, page

URL = "/api/v1/alignments/"
SOURCE = {
    "title": "Annual report",
    "url": "https://example.org/report",
    "dated_on": "2026-03-31",
}
JUDGEMENT = {
    "strategy": "STR",
    "programme": "PRG-1",
    "element": "A",
    "level": 2,
    "rationale": "It exists for this.",
    "evidence": [SOURCE],
    "replaces": None,
}


def local(instant):
    zone = datetime.timezone(datetime.timedelta(hours=9))
    return instant.astimezone(zone).isoformat()


def shown(row, **fields):
    """Return how a row that was just recorded looks."""
    return {
        "id": row.pk,
        "strategy": "STR",
        "programme": row.programme.code,
        "element": row.element.code,
        "level": row.level,
        "rationale": row.rationale,
        "evidence": [SOURCE | {"file": None}],
        "valid_from": row.valid_from.isoformat(),
        "valid_until": None,
        "recorded_at": local(row.opened_in.at),
        "recorded_by": "dai",
        "confirmed": False,
        "lapse": None,
        "illustrative": False,
        "opened_in": row.opened_in_id,
        "closed_in": None,
        "confirmed_in": None,
    } | fields


@pytest.fixture
def nothing_written(db):
    """Assert after a refusal that nothing was written."""

    def count():
        return (
            list(Alignment.objects.order_by("id").values()),
            Evidence.objects.count(),
            Change.objects.count(),
        )

    before = []
    yield lambda: before.append(count())
    assert before, "say when to begin counting"
    assert count() == before[0]


# --- reading ---


def test_rows_in_force_on_a_day(api, dai, strategy, programme):
    past = factories.load_history(programme, "A", 1, "2025-04-01", "2026-04-01")
    other = factories.make_programme("PRG-2")
    one = factories.align(programme, "A.1", 2, by=dai)
    two = factories.align(other, "A.1", 1, by=dai)
    gone = {
        "rationale": "As recorded then.",
        "evidence": [],
        "recorded_by": None,
        "valid_until": "2026-04-01",
        "closed_in": past.closed_in_id,
    }
    assert api.get(URL).json() == page(shown(one), shown(two))
    assert api.get(f"{URL}?day=2025-03-31").json() == page()
    assert api.get(f"{URL}?day=2026-03-31").json() == page(shown(past, **gone))
    assert api.get(f"{URL}?day=2026-04-01").json() == page()
    assert api.get(f"{URL}?programme=PRG-2").json() == page(shown(two))
    assert api.get(f"{URL}?programme=PRG-1&element=A.1").json() == page(shown(one))
    assert api.get(f"{URL}?programme=PRG-1&element=A.2").json() == page()
    assert api.get(f"{URL}{past.pk}/").json() == shown(past, **gone)


def test_an_element_is_looked_for_in_every_strategy_unless_one_is_named(
    api, dai, strategy, programme
):
    factories.make_strategy("OTHER", ["A"])
    here = factories.align(programme, "A", by=dai)
    there = factories.align(programme, factories.get_element("A", "OTHER"), by=dai)
    elsewhere = shown(there, strategy="OTHER")
    assert api.get(f"{URL}?element=A").json() == page(shown(here), elsewhere)
    assert api.get(f"{URL}?element=A&strategy=OTHER").json() == page(elsewhere)
    assert api.get(f"{URL}?strategy=STR").json() == page(shown(here))


@pytest.mark.parametrize(
    ("query", "attr"),
    [
        ("programme=NONE", "programme"),
        ("element=NONE", "element"),
        ("strategy=OTHER&element=A.1", "element"),
        ("strategy=NONE", "strategy"),
    ],
)
def test_codes_that_are_not_there_are_named(api, strategy, programme, query, attr):
    factories.make_strategy("OTHER", ["B"])
    answer = api.get(f"{URL}?{query}")
    value = "A.1" if "A.1" in query else "NONE"
    expected = error("invalid_choice", f"There is no “{value}” here.", attr)
    assert (answer.status_code, answer.json()) == (400, expected)


def test_an_attached_file_is_named_to_people_with_an_account_only(
    api, settings, dai, strategy, programme
):
    settings.PUBLIC_PAGES = True
    file = ContentFile(b"Report of Aiko", name="aiko.txt")
    row = factories.align(
        programme, "A", by=dai, evidence=[factories.a_source(url="", file=file)]
    )
    attached = {
        "title": "Annual report",
        "url": None,
        "file": f"http://testserver/evidence/{row.evidence.get().pk}/",
        "dated_on": "2026-03-31",
    }
    address = f"{URL}{row.pk}/"
    assert api.get(address).json()["evidence"] == [attached]
    assert APIClient().get(address).json()["evidence"] == [attached | {"file": None}]


# --- recording ---


def test_a_judgement_is_recorded(dais, dai, strategy, programme):
    answer = dais.post(URL, JUDGEMENT)
    row = Alignment.objects.get()
    assert (answer.status_code, answer.json()) == (201, shown(row))
    assert (row.level, row.rationale) == (2, "It exists for this.")
    assert (row.valid_from, row.valid_until) == (today(), None)
    change = row.opened_in
    assert (change.by, change.action, change.source) == (dai, "align", "api")
    assert dais.get(URL).json() == page(answer.json())


def test_a_judgement_takes_the_place_of_the_one_named(dais, strategy, programme):
    first = dais.post(URL, JUDGEMENT).json()
    second = dais.post(
        URL, JUDGEMENT | {"level": 0, "evidence": [], "replaces": first["id"]}
    )
    row = Alignment.objects.open().get()
    assert second.status_code == 201
    assert second.json() == shown(row, evidence=[])
    replaced = dais.get(f"{URL}{first['id']}/").json()
    assert replaced == first | {
        "valid_until": today().isoformat(),
        "closed_in": row.opened_in_id,
    }


def test_saying_the_same_again_changes_nothing(dais, strategy, programme, nothing_written):
    first = dais.post(URL, JUDGEMENT).json()
    nothing_written()
    again = dais.post(URL, JUDGEMENT | {"replaces": first["id"]})
    assert (again.status_code, again.json()) == (200, first)


def test_staff_record_for_their_own_department(aikos, strategy, programme):
    answer = aikos.post(URL, JUDGEMENT | {"level": 1, "evidence": []})
    assert answer.status_code == 201
    assert answer.json()["recorded_by"] == "aiko"


FORBIDDEN = error("permission_denied", "You do not have permission to perform this action.")


def test_staff_do_not_record_for_another_department(aikos, strategy, nothing_written):
    factories.make_programme("PRG-1", department=factories.make_department("DEP-B"))
    nothing_written()
    answer = aikos.post(URL, JUDGEMENT)
    assert (answer.status_code, answer.json()) == (403, FORBIDDEN)


def test_a_viewer_records_nothing(api, strategy, programme, nothing_written):
    nothing_written()
    answer = api.post(URL, JUDGEMENT)
    assert (answer.status_code, answer.json()) == (403, FORBIDDEN)


@pytest.mark.parametrize("seen", [None, "gone", "never"])
def test_a_stale_judgement_is_refused_with_the_row_in_force(
    dais, dai, strategy, programme, nothing_written, seen
):
    gone = factories.align(programme, "A", 0, by=dai)
    now = factories.align(programme, "A", 1, by=dai)
    replaces = {"gone": gone.pk, "never": 2**63 - 1}.get(seen)
    nothing_written()
    answer = dais.post(URL, JUDGEMENT | {"replaces": replaces})
    assert (answer.status_code, answer.json()) == (
        409,
        {
            "type": "client_error",
            "errors": [
                {
                    "code": "conflict",
                    "detail": "This is not the row in force; somebody was faster.",
                    "attr": "replaces",
                }
            ],
            "current": shown(now),
        },
    )


def test_where_nothing_is_in_force_any_more_current_is_null(
    dais, dai, strategy, programme, nothing_written
):
    row = factories.align(programme, "A", by=dai)
    assert dais.post(f"{URL}{row.pk}/withdraw/").status_code == 200
    nothing_written()
    answer = dais.post(URL, JUDGEMENT | {"replaces": row.pk})
    assert (answer.status_code, answer.json()["current"]) == (409, None)


# --- withdrawing and confirming ---


def test_a_row_is_withdrawn_for_a_reason(dais, dai, strategy, programme):
    row = factories.align(programme, "A", by=dai)
    answer = dais.post(f"{URL}{row.pk}/withdraw/", {"reason": "Entered by mistake."})
    change = Change.objects.latest("id")
    assert answer.status_code == 200
    assert answer.json() == shown(row, valid_until=today().isoformat(), closed_in=change.pk)
    assert (change.action, change.reason) == ("withdraw", "Entered by mistake.")
    assert (change.by, change.source) == (dai, "api")
    assert dais.get(URL).json() == page()


def test_a_row_that_was_replaced_cannot_be_withdrawn_or_confirmed(
    dais, aiko, dai, strategy, programme, nothing_written
):
    gone = factories.align(programme, "A", 0, by=aiko)
    now = factories.align(programme, "A", 1, by=dai)
    nothing_written()
    for verb in ("withdraw", "confirm"):
        answer = dais.post(f"{URL}{gone.pk}/{verb}/")
        assert (answer.status_code, answer.json()["current"]) == (409, shown(now))


def test_a_second_person_confirms(dais, aiko, strategy, programme):
    row = factories.align(programme, "A", by=aiko)
    answer = dais.post(f"{URL}{row.pk}/confirm/")
    change = Change.objects.latest("id")
    assert answer.status_code == 200
    assert answer.json() == shown(
        row, recorded_by="aiko", confirmed=True, confirmed_in=change.pk
    )
    assert (change.action, change.source) == ("confirm", "api")
    assert dais.post(f"{URL}{row.pk}/confirm/").json() == answer.json()
    assert Change.objects.latest("id") == change


def test_a_confirmation_that_has_lapsed_says_why(
    dais, aiko, dai, chie, strategy, programme
):
    row = factories.align(programme, "A", by=aiko)
    dais.post(f"{URL}{row.pk}/confirm/")
    programme.summary_en = "Builds telescopes."
    reference.save(programme, by=chie)
    answer = dais.get(f"{URL}{row.pk}/").json()
    assert (answer["confirmed"], answer["lapse"]) == (False, "programme")
    factories.revise_as(strategy, {"A": "material"}, day="2026-06-01")
    answer = dais.get(f"{URL}{row.pk}/").json()
    assert (answer["confirmed"], answer["lapse"]) == (False, "wording")
    assert answer["confirmed_in"] is not None


def test_a_confirmation_lapses_on_the_day_of_the_wording_while_the_server_runs(
    dais, aiko, dai, strategy, programme
):
    row = factories.align(programme, "A", by=aiko)
    dais.post(f"{URL}{row.pk}/confirm/")
    begin = today() + datetime.timedelta(days=2)
    factories.revise_as(strategy, {"A": "material"}, day=begin.isoformat())
    assert dais.get(f"{URL}{row.pk}/").json()["lapse"] is None
    with time_machine.travel(begin, tick=False):
        assert dais.get(f"{URL}{row.pk}/").json()["lapse"] == "wording"


def test_a_second_person_returns_it_with_a_note(dais, aiko, dai, strategy, programme):
    row = factories.align(programme, "A", by=aiko)
    answer = dais.post(f"{URL}{row.pk}/return/", {"note": "Which call?"})
    assert (answer.status_code, answer.json()) == (200, shown(row, recorded_by="aiko"))
    given, change = Return.objects.get(), Change.objects.latest("id")
    assert (given.alignment, given.note, given.returned_in) == (row, "Which call?", change)
    assert (change.action, change.source, change.by) == ("return", "api", dai)


@pytest.mark.parametrize(
    ("body", "attr"),
    [({}, "note"), ({"note": " "}, "note"), ({"note": 5}, "note"), ({"x": "y"}, "x")],
)
def test_returning_takes_a_note_and_nothing_else(
    dais, aiko, strategy, programme, nothing_written, body, attr
):
    row = factories.align(programme, "A", by=aiko)
    nothing_written()
    answer = dais.post(f"{URL}{row.pk}/return/", body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == attr
    assert Return.objects.count() == 0


def test_nobody_returns_their_own(dais, dai, strategy, programme, nothing_written):
    row = factories.align(programme, "A", by=dai)
    nothing_written()
    answer = dais.post(f"{URL}{row.pk}/return/", {"note": "Hm."})
    assert (answer.status_code, answer.json()) == (403, FORBIDDEN)


def test_still_right_is_a_row_of_its_own(aikos, aiko, dai, strategy, programme):
    row = factories.align(programme, "A", by=dai)
    answer = aikos.post(f"{URL}{row.pk}/reaffirm/")
    now = Alignment.objects.open().get()
    assert (answer.status_code, answer.json()) == (201, shown(now, recorded_by="aiko"))
    assert (now.rationale, now.opened_in.action) == (row.rationale, "reaffirm")
    again = aikos.post(f"{URL}{row.pk}/reaffirm/")
    assert (again.status_code, again.json()["current"]["id"]) == (409, now.pk)


def test_still_right_is_refused_of_another_text_than_was_read(
    aikos, aiko, strategy, programme, nothing_written
):
    row = factories.align(programme, "A", by=aiko)
    read = strategy.revisions.get()
    factories.revise_as(strategy, {"A": "material"}, day="2026-06-01")
    nothing_written()
    address = f"{URL}{row.pk}/reaffirm/"
    answer = aikos.post(address, {"revision": read.pk}, format="json")
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["attr"]) == (409, "revision")
    assert answer.json()["current"]["id"] == row.pk
    answer = aikos.post(address, {"revision": "the first"}, format="json")
    assert answer.status_code == 400


def test_still_right_is_recorded_of_the_text_that_was_read(
    aikos, aiko, strategy, programme
):
    row = factories.align(programme, "A", by=aiko)
    newer = factories.revise_as(strategy, {"A": "material"}, day="2026-06-01")
    answer = aikos.post(f"{URL}{row.pk}/reaffirm/", {"revision": newer.pk}, format="json")
    assert answer.status_code == 201
    assert Alignment.objects.open().get().wording.revision == newer


def test_what_has_ended_cannot_be_found_still_right(
    aikos, aiko, chie, strategy, programme, nothing_written
):
    row = factories.align(programme, "A", by=aiko)
    programme.ends_on = "2020-03"
    reference.save(programme, by=chie)
    nothing_written()
    answer = aikos.post(f"{URL}{row.pk}/reaffirm/")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "programme"


def test_confirming_what_was_judged_on_another_wording_is_refused(
    dais, aiko, strategy, programme, nothing_written
):
    row = factories.align(programme, "A", by=aiko)
    factories.revise_as(strategy, {"A": "material"}, day="2026-06-01")
    nothing_written()
    answer = dais.post(f"{URL}{row.pk}/confirm/")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "element"


@pytest.mark.parametrize("verb", ["withdraw", "confirm"])
def test_what_they_may_not_withdraw_or_confirm(
    api, dais, dai, strategy, programme, nothing_written, verb
):
    row = factories.align(programme, "A", by=dai)
    nothing_written()
    client = api if verb == "withdraw" else dais
    answer = client.post(f"{URL}{row.pk}/{verb}/")
    assert (answer.status_code, answer.json()) == (403, FORBIDDEN)


@pytest.mark.parametrize(
    ("verb", "body", "attr"),
    [
        ("withdraw", {"because": "x"}, "because"),
        ("withdraw", {"reason": 5}, "reason"),
        ("withdraw", {"reason": "x" * 1001}, "reason"),
        ("withdraw", {"reason": "<b>x</b>"}, "reason"),
        ("withdraw", {"reason": "a\0b"}, "reason"),
        ("withdraw", ["reason"], "non_field_errors"),
        ("confirm", {"reason": "x"}, "reason"),
        ("confirm", "yes", "non_field_errors"),
    ],
)
def test_withdrawing_and_confirming_take_no_other_body(
    dais, aiko, strategy, programme, nothing_written, verb, body, attr
):
    row = factories.align(programme, "A", by=aiko)
    nothing_written()
    answer = dais.post(f"{URL}{row.pk}/{verb}/", body)
    assert answer.status_code == 400
    assert [problem["attr"] for problem in answer.json()["errors"]] == [attr]


def test_rows_that_are_not_there_cannot_be_withdrawn(dais, strategy, nothing_written):
    nothing_written()
    answer = dais.post(f"{URL}99999999999999999999/withdraw/")
    assert (answer.status_code, answer.json()) == (404, error("not_found", "Not found."))


@time_machine.travel("2026-07-01T15:30:00Z", tick=False)
def test_a_judgement_begins_on_the_site_s_own_day(dais, strategy, programme):
    client = client_of(programme.department.people.model.objects.get(username="dai"))
    answer = client.post(URL, JUDGEMENT).json()
    assert answer["valid_from"] == "2026-07-02"
    assert answer["recorded_at"] == "2026-07-02T00:30:00+09:00"
