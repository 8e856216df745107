"""The outline of a draft by plain forms and by what its script asks for."""

import re

import pytest
from django.urls import reverse

from strategy_app.models import Change, Strategy, Wording
from strategy_app.services import reference
from strategy_app.services import strategy as services
from tests import factories
from tests.views.drafts import DRAFT, PARTS, errors_by_field, get, refused, sent, stored
from tests.views.reading import text_of


def order():
    rows = Wording.objects.filter(revision__published_in=None).order_by("position")
    return " ".join(
        f"{row.parent.code}:{row.element.code}" if row.parent else row.element.code
        for row in rows.select_related("element", "parent")
    )


def test_an_element_is_moved(admin, draft):
    page = admin.post(f"{DRAFT}A.1/move/", {"direction": "down"})
    assert page.url == f"{DRAFT}A.1/"
    assert order() == "A A:A.2 A:A.1 B"
    answer = admin.post(
        f"{DRAFT}B/move/", {"direction": "in", "at": "A"}, headers=PARTS
    ).json()
    assert (order(), answer["say"]) == ("A A:A.2 A:A.1 A:B", "B is moved.")
    assert 'aria-current="page"' in answer["outline"]


def test_where_there_is_no_place_it_says_so(admin, draft):
    before = stored()
    answer = admin.post(f"{DRAFT}A/move/", {"direction": "up"}, headers=PARTS)
    assert (answer.status_code, answer.json()["say"]) == (400, "It is at the end already.")
    page = admin.post(f"{DRAFT}A/move/", {"direction": "up"}, follow=True)
    assert "It is at the end already." in text_of(page)
    assert admin.post(f"{DRAFT}A/move/", {"direction": "away"}).status_code == 400
    assert stored() == before


def put(admin, code, below="", before="", stood=None):
    """Send what the outline sends when an element is dropped; return status and answer."""
    data = {"below": below, "before": before, "at": "A"}
    if stood is not None:
        data |= {"stood_below": stood[0], "stood_before": stood[1]}
    answer = admin.post(f"{DRAFT}{code}/place/", data, headers=PARTS)
    return answer.status_code, answer.json()


def test_an_element_is_put_before_another(admin, draft):
    status, parts = put(admin, "B", "A", "A.2", stood=("", ""))
    assert (status, parts["say"], order()) == (200, "B is moved.", "A A:A.1 A:B A:A.2")
    assert 'aria-current="page"' in parts["outline"]
    assert put(admin, "A.2", "", "A", stood=("A", ""))[0] == 200
    assert order() == "A.2 A A:A.1 A:B"


def test_without_a_script_an_element_is_put_before_another(admin, draft):
    admin.post(f"{DRAFT}B/place/", {"below": "A", "before": "A.1"})
    assert order() == "A A:B A:A.1 A:A.2"
    page = refused(
        admin, f"{DRAFT}B/place/", {"below": "", "before": "A.2"}, "does not stand there."
    )
    assert list(errors_by_field(page)) == ["id_before"]


def place_form(admin, code):
    """Return the form of an element's place as its page shows it."""
    return admin.get(f"{DRAFT}{code}/").context["place"]


@pytest.mark.parametrize("code", ["A", "A.1", "A.2", "B"])
def test_a_place_that_is_sent_untouched_moves_nothing(admin, draft, code):
    before = stored()
    form = place_form(admin, code)
    admin.post(
        f"{DRAFT}{code}/place/",
        {name: form[name].value() for name in ("below", "before")},
    )
    assert stored() == before


def test_what_stands_beside_an_element_is_offered_first(admin, draft):
    choices = place_form(admin, "A.1").fields["before"].choices
    assert [code for code, _title in choices] == ["", "A.2", "A", "B"]


def test_below_another_element_it_comes_last_unless_a_place_is_chosen(admin, draft):
    assert place_form(admin, "A.1")["before"].value() == "A.2"
    admin.post(f"{DRAFT}A.1/place/", {"below": "", "before": "A.2"})
    assert order() == "A A:A.2 B A.1"
    admin.post(f"{DRAFT}A.1/place/", {"below": "A", "before": "A.2"})
    assert order() == "A A:A.1 A:A.2 B"


def test_an_element_that_stays_where_it_stood_leaves_no_change(admin, draft):
    before = stored()
    assert put(admin, "A.1", "A", "A.2", stood=("A", "A.2"))[0] == 200
    assert stored() == before


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        (("A", "A.1", ""), "An element cannot stand below itself."),
        (("A", "NONE", ""), "NONE is not in the draft any more."),
        (("B", "A", "NONE"), "NONE is not in the draft any more."),
        (("B", "", "A.1"), "A.1 does not stand there."),
    ],
    ids=["below itself", "nothing above", "nothing beside", "beside it elsewhere"],
)
def test_where_an_element_cannot_be_put_it_says_so(admin, draft, sent, message):
    before = stored()
    status, parts = put(admin, *sent)
    assert (status, parts["say"], stored()) == (400, message, before)
    assert 'id="outline"' in parts["outline"]


def test_what_somebody_else_has_moved_meanwhile_stays_there(admin, draft, eri):
    services.move(wording=get("A.1"), direction="down", by=eri)
    before = stored()
    status, parts = put(admin, "A.1", "", "B", stood=("A", "A.2"))
    assert (status, stored()) == (400, before)
    assert parts["say"] == "A.1 or what stands next to it was moved meanwhile. Look again."


def test_what_somebody_else_has_withdrawn_is_not_moved(admin, draft, eri):
    services.delete_wording(wording=get("A.2"), by=eri)
    before = stored()
    told = "A.2 is not in the draft: somebody has withdrawn it."
    assert put(admin, "A.2", "", "", stood=("A", "")) == (409, {"gone": told})
    answer = admin.post(f"{DRAFT}A.2/move/", {"direction": "up"}, headers=PARTS)
    assert (answer.status_code, answer.json()) == (409, {"gone": told})
    assert put(admin, "B", "A", "A.2")[1]["say"] == "A.2 is not in the draft any more."
    assert stored() == before


def test_an_element_is_added_where_one_stood(admin, draft):
    page = admin.get(f"{DRAFT}add/?below=A")
    assert '<option value="A" selected>' in page.content.decode()
    data = {
        "code": "A.3", "below": "A", "title_en": "Third", "type": "aim",
        "is_alignable": "yes",
    }  # fmt: skip
    page = refused(admin, f"{DRAFT}add/", data | {"code": "A.1"}, "in the draft already")
    assert list(errors_by_field(page)) == ["id_code"]
    assert page.context["add_form"]["title_en"].value() == "Third"
    assert admin.post(f"{DRAFT}add/", data).url == f"{DRAFT}A.3/"
    assert (get("A.3").parent.code, get("A.3").modification) == ("A", "new")


@pytest.mark.parametrize(
    ("code", "use", "is_alignable"),
    [("aim", "", True), ("claim", "", False), ("claim", "yes", True), ("aim", "no", False)],
)
def test_a_new_element_is_alignable_as_its_type_says(admin, draft, code, use, is_alignable):
    data = {"code": "C", "title_en": "New", "type": code, "is_alignable": use}
    admin.post(f"{DRAFT}add/", data)
    added = get("C")
    assert (added.type.code, added.is_alignable) == (code, is_alignable)


def test_the_types_of_the_strategy_at_hand_are_offered(admin, draft, strategy):
    factories.make_strategy("OTH", ["X"])
    for each in strategy.types.exclude(code="aim"):
        reference.delete(each, by=None)
    aim = factories.type_of(strategy)
    aim.name_en, aim.name_ja = "Strategic objective", "戦略目標"
    reference.save(aim, by=None)
    for where in (f"{DRAFT}add/", f"{DRAFT}A/"):
        (field,) = re.findall(
            r'<select[^>]* name="type".*?</select>', admin.get(where).content.decode()
        )
        options = re.findall(r"<option[^>]*>([^<]*)", field)
        assert options == ["Strategic objective"]
    refused(admin, f"{DRAFT}A/", sent("A", type="driver"), "Select a valid choice.")
    assert "Strategic objective" in text_of(admin.get("/strategy/STR/A/"))


def test_a_strategy_without_types_is_told_to_name_them(admin, db):
    strategy = reference.save(Strategy(code="NEW", name_en="New"), by=None)
    services.create_draft(strategy=strategy, by=None, name_en="First")
    page = admin.get("/strategy/NEW/draft/add/")
    assert "This strategy has no types of elements yet" in text_of(page)
    where = reverse("admin:strategy_app_elementtype_add")
    assert f'href="{where}?strategy={strategy.pk}"' in page.content.decode()
    data = {"code": "A", "title_en": "A", "is_alignable": ""}
    refused(admin, "/strategy/NEW/draft/add/", data, "This field is required.")


# --- its name and preface ---

NAME = f"{DRAFT}name/"


def typed_name(page, **fields):
    form = page.context["name_form"]
    return {name: form[name].value() for name in form.fields} | fields


def test_name_and_preface_are_written_in_the_workshop(admin, chie, dai, draft):
    services.approve(revision=draft, by=dai)
    page = admin.get(NAME)
    assert f'href="{NAME}"' in admin.get(DRAFT).content.decode()
    before = stored()
    assert admin.post(NAME, typed_name(page)).url == DRAFT
    assert stored() == before  # nothing was changed
    admin.post(NAME, typed_name(page, name_ja="第2版", preface_en="Read **me**."))
    draft.refresh_from_db()
    assert (draft.name_en, draft.name_ja, draft.preface_en, draft.approved_in) == (
        "Second", "第2版", "Read **me**.", None,
    )  # fmt: skip
    change = Change.objects.latest("id")
    assert (change.by, change.action, change.source) == (chie, "edit_strategy", "page")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name_en": ""}, "This field is required."),
        ({"name_en": "x" * 101}, "101 characters long; at most 100 fit"),
        ({"preface_en": "<b>x</b>"}, "Markup is not accepted here: <b>"),
        ({"replaces": "x"}, "Name and preface"),
    ],
)
def test_a_name_or_preface_that_cannot_be_is_refused(admin, draft, fields, message):
    refused(admin, NAME, typed_name(admin.get(NAME), **fields), message)


def test_two_at_name_and_preface_do_not_overwrite_each_other(admin, eri, draft):
    typed = typed_name(admin.get(NAME), preface_en="Mine.")
    services.edit(wording=get("A"), replaces=get("A").edited_in_id, by=eri, title_en="x")
    read = typed["replaces"]
    services.save_draft(revision=draft, replaces=read, by=eri, preface_en="Theirs.")
    page = refused(admin, NAME, typed, "Somebody else has edited the same.", 409)
    assert "<del>Theirs</del><ins>Mine</ins>" in page.content.decode()
    again = typed_name(page)
    assert (again["preface_en"], int(again["replaces"]) > read) == ("Mine.", True)
    admin.post(NAME, again)
    draft.refresh_from_db()
    assert draft.preface_en == "Mine."


def test_what_is_typed_in_a_preface_is_given_back_when_the_draft_is_gone(admin, draft):
    typed = typed_name(admin.get(NAME), preface_en="Written for long.")
    services.discard_draft(revision=draft, by=None)
    page = admin.post(NAME, typed)
    assert page.status_code == 409
    assert "Written for long." in text_of(page)


def test_an_element_with_children_is_withdrawn_after_them(admin, draft):
    page = refused(
        admin, f"{DRAFT}A/withdraw/", {},
        "A is not withdrawn: below it stand A.1, A.2. Move or withdraw them first.",
    )  # fmt: skip
    assert re.search(r'class="field-error" role="alert">A is not', page.content.decode())
    for code in ("A.1", "A.2", "A"):
        admin.post(f"{DRAFT}{code}/withdraw/")
    assert order() == "B"


def test_a_withdrawn_element_comes_back_as_it_was(admin, draft):
    admin.post(f"{DRAFT}A.2/", sent("A.2", title_en="Another"))
    admin.post(f"{DRAFT}A.2/current/", {"replaces": get("A.2").edited_in_id})
    admin.post(f"{DRAFT}A.2/withdraw/")
    assert "A.2" in text_of(admin.get(DRAFT))
    assert admin.post(f"{DRAFT}A.2/restore/").url == f"{DRAFT}A.2/"
    back = get("A.2")
    assert (back.title_en, back.parent.code, back.behind) == ("Another", "A", "")
    assert admin.post(f"{DRAFT}A.2/restore/").status_code == 404


def test_a_cycle_is_refused_next_to_the_place(admin, draft):
    page = refused(
        admin, f"{DRAFT}A/place/", {"below": "A.1"}, "An element cannot stand below itself."
    )
    assert list(errors_by_field(page)) == ["id_below"]
    admin.post(f"{DRAFT}A.1/place/", {"below": ""})
    assert order() == "A A:A.2 B A.1"


def test_only_a_new_element_gets_another_code(admin, draft):
    refused(
        admin, f"{DRAFT}B/code/", {"code": "Z"}, "The code of a published element stays."
    )
    data = {"code": "C", "title_en": "x", "type": "aim", "is_alignable": "no"}
    admin.post(f"{DRAFT}add/", data)
    page = refused(admin, f"{DRAFT}C/code/", {"code": "A"}, "This code is used already.")
    assert list(errors_by_field(page)) == ["id_code"]
    refused(admin, f"{DRAFT}C/code/", {"code": "lower"}, "Use capital letters and digits")
    assert admin.post(f"{DRAFT}C/code/", {"code": "D"}).url == f"{DRAFT}D/"


def test_the_administration_leads_to_the_workshop(admin, draft, strategy):
    for name, pk in [("strategy", strategy.pk), ("revision", draft.pk)]:
        page = admin.get(reverse(f"admin:strategy_app_{name}_change", args=[pk]))
        assert f'href="{DRAFT}"' in page.content.decode()
