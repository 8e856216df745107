"""The workshop by plain forms and by what its script asks for."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from strategy_app.models import Change, Origin, Revision
from strategy_app.services import strategy as services
from tests import factories
from tests.views.drafts import DRAFT, PARTS, errors_by_field, get, refused, sent, stored
from tests.views.reading import text_of

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


def test_a_draft_like_what_is_in_force_says_that_nothing_has_changed(admin, draft):
    page = text_of(admin.get(DRAFT))
    assert "Nothing has changed since the last revision." in page
    assert "Nothing stands against it." not in page


@pytest.mark.parametrize(("number", "is_open"), [(10, True), (11, False)])
def test_many_that_are_withdrawn_are_folded_below_the_way_on(admin, chie, number, is_open):
    codes = [f"N-{place}" for place in range(number)]
    strategy = factories.make_strategy("STR", ["A", *codes])
    services.create_draft(strategy=strategy, by=chie, name_en="Second")
    for code in codes:
        services.delete_wording(wording=get(code), by=chie)
    page = admin.get(DRAFT).content.decode()
    assert ('<details class="card fold" open>' in page) == is_open
    assert page.index("Rehearse and publish") < page.index("Bring N-0 back")


@pytest.mark.parametrize("path", ["NEVER-1/", "NEVER-1/move/", "NEVER-1/decide/"])
def test_a_code_that_never_was_is_not_found(admin, draft, path):
    send = admin.get if path == "NEVER-1/" else admin.post
    assert send(DRAFT + path).status_code == 404
    assert admin.get(f"{DRAFT}NEVER-1/", headers=PARTS).status_code == 404


def test_a_code_is_read_in_full_width_too(admin, draft):
    fields = {"title_en": "New", "type": "aim", "is_alignable": "yes"}
    answer = admin.post(f"{DRAFT}add/", fields | {"code": "ＡＩＭ－４　"})
    assert answer.url == f"{DRAFT}AIM-4/"
    admin.post(f"{DRAFT}AIM-4/code/", {"code": "ＡＩＭ－５"})
    assert get("AIM-5").title_en == "New"


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
        type=factories.type_of(code="driver"),
    )  # fmt: skip
    return typed


def test_of_the_same_field_both_versions_are_shown_and_one_is_chosen(admin, draft, eri):
    typed = overtaken(draft, eri)
    page = refused(admin, f"{DRAFT}A/", typed, "Somebody else has edited the same.", 409)
    html = page.content.decode()
    assert "<del>Eri</del><ins>Chie</ins>&#x27;s" in html
    form = page.context["form"]
    assert (form["title_en"].value(), form["source"].value()) == ("Chie's", "p. 1")
    assert form["type"].value() == "driver"  # which only Eri has changed
    again = typed | {"replaces": form["replaces"].value(), "type": form["type"].value()}
    admin.post(f"{DRAFT}A/", again)
    assert (get("A").title_en, get("A").source, get("A").type.code) == (
        "Chie's", "p. 1", "driver",
    )  # fmt: skip


def test_the_script_is_told_of_both_versions(admin, draft, eri):
    typed, before = overtaken(draft, eri), stored()
    answer = admin.post(f"{DRAFT}A/", typed, headers=PARTS)
    parts = answer.json()
    assert (answer.status_code, stored()) == (409, before)
    assert parts["replaces"] == get("A").edited_in_id
    assert (parts["values"]["title_en"], parts["values"]["type"]) == ("Chie's", "driver")
    assert "<del>Eri</del><ins>Chie</ins>" in parts["notice"]


@pytest.mark.parametrize("how", ["withdrawn", "given up", "published"])
def test_what_was_typed_into_what_is_gone_is_given_back(admin, draft, eri, how):
    typed = sent("B", body_en="What I typed")
    if how == "withdrawn":
        services.delete_wording(wording=get("B"), by=eri)
    elif how == "given up":
        services.discard_draft(revision=draft, by=eri)
    else:
        services.publish(
            revision=draft,
            in_force_from=datetime.date(2020, 4, 1),
            by=eri,
            despite_warnings=True,
        )
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
            {"type": "poem"},
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
    services.publish(
        revision=draft,
        in_force_from=datetime.date(2020, 4, 1),
        by=chie,
        despite_warnings=True,
    )
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


def test_what_was_decided_before_stays_to_be_read(admin, draft, chie, eri):
    admin.post(f"{DRAFT}A/", sent("A", body_en="Nothing of it is left here."))
    admin.post(f"{DRAFT}A/decide/", decision("editorial", "Plainer words."))
    page = admin.get(f"{DRAFT}A/")
    assert "Decided before" not in text_of(page)
    services.decide(
        wording=get("A"), modification="material", reason="It says more.", by=eri,
        replaces=get("A").edited_in_id,
    )  # fmt: skip
    services.move(wording=get("A"), direction="down", by=chie)  # which decides nothing
    page = admin.get(f"{DRAFT}A/")
    decided = [
        (one.kind, one.by, one.reason)
        for name in ("decided", "decided_before")
        for one in page.context[name]
    ]
    assert decided == [
        ("Material change", eri, "It says more."),
        ("Editorial change", chie, "Plainer words."),
    ]
    words = text_of(page)
    assert "Eri has decided: Material change." in words
    assert words.index("Decided before 1") < words.index("Plainer words.")
    admin.post(f"{DRAFT}A/", sent("A", body_en="Something else."))
    page = admin.get(f"{DRAFT}A/")
    assert page.context["decided"] == []
    assert "Decided before 2" in text_of(page)


def origins_of(code):
    found = Origin.objects.filter(element__code=code).order_by("origin__code")
    return [(row.kind, row.origin.code) for row in found.select_related("origin")]


def test_ticking_is_enough_to_say_where_an_element_comes_from(admin, draft):
    address = f"{DRAFT}A/origins/"
    page = admin.post(address, {"origins": ["B"]}, follow=True)
    assert "Where it comes from: Split from B" in text_of(page)
    assert page.context["origins_form"]["kind"].value() == ""
    admin.post(address, {"kind": "", "origins": ["B", "A.1"]})
    assert origins_of("A") == [("merged", "A.1"), ("merged", "B")]
    page = admin.post(address, {"kind": "split", "origins": ["B", "A.1"]}, follow=True)
    assert origins_of("A") == [("split", "A.1"), ("split", "B")]
    shown = [
        code for code, _label in page.context["origins_form"].fields["origins"].choices
    ]
    assert shown == ["A.1", "B", "A.2"]
    assert page.context["origins_form"]["kind"].value() == "split"
    admin.post(address, {"kind": ""})
    assert origins_of("A") == []


def test_where_an_element_cannot_come_from(admin, draft):
    address = f"{DRAFT}A/origins/"
    page = refused(admin, address, {"kind": "split"}, "Choose at least one element.")
    assert '<details class="card fold" open>' in page.content.decode()
    page = refused(
        admin, address, {"kind": "split", "origins": ["A"]}, "Select a valid choice."
    )
    refused(admin, address, {"kind": "odd", "origins": ["B"]}, "Select a valid choice.")
