"""Strategies, the types of their elements and targets are kept; texts are only read."""

import pytest

from strategy_app.models import Change, ElementType, Revision, Strategy, Target, Wording
from strategy_app.services import strategy as strategy_services
from tests import factories
from tests.admin.pages import address, errors_of, fields_of


@pytest.fixture
def strategy(db):
    return factories.make_strategy()


@pytest.fixture
def draft(strategy):
    return strategy_services.create_draft(strategy=strategy, by=None, name_en="Second")


def newest():
    return Change.objects.order_by("-id").first()


@pytest.fixture
def signed_in(chie, client):
    client.force_login(chie)
    return client


def test_a_strategy_is_added_and_renamed_and_leads_to_the_workshop(chie, signed_in):
    signed_in.post(address(Strategy, "add"), {"code": "NEW", "name_en": "New strategy"})
    strategy = Strategy.objects.get(code="NEW")
    where = address(Strategy, "change", strategy.pk)
    page = signed_in.get(where)
    content = page.content.decode()
    assert '<a href="/strategy/NEW/draft/">Start a draft</a>' in content
    signed_in.post(where, fields_of(page) | {"name_en": "Renamed"})
    strategy.refresh_from_db()
    assert strategy.name_en == "Renamed"
    assert (newest().by, newest().action, newest().source) == (
        chie, "edit_strategy", "admin",
    )  # fmt: skip
    strategy_services.create_draft(strategy=strategy, by=None, name_en="First")
    content = signed_in.get(where).content.decode()
    assert '<a href="/strategy/NEW/draft/">Edit in the workshop</a>' in content
    assert f"{address(ElementType, 'changelist')}?strategy__id__exact=" in content


def test_what_a_strategy_says_is_only_read(strategy, draft, signed_in):
    published = Revision.objects.exclude(pk=draft.pk).get()
    before = Change.objects.count()
    for revision in (published, draft):
        wording = revision.wordings.get(element__code="A")
        for row in (revision, wording):
            page = signed_in.get(address(type(row), "change", row.pk))
            assert 'name="_save"' not in page.content.decode()
            for kind in ("change", "delete"):
                answer = signed_in.post(
                    address(type(row), kind, row.pk), {"title_en": "X", "post": "yes"}
                )
                assert answer.status_code == 403
    for model in (Revision, Wording):
        assert signed_in.get(address(model, "add")).status_code == 403
    assert Change.objects.count() == before


def test_a_text_of_the_draft_leads_to_its_editor(draft, signed_in):
    wording = draft.wordings.get(element__code="A.1")
    page = signed_in.get(address(Wording, "change", wording.pk)).content.decode()
    assert '<a href="/strategy/STR/draft/A.1/">Edit in the workshop</a>' in page
    page = signed_in.get(address(Revision, "change", draft.pk)).content.decode()
    assert '<a href="/strategy/STR/draft/">Edit in the workshop</a>' in page


# --- types ---

TYPE = {"code": "action", "name_en": "Action", "name_ja": "施策", "order": "9"}


def test_a_type_is_added_and_renamed_in_changes(strategy, chie, signed_in):
    data = TYPE | {"strategy": strategy.pk, "is_alignable": "on"}
    signed_in.post(address(ElementType, "add"), data)
    made = strategy.types.get(code="action")
    assert (str(made), made.is_alignable, made.order) == ("Action", True, 9)
    where = address(ElementType, "change", made.pk)
    signed_in.post(where, fields_of(signed_in.get(where)) | {"name_en": "Measure"})
    made.refresh_from_db()
    assert (made.name_en, made.code, made.strategy) == ("Measure", "action", strategy)
    assert (newest().by, newest().action) == (chie, "edit_strategy")
    assert [row.name_en for row in made.history.all()] == ["Measure", "Action"]
    assert made.history.first().change == newest()
    page = signed_in.get(address(ElementType, "history", made.pk)).content.decode()
    assert "<del>Action</del>" in page
    assert "<ins>Measure</ins>" in page


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"code": "aim"}, "This strategy has a type of this code."),
        ({"code": "An aim"}, "Use small letters and digits"),
        ({"name_en": ""}, "This field is required."),
        ({"order": "-1"}, "greater than or equal to 0"),
    ],
)
def test_a_type_that_cannot_be_is_refused(strategy, signed_in, fields, message):
    before = Change.objects.count(), ElementType.objects.count()
    data = TYPE | {"strategy": strategy.pk} | fields
    answer = signed_in.post(address(ElementType, "add"), data)
    assert message in errors_of(answer)
    assert (Change.objects.count(), ElementType.objects.count()) == before


def test_a_type_is_removed_while_nothing_is_or_was_of_it(strategy, draft, chie, signed_in):
    aim, driver = (factories.type_of(strategy, code) for code in ("aim", "driver"))
    wording = draft.wordings.get(element__code="A")
    for each in (driver, aim):
        strategy_services.edit(
            wording=wording, replaces=draft.wordings.get(pk=wording.pk).edited_in_id,
            by=chie, type=each,
        )  # fmt: skip
    before = Change.objects.count(), ElementType.objects.count()
    for each, number in ((aim, 8), (driver, 1)):
        where = address(ElementType, "delete", each.pk)
        page = signed_in.get(where).content.decode()
        noun = "wording that is, or was," if number == 1 else "wordings that are, or were,"
        assert f"{number} {noun} of the type “{each}”" in page
        signed_in.post(where, {"post": "yes"})
    assert (Change.objects.count(), ElementType.objects.count()) == before
    unused = factories.type_of(strategy, "mission")
    signed_in.post(address(ElementType, "delete", unused.pk), {"post": "yes"})
    assert not ElementType.objects.filter(pk=unused.pk).exists()
    assert Change.objects.count() == before[0] + 1
    assert ElementType.history.filter(id=unused.pk).first().change == newest()


def test_targets_are_kept_in_changes(strategy, chie, signed_in):
    data = {
        "element": factories.get_element("A").pk, "measure": "share_active",
        "value": "101", "valid_from": "2026-04-01",
    }  # fmt: skip
    answer = signed_in.post(address(Target, "add"), data)
    assert "at most 100" in errors_of(answer)
    assert Target.objects.count() == 0
    signed_in.post(address(Target, "add"), data | {"value": "50"})
    target = Target.objects.get()
    assert (target.element.code, target.value) == ("A", 50)
    assert (target.history.get().change.by, newest().action) == (chie, "edit_target")
