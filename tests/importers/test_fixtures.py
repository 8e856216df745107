"""The files of fixtures/: loaded once, never over what people have done since."""

import datetime
from io import StringIO

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import call_command

from strategy_app.coverage import frame
from strategy_app.importers import fixtures
from strategy_app.models import (
    Alignment,
    Category,
    Change,
    Department,
    Evidence,
    LevelDefinition,
    Programme,
    Revision,
    Strategy,
    User,
    Wording,
)
from strategy_app.services import reference
from tests import factories
from tests.views.reading import text_of


def load(*arguments):
    out = StringIO()
    call_command("load_fixtures", *arguments, stdout=out)
    return out.getvalue()


def everything():
    return {
        model.__name__: list(model.objects.order_by("pk").values_list())
        for model in apps.get_app_config("strategy_app").get_models()
    }


def test_the_data_are_those_of_the_files(db):
    text = load()
    wordings = Wording.objects.filter(revision__strategy__code="JST-INTL")
    assert wordings.count() == 77
    assert wordings.filter(is_alignable=True).count() == 40
    assert not wordings.filter(title_ja="").exists()
    assert Programme.objects.count() == 69
    assert Alignment.objects.count() == 234
    assert Alignment.objects.open().count() == 210
    assert Programme.objects.filter(end_is_illustrative=True).count() == 25
    assert (Category.objects.count(), LevelDefinition.objects.count()) == (8, 4)
    assert set(User.objects.values_list("username", "role")) == {
        ("aiko", "staff"), ("ben", "viewer"), ("chie", "admin"), ("dai", "manager"),
    }  # fmt: skip
    assert list(
        User.objects.get(username="aiko").departments.values_list("code", flat=True)
    ) == ["DIA"]
    assert "Password: " in text


def test_the_files_are_published_where_people_need_a_second_person(db, settings):
    settings.PUBLICATION_NEEDS_APPROVAL = True
    load()
    assert not Revision.objects.filter(published_in=None).exists()
    assert Revision.objects.filter(approved_in=None).count() == Revision.objects.count() > 0


def test_the_revision_and_the_programmes_are_as_in_the_files(db):
    load()
    revision = Revision.objects.get(strategy__code="JST-INTL")
    assert (revision.in_force_from, revision.is_draft) == (datetime.date(2017, 8, 1), False)
    assert "2012" in revision.preface_en
    assert Strategy.objects.get(code="JST-INTL").name_ja == "JST国際戦略"
    assert not Wording.objects.filter(
        parent__isnull=True, type__code__in=["sub_point", "aim_component"]
    ).exists()
    crest = Programme.objects.get(code="CREST")
    assert (crest.starts_on, crest.ends_on, crest.department.code) == (
        "1995-10", "", "DSBR",
    )  # fmt: skip
    assert Programme.objects.get(code="ERATO").department is None
    with_countries = Programme.objects.exclude(partner_countries="")
    assert with_countries.count() > 5
    for programme in with_countries:
        assert all(len(country.code) == 2 for country in programme.partner_countries)


def test_every_illustrative_row_says_so(db):
    load()
    assert not Alignment.objects.filter(opened_in__illustrative=False).exists()
    assert Change.objects.filter(illustrative=True).count() == 1
    assert not Programme.history.filter(
        end_is_illustrative=True, change__illustrative=False
    ).exists()
    assert frame.current().has_illustrative


@pytest.mark.parametrize(
    "path", ["/", "/programmes/SATREPS/", "/accounts/login/", "/admin/"]
)
def test_every_page_says_that_data_is_illustrative(client, db, path):
    load()
    client.force_login(User.objects.get(username="chie"))
    if path == "/accounts/login/":
        client.logout()
    assert "Illustrative data: " in text_of(client.get(path))


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/admin/"])
def test_nothing_is_called_illustrative_where_all_is_fact(client, chie, path):
    if path != "/accounts/login/":
        client.force_login(chie)
    assert "Illustrative data: " not in text_of(client.get(path))


def test_loading_twice_changes_nothing(db):
    load()
    before = everything()
    assert load() == "Nothing new; all data is as it was.\n"
    assert everything() == before


def test_what_people_have_edited_and_withdrawn_stays(db, chie):
    load()
    programme = Programme.objects.get(code="ALCA")
    programme.name_en, programme.ends_on = "Renamed", "2024-03-31"
    programme.end_is_illustrative = False
    reference.save(programme, by=chie)
    programme = Programme.objects.get(code="CREST")
    row = programme.alignments.open().select_related("element").first()
    factories.align(programme, row.element, 0)
    before = everything()
    load()
    assert everything() == before


def test_facts_alone_hold_nothing_illustrative_and_no_accounts(db):
    assert load("--facts-only").startswith("Loaded ")
    assert (Alignment.objects.count(), Evidence.objects.count()) == (0, 0)
    assert User.objects.count() == 0
    assert not Change.objects.filter(illustrative=True).exists()
    assert (Programme.objects.count(), Wording.objects.count()) == (69, 77 + 17 + 169)
    assert (
        Programme.objects.exclude(ends_on="").filter(end_is_illustrative=True).count() == 0
    )
    assert not frame.current().has_illustrative
    before = everything()
    assert load("--facts-only") == "Nothing new; all data is as it was.\n"
    assert everything() == before


def test_illustrations_leave_alone_what_people_did_before_them(db, chie, settings):
    load("--facts-only")
    programme = Programme.objects.get(code="CREST")
    row = factories.align(programme, factories.get_element("AIM-1", "JST-INTL"), 0)
    ended = Programme.objects.get(code="GTEX")
    ended.ends_on = "2027-12"
    reference.save(ended, by=chie)
    load()
    cell = Alignment.objects.filter(programme=programme, element=row.element)
    assert list(cell) == [row]
    ended.refresh_from_db()
    assert (ended.ends_on, ended.end_is_illustrative) == ("2027-12", False)
    assert Alignment.objects.count() < 235


@pytest.mark.parametrize(
    ("name", "right", "wrong", "error"),
    [
        ("JST-INTL_2017", "KP-2,STR-2017,key_point", "KP-2,STR-2017,no_such_type",
         KeyError),
        ("JST-INTL_2017", "KP-2,STR-2017,key_point", "KP-2,NO-SUCH,key_point", KeyError),
        ("programmes", ",BASIC,DSBR,1991,", ",BASIC,NO-SUCH,1991,",
         Department.DoesNotExist),
        ("programmes", ",BASIC,DSBR,1991,", ",BASIC,DSBR,1991-13,", ValidationError),
    ],
)  # fmt: skip
def test_a_load_that_fails_leaves_nothing(db, tmp_path, name, right, wrong, error):
    for file in fixtures.FOLDER.glob("*.csv"):
        text = file.read_text(encoding="utf-8")
        if file.stem == name:
            assert right in text
            text = text.replace(right, wrong)
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    before = everything()
    with pytest.raises(error):
        fixtures.load_facts(tmp_path)
    assert everything() == before


def test_a_password_from_the_settings_is_that_of_the_accounts(db, settings):
    settings.DEMO_PASSWORD = "demonstrate it well"
    text = load()
    assert "demonstrate it well" in text
    assert all(user.check_password("demonstrate it well") for user in User.objects.all())
    assert Department.objects.filter(people__username="aiko").get().code == "DIA"
