"""What can be done about a gap: links to its rows, and to the work that would close it."""

import numpy as np
from django.contrib.humanize.templatetags.humanize import intcomma
from django.urls import reverse
from django.utils.translation import gettext as _

from strategy_app.coverage import matrix
from strategy_app.coverage.gaps import Kind
from strategy_app.views.rows import element_address, programmes_address
from strategy_app.views.whose import recordable

_OF_RECORDS = (Kind.UNEVIDENCED, Kind.UNCONFIRMED, Kind.STALE, Kind.NEEDS_REVIEW)


def actions(frame, coverage, gap, user=None) -> list[tuple[str, str]]:
    """Return what can be done from a gap: (what, where).

    user: who asks; whoever may record is led to the queue of what is left to assess.
    """
    scope, code = coverage.scope, coverage.tree.codes[gap.row]
    if gap.kind in _OF_RECORDS:
        address = programmes_address(scope, element=code, state="supported")
        return [(_("Open these records"), address)]
    if gap.kind == Kind.CLIFF:
        ahead = scope.but(day=gap.from_day)
        return [
            (_("See which"), _ending_address(scope, code, gap)),
            (_("That day"), element_address(ahead, code)),
        ]
    narrowed = scope.but(**{gap.by: gap.group}) if gap.by else scope
    if gap.kind == Kind.UNKNOWN and gap.measure:
        words = _("%(number)s without a budget") % {"number": intcomma(gap.unbudgeted)}
        return [(words, programmes_address(narrowed, budget="missing"))]
    return _of_support(frame, coverage, gap, user, narrowed)


def _of_support(frame, coverage, gap, user, narrowed):
    scope, code = coverage.scope, coverage.tree.codes[gap.row]
    found = _assessing(frame, coverage, gap, user, narrowed)
    if gap.kind == Kind.THIN:
        address = programmes_address(scope, element=code, state="supported")
        found.insert(0, (_("See which"), address))
    elif gap.kind == Kind.HOLE:
        address = f"{reverse('matrix')}?{scope.query(by=gap.by)}#{code}:{gap.group}"
        found.append((_("Matrix"), address))
    elif gap.actual:
        address = programmes_address(narrowed, element=code, state="significant")
        found.append((_("Those at level 1"), address))
    return found


def _assessing(frame, coverage, gap, user, narrowed):
    """Return the way into the queue where there is one, and the list of what is left."""
    code, number = coverage.tree.codes[gap.row], gap.active - gap.assessed
    address = programmes_address(narrowed, element=code, state="not_assessed")
    found = [(_("%(number)s not assessed") % {"number": intcomma(number)}, address)]
    first = _first_to_assess(frame, coverage, gap, user, narrowed)
    if first is not None:
        at = f"{frame.programmes.codes[first]}:{code}"
        query = narrowed.query(order="element", at=at)
        found.insert(0, (_("Assess them"), f"{reverse('queue')}?{query}"))
    return found


def _first_to_assess(frame, coverage, gap, user, narrowed):
    """Return the column of the first programme that they may assess, None for none.

    The queue is about today, and about what nobody has recorded, at whatever layer.
    """
    scope = coverage.scope
    is_today = scope.day == scope.today and scope.known_at is None
    if user is None or not is_today or scope.layer != "claimed":
        return None
    empty = coverage.levels[gap.row] == matrix.NOT_ASSESSED
    mask = empty & coverage.columns & recordable(user, frame)
    if gap.by:
        mask &= matrix.selected(frame, narrowed)
    columns = np.flatnonzero(mask)
    return int(columns[0]) if len(columns) else None


def _ending_address(scope, code, gap):
    """Return the list of the programmes that end by the day of a cliff."""
    state = "principal" if gap.measure == "principal" else "supported"
    if gap.measure == "supported":  # a target keeps its own measure
        scope = scope.but(level=1)
    return programmes_address(scope, element=code, state=state, ends_by=gap.from_day)
