"""Load many rows of history at once: judged first, then all in one change or none."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from strategy_app import permissions
from strategy_app.models import Alignment, Change, Element, Level, Programme, User, Wording
from strategy_app.models.dates import today
from strategy_app.queries import alignment as alignment_queries
from strategy_app.services.alignment.many import Refused, Verdict, attach_all, batches
from strategy_app.services.alignment.record import check_history_ends
from strategy_app.services.alignment.rules import Source, check_alignable
from strategy_app.services.change import discard, recording


@dataclass(frozen=True)
class Period:
    """A judgement that held for a time that has begun before today.

    valid_until is the first day on which it no longer held, None where it still does.
    """

    programme: Programme
    element: Element
    level: int
    rationale: str
    valid_from: datetime.date
    valid_until: datetime.date | None = None
    evidence: list[Source] = field(default_factory=list)

    @property
    def cell(self) -> tuple[int, int]:
        """The ids of its programme and element."""
        return self.programme.pk, self.element.pk


def judge_history(periods: list[Period], *, by: User) -> list[Verdict]:
    """Say for each period whether it would be added, stands there already or is refused.

    ``current`` of a refused one is the recorded row that it overlaps, if that is why.
    """
    recorded = _recorded(periods)
    wording_of = _Wordings(periods)
    taken = defaultdict(list)
    verdicts = []
    for period in periods:
        try:
            verdict = _verdict(period, recorded[period.cell], taken[period.cell], by)
            if verdict.kind == "add":
                verdict.wording = check_alignable(wording_of(period))
                taken[period.cell].append(period)
        except ValidationError as refusal:
            verdict = Verdict("error", errors=refusal.message_dict)
        verdicts.append(verdict)
    return verdicts


def load_all(
    periods: list[Period],
    *,
    by: User,
    action: str = Change.Action.IMPORT,
    source: str = Change.Source.PAGE,
    reason: str = "",
) -> Change | None:
    """Append all periods in one change, or raise Refused and append none.

    History is taken as it was recorded elsewhere: its evidence may lack a date. Returns
    the change, None where all of it stands there already. Only strategy admins may
    (PermissionDenied).
    """
    if not permissions.can_administer(by):
        raise PermissionDenied
    with recording(action, by=by, source=source, reason=reason) as change:
        verdicts = judge_history(periods, by=by)
        if any(verdict.is_refused for verdict in verdicts):
            raise Refused(verdicts)
        write = [
            (period, verdict.wording)
            for period, verdict in zip(periods, verdicts, strict=True)
            if verdict.kind == "add"
        ]
        if not write:
            discard(change)
            return None
        rows = Alignment.objects.bulk_create(
            [_row(period, wording, change) for period, wording in write], batch_size=500
        )
        attach_all(
            (row, period.evidence) for row, (period, _w) in zip(rows, write, strict=True)
        )
        return change


def _row(period, wording, change):
    return Alignment(
        programme=period.programme,
        element=period.element,
        level=period.level,
        rationale=period.rationale,
        wording=wording,
        valid_from=period.valid_from,
        valid_until=period.valid_until,
        opened_in=change,
        closed_in=change if period.valid_until else None,
    )


def _verdict(period, recorded, taken, by):
    """Judge one period against what is recorded and what stands above it."""
    if not permissions.can_administer(by):
        raise ValidationError({"valid_from": _("Only strategy admins load history.")})
    _check_period(period)
    errors = {}
    if period.level not in Level.values:
        errors["level"] = _("Choose a level: 0, 1 or 2.")
    if not period.rationale.strip():
        errors["rationale"] = _("Say why: this level needs a rationale.")
    if errors:
        raise ValidationError(errors)
    for row in recorded:
        if _is_the_same(row, period):
            return Verdict("same", row)
    for row in recorded:
        if _overlap(row, period):
            return Verdict("error", row, {"valid_from": [_overlaps(row)]})
    for other in taken:
        if _overlap(other, period):
            raise ValidationError(
                {"valid_from": _("This period overlaps another one of this table.")}
            )
    return Verdict("add")


def _check_period(period):
    if period.valid_from >= today():
        raise ValidationError(
            {
                "valid_from": _(
                    "Give a day in the past, or leave it empty: it then holds from today."
                )
            }
        )
    check_history_ends(period.valid_until)
    if period.valid_until is not None and period.valid_until <= period.valid_from:
        raise ValidationError({"valid_until": _("It cannot end before it has begun.")})


def _is_the_same(row, period):
    """Whether a row says the same from the same day on; it may have ended since."""
    return (row.level, row.rationale, row.valid_from) == (
        period.level,
        period.rationale,
        period.valid_from,
    ) and period.valid_until in (None, row.valid_until)


def _overlap(one, other):
    """Whether two periods share a day; a row replaced on its first day holds on none."""
    if one.valid_until is not None and one.valid_until <= one.valid_from:
        return False
    return (one.valid_until is None or other.valid_from < one.valid_until) and (
        other.valid_until is None or one.valid_from < other.valid_until
    )


def _overlaps(row):
    """Say which recorded row is in the way."""
    if row.valid_until is None:
        text = _("This overlaps what is recorded from %(first)s on (change %(change)d).")
    else:
        text = _(
            "This overlaps what is recorded from %(first)s until %(last)s"
            " (change %(change)d)."
        )
    return text % {
        "first": date_format(row.valid_from),
        "last": row.valid_until and date_format(row.valid_until),
        "change": row.opened_in_id,
    }


def _recorded(periods: Iterable[Period]):
    """Return every row of the cells, by cell."""
    elements_of = defaultdict(set)
    for period in periods:
        elements_of[period.programme.pk].add(period.element.pk)
    found = defaultdict(list)
    for programmes in batches(elements_of):
        elements = set().union(*(elements_of[pk] for pk in programmes))
        for row in (
            alignment_queries.rows()
            .filter(programme__in=programmes, element__in=elements)
            .order_by("valid_from", "id")
        ):
            found[row.programme_id, row.element_id].append(row)
    return found


class _Wordings:
    """The wording of an element that was in force on a day, or else its first one."""

    def __init__(self, periods):
        self.published = defaultdict(list)
        for wording in (
            Wording.objects.filter(
                element__strategy__in={item.element.strategy_id for item in periods},
                revision__published_in__isnull=False,
            )
            .select_related("revision")
            .order_by("revision__in_force_from")
        ):
            self.published[wording.element_id].append(wording)
        self.revisions = defaultdict(set)
        for wordings in self.published.values():
            for wording in wordings:
                revision = wording.revision
                self.revisions[revision.strategy_id].add(
                    (revision.in_force_from, revision.pk)
                )

    def __call__(self, period):
        wordings = self.published[period.element.pk]
        in_force = max(
            (
                revision
                for revision in self.revisions[period.element.strategy_id]
                if revision[0] <= period.valid_from
            ),
            default=None,
        )
        for wording in wordings:
            if in_force and wording.revision_id == in_force[1]:
                return wording
        return wordings[0] if wordings else None
