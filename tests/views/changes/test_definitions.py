"""Definitions: complete, in the thresholds in force, and one click from each figure."""

import pytest
from django.utils import translation

from strategy_app.coverage import (
    compare,
    counts,
    definitions,
    frame,
    gaps,
    heatmap,
    standing,
)
from strategy_app.models import LevelDefinition, Target
from strategy_app.services import reference
from tests import factories
from tests.views.reading import links_of, text_of


@pytest.fixture
def page(client, ben):
    factories.make_strategy()
    factories.make_programme()
    client.force_login(ben)
    return client.get("/definitions/")


def anchors_of(page):
    return [
        entry.anchor
        for section in page.context["sections"]
        for entry in section.definitions
    ]


def test_every_kind_state_layer_and_measure_is_defined(page):
    anchors = anchors_of(page)
    expected = (
        [f"gap-{kind}" for kind in gaps.Kind]
        + [f"level-{state}" for state in counts.STATES]
        + [f"layer-{layer}" for layer in standing.LAYERS]
        + [f"target-{measure}" for measure in Target.Measure]
        + [f"compare-{kind}" for kind in compare.Kind]
        + list(counts.DEFINITIONS)[4:]
        + ["in-force", "effective-level", "target", "ranking", "timeline", "fiscal-year"]
        + ["judged-lately", "trend", "ending", "since"]
        + [f"matrix-{name}" for name in heatmap.DEFINITIONS]
    )
    assert sorted(anchors) == sorted({*expected, *anchors} - {"not_assessed"})
    assert set(expected) <= set(anchors)
    assert len(anchors) == len(set(anchors))
    for anchor in anchors:
        assert f'id="{anchor}"' in page.content.decode()


def test_a_kind_without_a_definition_fails(db, monkeypatch):
    thresholds = frame.current().thresholds
    monkeypatch.delitem(gaps.DEFINITIONS, gaps.Kind.THIN)
    with pytest.raises(KeyError):
        definitions.sections(thresholds)


def test_every_definition_has_words_in_both_languages(db):
    thresholds = frame.current().thresholds
    for language in ("en", "ja"):
        with translation.override(language):
            for section in definitions.sections(thresholds):
                for entry in section.definitions:
                    assert str(entry.term)
                    assert str(entry.words)
                    assert "%(" not in str(entry.words) + str(entry.threshold)


def test_the_words_are_those_of_the_other_pages(page):
    text = text_of(page)
    for words in [*gaps.DEFINITIONS.values(), gaps.FORMULA, *compare.DEFINITIONS.values()]:
        assert str(words) in text


def test_levels_are_in_the_words_of_the_organisation(client, ben, page):
    reference.save(
        LevelDefinition(level=2, name_en="Main aim", use_when_en="It is why it exists."),
        by=None,
    )
    text = text_of(client.get("/definitions/"))
    assert "Main aim It is why it exists." in text
    assert "The element is a main purpose of the programme" not in text


@pytest.mark.parametrize("path", ["/gaps/", "/definitions/", "/"])
def test_definitions_are_one_click_away(client, page, path):
    addresses = [href for href, _label in links_of(client.get(path)) if href]
    assert any(href.startswith("/definitions/") for href in addresses)


@pytest.mark.parametrize(
    ("path", "anchors"),
    [
        ("/", ["judged-lately", "trend", "since", "ending", "completeness"]),
        ("/matrix/", ["matrix-number", "matrix-shade", "matrix-unread"]),
        ("/matrix/?show=assessed", ["matrix-assessed", "matrix-shade"]),
        ("/timeline/", ["timeline", "level-principal", "level-not_assessed"]),
        ("/compare/", ["compare-added", "compare-ended", "coverage", "level-principal"]),
        ("/compare/?with_layer=confirmed", ["compare-lacking", "compare-lowered"]),
        ("/compare/?category=CAT-A&with_category=CAT-A", ["supported", "level-principal"]),
    ],
)
def test_each_figure_leads_to_its_own_definition(client, page, path, anchors):
    linked = {
        href.partition("#")[2]
        for href, _label in links_of(client.get(path))
        if href and href.startswith("/definitions/?")
    }
    assert sorted(set(anchors) - linked) == []
    assert sorted(set(anchors) - set(anchors_of(page))) == []


def test_each_kind_on_the_gaps_page_leads_to_its_definition(client, page):
    linked = {
        href.partition("#")[2]
        for href, _label in links_of(client.get("/gaps/"))
        if href and href.startswith("/definitions/")
    }
    assert {f"gap-{kind}" for kind in gaps.Kind} <= linked


def test_the_page_costs_a_fixed_number_of_queries(client, page, django_assert_num_queries):
    with django_assert_num_queries(4):
        client.get("/definitions/")
