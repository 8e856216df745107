"""Dates, numbers and names as each language writes them, and texts in one only."""

import re

import pytest
from django.urls import reverse

from strategy_app.models import Programme, Wording
from strategy_app.services import strategy as strategy_services
from tests import factories
from tests.languages.reading import address, read, words_of

# --- dates, numbers, names ---


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("ja", {"2026年3月31日", "2009年4月", "2012年6月28日", "2199年3月31日"}),
        ("en", {"31 March 2026", "April 2009", "28 June 2012", "31 March 2199"}),
    ],
)
def test_dates_are_written_as_each_language_writes_them(
    client, ben, world, language, shown
):
    client.force_login(ben)
    page = read(client, "/programmes/?day=2026-03-31", language)
    assert shown <= words_of(page)


@pytest.mark.parametrize(
    ("language", "shown"),
    [("ja", "2026年度：1.2百万円"), ("en", "FY2026: 1.2 million JPY")],
)
def test_a_budget_is_of_a_fiscal_year(client, ben, world, language, shown):
    client.force_login(ben)
    assert shown in words_of(read(client, address("programme"), language))


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("ja", "2027年度の予算が登録されていないため"),
        ("en", "No budget is recorded for FY2027"),
    ],
)
def test_a_fiscal_year_has_its_name(client, ben, world, language, shown):
    client.force_login(ben)
    page = read(client, "/?basis=budget&day=2027-06-30", language)
    assert [text for text in words_of(page) if text.startswith(shown)] != []


@pytest.mark.parametrize(
    ("starts_on", "shown"), [("2009", "2009年"), ("2009-04", "2009年4月")]
)
def test_a_date_is_no_more_precise_than_it_is_known(client, ben, world, starts_on, shown):
    factories.make_programme("PRG-9", starts_on=starts_on)
    client.force_login(ben)
    page = read(client, "/programmes/?q=PRG-9")
    assert shown in words_of(page)


def test_countries_are_listed_in_the_readers_language(client, ben, world):
    client.force_login(ben)
    assert "タイ、ベトナム" in words_of(read(client, address("programme")))
    assert "Thailand, Vietnam" in words_of(read(client, address("programme"), "en"))


def test_a_bar_is_read_out_in_japanese(client, ben, world):
    client.force_login(ben)
    page = read(client, "/?category=CAT-A")
    assert "主要 1、重要(副次的) 0、対象外 0、未評価 0" in words_of(page)


def test_yes_and_no_in_a_history_are_words(client, chie, world):
    client.force_login(chie)
    newest = Programme.history.filter(code="PRG-1").order_by("-history_id").first()
    page = read(client, reverse("change", args=[newest.change_id]))
    assert {"終了日は例示", "はい", "いいえ"} <= words_of(page)
    assert {"True", "False"} & words_of(page) == set()


# --- texts that are in one language only ---


def test_a_missing_translation_is_shown_in_english_and_marked(client, ben, world):
    factories.make_programme("PRG-E", name_en="Only in English", name_ja="")
    client.force_login(ben)
    page = read(client, "/programmes/?q=PRG-E").content.decode()
    marked = (
        '<span lang="en">Only in English</span> <small class="fallback"'
        ' title="このテキストの翻訳は未登録です。">英語のみ</small>'
    )
    assert marked in page
    in_english = read(client, "/programmes/?q=PRG-E", "en").content.decode()
    assert "Only in English" in in_english
    assert 'class="fallback"' not in in_english


def test_a_missing_text_of_an_element_is_marked(client, ben):
    strategy = factories.make_strategy(publish=False)
    draft = factories.draft_of(strategy)
    wording = Wording.objects.select_related("revision").get(element__code="A")
    wording.body_ja = ""
    strategy_services.save_wording(wording=wording, by=None)
    strategy_services.publish(
        revision=draft, in_force_from="2017-08-01", by=None, despite_warnings=True
    )
    client.force_login(ben)
    for path in ["/strategy/STR/", "/strategy/STR/A/"]:
        page = read(client, path).content.decode()
        assert re.search(
            r'<div lang="en"><p>What A is about.</p>\n</div><small class="fallback"', page
        )


@pytest.mark.parametrize("language", ["en", "ja"])
def test_texts_in_both_languages_are_not_marked(client, ben, world, language):
    client.force_login(ben)
    page = read(client, "/programmes/", language).content.decode()
    assert 'class="fallback"' not in page
