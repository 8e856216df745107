"""Write many cells of the ledger at once: judged first, then all in one change or none.

``judge…`` says what would happen and writes nothing: it is the preview. ``…_all`` judges
again when its turn to write has come, so what was judged is what is written.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from strategy_app import permissions
from strategy_app.models import Alignment, Change, Evidence, User, Wording
from strategy_app.models.dates import today
from strategy_app.queries import alignment as alignment_queries
from strategy_app.queries import strategy as strategy_queries
from strategy_app.services.alignment.record import append_copy, attach, close
from strategy_app.services.alignment.rules import (
    Judgement,
    check_alignable,
    check_goes_on,
    check_judgement,
    says_the_same,
    sources_of,
)
from strategy_app.services.change import discard, recording

# The most cells that one change may write: what one can still look through.
MOST = 5_000
# Ids in one question; SQLite takes no more than 32,766 values.
_BATCH = 500


@dataclass
class Verdict:
    """What would happen to one cell.

    kind: "add", "update", "withdraw", "confirm", "same" (nothing to do), "conflict" (the
    row in force, ``current``, is not the one that was seen) or "error". errors: what is
    wrong, by field. wording: what a new row would be about.
    """

    kind: str
    current: Alignment | None = None
    errors: dict[str, list[str]] = field(default_factory=dict)
    wording: Wording | None = None

    @property
    def is_refused(self) -> bool:
        """Whether this keeps everything from being written."""
        return self.kind in ("error", "conflict")


class Refused(Exception):
    """At least one cell cannot be written, so none was. ``verdicts`` has one for each."""

    def __init__(self, verdicts: list[Verdict]):
        super().__init__("not every cell can be written")
        self.verdicts = verdicts


def judge(
    judgements: list[Judgement],
    *,
    by: User,
    current_of: dict[tuple[int, int], Alignment] | None = None,
) -> list[Verdict]:
    """Say for each judgement whether it would add, update, change nothing or be refused.

    current_of: the rows in force by cell, where they have been looked up just now.
    """
    if current_of is None:
        current_of = open_rows((item.programme.pk, item.element.pk) for item in judgements)
    wording_of = wordings_in_force({item.element.strategy_id for item in judgements})
    seen = set()

    def verdict(item):
        cell = (item.programme.pk, item.element.pk)
        current, wording = current_of.get(cell), wording_of.get(item.element.pk)
        if cell in seen:
            raise ValidationError({"element": _("This cell stands here twice.")})
        seen.add(cell)
        _check_may_align(by, item.programme)
        check_goes_on(item.programme)
        check_alignable(wording)
        check_judgement(item.level, item.rationale, item.evidence, sources_of(current))
        if (current.pk if current else None) != item.replaces:
            return Verdict("conflict", current)
        if current is None:
            return Verdict("add", None, wording=wording)
        content = (item.level, item.rationale, item.evidence, wording)
        kind = "same" if says_the_same(current, *content) else "update"
        return Verdict(kind, current, wording=wording)

    return [_judged(verdict, item, current_of) for item in judgements]


def record_all(
    judgements: list[Judgement],
    *,
    by: User,
    action: str = Change.Action.ALIGN,
    source: str = Change.Source.PAGE,
    reason: str = "",
) -> Change | None:
    """Record all judgements in one change, or raise Refused and record none.

    Returns the change, None where everything stands there already.
    """
    with recording(action, by=by, source=source, reason=reason) as change:
        verdicts = _accepted(judge(judgements, by=by))
        write = [
            (item, verdict)
            for item, verdict in zip(judgements, verdicts, strict=True)
            if verdict.kind != "same"
        ]
        if not write:
            discard(change)
            return None
        begins = close_all([verdict.current for _item, verdict in write], change)
        rows = Alignment.objects.bulk_create(
            [
                Alignment(
                    programme=item.programme,
                    element=item.element,
                    level=item.level,
                    rationale=item.rationale,
                    wording=verdict.wording,
                    valid_from=begins.get(verdict.current and verdict.current.pk, today()),
                    opened_in=change,
                )
                for item, verdict in write
            ],
            batch_size=_BATCH,
        )
        attach_all(
            (row, item.evidence) for row, (item, _verdict) in zip(rows, write, strict=True)
        )
        return change


def judge_withdrawals(ids: Iterable[int], *, by: User) -> list[Verdict]:
    """Say for each row id whether it would be withdrawn; a closed one is a conflict."""

    def verdict(row):
        _check_may_align(by, row.programme)
        return Verdict("withdraw", row)

    return _judge_rows(_rows_named(ids), verdict)


def withdraw_all(
    ids: Iterable[int], *, by: User, source: str = Change.Source.PAGE, reason: str = ""
) -> Change | None:
    """Withdraw all rows in one change, or raise Refused and withdraw none."""
    with recording(Change.Action.WITHDRAW, by=by, source=source, reason=reason) as change:
        verdicts = _accepted(judge_withdrawals(ids, by=by))
        if not verdicts:
            discard(change)
            return None
        close_all([verdict.current for verdict in verdicts], change)
        return change


def judge_confirmations(ids: Iterable[int], *, by: User) -> list[Verdict]:
    """Say for each row id whether ``by`` would confirm it; a closed one is a conflict."""
    row_of = _rows_named(ids)
    states = alignment_queries.states_now(filter(None, row_of.values()), today())

    def verdict(row):
        if not permissions.can_confirm(by, row):
            raise ValidationError(
                {"confirm": _("Only a second person with the right can confirm this.")}
            )
        if states[row.pk].is_reworded:
            raise ValidationError(
                {"confirm": _("The element's wording has changed: re-read it first.")}
            )
        return Verdict("same" if states[row.pk].is_confirmed else "confirm", row)

    return _judge_rows(row_of, verdict)


def confirm_all(
    ids: Iterable[int], *, by: User, source: str = Change.Source.PAGE
) -> Change | None:
    """Confirm all rows in one change, or raise Refused and confirm none."""
    with recording(Change.Action.CONFIRM, by=by, source=source) as change:
        verdicts = _accepted(judge_confirmations(ids, by=by))
        rows = [verdict.current for verdict in verdicts if verdict.kind == "confirm"]
        if not rows:
            discard(change)
            return None
        fresh = [row.pk for row in rows if row.confirmed_in_id is None]
        for some in batches(fresh):
            Alignment.objects.filter(pk__in=some).update(confirmed_in=change)
        for row in rows:
            if row.confirmed_in_id is not None:  # lapsed: a row is confirmed only once
                close(row, change)
                append_copy(
                    row,
                    change,
                    valid_from=row.valid_until,
                    confirmed_in=change,
                    continues=row.judgement,
                )
        return change


def open_rows(cells: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Alignment]:
    """Return the row in force of each (programme id, element id) that has one."""
    elements_of = _by_programme(cells)
    found = {}
    for programmes in batches(elements_of):
        elements = set().union(*(elements_of[pk] for pk in programmes))
        for row in (
            alignment_queries.rows()
            .open()
            .filter(programme__in=programmes, element__in=elements)
        ):
            found[row.programme_id, row.element_id] = row
    return found


def open_ids(cells: Iterable[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Return the id of the row in force of each cell that has one."""
    elements_of = _by_programme(cells)
    found = {}
    for programmes in batches(elements_of):
        elements = set().union(*(elements_of[pk] for pk in programmes))
        for programme, element, pk in (
            Alignment.objects.open()
            .filter(programme__in=programmes, element__in=elements)
            .values_list("programme", "element", "pk")
        ):
            found[programme, element] = pk
    return found


def _by_programme(cells):
    """Return the ids of elements by the id of their programme."""
    elements_of = defaultdict(set)
    for programme, element in cells:
        elements_of[programme].add(element)
    return elements_of


def wordings_in_force(strategy_ids: Iterable[int]) -> dict[int, Wording]:
    """Return the wordings in force today by element id."""
    found = {}
    for pk in strategy_ids:
        revision = strategy_queries.revision_in_force(pk, today())
        if revision is not None:
            found |= strategy_queries.wordings_by_element(revision.pk)
    return found


def close_all(rows: Iterable[Alignment | None], change: Change) -> dict:
    """Close rows in force; return by id on which day each was closed."""
    days = {row.pk: max(today(), row.valid_from) for row in rows if row is not None}
    by_day = defaultdict(list)
    for pk, day in days.items():
        by_day[day].append(pk)
    for day, ids in by_day.items():
        for some in batches(ids):
            Alignment.objects.filter(pk__in=some).update(valid_until=day, closed_in=change)
    return days


def attach_all(rows_with_sources: Iterable[tuple[Alignment, list]]) -> None:
    """Record the evidence that new rows rest on."""
    evidence = []
    for row, sources in rows_with_sources:
        if any(item.file for item in sources):
            attach(row, sources)  # a new file is stored as its row is saved
            continue
        evidence += [
            Evidence(alignment=row, title=item.title, url=item.url, dated_on=item.dated_on)
            for item in sources
        ]
    Evidence.objects.bulk_create(evidence, batch_size=_BATCH)


def batches(values: Iterable) -> Iterable[list]:
    """Yield the values in lists short enough for one question to the database."""
    values = list(values)
    for start in range(0, len(values), _BATCH):
        yield values[start : start + _BATCH]


def _rows_named(ids):
    """Return rows by their ids, in this order, each once; None where there is none."""
    row_of = dict.fromkeys(ids)
    for some in batches(row_of):
        row_of |= alignment_queries.rows().in_bulk(some)
    return row_of


def _judge_rows(row_of, verdict: Callable[[Alignment], Verdict]):
    """Judge rows, by their ids; one that is closed, or is none, is a conflict."""
    found = []
    for row in row_of.values():
        if row is None or row.closed_in_id is not None:
            found.append(Verdict("conflict"))
        else:
            found.append(_judged(verdict, row, {}))
    return found


def _judged(verdict, item, current_of):
    """Return the verdict, or what a rule says against it."""
    try:
        return verdict(item)
    except ValidationError as refusal:
        errors = refusal.message_dict
    except PermissionDenied:
        errors = {"programme": [_("You may not record for this programme's department.")]}
    current = None
    if isinstance(item, Judgement):
        current = current_of.get((item.programme.pk, item.element.pk))
    return Verdict("error", current, errors)


def _check_may_align(by, programme):
    if not permissions.can_align(by, programme):
        raise PermissionDenied


def _accepted(verdicts):
    """Return the verdicts if all can be written, else raise Refused."""
    if any(verdict.is_refused for verdict in verdicts):
        raise Refused(verdicts)
    return verdicts
