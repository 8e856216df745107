"""Every page of the administration opens for strategy admins, and for nobody else."""

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import translation

from strategy_app.models import (
    Alignment,
    ApiToken,
    Category,
    Change,
    Department,
    Element,
    ElementType,
    LevelDefinition,
    Programme,
    Revision,
    Strategy,
    Target,
    Thresholds,
    User,
    Wording,
)
from strategy_app.services import people, reference
from strategy_app.services import strategy as strategy_services
from tests import factories
from tests.admin.pages import address

ADDABLE = [
    Category, Department, ElementType, LevelDefinition, Programme, Strategy, Target, User,
]  # fmt: skip
DELETABLE = [Category, Department, ElementType, Target]
ALL = {
    Alignment, ApiToken, Category, Change, Department, Element, ElementType,
    LevelDefinition, Programme, Revision, Strategy, Target, Thresholds, User, Wording,
}  # fmt: skip


@pytest.fixture
def everything(chie, dai, department_a):
    """At least one row of everything that the administration shows."""
    strategy = factories.make_strategy()
    programme = factories.make_programme(department=department_a)
    factories.make_budget(programme, 2026, 1000)
    factories.align(programme, "A.1", 2, by=dai)
    reference.save(
        LevelDefinition(level=2, name_en="Principal", use_when_en="It is the purpose."),
        by=None,
    )
    reference.save(
        Target(
            element=factories.get_element("A"), measure="principal", value=3,
            valid_from="2026-04-01",
        ),
        by=None,
    )  # fmt: skip
    reference.save(Thresholds(fresh_months=12), by=None)
    factories.make_department("DEP-UNUSED")
    factories.make_category("CAT-UNUSED")
    people.create_token(user=chie, name="Nightly", by=chie)
    strategy_services.create_draft(strategy=strategy, by=None, name_en="Second")
    return strategy


def pages():
    """Return every page of the administration with a text that it must show."""
    found = {reverse("admin:index"): "Recent changes"}
    for model in ALL:
        noun = str(model._meta.verbose_name)
        row = model.objects.order_by("pk").last()
        if model is not Thresholds:  # whose one row is its list
            found[address(model, "changelist")] = f"Select {noun} to"
        found[address(model, "change", row.pk)] = str(row).replace("'", "&#x27;")
        if model not in (Alignment, Change):
            found[address(model, "history", row.pk)] = "When"
        if model in ADDABLE:
            found[address(model, "add")] = f"Add {noun}"
        if model in DELETABLE:
            found[address(model, "delete", row.pk)] = "Are you sure"
    found |= _own_pages()
    return found


def _own_pages():
    return {
        reverse("admin:auth_user_password_change", args=[User.objects.first().pk]): (
            "Enter a new password"
        ),
    }


def test_only_our_own_models_are_registered(db):
    assert set(admin.site._registry) == ALL


def test_strategy_admins_can_open_every_page(everything, chie, client):
    client.force_login(chie)
    missing = {
        where: text
        for where, text in pages().items()
        if text not in client.get(where).content.decode()
    }
    assert missing == {}


def test_every_page_opens_in_japanese(everything, chie, client):
    people.set_language(user=chie, language="ja")
    client.force_login(chie)
    with translation.override("en"):
        addresses = list(pages())
    spoken = {where: client.get(where).headers["Content-Language"] for where in addresses}
    assert spoken == dict.fromkeys(addresses, "ja")


@pytest.mark.parametrize("role", ["viewer", "staff", "manager"])
def test_nobody_else_can_open_or_send_anything(everything, role, client):
    client.force_login(factories.make_person("eve", role=role))
    addresses = list(pages())
    before = Change.objects.count()
    for where in addresses:
        for answer in (client.get(where, follow=True), client.post(where, follow=True)):
            assert (where, answer.status_code) == (where, 403)
    assert Change.objects.count() == before


def test_strangers_are_sent_to_sign_in(everything, client):
    for where in pages():
        answer = client.get(where, follow=True)
        assert answer.redirect_chain[-1][0].startswith(reverse("account_login"))


def test_pages_obey_the_content_security_policy(everything, chie, client):
    client.force_login(chie)
    for where in pages():
        page = client.get(where).content.decode()
        assert " style=" not in page, where
        assert "<style" not in page, where
        assert "onclick" not in page, where
        assert page.count("<script") == page.count("<script src=") + page.count(
            'type="application/json"'
        ) + page.count("<script id="), where


def test_inactive_admins_are_refused(everything, chie, client):
    client.force_login(chie)
    chie.is_active = False
    reference.save(chie, by=None)
    answer = client.get(reverse("admin:index"), follow=True)
    assert answer.redirect_chain[-1][0].startswith(reverse("account_login"))
