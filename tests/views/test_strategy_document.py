"""A strategy's document sent in the workshop becomes its draft."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from strategy_app.models import Change, Revision
from tests import factories
from tests.views.reading import text_of

PAGE = "/strategy/STR/draft/document/"
SAMPLES = Path(__file__).parents[1] / "importers" / "document" / "samples"


def file(content, name="strategy.md"):
    return SimpleUploadedFile(name, content)


@pytest.fixture
def strategy(db):
    return factories.make_strategy(elements=("AIM-1",))


def test_both_languages_become_a_draft_shown_beside_its_source(client, chie, strategy):
    client.force_login(chie)
    page = client.post(PAGE, {
        "file": file((SAMPLES / "strategy_en.md").read_bytes()),
        "other": file((SAMPLES / "strategy_ja.md").read_bytes()),
        "name": "Of 2027",
    })  # fmt: skip
    assert page.status_code == 200
    draft = Revision.objects.get(published_in=None)
    assert (draft.name_en or draft.name_ja) == "Of 2027"
    read = page.context["document"]
    codes = [element.code for element in read.elements]
    assert [row.element.code for row in draft.wordings.order_by("position")] == codes
    shown = text_of(page)
    for element in read.elements:
        assert element.code in shown
    for note in read.notes:
        assert str(note.message) in shown
    assert all(row.title_en and row.title_ja for row in draft.wordings.all())
    # What a file says is proposed; a person decides.
    assert set(draft.wordings.values_list("decided_by", flat=True)) == {None}
    assert draft.wordings.get(element__code="AIM-1").modification == "material"


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "empty.md", "The submitted file is empty."),
        (b"\n \n", "blank.md", "There is no text in this document."),
        (b"%PDF-1.7 scanned", "scan.pdf", "PDF"),
        (b"PK no archive", "strategy.docx", "DOCX"),
    ],
)
def test_what_cannot_be_read_is_said_next_to_the_file(
    client, chie, strategy, content, name, message
):
    client.force_login(chie)
    before = Change.objects.count()
    page = client.post(PAGE, {"file": file(content, name), "name": "Of 2027"})
    assert page.status_code == 400
    assert list(page.context["form"].errors) == ["file"]
    assert message in text_of(page)
    assert "Of 2027" in page.content.decode()
    assert Change.objects.count() == before


def test_a_strategy_with_a_draft_gets_no_other_one(client, chie, strategy):
    client.force_login(chie)
    client.post(PAGE, {"file": file(b"# Aims\n\n- Open up\n")})
    before = Change.objects.count()
    answer = client.post(PAGE, {"file": file(b"# Aims\n\n- Open up more\n")})
    assert (answer.status_code, answer.url) == (302, "/strategy/STR/draft/")
    assert Change.objects.count() == before
