"""The workshop by plain forms and by what its script asks for."""

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from strategy_app.models import Change, Element, Origin, Revision, Wording
from strategy_app.services import strategy as services
from tests import factories
from tests.views.reading import text_of

DRAFT = "/strategy/STR/draft/"
PARTS = {"Accept": "application/json"}


@pytest.fixture
def strategy(db):
    return factories.make_strategy()


@pytest.fixture
def draft(strategy, chie):
    return services.create_draft(strategy=strategy, by=chie, name_en="Second")


@pytest.fixture
def eri(db):
    """Another strategy admin."""
    return factories.make_person("eri", role="admin", name="Eri")


@pytest.fixture
def admin(client, chie):
    client.force_login(chie)
    return client


def get(code):
    return Wording.objects.get(element__code=code, revision__published_in=None)


def sent(code, **fields):
    """Return what the editor sends for an element, with some of it typed anew."""
    wording = get(code)
    return {
        name: getattr(wording, name)
        for name in ("title_en", "body_en", "title_ja", "body_ja", "kind", "source")
    } | {
        "is_alignable": "yes" if wording.is_alignable else "no",
        "replaces": wording.edited_in_id or "",
    } | fields  # fmt: skip


def stored():
    return [
        list(model.objects.order_by("pk").values_list())
        for model in (Revision, Wording, Element, Origin, Change)
    ]


def refused(client, address, data, message, status=400, **kwargs):
    """Send a form; its answer says why nothing has changed."""
    before = stored()
    page = client.post(address, data, **kwargs)
    assert page.status_code == status
    assert message in text_of(page)
    assert stored() == before
    return page


def errors_by_field(page):
    """Return what stands next to each field, by the id of its place."""
    found = re.findall(
        r'<div id="([\w-]+)_error" class="field-error">(.*?)</div>', page.content.decode()
    )
    return {name: words.strip() for name, words in found}


# --- the draft as a whole ---


def test_a_draft_is_started_from_what_is_in_force(admin, strategy, chie):
    assert "with its 4 elements" in text_of(admin.get(DRAFT))
    refused(admin, DRAFT, {"name_en": ""}, "This field is required.")
    page = admin.post(DRAFT, {"name_en": "Second"}, follow=True)
    assert page.redirect_chain == [(DRAFT, 302)]
    draft = Revision.objects.get(published_in=None)
    assert (draft.name_en, draft.wordings.count()) == ("Second", 4)
    assert Change.objects.order_by("id").last().by == chie


def test_a_second_draft_is_not_started(admin, draft):
    refused(admin, DRAFT, {"name_en": "x"}, "This strategy already has a draft.", 200)


def test_without_a_draft_its_pages_lead_to_the_start(admin, strategy):
    for name in ("draft-add", "draft-discard"):
        assert admin.get(reverse(name, args=["STR"])).url == DRAFT
    assert admin.get(f"{DRAFT}A/").url == DRAFT


def test_the_draft_says_what_stands_against_it_and_what_changed(admin, draft, chie):
    wording = get("A.1")
    services.edit(
        wording=wording, replaces=wording.edited_in_id, by=chie, body_en="Anything else"
    )
    services.delete_wording(wording=get("B"), by=chie)
    page = text_of(admin.get(DRAFT))
    for words in [
        "Unchanged 2", "Withdrawn 1", "A.1 One language was changed after the other.",
        "Japanese behind",
    ]:  # fmt: skip
        assert words in page


def test_a_draft_is_given_up_when_asked(admin, draft):
    assert "with its 4 elements is taken away" in text_of(admin.get(f"{DRAFT}discard/"))
    assert Revision.objects.filter(published_in=None).exists()
    admin.post(f"{DRAFT}discard/")
    assert not Revision.objects.filter(published_in=None).exists()


@pytest.mark.parametrize("path", ["", "A/"])
def test_the_number_of_queries_does_not_grow(admin, strategy, chie, path):
    counts = []
    for more in [(), [f"B.{number}" for number in range(6)]]:
        draft = services.create_draft(strategy=strategy, by=chie, name_en="x")
        factories.add_elements(draft, more)
        for code in ["A", "A.1", "A.2"] if more else ["A"]:
            wording = get(code)
            services.edit(
                wording=wording, replaces=wording.edited_in_id, by=chie, title_en="Other"
            )
            if more:
                services.set_origins(
                    wording=wording, kind="merged", by=chie,
                    origins=[factories.get_element("B")],
                )  # fmt: skip
        if more:
            services.delete_wording(wording=get("B.0"), by=chie)
        else:
            services.set_origins(
                wording=get("A"),
                kind="split",
                origins=[factories.get_element("B")],
                by=chie,
            )
        admin.get(f"{DRAFT}{path}")
        with CaptureQueriesContext(connection) as queries:
            admin.get(f"{DRAFT}{path}")
        counts.append(len(queries))
        services.discard_draft(revision=draft, by=chie)
    assert counts[0] == counts[1]


# --- texts ---


def test_a_text_is_saved_by_the_plain_form(admin, draft, chie):
    page = admin.post(f"{DRAFT}A/", sent("A", title_en="Another"), follow=True)
    assert page.redirect_chain == [(f"{DRAFT}A/", 302)]
    assert "The draft is saved." in text_of(page)
    assert (get("A").title_en, get("A").edited_in.by) == ("Another", chie)
    assert "The English was changed after the Japanese" in text_of(page)


def test_a_text_is_saved_by_the_script(admin, draft):
    answer = admin.post(f"{DRAFT}A/", sent("A", body_ja="*新しい*"), headers=PARTS)
    parts = answer.json()
    assert parts["replaces"] == get("A").edited_in_id
    assert parts["values"]["body_ja"] == "*新しい*"
    assert "<em>新しい</em>" in parts["state"]
    assert "English behind" in parts["outline"]


def test_what_others_have_done_is_there_for_the_script(admin, draft, eri):
    wording = get("A")
    services.edit(wording=wording, replaces=wording.edited_in_id, by=eri, title_en="Eri's")
    parts = admin.get(f"{DRAFT}A/", headers=PARTS).json()
    assert (parts["by"], parts["values"]["title_en"]) == ("Eri", "Eri's")
    assert "Eri" in admin.get(DRAFT, headers=PARTS).json()["outline"]


def test_edits_of_different_fields_are_both_kept(admin, draft, eri):
    typed = sent("A", title_ja="千恵の")
    wording = get("A")
    services.edit(wording=wording, replaces=wording.edited_in_id, by=eri, title_en="Eri's")
    assert admin.post(f"{DRAFT}A/", typed).status_code == 302
    assert (get("A").title_en, get("A").title_ja) == ("Eri's", "千恵の")
    assert get("A").behind == ""


def overtaken(draft, eri):
    typed = sent("A", title_en="Chie's", source="p. 1")
    wording = get("A")
    services.edit(
        wording=wording, replaces=wording.edited_in_id, by=eri, title_en="Eri's",
        kind="driver",
    )  # fmt: skip
    return typed


def test_of_the_same_field_both_versions_are_shown_and_one_is_chosen(admin, draft, eri):
    typed = overtaken(draft, eri)
    page = refused(admin, f"{DRAFT}A/", typed, "Somebody else has edited the same.", 409)
    html = page.content.decode()
    assert "<del>Eri</del><ins>Chie</ins>&#x27;s" in html
    form = page.context["form"]
    assert (form["title_en"].value(), form["source"].value()) == ("Chie's", "p. 1")
    assert form["kind"].value() == "driver"  # which only Eri has changed
    again = typed | {"replaces": form["replaces"].value(), "kind": form["kind"].value()}
    admin.post(f"{DRAFT}A/", again)
    assert (get("A").title_en, get("A").source, get("A").kind) == (
        "Chie's", "p. 1", "driver",
    )  # fmt: skip


def test_the_script_is_told_of_both_versions(admin, draft, eri):
    typed, before = overtaken(draft, eri), stored()
    answer = admin.post(f"{DRAFT}A/", typed, headers=PARTS)
    parts = answer.json()
    assert (answer.status_code, stored()) == (409, before)
    assert parts["replaces"] == get("A").edited_in_id
    assert (parts["values"]["title_en"], parts["values"]["kind"]) == ("Chie's", "driver")
    assert "<del>Eri</del><ins>Chie</ins>" in parts["notice"]


@pytest.mark.parametrize("how", ["withdrawn", "given up", "published"])
def test_what_was_typed_into_what_is_gone_is_given_back(admin, draft, eri, how):
    typed = sent("B", body_en="What I typed")
    if how == "withdrawn":
        services.delete_wording(wording=get("B"), by=eri)
    elif how == "given up":
        services.discard_draft(revision=draft, by=eri)
    else:
        services.publish(revision=draft, in_force_from=datetime.date(2020, 4, 1), by=eri)
    page = refused(admin, f"{DRAFT}B/", typed, "What I typed", 409)
    assert "What you typed is below, to copy it." in text_of(page)
    answer = admin.post(f"{DRAFT}B/", typed, headers=PARTS)
    assert (answer.status_code, list(answer.json())) == (409, ["gone"])


def test_what_was_typed_before_the_session_ended_is_given_back(client, draft):
    page = refused(client, f"{DRAFT}A/", sent("A", body_en="What I typed"), "Sign in", 401)
    assert 'name="body_en" value="What I typed"' in page.content.decode()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"title_en": ""}, "This field is required."),
        (
            {"body_en": "x" * 5_000_000},
            "This is 5000000 characters long; at most 10000 fit.",
        ),
        (
            {"body_en": "Hello <script>alert(1)</script>"},
            "Markup is not accepted here: &lt;script&gt;. Write Markdown.",
        ),
        (
            {"body_ja": "[押す](javascript:alert(1))"},
            "A link that begins with javascript: is not accepted.",
        ),
        (
            {"title_ja": "<b>x</b>"},
            "Write plain text: markup such as &lt;b&gt; is not accepted.",
        ),
        (
            {"kind": "poem"},
            "Select a valid choice. poem is not one of the available choices.",
        ),
    ],
    ids=["no title", "5 MB", "script", "running link", "markup", "kind"],
)  # fmt: skip
def test_bad_input_is_answered_next_to_it_and_kept(admin, draft, fields, message):
    (name,) = fields
    before = stored()
    page = admin.post(f"{DRAFT}A/", sent("A", **fields))
    assert (page.status_code, stored()) == (400, before)
    assert errors_by_field(page) == {f"id_{name}": message}
    assert page.context["form"][name].value() == fields[name]
    answer = admin.post(f"{DRAFT}A/", sent("A", **fields), headers=PARTS)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [name])


@pytest.mark.parametrize(
    "body",
    ["Fewer than: a < b", "See <https://example.org/>.", "- 1 item\n- 2 items", "**x**\n"],
)
def test_markdown_is_kept_as_it_is_typed(admin, draft, body):
    assert admin.post(f"{DRAFT}A/", sent("A", body_en=body)).status_code == 302
    assert get("A").body_en == body


def test_both_say_the_same_again(admin, draft, eri):
    admin.post(f"{DRAFT}A/", sent("A", title_en="Another"))
    admin.post(f"{DRAFT}A/current/", {"replaces": 1})
    assert get("A").behind == "ja"
    admin.post(f"{DRAFT}A/current/", {"replaces": get("A").edited_in_id})
    assert get("A").behind == ""


def test_readers_are_told_what_is_behind(admin, draft, client, ben, chie):
    admin.post(f"{DRAFT}A/", sent("A", title_en="Another"))
    services.publish(revision=draft, in_force_from=datetime.date(2020, 4, 1), by=chie)
    client.force_login(ben)
    note = "The Japanese text was not revised together with the English."
    assert note in text_of(client.get("/strategy/STR/A/"))
    assert text_of(client.get("/strategy/STR/")).count(note) == 1
    assert note not in text_of(client.get("/strategy/STR/B/"))


# --- how it changed, whence it comes ---


def decision(kind, reason="", **fields):
    return {
        "modification": kind, "reason": reason, "replaces": get("A").edited_in_id or "",
    } | fields  # fmt: skip


def test_a_decision_is_kept_with_its_author(admin, draft, chie):
    admin.post(f"{DRAFT}A/", sent("A", body_en="Nothing of it is left here."))
    page = refused(
        admin, f"{DRAFT}A/decide/", decision("editorial"),
        "More than a fifth of the words changed: say why it is so.",
    )  # fmt: skip
    assert list(errors_by_field(page)) == ["decide-reason"]
    page = admin.post(
        f"{DRAFT}A/decide/", decision("editorial", "Plainer words."), follow=True
    )
    assert "chie has decided: Editorial change." in text_of(page)
    assert (get("A").decided_by, get("A").decision_reason) == (chie, "Plainer words.")


def test_a_decision_on_other_words_is_asked_again(admin, draft, eri):
    admin.post(f"{DRAFT}A/", sent("A", body_en="Nothing of it is left here."))
    typed = decision("editorial", "Plainer words.")
    wording = get("A")
    services.edit(wording=wording, replaces=wording.edited_in_id, by=eri, title_en="Eri's")
    page = refused(admin, f"{DRAFT}A/decide/", typed, "Read it again, then decide.", 409)
    assert page.context["decision"]["reason"].value() == "Plainer words."


def test_where_an_element_comes_from_is_kept(admin, draft):
    address = f"{DRAFT}A/origins/"
    refused(admin, address, {"kind": "split"}, "Choose at least one element.")
    page = refused(
        admin, address, {"origins": ["B"]}, "Say whether it was split or merged from them."
    )
    assert page.context["origins_form"]["origins"].value() == ["B"]
    refused(admin, address, {"kind": "split", "origins": ["A"]}, "Select a valid choice.")
    page = admin.post(address, {"kind": "merged", "origins": ["B", "A.1"]}, follow=True)
    assert "Where it comes from: Merged from A.1, Merged from B" in text_of(page)
    admin.post(address, {"kind": ""})
    assert not Origin.objects.exists()


# --- the outline ---


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
        (("B", "", "A.1"), "A.1 stands elsewhere by now."),
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
    admin.post(f"{DRAFT}A.2/withdraw/")
    assert "A.2" in text_of(admin.get(DRAFT))
    assert admin.post(f"{DRAFT}A.2/restore/").url == f"{DRAFT}A.2/"
    assert (get("A.2").title_en, get("A.2").parent.code) == ("Another", "A")
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
