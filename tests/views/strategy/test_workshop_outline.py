"""The outline of a draft by plain forms and by what its script asks for."""

import re

import pytest
from django.urls import reverse

from strategy_app.models import Wording
from strategy_app.services import strategy as services
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
        "code": "A.3", "below": "A", "title_en": "Third", "kind": "aim",
        "is_alignable": "yes",
    }  # fmt: skip
    page = refused(admin, f"{DRAFT}add/", data | {"code": "A.1"}, "in the draft already")
    assert list(errors_by_field(page)) == ["id_code"]
    assert page.context["add_form"]["title_en"].value() == "Third"
    assert admin.post(f"{DRAFT}add/", data).url == f"{DRAFT}A.3/"
    assert (get("A.3").parent.code, get("A.3").modification) == ("A", "new")


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
    data = {"code": "C", "title_en": "x", "kind": "aim", "is_alignable": "no"}
    admin.post(f"{DRAFT}add/", data)
    page = refused(admin, f"{DRAFT}C/code/", {"code": "A"}, "This code is used already.")
    assert list(errors_by_field(page)) == ["id_code"]
    refused(admin, f"{DRAFT}C/code/", {"code": "lower"}, "Use capital letters and digits")
    assert admin.post(f"{DRAFT}C/code/", {"code": "D"}).url == f"{DRAFT}D/"


def test_the_administration_leads_to_the_workshop(admin, draft, strategy):
    for name, pk in [("strategy", strategy.pk), ("revision", draft.pk)]:
        page = admin.get(reverse(f"admin:strategy_app_{name}_change", args=[pk]))
        assert f'href="{DRAFT}"' in page.content.decode()
