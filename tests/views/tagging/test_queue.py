"""The queue: what waits, in order; each thing done from it; nothing typed is lost."""

import datetime

import pytest
import time_machine
from django.urls import reverse

from strategy_app.models import Alignment, Change, Deferral, Return, Strategy
from strategy_app.models.dates import today
from strategy_app.services import ledger, reference
from tests import factories
from tests.services.ledger import everything
from tests.views.reading import text_of
from tests.views.tagging.test_tagging import judgement

HTMX = {"HX-Request": "true"}


@pytest.fixture
def programme(department_a):
    factories.make_strategy(elements=("A", "A.1", "B"))
    return factories.make_programme(department=department_a)


@pytest.fixture
def second(programme):
    return factories.make_programme("PRG-2", department=programme.department)


def address(**asked):
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"{reverse('queue')}?{query}"


def page(client, **asked):
    answer = client.get(address(**asked))
    assert answer.status_code == 200
    return answer


def shown(answer):
    """Return the cell that a page shows."""
    cell = answer.context["cell"]
    return cell and cell.name


def tabs(answer):
    return {tab.kind: tab.number for tab in answer.context["tabs"]}


def walk(client, **asked):
    """Return the cells from the first on, following "next"."""
    found, answer = [], page(client, **asked)
    while shown(answer) not in found:
        found.append(shown(answer))
        if answer.context["after"] is None:
            break
        answer = client.get(answer.context["after"])
    return found


# --- what waits, and in which order ---


def test_programme_by_programme_or_element_by_element(client, aiko, programme, second):
    factories.align(programme, "A.1", by=aiko)
    client.force_login(aiko)
    assert walk(client) == ["PRG-1:A", "PRG-1:B", "PRG-2:A", "PRG-2:A.1", "PRG-2:B"]
    assert walk(client, order="element") == [
        "PRG-1:A", "PRG-2:A", "PRG-2:A.1", "PRG-1:B", "PRG-2:B",
    ]  # fmt: skip


def test_only_what_they_may_record(client, aiko, dai, programme):
    other = factories.make_department("DEP-B")
    factories.make_programme("AAA", department=other)
    factories.make_programme("AAB", department=None)
    client.force_login(aiko)
    assert tabs(page(client))["not_assessed"] == 3
    assert tabs(page(client, whose="all"))["not_assessed"] == 3
    client.force_login(dai)
    assert tabs(page(client))["not_assessed"] == 9
    assert tabs(page(client, department="DEP-B"))["not_assessed"] == 3


def test_staff_begin_with_their_departments_and_can_remove_that(client, aiko, programme):
    client.force_login(aiko)
    text = text_of(page(client))
    assert "Programmes of Department DEP-A" in text
    assert "Programmes of Department DEP-A" not in text_of(page(client, whose="all"))


def test_every_kind_has_its_number(client, aiko, dai, programme):
    factories.align(programme, "A", 2, by=dai)
    mine = factories.align(programme, "A.1", 1, by=aiko)
    ledger.send_back(alignment=mine, note="Which call?", by=dai)
    client.force_login(aiko)
    assert tabs(page(client)) == {
        "not_assessed": 1,
        "needs_review": 0,
        "proposed": 0,
        "stale": 0,
        "unconfirmed": 1,
        "returned": 1,
    }
    assert shown(page(client, kind="unconfirmed")) == "PRG-1:A"
    returned = page(client, kind="returned")
    assert shown(returned) == "PRG-1:A.1"
    assert "Which call?" in text_of(returned)


def test_progress_of_the_scope(client, aiko, programme):
    factories.align(programme, "A", by=aiko)
    client.force_login(aiko)
    answer = page(client)
    assert "1 of 3 assessed" in text_of(answer)
    assert '<progress id="progress" max="3" value="1">' in answer.content.decode()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("needs_review", "1 of 2 re-read"),
        ("stale", "3 of 3 not stale"),
        ("unconfirmed", "2 of 3 no longer to be confirmed by you"),
    ],
)
def test_each_kind_of_work_says_in_its_own_words_how_far_it_is(
    client, aiko, dai, programme, kind, words
):
    """A is found still right after a rewording, B waits to be; nothing is stale."""
    for element in ("A", "A.1", "B"):
        factories.align(programme, element, by=dai)
    strategy = Strategy.objects.get()
    factories.revise_as(
        strategy, {"A": "material", "B": "material"}, day=today().isoformat()
    )
    row = Alignment.objects.get(element__code="A")
    kept = ledger.reaffirm(
        programme=programme, element=row.element, replaces=row.pk, by=dai
    )
    ledger.confirm(alignment=kept, by=factories.make_person("hana", role="manager"))
    client.force_login(aiko)
    assert words in text_of(page(client, kind=kind))


def test_a_place_is_kept_by_its_address(client, aiko, programme):
    client.force_login(aiko)
    assert shown(page(client, at="PRG-1:B")) == "PRG-1:B"
    assert shown(page(client, at="NO:SUCH")) == "PRG-1:A"
    assert shown(page(client, at="%F0%9F%98%80")) == "PRG-1:A"


def test_what_was_done_meanwhile_is_said(client, aiko, dai, programme):
    factories.align(programme, "A", 2, by=dai)
    client.force_login(aiko)
    answer = page(client, at="PRG-1:A")
    assert "This cell does not wait here any more." in text_of(answer)
    assert "dai" in text_of(answer)
    assert answer.context["after"].endswith("at=PRG-1%3AA.1")


def test_the_queue_of_another_day_says_that_there_is_none(client, aiko, programme):
    client.force_login(aiko)
    assert "there is a queue for today only" in text_of(page(client, day="2020-01-01"))


def test_an_empty_queue_says_what_to_do_next(client, aiko, programme):
    client.force_login(aiko)
    text = text_of(page(client, kind="returned"))
    assert "Nothing has been returned to you." in text


@pytest.mark.parametrize("number", [1, 3])
def test_a_fixed_number_of_questions(
    client, aiko, dai, programme, number, django_assert_num_queries
):
    for count in range(number):
        factories.make_programme(f"PRG-{count + 5}", department=programme.department)
        for level in [1, 2] * number:
            factories.align(
                programme, "A", level, by=dai, evidence=[factories.a_source()] * number
            )
    client.force_login(aiko)
    place = {"kind": "unconfirmed", "at": "PRG-1:A"}
    page(client, **place)
    with django_assert_num_queries(12):
        page(client, **place)


# --- what is done from it ---


def test_saved_and_next(client, aiko, programme):
    client.force_login(aiko)
    answer = client.post(address(at="PRG-1:A"), judgement(do="save"))
    assert answer.status_code == 302
    assert "at=PRG-1%3AA.1" in answer.url
    row = Alignment.objects.get()
    assert (row.element.code, row.level, row.opened_in.by) == ("A", 2, aiko)
    after = client.get(answer.url)
    assert shown(after) == "PRG-1:A.1"
    assert "PRG-1 × A is recorded." in text_of(after)


def test_saved_without_going_on(client, aiko, programme):
    client.force_login(aiko)
    answer = client.post(address(at="PRG-1:A"), judgement(do="stay"))
    assert "at=PRG-1%3AA&" in answer.url
    assert shown(client.get(answer.url)) == "PRG-1:A"


def test_the_hints_of_what_was_saved_are_shown(client, aiko, programme):
    client.force_login(aiko)
    form = judgement(do="save", level=1, rationale="It leads to more visits.")
    after = client.post(address(at="PRG-1:A"), form, follow=True)
    assert "speaks of an effect" in text_of(after)
    assert Alignment.objects.get().rationale == "It leads to more visits."


def test_what_is_wrong_is_said_and_what_was_typed_stays(client, aiko, programme):
    client.force_login(aiko)
    before = everything()
    form = judgement(do="save", level=2, rationale="Typed at length.", sources=0)
    answer = client.post(address(at="PRG-1:A"), form)
    assert answer.status_code == 400
    assert "Typed at length." in answer.content.decode()
    assert "A principal alignment needs a dated source." in text_of(answer)
    assert everything() == before


def test_a_conflict_shows_both_and_the_next_save_replaces(client, aiko, dai, programme):
    theirs = factories.align(programme, "A", 1, by=dai, rationale="Theirs.")
    client.force_login(aiko)
    before = everything()
    answer = client.post(
        address(at="PRG-1:A"), judgement(do="save", rationale="Mine, typed at length.")
    )
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Theirs." in text
    assert "Mine, typed at length." in text
    assert everything() == before
    client.post(
        address(at="PRG-1:A"),
        judgement(do="save", rationale="Mine, typed at length.", replaces=theirs.pk),
    )
    assert Alignment.objects.open().get().rationale == "Mine, typed at length."


def test_a_skipped_cell_comes_last_with_its_reason(client, aiko, programme):
    client.force_login(aiko)
    answer = client.post(address(at="PRG-1:A"), {"do": "defer", "reason": "Asked."})
    assert "at=PRG-1%3AA.1" in answer.url
    assert Deferral.objects.get().reason == "Asked."
    assert walk(client) == ["PRG-1:A.1", "PRG-1:B", "PRG-1:A"]
    assert "Asked." in text_of(page(client, at="PRG-1:A"))
    assert Alignment.objects.count() == 0


def test_a_skip_needs_a_reason(client, aiko, programme):
    client.force_login(aiko)
    before = everything()
    answer = client.post(address(at="PRG-1:A"), {"do": "defer", "reason": " "})
    assert answer.status_code == 400
    assert "Say why it has to wait." in text_of(answer)
    assert everything() == before
    assert Deferral.objects.count() == 0


def test_confirmed_by_a_second_person(client, aiko, dai, programme):
    row = factories.align(programme, "A", 2, by=aiko)
    client.force_login(dai)
    place = address(kind="unconfirmed", at="PRG-1:A")
    client.post(place, {"do": "confirm", "replaces": row.pk})
    row.refresh_from_db()
    assert row.confirmed_in.by == dai
    assert tabs(page(client))["unconfirmed"] == 0


def test_nobody_confirms_their_own_from_the_queue(client, aiko, programme):
    row = factories.align(programme, "A", 2, by=aiko)
    client.force_login(aiko)
    before = everything()
    place = address(kind="unconfirmed", at="PRG-1:A")
    answer = client.post(place, {"do": "confirm", "replaces": row.pk})
    assert answer.status_code == 403
    assert everything() == before


def test_what_changed_since_it_was_confirmed(client, aiko, dai, programme):
    row = factories.align(programme, "A", 1, by=aiko, rationale="It helps.")
    ledger.confirm(alignment=row, by=dai)
    factories.align(programme, "A", 2, by=aiko, rationale="It helps much.")
    client.force_login(dai)
    text = page(client, kind="unconfirmed").content.decode()
    assert "<ins> much</ins>" in text
    assert "Confirmed last on" in text


def test_returned_with_a_note_and_settled_by_a_newer_row(client, aiko, dai, programme):
    row = factories.align(programme, "A", 2, by=aiko)
    client.force_login(dai)
    place = address(kind="unconfirmed", at="PRG-1:A")
    answer = client.post(place, {"do": "return", "replaces": row.pk, "note": ""})
    assert answer.status_code == 400
    assert Return.objects.count() == 0
    note = {"do": "return", "replaces": row.pk, "note": "Which call?"}
    client.post(place, note)
    assert Return.objects.get().note == "Which call?"
    assert tabs(page(client))["unconfirmed"] == 0  # it waits for its author now
    client.force_login(aiko)
    assert tabs(page(client))["returned"] == 1
    form = judgement(do="save", replaces=row.pk, rationale="The call of 2026.")
    client.post(address(kind="returned", at="PRG-1:A"), form)
    assert tabs(page(client))["returned"] == 0


def test_still_right_after_a_revision(client, aiko, dai, programme):
    with time_machine.travel("2026-04-01T03:00:00+00:00", tick=False) as clock:
        row = factories.align(programme, "A", 2, by=aiko)
        strategy = row.element.strategy
        factories.revise_as(strategy, {"A": "material"}, day="2026-04-03")
        clock.move_to("2026-04-03T03:00:00+00:00")
        client.force_login(aiko)
        answer = page(client, kind="needs_review")
        assert "<ins>" in answer.content.decode()
        place = address(kind="needs_review", at="PRG-1:A")
        read = answer.context["cell"].wording.pk
        client.post(place, {"do": "reaffirm", "replaces": row.pk, "read": read})
        now = Alignment.objects.open().get()
        assert (now.level, now.wording.revision.in_force_from) == (
            2,
            datetime.date(2026, 4, 3),
        )
        assert tabs(page(client))["needs_review"] == 0


def test_withdrawn_from_the_queue(client, aiko, programme):
    row = factories.align(programme, "A", 2, by=aiko)
    client.force_login(aiko)
    client.post(address(at="PRG-1:A"), {"do": "withdraw", "replaces": row.pk})
    assert not Alignment.objects.open().exists()


@pytest.mark.parametrize("what", ["reaffirm", "withdraw", "confirm", "return"])
def test_what_somebody_has_replaced_is_shown_instead(client, aiko, dai, programme, what):
    seen = factories.align(programme, "A", 1, by=aiko)
    factories.align(programme, "A", 2, by=aiko, rationale="Newer.")
    client.force_login(dai)
    before = everything()
    answer = client.post(
        address(kind="unconfirmed", at="PRG-1:A"),
        {"do": what, "replaces": seen.pk, "note": "Typed."},
    )
    assert answer.status_code == 409
    assert "Somebody else was faster." in text_of(answer)
    assert "Newer." in text_of(answer)
    assert everything() == before
    if what == "return":
        assert "Typed." in answer.content.decode()


def test_an_unknown_request_changes_nothing(client, aiko, programme):
    client.force_login(aiko)
    before = everything()
    answer = client.post(address(at="PRG-1:A"), {"do": "explode"})
    assert answer.status_code == 400
    assert everything() == before


def test_a_session_that_has_ended_leads_back_to_the_cell(client, aiko, programme):
    answer = client.post(address(at="PRG-1:A"), judgement(do="save"))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))
    assert "at%3DPRG-1%3AA" in answer.url
    assert client.post(address(), judgement(), headers=HTMX).status_code == 401
    assert Change.objects.filter(action="align").count() == 0


def test_a_lapsed_confirmation_says_why(client, aiko, dai, chie, programme):
    row = factories.align(programme, "A", 2, by=aiko)
    ledger.confirm(alignment=row, by=dai)
    programme.summary_en = "Builds telescopes."
    reference.save(programme, by=chie)
    client.force_login(dai)
    text = text_of(page(client, kind="unconfirmed"))
    assert "no longer confirmed: the programme's text has changed since" in text
    assert "Text of the programme" in text


def test_who_confirms_sees_what_has_changed_of_level_and_of_both_texts(
    client, aiko, dai, chie, programme
):
    with time_machine.travel("2026-04-01T03:00:00+00:00", tick=False) as clock:
        row = factories.align(programme, "A", 1, by=aiko)
        ledger.confirm(alignment=row, by=dai)
        factories.revise_as(row.element.strategy, {"A": "material"}, day="2026-04-03")
        programme.summary_en = "Builds telescopes."
        reference.save(programme, by=chie)
        clock.move_to("2026-04-03T03:00:00+00:00")
        factories.align(programme, "A", 2, by=aiko, rationale="It is its purpose.")
        client.force_login(dai)
        answer = page(client, kind="unconfirmed", at="PRG-1:A")
    changes = answer.context["cell"].since_confirmed.changes
    what = [change.what for change in changes]
    assert what == ["level", "rationale", "wording", "programme"]
    html = answer.content.decode()
    assert "<ins> anew</ins>" in html
    assert "Builds telescopes.</ins>" in html
    assert "Significant" in text_of(answer)
    assert "→" in text_of(answer)


def test_what_was_done_last_can_be_undone(client, aiko, programme):
    client.force_login(aiko)
    answer = client.post(address(), judgement(do="save"), follow=True)
    row = Alignment.objects.get()
    undo = answer.context["done"]["undo"]
    assert undo.startswith(reverse("revert", args=[row.opened_in_id]))
    assert client.get(undo).status_code == 200
    sent = {"do": "defer", "reason": "Asked."}
    answer = client.post(address(), sent, follow=True)
    assert answer.context["done"]["undo"] == ""
