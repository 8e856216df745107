"""Move the elements of a draft within its tree."""

from operator import attrgetter

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from strategy_app.coverage.frame.trees import in_order
from strategy_app.models import Change, Element, User, Wording
from strategy_app.services.change import discard, recording
from strategy_app.services.strategy.draft import (
    Overtaken,
    check_place,
    require_draft,
    write,
)

DIRECTIONS = ("up", "down", "in", "out")


def move(
    *, wording: Wording, direction: str, by: User, source: str = Change.Source.PAGE
) -> None:
    """Move an element, with all below it, one place in its draft.

    up, down: past its neighbour below the same parent. in: below the neighbour above it.
    out: to after its parent. Raises NotDraft, ValidationError where it cannot go.
    """
    with recording(Change.Action.EDIT_STRATEGY, by=by, source=source):
        draft = require_draft(wording.revision_id)
        children, moved = _read(draft, wording)
        _step(children, moved, direction)
        _write(children)


def put_below(
    *,
    wording: Wording,
    parent: Element | None,
    before: Element | None = None,
    stood: tuple[str, str] | None = None,
    by: User,
    source: str = Change.Source.PAGE,
) -> None:
    """Put an element, with all below it, below another one or at the top.

    before: which one there it comes before; None puts it last. stood: where it stood when
    it was read, as the codes of the element above it and of the next one beside it, "" for
    none; None where that does not matter. Where nothing differs nothing is recorded.
    Raises NotDraft, Overtaken when it stands elsewhere by now, ValidationError by field
    for a place below itself, outside the draft, or before what is not there any more.
    """
    with recording(Change.Action.EDIT_STRATEGY, by=by, source=source) as change:
        draft = require_draft(wording.revision_id)
        children, moved = _read(draft, wording)
        stands = _place_of(children, moved)
        if stood not in (None, stands):
            raise Overtaken(moved)
        if stands == (parent.code if parent else "", before.code if before else ""):
            discard(change)
            return
        children[moved.parent_id].remove(moved)
        moved.parent = parent
        check_place(moved)
        beside = children.setdefault(moved.parent_id, [])
        beside.insert(_place_before(beside, before), moved)
        moved.position = 0  # no place of before, so that it is written
        _write(children)


def _place_of(children, moved):
    """Return the codes of what stands above an element and next beside it, "" for none."""
    rows = [row for below in children.values() for row in below]
    above = next((r.element.code for r in rows if r.element_id == moved.parent_id), "")
    beside = children[moved.parent_id]
    after = beside[beside.index(moved) + 1 :]
    return above, after[0].element.code if after else ""


def _place_before(beside, before):
    """Return where in the list something comes before that element, last for None."""
    if before is None:
        return len(beside)
    for at, row in enumerate(beside):
        if row.element_id == before.pk:
            return at
    raise ValidationError(
        {"before": _("%(code)s does not stand there.") % {"code": before.code}}
    )


def _read(draft, wording):
    """Return the wordings below each element of a draft, and the one that is to move."""
    rows = list(draft.wordings.order_by("position").select_related("element", "type"))
    children = {}
    for row in rows:
        children.setdefault(row.parent_id, []).append(row)
    moved = next((row for row in rows if row.pk == wording.pk), None)
    if moved is None:
        raise ValidationError(_("This element is not in the draft any more."))
    return children, moved


def _write(children):
    above = {row: parent_id for parent_id, rows in children.items() for row in rows}
    for place, row in enumerate(in_order(children, attrgetter("element_id")), 1):
        parent_id = above[row]
        if (row.position, row.parent_id) != (place, parent_id):
            row.position, row.parent_id = place, parent_id
            write(row, None)


def _step(children, moved, direction):
    siblings = children[moved.parent_id]
    at = siblings.index(moved)
    if direction in ("up", "down"):
        other = at + (1 if direction == "down" else -1)
        if not 0 <= other < len(siblings):
            raise ValidationError(_("It is at the end already."))
        siblings[at], siblings[other] = siblings[other], siblings[at]
    elif direction == "in":
        if at == 0:
            raise ValidationError(_("There is nothing above it to stand below of."))
        siblings.pop(at)
        children.setdefault(siblings[at - 1].element_id, []).append(moved)
    else:
        above = next(
            (row for rows in children.values() for row in rows
             if row.element_id == moved.parent_id), None,
        )  # fmt: skip
        if above is None:
            raise ValidationError(_("It is at the top already."))
        siblings.pop(at)
        others = children[above.parent_id]
        others.insert(others.index(above) + 1, moved)
