"""The administration, and what it calls things, in Japanese."""

from django.contrib import admin
from django.urls import reverse
from django.utils import translation

from tests import factories
from tests.languages.reading import JAPANESE, english, words_of


def of_the_administration(world):
    """Yield the pages of the administration: lists, forms, histories."""
    yield reverse("admin:index")
    for model in admin.site._registry:
        name = f"admin:strategy_app_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        if (row := model.objects.order_by("pk").first()) is not None:
            yield reverse(f"{name}_change", args=[row.pk])
            yield reverse(f"{name}_history", args=[row.pk])
    for name in ["strategy", "elementtype", "target", "programme", "department", "user"]:
        yield reverse(f"admin:strategy_app_{name}_add")


def test_the_administration_is_in_japanese(client, chie, world):
    factories.make_token(chie)
    client.force_login(chie)
    # A revision of the tests is called “First”; types have names in both languages.
    called = {"First", *(name_en for name_en, _name_ja, _use in factories.TYPES.values())}
    left = {}
    for path in of_the_administration(world):
        page = client.get(path, headers={"Accept-Language": "ja"}, follow=True)
        assert page.status_code == 200
        left[path] = words_of(page) & english() - called
    assert {path: words for path, words in left.items() if words} == {}


def test_models_and_fields_have_japanese_names():
    with translation.override("ja"):
        named = [
            (str(model._meta.verbose_name), str(model._meta.verbose_name_plural))
            for model in admin.site._registry
        ]
        fields = [
            str(field.verbose_name)
            for model in admin.site._registry
            for field in model._meta.fields
            if field.editable and not field.auto_created
        ]
    assert [names for names in named if not all(map(JAPANESE.search, names))] == []
    assert {name for name in fields if not JAPANESE.search(name)} <= {"URL"}
