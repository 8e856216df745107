"""Coverage computed the slow and obvious way, straight from the rows of the database.

It shares nothing with ``strategy_app.coverage``: plain loops, one question at a time, each
word taken from its definition. Whatever the arrays answer has to equal what this answers.
"""

import calendar
import datetime
from dataclasses import dataclass

from django.utils.timezone import localdate

from strategy_app.models import (
    Alignment,
    Budget,
    Category,
    Department,
    Dismissal,
    Origin,
    Programme,
    Revision,
    Target,
    Thresholds,
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
    """All rows of the database, read once with the ORM; as known at a change, or now."""

    def __init__(self, known_at=None):
        self.known_at = known_at
        self.programmes = sorted(self._known(Programme), key=lambda row: row.code)
        self.budgets = self._known(Budget)
        self.targets = self._known(Target)
        self.thresholds = [*self._known(Thresholds), Thresholds()][0]
        self.rows = [
            row
            for row in Alignment.objects.select_related("continues").prefetch_related(
                "evidence"
            )
            if self._is_known(row.opened_in_id)
        ]
        self.revisions = [
            row
            for row in Revision.objects.select_related("strategy")
            if row.published_in_id and self._is_known(row.published_in_id)
        ]
        self.origins = list(Origin.objects.order_by("id"))
        self.dismissals = [
            row
            for row in Dismissal.objects.select_related("dismissed_in").order_by("id")
            if self._is_known(row.dismissed_in_id)
        ]
        self.wordings = list(
            Wording.objects.select_related("element", "parent").order_by("position")
        )
        self.categories = sorted(Category.objects.values_list("code", flat=True))
        self.departments = sorted(Department.objects.values_list("code", flat=True))

    def _is_known(self, change):
        return change is not None and (self.known_at is None or change <= self.known_at)

    def _known(self, model):
        """Return the rows of a model: today's, or as the last history before says."""
        if self.known_at is None:
            return list(model.objects.all())
        newest = {}
        for row in model.history.order_by("history_id"):
            if row.change_id <= self.known_at:
                newest[row.id] = row
        return [row for row in newest.values() if row.history_type != "-"]

    def answer(self, scope):
        """Answer a scope."""
        wordings = self.wordings_in_force(scope)
        ordered = _document_order(wordings, None)
        programmes = [
            programme
            for programme in self.programmes
            if is_active(programme, scope.day) and is_selected(programme, scope)
        ]
        levels = {
            (wording.element.code, programme.code): self.effective(
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

    def wordings_in_force(self, scope):
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

    def effective(self, wordings, wording, programme, scope):
        """Return the highest level on the element itself or, rolled up, below it."""
        found = []
        for other in wordings:
            is_own = other.element_id == wording.element_id
            if is_own or (scope.rollup and is_below(wordings, other, wording)):
                row = self.row_in_force(other, programme, scope)
                if row is not None:
                    found.append(row.level)
        return max(found, default=None)

    def row_in_force(self, wording, programme, scope):
        """Return the row of one cell that holds on the day and is of the layer."""
        for row in self.rows:
            is_here = (row.programme_id, row.element_id) == (
                programme.id, wording.element_id,
            )  # fmt: skip
            if is_here and self.holds(row, scope.day) and self.is_of_layer(row, scope):
                return row
        return None

    def holds(self, row, day):
        """Say whether a row is in force on a day, as it was known."""
        is_over = self._is_known(row.closed_in_id) and row.valid_until <= day
        return row.valid_from <= day and not is_over

    def is_of_layer(self, row, scope):
        evidenced = any(source.dated_on for source in row.evidence.all())
        confirmed = evidenced and self.is_confirmed(row)
        confirmed = confirmed and self.lapse(row, scope) is None
        oldest = months_before(scope.day, self.thresholds.fresh_months)
        fresh = confirmed and row.judgement.valid_from > oldest
        return {
            "claimed": True, "evidenced": evidenced, "confirmed": confirmed, "fresh": fresh,
        }[scope.layer]  # fmt: skip

    def is_confirmed(self, row):
        """Say whether a second person had confirmed a row, whatever it is worth since."""
        return self._is_known(row.confirmed_in_id)

    def lapse(self, row, scope):
        """Say what has been written anew since it was confirmed, None if nothing."""
        if self.needs_review(row, scope):
            return "wording"
        programme = next(x for x in self.programmes if x.id == row.programme_id)
        text_changed = programme.text_changed_in_id or 0
        return "programme" if text_changed > row.confirmed_in_id else None

    def needs_review(self, row, scope):
        """Say whether the element was worded anew materially since what was judged.

        One that was taken out and comes back as new says something else than was judged.
        """
        judged = next(wording for wording in self.wordings if wording.pk == row.wording_id)
        first = next(x for x in self.revisions if x.pk == judged.revision_id)
        for revision in self.revisions:
            if first.in_force_from < revision.in_force_from <= scope.day:
                for wording in self.wordings:
                    if (wording.revision_id, wording.element_id) == (
                        revision.pk, row.element_id,
                    ) and wording.modification in ("material", "new"):  # fmt: skip
                        return True
        return False

    def splits(self, revision):
        """Return what came from what by a revision: (element, origin, revision) each.

        Its own splits and those of before, as long as the element stays in the strategy.
        """
        earlier = [
            row
            for row in self.revisions
            if row.strategy_id == revision.strategy_id
            and row.in_force_from <= revision.in_force_from
        ]
        found = []
        for one in sorted(earlier, key=lambda row: row.in_force_from):
            here = {row.element_id for row in self.wordings if row.revision_id == one.pk}
            found = [known for known in found if known[0] in here]
            found += [
                (row.element_id, row.origin_id, one)
                for row in self.origins
                if row.revision_id == one.pk
            ]
        return found

    def is_proposed(self, wording, programme, scope):
        """Say whether a cell has a record to go by that nobody has answered."""
        revision = next(x for x in self.revisions if x.pk == wording.revision_id)
        came = {row.pk: row.revision_id for row in self.wordings}
        days = {row.pk: row.in_force_from for row in self.revisions}
        own = [row for row in self.rows if row.programme_id == programme.id]
        for element, origin, split in self.splits(revision):
            if element != wording.element_id:
                continue
            if self._is_answered(own, element, split, scope):
                continue
            dismissed = [
                row
                for row in self.dismissals
                if (row.programme_id, row.element_id) == (programme.id, element)
                and split.in_force_from <= localdate(row.dismissed_in.at) <= scope.day
                and row.dismissed_in_id > split.published_in_id
            ]
            is_set_aside = bool(dismissed) and not dismissed[-1].waits_again
            if not is_set_aside and any(
                row.element_id == origin
                and row.valid_from <= split.in_force_from
                and days[came[row.wording_id]] < split.in_force_from
                and self._lasted(row, split)
                for row in own
            ):
                return True
        return False

    def _is_answered(self, rows, element, split, scope):
        return any(
            row.element_id == element
            and row.valid_from <= scope.day
            and self._lasted(row, split)
            for row in rows
        )

    def _lasted(self, row, revision):
        """Say whether a row held until a revision took force, or longer."""
        if not self._is_known(row.closed_in_id):
            return True
        if row.valid_until == revision.in_force_from:
            return row.closed_in_id > revision.published_in_id
        return row.valid_until > revision.in_force_from

    def days_of_change(self):
        """Return all days on which any number may change, with those before and after."""
        turns = {row.valid_from for row in self.rows}
        turns |= {row.valid_until for row in self.rows if row.valid_until}
        turns |= {revision.in_force_from for revision in self.revisions}
        turns |= {
            _months_after(row.judgement.valid_from, self.thresholds.fresh_months)
            for row in self.rows
        }
        for programme in self.programmes:
            if programme.starts_on:
                turns.add(known_day(programme.starts_on, last=False))
            if programme.ends_on:
                turns.add(known_day(programme.ends_on, last=True))
        near = {day.toordinal() + shift for day in turns for shift in range(-2, 5)}
        return [datetime.date.fromordinal(number) for number in sorted(near)]

    def supporters_on(self, day, wordings, wording, scope):
        """Count supporters of one element on another day, in the same tree."""
        scope = scope.but(day=day)
        number = 0
        for programme in self.programmes:
            if is_active(programme, day) and is_selected(programme, scope):
                level = self.effective(wordings, wording, programme, scope)
                number += level is not None and level >= scope.level
        return number

    def _weight(self, programme, scope):
        budget = self.budget(programme, scope.day)
        return {
            "programmes": 1, "budget": budget or 0, "on_record": int(budget is not None),
        }[scope.basis]  # fmt: skip

    def budget(self, programme, day):
        """Return what a programme has to spend in the fiscal year, None if not known."""
        year = day.year if day.month >= 4 else day.year - 1
        for budget in self.budgets:
            if budget.programme_id == programme.id and budget.fiscal_year == year:
                return budget.amount
        return None


def is_active(programme, day):
    """Say whether a programme has begun and not ended ("Active on a day")."""
    ended_without_date = programme.status in ("closed", "cancelled")
    if programme.ends_on:
        if day > known_day(programme.ends_on, last=True):
            return False
    elif ended_without_date:
        return False
    if programme.starts_on:
        return known_day(programme.starts_on, last=False) <= day
    return programme.status != "planned"


def known_day(text, *, last):
    numbers = [int(part) for part in text.split("-")]
    year = numbers[0]
    month = numbers[1] if len(numbers) > 1 else (12 if last else 1)
    end = calendar.monthrange(year, month)[1]
    return datetime.date(
        year, month, numbers[2] if len(numbers) > 2 else (end if last else 1)
    )


def months_before(day, months):
    year, month = day.year, day.month
    for _step in range(months):
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _months_after(day, months):
    year, month = day.year, day.month
    for _step in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


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


def is_below(wordings, low, high):
    """Say whether one wording stands anywhere below another."""
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


def is_selected(programme, scope):
    """Say whether filters and search let a programme through."""
    for by in ("category", "department", "country", "status"):
        wanted = getattr(scope, by)
        if wanted and not _is_in(programme, by, wanted):
            return False
    return not scope.search or scope.search in programme.code
