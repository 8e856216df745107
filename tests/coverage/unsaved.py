"""Worlds that no database has seen: rows that were never saved, and the frame made of them.

They cost a hundredth of a world that is built by the services, so that thousands can be
asked. ``frame_of`` is held against the frame that is loaded from a database.
"""

import datetime
import itertools

import numpy as np
from django.utils.timezone import localdate

from strategy_app.coverage.frame import ALWAYS, NEVER, OPEN, columns
from strategy_app.coverage.frame.trees import build_tree
from strategy_app.models import (
    Alignment,
    Budget,
    Category,
    Change,
    Department,
    Element,
    Evidence,
    Programme,
    Revision,
    Strategy,
    Target,
    Thresholds,
    Wording,
)
from tests.coverage import worlds
from tests.coverage.oracle import Oracle, known_day

# --- the frame that rows make, one at a time ---


def frame_of(oracle, *, change, categories, departments, strategies):
    """Return the frame of an oracle's rows; the groups are all there are, by code."""
    return columns.Frame(
        change=change.pk,
        changed_at=change.at,
        programmes=_programmes(oracle, categories, departments),
        ledger=_ledger(oracle),
        trees=_trees(oracle),
        strategies=_groups(strategies),
        dismissed=np.array(
            [
                (row.programme_id, row.element_id,
                 localdate(row.dismissed_in.at).toordinal(), row.dismissed_in_id,
                 row.waits_again)
                for row in oracle.dismissals
            ],
            np.int64,
        ).reshape(-1, 5),
        targets=[
            columns.Target(
                row.element_id, row.measure, float(row.value), row.valid_from,
                row.category and row.category.code, row.department and row.department.code,
            )
            for row in oracle.targets
        ],
        thresholds=columns.Thresholds(
            oracle.thresholds.unknown_below_percent / 100,
            oracle.thresholds.fresh_months,
            oracle.thresholds.horizon_years,
        ),
    )  # fmt: skip


def _groups(rows):
    return [columns.Group(row.code, row.name_en, row.name_ja) for row in rows]


def _programmes(oracle, categories, departments):
    rows = oracle.programmes
    places = [{row.pk: place for place, row in enumerate(group)}
              for group in (categories, departments)]  # fmt: skip
    countries = sorted({one.code for row in rows for one in row.partner_countries})
    years = {row.fiscal_year for row in oracle.budgets}
    amounts = {(row.fiscal_year, row.programme_id): row.amount for row in oracle.budgets}
    statuses = list(Programme.Status.values)
    unknown = [not row.ends_on and row.status in ("closed", "cancelled") for row in rows]
    periods = [_period(row) for row in rows]
    has = [[code in [one.code for one in row.partner_countries] for row in rows]
           for code in countries]  # fmt: skip
    return columns.Programmes(
        ids=np.array([row.pk for row in rows], np.int64),
        codes=[row.code for row in rows],
        starts=np.array([start for start, _end in periods], np.int32),
        ends=np.array([end for _start, end in periods], np.int32),
        category=np.array([places[0][row.category_id] for row in rows], np.int32),
        department=np.array(
            [places[1].get(row.department_id, -1) for row in rows], np.int32
        ),
        status=np.array([statuses.index(row.status) for row in rows], np.int32),
        countries=np.array(has, bool).reshape(len(countries), len(rows)),
        budgets={
            year: np.array([amounts.get((year, row.pk), -1) for row in rows], np.int64)
            for year in years
        },
        categories=_groups(categories),
        departments=_groups(departments),
        country_codes=countries,
        period_unknown=np.array(unknown, bool),
        text_changed=np.array([row.text_changed_in_id or 0 for row in rows], np.int32),
        exists=np.ones(len(rows), bool),
        illustrative_ends=any(row.end_is_illustrative for row in rows),
    )


def _period(row):
    """Return the first active day and the first after it."""
    if not row.ends_on and row.status in ("closed", "cancelled"):
        return NEVER, ALWAYS
    start = NEVER if row.status == "planned" else ALWAYS
    if row.starts_on:
        start = known_day(row.starts_on, last=False).toordinal()
    end = known_day(row.ends_on, last=True).toordinal() + 1 if row.ends_on else NEVER
    return start, end


def _ledger(oracle):
    place = {row.pk: number for number, row in enumerate(oracle.programmes)}
    came = {row.pk: row.in_force_from for row in oracle.revisions}
    judged = {row.pk: came.get(row.revision_id) for row in oracle.wordings}

    def column(value, dtype=np.int32):
        return np.array([value(row) for row in sorted(oracle.rows, key=lambda row: row.pk)],
                        dtype)  # fmt: skip

    return columns.Ledger(
        ids=column(lambda row: row.pk),
        programme=column(lambda row: place[row.programme_id]),
        element=column(lambda row: row.element_id),
        level=column(lambda row: row.level, np.int8),
        valid_from=column(lambda row: row.valid_from.toordinal()),
        valid_until=column(lambda row: row.valid_until.toordinal() if row.valid_until
                           else NEVER),
        opened=column(lambda row: row.opened_in_id),
        closed=column(lambda row: row.closed_in_id or OPEN),
        confirmed=column(lambda row: row.confirmed_in_id or OPEN),
        judged=column(lambda row: row.judgement.valid_from.toordinal()),
        author=column(lambda row: row.judgement.opened_in.by_id or 0),
        illustrative=column(lambda row: row.opened_in.illustrative, bool),
        dated=column(lambda row: any(one.dated_on for one in row.evidence.all()), bool),
        judged_from=column(lambda row: judged[row.wording_id].toordinal()),
    )  # fmt: skip


def _trees(oracle):
    found, material, seen = {}, {}, set()
    revisions = sorted(oracle.revisions, key=lambda row: row.in_force_from)
    for revision, following in itertools.zip_longest(revisions, revisions[1:]):
        rows = [row for row in oracle.wordings if row.revision_id == revision.pk]
        for row in rows:
            is_back = row.modification == "new" and row.element_id in seen
            if row.modification == "material" or is_back:
                material[row.element_id] = revision.in_force_from.toordinal()
        seen |= {row.element_id for row in rows}
        code = revision.strategy.code
        tree = build_tree(
            [
                {"element_id": row.element_id, "element__code": row.element.code,
                 "parent_id": row.parent_id, "modification": row.modification,
                 "is_alignable": row.is_alignable, "title_en": row.title_en,
                 "title_ja": row.title_ja}
                for row in rows
            ],
            material=material, published=revision.published_in_id,
            revision_id=revision.pk, strategy=code,
            in_force_from=revision.in_force_from,
            origins=[
                (element, origin, split.in_force_from.toordinal())
                for element, origin, split in oracle.splits(revision)
            ],
            in_force_until=following and following.in_force_from,
        )  # fmt: skip
        found.setdefault(code, []).append(tree)
    return found


# --- rows that are made up ---

# The changes in which something may have been written, and people who may have done so.
_CHANGES = [
    Change(
        pk=pk, at=datetime.datetime(2026, 7, pk, tzinfo=datetime.UTC), by_id=pk % 3 or None
    )
    for pk in range(1, 21)
]


class MadeUp(Oracle):
    """An oracle of rows that were never saved."""

    def __init__(self, **rows):
        self.known_at = None
        vars(self).update(rows)


def a_world(rng):
    """Return the oracle and the frame of a random world; rng: a random.Random.

    Of the same kind as those of ``worlds.worlds``, and the same for the same state of rng.
    """
    categories, departments = (
        [model(pk=pk, code=code, name_en=code) for pk, code in enumerate(codes, 1)]
        for model, codes in (
            (Category, worlds.CATEGORIES), (Department, worlds.DEPARTMENTS),
        )
    )  # fmt: skip
    strategy = Strategy(pk=1, code="STR", name_en="Strategy")
    revisions, wordings = _revisions(rng, strategy)
    programmes = [
        _programme(rng, pk, categories, departments)
        for pk in range(1, rng.randint(0, 4) + 1)
    ]
    oracle = MadeUp(
        programmes=programmes,
        budgets=[budget for row in programmes for budget in _budgets(rng, row)],
        targets=_targets(rng, wordings, categories, departments),
        thresholds=Thresholds(**_thresholds(rng)),
        rows=_rows(rng, programmes, wordings),
        origins=[],
        dismissals=[],
        revisions=revisions,
        wordings=wordings,
        categories=worlds.CATEGORIES,
        departments=worlds.DEPARTMENTS,
    )
    return oracle, frame_of(
        oracle, change=_CHANGES[-1], categories=categories, departments=departments,
        strategies=[strategy],
    )  # fmt: skip


def _day(rng):
    return worlds.FIRST + datetime.timedelta(
        rng.randint(0, (worlds.LAST - worlds.FIRST).days)
    )


def _partial_date(rng):
    return _day(rng).isoformat()[: rng.choice([4, 7, 10])] if rng.random() < 0.7 else ""


def _revisions(rng, strategy):
    elements = [
        Element(pk=pk, code=code, strategy=strategy)
        for pk, code in enumerate(worlds.ELEMENTS, 1)
    ]
    revisions, wordings = [], []
    days = sorted({_day(rng) for _number in range(rng.randint(1, 3))})
    for number, day in enumerate(days, 1):
        revision = Revision(
            pk=number, strategy=strategy, in_force_from=day, published_in=_CHANGES[number]
        )
        revisions.append(revision)
        chosen = rng.sample(elements, rng.randint(1, len(elements)))
        for position, element in enumerate(chosen, 1):
            wordings.append(
                Wording(
                    pk=100 * number + position, revision=revision, element=element,
                    parent=rng.choice([None, *chosen[: position - 1]]), position=position,
                    is_alignable=position == 1 or rng.random() < 0.75,
                    modification=rng.choice(Wording.Modification.values),
                    title_en=element.code,
                )
            )  # fmt: skip
    return revisions, sorted(wordings, key=lambda wording: wording.position)


def _programme(rng, pk, categories, departments):
    starts_on, ends_on = _partial_date(rng), _partial_date(rng)
    return Programme(
        pk=pk, code=f"PRG-{pk}", status=rng.choice(Programme.Status.values),
        starts_on=starts_on, ends_on="" if ends_on[:4] <= starts_on[:4] else ends_on,
        category=rng.choice(categories), department=rng.choice([None, *departments]),
        partner_countries=rng.sample(worlds.COUNTRIES, rng.randint(0, 3)),
        text_changed_in=rng.choice([None, None, *_CHANGES]),
    )  # fmt: skip


def _budgets(rng, programme):
    return [
        Budget(programme=programme, fiscal_year=year, amount=rng.randint(0, 10**12))
        for year in rng.sample(range(2015, 2027), rng.randint(0, 4))
    ]


def _targets(rng, wordings, categories, departments):
    found = {}
    for _number in range(rng.randint(0, 4)):
        groups = rng.choice([{}, {}, {"category": rng.choice(categories)},
                             {"department": rng.choice(departments)}])  # fmt: skip
        target = Target(
            element=rng.choice(wordings).element, measure=rng.choice(Target.Measure.values),
            value=rng.choice([0, 1, 1, 2, 3, 33, 100]), valid_from=_day(rng), **groups,
        )  # fmt: skip
        name = (target.element_id, target.measure, target.valid_from, *groups.values())
        found[name] = target  # one a day
    return list(found.values())


def _thresholds(rng):
    names = ("unknown_below_percent", "fresh_months", "horizon_years")
    values = map(rng.choice, worlds.THRESHOLDS)
    return dict(zip(names, values, strict=True))


def _rows(rng, programmes, wordings):
    """Return the ledger: the history of some cells, one after the other."""
    cells = [(programme, wording) for programme in programmes for wording in wordings]
    rows, seen = [], set()
    for programme, wording in rng.sample(cells, min(len(cells), rng.randint(0, 10))):
        if (programme.pk, wording.element_id) not in seen:
            seen.add((programme.pk, wording.element_id))
            rows += _history(rng, len(rows), programme, wording)
    return rows


def _history(rng, number, programme, wording):
    """Return the rows of one cell; some are empty, and some bring an earlier one back."""
    cuts = sorted(_day(rng) for _number in range(rng.randint(2, 4)))
    if rng.random() < 0.5:  # changed twice on one day
        cuts = sorted([*cuts, rng.choice(cuts)])
    periods = [*itertools.pairwise(cuts), (cuts[-1], None)]
    rows = []
    for begins, ends in periods:
        if rng.random() < 0.75:
            opened, confirmed, closed = sorted(
                rng.sample(_CHANGES, 3), key=lambda one: one.pk
            )
            evidence = rng.choice([[], [None], [begins], [begins], [begins]])
            earlier = rng.choice(rows) if rows and rng.random() < 0.2 else None
            row = Alignment(
                pk=number + len(rows) + 1, programme=programme, element=wording.element,
                wording=wording, level=rng.randint(0, 2), valid_from=begins,
                valid_until=ends, opened_in=opened, closed_in=closed if ends else None,
                confirmed_in=rng.choice([None, confirmed]),
                continues=earlier and earlier.judgement,
            )  # fmt: skip
            sources = [Evidence(alignment=row, dated_on=dated_on) for dated_on in evidence]
            row._prefetched_objects_cache = {"evidence": sources}
            rows.append(row)
    return rows
