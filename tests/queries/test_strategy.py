"""Which revision is in force, and its wordings in the document's order."""

import datetime

from strategy_app.queries import strategy as queries
from tests import factories


def test_a_revision_is_in_force_until_the_next_one_is(db):
    strategy = factories.make_strategy(day="2017-08-01")
    factories.make_strategy("OTHER", day="2019-01-01")
    factories.revise(strategy, [("B", None, True), ("A", "B", True)], day="2020-04-01")
    names = {
        day: queries.revision_in_force(strategy.pk, datetime.date.fromisoformat(day))
        for day in ["2017-07-31", "2017-08-01", "2020-03-31", "2020-04-01", "2199-01-01"]
    }
    assert [row and row.in_force_from.isoformat() for row in names.values()] == [
        None, "2017-08-01", "2017-08-01", "2020-04-01", "2020-04-01",
    ]  # fmt: skip
    assert [row.in_force_from.year for row in queries.published_revisions(strategy.pk)] == [
        2020, 2017,
    ]  # fmt: skip


def test_a_draft_is_never_in_force(db):
    strategy = factories.make_strategy(publish=False)
    assert queries.revision_in_force(strategy.pk, datetime.date(2199, 1, 1)) is None
    assert list(queries.published_revisions(strategy.pk)) == []


def test_wordings_come_in_order_in_one_query(db, django_assert_num_queries):
    strategy = factories.make_strategy()
    revision = queries.published_revisions(strategy.pk).get()
    with django_assert_num_queries(1):
        found = [
            (row.element.code, row.parent and row.parent.code)
            for row in queries.wordings(revision)
        ]
    assert found == [("A", None), ("A.1", "A"), ("A.2", "A"), ("B", None)]
