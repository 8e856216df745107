"""The command that makes a draft of a document, end to end."""

import json

import pytest
from django.core.management import CommandError, call_command

from strategy_app.models import Change, Revision, Wording
from tests import factories
from tests.importers.document.documents import SAMPLES, docx, paragraph

ENGLISH, JAPANESE = SAMPLES / "strategy_en.md", SAMPLES / "strategy_ja.md"


@pytest.fixture
def strategy(db):
    return factories.make_strategy("STR", elements=("AIM-1",))


def run(capsys, *arguments):
    call_command("import_strategy", *map(str, arguments), "--strategy", "STR")
    return capsys.readouterr().out


def test_both_languages_become_one_draft(strategy, capsys):
    said = run(capsys, ENGLISH, "--other-language", JAPANESE, "--name", "Third edition")
    assert said.splitlines()[-1] == (
        "Draft “Third edition” of STR: 27 elements, 2 notes. It is not published yet."
    )
    assert said.startswith("en, line 45: A page break had cut this sentence")
    draft = Revision.objects.get(published_in=None)
    wording = Wording.objects.get(revision=draft, element__code="KP-2.1")
    assert (wording.title_en, wording.title_ja) == (
        "Reaching the global goals",
        "世界共通の目標の達成",
    )
    assert wording.parent.code == "KP-2"
    assert wording.source == "(2-1)"


def test_no_word_of_the_other_language_is_left_out(strategy, capsys, tmp_path):
    first, second = tmp_path / "en.md", tmp_path / "ja.md"
    first.write_text("Key Point 1: Open\n\n(1) One.\n(2) Two.\n")
    second.write_text("## 重点事項１　開く\n\n### 概要\n\n(1) 一。\n(2) 二。\n(3) 三。\n")
    said = run(capsys, first, "--other-language", second)
    assert (
        "ja, line 7: Only this document has it: it joins the text of KP-1.2. “三。”" in said
    )
    wordings = Wording.objects.filter(revision__published_in=None).order_by("position")
    assert [
        (each.element.code, each.title_en, each.title_ja, each.body_ja, each.source)
        for each in wordings
    ] == [
        ("KP-1", "Open", "開く", "概要", "Key Point 1: / 重点事項１"),
        ("KP-1.1", "One.", "一。", "", "(1)"),
        ("KP-1.2", "Two.", "二。", "(3) 三。", "(2)"),
    ]


def test_json_prints_the_draft_and_stores_nothing(strategy, capsys):
    changes = Change.objects.count()
    found = json.loads(run(capsys, JAPANESE, "--json"))
    assert Change.objects.count() == changes
    assert (found["language"], found["title"]) == ("ja", "例示機構の国際戦略（2026年）")
    element = next(each for each in found["elements"] if each["code"] == "KP-2.1")
    assert element == {
        "code": "KP-2.1", "parent": "KP-2", "type": "sub_point",
        "title": "世界共通の目標の達成", "body": "各事業は、どの目標に資するかを示す。",
        "blocks": [18], "line": 32, "marker": "（２－１）", "numbers": [2, 1],
        "is_alignable": True, "other_title": "", "other_body": "",
        "other_marker": "", "other_blocks": [],
    }  # fmt: skip


def test_a_docx(strategy, capsys, tmp_path):
    path = tmp_path / "strategy.docx"
    path.write_bytes(docx(paragraph("Aims", style="1"), paragraph("New value", number=2)))
    assert "2 elements, 0 notes" in run(capsys, path)
    codes = Wording.objects.filter(revision__published_in=None).values_list("element__code")
    assert sorted(codes) == [("AIM-1",), ("SEC-1",)]


def test_what_stands_beside_the_text_of_a_docx_is_told(strategy, capsys, tmp_path):
    path = tmp_path / "strategy.docx"
    body = paragraph("Aims", style="1"), paragraph("New value", number=2)
    path.write_bytes(docx(*body, header1=f"<w:hdr>{paragraph('Of 2027')}</w:hdr>"))
    assert run(capsys, path).startswith(
        "en: This stands beside the text, as a header or a text box does: kept in the"
        " preface."
        " “Of 2027”\n"
    )
    assert Revision.objects.get(published_in=None).preface_en == "Of 2027"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("none.md", None, "No such file or directory."),
        ("empty.md", b"", "empty.md: There is no text in this document."),
        ("scan.pdf", b"%PDF-1.7", "scan.pdf: This is a PDF"),
        (
            "a.docx",
            b"text",
            "a.docx: This file is not a DOCX or ODT document, or it is damaged.",
        ),
    ],
)
def test_what_cannot_be_read_is_said(strategy, capsys, tmp_path, name, content, said):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    changes = Change.objects.count()
    for arguments in ([path], [ENGLISH, "--other-language", path], [path, "--json"]):
        with pytest.raises(CommandError) as refused:
            run(capsys, *arguments)
        assert said in str(refused.value)
    assert Change.objects.count() == changes


def test_a_second_draft_and_an_unknown_strategy_are_refused(strategy, capsys):
    run(capsys, ENGLISH)
    with pytest.raises(CommandError, match=r"^This strategy already has a draft\.$"):
        run(capsys, ENGLISH)
    with pytest.raises(CommandError, match="no strategy with the code 'NONE'"):
        call_command("import_strategy", str(ENGLISH), "--strategy", "NONE")
