"""The ledger and the changes are read, searched and filtered; nothing is written there."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from strategy_app.models import Alignment, Change
from strategy_app.services import ledger, reference
from tests import factories
from tests.admin.pages import address


@pytest.fixture
def rows(dai, chie):
    """Three rows: one closed, one confirmed, one by somebody else."""
    factories.make_strategy()
    one, two = factories.make_programme("ONE"), factories.make_programme("TWO")
    closed = factories.align(one, "A.1", 1, by=dai, rationale="First thoughts.")
    confirmed = factories.align(one, "A.1", 2, by=dai, rationale="On reflection.")
    ledger.confirm(alignment=confirmed, by=chie)
    other = factories.align(two, "B", 0, by=chie, rationale="No.")
    return {"closed": closed, "confirmed": confirmed, "other": other}


@pytest.fixture
def signed_in(chie, client):
    client.force_login(chie)
    return client


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"closed", "confirmed", "other"}),
        ("?open=yes", {"confirmed", "other"}),
        ("?open=no", {"closed"}),
        ("?confirmed=yes", {"confirmed"}),
        ("?confirmed=no", {"closed", "other"}),
        ("?level__exact=0", {"other"}),
        ("?programme_code=one", {"closed", "confirmed"}),
        ("?element_code=B", {"other"}),
        ("?element_code=NONE", set()),
        ("?q=reflection", {"confirmed"}),
        ("?q=TWO", {"other"}),
    ],
)
def test_the_ledger_is_searched_and_filtered(rows, query, expected, signed_in):
    page = signed_in.get(address(Alignment, "changelist") + query)
    found = {row.pk for row in page.context["cl"].result_list}
    assert found == {rows[name].pk for name in expected}


def test_filters_are_kept_while_another_is_typed(rows, signed_in):
    page = signed_in.get(address(Alignment, "changelist") + "?open=yes").content.decode()
    assert '<input type="hidden" name="open" value="yes">' in page


def test_a_row_leads_to_its_changes_and_they_lead_back(rows, signed_in):
    row = Alignment.objects.get(pk=rows["closed"].pk)
    page = signed_in.get(address(Alignment, "change", row.pk)).content.decode()
    assert address(Change, "change", row.opened_in_id) in page
    assert address(Change, "change", row.closed_in_id) in page
    change = signed_in.get(address(Change, "change", row.closed_in_id)).content.decode()
    back = f"{address(Alignment, 'changelist')}?closed_in={row.closed_in_id}"
    assert back in change
    found = signed_in.get(back).context["cl"].result_list
    assert [found_row.pk for found_row in found] == [row.pk]


def test_the_history_of_a_row_is_that_of_its_cell(rows, signed_in):
    answer = signed_in.get(address(Alignment, "history", rows["confirmed"].pk), follow=True)
    found = {row.pk for row in answer.context["cl"].result_list}
    assert found == {rows["closed"].pk, rows["confirmed"].pk}


def test_changes_are_filtered_by_action_source_and_person(rows, chie, signed_in):
    where = address(Change, "changelist")
    for query, expected in [
        ("?action__exact=confirm", Change.objects.filter(action="confirm")),
        ("?source__exact=page", Change.objects.filter(source="page")),
        (f"?by__id__exact={chie.pk}", Change.objects.filter(by=chie)),
        ("?q=dai", Change.objects.filter(by__username="dai")),
    ]:
        found = signed_in.get(where + query).context["cl"].result_list
        assert {change.pk for change in found} == {change.pk for change in expected}
        assert found


def test_a_change_shows_what_it_altered(signed_in):
    programme = factories.make_programme(name_en="Brand new")
    change = programme.history.get().change
    page = signed_in.get(address(Change, "change", change.pk)).content.decode()
    assert "<ins>Brand new</ins>" in page


@pytest.mark.parametrize("model", [Alignment, Change])
def test_nothing_can_be_sent(rows, model, signed_in):
    row = model.objects.order_by("id").last()
    before = list(model.objects.order_by("id").values())
    for where in (
        address(model, "add"),
        address(model, "change", row.pk),
        address(model, "delete", row.pk),
    ):
        data = {"rationale": "X", "reason": "X", "post": "yes"}
        assert signed_in.post(where, data).status_code == 403
    signed_in.post(
        address(model, "changelist"),
        {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"},
    )
    assert list(model.objects.order_by("id").values()) == before


@pytest.mark.parametrize("model", [Alignment, Change])
def test_the_number_of_queries_is_fixed(model, signed_in, dai):
    factories.make_strategy()
    counted = []
    for number in range(1, 4):
        factories.align(factories.make_programme(f"P-{number}"), "A", by=dai)
        where = address(model, "changelist")
        signed_in.get(where)  # the columns are read anew after each write
        with CaptureQueriesContext(connection) as queries:
            signed_in.get(where)
        counted.append(len(queries))
    assert counted[0] == counted[2], counted


def test_a_confirmation_that_has_lapsed_is_listed_as_such(signed_in, rows, chie):
    programme = rows["confirmed"].programme
    programme.summary_en = "Builds telescopes."
    reference.save(programme, by=chie)
    page = address(Alignment, "changelist")
    listed = signed_in.get(page)
    assert "Lapsed: the programme&#x27;s text has changed" in listed.content.decode()
    found = {
        side: set(signed_in.get(f"{page}?confirmed={side}").context["cl"].queryset)
        for side in ("yes", "no")
    }
    assert found == {"yes": set(), "no": set(rows.values())}


def test_a_row_shows_the_notes_with_which_it_was_returned(signed_in, rows, chie):
    row = factories.align(rows["other"].programme, "A.1", 1)
    where = address(Alignment, "change", row.pk)
    for note in ("Which <call>?", "And since when?"):
        ledger.send_back(alignment=row, note=note, by=chie)
    shown = signed_in.get(where).content.decode()
    change = Change.objects.latest("id")
    assert "Which &lt;call&gt;?" in shown
    assert f'And since when? (<a href="{address(Change, "change", change.pk)}">' in shown
