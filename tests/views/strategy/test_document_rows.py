"""A row is corrected: the others keep their places, and what was corrected elsewhere."""

from strategy_app.importers.document.rows import elements_in, parent_of, places_of
from strategy_app.models import PendingDocument, Wording
from tests import factories
from tests.views.document_rows import address, correct, tree, values
from tests.views.reading import text_of

AIMS = """# Aims

1. Alpha
   - Part
2. Beta
3. Gamma

# Key points

- Text
"""


def test_a_row_moves_with_what_stands_below_it(chies, document):
    assert tree(document) == [("SEC-1", 0), ("AIM-1", 1), ("AIM-2", 1), ("AIM-2.1", 2)]
    correct(chies, document, 3, below=2)
    assert tree(document)[2:] == [("AIM-2", 2), ("AIM-2.1", 3)]
    correct(chies, document, 3, below=0)
    assert tree(document)[2:] == [("AIM-2", 0), ("AIM-2.1", 1)]
    page = correct(chies, document, 3, below=4, title_en="Typed")
    assert page.status_code == 400
    assert list(page.context["form"].errors) == ["below"]
    assert 'value="Typed"' in page.content.decode()
    assert tree(document)[2:] == [("AIM-2", 0), ("AIM-2.1", 1)]


def test_a_row_that_moves_out_leaves_every_other_row_where_it_stood(chies, chie):
    document = factories.make_document(AIMS, chie)
    assert tree(document) == [
        ("SEC-1", 0), ("AIM-1", 1), ("AIM-1.1", 2), ("AIM-2", 1), ("AIM-3", 1),
        ("SEC-2", 0), ("KP-1", 1),
    ]  # fmt: skip
    answer = correct(chies, document, 2, below=0, next="1")
    assert tree(document) == [
        ("SEC-1", 0), ("AIM-2", 1), ("AIM-3", 1), ("AIM-1", 0), ("AIM-1.1", 1),
        ("SEC-2", 0), ("KP-1", 1),
    ]  # fmt: skip
    assert answer.url.endswith("?row=2&saved=4#row-2")
    chies.post(address(document, "keep"))
    drafted = Wording.objects.filter(revision__published_in=None).order_by("position")
    assert [
        (each.element.code, each.parent and each.parent.code) for each in drafted
    ] == [
        ("SEC-1", None), ("AIM-2", "SEC-1"), ("AIM-3", "SEC-1"), ("AIM-1", None),
        ("AIM-1.1", "AIM-1"), ("SEC-2", None), ("KP-1", "SEC-2"),
    ]  # fmt: skip


def parents(document):
    return {
        row["code"]: document.rows[parent_of(document.rows, number)]["code"]
        for number, row in elements_in(document.rows)
    }


def test_wherever_a_row_goes_the_others_stay_below_what_they_were(chies, chie):
    tried = 0
    for number in range(1, 8):
        document = factories.make_document(AIMS, chie)
        for place in [0, *places_of(document.rows, number)]:
            document = factories.make_document(AIMS, chie)
            code, below = (document.rows[each]["code"] for each in (number, place))
            expected = parents(document) | {code: below}
            correct(chies, document, number, below=place)
            assert parents(document) == expected
            tried += 1
    assert tried == 18


def test_a_row_takes_along_the_text_that_joins_it(chies, chie):
    document = factories.make_document(AIMS, chie)
    correct(chies, document, 4, use="text")
    correct(chies, document, 2, below=0)
    assert [code for code, _depth in tree(document)] == [
        "SEC-1", "AIM-3", "AIM-1", "AIM-1.1", "AIM-2", "SEC-2", "KP-1"
    ]  # fmt: skip
    correct(chies, document, 2, use="context", below=0)
    assert [code for code, _depth in tree(document)] == [
        "SEC-1", "AIM-3", "AIM-1", "AIM-1.1", "AIM-2", "SEC-2", "KP-1"
    ]  # fmt: skip


def test_a_row_that_was_changed_in_another_window_is_not_overwritten_unseen(
    chies, document
):
    mine = values(document, 2) | {"title_en": "Open wide", "kind": "mission"}
    correct(chies, document, 2, title_en="Open theirs")
    page = chies.post(address(document, 2), mine)
    assert page.status_code == 409
    before = document.rows
    document.refresh_from_db()
    assert document.rows == before
    form = page.context["form"]
    assert (form["title_en"].value(), form["kind"].value()) == ("Open wide", "mission")
    told = {label: pieces for label, _language, pieces in page.context["theirs"]}
    assert told == {
        "Title": [("same", "Open "), ("out", "theirs"), ("in", "wide")],
        "Type": [("out", "Aim"), ("in", "Mission")],
    }
    assert "Nothing was saved. What you typed is below." in text_of(page)
    # Having seen it, one may put one's own in its place.
    again = {**mine, "replaces": form["replaces"].value()}
    assert chies.post(address(document, 2), again).status_code == 302
    document.refresh_from_db()
    assert (document.rows[2]["title_en"], document.rows[2]["kind"]) == (
        "Open wide", "mission"
    )  # fmt: skip


def test_a_row_of_which_others_took_the_place_is_not_overwritten(chies, chie):
    document = factories.make_document(AIMS, chie)
    first, last = values(document, 2), values(document, 7)
    correct(chies, document, 2, below=0, code="AIM-9")
    for read, number, opened in ((last, 7, 7), (first, 2, 4)):
        page = chies.post(address(document, number), read | {"title_en": "Typed"})
        assert (page.status_code, page.context["opened"]) == (409, opened)
        assert page.context["form"]["title_en"].value() == "Typed"
    told = {label: pieces for label, _language, pieces in page.context["theirs"]}
    assert [*told] == ["Title", "Code", "Stands below"]
    assert "Typed" not in str(PendingDocument.objects.get().rows)


def test_a_correction_that_does_not_say_what_it_read_is_refused(chies, document):
    typed = values(document, 2) | {"title_en": "Typed"}
    del typed["replaces"]
    page = chies.post(address(document, 2), typed)
    assert (page.status_code, page.context["opened"]) == (409, 2)
    assert "Typed" not in str(PendingDocument.objects.get().rows)


def test_a_correction_of_another_row_is_in_nobodys_way(chies, document):
    mine = values(document, 2) | {"title_en": "Mine"}
    correct(chies, document, 3, title_en="Other", code="AIM-8")
    assert chies.post(address(document, 2), mine).status_code == 302
    document.refresh_from_db()
    assert [row["title_en"] for row in document.rows[2:4]] == ["Mine", "Other"]


def test_nothing_stands_below_a_row_that_is_text(chies, chie):
    document = factories.make_document(AIMS, chie)
    correct(chies, document, 1, use="text")
    form = chies.get(f"{address(document)}?row=4").context["form"]
    assert [place for place, _name in form.fields["below"].choices] == [0, 2, 3]
    assert form["below"].value() == 0
    before = tree(document)
    correct(chies, document, 4, below=0)
    assert tree(document) == before


def test_below_what_a_row_stands_is_told_in_words(chies, document):
    listed = chies.get(address(document)).context["listed"]
    assert [row.above for row in listed] == ["", "", "SEC-1", "SEC-1", "AIM-2"]
    page = text_of(chies.get(address(document)))
    assert [page.count(f"below {row.above} ") for row in listed[3:]] == [2, 1]
