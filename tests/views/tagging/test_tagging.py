"""Tagging on the programme's page: with htmx in place, and as a plain form without."""

import datetime
import re

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from strategy_app.models import Alignment, Change, Evidence
from strategy_app.models.dates import today
from strategy_app.services import ledger, reference
from tests import factories
from tests.views.reading import link, text_of

HTMX = {"HX-Request": "true"}


@pytest.fixture
def satreps(department_a):
    factories.make_strategy()
    return factories.make_programme("SATREPS", department=department_a)


def address(element="A.1", programme="SATREPS"):
    return reverse("align", args=[programme, "STR", element])


def levels_on(page):
    """Return the level that each line of a programme's page shows, by element."""
    lines = re.findall(r'<li class="line .*?</li>', page.content.decode(), re.DOTALL)
    level = r'class="level [^>]*>(?:<span[^>]*>[^<]*</span>)?\s*([^<]+?)\s*<'
    return {re.search('id="([^"]+)"', line)[1]: re.search(level, line)[1] for line in lines}


def judgement(level=2, rationale="It is what it is for.", replaces="", sources=1, **fields):
    """Return what the form sends."""
    data = {
        "level": level,
        "rationale": rationale,
        "replaces": replaces,
        "evidence-TOTAL_FORMS": sources,
        "evidence-INITIAL_FORMS": 0,
    }
    for number in range(sources):
        data |= {
            f"evidence-{number}-title": "Annual report",
            f"evidence-{number}-url": "https://example.org/report",
            f"evidence-{number}-dated_on": "2026-03-31",
        }
    return data | fields


def test_saving_without_scripts_leads_back_to_the_line(client, aiko, satreps):
    client.force_login(aiko)
    answer = client.post(address(), judgement())
    assert answer.url == reverse("programme", args=["SATREPS"]) + "?strategy=STR#A.1"
    row = Alignment.objects.get()
    assert (row.level, row.rationale, row.valid_from, row.opened_in.by) == (
        2,
        "It is what it is for.",
        today(),
        aiko,
    )
    source = row.evidence.get()
    assert (source.title, source.url, source.dated_on) == (
        "Annual report",
        "https://example.org/report",
        datetime.date(2026, 3, 31),
    )
    assert "SATREPS × A.1 is recorded." in text_of(client.get(answer.url))


def test_saving_with_htmx_answers_with_the_line_and_says_so(client, aiko, satreps):
    client.force_login(aiko)
    answer = client.post(address(), judgement(), headers=HTMX)
    page = text_of(answer)
    assert "<html" not in answer.content.decode()
    assert "Principal" in page and "It is what it is for." in page
    assert 'hx-swap-oob="innerHTML">SATREPS × A.1 is recorded.' in answer.content.decode()


def test_the_form_shows_both_texts_and_what_the_levels_mean(client, aiko, satreps):
    client.force_login(aiko)
    page = text_of(client.get(address()))
    for words in ["What A.1 is about.", "Programme SATREPS", "Rationale", "Evidence"]:
        assert words in page


def test_somebody_faster_is_shown_and_nothing_typed_is_lost(client, aiko, dai, satreps):
    client.force_login(aiko)
    factories.align(satreps, "A.1", 1, by=dai, rationale="Dai was here.")
    theirs = Alignment.objects.get()
    answer = client.post(address(), judgement(rationale="What Aiko typed."))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Somebody else was faster." in page
    assert "Dai was here." in page and "What Aiko typed." in page
    assert Alignment.objects.open().get() == theirs
    assert f'name="replaces" value="{theirs.pk}"' in page
    client.post(address(), judgement(rationale="What Aiko typed.", replaces=theirs.pk))
    assert Alignment.objects.open().get().rationale == "What Aiko typed."


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"level": 3}, "Choose a level: 0, 1 or 2."),
        ({"level": ""}, "Choose a level: 0, 1 or 2."),
        ({"rationale": " "}, "Say why: this level needs a rationale."),
        ({"rationale": "x" * 10_000}, "This is 10000 characters long; at most 4000 fit."),
        ({"rationale": "<script>alert(1)</script>"}, "Write plain text"),
        ({"rationale": "=HYPERLINK(1)"}, "this begins like a spreadsheet formula"),
        ({"evidence-0-dated_on": ""}, "Give the date of the source."),
        ({"evidence-0-dated_on": "2026-02-30"}, "Enter a day as 2026-03-31."),
        ({"evidence-0-url": "C:\\report.pdf"}, "Enter an address that begins with http"),
        ({"evidence-0-url": "javascript:alert(1)"}, "Enter an address that begins with"),
        ({"evidence-0-title": ""}, "Give the source a title."),
        ({"evidence-0-url": ""}, "Give an address, or attach the file."),
        ({"sources": 0}, "A principal alignment needs a dated source."),
    ],
)
def test_bad_input_is_refused_next_to_the_field(client, aiko, satreps, sent, message):
    client.force_login(aiko)
    data = judgement(**{"rationale": "Kept as typed."} | sent)
    for headers in ({}, HTMX):
        answer = client.post(address(), data, headers=headers)
        assert answer.status_code == 400
        assert message in text_of(answer)
    if "rationale" not in sent:
        assert "Kept as typed." in answer.content.decode()
    assert (Alignment.objects.count(), Evidence.objects.count()) == (0, 0)
    assert not Change.objects.filter(action=Change.Action.ALIGN).exists()


def test_refusals_are_in_the_readers_language(client, aiko, satreps):
    client.force_login(aiko)
    answer = client.post(address(), judgement(level=3), headers={"Accept-Language": "ja"})
    assert "0、1、2のいずれかの整合度を選んでください。" in text_of(answer)


def test_a_programme_that_ended_is_refused(client, aiko, department_a, satreps):
    factories.make_programme("OVER", department=department_a, ends_on="2020")
    client.force_login(aiko)
    answer = client.post(address(programme="OVER"), judgement())
    assert answer.status_code == 400
    assert "This programme has ended; its record is closed." in text_of(answer)
    assert Alignment.objects.count() == 0


def test_context_is_refused(client, aiko, department_a):
    factories.make_strategy(context=["A"])
    factories.make_programme("SATREPS", department=department_a)
    client.force_login(aiko)
    answer = client.post(address("A"), judgement())
    assert answer.status_code == 400
    assert "This element is context; nothing is aligned with it." in text_of(answer)
    assert Alignment.objects.count() == 0


def test_a_file_is_kept_when_the_level_changes_and_handed_out_as_download(
    client, aiko, satreps
):
    client.force_login(aiko)
    file = SimpleUploadedFile("minutes.pdf", b"%PDF-1.4 minutes")
    client.post(address(), judgement(**{"evidence-0-url": "", "evidence-0-file": file}))
    first = Evidence.objects.get()
    data = judgement(
        level=1,
        replaces=first.alignment_id,
        **{"evidence-0-url": "", "evidence-0-keeps": first.pk},
    )
    client.post(address(), data)
    kept = Alignment.objects.open().get().evidence.get()
    answer = client.get(reverse("evidence-file", args=[kept.pk]))
    assert b"".join(answer.streaming_content) == b"%PDF-1.4 minutes"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_the_file_of_another_cell_cannot_be_taken(client, aiko, satreps):
    client.force_login(aiko)
    file = SimpleUploadedFile("minutes.pdf", b"%PDF-1.4")
    client.post(address("B"), judgement(**{"evidence-0-url": "", "evidence-0-file": file}))
    foreign = Evidence.objects.get()
    answer = client.post(
        address(), judgement(**{"evidence-0-url": "", "evidence-0-keeps": foreign.pk})
    )
    assert "Give an address, or attach the file." in text_of(answer)
    assert Evidence.objects.count() == 1


def test_a_program_is_no_evidence(client, aiko, satreps):
    client.force_login(aiko)
    file = SimpleUploadedFile("run.exe", b"MZ")
    answer = client.post(
        address(), judgement(**{"evidence-0-url": "", "evidence-0-file": file})
    )
    assert answer.status_code == 400
    assert Evidence.objects.count() == 0


def test_withdrawing_goes_back_to_not_assessed(client, aiko, satreps):
    row = factories.align(satreps, "A.1", 2, by=aiko)
    client.force_login(aiko)
    answer = client.post(address(), {"do": "withdraw", "replaces": row.pk}, headers=HTMX)
    assert "Not assessed" in text_of(answer)
    row.refresh_from_db()
    assert (row.valid_until, row.closed_in.action) == (today(), "withdraw")


def test_withdrawing_what_somebody_replaced_is_a_conflict(client, aiko, dai, satreps):
    row = factories.align(satreps, "A.1", 2, by=aiko)
    newer = factories.align(satreps, "A.1", 1, by=dai, rationale="Newer.")
    client.force_login(aiko)
    answer = client.post(address(), {"do": "withdraw", "replaces": row.pk})
    assert answer.status_code == 409
    assert "Newer." in text_of(answer)
    assert Alignment.objects.open().get() == newer


def test_a_manager_confirms_what_staff_recorded(client, aiko, dai, satreps):
    row = factories.align(satreps, "A.1", 2, by=aiko)
    client.force_login(dai)
    page = client.get(reverse("programme", args=["SATREPS"]))
    assert 'value="confirm"' in page.content.decode()
    client.post(address(), {"do": "confirm", "replaces": row.pk})
    row.refresh_from_db()
    assert row.confirmed_in.by == dai


def test_confirming_what_somebody_replaced_is_a_conflict(client, aiko, dai, satreps):
    row = factories.align(satreps, "A.1", 2, by=aiko)
    newer = factories.align(satreps, "A.1", 1, by=aiko)
    client.force_login(dai)
    answer = client.post(address(), {"do": "confirm", "replaces": row.pk})
    assert answer.status_code == 409
    newer.refresh_from_db()
    assert newer.confirmed_in is None


def test_a_session_that_is_over_is_told_to_htmx_not_swapped_in(client, satreps):
    answer = client.post(address(), judgement(), headers=HTMX)
    assert (answer.status_code, answer.content) == (401, b"")
    assert Alignment.objects.count() == 0


def test_the_programme_page_lists_every_element_and_what_is_missing(client, ben, satreps):
    factories.align(satreps, "A.1", 2)
    client.force_login(ben)
    page = client.get(reverse("programme", args=["SATREPS"]))
    assert levels_on(page) == {
        "A": "Not assessed",
        "A.1": "Principal",
        "A.2": "Not assessed",
        "B": "Not assessed",
    }
    assert page.context["tallies"] == [
        ("Principal", 1),
        ("Significant", 0),
        ("Not targeted", 0),
        ("Not assessed", 3),
    ]
    assert "Principal with what stands below" in text_of(page)
    assert "You read here." in text_of(page)


def test_another_day_shows_what_held_then(client, ben, satreps):
    factories.load_history(satreps, "A.1", 1, "2024-04-01", "2025-04-01")
    factories.load_history(satreps, "A.1", 2, "2025-04-01")
    client.force_login(ben)
    levels = {}
    for day in ["2024-03-31", "2024-04-01", "2025-03-31", "2025-04-01"]:
        page = client.get(reverse("programme", args=["SATREPS"]) + f"?day={day}")
        levels[day] = levels_on(page)["A.1"]
    assert levels == {
        "2024-03-31": "Not assessed",
        "2024-04-01": "Significant",
        "2025-03-31": "Significant",
        "2025-04-01": "Principal",
    }


def test_a_programme_without_anything_says_where_to_begin(client, aiko, satreps):
    client.force_login(aiko)
    page = text_of(client.get(reverse("programme", args=["SATREPS"])))
    assert "Nothing has been recorded for this programme yet." in page


@pytest.mark.parametrize("number", [1, 3])
def test_the_programme_page_costs_a_fixed_number_of_queries(
    client, aiko, department_a, number, django_assert_num_queries
):
    factories.make_strategy(elements=["A", "B", "C"][:number])
    programme = factories.make_programme("SATREPS", department=department_a)
    for code in ["A", "B", "C"][:number]:
        for level in [0, 2, 1][-number:]:
            factories.align(
                programme, code, level, evidence=[factories.a_source()] * number
            )
    client.force_login(aiko)
    page = reverse("programme", args=["SATREPS"])
    client.get(page)
    with django_assert_num_queries(11):
        client.get(page)


def test_what_is_recorded_today_shows_from_today_on(client, aiko, satreps):
    client.force_login(aiko)
    with time_machine.travel("2026-05-10 03:00+09:00", tick=False):
        client.force_login(aiko)
        client.post(address(), judgement())
        shown = {
            day: client.get(f"/?strategy=STR&day={day}").context["rows"][1].parts[0].count
            for day in ["2026-05-09", "2026-05-10", "2027-01-01"]
        }
    assert shown == {"2026-05-09": 0, "2026-05-10": 1, "2027-01-01": 1}


def test_another_day_offers_nothing_to_record(client, aiko, satreps):
    client.force_login(aiko)
    page = client.get(reverse("programme", args=["SATREPS"]) + "?day=2026-01-01")
    assert address() not in page.content.decode()
    today_page = client.get(link(page, "Record on today's page"))
    assert address() in today_page.content.decode()


def test_a_lapsed_confirmation_says_why_and_can_be_given_again(
    client, aiko, dai, chie, satreps
):
    row = factories.align(satreps, "A.1", 1, by=aiko)
    ledger.confirm(alignment=row, by=dai)
    client.force_login(dai)
    page = reverse("programme", args=["SATREPS"])
    assert "✓ confirmed" in text_of(client.get(page))
    satreps.name_en = "Something else altogether"
    reference.save(satreps, by=chie)

    shown = text_of(client.get(page))
    assert "✓ confirmed" not in shown.partition("History of its alignments")[0]
    assert "the programme's text has changed since" in shown
    client.post(address(), {"do": "confirm", "replaces": row.pk})
    shown = text_of(client.get(page)).partition("History of its alignments")[0]
    assert "✓ confirmed" in shown
    assert "no longer confirmed" not in shown


def test_a_reworded_record_is_not_confirmed(client, aiko, dai, satreps):
    row = factories.align(satreps, "A.1", 1, by=aiko)
    strategy = factories.get_element("A.1").strategy
    factories.revise_as(strategy, {"A.1": "material"}, day=str(today()))
    client.force_login(dai)
    shown = text_of(client.get(reverse("programme", args=["SATREPS"])))
    assert "needs review: the element's wording has changed" in shown
    answer = client.post(address(), {"do": "confirm", "replaces": row.pk}, follow=True)
    assert "re-read it first" in text_of(answer)
    assert Alignment.objects.get().confirmed_in is None
