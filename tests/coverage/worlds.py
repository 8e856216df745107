"""Random worlds for Hypothesis: described as plain data, then built by the services."""

import datetime
import itertools
import os
from contextlib import contextmanager

from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from strategy_app.coverage import frame
from strategy_app.models import Change, Programme
from strategy_app.services import reference
from strategy_app.services.change import recording
from tests import factories

ELEMENTS = ["A", "B", "C", "D", "E", "F", "G", "H"]
CATEGORIES = ["CAT-A", "CAT-B"]
DEPARTMENTS = ["DEP-A", "DEP-B"]
COUNTRIES = ["US", "DE", "IN"]
FIRST, LAST = datetime.date(2016, 1, 1), datetime.date(2026, 6, 30)

# A failure prints the blob that repeats it; a build server repeats itself anyway. To
# shrink it takes minutes here: add Phase.shrink when one is to be understood.
RANDOM = settings(
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)

days = st.dates(FIRST, LAST)
partial_dates = st.one_of(
    st.just(""),
    st.tuples(days, st.sampled_from([4, 7, 10])).map(
        lambda pair: pair[0].isoformat()[: pair[1]]
    ),
)


@contextmanager
def rolled_back():
    """Run one example, and leave neither rows nor columns of it."""
    with transaction.atomic():
        frame.forget()
        yield
        frame.forget()
        transaction.set_rollback(True)


@st.composite
def trees(draw):
    """Elements in the document's order: (code, parent, alignable)."""
    codes = draw(st.permutations(ELEMENTS))[: draw(st.integers(1, len(ELEMENTS)))]
    return [
        (
            code,
            draw(st.sampled_from([None, *codes[:number]])),
            number == 0 or draw(st.integers(0, 3)) > 0,
        )
        for number, code in enumerate(codes)
    ]


programmes = st.fixed_dictionaries(
    {
        "status": st.sampled_from(Programme.Status.values),
        "starts_on": partial_dates,
        "ends_on": partial_dates,
        "category": st.sampled_from(CATEGORIES),
        "department": st.sampled_from([None, *DEPARTMENTS]),
        "countries": st.lists(st.sampled_from(COUNTRIES), unique=True, max_size=3),
        "budgets": st.dictionaries(
            st.integers(2015, 2026), st.integers(0, 10**12), max_size=4
        ),
    }
)


@st.composite
def worlds(draw):
    """A strategy with one or two revisions, up to five programmes, up to 25 rows."""
    revisions = draw(
        st.lists(st.tuples(days, trees()), min_size=1, max_size=2, unique_by=lambda r: r[0])
    )
    made = draw(st.lists(programmes, max_size=5))
    in_some = sorted({code for _day, tree in revisions for code, _p, _a in tree})
    cells = st.tuples(st.integers(0, len(made) - 1), st.sampled_from(in_some))
    histories = draw(st.dictionaries(cells, _history(), max_size=10)) if made else {}
    return {
        "revisions": sorted(revisions, key=lambda revision: revision[0]),
        "programmes": made,
        "histories": histories,
    }


@st.composite
def _history(draw):
    """Rows of one cell: (level, from, until); some of them empty, the last perhaps open."""
    cuts = sorted(draw(st.lists(days, min_size=2, max_size=4)))
    if draw(st.booleans()):  # changed twice on one day
        cuts = sorted([*cuts, draw(st.sampled_from(cuts))])
    rows = [
        (draw(st.integers(0, 2)), begins, ends)
        for begins, ends in itertools.pairwise(cuts)
        if draw(st.integers(0, 4))
    ]
    if draw(st.booleans()):
        rows.append((draw(st.integers(0, 2)), cuts[-1], None))
    return rows


def build(world):
    """Build a world by the services; return its programmes."""
    with recording(Change.Action.LOAD, by=None):
        categories = {code: factories.make_category(code) for code in CATEGORIES}
        departments = {code: factories.make_department(code) for code in DEPARTMENTS}
        strategy = factories.make_strategy("STR", publish=False, elements=())
        reference.delete(factories.draft_of(strategy), by=None)
        for day, tree in world["revisions"]:
            factories.revise(strategy, tree, day=day.isoformat())
        programmes = [
            _make_programme(number, fields, categories, departments)
            for number, fields in enumerate(world["programmes"])
        ]
    for (number, code), rows in world["histories"].items():
        for order, (level, begins, ends) in enumerate(rows):
            factories.load_history(
                programmes[number], code, level, begins.isoformat(),
                ends and ends.isoformat(), rationale=f"Row {order}.",
            )  # fmt: skip
    return programmes


def _make_programme(number, fields, categories, departments):
    ends_on = fields["ends_on"]
    if ends_on and ends_on[:4] <= fields["starts_on"][:4]:
        ends_on = ""  # a period cannot be backwards
    programme = factories.make_programme(
        f"PRG-{number}",
        category=categories[fields["category"]],
        department=departments.get(fields["department"]),
        status=fields["status"],
        starts_on=fields["starts_on"],
        ends_on=ends_on,
        partner_countries=fields["countries"],
    )
    for year, amount in fields["budgets"].items():
        factories.make_budget(programme, year, amount)
    return programme
