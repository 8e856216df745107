"""What elements come from and went into, over any two revisions, and who said how."""

import datetime

import pytest

from strategy_app.models import Change
from strategy_app.queries import crosswalk
from strategy_app.queries.strategy import published_revisions
from strategy_app.services import strategy as services
from tests import factories


def publish(strategy, edit, year, by=None):
    """Publish a revision from that year on, whose draft ``edit`` has altered."""
    draft = services.create_draft(strategy=strategy, by=by, name_en=f"Of {year}")
    edit(draft)
    day = datetime.date(year, 4, 1)
    return services.publish(revision=draft, in_force_from=day, by=by, despite_warnings=True)


def come(draft, code, kind, origins, by):
    """Add an element that was split or merged from others, or say so of one there is."""
    wording = draft.wordings.filter(element__code=code).first() or services.add(
        revision=draft, code=code, parent=None, by=by,
        type=factories.type_of(), title_en=code,
        title_ja=code,
    )  # fmt: skip
    elements = [factories.get_element(origin) for origin in origins]
    services.set_origins(wording=wording, kind=kind, origins=elements, by=by)


def go(draft, *codes):
    for code in codes:
        services.delete_wording(wording=draft.wordings.get(element__code=code), by=None)


def told(links):
    return {code: crosswalk.grouped(some) for code, some in links.items()}


@pytest.fixture
def revisions(db, chie):
    """A is split into A and B; B is split into D and E and goes; C and D merge into F."""
    strategy = factories.make_strategy(elements=["A", "C", "X"])

    def second(draft):
        come(draft, "B", "split", ["A"], chie)

    def third(draft):
        come(draft, "D", "split", ["B"], chie)
        come(draft, "E", "split", ["B"], chie)
        go(draft, "B")

    def fourth(draft):
        come(draft, "F", "merged", ["C", "D"], chie)
        go(draft, "C", "D")

    for edit, year in [(second, 2020), (third, 2021), (fourth, 2022)]:
        publish(strategy, edit, year, chie)
    return list(published_revisions(strategy.pk))[::-1]


def test_one_step_is_told_from_both_sides(revisions):
    found = crosswalk.between(revisions[2], revisions[3])
    assert told(found.origins) == {"F": [("Merged from", ["C", "D"])]}
    assert told(found.successors) == {
        "C": [("Merged into", ["F"])], "D": [("Merged into", ["F"])],
    }  # fmt: skip


def test_over_several_revisions_what_was_in_between_is_passed_over(revisions):
    found = crosswalk.between(revisions[0], revisions[2])
    assert told(found.origins) == {
        "D": [("Split from", ["A"])], "E": [("Split from", ["A"])],
    }  # fmt: skip
    assert told(found.successors) == {"A": [("Split into", ["D", "E"])]}
    found = crosswalk.between(revisions[0], revisions[3])
    assert told(found.origins) == {
        "E": [("Split from", ["A"])], "F": [("Merged from", ["A", "C"])],
    }  # fmt: skip
    assert told(found.successors) == {
        "A": [("Split into", ["E"]), ("Merged into", ["F"])],
        "C": [("Merged into", ["F"])],
    }  # fmt: skip


def test_the_order_of_the_two_changes_nothing(revisions):
    for older, newer in [(0, 1), (0, 3), (1, 3)]:
        forth = crosswalk.between(revisions[older], revisions[newer])
        assert crosswalk.between(revisions[newer], revisions[older]) == forth


def test_what_the_first_revision_has_comes_from_nothing(revisions):
    nothing = crosswalk.Crosswalk({}, {})
    assert crosswalk.between(None, revisions[0]) == nothing
    assert crosswalk.judged(None, revisions[0]) == {}


def test_the_draft_is_the_newest(revisions, chie):
    draft = services.create_draft(strategy=revisions[0].strategy, by=chie, name_en="Next")
    come(draft, "G", "split", ["F"], chie)
    found = crosswalk.between(revisions[0], draft)
    assert told(found.origins)["G"] == [("Merged from", ["A", "C"])]
    assert told(crosswalk.between(revisions[3], draft).origins) == {
        "G": [("Split from", ["F"])]
    }
    # Of published revisions nothing that is only drafted is told.
    assert "G" not in crosswalk.between(revisions[0], revisions[3]).origins
    newest = Change.objects.latest("id").pk
    assert not crosswalk.steps_of(factories.get_element("G"), until=newest)


@pytest.mark.parametrize(
    ("code", "steps"),
    [
        ("A", [("Of 2020", "Split into", ["B"])]),
        ("B", [("Of 2020", "Split from", ["A"]), ("Of 2021", "Split into", ["D", "E"])]),
        ("D", [("Of 2021", "Split from", ["B"]), ("Of 2022", "Merged into", ["F"])]),
        ("F", [("Of 2022", "Merged from", ["C", "D"])]),
        ("X", []),
    ],
)
def test_an_element_has_its_steps(revisions, code, steps, django_assert_num_queries):
    element, newest = factories.get_element(code), Change.objects.latest("id").pk
    with django_assert_num_queries(1):
        found = crosswalk.steps_of(element, until=newest)
    assert [(step.revision.name_en, step.label, step.codes) for step in found] == steps


def test_each_revision_says_how_it_changed_an_element_and_who_and_why(
    db, chie, eri, django_assert_num_queries
):
    strategy = factories.make_strategy(elements=["A", "B"])

    def reword(title, modification, reason):
        def edit(draft):
            wording = services.edit(
                wording=(row := draft.wordings.get(element__code="A")),
                replaces=row.edited_in_id, by=chie, title_en=title, title_ja=title,
            )  # fmt: skip
            services.decide(
                wording=wording, modification=modification, reason=reason,
                replaces=wording.edited_in_id, by=eri,
            )  # fmt: skip

        return edit

    publish(strategy, reword("Else", "editorial", "Plainer."), 2020, chie)
    publish(strategy, reword("Other", "material", ""), 2021, chie)
    newest, second, first = published_revisions(strategy.pk)
    with django_assert_num_queries(1):
        found = crosswalk.judged(first, newest)
        assert {
            code: [
                (row.revision.name_en, row.modification, row.decided_by.username,
                 row.decision_reason)
                for row in rows
            ]
            for code, rows in found.items()
        } == {
            "A": [
                ("Of 2020", "editorial", "eri", "Plainer."),
                ("Of 2021", "material", "eri", ""),
            ]
        }  # fmt: skip
    assert [row.revision for row in crosswalk.judged(second, newest)["A"]] == [newest]


def again(strategy, chie, code="B"):
    """Take an element out, and use its code for something new a year later."""

    def new(draft):
        services.add(
            revision=draft, code=code, parent=None, by=chie,
            type=factories.type_of(), title_en="Other",
            title_ja="別",
        )  # fmt: skip

    publish(strategy, lambda draft: go(draft, code), 2021, chie)
    return publish(strategy, new, 2022, chie)


def test_what_is_new_under_a_code_that_was_split_comes_from_nothing(db, chie):
    strategy = factories.make_strategy(elements=["A"])
    first = strategy.revisions.get()
    split = publish(strategy, lambda it: come(it, "B", "split", ["A"], chie), 2020, chie)
    assert told(crosswalk.between(first, split).origins) == {"B": [("Split from", ["A"])]}
    last = again(strategy, chie)
    assert crosswalk.between(first, last) == crosswalk.Crosswalk({}, {})


def test_nor_does_what_is_split_from_it_come_from_what_stood_there(db, chie):
    strategy = factories.make_strategy(elements=["A", "B"])
    first = strategy.revisions.get()
    between = again(strategy, chie)
    last = publish(strategy, lambda it: come(it, "C", "split", ["B"], chie), 2023, chie)
    assert crosswalk.between(first, last) == crosswalk.Crosswalk({}, {})
    assert told(crosswalk.between(between, last).origins) == {"C": [("Split from", ["B"])]}
