"""One judgement as it is sent: each mistake next to its field, nothing typed lost."""

import datetime
import unicodedata

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from strategy_app.forms.alignment import AlignmentForm
from strategy_app.models import Alignment, Change
from strategy_app.services import ledger, reference
from tests import factories

DATED = {"title": "Annual report", "url": "https://example.org/r", "dated_on": "2026-03-31"}


@pytest.fixture
def programme(db, dai):
    factories.make_strategy(context=("B",))
    return factories.make_programme()


def fill(sources=(), **fields):
    """Return what a browser sends: a filled-in form with these sources."""
    data = {"level": "1", "rationale": "It says so.", "replaces": ""} | fields
    data |= {"evidence-TOTAL_FORMS": str(len(sources)), "evidence-INITIAL_FORMS": "0"}
    for number, source in enumerate(sources):
        data |= {f"evidence-{number}-{name}": value for name, value in source.items()}
    return data


def send(programme, data, files=None, code="A", current=None):
    element = factories.get_element(code)
    return AlignmentForm(data, files, programme=programme, element=element, current=current)


def upload(name="report.pdf", size=3):
    return SimpleUploadedFile(name, b"x" * size)


def refusals(form):
    """Return the messages of a refused form by field, those of sources by their number."""
    assert not form.is_valid()
    found = {name: list(messages) for name, messages in form.errors.items()}
    for number, source in enumerate(form.evidence.forms):
        for name, messages in source.errors.items():
            found[f"{number}.{name}"] = list(messages)
    return found


def test_a_form_in_order_is_what_the_service_takes(programme, dai):
    form = send(programme, fill([DATED], level="2"))
    assert form.is_valid(), form.errors
    row = ledger.align(**form.judgement(), by=dai)
    assert (row.level, row.rationale, row.programme) == (2, "It says so.", programme)
    assert list(row.evidence.values_list("title", "url", "dated_on")) == [
        ("Annual report", "https://example.org/r", datetime.date(2026, 3, 31))
    ]


@pytest.mark.parametrize("level", ["", "3", "-1", "x", "1.0", "２", None])
def test_another_level_is_refused(programme, level):
    form = send(programme, fill(level=level))
    assert refusals(form) == {"level": ["Choose a level: 0, 1 or 2."]}
    assert form["level"].value() == level
    assert form["rationale"].value() == "It says so."


@pytest.mark.parametrize("rationale", ["", "  ", "\u3000\n", "\u200b\u3164 \u2800\ufeff"])
@pytest.mark.parametrize(
    ("level", "message"),
    [("0", "Say in a sentence why it is not targeted."),
     ("1", "Say why: this level needs a rationale."),
     ("2", "Say why: this level needs a rationale.")],
)  # fmt: skip
def test_every_level_asks_for_a_rationale(programme, level, message, rationale):
    form = send(programme, fill([DATED], level=level, rationale=rationale))
    assert refusals(form) == {"rationale": [message]}


def test_principal_asks_for_a_source(programme):
    form = send(programme, fill(level="2"))
    assert refusals(form) == {"__all__": ["A principal alignment needs a dated source."]}
    assert form.refused == {"evidence": ["A principal alignment needs a dated source."]}


@pytest.mark.parametrize(
    ("without", "message"),
    [
        ("title", {"0.title": ["Give the source a title."]}),
        ("url", {"0.url": ["Give an address, or attach the file."]}),
        ("dated_on", {"0.dated_on": ["Give the date of the source."]}),
    ],
)
def test_a_source_that_lacks_something_says_what(programme, without, message):
    source = DATED | {without: ""}
    form = send(programme, fill([source], level="2"))
    assert refusals(form) == message
    shown = form.evidence.forms[0]
    assert {name: shown[name].value() for name in source} == source


@pytest.mark.parametrize(
    "address",
    [r"C:\reports\2026.pdf", r"\\server\share\2026.pdf", "file:///home/report.pdf",
     "/home/report.pdf", "javascript:alert(1)", "ftp://example.org/r", "not an address",
     "https://", "http://exa mple.org", "report.pdf", "報告書.xlsx", "Plan.v2.DOCX"],
)  # fmt: skip
def test_a_file_instead_of_an_address_is_refused(programme, address):
    form = send(programme, fill([DATED | {"url": address}]))
    assert refusals(form) == {
        "0.url": ["Enter an address that begins with http:// or https://."
                  " A file can be attached beside it."]
    }  # fmt: skip
    assert form.evidence.forms[0]["url"].value() == address


@pytest.mark.parametrize(
    ("typed", "address"),
    [("www.example.org", "https://www.example.org"),
     ("example.org/report.pdf", "https://example.org/report.pdf"),
     ("https://example.org/報告書.pdf", "https://example.org/報告書.pdf")],
)  # fmt: skip
def test_an_address_may_lack_its_scheme_and_end_in_a_file(programme, typed, address):
    form = send(programme, fill([DATED | {"url": typed}]))
    assert form.is_valid(), form.evidence.errors
    assert form.sources()[0].url == address


@pytest.mark.parametrize("day", ["0000-00-00", "2026-02-29", "9999-01-01", "soon"])
def test_a_day_outside_the_calendar_is_refused(programme, day):
    form = send(programme, fill([DATED | {"dated_on": day}]))
    assert list(refusals(form)) == ["0.dated_on"]
    assert form.evidence.forms[0]["dated_on"].value() == day


def test_full_width_days_are_read(programme):
    form = send(programme, fill([DATED | {"dated_on": "２０２６年３月３１日"}]))
    assert form.is_valid()
    assert form.sources()[0].dated_on == datetime.date(2026, 3, 31)


def test_a_text_too_long_is_refused_and_kept(programme):
    text = "あ" * 10_000
    form = send(programme, fill(rationale=text))
    assert refusals(form) == {
        "rationale": ["This is 10000 characters long; at most 4000 fit."]
    }
    assert form["rationale"].value() == text
    assert send(programme, fill(rationale="あ" * 4_000)).is_valid()


@pytest.mark.parametrize(
    "text",
    ["<b>bold</b>", "so <script>alert(1)</script>", "<img src=x onerror=alert(1)>",
     "<!-- -->", "</p>", "<svg/onload=1", "<?php"],
)  # fmt: skip
@pytest.mark.parametrize("where", ["rationale", "title"])
def test_markup_is_refused(programme, where, text):
    data = fill(rationale=text) if where == "rationale" else fill([DATED | {"title": text}])
    name = {"rationale": "rationale", "title": "0.title"}[where]
    assert refusals(send(programme, data)) == {
        name: ["Write plain text: markup such as <b> is not accepted."]
    }


@pytest.mark.parametrize(
    "text",
    ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", " =HYPERLINK(1)", "＝1+1",
     "＠SUM(A1)", "+1"],
)  # fmt: skip
def test_a_formula_is_refused(programme, text):
    assert refusals(send(programme, fill(rationale=text))) == {
        "rationale": ["Write plain words: this begins like a spreadsheet formula."]
    }


@pytest.mark.parametrize(
    "text",
    ["fewer than 5: a < b", "a<1", "A & B, 3 > 2", "– a dash", "- a list", "+ more",
     "e-mail: a@b.jp", "100 %", "国際共同研究を目的に掲げる。", "👩‍🔬 𠮷野家 葛󠄀城"],
)  # fmt: skip
def test_ordinary_text_is_taken_as_it_is(programme, text):
    form = send(programme, fill(rationale=text))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["rationale"] == text


@pytest.mark.parametrize("text", ["\ud800", "so \udfff", "a\x00b"])
def test_characters_that_no_database_takes_are_refused(programme, text):
    form = send(programme, fill([DATED | {"title": text, "url": "https://a.jp/" + text}],
                                rationale=text))  # fmt: skip
    assert set(refusals(form)) == {"rationale", "0.title", "0.url"}


def test_text_is_kept_in_composed_form(programme, dai):
    typed = unicodedata.normalize("NFD", "がぎぐ café")
    source = DATED | {"title": typed, "url": "https://example.org/" + typed[:2]}
    form = send(programme, fill([source], rationale=typed + "\r\nｱ Ａ"))
    assert form.is_valid(), form.errors
    row = ledger.align(**form.judgement(), by=dai)
    assert row.rationale == "がぎぐ café\nｱ Ａ"
    assert row.evidence.get().title == "がぎぐ café"
    assert row.evidence.get().url == "https://example.org/が"


def test_a_programme_that_ended_is_refused(programme):
    programme.ends_on = "2020"
    reference.save(programme, by=None)
    form = send(programme, fill())
    message = "This programme has ended; its record is closed."
    assert refusals(form) == {"__all__": [message]}
    assert form.refused == {"programme": [message]}
    assert form["rationale"].value() == "It says so."


@pytest.mark.parametrize(
    ("code", "message"),
    [("B", "This element is context; nothing is aligned with it."),
     ("OLD", "This element is not in the revision in force.")],
)  # fmt: skip
def test_an_element_that_takes_no_alignment_is_refused(programme, code, message):
    if code == "OLD":
        factories.make_strategy("DRAFT", elements=("OLD",), publish=False)
        element = factories.get_element("OLD", "DRAFT")
    else:
        element = factories.get_element(code)
    form = AlignmentForm(fill(), programme=programme, element=element)
    assert refusals(form) == {"__all__": [message]}
    assert form.refused == {"element": [message]}


def test_all_mistakes_are_said_at_once_and_nothing_typed_is_lost(programme):
    source = {"title": "<i>", "url": "/home/x.pdf", "dated_on": "someday"}
    data = fill([source, DATED], level="7", rationale="=1", replaces="x")
    form = send(programme, data)
    assert set(refusals(form)) == {
        "level", "rationale", "replaces", "0.title", "0.url", "0.dated_on",
    }  # fmt: skip
    assert [form[name].value() for name in ("level", "rationale", "replaces")] == [
        "7", "=1", "x",
    ]  # fmt: skip
    for shown, sent in zip(form.evidence.forms, [source, DATED], strict=True):
        assert {name: shown[name].value() for name in sent} == sent


@pytest.mark.parametrize("number", [10, 11])
def test_there_are_at_most_ten_sources(programme, number):
    form = send(programme, fill([DATED] * number))
    assert form.is_valid() == (number == 10)


def test_a_form_without_its_sources_part_is_refused(programme):
    form = send(programme, {"level": "1", "rationale": "It says so."})
    assert not form.is_valid()
    assert len(form.evidence.non_form_errors()) == 1


def test_blank_sources_count_for_nothing(programme):
    form = send(programme, fill([{"title": "", "url": " ", "dated_on": ""}, DATED]))
    assert form.is_valid()
    assert [source.title for source in form.sources()] == ["Annual report"]


def test_a_source_ticked_for_removal_counts_for_nothing(programme):
    wrong = {"title": "", "url": "x", "dated_on": "", "DELETE": "on"}
    form = send(programme, fill([wrong, DATED | {"DELETE": "on"}]))
    assert form.is_valid()
    assert form.sources() == []
    form = send(programme, fill([DATED | {"DELETE": "on"}], level="2"))
    assert not form.is_valid()
    assert form.refused == {"evidence": ["A principal alignment needs a dated source."]}


# --- files ---


def with_file(programme, dai, **fields):
    """Record a judgement whose source is a file; return the row."""
    source = factories.a_source(url="", file=upload(), **fields)
    return factories.align(programme, "A", 2, by=dai, evidence=[source])


def sent_again(row, **changes):
    item = row.evidence.get()
    return {
        "title": item.title, "url": item.url, "dated_on": item.dated_on.isoformat(),
        "keeps": str(item.pk),
    } | changes  # fmt: skip


def test_a_file_is_taken(programme, dai):
    files = {"evidence-0-file": upload("報告書.pdf")}
    form = send(programme, fill([DATED | {"url": ""}], level="2"), files)
    assert form.is_valid(), form.errors
    row = ledger.align(**form.judgement(), by=dai)
    assert row.evidence.get().file.read() == b"xxx"


@pytest.mark.parametrize(
    "name", ["run.exe", "page.html", "image.svg", "report", "x.pdf.js"]
)
def test_another_kind_of_file_is_refused(programme, name):
    form = send(programme, fill([DATED | {"url": ""}]), {"evidence-0-file": upload(name)})
    assert list(refusals(form)) == ["0.file"]


def test_a_file_too_large_is_refused(programme, settings):
    settings.EVIDENCE_MAX_BYTES = 1024 * 1024
    files = {"evidence-0-file": upload(size=1024 * 1024 + 1)}
    form = send(programme, fill([DATED | {"url": ""}]), files)
    assert refusals(form) == {"0.file": ["This file is larger than 1 MB."]}
    files = {"evidence-0-file": upload(size=1024 * 1024)}
    assert send(programme, fill([DATED | {"url": ""}]), files).is_valid()


def test_a_file_goes_on_being_meant_when_no_other_is_sent(programme, dai):
    row = with_file(programme, dai)
    form = send(programme, fill([sent_again(row)], level="1", replaces=row.pk))
    assert form.is_valid(), form.errors
    new = ledger.align(**form.judgement(), by=dai)
    assert new != row
    assert new.evidence.get().file.name == row.evidence.get().file.name


def test_sending_all_again_with_its_file_writes_nothing(programme, dai):
    row = with_file(programme, dai)
    before = Change.objects.count()
    form = send(programme, fill([sent_again(row)], level="2", replaces=row.pk))
    assert form.is_valid(), form.errors
    assert ledger.align(**form.judgement(), by=dai) == row
    assert Change.objects.count() == before


def test_another_file_takes_the_place_of_the_kept_one(programme, dai):
    row = with_file(programme, dai)
    files = {"evidence-0-file": upload("newer.pdf", 5)}
    form = send(programme, fill([sent_again(row)], level="2", replaces=row.pk), files)
    assert form.is_valid(), form.errors
    new = ledger.align(**form.judgement(), by=dai)
    assert new.evidence.get().file.read() == b"xxxxx"
    assert row.evidence.get().file.read() == b"xxx"


def test_a_kept_file_still_needs_title_and_date(programme, dai):
    row = with_file(programme, dai)
    form = send(programme, fill([sent_again(row, title="", dated_on="")], level="2"))
    assert set(refusals(form)) == {"0.title", "0.dated_on"}


@pytest.mark.parametrize("keeps", ["x", "-1", "9" * 30, "other cell"])
def test_a_file_of_another_cell_is_not_to_be_had(programme, dai, keeps):
    row = with_file(programme, dai)
    if keeps == "other cell":
        keeps = str(row.evidence.get().pk)
    form = send(programme, fill([sent_again(row, keeps=keeps)]), code="A.1")
    assert not form.is_valid()
    assert set(form.evidence.forms[0].errors) <= {"url", "keeps"}


# --- what is shown at first ---


def test_the_row_in_force_is_filled_in(programme, dai):
    row = factories.align(programme, "A", 2, by=dai, evidence=[factories.a_source()])
    form = send(programme, None, current=row)
    assert not form.is_valid()
    assert [form[name].value() for name in ("level", "rationale", "replaces")] == [
        2, "It says so.", row.pk,
    ]  # fmt: skip
    first = form.evidence.forms[0]
    assert [first[name].value() for name in ("title", "url", "keeps")] == [
        "Annual report", "https://example.org/report", row.evidence.get().pk,
    ]  # fmt: skip
    assert len(form.evidence.forms) == 2


def test_what_a_program_sends_is_the_same_form(programme, dai):
    body = {"level": 2, "rationale": "Its purpose.", "replaces": None, "evidence": [DATED]}
    element = factories.get_element("A")
    form = AlignmentForm.from_json(body, programme=programme, element=element)
    assert form.is_valid(), form.errors
    row = ledger.align(**form.judgement(), by=dai)
    assert (row.level, row.evidence.count()) == (2, 1)
    again = AlignmentForm.from_json(
        body | {"replaces": row.pk}, programme=programme, element=element
    )
    assert again.is_valid()
    assert ledger.align(**again.judgement(), by=dai) == row
    assert Alignment.objects.count() == 1
    form = AlignmentForm.from_json({}, programme=programme, element=element)
    assert refusals(form) == {"level": ["Choose a level: 0, 1 or 2."]}
