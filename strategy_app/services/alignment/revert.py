"""Take back a change of the ledger, or beside it: by a new change, losing nothing."""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from strategy_app import permissions
from strategy_app.models import Alignment, Change, Dismissal, User
from strategy_app.models.dates import today
from strategy_app.queries import alignment as alignment_queries
from strategy_app.services.alignment.many import (
    attach_all,
    close_all,
    open_rows,
)
from strategy_app.services.alignment.rules import sources_of
from strategy_app.services.change import discard, recording

REVERTIBLE = {
    Change.Action.ALIGN,
    Change.Action.WITHDRAW,
    Change.Action.CONFIRM,
    Change.Action.REAFFIRM,
    Change.Action.DISMISS,
    Change.Action.IMPORT,
    Change.Action.REVERT,
}


@dataclass
class Cell:
    """What taking back a change would do to one cell.

    left: the row in force that the change left there, None where it withdrew one.
    before: the row that was in force before, None where there was none. current: what is
    in force now. dismissal: what the change wrote beside the ledger, where it set the
    proposals of a cell aside or took that back. problem: why the cell stays as it is,
    empty where it can be taken back.
    """

    left: Alignment | None
    before: Alignment | None
    current: Alignment | None = None
    dismissal: Dismissal | None = None
    problem: str = ""

    @property
    def row(self) -> Alignment | Dismissal:
        """A row of the cell, to name programme and element by."""
        return self.left or self.before or self.dismissal


@dataclass
class Reverted:
    """What came of it. change: None where nothing could be taken back."""

    change: Change | None = None
    restored: list[Cell] = field(default_factory=list)
    refused: list[Cell] = field(default_factory=list)


def can_be_reverted(change: Change) -> bool:
    """Whether it is a kind of change that people can take back."""
    return change.action in REVERTIBLE


def cells_of(change: Change, *, by: User) -> list[Cell]:
    """Return what taking back ``change`` would do, cell by cell; writes nothing."""
    rows = alignment_queries.rows()
    opened = {_key(row): row for row in rows.filter(opened_in=change, closed_in=None)}
    gone = [
        row
        for row in rows.filter(opened_in=change).exclude(closed_in=None)
        if _key(row) not in opened
    ]
    closed = {_key(row): row for row in rows.filter(closed_in=change)}
    confirmed = {
        _key(row): row
        for row in rows.filter(confirmed_in=change).exclude(opened_in=change)
        if row.opened_in_id < change.pk
    }
    cells = {key: Cell(row, closed.get(key)) for key, row in opened.items()}
    for row in gone:
        cells.setdefault(_key(row), Cell(row, closed.get(_key(row))))
    for key, row in closed.items():
        cells.setdefault(key, Cell(None, row))
    for key, row in confirmed.items():
        cells.setdefault(key, Cell(row, row))
    for row in _dismissals(change):
        cells.setdefault(_key(row), Cell(None, None, dismissal=row))
    current_of = open_rows(cells)
    for key, cell in cells.items():
        cell.current = current_of.get(key)
        cell.problem = _problem(cell, change, by)
    return [cells[key] for key in sorted(cells)]


def revert(
    *, change: Change, by: User, source: str = Change.Source.PAGE, reason: str = ""
) -> Reverted:
    """Bring back, by a new change, what was in force in each cell before ``change``.

    A cell where something newer stands, or that is not theirs, stays as it is and is among
    ``refused``. What is brought back counts as judged when and by whom it was first, and
    keeps its confirmation. Raises ValidationError for other kinds of change.
    """
    if not can_be_reverted(change):
        raise ValidationError(_("A change of this kind cannot be taken back here."))
    with recording(
        Change.Action.REVERT, by=by, source=source, reason=reason, reverts=change
    ) as new:
        result = Reverted(new)
        for cell in cells_of(change, by=by):
            (result.refused if cell.problem else result.restored).append(cell)
        if not result.restored:
            discard(new)
            return Reverted(refused=result.refused)
        days = close_all([cell.left for cell in result.restored], new)
        back = [cell for cell in result.restored if cell.before is not None]
        rows = Alignment.objects.bulk_create(
            [_brought_back(cell, change, new, days) for cell in back], batch_size=500
        )
        attach_all(
            (row, sources_of(cell.before)) for row, cell in zip(rows, back, strict=True)
        )
        Dismissal.objects.bulk_create(
            _turned_round(cell.dismissal, new) for cell in result.restored if cell.dismissal
        )
        return result


def _dismissals(change):
    """Return what a change wrote of proposals that were set aside."""
    return change.dismissals.select_related("programme", "element").order_by("id")


def _turned_round(dismissal, change):
    """Return the row by which proposals wait again, or are set aside again."""
    return Dismissal(
        programme_id=dismissal.programme_id,
        element_id=dismissal.element_id,
        waits_again=not dismissal.waits_again,
        dismissed_in=change,
    )


def _is_overtaken(dismissal, change):
    """Whether a cell has been judged, or its proposals answered again, since then."""
    cell = {"programme": dismissal.programme_id, "element": dismissal.element_id}
    return (
        Alignment.objects.filter(**cell, opened_in__gt=change).exists()
        or Dismissal.objects.filter(**cell, dismissed_in__gt=change).exists()
    )


def _brought_back(cell, change, new, days):
    """Return the row that stands there again."""
    before = cell.before
    first = before.judgement
    # What a change has confirmed in place was not confirmed before it.
    confirmed_in = before.confirmed_in_id
    if confirmed_in == change.pk:
        confirmed_in = None
    return Alignment(
        programme_id=before.programme_id,
        element_id=before.element_id,
        level=before.level,
        rationale=before.rationale,
        wording_id=before.wording_id,
        valid_from=days.get(cell.left and cell.left.pk, today()),
        opened_in=new,
        confirmed_in_id=confirmed_in,
        continues=first,
    )


def _problem(cell, change, by):
    """Return why a cell cannot be taken back, or an empty text."""
    if not permissions.can_align(by, cell.row.programme):
        return _("You may not record for this programme's department.")
    if cell.dismissal is not None and _is_overtaken(cell.dismissal, change):
        return _("Something newer stands here.")
    if cell.left is not None and cell.left.closed_in_id == change.pk:
        return _("This is history that has ended; it is kept as it was loaded.")
    if (cell.left and cell.left.pk) != (cell.current and cell.current.pk):
        return _("Something newer stands here.")
    if cell.left is not None and (cell.left.confirmed_in_id or 0) > change.pk:
        return _("A second person has confirmed it since.")
    return ""


def _key(row):
    return row.programme_id, row.element_id
