"""A strategy's document sent in the workshop: read, or why it cannot be."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from strategy_app.models import Change, PendingDocument, Revision
from strategy_app.services import pending
from strategy_app.services import strategy as strategy_services
from tests import factories
from tests.importers.document.documents import archive, docx, paragraph
from tests.views.reading import text_of

PAGE = "/strategy/STR/draft/document/"
SAMPLES = Path(__file__).parents[2] / "importers" / "document" / "samples"
AIMS = "# Aims\n\n- Open up\n- Reach out\n"
ZIELE = "# 目標\n\n・ 開く\n・ 届ける\n"


def file(content, name="strategy.md"):
    return SimpleUploadedFile(name, content)


@pytest.fixture
def chies(db, client, chie):
    factories.make_strategy(elements=("AIM-1",))
    client.force_login(chie)
    return client


def send(client, **fields):
    return client.post(PAGE, fields)


def test_both_languages_are_shown_beside_their_source_and_nothing_is_written(chies):
    before = Change.objects.count()
    page = chies.post(PAGE, {
        "file": file((SAMPLES / "strategy_en.md").read_bytes()),
        "other_file": file((SAMPLES / "strategy_ja.md").read_bytes(), "strategy_ja.md"),
        "name": "Of 2027",
    }, follow=True)  # fmt: skip
    document = PendingDocument.objects.get()
    assert page.redirect_chain == [(f"{PAGE}{document.pk}/", 302)]
    assert (document.name, document.languages) == (
        "strategy.md, strategy_ja.md",
        ["en", "ja"],
    )
    assert document.rows[0]["title_en"] == "Of 2027"
    assert document.rows[0]["title_ja"] == "例示機構の国際戦略（2026年）"
    shown = text_of(page)
    for row in document.rows[1:]:
        for text in (row["code"], row["title_en"], row["title_ja"]):
            assert text in shown
        assert row["blocks"]["en"] and row["blocks"]["ja"]
        for note in row["notes"]:
            assert note["message"]["en"] in shown
    assert "(2-1) **Reaching the global goals:** Each programme names" in shown
    assert "（２－１） **世界共通の目標の達成：**" in shown
    assert Change.objects.count() == before


@pytest.mark.parametrize("first", [AIMS, ZIELE])
def test_pasted_text_is_read_as_a_file_is_whichever_language_comes_first(chies, first):
    send(chies, text=first, other_text=ZIELE if first is AIMS else AIMS)
    document = PendingDocument.objects.get()
    assert [(row["code"], row["title_en"], row["title_ja"]) for row in document.rows] == [
        ("", "", ""),
        ("SEC-1", "Aims", "目標"),
        ("AIM-1", "Open up", "開く"),
        ("AIM-2", "Reach out", "届ける"),
    ]


def _encrypted():
    content = bytearray(docx(paragraph("x")))
    # The bit that says so, in each entry of the archive's directory.
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 8] |= 1
        at = content.find(b"PK\x01\x02", at + 1)
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "empty.md", "The submitted file is empty."),
        (b"\n \n", "blank.md", "There is no text in this document."),
        (b"Only words.", "words.txt", "There is no heading and no statement"),
        (b"%PDF-1.7 scanned", "scan.pdf", "This is a PDF"),
        (b"PK no archive", "strategy.docx", "not a DOCX or ODT document"),
        (lambda: archive({"xl/workbook.xml": "<a/>"}), "table.docx",
         "not a DOCX or ODT document"),
        (_encrypted, "locked.docx", "This file is encrypted"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "locked.docx", "old or an encrypted Word"),
        (lambda: archive({"word/document.xml": "0" * 70_000_000}), "bomb.docx",
         "too large once it is unpacked"),
        (b"\x80\x81\xfe\xff" * 99, "noise.txt", "This cannot be read as text"),
    ],
    ids=["empty", "blank", "only words", "PDF", "no archive", "no document", "encrypted",
         "encrypted by Word", "bomb", "noise"],
)  # fmt: skip
def test_what_cannot_be_read_is_said_next_to_the_file(chies, content, name, message):
    before = Change.objects.count()
    content = content() if callable(content) else content
    page = send(chies, file=file(content, name), name="Of 2027")
    assert page.status_code == 400
    assert list(page.context["form"].errors) == ["file"]
    assert message in text_of(page)
    assert "Of 2027" in page.content.decode()
    assert (Change.objects.count(), PendingDocument.objects.count()) == (before, 0)


@pytest.mark.parametrize("encoding", ["cp932", "utf-16", "utf-8-sig"])
def test_full_width_numbers_in_the_encodings_and_line_ends_of_windows(chies, encoding):
    text = "第１章　重点事項\r\n\r\n（２－１）連携を広げる。\r\n（２－２）成果を開く。\r\n"
    send(chies, file=file(text.encode(encoding), "戦略.txt"))
    document = PendingDocument.objects.get()
    assert (document.name, document.languages) == ("戦略.txt", ["ja"])
    assert [(row["code"], row["title_ja"]) for row in document.rows[1:]] == [
        ("SEC-1", "重点事項"), ("KP-1", "連携を広げる。"), ("KP-2", "成果を開く。"),
    ]  # fmt: skip
    assert document.source["ja"][1] == [3, "（２－１） 連携を広げる。"]


def test_a_file_and_text_at_once_or_neither_is_asked_about(chies):
    page = send(chies)
    assert page.context["form"].errors == {
        "file": ["Choose a file, or paste the document's text."]
    }
    page = send(chies, file=file(AIMS.encode()), text="- Mine")
    assert list(page.context["form"].errors) == ["text"]
    assert "- Mine" in page.content.decode()
    assert "A file has to be chosen again." in text_of(page)
    page = send(chies, text=AIMS, other_file=file(b"%PDF", "ja.pdf"))
    assert list(page.context["form"].errors) == ["other_file"]
    assert AIMS in page.content.decode()


def test_two_documents_in_one_language_are_told(chies):
    page = send(chies, text=AIMS, other_text="# Aims\n\n- Again\n")
    assert page.context["form"].errors == {
        "other_text": [
            "Both documents are in English, as letters tell: send this one in Japanese."
        ]
    }
    assert PendingDocument.objects.count() == 0


def test_a_paste_of_five_megabytes_gets_a_clear_answer(chies):
    page = send(chies, text="The agency funds research. " * 200_000)
    assert page.status_code == 400
    assert (
        page.context["form"]
        .errors["text"][0]
        .startswith("This has more than 1,000,000 characters")
    )
    page = send(chies, text="x" * (13 * 1024 * 1024))
    assert page.status_code == 413
    assert "This is larger than 12 MB" in text_of(page)


def test_a_strategy_with_a_draft_says_so_and_reads_the_document_all_the_same(chies, chie):
    said = "This strategy already has a draft."
    assert said not in text_of(chies.get(PAGE))
    draft = strategy_services.create_draft(
        strategy=factories.get_element("AIM-1").strategy, by=chie, name_en="Second"
    )
    assert said in text_of(chies.get(PAGE))
    send(chies, text=AIMS)
    address = f"{PAGE}{PendingDocument.objects.get().pk}/"
    assert said in text_of(chies.get(address))
    page = chies.post(f"{address}keep/", follow=True)
    assert page.redirect_chain == [(address, 302)]
    assert text_of(page).count(said) == 2
    assert list(Revision.objects.filter(published_in=None)) == [draft]
    strategy_services.discard_draft(revision=draft, by=chie)
    assert chies.post(f"{address}keep/").url == "/strategy/STR/draft/"
    assert Revision.objects.get(published_in=None).wordings.count() == 3


def test_documents_are_offered_again_until_they_are_kept(chies):
    send(chies, file=file(AIMS.encode(), "aims.md"))
    send(chies, text=AIMS)
    first, second = PendingDocument.objects.order_by("id")
    addresses = [f"{PAGE}{document.pk}/" for document in (second, first)]
    page = chies.get(PAGE)
    assert list(page.context["waiting"]) == [second, first]
    for address in addresses:
        assert f'href="{address}"' in page.content.decode()
    assert "aims.md · " in text_of(page) and "pasted text · " in text_of(page)
    chies.post(f"{addresses[0]}keep/")
    assert list(chies.get(PAGE).context["waiting"]) == [first]


def test_a_lost_session_gives_the_pasted_texts_back(chies):
    chies.logout()
    page = send(chies, text=AIMS, other_text=ZIELE, name="Of 2027")
    assert page.status_code == 401
    for text in (AIMS, ZIELE, "Of 2027"):
        assert text in page.content.decode()
    page = send(chies, file=file(b"x"), other_file=file(b"y"))
    for name in ("file", "other_file"):
        assert f'type="file" id="id_file_{1 + (name != "file")}" name="{name}"' in (
            page.content.decode()
        )


def test_old_documents_make_room_for_new_ones(chies, chie):
    other = factories.make_person("other", role="admin")
    others = factories.make_document(AIMS, other)
    documents = [
        factories.make_document(AIMS, chie) for _time in range(pending.MOST_KEPT + 2)
    ]
    assert list(PendingDocument.objects.filter(owner=chie).order_by("id")) == documents[2:]
    assert PendingDocument.objects.filter(pk=others.pk).exists()


def test_it_is_said_before_that_another_document_takes_the_place_of_one(chies, chie):
    said = "10 wait, and no more can"
    factories.make_strategy("OTH", elements=("X",))
    for strategy in ["STR"] * 4 + ["OTH"] * 5:
        factories.make_document(AIMS, chie, strategy=strategy)
    assert said not in text_of(chies.get(PAGE))
    factories.make_document(AIMS, chie)
    assert said in text_of(chies.get(PAGE))


def test_kept_documents_take_nobodys_place(chies, chie):
    documents = [factories.make_document(AIMS, chie) for _time in range(pending.MOST_KEPT)]
    chies.post(f"{PAGE}{documents[-1].pk}/keep/")
    new = factories.make_document(AIMS, chie)
    waiting = PendingDocument.objects.filter(kept_in=None).order_by("id")
    assert list(waiting) == [*documents[:-1], new]
