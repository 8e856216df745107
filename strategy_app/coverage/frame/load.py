"""Fill the columns of a frame from the database."""

import datetime
from dataclasses import replace

import numpy as np
from django.db.models import Max, Model, QuerySet
from django.utils.timezone import localdate

from strategy_app.coverage.frame.columns import (
    NO_BUDGET,
    Frame,
    Group,
    Programmes,
    Target,
    Thresholds,
)
from strategy_app.coverage.frame.ledger import ledger_since, load_ledger
from strategy_app.coverage.frame.trees import load_trees
from strategy_app.models import (
    Budget,
    Category,
    Change,
    Department,
    Dismissal,
    Programme,
    Strategy,
)
from strategy_app.models import Target as TargetModel
from strategy_app.models import Thresholds as ThresholdsModel
from strategy_app.models.programme import UNKNOWN_PERIOD, active_days

# Changes that touch nothing but the ledger, or nothing that coverage reads.
_LEDGER_ONLY = {
    Change.Action.ALIGN,
    Change.Action.WITHDRAW,
    Change.Action.CONFIRM,
    Change.Action.REAFFIRM,
    Change.Action.IMPORT,
    Change.Action.REVERT,
}
# Beside the ledger, and it decides what waits.
_BESIDE = {Change.Action.DISMISS, Change.Action.REVERT}
_IRRELEVANT = {
    Change.Action.EDIT_PERSON,
    Change.Action.EDIT_TOKEN,
    Change.Action.EDIT_VIEW,
    Change.Action.RETURN,
    Change.Action.DEFER,
}


def load(number: int, at: datetime.datetime | None) -> Frame:
    """Load the frame of the change ``number``, which is the newest one."""
    programmes = _load_programmes(None)
    strategies, _index = _groups(Strategy)
    return Frame(
        change=number,
        changed_at=at,
        programmes=programmes,
        ledger=load_ledger(programmes, number),
        trees=load_trees(number),
        strategies=strategies,
        targets=_load_targets(None),
        thresholds=load_thresholds(None),
        dismissed=_load_dismissed(),
    )


def update(known: Frame, later: list[tuple[int, datetime.datetime, str]]) -> Frame:
    """Return the frame of the last of these changes, reading only what has changed since.

    later: id, time and action of each change after the known one, in order.
    """
    number, at, _action = later[-1]
    actions = {action for _number, _at, action in later}
    newer = {"change": number, "changed_at": at}
    if actions <= _IRRELEVANT:
        return replace(known, **newer)
    if Change.Action.LOAD in actions:
        return load(number, at)
    is_more = not actions <= _LEDGER_ONLY | _IRRELEVANT | _BESIDE
    if is_more:
        known = _with_programmes_anew(known, actions)
        strategies, _index = _groups(Strategy)
        newer |= {
            "trees": load_trees(number),
            "strategies": strategies,
            "targets": _load_targets(None),
            "thresholds": load_thresholds(None),
        }
    if is_more or actions & _BESIDE:
        newer["dismissed"] = _load_dismissed()
    return replace(known, ledger=ledger_since(known, number), **newer)


def _with_programmes_anew(known, actions):
    """Return the known frame with today's programmes, and its ledger at their places."""
    if not actions & {Change.Action.EDIT_PROGRAMME, Change.Action.EDIT_REFERENCE}:
        return known
    programmes = _load_programmes(None)
    # Who has been deleted since has no rows, so its place does not matter.
    place = programmes.columns_of(known.programmes.ids).astype(np.int32)
    moved = place[known.ledger.programme]
    return replace(
        known, programmes=programmes, ledger=replace(known.ledger, programme=moved)
    )


def as_known_at(newest: Frame, change: Change) -> Frame:
    """Return what was known at an older change: from the histories, not from today's facts.

    The ledger needs no loading: each of its rows says when it was written and closed.
    """
    return replace(
        newest,
        change=change.pk,
        known_at=change.pk,
        changed_at=change.at,
        programmes=_load_programmes(change.pk, newest.programmes),
        trees=load_trees(change.pk),
        targets=_load_targets(change.pk),
        thresholds=load_thresholds(change.pk),
    )


def known_rows(model: type[Model], known_at: int | None, **where) -> QuerySet:
    """Return the rows of a model, today's, or as its history has them at a change.

    where: what does not change of a row, such as its id.
    """
    if known_at is None:
        return model.objects.filter(**where)
    newest = (
        model.history.filter(change_id__lte=known_at, **where)
        .order_by()
        .values("id")
        .annotate(newest=Max("history_id"))
        .values("newest")
    )
    return model.history.filter(history_id__in=newest).exclude(history_type="-")


def _rows(model, known_at, *fields):
    """Return rows of a model as dicts, by id: today's, or as its history has them."""
    return known_rows(model, known_at).order_by("id").values(*fields)


# --- programmes ---

_PROGRAMME_FIELDS = (
    "id", "code", "status", "starts_on", "ends_on", "category_id", "department_id",
    "partner_countries", "end_is_illustrative", "text_changed_in_id",
)  # fmt: skip
# What stands for a programme that was not on record yet: nothing is known, never active.
_NOT_YET = {
    "status": Programme.Status.PLANNED,
    "starts_on": "",
    "ends_on": "",
    "category_id": None,
    "department_id": None,
    "partner_countries": "",
    "end_is_illustrative": False,
    "text_changed_in_id": None,
}


def _load_programmes(known_at, newest=None):
    """Return the columns of programmes; of an older change, in the newest one's order."""
    rows = _rows(Programme, known_at, *_PROGRAMME_FIELDS)
    if newest is None:
        rows, exists = rows.iterator(), None
    else:
        known = {row["id"]: row for row in rows}
        # Those deleted since come last, so that the ledger's columns stay what they are.
        deleted = sorted(known.keys() - set(newest.ids.tolist()))
        former = dict(zip(newest.ids.tolist(), newest.codes, strict=True))
        exists = np.array([pk in known for pk in [*former, *deleted]], bool)
        rows = [
            known.get(pk, _NOT_YET | {"id": pk}) | {"code": code}
            for pk, code in [*former.items(), *((pk, known[pk]["code"]) for pk in deleted)]
        ]
    categories, category_index = _groups(Category)
    departments, department_index = _groups(Department)
    codes, countries = [], {}
    table = np.fromiter(
        _numbers(rows, category_index, department_index, codes, countries), _NUMBERS
    )
    if newest is None:
        order = sorted(range(len(codes)), key=codes.__getitem__)
        table, codes = table[order], [codes[row] for row in order]
        exists = np.ones(len(codes), bool)
    country_codes, membership = _countries(list(countries), table["countries"])
    column = {name: np.ascontiguousarray(table[name]) for name in _NUMBERS.names}
    return Programmes(
        ids=column["id"],
        codes=codes,
        starts=column["starts"],
        ends=column["ends"],
        category=column["category"],
        department=column["department"],
        status=column["status"],
        countries=membership,
        budgets=_load_budgets(column["id"], known_at),
        categories=categories,
        departments=departments,
        country_codes=country_codes,
        period_unknown=column["period_unknown"],
        text_changed=column["text_changed"],
        exists=exists,
        illustrative_ends=bool(column["illustrative_end"].any()),
    )


# What is kept of a programme beside its code; ``countries`` numbers its list of them.
_NUMBERS = np.dtype(
    [
        ("id", np.int64),
        ("starts", np.int32),
        ("ends", np.int32),
        ("category", np.int32),
        ("department", np.int32),
        ("status", np.int32),
        ("countries", np.int32),
        ("text_changed", np.int32),
        ("period_unknown", bool),
        ("illustrative_end", bool),
    ]
)


def _numbers(rows, categories, departments, codes, countries):
    """Yield each row as a tuple of _NUMBERS; its code and countries go into the last two.

    One by one, for a hundred thousand dicts at once would take more room than all columns.
    """
    statuses = {value: index for index, value in enumerate(Programme.Status.values)}
    for row in rows:
        codes.append(row["code"])
        days = active_days(row["status"], row["starts_on"], row["ends_on"])
        yield (
            row["id"],
            *days,
            categories.get(row["category_id"], -1),
            departments.get(row["department_id"], -1),
            statuses[row["status"]],
            countries.setdefault(row["partner_countries"] or "", len(countries)),
            row["text_changed_in_id"] or 0,
            days == UNKNOWN_PERIOD,
            row["end_is_illustrative"],
        )


def _groups(model):
    rows = model.objects.order_by("code").values_list("id", "code", "name_en", "name_ja")
    groups, index = [], {}
    for number, (pk, *names) in enumerate(rows):
        groups.append(Group(*names))
        index[pk] = number
    return groups, index


def _countries(lists, number):
    """Return the codes of all partner countries, and who has which: bool[C, P].

    lists: the distinct lists of countries as stored; number: which of them each has.
    """
    stored = [[code for code in some.split(",") if code] for some in lists]
    codes = sorted({code for some in stored for code in some})
    has = np.array([[code in some for some in stored] for code in codes], bool)
    return codes, has.reshape(len(codes), len(lists))[:, number]


def _load_budgets(ids, known_at):
    column_of = {pk: column for column, pk in enumerate(ids.tolist())}
    budgets = {}
    for row in _rows(Budget, known_at, "programme_id", "fiscal_year", "amount"):
        year, pk = row["fiscal_year"], row["programme_id"]
        column = budgets.setdefault(year, np.full(len(ids), NO_BUDGET, np.int64))
        if pk in column_of:  # else its programme is newer, and comes with the next load
            column[column_of[pk]] = row["amount"]
    return budgets


# --- proposals, targets and thresholds ---


def _load_dismissed():
    """Return all dismissals: they say when, so that later ones do not count before."""
    found = Dismissal.objects.order_by("id").values_list(
        "programme", "element", "dismissed_in__at", "dismissed_in", "waits_again"
    )
    return np.array(
        [
            (*cell, localdate(at).toordinal(), change, waits)
            for *cell, at, change, waits in found
        ],
        np.int64,
    ).reshape(-1, 5)


def _load_targets(known_at):
    codes = {
        model: dict(model.objects.values_list("id", "code"))
        for model in (Category, Department)
    }
    return [
        Target(
            element_id=row["element_id"],
            measure=row["measure"],
            value=float(row["value"]),
            valid_from=row["valid_from"],
            category=codes[Category].get(row["category_id"]),
            department=codes[Department].get(row["department_id"]),
        )
        for row in _rows(
            TargetModel, known_at, "element_id", "measure", "value", "valid_from",
            "category_id", "department_id",
        )
    ]  # fmt: skip


def load_thresholds(known_at: int | None) -> Thresholds:
    """Return what is set, or was at an older change."""
    names = ("unknown_below_percent", "fresh_months", "horizon_years")
    row = _rows(ThresholdsModel, known_at, *names).last()
    if row is None:
        row = {name: ThresholdsModel._meta.get_field(name).default for name in names}
    return Thresholds(
        unknown_below=row["unknown_below_percent"] / 100,
        fresh_months=row["fresh_months"],
        horizon_years=row["horizon_years"],
    )
