"""Gaps the slow and obvious way, from the answers of the oracle."""

import datetime
import itertools

from tests.coverage.oracle import is_active, is_below, is_selected

NOTHING = {
    "target": None, "low": None, "high": None, "from_day": None, "programmes": [],
    "unbudgeted": 0,
}  # fmt: skip
# A budget beside which all others are nothing.
HUGE = 10**40


def gaps(oracle, scope, by, years=None):
    """Return {(kind, element, group, measure): everything else that a gap says}."""
    scope = scope.but(basis="programmes")
    answer = oracle.answer(scope)
    found = {}
    if answer.active == 0 or not answer.codes:
        return found
    standings = _standings(oracle, scope)
    _below_target(found, answer, standings, scope.level)
    for place, code in enumerate(answer.codes):
        if answer.alignable[place]:
            depth = 1 + answer.depth[place]
            numbers = {
                "actual": answer.supporters(code, scope.level),
                "assessed": answer.assessed(code),
                "active": answer.active,
            }
            add = _adder(found, code, depth, numbers)
            _of_support(add, oracle, answer, scope, code)
            _of_layers(add, oracle, scope, code, numbers["actual"])
            _holes(add, oracle, answer, scope, code, by)
            if numbers["actual"]:
                years_ahead = years or oracle.thresholds.horizon_years
                _cliff(add, oracle, scope, code, standings, years_ahead)
    return found


def _adder(found, code, depth, numbers):
    def add(kind, score, group=None, measure=None, **more):
        found[kind, code, group, measure] = (
            numbers | NOTHING | more | {"score": score / depth}
        )

    return add


def _of_support(add, oracle, answer, scope, code):
    supported, assessed = answer.supporters(code, scope.level), answer.assessed(code)
    share = assessed / answer.active
    if share < oracle.thresholds.unknown_below_percent / 100:
        add("unknown", (1 if supported else 3) * (1 - share))
    elif supported == 0:
        add("uncovered", 4 * share)
    if supported == 1:
        states = ["principal", "significant"][: 3 - scope.level]
        add("thin", 2, programmes=[
            name for state in states for name in answer.programmes_at(code, state)
        ])  # fmt: skip


def _of_layers(add, oracle, scope, code, supported):
    if not supported:
        return
    layers = [("unevidenced", "evidenced", 0.9), ("unconfirmed", "confirmed", 0.7),
              ("stale", "fresh", 0.7)]  # fmt: skip
    for kind, layer, weight in layers:
        if oracle.answer(scope.but(layer=layer)).supporters(code, scope.level) == 0:
            add(kind, weight)
            break
    concerned = 0
    wordings = oracle.wordings_in_force(scope)
    high = next(row for row in wordings if row.element.code == code)
    for programme in oracle.programmes:
        if is_active(programme, scope.day) and is_selected(programme, scope):
            rows = [
                oracle.row_in_force(low, programme, scope)
                for low in wordings
                if low == high or (scope.rollup and is_below(wordings, low, high))
            ]
            concerned += any(
                row.level >= scope.level and oracle.needs_review(row, scope)
                for row in rows
                if row is not None
            )
    if concerned:
        add("needs_review", 1.2 * concerned / supported, low=concerned)


def _holes(add, oracle, answer, scope, code, by):
    if answer.supporters(code, scope.level) == 0:
        return
    for name, members in oracle.groups(answer, by):
        if name != "unknown" and answer.supporters(code, scope.level, members) == 0:
            add("hole", len(members) / answer.active, group=name, actual=0,
                assessed=answer.assessed(code, members), active=len(members))  # fmt: skip


# --- targets ---


def _standings(oracle, scope):
    """Return [(target, code, whether of the whole scope, answer in its own group)]."""
    codes = {
        row.element_id: row.element.code
        for row in oracle.wordings_in_force(scope)
        if row.is_alignable
    }
    latest = {}
    for target in sorted(oracle.targets, key=lambda target: target.valid_from):
        if target.valid_from <= scope.day:
            group = target.category_id, target.department_id
            latest[target.element_id, target.measure, group] = target
    found = []
    for target in latest.values():
        own = scope
        group = (
            target.category and target.category.code,
            target.department and target.department.code,
        )
        if scope.country or scope.status or scope.search or target.element_id not in codes:
            continue
        is_whole = group == (scope.category, scope.department)
        if not is_whole and (scope.category or scope.department):
            continue
        own = scope.but(category=group[0], department=group[1])
        if target.value > 0:
            code = codes[target.element_id]
            found.append((target, code, is_whole, _Group(oracle, own, code)))
    return found


class _Group:
    """What the oracle says to the scope of a target, in programmes and in budget."""

    def __init__(self, oracle, scope, code):
        self.programmes = oracle.answer(scope)
        self.budget = oracle.answer(scope.but(basis="budget"))
        self.assessed = self.programmes.assessed(code)
        self.active = self.programmes.active
        self.levels = {
            row.code: self.programmes.levels[code, row.code]
            for row in self.programmes.programmes
        }
        self.amounts = {
            row.code: oracle.budget(row, scope.day) for row in self.programmes.programmes
        }


def _range(target, code, group):
    """Return what is on record, the least and the most that it can be."""
    answer = group.programmes
    if target.measure == "share_budget":
        return _range_of_budget(group)
    actual = answer.supporters(code, 2 if target.measure == "principal" else 1)
    high = actual + answer.count(code, "not_assessed")
    if target.measure in ("principal", "supported"):
        return actual, actual, high
    whole = answer.active or 1
    return 100 * actual / whole, 100 * actual / whole, 100 * high / whole


def _range_of_budget(group):
    """Try each unknown budget as nothing and as huge, each open level as no and as yes."""
    known = {code: amount or 0 for code, amount in group.amounts.items()}
    actual = _share(known, _support(group, False)) or 0
    unknown = [code for code, amount in group.amounts.items() if amount is None]
    found = [[], []]
    for guesses in itertools.product([0, HUGE], repeat=len(unknown)):
        amounts = known | dict(zip(unknown, guesses, strict=True))
        for is_most in (False, True):
            share = _share(amounts, _support(group, is_most))
            if share is not None:
                found[is_most].append(share)
    return actual, min(found[0], default=0), max(found[1], default=0)


def _support(group, is_most):
    """Return who supports it; with ``is_most`` also whom nobody has assessed."""
    return [
        code
        for code, level in group.levels.items()
        if (is_most if level is None else level >= 1)
    ]


def _share(amounts, support):
    whole = sum(amounts.values())
    return 100 * (sum(amounts[code] for code in support) / whole) if whole else None


def _unbudgeted(target, group):
    if target.measure != "share_budget":
        return 0
    return sum(amount is None for amount in group.amounts.values())


def _below_target(found, overall, standings, least):
    for target, code, _is_whole, own in standings:
        actual, low, high = _range(target, code, own)
        value, unbudgeted = float(target.value), _unbudgeted(target, own)
        if low < value:
            numbers = {"actual": actual, "assessed": own.assessed, "active": own.active}
            depth = 1 + overall.depth[overall.codes.index(code)]
            group = target.category or target.department
            add = _adder(found, code, depth, numbers)
            kind, score = "below_target", 4 * (value - low) / value
            if unbudgeted and value <= high:
                weight = 1 if overall.supporters(code, least) else 3
                kind, score = "unknown", weight * unbudgeted / own.active
            add(kind, score, group and group.code, target.measure, target=value, low=low,
                high=high, unbudgeted=unbudgeted)  # fmt: skip


# --- cliffs ---


def _cliff(add, oracle, scope, code, standings, years):
    """Walk through the days ahead on which anything ends."""
    goals = [(scope.level, 1, None, None)]
    for target, of_code, is_whole, own in standings:
        counts_programmes = target.measure in ("principal", "supported")
        is_met = _range(target, of_code, own)[1] >= target.value
        if of_code == code and is_whole and counts_programmes and is_met:
            least = 2 if target.measure == "principal" else 1
            goals.append((least, float(target.value), target.measure, float(target.value)))
    try:
        horizon = scope.day.replace(year=scope.day.year + years)
    except ValueError:  # 29 February
        horizon = scope.day.replace(year=scope.day.year + years, day=28)
    for day in oracle.days_of_change():
        if not scope.day < day <= horizon:
            continue
        for least, goal, measure, target in goals:
            carriers = _carriers(oracle, scope, code, least)
            left = [row for row in carriers if is_active(row, day)]
            if len(left) < goal:
                _add_cliff(add, scope, day, horizon, carriers, left, measure, target)
                return


def _carriers(oracle, scope, code, least):
    """Return who supports the element by what is in force today, begun or not yet."""
    wordings = oracle.wordings_in_force(scope)
    wording = next(row for row in wordings if row.element.code == code)
    found = []
    for programme in oracle.programmes:
        level = oracle.effective(wordings, wording, programme, scope)
        if is_selected(programme, scope) and level is not None and level >= least:
            found.append(programme)
    return found


def _add_cliff(add, scope, day, horizon, carriers, left, measure, target):
    days = [
        scope.day + datetime.timedelta(days=number)
        for number in range((day - scope.day).days)
    ]
    ending = [
        row.code
        for row in carriers
        if any(is_active(row, one) for one in days) and not is_active(row, day)
    ]
    share = (horizon - day).days / (horizon - scope.day).days
    now = [row for row in carriers if is_active(row, scope.day)]
    add("cliff", 3 * share, measure=measure, actual=len(now), target=target, low=len(left),
        from_day=day, programmes=ending)  # fmt: skip
