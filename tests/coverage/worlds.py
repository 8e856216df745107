"""Random worlds for Hypothesis: described as plain data, then built by the services."""

import datetime
import itertools
import os
from contextlib import contextmanager, suppress

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from strategy_app.coverage import frame
from strategy_app.models import (
    Alignment,
    Budget,
    Change,
    Dismissal,
    Element,
    Programme,
    Target,
    Thresholds,
    Wording,
)
from strategy_app.services import ledger, reference
from strategy_app.services import strategy as strategies
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
    """Elements in the document's order: (code, parent, alignable, modification)."""
    codes = draw(st.permutations(ELEMENTS))[: draw(st.integers(1, len(ELEMENTS)))]
    return [
        (
            code,
            draw(st.sampled_from([None, *codes[:number]])),
            number == 0 or draw(st.integers(0, 3)) > 0,
            draw(st.sampled_from(["unchanged", "editorial", "material", "new"])),
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
    """A strategy with up to three revisions, up to five programmes, up to 25 rows.

    What was edited later comes in ``later``: (what, number of the programme, value) each.
    """
    revisions = draw(
        st.lists(st.tuples(days, trees()), min_size=1, max_size=3, unique_by=lambda r: r[0])
    )
    made = draw(st.lists(programmes, max_size=5))
    in_some = sorted({code for _day, tree in revisions for code, *_rest in tree})
    cells = st.tuples(st.integers(0, len(made) - 1), st.sampled_from(in_some))
    histories = draw(st.dictionaries(cells, _history(), max_size=10)) if made else {}
    code = st.sampled_from(in_some)
    return {
        # By the place of a revision, which element is split from which others.
        "splits": {
            number: draw(st.dictionaries(code, st.sets(code, max_size=2), max_size=3))
            for number in range(1, len(revisions))
        },
        "revisions": sorted(revisions, key=lambda revision: revision[0]),
        "programmes": made,
        "histories": histories,
        "targets": draw(st.lists(_targets(in_some), max_size=5)),
        "later": draw(st.lists(_later(len(made)), max_size=6)) if made else [],
        "thresholds": draw(st.tuples(*map(st.sampled_from, THRESHOLDS))),
    }


# Unknown below (%), fresh for (months), horizon (years).
THRESHOLDS = [(1, 30, 50, 80, 100), (1, 13, 24, 120), (1, 5, 10)]


def _targets(codes):
    return st.tuples(
        st.sampled_from(codes),
        st.sampled_from(Target.Measure.values),
        st.sampled_from([0, 1, 1, 2, 3, 33, 100]),
        days,
        st.sampled_from([None, None, *CATEGORIES, *DEPARTMENTS]),
    )


def _later(number):
    programme = st.integers(0, number - 1)
    return st.one_of(
        st.tuples(st.just("status"), programme, st.sampled_from(Programme.Status.values)),
        st.tuples(st.just("starts_on"), programme, partial_dates),
        st.tuples(st.just("ends_on"), programme, partial_dates),
        st.tuples(st.just("countries"), programme, st.just(COUNTRIES[:2])),
        st.tuples(st.just("category"), programme, st.sampled_from(CATEGORIES)),
        st.tuples(st.just("budget"), programme, st.integers(1, 10**12)),
        st.tuples(st.just("added"), programme, st.just(None)),
        st.tuples(st.just("withdrawn"), programme, st.just(None)),
        st.tuples(st.just("confirmed"), programme, st.just(None)),
        st.tuples(st.just("undone"), programme, st.just(None)),
        st.tuples(st.just("dismissed"), programme, st.sampled_from(ELEMENTS)),
        st.tuples(st.just("waits again"), programme, st.just(None)),
        st.tuples(st.just("reaffirmed"), programme, st.just(None)),
        st.tuples(st.just("name_en"), programme, st.sampled_from(["One", "Two"])),
    )


# Without a source, with one that has no date, with one that has, and confirmed.
_EVIDENCE = st.sampled_from(["", "undated", "dated", "confirmed", "confirmed"])


@st.composite
def _history(draw):
    """Rows of one cell: (level, from, until, evidence); some are empty."""
    cuts = sorted(draw(st.lists(days, min_size=2, max_size=4)))
    if draw(st.booleans()):  # changed twice on one day
        cuts = sorted([*cuts, draw(st.sampled_from(cuts))])
    rows = [
        (draw(st.integers(0, 2)), begins, ends, draw(_EVIDENCE))
        for begins, ends in itertools.pairwise(cuts)
        if draw(st.integers(0, 4))
    ]
    if draw(st.booleans()):
        rows.append((draw(st.integers(0, 2)), cuts[-1], None, draw(_EVIDENCE)))
    return rows


def build(world):
    """Build a world by the services; return its programmes."""
    with recording(Change.Action.LOAD, by=None):
        categories = {code: factories.make_category(code) for code in CATEGORIES}
        departments = {code: factories.make_department(code) for code in DEPARTMENTS}
        strategy = factories.make_strategy("STR", publish=False, elements=())
        strategies.discard_draft(revision=factories.draft_of(strategy), by=None)
    for number, (day, tree) in enumerate(world["revisions"]):
        _publish(strategy, day, tree, world.get("splits", {}).get(number, {}))
    with recording(Change.Action.LOAD, by=None):
        programmes = [
            _make_programme(number, fields, categories, departments)
            for number, fields in enumerate(world["programmes"])
        ]
    manager = factories.make_person("manager", role="manager")
    for (number, code), rows in world["histories"].items():
        for order, row in enumerate(rows):
            _load(programmes[number], code, order, row, manager)
    for code, measure, value, day, group in world["targets"]:
        _aim(code, measure, value, day, categories.get(group), departments.get(group))
    for what, number, value in world["later"]:
        _edit(programmes[number], what, value, categories, manager)
    unknown_below, months, years = world["thresholds"]
    reference.save(
        Thresholds(
            unknown_below_percent=unknown_below, fresh_months=months, horizon_years=years
        ),
        by=None,
    )
    return programmes


def _publish(strategy, day, tree, splits):
    """Publish a revision made of ``tree``, with how each element was changed."""
    draft = strategies.create_draft(strategy=strategy, by=None, name_en=f"Of {day}")
    left = list(Wording.objects.filter(revision=draft).select_related("revision"))
    while left:
        parents = {wording.parent_id for wording in left}
        for wording in [row for row in left if row.element_id not in parents]:
            left.remove(wording)
            strategies.delete_wording(wording=wording, by=None)
    elements = {}
    for position, (code, parent, alignable, modification) in enumerate(tree, start=1):
        elements[code] = strategies.save_element(strategy=strategy, code=code, by=None)
        wording = Wording(
            revision=draft, element=elements[code], parent=elements.get(parent),
            position=position, type=factories.type_of(strategy), is_alignable=alignable,
            modification=modification, title_en=code, title_ja=code,
        )  # fmt: skip
        strategies.save_wording(wording=wording, by=None)
        origins = Element.objects.filter(code__in=splits.get(code, ())).exclude(code=code)
        with suppress(ValidationError):  # it was not in the revision before
            strategies.set_origins(wording=wording, kind="split", origins=origins, by=None)
    strategies.publish(revision=draft, in_force_from=day, by=None, despite_warnings=True)


def _load(programme, code, order, row, manager):
    level, begins, ends, evidence = row
    dated_on = None if evidence == "undated" else begins
    made = factories.load_history(
        programme, code, level, begins.isoformat(), ends and ends.isoformat(),
        rationale=f"Row {order}.",
        evidence=[factories.a_source(dated_on=dated_on)] if evidence else [],
    )  # fmt: skip
    if evidence == "confirmed" and ends is None:
        with suppress(ValidationError):  # judged on a wording that is no longer in force
            ledger.confirm(alignment=made, by=manager)


def _aim(code, measure, value, day, category, department):
    element = factories.get_element(code)
    same = Target.objects.filter(
        element=element, measure=measure, valid_from=day, category=category,
        department=department,
    )  # fmt: skip
    if not same.exists():
        factories.make_target(
            element, value, day=day.isoformat(), measure=measure, category=category,
            department=department,
        )  # fmt: skip


def _edit(programme, what, value, categories, manager):
    """Change something after the fact, in a change of its own, where it is allowed."""
    if what == "budget":
        Budget.objects.filter(programme=programme, fiscal_year=2019).exists() or (
            factories.make_budget(programme, 2019, value)
        )
    elif what == "added":
        factories.make_programme(f"ADD-{Programme.objects.count()}", starts_on="2018")
    elif what == "dismissed":
        element = Element.objects.filter(code=value).first()
        if element:
            with suppress(ValidationError, ledger.Conflict):
                ledger.dismiss(programme=programme, element=element, by=manager)
    elif what == "waits again":
        last = Dismissal.objects.filter(programme=programme).order_by("-id").first()
        if last:
            ledger.revert(change=last.dismissed_in, by=manager)
    elif what in ("withdrawn", "confirmed", "undone", "reaffirmed"):
        row = Alignment.objects.open().filter(programme=programme).order_by("id").first()
        if row:
            with suppress(ValidationError, PermissionDenied):
                _VERBS[what](row, manager)
    else:
        field = "partner_countries" if what == "countries" else what
        before = getattr(programme, field)
        setattr(programme, field, categories[value] if what == "category" else value)
        try:
            reference.save(programme, by=None)
        except ValidationError:  # a period that would be backwards
            setattr(programme, field, before)


def _withdraw(row, by):
    cell = {"programme": row.programme, "element": row.element}
    return ledger.withdraw(**cell, replaces=row.pk, by=by)


def _reaffirm(row, by):
    cell = {"programme": row.programme, "element": row.element}
    ledger.reaffirm(**cell, replaces=row.pk, by=by)


_VERBS = {
    "withdrawn": _withdraw,
    "confirmed": lambda row, by: ledger.confirm(alignment=row, by=by),
    "undone": lambda row, by: ledger.revert(change=_withdraw(row, by).closed_in, by=by),
    "reaffirmed": _reaffirm,
}


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
