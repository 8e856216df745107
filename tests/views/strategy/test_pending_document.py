"""A document is corrected row by row beside its source, then kept as the draft, or not."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from strategy_app.forms.strategy_document import problems_of
from strategy_app.models import Change, Element, PendingDocument, Revision, Wording
from strategy_app.services import strategy as strategy_services
from strategy_app.templatetags.strategy import markdown
from tests import factories
from tests.views.document_rows import (
    ENGLISH,
    PAGE,
    address,
    correct,
    values,
)
from tests.views.reading import text_of


def test_what_is_typed_in_a_row_is_kept_and_becomes_the_draft(chies, document, chie):
    answer = correct(
        chies, document, 2, code="ａｉｍ－7", kind="mission", use="context",
        title_en="Open", body_en="All of it.\r\nNow.", title_ja="開け", body_ja="全て。",
    )  # fmt: skip
    assert answer.url == f"{address(document)}?saved=2#row-2"
    assert "AIM-7" in text_of(chies.get(answer.url))
    assert Revision.objects.filter(published_in=None).count() == 0
    answer = chies.post(address(document, "keep"))
    assert answer.url == "/strategy/STR/draft/"
    change = Change.objects.order_by("-pk")[0]
    assert (change.by, change.source, change.action) == (chie, "page", "edit_strategy")
    wording = Wording.objects.get(element__code="AIM-7", revision__published_in=None)
    assert {name: getattr(wording, name) for name in (
        "title_en", "body_en", "title_ja", "body_ja", "is_alignable"
    )} | {"type": wording.type.code} == {
        "title_en": "Open", "body_en": "All of it.\nNow.", "title_ja": "開け",
        "body_ja": "全て。", "type": "mission", "is_alignable": False,
    }  # fmt: skip
    drafted = wording.revision.wordings.order_by("position")
    assert [each.element.code for each in drafted] == ["SEC-1", "AIM-7", "AIM-2", "AIM-2.1"]
    document.refresh_from_db()
    assert (document.kept_in, document.rows, document.source) == (change, [], {})


def test_a_row_that_is_no_element_joins_the_text_above_and_can_be_taken_back(
    chies, document
):
    correct(chies, document, 3, use="text")
    page = chies.get(address(document))
    assert "joins the text above" in text_of(page)
    correct(chies, document, 3, use="alignable")
    correct(chies, document, 4, use="text")
    chies.post(address(document, "keep"))
    draft = Revision.objects.get(published_in=None)
    wording = draft.wordings.get(element__code="AIM-2")
    assert (wording.body_en, wording.body_ja) == ("- By letter", "・ 手紙で")
    assert draft.wordings.count() == 3


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"code": "AIM-2"}, "code", "Another row has this code."),
        ({"code": ""}, "code", "An element needs a code."),
        ({"code": "AIM 1!"}, "code", "Use capital letters and digits"),
        ({"code": "A" * 33}, "code", "at most 32 characters"),
        ({"title_en": " ", "title_ja": ""}, "title_en", "An element needs a title."),
        ({"title_ja": "", "body_ja": "本文"}, "title_ja", "This text needs a title."),
        ({"body_en": "<b>All</b> of it."}, "body_en", "Markup is not accepted here: <b>."),
        ({"use": "text", "body_ja": "<br>"}, "body_ja", "Markup is not accepted here"),
        ({"title_en": "x" * 301}, "title_en", "This is 301 characters long; at most 300"),
    ],
)
def test_what_is_wrong_is_kept_as_typed_and_told_beside_its_row(
    chies, document, typed, field, message
):
    correct(chies, document, 2, **typed)
    for name, text in typed.items():
        assert document.rows[2][name] == text.strip()
    before = Change.objects.count()
    page = chies.post(address(document, "keep"), follow=True)
    assert page.redirect_chain == [(f"{address(document)}?show=wrong", 302)]
    assert "Nothing was kept" in text_of(page)
    listed = {row.number: row.problems for row in page.context["listed"]}
    assert 2 in listed and set(listed) <= {2, 3}
    assert message in listed[2][field][0]
    assert message in text_of(page)
    page = chies.get(f"{address(document)}?show=wrong&row=2")
    assert message in page.context["form"].errors[field][0]
    assert f'aria-describedby="id_row_{field}_error' in page.content.decode()
    assert (Change.objects.count(), Revision.objects.count()) == (before, 1)


def test_words_in_angle_brackets_are_kept_and_shown_as_they_were_written(chies, chie):
    document = factories.make_document(
        "# Aims\n\nWrite to <name>.\n\n- Open up. See <name of the office>.\n",
        chie, other="# 目標\n\n・ 開く\n・ <氏名>と<name>\n",
    )  # fmt: skip
    chies.post(address(document, "keep"))
    draft = Revision.objects.get(published_in=None)
    aims, open_up = draft.wordings.order_by("position")
    assert aims.body_en == r"Write to \<name>."
    assert open_up.body_ja == r"・ <氏名>と\<name>"
    assert "Write to &lt;name&gt;." in markdown(aims.body_en)
    assert open_up.body_en == r"Open up. See \<name of the office>."


def test_a_preface_with_markup_is_told_beside_the_document(chies, document):
    correct(chies, document, 0, body_en="<b>")
    assert problems_of(document.rows)[0].keys() == {"body_en"}


def test_a_text_that_the_workshop_would_not_take_is_told_and_kept(chies, document):
    said = "This text is longer than 10,000 characters."
    correct(chies, document, 2, body_en="x" * 10_000)
    assert said not in text_of(chies.get(address(document)))
    correct(chies, document, 2, body_en="x" * 10_001)
    assert said in text_of(chies.get(address(document)))
    chies.post(address(document, "keep"))
    wording = Wording.objects.get(element__code="AIM-1", revision__published_in=None)
    assert wording.body_en == "x" * 10_001


def test_what_is_too_large_for_a_row_is_answered_with_the_row(chies, document):
    before = document.rows
    page = correct(chies, document, 2, body_en="x" * (13 * 1024 * 1024))
    assert (page.status_code, page.context["opened"]) == (413, 2)
    assert "Nothing was saved: this is larger than 12 MB." in text_of(page)
    assert page.context["form"]["title_en"].value() == "Open up"
    assert document.rows == before


def test_a_form_with_words_that_are_not_saved_says_so_to_the_script(chies, document):
    for page, is_typed in (
        (chies.get(f"{address(document)}?row=2"), False),
        (correct(chies, document, 2, kind="nonsense"), True),
        (correct(chies, document, 2, replaces="of another day"), True),
    ):
        assert (" data-typed" in page.content.decode()) == is_typed


def test_the_document_itself_names_the_revision(chies, document):
    correct(chies, document, 0, title_en="Of 2027", title_ja="2027年版", body_en="Before.")
    chies.post(address(document, "keep"))
    draft = Revision.objects.get(published_in=None)
    assert (draft.name_en, draft.name_ja, draft.preface_en) == (
        "Of 2027", "2027年版", "Before."
    )  # fmt: skip


def test_what_only_the_other_document_has_becomes_an_element_when_one_says_so(chies, chie):
    document = factories.make_document(
        "# Aims\n\n- Element AIM-1\n", chie, other="# 目標\n\n・ 開く\n・ 届ける\n"
    )
    page = chies.get(f"{address(document)}?show=look")
    assert [row.number for row in page.context["listed"]] == [3]
    assert "Only one of the two documents has this." in text_of(page)
    answer = correct(chies, document, 3, use="alignable", code="AIM-2", query="?show=look")
    assert answer.url == f"{address(document)}?show=look&saved=3#row-3"
    assert "0 △ To look at" in text_of(chies.get(address(document)))
    chies.post(address(document, "keep"))
    wording = Wording.objects.get(element__code="AIM-2")
    # The model asks for an English title; until it is translated, it shows what there is.
    assert (wording.title_en, wording.title_ja) == ("届ける", "届ける")


def test_notes_are_in_the_language_of_whoever_reads_them(chies, chie):
    document = factories.make_document("# Weather\n\n- Rain\n\n# Aims\n", chie)
    note = "Nothing tells what this is about: kept as a section."
    assert note in text_of(chies.get(address(document)))
    page = chies.get(address(document), headers={"Accept-Language": "ja"})
    assert note not in text_of(page)
    assert "内容の種類を示す語がないため、節として残しました" in text_of(page)


def test_a_text_that_was_not_matched_is_laid_beside_another_row(chies, chie):
    document = factories.make_document(
        "# Aims\n\n- Open up\n\n# Weather\n\n- Rain\n", chie,
        other="# 目標\n\n・ 開く\n・ 雨\n",
    )  # fmt: skip
    titles = [(row["title_en"], row["title_ja"], row["use"]) for row in document.rows[1:]]
    assert titles == [
        ("Aims", "目標", "context"), ("Open up", "開く", "alignable"),
        ("", "雨", "text"), ("Weather", "", "context"), ("Rain", "", "context"),
    ]  # fmt: skip
    form = chies.get(f"{address(document)}?row=3").context["form"]
    assert form.fields["beside"].choices == [
        (0, "this row"), (4, "SEC-2 Weather"), (5, "CLM-1 Rain")
    ]  # fmt: skip
    assert form["beside"].label == "Its Japanese text belongs to"
    answer = correct(chies, document, 3, beside=5, title_ja="雨降り")
    assert answer.url == f"{address(document)}?saved=5#row-5"
    assert (document.rows[5]["title_en"], document.rows[5]["title_ja"]) == (
        "Rain",
        "雨降り",
    )
    page = chies.get(answer.url)
    assert [row.number for row in page.context["listed"]] == [0, 1, 2, 4, 5]
    rain = page.context["listed"][-1]
    assert [blocks for _language, blocks in rain.source] == [
        [[7, "- Rain"]],
        [[4, "・ 雨"]],
    ]
    # Back to nobody: there is no row without Japanese but one.
    form = chies.get(f"{address(document)}?row=5").context["form"]
    assert form.fields["beside"].choices == [(0, "this row"), (4, "SEC-2 Weather")]
    chies.post(address(document, "keep"))
    draft = Revision.objects.get(published_in=None)
    assert {row.element.code: row.title_ja for row in draft.wordings.all()} == {
        "SEC-1": "目標", "AIM-1": "開く", "SEC-2": "", "CLM-1": "雨降り"
    }  # fmt: skip


def test_types_that_the_strategy_has_are_offered_before_new_ones(chies, document):
    form = chies.get(f"{address(document)}?row=2").context["form"]
    offered = [name for _code, name in form.fields["kind"].choices]
    assert offered[:7] == [
        "Aim", "Key point", "Driver", "Mission", "Statement", "Strategy (new type)",
        "Purpose (new type)",
    ]  # fmt: skip
    correct(chies, document, 2, kind="purpose")
    assert "Purpose (new type)" in text_of(chies.get(address(document)))
    chies.post(address(document, "keep"))
    wording = Wording.objects.get(element__code="AIM-1", revision__published_in=None)
    assert (str(wording.type), wording.type.name_ja) == ("Purpose", "目的")
    assert wording.type.strategy == document.strategy


def test_a_document_in_one_language_has_no_texts_to_lay_elsewhere(chies, chie):
    document = factories.make_document(ENGLISH, chie)
    form = chies.get(f"{address(document)}?row=2").context["form"]
    assert [field.name for field in form.others] == ["code", "kind", "use", "below"]
    assert [code for code, _name, _title, _body in form.texts] == ["en"]


def test_the_next_row_opens_with_the_button_that_says_so(chies, document):
    answer = correct(chies, document, 2, next="1")
    assert answer.url == f"{address(document)}?row=3&saved=2#row-3"
    page = chies.get(answer.url)
    assert (page.context["opened"], page.context["form"]["code"].value()) == (3, "AIM-2")
    assert correct(chies, document, 4, next="1").url.endswith("?saved=4#row-4")


def test_a_code_that_the_strategy_has_is_marked(chies, document):
    listed = chies.get(address(document)).context["listed"]
    assert [row.row["code"] for row in listed if row.is_known] == ["AIM-1"]


def test_a_code_of_an_element_that_was_never_published_is_not_marked(chies, document, chie):
    draft = strategy_services.create_draft(
        strategy=document.strategy, by=chie, name_en="Given up"
    )
    strategy_services.add(
        revision=draft,
        code="AIM-2",
        parent=None,
        by=chie,
        title_en="New",
        type=factories.type_of(),
    )
    strategy_services.discard_draft(revision=draft, by=chie)
    assert Element.objects.filter(code="AIM-2").exists()
    listed = chies.get(address(document)).context["listed"]
    assert [row.row["code"] for row in listed if row.is_known] == ["AIM-1"]


def test_a_code_that_happens_to_be_another_elements_is_to_be_looked_at(chies, document):
    page = chies.get(f"{address(document)}?show=look")
    (row,) = page.context["listed"]
    assert (row.row["code"], row.now) == (
        "AIM-1", [("en", "Element AIM-1"), ("ja", "要素AIM-1")]
    )  # fmt: skip
    assert "now: Element AIM-1 要素AIM-1" in text_of(page)
    assert "is it the same element?" in text_of(page)
    correct(chies, document, 2)
    page = chies.get(address(document))
    assert page.context["numbers"]["look"] == 0
    assert "is it the same element?" not in text_of(page)
    correct(chies, document, 2, title_en="Element AIM-1")
    page = chies.get(address(document))
    assert page.context["listed"][2].now == [("ja", "要素AIM-1")]


def test_a_title_that_is_like_the_one_of_before_needs_no_look(chies, chie):
    document = factories.make_document("# Aims\n\n- The element AIM-1\n", chie)
    (row,) = chies.get(address(document)).context["listed"][2:]
    assert (row.now, row.is_unlike, row.is_doubtful) == (
        [("en", "Element AIM-1")], False, False
    )  # fmt: skip


def test_it_says_how_many_elements_the_draft_would_withdraw(chies, document):
    said = "not in this document: the draft withdraws"
    assert said not in text_of(chies.get(address(document)))
    correct(chies, document, 2, code="AIM-9")
    assert f"1 element of the newest revision is {said} it." in text_of(
        chies.get(address(document))
    )


def test_it_outlives_a_sign_out_and_is_nobody_elses(chies, document, chie):
    correct(chies, document, 2, title_en="Mine")
    chies.logout()
    page = chies.post(address(document, 2), values(document, 2) | {"title_en": "Later"})
    assert (page.status_code, "Later" in page.content.decode()) == (401, True)
    chies.force_login(factories.make_person("other", role="admin"))
    for answer in (
        chies.get(address(document)),
        chies.post(address(document, 2), values(document, 2)),
        chies.post(address(document, "keep")),
        chies.post(address(document, "throw-away")),
    ):
        assert answer.status_code == 404
    chies.force_login(chie)
    assert "Mine" in text_of(chies.get(address(document)))
    factories.make_strategy("OTH", elements=("X",))
    answer = chies.get(address(document).replace("/STR/", "/OTH/"))
    assert answer.status_code == 404


def test_sent_twice_it_is_kept_once(chies, document):
    chies.post(address(document, "keep"))
    before = Change.objects.count()
    for answer in (
        chies.post(address(document, "keep"), follow=True),
        chies.post(address(document, 1), {}, follow=True),
        chies.get(address(document), follow=True),
    ):
        assert answer.redirect_chain == [("/strategy/STR/draft/", 302)]
        assert "This document has become a draft already." in text_of(answer)
    assert Change.objects.count() == before


def test_thrown_away_it_leaves_nothing(chies, document):
    before = Change.objects.count()
    answer = chies.post(address(document, "throw-away"))
    assert answer.url == PAGE
    assert PendingDocument.objects.count() == 0
    assert Change.objects.count() == before
    assert chies.get(address(document)).status_code == 404


def test_a_row_that_is_not_there(chies, document):
    assert chies.post(address(document, 99), {}).status_code == 404
    for row in ("99", "x", "-1", "²"):
        page = chies.get(address(document), {"row": row})
        assert (page.status_code, page.context["opened"]) == (200, None)


def test_three_hundred_rows_come_in_pages_with_the_queries_of_three(chies, chie):
    costs = {}
    chies.get(PAGE)  # the first request of all reads the ledger
    for number in (2, 300):
        text = "# Aims\n\n" + "".join(f"- Aim {n}\n" for n in range(number))
        document = factories.make_document(text, chie)
        with CaptureQueriesContext(connection) as queries:
            page = chies.get(address(document))
        costs[number] = len(queries)
    assert costs[2] == costs[300]
    assert [row.number for row in page.context["listed"]] == list(range(100))
    page = chies.get(f"{address(document)}?row=150")
    assert page.context["page"].number == 2
    page = correct(chies, document, 150, title_en="Typed", next="1")
    assert page.url == f"{address(document)}?row=151&saved=150#row-151"
    chies.post(address(document, "keep"))
    assert Revision.objects.get(published_in=None).wordings.count() == 301
