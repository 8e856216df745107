"""Coverage computed the slow and obvious way, straight from the rows of the database.

It shares nothing with ``strategy_app.coverage``: plain loops, one question at a time, each
word taken from its definition. Whatever the arrays answer has to equal what this answers.
"""

import calendar
import datetime
from dataclasses import dataclass

from strategy_app.models import (
    Alignment,
    Budget,
    Category,
    Department,
    Programme,
    Revision,
    Wording,
)

STATES = ["principal", "significant", "not_targeted", "not_assessed"]
_STATE_OF = {2: "principal", 1: "significant", 0: "not_targeted", None: "not_assessed"}


@dataclass
class Answer:
    """What the oracle says to one scope."""

    codes: list
    alignable: list
    depth: list
    programmes: list
    levels: dict
    active: int
    weight: dict

    def programmes_at(self, code, state):
        return [
            programme.code
            for programme in self.programmes
            if _STATE_OF[self.levels[code, programme.code]] == state
        ]

    def count(self, code, state, among=None):
        return sum(
            self.weight[name]
            for name in self.programmes_at(code, state)
            if among is None or name in among
        )

    def supporters(self, code, least, among=None):
        states = ["principal"] if least == 2 else ["principal", "significant"]
        return sum(self.count(code, state, among) for state in states)

    def assessed(self, code, among=None):
        return sum(self.count(code, state, among) for state in STATES[:3])


class Oracle:
    """All rows of the database, read once with the ORM."""

    def __init__(self):
        self.programmes = list(
            Programme.objects.select_related("category", "department").order_by("code")
        )
        self.rows = list(Alignment.objects.select_related("programme", "element"))
        self.budgets = list(Budget.objects.select_related("programme"))
        self.revisions = list(
            Revision.objects.filter(published_in__isnull=False).select_related("strategy")
        )
        self.wordings = list(
            Wording.objects.select_related("element", "parent").order_by("position")
        )
        self.categories = sorted(Category.objects.values_list("code", flat=True))
        self.departments = sorted(Department.objects.values_list("code", flat=True))

    def answer(self, scope):
        """Answer a scope."""
        wordings = self._wordings_in_force(scope)
        ordered = _document_order(wordings, None)
        programmes = [
            programme
            for programme in self.programmes
            if is_active(programme, scope.day) and _is_selected(programme, scope)
        ]
        levels = {
            (wording.element.code, programme.code): self._effective(
                wordings, wording, programme, scope
            )
            for wording in ordered
            for programme in programmes
        }
        weight = {
            programme.code: self._weight(programme, scope) for programme in programmes
        }
        return Answer(
            codes=[wording.element.code for wording in ordered],
            alignable=[wording.is_alignable for wording in ordered],
            depth=[_alignable_above(wordings, wording) for wording in ordered],
            programmes=programmes,
            levels=levels,
            active=sum(weight.values()),
            weight=weight,
        )

    def groups(self, answer, by):
        """Return [(code, codes of the programmes)], groups without a programme left out."""
        names = {
            "category": self.categories,
            "department": self.departments,
            "country": sorted(
                {country for row in self.programmes for country in _countries(row)}
            ),
            "status": list(Programme.Status.values),
        }[by]
        groups = []
        for name in [*names, "unknown"] if by != "status" else names:
            members = [row.code for row in answer.programmes if _is_in(row, by, name)]
            if members:
                groups.append((name, members))
        return groups

    def gaps(self, scope, by, unknown_below):
        """Return {(kind, element, group): (actual, assessed, active, score)}."""
        answer = self.answer(scope.but(basis="programmes"))
        found = {}
        if answer.active == 0:
            return found
        for code, alignable, above in zip(
            answer.codes, answer.alignable, answer.depth, strict=True
        ):
            if alignable:
                depth = 1 + above
                found |= _gaps_of(answer, code, depth, scope.level, unknown_below)
                found |= self._holes_of(answer, code, depth, scope.level, by)
        return found

    def _holes_of(self, answer, code, depth, least, by):
        if answer.supporters(code, least) == 0:
            return {}
        return {
            ("hole", code, name): (
                0,
                answer.assessed(code, members),
                len(members),
                1 * len(members) / answer.active / depth,
            )
            for name, members in self.groups(answer, by)
            if answer.supporters(code, least, members) == 0
        }

    def _wordings_in_force(self, scope):
        newest = None
        for revision in self.revisions:
            if revision.strategy.code != scope.strategy:
                continue
            if revision.in_force_from > scope.day:
                continue
            if newest is None or newest.in_force_from < revision.in_force_from:
                newest = revision
        if newest is None:
            return []
        return [row for row in self.wordings if row.revision_id == newest.pk]

    def _effective(self, wordings, wording, programme, scope):
        """Return the highest level on the element itself or, rolled up, below it."""
        levels = [self._direct(wording, programme, scope.day)]
        if scope.rollup:
            for other in wordings:
                if _is_below(wordings, other, wording):
                    levels.append(self._direct(other, programme, scope.day))
        known = [level for level in levels if level is not None]
        return max(known) if known else None

    def _direct(self, wording, programme, day):
        for row in self.rows:
            if row.programme_id == programme.pk and row.element_id == wording.element_id:
                begun = row.valid_from <= day
                if begun and (row.valid_until is None or day < row.valid_until):
                    return row.level
        return None

    def _weight(self, programme, scope):
        if scope.basis == "programmes":
            return 1
        year = scope.day.year if scope.day.month >= 4 else scope.day.year - 1
        for budget in self.budgets:
            if budget.programme_id == programme.pk and budget.fiscal_year == year:
                return budget.amount
        return 0


def is_active(programme, day):
    """Say whether a programme has begun and not ended ("Active on a day")."""
    ended_without_date = programme.status in ("closed", "cancelled")
    if programme.ends_on:
        if day > _known_day(programme.ends_on, last=True):
            return False
    elif ended_without_date:
        return False
    if programme.starts_on:
        return _known_day(programme.starts_on, last=False) <= day
    return programme.status != "planned"


def _known_day(text, *, last):
    numbers = [int(part) for part in text.split("-")]
    year = numbers[0]
    month = numbers[1] if len(numbers) > 1 else (12 if last else 1)
    end = calendar.monthrange(year, month)[1]
    return datetime.date(
        year, month, numbers[2] if len(numbers) > 2 else (end if last else 1)
    )


def _gaps_of(answer, code, depth, least, unknown_below):
    supported, assessed = answer.supporters(code, least), answer.assessed(code)
    share = assessed / answer.active
    numbers = (supported, assessed, answer.active)
    found = {}
    if share < unknown_below:
        weight = 1 if supported else 3
        found["unknown", code, None] = (*numbers, weight * (1 - share) / depth)
    elif supported == 0:
        found["uncovered", code, None] = (*numbers, 4 * share / depth)
    if supported == 1:
        found["thin", code, None] = (*numbers, 2 / depth)
    return found


def _document_order(wordings, parent):
    ordered = []
    for wording in wordings:
        if wording.parent_id == parent:
            ordered.append(wording)
            ordered += _document_order(wordings, wording.element_id)
    return ordered


def _above(wordings, wording):
    for other in wordings:
        if other.element_id == wording.parent_id:
            return other
    return None


def _is_below(wordings, low, high):
    while (low := _above(wordings, low)) is not None:
        if low.pk == high.pk:
            return True
    return False


def _alignable_above(wordings, wording):
    number = 0
    while (wording := _above(wordings, wording)) is not None:
        number += wording.is_alignable
    return number


def _countries(programme):
    return [country.code for country in programme.partner_countries]


def _is_in(programme, by, name):
    if by == "country":
        return name in (_countries(programme) or ["unknown"])
    if by == "status":
        return programme.status == name
    group = getattr(programme, by)
    return (group.code if group else "unknown") == name


def _is_selected(programme, scope):
    for by in ("category", "department", "country", "status"):
        wanted = getattr(scope, by)
        if wanted and not _is_in(programme, by, wanted):
            return False
    return True
