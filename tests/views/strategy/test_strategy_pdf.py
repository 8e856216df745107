"""The strategy's text as a PDF: what the page shows, in the page's scope and settings."""

import datetime
from urllib.parse import quote

import pytest
from django.conf import settings
from django.utils import timezone

from strategy_app.coverage import frame
from strategy_app.exporters import document_pdf, renderer
from strategy_app.models import Strategy
from strategy_app.services import reference
from strategy_app.services import strategy as services
from strategy_app.views import drawn
from strategy_app.views.strategy import strategy_pdf
from tests import factories
from tests.paper import Paper
from tests.views.reading import link, text_of

PDF = "/strategy/STR/document.pdf"
FIRST = "/strategy/STR/revisions/2017-08-01/"


@pytest.fixture
def revised(db):
    """A second revision from 2020-04-01: "B" goes, "A" is worded anew, with a preface."""
    strategy = factories.make_strategy(elements=["A", "A.1", "B", "C"], context=["C"])
    draft = services.create_draft(
        strategy=strategy, by=None, name_en="Second", name_ja="第2版", preface_en="*Why.*"
    )
    services.set_origins(
        wording=draft.wordings.get(element__code="A.1"), kind="merged", by=None,
        origins=[factories.get_element("B")],
    )  # fmt: skip
    services.delete_wording(wording=draft.wordings.get(element__code="B"), by=None)
    reworded = draft.wordings.get(element__code="A")
    reworded.body_en, reworded.modification = "What A is **all** about.", "material"
    services.save_wording(wording=reworded, by=None)
    services.publish(
        revision=draft,
        in_force_from=datetime.date(2020, 4, 1),
        by=None,
        despite_warnings=True,
    )
    return strategy


@pytest.fixture
def reader(client, ben):
    client.force_login(ben)
    return client


def read(client, address, language="en"):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    response = client.get(address)
    assert response.headers["Content-Type"] == "application/pdf"
    return Paper(response.content)


def test_it_holds_the_text_in_force(reader, revised):
    paper = read(reader, PDF)
    assert paper.is_accessible
    assert paper.title == "Strategy STR: Second"
    assert [title for _depth, title in paper.bookmarks] == [
        "A Element A", "A.1 Element A.1", "C Element C",
    ]  # fmt: skip
    assert "In force since 1 April 2020." in paper.text
    assert "Why. A Element A Aim · Material change What A is all about." in paper.text
    assert "C Element C Aim · context only" in paper.text
    permanent = "http://testserver/strategy/STR/revisions/2020-04-01/"
    assert paper.links[:2] == [permanent, f"{permanent}#A"]
    earlier = read(reader, f"{PDF}?day=2020-03-31")
    assert earlier.title == "Strategy STR: First"
    assert "In force from 1 August 2017 until before 1 April 2020." in earlier.text


def test_a_past_revision_says_what_was_withdrawn(reader, revised):
    paper = read(reader, f"{FIRST}document.pdf")
    assert "This is not the text in force today: that is “Second”." in paper.text
    assert (
        "B Element B Aim · Merged into A.1 · withdrawn since What B is about." in paper.text
    )
    assert paper.alternatives == []


@pytest.mark.parametrize(
    ("language", "begins", "days"),
    [
        ("en", ["The Strategy of", "The Revision of"],
         "In force from 30 September 2017 until before 30 November 2026"),
        ("ja", ["長い名称の戦略", "長い名称の改訂"],
         "2017 年 9 月 30 日から適用、2026 年 11 月 30 日に次の改訂へ移行"),
    ],
)  # fmt: skip
def test_the_head_of_a_page_cuts_names_short_but_never_the_days(
    reader, db, language, begins, days
):
    strategy = reference.save(
        Strategy(code="STR", name_en="The Strategy of Them. " * 9,
                 name_ja="長い名称の戦略。" * 20), by=None,
    )  # fmt: skip
    factories.make_types(strategy)
    for number, day in enumerate(["2017-09-30", "2026-11-30"]):
        draft = services.create_draft(
            strategy=strategy, by=None, name_en=f"The Revision of Year {number}. " * 4,
            name_ja=f"長い名称の改訂{number}。" * 10,
        )  # fmt: skip
        if not number:
            factories.add_elements(draft, ["A"])
        services.publish(
            revision=draft,
            in_force_from=datetime.date.fromisoformat(day),
            by=None,
            despite_warnings=True,
        )
    address = "/strategy/STR/revisions/2017-09-30/document.pdf"
    page = read(reader, address, language).pages[-1]
    head = " ".join(page.partition("A")[0].split())
    assert days in head
    assert [begin in head for begin in begins] == [True, True]
    assert head.count("…") == 2


@pytest.mark.parametrize(
    ("query", "shows_english", "shows_japanese"),
    [("", True, False), ("?languages=one", True, False), ("?languages=both", True, True)],
)
@pytest.mark.parametrize("page", ["/strategy/STR/", FIRST])
def test_one_language_or_both(reader, revised, page, query, shows_english, shows_japanese):
    paper = read(reader, f"{page}document.pdf{query}")
    assert ("What A.1 is about." in paper.text) == shows_english
    assert ("A.1 の説明。" in paper.text) == shows_japanese


def test_it_speaks_the_language_of_its_reader(reader, revised):
    factories.align(factories.make_programme(), "A", 2)
    paper = read(reader, PDF, "ja")
    assert paper.root["/Lang"] == "ja"
    assert paper.title == "STR戦略: 第2版"
    assert "目次" in paper.text
    assert "2020 年 4 月 1 日から適用中" in paper.text
    assert "主要 1" in paper.alternatives[0]
    # What is in English only says so.
    assert "Why. (英語のみ)" in paper.text


# --- coverage ---


def test_coverage_is_that_of_the_page(reader, revised):
    for number in range(4):
        factories.make_programme(f"PRG-{number}")
    factories.align(factories.Programme.objects.get(code="PRG-0"), "A.1", 2)
    factories.align(factories.Programme.objects.get(code="PRG-1"), "A.1", 0, evidence=[])
    factories.make_target(factories.get_element("A"), 3)
    rows = [
        section.coverage for section in reader.get("/strategy/STR/").context["sections"]
    ]
    paper = read(reader, PDF)
    assert paper.alternatives == [f"{row.code}: {row.summary}" for row in rows if row]
    assert paper.alternatives == [
        "A: Principal 1, Significant 0, Not targeted 1, Not assessed 2, target 3",
        "A.1: Principal 1, Significant 0, Not targeted 1, Not assessed 2",
    ]
    assert "Active programmes: 4 4 of 8 pairs of programme and element" in paper.text
    assert "Not assessed Target Active" in paper.text
    moment = timezone.localtime(frame.current().changed_at)
    as_of = f"Data as of change {frame.current().change}, {moment:%Y-%m-%d %H:%M}"
    assert as_of in paper.pages[-1]


def test_the_scope_is_printed(reader, revised):
    factories.align(factories.make_programme(), "A", 2)
    factories.make_programme("PRG-2", category=factories.make_category("CAT-B"))
    paper = read(reader, f"{PDF}?category=CAT-A&day=2026-03-31")
    asked = "Coverage on 31 March 2026 · Category: Category CAT-A"
    assert [asked in page for page in paper.pages] == [True, True]
    assert "Active programmes: 1" in paper.text


def test_by_budget_it_says_what_it_counts_or_that_there_is_none(reader, revised):
    programme = factories.make_programme()
    factories.load_history(programme, "A", 2, "2026-04-01")
    address = f"{PDF}?basis=budget&day=2026-11-26"
    assert "No budget is recorded for FY2026, so no amount" in read(reader, address).text
    factories.make_budget(programme, 2026, 1_234_567)
    paper = read(reader, address)
    assert "Count: Budget" in paper.text
    assert "Budget of active programmes: 1.2 million JPY" in paper.text
    assert "Budget known of 1 of 1 active programmes in FY2026." in paper.text
    assert "Aim · Material change 1.2 0 0 0 What A" in paper.text


def test_coverage_can_be_hidden(reader, revised):
    factories.align(factories.make_programme(), "A", 2)
    paper = read(reader, f"{PDF}?coverage=hidden")
    assert paper.alternatives == []
    assert "Principal" not in paper.text
    assert "Coverage on" not in paper.text


def test_illustrative_data_says_so_on_every_page(reader, revised):
    factories.make_programme(ends_on="2099-03-31", end_is_illustrative=True)
    paper = read(reader, PDF)
    assert "Illustrative data: alignments and end dates shown here are ex" in paper.text
    assert all("Illustrative data" in text for text in paper.pages)
    hidden = read(reader, f"{PDF}?coverage=hidden")
    assert "Illustrative" not in hidden.text  # there is none in it


def test_without_programmes_it_is_the_text_alone_and_says_why(reader, revised):
    factories.make_programme()
    paper = read(reader, f"{PDF}?country=FR")
    assert paper.alternatives == []
    assert "Principal" not in paper.text
    assert "Partner country: FR · No active programme matches" in paper.text
    assert "No active" not in read(reader, f"{PDF}?country=FR&coverage=hidden").text


# --- its address ---


def test_the_page_leads_to_it_as_it_is_set(reader, revised):
    factories.make_programme()
    page = reader.get("/strategy/STR/?day=2018-01-01&languages=both&coverage=hidden")
    assert link(page, "PDF to read and print") == (
        f"{PDF}?strategy=STR&day=2018-01-01&languages=both&coverage=hidden"
    )
    page = reader.get(f"{FIRST}?languages=one")
    assert link(page, "PDF to read and print") == (
        f"{FIRST}document.pdf?strategy=STR&languages=one"
    )


@pytest.mark.parametrize(
    ("language", "query", "plain", "localised"),
    [
        ("en", "", "STR-2020-04-01-en.pdf", None),
        ("en", "?languages=both", "STR-2020-04-01-en-ja.pdf", None),
        ("ja", "", "STR-2020-04-01-ja.pdf", "STR-2020-04-01-日本語.pdf"),
        ("ja", "?languages=both", "STR-2020-04-01-ja-en.pdf",
         "STR-2020-04-01-日本語・英語.pdf"),
    ],
)  # fmt: skip
def test_the_file_is_named_after_what_it_is(
    reader, revised, language, query, plain, localised
):
    reader.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    expected = f'attachment; filename="{plain}"'
    if localised:
        expected += f"; filename*=UTF-8''{quote(localised)}"
    response = reader.get(f"{PDF}{query}")
    assert response.headers["Content-Disposition"] == expected


def test_what_is_not_published_is_not_there(reader):
    factories.make_strategy(publish=False)
    page = reader.get("/strategy/STR/")
    assert "PDF" not in text_of(page)
    assert reader.get(PDF).status_code == 404
    assert reader.get(f"{FIRST}document.pdf").status_code == 404
    assert reader.get("/strategy/NONE/document.pdf").status_code == 404


def test_a_bad_scope_is_told(reader, revised):
    page = reader.get(f"{PDF}?category=NONE")
    assert page.status_code == 400
    assert "There is no “NONE” here." in text_of(page)


def test_who_has_it_already_is_not_sent_it_again(reader, revised):
    programme = factories.make_programme()
    etag = reader.get(PDF).headers["ETag"]
    again = reader.get(PDF, headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
    factories.align(programme, "A", 2)
    after = reader.get(PDF, headers={"If-None-Match": etag})
    assert after.status_code == 200
    assert after.headers["ETag"] != etag
    both = reader.get(f"{PDF}?languages=both").headers["ETag"]
    assert both != after.headers["ETag"]


@pytest.mark.parametrize("elements", [("A",), ("A", "B", "C"), ("A", "A.1", "A.2", "A.3")])
def test_queries_do_not_grow(reader, elements, django_assert_num_queries):
    factories.make_strategy(elements=elements)
    for code in elements:
        factories.align(factories.make_programme(f"PRG-{code}"), code, 2)
    reader.get(PDF)
    with django_assert_num_queries(8):
        reader.get(PDF)


# --- once it is made ---


def test_a_second_reader_has_it_at_once(reader, revised, monkeypatch):
    first = reader.get(PDF)
    both = reader.get(f"{PDF}?languages=both")
    assert both.content != first.content
    monkeypatch.setattr(document_pdf, "_LONGEST_WORK_SECONDS", 0)
    again = reader.get(PDF)
    assert (again.content, again.headers) == (first.content, first.headers)
    assert reader.get(f"{PDF}?languages=both").content == both.content
    factories.align(factories.make_programme(), "A", 2)
    assert reader.get(PDF).status_code == 503  # it is another one now


def test_a_large_one_is_not_kept(reader, revised, monkeypatch):
    monkeypatch.setattr(drawn, "_MOST_BYTES", 100)
    assert reader.get(PDF).status_code == 200
    monkeypatch.setattr(document_pdf, "_LONGEST_WORK_SECONDS", 0)
    assert reader.get(PDF).status_code == 503


# --- when it cannot be made ---


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "It took too long, or it failed. Please try"), ("ja", "STR戦略を読む")],
)
def test_a_renderer_that_takes_too_long_is_told(
    reader, revised, monkeypatch, language, words
):
    monkeypatch.setattr(document_pdf, "_LONGEST_WORK_SECONDS", 0.001)
    reader.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    page = reader.get(f"{FIRST}document.pdf?languages=both")
    assert page.status_code == 503
    assert page.headers["Retry-After"] == "30"
    assert "ETag" not in page.headers
    assert words in text_of(page)
    addresses = page.content.decode()
    assert f'href="{FIRST}?languages=both"' in addresses
    assert f'href="{FIRST}document.pdf?languages=both"' in addresses


def test_while_others_are_made_for_too_long_it_is_told(reader, revised, monkeypatch):
    monkeypatch.setattr(strategy_pdf, "_PATIENCE_SECONDS", 0.001)
    with renderer.turn(1):
        page = reader.get(PDF)
    assert (page.status_code, page.headers["Retry-After"]) == (503, "30")
    assert "The site is making other documents just now." in text_of(page)
    assert link(page, "Try again") == PDF
    assert reader.get(PDF).status_code == 200


def test_a_text_that_is_too_long_is_told(reader, db):
    strategy = factories.make_strategy()
    services.create_draft(
        strategy=strategy, by=None, name_en="Second", preface_en="word " * 700_000
    )
    services.publish(
        revision=factories.draft_of(strategy),
        in_force_from=datetime.date(2020, 4, 1),
        by=None,
        despite_warnings=True,
    )
    page = reader.get(PDF)
    assert page.status_code == 503
    assert "The text is too long for a PDF." in text_of(page)
    # To try again would help nobody.
    assert "Retry-After" not in page.headers
    assert "Try again" not in text_of(page)
    assert reader.get(f"{FIRST}document.pdf").status_code == 200
