"""Targets on an element's page: set, followed, corrected, removed; their marks on bars."""

import datetime
import re

import pytest
from django.urls import reverse

from strategy_app.models import Change, Programme, Target
from strategy_app.services import target as target_services
from tests import factories
from tests.views.reading import link, text_of

ADD = "/strategy/STR/A/targets/"
GOOD = {"measure": "supported", "value": "2", "valid_from": "2020-04-01"}


@pytest.fixture
def world(department_a):
    """Four programmes, two of CAT-A in department A; A is supported by one."""
    factories.make_strategy(elements=["A", "A.1", "C"], context=["C"])
    other = factories.make_category("CAT-B")
    first = factories.make_programme("PRG-1", department=department_a)
    factories.make_programme("PRG-2", department=department_a)
    factories.make_programme("PRG-3", category=other)
    factories.make_programme("PRG-4", category=other)
    factories.align(first, "A", 1)
    return first


@pytest.fixture
def managing(client, dai, world):
    client.force_login(dai)
    return client


def stored():
    return sorted(
        (row.element.code, row.measure, str(row.value), row.valid_from.isoformat())
        for row in Target.objects.all()
    )


def refused(client, address, data, field, message, status=400):
    """Send a form; the refusal stands next to the field and nothing has changed."""
    before = (stored(), Change.objects.count())
    page = client.post(address, data)
    assert page.status_code == status
    errors = page.context["form"].errors
    assert {field: list(errors[field])} == {field: [message]}
    assert message in text_of(page)
    assert (stored(), Change.objects.count()) == before
    return page


def bars_of(page):
    return re.findall(
        r'<svg class="bar[^"]*"[^>]*aria-label="([^"]*)"', page.content.decode()
    )


def test_a_manager_sets_a_target_in_one_change(managing, dai):
    page = managing.post(ADD, GOOD, follow=True)
    assert stored() == [("A", "supported", "2.00", "2020-04-01")]
    change = Change.objects.latest("id")
    assert (change.action, change.by, change.source) == ("edit_target", dai, "page")
    assert page.redirect_chain == [("/strategy/STR/A/?strategy=STR#targets", 302)]
    assert "1 missing: now 1, at most 4" in text_of(page)


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"value": "-1"}, "value", "A target is not below 0."),
        ({"value": "101", "measure": "share_active"}, "value",
         "A share is at most 100 %."),
        ({"value": "5"}, "value",
         "There are only 4 programmes that could support it."),
        ({"value": "1.5"}, "value", "Give a whole number of programmes."),
        ({"value": "two"}, "value", "Enter a number, such as 5 or 12.5."),
        ({"value": "NaN"}, "value", "Enter a number, such as 5 or 12.5."),
        ({"value": ""}, "value", "This field is required."),
        ({"valid_from": "0000-00-00"}, "valid_from", "Enter a day as 2026-03-31."),
        ({"valid_from": "9999-01-01"}, "valid_from",
         "Choose a day between 1900-01-01 and 2199-12-31."),
        ({"valid_from": "2017-07-31"}, "valid_from",
         "A is not in force on 31 July 2017."),
        ({"measure": "guess"}, "measure",
         "Select a valid choice. guess is not one of the available choices."),
    ],
)  # fmt: skip
def test_what_cannot_be_a_target_is_refused_next_to_its_field(
    managing, changed, field, message
):
    refused(managing, ADD, GOOD | changed, field, message)


def test_no_more_than_the_programmes_of_the_group(managing, department_a):
    group = {"department": department_a.pk}
    message = "There are only 2 programmes that could support it."
    refused(managing, ADD, GOOD | group | {"value": "3"}, "value", message)
    managing.post(ADD, GOOD | group | {"value": "2"})
    assert Target.objects.get().department == department_a


def test_a_category_or_a_department_but_not_both(managing, world, department_a):
    both = {"department": department_a.pk, "category": world.category_id}
    message = "Choose a category or a department, not both."
    refused(managing, ADD, GOOD | both, "department", message)


def test_an_element_that_is_context_only_has_no_target(managing):
    message = "C is context only: nothing is aligned with it."
    refused(managing, "/strategy/STR/C/targets/", GOOD, "__all__", message)


def test_overlapping_targets_are_refused(managing, department_a):
    managing.post(ADD, GOOD)
    message = "There is such a target from that day already: 2."
    refused(managing, ADD, GOOD | {"value": "3"}, "valid_from", message)
    managing.post(ADD, GOOD | {"department": department_a.pk})
    assert Target.objects.count() == 2


def test_full_width_digits_are_digits(managing):
    managing.post(ADD, GOOD | {"value": "３", "valid_from": "２０２０-０４-０１"})
    assert stored() == [("A", "supported", "3.00", "2020-04-01")]


def test_who_may_not_is_refused_and_nothing_changes(client, world, aiko, ben):
    target = factories.make_target(factories.get_element("A"))
    before = (stored(), Change.objects.count())
    for address in [ADD, f"/targets/{target.pk}/", f"/targets/{target.pk}/remove/"]:
        client.logout()
        answer = client.post(address, GOOD)
        assert answer.url.startswith(reverse("account_login"))
        for person in (aiko, ben):
            client.force_login(person)
            assert client.post(address, GOOD).status_code == 403
    assert (stored(), Change.objects.count()) == before
    assert "Set a target" not in text_of(client.get("/strategy/STR/A/"))


# --- following, correcting, removing ---


@pytest.fixture
def target(world):
    return factories.make_target(factories.get_element("A"), 2)


def revision(target, **changed):
    return {
        "value": "3",
        "valid_from": target.valid_from.isoformat(),
        "version": target_services.version_of(target),
    } | changed


def test_the_same_day_corrects_and_the_history_says_from_what_to_what(
    managing, target, dai
):
    page = managing.post(f"/targets/{target.pk}/", revision(target), follow=True)
    assert stored() == [("A", "supported", "3.00", "2020-04-01")]
    edits = [
        (change.by, edit.kind, [(v.label, v.before, v.after) for v in edit.values])
        for change, edit in page.context["target_edits"]
    ]
    assert edits[0] == (dai, "~", [("value", "2", "3")])
    assert [kind for _by, kind, _values in edits] == ["~", "+"]
    assert "Who set which target" in text_of(page)


def test_a_later_day_follows_and_the_earlier_one_stays(managing, target):
    data = revision(target, valid_from="2024-04-01")
    page = managing.post(f"/targets/{target.pk}/", data, follow=True)
    assert stored() == [
        ("A", "supported", "2.00", "2020-04-01"),
        ("A", "supported", "3.00", "2024-04-01"),
    ]
    times = page.context["targets"]
    shown = {time: [row.value for row in rows] for time, rows in times.items()}
    assert shown == {"now": ["3"], "to_come": [], "earlier": ["2"]}
    before = managing.get("/strategy/STR/A/?day=2023-01-01").context["targets"]
    shown = {time: [row.value for row in rows] for time, rows in before.items()}
    assert shown == {"now": ["2"], "to_come": ["3"], "earlier": []}


def test_an_earlier_day_is_refused(managing, target):
    refused(
        managing, f"/targets/{target.pk}/", revision(target, valid_from="2019-04-01"),
        "valid_from", "This target begins on 1 April 2020: choose that day or later.",
    )  # fmt: skip


def test_a_revision_obeys_the_rules_of_new_targets(managing, target):
    refused(
        managing, f"/targets/{target.pk}/", revision(target, value="9"), "value",
        "There are only 4 programmes that could support it.",
    )  # fmt: skip


def test_saying_the_same_changes_nothing(managing, target):
    before = (stored(), Change.objects.count())
    managing.post(f"/targets/{target.pk}/", revision(target, value="2"))
    assert (stored(), Change.objects.count()) == before


def test_two_people_at_once_see_both_and_nobody_is_overwritten(managing, target, chie):
    seen = target_services.version_of(target)
    target_services.revise(
        target=target, value=4, valid_from=target.valid_from, version=seen, by=chie
    )
    before = (stored(), Change.objects.count())
    data = revision(target, version=seen)
    page = managing.post(f"/targets/{target.pk}/", data)
    assert page.status_code == 409
    assert "Somebody else was faster." in text_of(page)
    assert "It is now 4 from 1 April 2020. chie" in text_of(page)
    assert page.context["form"]["value"].value() == "3"
    assert (stored(), Change.objects.count()) == before
    data["version"] = page.context["form"]["version"].value()
    managing.post(f"/targets/{target.pk}/", data)
    assert stored() == [("A", "supported", "3.00", "2020-04-01")]


def test_removing_leaves_the_history(managing, target):
    version = {"version": target_services.version_of(target)}
    page = managing.post(f"/targets/{target.pk}/remove/", version, follow=True)
    assert stored() == []
    assert [edit.kind for _change, edit in page.context["target_edits"]] == ["-", "+"]
    again = managing.post(f"/targets/{target.pk}/", revision(target), follow=True)
    assert "Somebody has removed this target meanwhile." in text_of(again)
    assert stored() == []


@pytest.mark.parametrize("version", ["", "0", "x", "²", "9" * 30])
def test_removing_what_one_has_not_seen_is_a_conflict(managing, target, version):
    before = (stored(), Change.objects.count())
    page = managing.post(f"/targets/{target.pk}/remove/", {"version": version})
    assert page.status_code == 409
    assert (stored(), Change.objects.count()) == before


# --- marks ---


def test_bars_show_the_target_by_a_stroke_and_in_words(managing, target):
    for path in ["/", "/strategy/STR/", "/strategy/STR/A/"]:
        page = managing.get(path)
        marked = [words for words in bars_of(page) if words.endswith(", target 2")]
        assert (path, len(marked)) == (path, 1)
        assert 'd="M50.000 -3V13"' in page.content.decode()
    row = managing.get("/").context["rows"][0]
    assert [(mark.measure, mark.place) for mark in row.marks] == [("supported", 50.0)]


def test_a_target_of_principal_and_a_share_have_marks_of_their_own(managing, world):
    element = factories.get_element("A")
    factories.make_target(element, 1, measure="principal")
    factories.make_target(element, 75, measure="share_active")
    factories.make_target(element, 10, measure="share_budget")
    row = managing.get("/").context["rows"][0]
    assert [(mark.place, mark.words) for mark in row.marks] == [
        (25.0, "target 1 principal"),
        (75.0, "target 75 %"),
    ]


def test_a_bar_shows_the_targets_of_its_own_programmes_only(managing, target, world):
    factories.make_target(target.element, 1, category=world.category)
    words = {
        query: [mark.words for mark in managing.get(query).context["rows"][0].marks]
        for query in ["/", "/?category=CAT-A", "/?category=CAT-B", "/?country=TH"]
    }
    assert words == {
        "/": ["target 2"], "/?category=CAT-A": ["target 1"], "/?category=CAT-B": [],
        "/?country=TH": [],
    }  # fmt: skip


def test_the_element_says_whether_a_target_is_met(managing, target):
    page = managing.get("/strategy/STR/A/")
    assert "1 missing: now 1, at most 4" in text_of(page)
    factories.align(Programme.objects.get(code="PRG-2"), "A", 2)
    page = managing.get("/strategy/STR/A/")
    assert "target met: 2" in text_of(page)


def test_a_target_of_nought_ends_the_one_before(managing, target):
    factories.make_target(target.element, 0, day="2024-04-01")
    page = managing.get("/strategy/STR/A/")
    assert [row.value for row in page.context["targets"]["now"]] == ["0"]
    assert managing.get("/").context["rows"][0].marks == []


def test_what_was_known_earlier_is_shown_but_not_edited(managing, target, dai):
    known = Change.objects.latest("id").pk
    managing.post(f"/targets/{target.pk}/", revision(target))
    page = managing.get(f"/strategy/STR/A/?known_at={known}")
    assert [row.value for row in page.context["targets"]["now"]] == ["2"]
    assert "Set a target" not in text_of(page)


def test_the_form_is_reached_and_left_by_links(managing, target):
    page = managing.get("/strategy/STR/A/?day=2026-03-31")
    form = managing.get(
        link(page, "Change the target Programmes at significant and above: 2")
    )
    assert form.context["form"]["value"].value() == "2"
    assert 'value="2"' in form.content.decode()
    back = managing.get(link(form, "Cancel"))
    assert back.context["scope"].day == datetime.date(2026, 3, 31)


@pytest.mark.parametrize("number", [1, 3])
def test_the_section_costs_a_fixed_number_of_queries(
    managing, world, number, django_assert_num_queries
):
    for year in range(number):
        factories.make_target(
            factories.get_element("A"), 1, day=f"202{year}-04-01", category=world.category
        )
    managing.get("/strategy/STR/A/")
    with django_assert_num_queries(16):
        managing.get("/strategy/STR/A/")
