"""Paste a table: looked through first, applied once, all or nothing; no word is lost."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from openpyxl import load_workbook

from strategy_app.importers.table import MOST_BYTES
from strategy_app.models import Alignment, Change, PendingTable
from strategy_app.services import pending
from tests import factories
from tests.importers.workbooks import workbook
from tests.services.ledger import everything, record
from tests.views.reading import text_of

HEADER = "Programme\tElement\tLevel\tRationale\n"
GOOD = f"{HEADER}PRG-1\tA\t1\tIt says so.\nPRG-1\tA.1\t0\tNot a purpose."
WRONG = f"{HEADER}PRG-1\tA\t1\tIt says so.\nPRG-9\tA.1\t7\tNot <b>so</b>."


@pytest.fixture
def programme(department_a):
    factories.make_strategy(elements=("A", "A.1", "A.2", "B"))
    return factories.make_programme(department=department_a)


@pytest.fixture
def aikos(client, programme, aiko):
    client.force_login(aiko)
    return client


def send(client, text="", **more):
    """Send a table and follow to where it leads."""
    sent = {"strategy": "STR", "text": text} | more
    return client.post(reverse("paste"), sent, follow=True)


def table_of(client, text):
    """Return the table that is kept of a text once it was sent."""
    assert send(client, text).status_code == 200
    return PendingTable.objects.latest("id")


def apply(client, table, **sent):
    return client.post(reverse("paste-apply", args=[table.pk]), sent)


def numbers(page):
    """Return how many rows are said to be of each kind."""
    links = re.findall(r'show=(\w+)"[^>]*><strong>([\d,]+)</strong>', page.content.decode())
    return {kind: int(number.replace(",", "")) for kind, number in links}


def file(content, name):
    return SimpleUploadedFile(name, content)


# --- preview ---


def test_a_preview_shows_every_row_and_writes_nothing(aikos, programme, aiko, dai):
    record(programme, aiko, code="A.1", level=1, rationale="As it was.")
    record(programme, dai, code="A.2", rationale="The same.")
    before = everything()
    page = send(aikos, f"{GOOD}\nPRG-1\tA.2\t1\tThe same.\nPRG-1\tZ\t1\tx")
    assert everything() == before
    assert numbers(page) == {"error": 1, "add": 1, "update": 1, "same": 1}
    text = text_of(page)
    assert "As it was." in text
    assert "Not a purpose." in text
    assert re.search(r"from ◐ Significant → to ○ Not targeted", text)
    assert "There is no element “Z” in Strategy STR." in text
    assert "Apply" not in text


def test_an_error_stands_at_its_cell_which_can_be_put_right(aikos):
    page = send(aikos, WRONG)
    html = page.content.decode()
    for column in ("programme", "level", "rationale"):
        assert re.search(rf'aria-describedby="cell-{column}-3_error"', html)
    assert 'value="PRG-9"' in html
    assert escape("Not <b>so</b>.") in html
    address = page.request["PATH_INFO"]
    fields = {"cell-3-programme": "PRG-1", "cell-3-level": "0", "cell-3-rationale": "No."}
    page = aikos.post(address, fields, follow=True)
    assert numbers(page) == {"error": 0, "add": 2}
    assert "Apply 2 rows" in text_of(page)


def test_without_a_header_the_periods_are_shown_only_where_there_are_some(
    client, programme, chie
):
    client.force_login(chie)
    assert "In force" not in text_of(send(client, "PRG-1\tA.1\t0\tNo."))
    page = send(client, "PRG-1\tA.1\t0\tNo.\t\t\t\t2024-04-01")
    assert "In force" in text_of(page)


def test_the_whole_text_stays_and_can_be_corrected(aikos):
    page = send(aikos, WRONG)
    assert escape(WRONG) in page.content.decode()
    page = aikos.post(page.request["PATH_INFO"], {"text": GOOD}, follow=True)
    assert numbers(page) == {"error": 0, "add": 2}
    assert Alignment.objects.count() == 0


def test_rows_of_one_kind_are_shown_alone(aikos):
    address = send(aikos, WRONG).request["PATH_INFO"]
    page = aikos.get(address, {"show": "error"})
    assert 'id="row-3"' in page.content.decode()
    assert "It says so." not in page.content.decode().partition("paste-whole")[0]
    page = aikos.get(address, {"show": "add"})
    assert 'id="row-3"' not in page.content.decode()
    assert "No row of this kind" in text_of(aikos.get(address, {"show": "update"}))


def test_many_rows_are_shown_page_by_page(aikos, department_a):
    for number in range(250):
        factories.make_programme(f"M-{number}", department=department_a)
    rows = "\n".join(f"M-{number}\tA\t1\tIt says so." for number in range(250))
    page = send(aikos, f"{HEADER}{rows}")
    assert numbers(page) == {"error": 0, "add": 250}
    assert page.content.decode().count('class="paste-add"') == 100
    page = aikos.get(page.request["PATH_INFO"], {"page": 3})
    assert page.content.decode().count('class="paste-add"') == 50


def test_a_preview_costs_no_more_questions_for_more_rows(
    aikos, programme, django_assert_max_num_queries
):
    strategy = factories.make_strategy("MANY", [f"M{n}" for n in range(120)])
    rows = "\n".join(f"PRG-1\tM{n}\t1\tIt says so." for n in range(120))
    with django_assert_max_num_queries(48):
        page = send(aikos, HEADER + rows, strategy=strategy.code)
    assert numbers(page)["add"] == 120


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (GOOD.replace("\t", ",").encode("cp932"), "table.csv"),
        (GOOD.encode("utf-16"), "table.txt"),
        (
            workbook(*(line.split("\t") for line in GOOD.split("\n"))),
            "table.xlsx",
        ),
    ],
    ids=["cp932", "utf-16", "workbook"],
)
def test_a_file_becomes_rows_that_can_be_corrected(aikos, content, name):
    page = send(aikos, file=file(content, name))
    assert numbers(page) == {"error": 0, "add": 2}
    assert name in text_of(page)
    assert "PRG-1\tA.1\t0\tNot a purpose." in PendingTable.objects.get().text.replace(
        ",", "\t"
    )


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Paste rows from a spreadsheet, or choose a file."),
        ({"text": "Programme\tMood\nx\ty"}, "there is no column “Mood” here"),
        ({"text": "x", "strategy": "NOPE"}, "NOPE"),
        ({"file": file(b"PK\x03\x04", "table.xlsx")}, "no workbook (XLSX, XLS, ODS)"),
        ({"text": GOOD, "file": file(b"x", "x.csv")}, "Send either rows or a file"),
        ({"file": file(b"", "table.csv")}, "empty"),
    ],
)
def test_what_cannot_be_read_is_refused_and_given_back(aikos, sent, words):
    before = everything()
    page = send(aikos, **sent)
    assert page.status_code == 400
    assert words in text_of(page)
    assert escape(sent.get("text", "")) in page.content.decode()
    assert everything() == before
    assert PendingTable.objects.count() == 0


def test_a_viewer_may_not(client, programme, ben):
    client.force_login(ben)
    assert send(client, GOOD).status_code == 403
    assert PendingTable.objects.count() == 0
    assert reverse("paste") not in client.get(reverse("programme-list")).content.decode()


@pytest.mark.parametrize("name", ["programme-list", "tagging"])
def test_list_and_grid_lead_here(aikos, name):
    assert reverse("paste") in aikos.get(reverse(name)).content.decode()


# --- apply ---


def test_a_table_is_applied_in_one_change_with_its_reason(aikos, aiko):
    table = table_of(aikos, GOOD)
    answer = apply(aikos, table, reason="Table of the department")
    change = Change.objects.latest("id")
    assert answer.url == reverse("change", args=[change.pk])
    assert (change.action, change.by, change.reason) == (
        "import", aiko, "Table of the department",
    )  # fmt: skip
    rows = Alignment.objects.filter(opened_in=change).order_by("element__code")
    assert [(row.element.code, row.level) for row in rows] == [("A", 1), ("A.1", 0)]
    table.refresh_from_db()
    assert (table.applied_in, table.text) == (change, "")


def test_the_same_preview_is_applied_once(aikos):
    table = table_of(aikos, GOOD)
    apply(aikos, table)
    before = everything()
    answer = apply(aikos, table)
    assert everything() == before
    change = Change.objects.latest("id").pk
    assert answer.url == reverse("change", args=[change])
    said = f"This table has been applied already, in change {change}: nothing was changed."
    assert said in text_of(aikos.get(answer.url))
    address = reverse("paste-table", args=[table.pk])
    for again in (aikos.get(address), aikos.post(address, {"text": GOOD})):
        assert again.url == reverse("change", args=[change])
    assert everything() == before


def test_the_same_table_sent_again_has_nothing_to_apply(aikos):
    apply(aikos, table_of(aikos, GOOD))
    before = everything()
    page = send(aikos, GOOD)
    assert numbers(page) == {"error": 0, "add": 0, "same": 2}
    assert "there is nothing to apply" in text_of(page)
    answer = apply(aikos, PendingTable.objects.latest("id"))
    assert answer.status_code == 302
    assert everything() == before


def test_with_an_error_nothing_is_applied(aikos):
    table = table_of(aikos, WRONG)
    before = everything()
    page = apply(aikos, table)
    assert page.status_code == 409
    assert "1 row cannot be written, so nothing will be." in text_of(page)
    assert everything() == before


def test_what_somebody_recorded_meanwhile_is_a_conflict_for_all(aikos, programme, dai):
    table = table_of(aikos, GOOD)
    record(programme, dai, rationale="I was faster.")
    before = everything()
    page = apply(aikos, table)
    assert page.status_code == 409
    assert numbers(page) == {"error": 0, "add": 1, "conflict": 1}
    assert "I was faster." in text_of(page)
    assert everything() == before
    assert "Where somebody else was faster" in text_of(page)
    assert "Correct the cells" not in text_of(page)
    # Having seen it, one may still record one's own.
    page = aikos.post(reverse("paste-table", args=[table.pk]), {}, follow=True)
    assert numbers(page) == {"error": 0, "add": 1, "update": 1}
    apply(aikos, PendingTable.objects.latest("id"))
    assert Alignment.objects.open().count() == 2


def test_all_that_is_refused_is_shown_together(aikos, programme, dai):
    table = table_of(aikos, f"{WRONG}\nPRG-1\tA.2\t0\tNo.")
    record(programme, dai, rationale="I was faster.")
    page = aikos.get(reverse("paste-table", args=[table.pk]), {"show": "refused"})
    assert [row.line.kind for row in page.context["rows"]] == ["conflict", "error"]


def test_what_somebody_withdrew_meanwhile_is_a_conflict_too(aikos, programme, aiko):
    from strategy_app.services import ledger

    row = record(programme, aiko)
    table = table_of(aikos, f"{HEADER}PRG-1\tA\t0\tNot so.")
    ledger.withdraw(programme=programme, element=row.element, replaces=row.pk, by=aiko)
    page = apply(aikos, table)
    assert (page.status_code, numbers(page)["conflict"]) == (409, 1)
    assert "What stood there has been withdrawn." in text_of(page)


def test_a_reason_that_a_spreadsheet_would_run_is_refused(aikos):
    table = table_of(aikos, GOOD)
    before = everything()
    assert apply(aikos, table, reason="=cmd").status_code == 409
    assert everything() == before


def test_a_table_is_its_owners_alone(aikos, client, dai):
    table = table_of(aikos, GOOD)
    client.force_login(dai)
    for answer in (
        client.get(reverse("paste-table", args=[table.pk])),
        client.post(reverse("paste-table", args=[table.pk]), {"text": GOOD}),
        apply(client, table),
    ):
        assert answer.status_code == 404
    assert Alignment.objects.count() == 0


def test_old_tables_make_room_for_new_ones(aikos, aiko, dai):
    others = factories.make_table("PRG-1\tA\t1\tx", dai)
    tables = [table_of(aikos, GOOD) for _time in range(pending.MOST_KEPT + 2)]
    kept = PendingTable.objects.filter(owner=aiko).order_by("id")
    assert list(kept) == tables[2:]
    assert PendingTable.objects.filter(pk=others.pk).exists()


def test_the_last_table_is_offered_again(aikos):
    table = table_of(aikos, GOOD)
    link = reverse("paste-table", args=[table.pk])
    assert link in aikos.get(reverse("paste")).content.decode()
    apply(aikos, table)
    assert link not in aikos.get(reverse("paste")).content.decode()


def test_history_is_loaded_with_the_rest_in_one_change(client, programme, chie):
    client.force_login(chie)
    text = (
        "Programme\tElement\tLevel\tRationale\tValid from\tValid until\n"
        "PRG-1\tA\t2\tThen.\t2024-04-01\t2025-04-01\nPRG-1\tA\t1\tNow.\t\t\n"
    )
    page = send(client, text)
    assert numbers(page) == {"error": 0, "add": 2}
    apply(client, PendingTable.objects.get())
    change = Change.objects.latest("id")
    rows = Alignment.objects.filter(opened_in=change).order_by("valid_from")
    assert [(row.level, str(row.valid_until)) for row in rows] == [
        (2, "2025-04-01"), (1, "None"),
    ]  # fmt: skip
    # What overlaps a record is told at its row, and keeps the rest from being written.
    table = table_of(
        client, text.replace("Then.", "Otherwise.").replace("A\t1\tNow.", "B\t1\tx")
    )
    before = everything()
    page = apply(client, table)
    assert page.status_code == 409
    assert f"change {change.pk}" in text_of(page)
    assert everything() == before


# --- nothing typed is lost ---


def test_without_a_session_what_was_sent_is_given_back(aikos, client):
    client.logout()
    page = client.post(
        reverse("paste") + "?strategy=STR", {"text": GOOD, "strategy": "STR"}
    )
    assert page.status_code == 401
    html = page.content.decode()
    assert escape(GOOD) in html
    assert 'name="strategy" value="STR"' in html
    assert "Your session has ended" in text_of(page)
    assert PendingTable.objects.count() == 0


def test_corrections_are_given_back_as_well(aikos, client):
    table = table_of(aikos, WRONG)
    client.logout()
    fields = {"cell-3-programme": "PRG-1", "cell-3-rationale": 'It "says" so.'}
    page = client.post(reverse("paste-table", args=[table.pk]), fields)
    assert page.status_code == 401
    for name, value in fields.items():
        assert f'name="{name}" value="{escape(value)}"' in page.content.decode()


def test_with_an_old_token_what_was_sent_is_given_back_to_be_sent_again(programme, aiko):
    client = Client(enforce_csrf_checks=True)
    client.force_login(aiko)
    sent = {"text": GOOD, "strategy": "STR", "csrfmiddlewaretoken": "x" * 64}
    page = client.post(reverse("paste"), sent)
    assert page.status_code == 403
    assert escape(GOOD) in page.content.decode()
    assert PendingTable.objects.count() == 0
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())[1]
    answer = client.post(reverse("paste"), sent | {"csrfmiddlewaretoken": token})
    assert answer.status_code == 302
    assert PendingTable.objects.count() == 1


def test_nothing_is_applied_without_a_token(programme, aiko):
    table = factories.make_table(GOOD, aiko)
    client = Client(enforce_csrf_checks=True)
    client.force_login(aiko)
    before = everything()
    assert apply(client, table, reason="x").status_code == 403
    assert apply(client, table).status_code == 403
    assert everything() == before


@pytest.mark.parametrize("kind", ["text", "file"])
def test_what_is_far_too_large_is_refused_in_words(aikos, kind):
    much = b"P-1,A,1,x\n" * (MOST_BYTES // 8)
    sent = {"text": much.decode()} if kind == "text" else {"file": file(much, "x.csv")}
    page = send(aikos, **sent)
    assert page.status_code == 413
    assert "This is larger than 10 MB: split the table." in text_of(page)
    assert PendingTable.objects.count() == 0


# --- the empty table ---


def test_the_empty_table_has_the_headers_of_ones_language(aikos, client, chie):
    content = aikos.get(reverse("paste-csv")).content
    assert content.decode("utf-8-sig") == (
        "Programme,Element,Level,Rationale,"
        "Evidence title,Evidence address,Evidence date\r\n"
    )
    assert content.startswith(b"\xef\xbb\xbf")
    client.force_login(chie)
    answer = client.get(reverse("paste-xlsx"), headers={"Accept-Language": "ja"})
    book = load_workbook(io.BytesIO(answer.content))
    assert [cell.value for cell in book.worksheets[0][1]] == [
        "事業", "戦略要素", "整合度", "判断理由", "根拠資料名", "根拠資料のURL",
        "根拠資料の日付", "適用開始日", "適用終了日",
    ]  # fmt: skip


def test_the_empty_table_filled_in_is_understood(aikos):
    book = load_workbook(io.BytesIO(aikos.get(reverse("paste-xlsx")).content))
    book.worksheets[0].append(["PRG-1", "A", 1, "It says so."])
    written = io.BytesIO()
    book.save(written)
    page = send(aikos, file=file(written.getvalue(), "alignments.xlsx"))
    assert numbers(page) == {"error": 0, "add": 1}
