"""The page that rehearses and publishes a draft."""

import datetime
from urllib.parse import urlencode

import pytest

from strategy_app.models import Change, Revision
from strategy_app.models.dates import today
from strategy_app.services import strategy as strategy_services
from tests import factories
from tests.views.reading import text_of

PAGE = "/strategy/STR/draft/publish/"


@pytest.fixture
def draft(db, chie):
    strategy = factories.make_strategy()
    draft = strategy_services.create_draft(strategy=strategy, by=chie, name_en="Second")
    row = draft.wordings.get(element__code="A.1")
    strategy_services.edit(
        wording=row, replaces=row.edited_in_id, by=chie, title_en="Another thing",
        title_ja="全く別の文言",
    )  # fmt: skip
    department = factories.make_department("DEP-1")
    programme = factories.make_programme(department=department)
    factories.align(programme, "A.1", 2)
    return draft


def send(client, page, do="publish", **fields):
    given = {"version": page.context["version"], "day": today().isoformat(), "do": do}
    return client.post(PAGE, given | fields)


def asked(page):
    return [(name, *numbers) for name, _query, *numbers in page.context["asked"]]


def test_it_shows_what_would_happen_and_writes_nothing(client, chie, draft):
    client.force_login(chie)
    before = Change.objects.count()
    page = client.get(PAGE)
    assert asked(page) == [("Department DEP-1", 1, 0)]
    assert 'href="/programmes/?strategy=STR' in page.content.decode()
    assert "Nobody has decided yet whether its change is material." in text_of(page)
    assert [row["code"] for row in page.context["rows"]] == ["A", "A.1", "A.2", "B"]
    assert Change.objects.count() == before


def test_what_would_be_proposed_is_counted_by_department(client, chie, draft):
    new = strategy_services.add(
        revision=draft, code="C", parent=None, by=chie, title_en="C",
        type=factories.type_of(),
        title_ja="丙",
    )  # fmt: skip
    strategy_services.set_origins(
        wording=new, kind="split", origins=[factories.get_element("A.1")], by=chie
    )
    client.force_login(chie)
    page = client.get(PAGE)
    assert asked(page) == [("Department DEP-1", 1, 1)]
    assert "What departments are asked 2" in text_of(page)
    assert 'href="/strategy/STR/draft/A.1/"' in page.content.decode()


def test_a_gap_that_closes_with_its_element_says_so(client, chie, draft):
    """Nothing supports B, nor anything else: only that of B closes, as B goes."""
    gone = draft.wordings.get(element__code="B")
    strategy_services.delete_wording(wording=gone, by=None)
    client.force_login(chie)
    page = client.get(PAGE)
    (_opening, _opened), (_closing, closed) = page.context["gap_lists"]
    assert "B" in {gap.code for gap in closed}
    number = text_of(page).count("(because the element is withdrawn)")
    assert number == len([gap for gap in closed if gap.code == "B"])


def test_warnings_are_answered_before_it_is_published(client, chie, draft):
    client.force_login(chie)
    page = client.get(PAGE)
    refused = send(client, page)
    assert refused.status_code == 400
    assert list(refused.context["form"].errors) == ["all_the_same"]
    day = today() + datetime.timedelta(days=3)
    answer = send(client, page, day=day.isoformat(), all_the_same="on")
    assert (answer.status_code, answer.url.partition("?")[0]) == (302, "/strategy/STR/")
    published = Revision.objects.get(pk=draft.pk)
    assert published.in_force_from == day
    assert published.published_in.by == chie


@pytest.mark.parametrize(
    ("day", "message"),
    [
        ("2020-01-01", "Choose today or a later day."),
        ("0000-00-00", "Enter a day as 2026-03-31."),
        ("9999-01-01", "Choose a day between 1900-01-01 and 2199-12-31."),
    ],
)
def test_a_day_that_cannot_be_is_refused_next_to_it(client, chie, draft, day, message):
    client.force_login(chie)
    asked = client.get(f"{PAGE}?{urlencode({'on': day})}")
    assert asked.status_code == 400
    assert message in text_of(asked)
    answer = send(client, client.get(PAGE), day=day, all_the_same="on")
    assert answer.context["form"].errors == {"day": [message]}
    assert Revision.objects.get(pk=draft.pk).is_draft


@pytest.mark.parametrize("day", ["", "　", None])
def test_without_a_day_nothing_is_published_and_nothing_is_lost(client, chie, draft, day):
    client.force_login(chie)
    before = Change.objects.count()
    asked = today() + datetime.timedelta(days=5)
    page = client.get(f"{PAGE}?on={asked}")
    sent = {"version": page.context["version"], "do": "publish", "all_the_same": "on"}
    answer = client.post(f"{PAGE}?on={asked}", sent | ({} if day is None else {"day": day}))
    assert answer.status_code == 400
    assert answer.context["form"].errors == {"day": ["Enter a day."]}
    assert "checked" in str(answer.context["form"]["all_the_same"])
    assert answer.context["rehearsal"].day == asked
    assert Revision.objects.get(pk=draft.pk).is_draft
    assert Change.objects.count() == before


def test_a_draft_that_was_changed_meanwhile_is_read_again(client, chie, draft):
    client.force_login(chie)
    page = client.get(PAGE)
    row = draft.wordings.get(element__code="B")
    strategy_services.edit(
        wording=row, replaces=row.edited_in_id, by=chie, title_en="Changed meanwhile"
    )
    answer = send(client, page, all_the_same="on")
    assert answer.status_code == 400
    assert "Read it again." in text_of(answer)
    assert Revision.objects.get(pk=draft.pk).is_draft
    assert send(client, answer, all_the_same="on").status_code == 302


def test_both_persons_read_each_change_before_they_approve_it(
    client, chie, eri, draft, settings
):
    settings.PUBLICATION_NEEDS_APPROVAL = True
    row = draft.wordings.get(element__code="A.1")
    strategy_services.decide(
        wording=row, modification="material", replaces=row.edited_in_id, by=chie,
        reason="Another thing is meant.",
    )  # fmt: skip
    new = strategy_services.add(
        revision=draft, code="C", parent=None, by=chie, title_en="C",
        type=factories.type_of(),
        title_ja="丙",
    )  # fmt: skip
    strategy_services.set_origins(
        wording=new, kind="split", origins=[factories.get_element("B")], by=chie
    )
    for person in (chie, eri):
        client.force_login(person)
        page = client.get(PAGE)
        assert [each["diff"].code for each in page.context["elements"]] == [
            "A.1", "B", "C",
        ]  # fmt: skip
        content = page.content.decode()
        assert "<del>Element A.1</del><ins>Another thing</ins>" in content
        assert "<ins>全く別の文言</ins>" in content
        words = text_of(page)
        assert "Material change · decided by chie · Another thing is meant." in words
        assert "Split into C" in words
        assert "Split from B" in words
        told, approve = (
            words.index(each) for each in ("Split from B", "Approve the draft")
        )
        assert told < approve
        assert 'href="/strategy/STR/draft/C/' in content


def test_name_and_preface_are_read_before_they_are_published(client, chie, draft):
    strategy_services.save_draft(
        revision=draft, replaces=2**63 - 1, by=chie,
        preface_en="An <b>unread</b> preface.", name_ja="第2版",
    )  # fmt: skip
    client.force_login(chie)
    page = client.get(PAGE)
    content = page.content.decode()
    assert "<del>First</del><ins>Second</ins>" in content
    assert '<p class="diff" lang="ja"><ins>第2版</ins></p>' in content
    assert "<ins>An &lt;b&gt;unread&lt;/b&gt; preface.</ins>" in content
    assert [(str(each["label"]), each["language"]) for each in page.context["head"]] == [
        ("Name", "en"), ("Name", "ja"), ("Preface", "en"),
    ]  # fmt: skip
    words = text_of(page)
    assert words.index("unread") < words.index("Publish all the same")


def test_a_draft_with_another_preface_alone_says_so(client, chie):
    strategy = factories.make_strategy()
    strategy_services.create_draft(
        strategy=strategy, by=chie, name_en="First", preface_en="Why."
    )
    client.force_login(chie)
    page = client.get(PAGE)
    assert [str(each["label"]) for each in page.context["head"]] == ["Preface"]
    assert "No word and no place of an element differs" in text_of(page)
    assert "<ins>Why.</ins>" in page.content.decode()


def test_approval_by_another_person(client, chie, draft, settings):
    settings.PUBLICATION_NEEDS_APPROVAL = True
    other = factories.make_person("hana", role="admin")
    client.force_login(chie)
    page = client.get(PAGE)
    assert not page.context["may_publish"]
    assert send(client, page, all_the_same="on").status_code == 400
    client.force_login(other)
    assert send(client, client.get(PAGE), do="approve").status_code == 302
    client.force_login(chie)
    page = client.get(PAGE)
    assert "Approved by hana" in text_of(page)
    assert send(client, page, all_the_same="on").status_code == 302
    assert not Revision.objects.get(pk=draft.pk).is_draft


def test_without_a_draft_it_leads_to_where_one_is_started(client, chie):
    factories.make_strategy()
    client.force_login(chie)
    answer = client.get(PAGE)
    assert (answer.status_code, answer.url) == (302, "/strategy/STR/draft/")
