"""What waits for whom, held against the rows one by one."""

import calendar
import datetime

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from strategy_app.coverage import frame, waiting
from strategy_app.coverage.scope import Scope
from strategy_app.forms.queue import KINDS as TABS
from strategy_app.models import Alignment, User
from strategy_app.models.dates import today
from strategy_app.services import ledger
from tests import factories
from tests.coverage import worlds
from tests.coverage.oracle import Oracle, is_active
from tests.lengths import runs


def test_every_kind_has_its_tab():
    assert tuple(kind for kind, _label in TABS) == waiting.KINDS


@settings(worlds.RANDOM, max_examples=runs("worlds in which something waits"))
@given(world=worlds.worlds(), day=worlds.days, seed=st.integers(0, 7))
def test_what_waits_is_what_the_rows_say(db, world, day, seed):
    with worlds.rolled_back():
        worlds.build(world)
        columns = frame.current()
        tree = columns.tree("STR", day)
        if tree is None:
            return
        ids = sorted(Alignment.objects.values_list("id", flat=True))
        returned = {  # the day on which each was returned, and whether to anybody
            pk: (700_000 + pk, place % 2 == 0)
            for place, pk in enumerate(ids)
            if (place + seed) % 3 == 0
        }
        asked = np.array([(n + seed) % 4 > 0 for n in range(len(columns.programmes.codes))])
        for person in [0, *User.objects.values_list("id", flat=True)]:
            _compare(columns, tree, day, asked.astype(bool), person, returned)


def _compare(columns, tree, day, asked, person, returned):
    whom = {
        "columns": asked,
        "person": person,
        "returned": waiting.Returned(
            np.array(list(returned), np.int64),
            np.array([unclaimed for _day, unclaimed in returned.values()], bool),
            np.array([day for day, _unclaimed in returned.values()], np.int64),
        ),
    }
    slow = _slowly(columns, tree, day, asked, person, returned)
    every = set()
    for kind in waiting.KINDS:
        found = waiting.cells(columns, tree, day, kind, **whom)
        seen = [
            (columns.programmes.codes[column], tree.codes[row])
            for column, row in zip(found.columns, found.elements, strict=True)
        ]
        assert seen == slow[kind], kind
        _compare_places(found, tree, columns)
        every |= set(seen)
        if kind == "returned":
            days = {day for day, _unclaimed in returned.values()}
            assert days.issuperset(int(since) for since in found.since)
        if kind == "stale":
            for since in found.since:  # on that day it became stale, the day before not
                assert since <= day.toordinal()
    numbers = waiting.numbers(columns, tree, day, **whom)
    assert numbers == {kind: len(cells) for kind, cells in slow.items()}
    assert waiting.number(columns, tree, day, **whom) == len(every)


def _compare_places(found, tree, columns):
    """Look every cell up that there is, and some that there are not."""
    place_of = {
        cell: place
        for place, cell in enumerate(zip(found.elements, found.columns, strict=True))
    }
    asked = [
        (row, column)
        for row in range(-1, len(tree.codes))
        for column in range(-1, len(columns.programmes.codes))
    ]
    places = found.places_of(
        *(np.array(part, np.int64) for part in zip(*asked, strict=True))
    )
    assert list(places) == [place_of.get(cell, -1) for cell in asked]


def _slowly(columns, tree, day, asked, person, returned):
    """Return the cells of each kind, in order, from the rows of the database."""
    oracle, scope = Oracle(), Scope("STR", day)
    wordings = {row.element.code: row for row in oracle.wordings_in_force(scope)}
    found = {kind: [] for kind in waiting.KINDS}
    for column, programme in enumerate(oracle.programmes):
        if not asked[column] or not is_active(programme, day):
            continue
        for row, code in enumerate(tree.codes):
            if not tree.alignable[row]:
                continue
            record = oracle.row_in_force(wordings[code], programme, scope)
            for kind in _kinds(oracle, record, scope, person, returned):
                found[kind].append((programme.code, code))
            if oracle.is_proposed(wordings[code], programme, scope):
                assert record is None
                found["proposed"].append((programme.code, code))
    return found


def _kinds(oracle, record, scope, person, returned):
    if record is None:
        return ["not_assessed"]
    first = record.continues or record
    author = first.opened_in.by_id
    kinds = []
    reworded = oracle.needs_review(record, scope)
    if reworded:
        kinds.append("needs_review")
    months = oracle.thresholds.fresh_months
    if not reworded and first.valid_from <= _months_before(scope.day, months):
        kinds.append("stale")
    is_back = record.pk in returned
    confirmed = oracle.is_confirmed(record) and not oracle.lapse(record, scope)
    if (
        record.level > 0
        and not confirmed
        and not reworded
        and (author or 0) != person
        and not is_back
    ):
        kinds.append("unconfirmed")
    if is_back and ((author or 0) == person or returned[record.pk][1]):
        kinds.append("returned")
    return kinds


def _months_before(day, months):
    total = day.year * 12 + day.month - 1 - months
    year, month = divmod(total, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return datetime.date(year, month + 1, min(day.day, last))


def test_progress_is_of_all_there_is(db, aiko, dai):
    factories.make_strategy()
    programme = factories.make_programme()
    factories.align(programme, "A", 2, by=dai)
    factories.align(programme, "B", 0, by=dai)
    columns = frame.current()
    day = today()
    tree = columns.tree("STR", day)
    asked = np.ones(1, bool)
    whole = {
        kind: waiting.all_of(columns, tree, day, kind, columns=asked, person=aiko.pk)
        for kind in waiting.KINDS
    }
    assert whole == {
        "not_assessed": 4,
        "needs_review": 0,
        "proposed": None,
        "stale": 2,
        "unconfirmed": 1,
        "returned": None,
    }


def test_progress_of_re_reading_is_by_department(db, dai, chie):
    strategy = factories.make_strategy()
    one, other = factories.make_department("DEP-1"), factories.make_department("DEP-2")
    programmes = [
        factories.make_programme(f"PRG-{number}", department=department)
        for number, department in enumerate([one, one, other, None])
    ]
    for programme in programmes:
        factories.align(programme, "A", 1, by=dai)
        factories.align(programme, "B", 1, by=dai)
    factories.revise_as(strategy, {"A": "material"}, day=today().isoformat())
    factories.align(programmes[0], "A", 0, rationale="Not any more.", by=dai)
    assert _progress(frame.current()) == [(-1, 1, 0, 0), (0, 2, 1, 0), (1, 1, 0, 0)]


def _progress(columns):
    found = waiting.rereading(columns, columns.tree("STR", today()), today())
    return [(item.group, item.records, item.done, item.proposed) for item in found]


def test_what_is_withdrawn_is_read_again_too(db, dai):
    strategy = factories.make_strategy()
    department = factories.make_department("DEP-1")
    programmes = [
        factories.make_programme(f"PRG-{number}", department=department)
        for number in range(5)
    ]
    rows = [factories.align(programme, "A", 1, by=dai) for programme in programmes[:4]]
    factories.revise_as(strategy, {"A": "material"}, day=today().isoformat())
    factories.align(programmes[4], "A", 1, by=dai)  # had nothing to be read again
    cell = {"element": factories.get_element("A"), "by": dai}
    for verb, row in zip([ledger.reaffirm, ledger.withdraw], rows, strict=False):
        verb(programme=row.programme, replaces=row.pk, **cell)
    columns = frame.current()
    assert _progress(columns) == [(0, 4, 2, 0)]
    asked = {"columns": np.ones(5, bool), "person": dai.pk}
    tree = columns.tree("STR", today())
    assert waiting.all_of(columns, tree, today(), "needs_review", **asked) == 4


def _since(kind):
    """Return since when the cells of a kind wait that there are today, by element."""
    columns, day = frame.current(), today()
    tree = columns.tree("STR", day)
    found = waiting.cells(
        columns, tree, day, kind,
        columns=np.ones(len(columns.programmes.codes), bool), person=0,
        returned=waiting.Returned(*np.zeros((3, 0), np.int64)),
    )  # fmt: skip
    return {
        tree.codes[row]: datetime.date.fromordinal(since).isoformat()
        for row, since in zip(found.elements, found.since.tolist(), strict=True)
    }


def test_what_is_not_assessed_waits_since_it_can_be_assessed(db):
    """A stays as it was, B was context for two years, C is new, D is split from A."""
    strategy = factories.make_strategy(elements=("A", "B"), day="2018-04-01")
    factories.make_programme(starts_on="2019")
    tree = [("A", None, True), ("B", None, False)]
    factories.revise(strategy, tree, day="2020-04-01")
    tree = [("A", None, True), ("B", None, True), ("C", None, True)]
    factories.revise(strategy, tree, day="2022-04-01")
    assert _since("not_assessed") == {
        "A": "2019-01-01", "B": "2022-04-01", "C": "2022-04-01",
    }  # fmt: skip


def test_a_proposal_waits_since_the_split_whatever_was_published_since(db):
    strategy = factories.make_strategy(elements=("A", "B"), day="2018-04-01")
    factories.load_history(factories.make_programme(), "A", 1, "2019-04-01")
    factories.split(strategy, "C", day="2021-04-01")
    factories.revise_as(strategy, {"B": "material"}, day="2022-04-01")
    assert _since("proposed") == {"C": "2021-04-01"}
    assert _since("not_assessed") == {"B": "2018-04-01", "C": "2021-04-01"}
