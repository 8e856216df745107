"""Publishing: what stands against it, who has to agree, two at once, and what stays."""

import datetime

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from strategy_app.coverage import frame, matrix, waiting
from strategy_app.models import Alignment, Change, Revision
from strategy_app.models.dates import today
from strategy_app.queries import strategy as strategy_queries
from strategy_app.services import ledger
from strategy_app.services import strategy as strategy_services
from tests import factories

TOMORROW = datetime.timedelta(days=1)


@pytest.fixture
def draft(db, chie):
    strategy = factories.make_strategy()
    return strategy_services.create_draft(strategy=strategy, by=chie, name_en="Second")


def wording(draft, code):
    return draft.wordings.select_related("element").get(element__code=code)


def edit(draft, code, by, **fields):
    row = wording(draft, code)
    return strategy_services.edit(wording=row, replaces=row.edited_in_id, by=by, **fields)


def messages(draft):
    return {
        (problem.wording and problem.wording.element.code, problem.message)
        for problem in strategy_services.problems_of(draft)
    }


def test_what_stands_against_a_draft_is_named(draft, chie):
    assert messages(draft) == {(None, "Nothing has changed since the last revision.")}
    edit(draft, "A", chie, title_en="Aim at what matters most to everybody")
    edit(draft, "B", chie, body_en="Only in English.", title_ja="")
    assert messages(draft) == {
        ("A", "One language was changed after the other."),
        ("A", "Nobody has decided yet whether its change is material."),
        ("B", "One language has no title."),
        ("B", "Nobody has decided yet whether its change is material."),
    }
    with pytest.raises(ValidationError, match="changed after the other"):
        strategy_services.publish(revision=draft, in_force_from=today(), by=chie)
    assert Revision.objects.get(pk=draft.pk).is_draft


@pytest.mark.parametrize(
    "act",
    [
        lambda draft, by: edit(draft, "A", by, source="p. 3"),
        lambda draft, by: edit(draft, "A", by, is_alignable=False),
        lambda draft, by: strategy_services.move(
            wording=wording(draft, "B"), direction="up", by=by
        ),
        lambda draft, by: strategy_services.delete_wording(
            wording=wording(draft, "B"), by=by
        ),
    ],
)
def test_whatever_readers_see_is_a_change(draft, chie, act):
    act(draft, chie)
    assert messages(draft) == set()


def test_a_first_revision_is_always_new(db, chie):
    strategy = factories.make_strategy(publish=False)
    draft = strategy.revisions.get()
    assert messages(draft) == set()


def test_what_is_aligned_with_has_a_text(draft, chie):
    edit(draft, "A", chie, body_en="", body_ja="")
    edit(draft, "B", chie, body_en="", body_ja="", is_alignable=False)
    told = {message for message in messages(draft) if "text" in message[1]}
    assert told == {("A", "Neither language has a text.")}


def test_an_empty_draft_is_never_published(draft, chie):
    for code in ("A.1", "A.2", "A", "B"):
        strategy_services.delete_wording(wording=wording(draft, code), by=chie)
    with pytest.raises(ValidationError, match="no element"):
        strategy_services.publish(
            revision=draft, in_force_from=today(), by=chie, despite_warnings=True
        )


def test_whoever_publishes_decides_what_nobody_has_decided(draft, chie):
    edit(draft, "A", chie, title_en="Another thing", title_ja="別のもの")
    strategy_services.publish(
        revision=draft, in_force_from=today(), by=chie, despite_warnings=True
    )
    published = wording(draft, "A")
    assert (published.modification, published.decided_by) == ("material", chie)
    assert wording(draft, "B").decided_by is None


def test_whoever_publishes_decides_on_what_is_back_but_not_on_what_is_new(draft, chie):
    strategy_services.delete_wording(wording=wording(draft, "B"), by=chie)
    day = today()
    strategy_services.publish(
        revision=draft, in_force_from=day, by=chie, despite_warnings=True
    )
    later = strategy_services.create_draft(
        strategy=draft.strategy, by=chie, name_en="Third"
    )
    texts = {"title_en": "Another thing", "title_ja": "別のもの"}
    for code in ("B", "C"):
        added = strategy_services.add(
            revision=later,
            code=code,
            parent=None,
            by=chie,
            type=factories.type_of(),
            **texts,
        )
        added.modification = "new"
        strategy_services.save_wording(wording=added, by=None)
    undecided = "Nobody has decided yet whether its change is material."
    assert {code for code, message in messages(later) if message == undecided} == {"B"}
    strategy_services.publish(
        revision=later, in_force_from=day + TOMORROW, by=chie, despite_warnings=True
    )
    assert wording(later, "B").decided_by == chie
    assert wording(later, "C").decided_by is None


def test_a_second_person_has_to_approve_where_that_is_asked_for(draft, chie, dai, settings):
    settings.PUBLICATION_NEEDS_APPROVAL = True
    other = factories.make_person("hana", role="admin")

    def publish(by):
        strategy_services.publish(
            revision=draft, in_force_from=today(), by=by, despite_warnings=True
        )

    with pytest.raises(strategy_services.NotApproved):
        publish(chie)
    strategy_services.approve(revision=draft, by=chie)
    with pytest.raises(strategy_services.NotApproved):
        publish(chie)
    strategy_services.approve(revision=draft, by=other)
    edit(draft, "A", chie, title_en="Changed after that")
    with pytest.raises(strategy_services.NotApproved):
        publish(chie)
    strategy_services.approve(revision=draft, by=other)
    assert Change.objects.latest("id").action == "approve"
    publish(chie)
    assert not Revision.objects.get(pk=draft.pk).is_draft


def test_the_second_of_two_who_publish_is_told(draft, chie):
    seen = Revision.objects.get(pk=draft.pk)
    strategy_services.publish(
        revision=draft, in_force_from=today(), by=chie, despite_warnings=True
    )
    with pytest.raises(strategy_services.NotDraft):
        strategy_services.publish(
            revision=seen, in_force_from=today() + TOMORROW, by=chie, despite_warnings=True
        )


def test_a_draft_is_approved_and_published_as_it_was_read(draft, chie, dai):
    read = strategy_queries.version_of(draft)
    edit(draft, "A", chie, title_en="Changed meanwhile")
    before = Change.objects.count()
    with pytest.raises(strategy_services.Overtaken):
        strategy_services.approve(revision=draft, by=dai, version=read)
    with pytest.raises(strategy_services.Overtaken):
        strategy_services.publish(
            revision=draft,
            in_force_from=today(),
            by=chie,
            version=read,
            despite_warnings=True,
        )
    kept = Revision.objects.get(pk=draft.pk)
    assert (kept.is_draft, kept.approved_in, Change.objects.count()) == (True, None, before)
    version = strategy_queries.version_of(draft)
    strategy_services.publish(
        revision=draft,
        in_force_from=today(),
        by=chie,
        version=version,
        despite_warnings=True,
    )
    assert not Revision.objects.get(pk=draft.pk).is_draft


def test_publishing_that_breaks_off_has_published_nothing(draft, chie, monkeypatch):
    edit(draft, "A", chie, title_en="Another thing", title_ja="別のもの")
    before = strategy_queries.version_of(draft), Change.objects.count()

    def broken(self, *args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(Revision, "full_clean", broken)
    with pytest.raises(KeyboardInterrupt):
        strategy_services.publish(
            revision=draft, in_force_from=today(), by=chie, despite_warnings=True
        )
    assert (strategy_queries.version_of(draft), Change.objects.count()) == before
    assert wording(draft, "A").decided_by is None


def test_publishing_writes_no_alignment_and_asks_exactly_the_right_people(draft, chie, dai):
    one, other = (factories.make_department(code) for code in ("DEP-1", "DEP-2"))
    aiko = factories.make_person("aiko-2", role="staff", departments=[one])
    mine = factories.make_programme("PRG-1", department=one)
    factories.align(mine, "A.1", by=aiko)
    factories.align(mine, "B", 1, by=aiko)
    factories.align(factories.make_programme("PRG-2", department=other), "B", 1, by=dai)
    edit(draft, "A.1", chie, title_en="Quite another thing", title_ja="全く別のもの")
    edit(draft, "B", chie, title_en="Element B.", title_ja="要素B。")
    strategy_services.decide(
        wording=(row := wording(draft, "B")), modification="editorial",
        replaces=row.edited_in_id, by=chie,
    )  # fmt: skip
    rows = list(Alignment.objects.order_by("pk").values())
    strategy_services.publish(
        revision=draft, in_force_from=today(), by=chie, despite_warnings=True
    )
    assert list(Alignment.objects.order_by("pk").values()) == rows

    columns = frame.current()
    tree = columns.tree("STR", today())
    asked = np.flatnonzero(waiting.to_be_reread(columns, tree, today()))
    assert [
        (
            columns.programmes.codes[columns.ledger.programme[row]],
            tree.codes[matrix.elements_of(columns, tree, [row])[0]],
        )
        for row in asked
    ] == [("PRG-1", "A.1")]
    row = Alignment.objects.open().get(element__code="A.1")
    ledger.reaffirm(programme=mine, element=row.element, replaces=row.pk, by=aiko)
    columns = frame.current()
    assert not waiting.to_be_reread(columns, tree, today()).any()


def test_publishing_asks_the_database_as_often_with_one_judgement_as_with_many(
    draft, chie, dai
):
    def asked(draft, day):
        edit(draft, "A", chie, title_en=f"Aim at what matters on {day}")
        with CaptureQueriesContext(connection) as queries:
            strategy_services.publish(
                revision=draft, in_force_from=day, by=chie, despite_warnings=True
            )
        return [query["sql"] for query in queries]

    factories.align(factories.make_programme(), "A", by=dai)
    with_one = asked(draft, today())
    for number in range(5):
        programme = factories.make_programme(f"MORE-{number}")
        for code in ("A", "A.1", "A.2", "B"):
            factories.align(programme, code, by=dai)
    later = strategy_services.create_draft(
        strategy=draft.strategy, by=chie, name_en="Third"
    )
    with_many = asked(later, today() + TOMORROW)
    assert len(with_one) == len(with_many)
    assert not [sql for sql in with_one + with_many if Alignment._meta.db_table in sql]


def test_split_elements_propose_and_copy_nothing(draft, chie, dai):
    programme = factories.make_programme()
    factories.align(programme, "B", 2, by=dai)
    strategy_services.delete_wording(wording=wording(draft, "B"), by=chie)
    for code in ("B-1", "B-2"):
        part = strategy_services.add(
            revision=draft, code=code, parent=None, by=chie,
            type=factories.type_of(draft.strategy),
            title_en=code, title_ja=code,
        )  # fmt: skip
        strategy_services.set_origins(
            wording=part, kind="split", origins=[factories.get_element("B")], by=chie
        )
    strategy_services.publish(
        revision=draft, in_force_from=today(), by=chie, despite_warnings=True
    )
    assert Alignment.objects.count() == 1

    def proposed():
        columns = frame.current()
        tree = columns.tree("STR", today())
        cells = waiting.proposed(columns, tree, today())
        return [tree.codes[row] for row in cells[1]]

    assert proposed() == ["B-1", "B-2"]
    factories.align(programme, "B-1", 1, by=dai)
    assert proposed() == ["B-2"]
    assert Alignment.objects.open().filter(element__code="B").count() == 1
    later = strategy_services.create_draft(
        strategy=draft.strategy, by=chie, name_en="Third"
    )
    day = today() + TOMORROW
    strategy_services.publish(
        revision=later, in_force_from=day, by=chie, despite_warnings=True
    )
    columns = frame.current()
    still, _rows = waiting.proposed(columns, columns.tree("STR", day), day)
    assert len(still) == 1  # another revision takes no proposal away
