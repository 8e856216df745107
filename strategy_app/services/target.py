"""Keep targets: set, revise from a day on, correct, remove. One change each."""

import datetime
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from strategy_app import permissions
from strategy_app.models import (
    Category,
    Change,
    Department,
    Element,
    Programme,
    Target,
    User,
    Wording,
)
from strategy_app.queries import strategy as strategy_queries
from strategy_app.services import reference
from strategy_app.services.change import discard, recording

COUNTS = (Target.Measure.PRINCIPAL, Target.Measure.SUPPORTED)


class Conflict(Exception):
    """The target is not as the writer saw it. ``current``: as it is, None where removed."""

    def __init__(self, current: Target | None):
        super().__init__("the target has been changed meanwhile")
        self.current = current


def set_target(
    *,
    element: Element,
    measure: str,
    value: Decimal,
    valid_from: datetime.date,
    by: User,
    category: Category | None = None,
    department: Department | None = None,
    source: str = Change.Source.PAGE,
) -> Target:
    """Set a target of an element from a day on and return it.

    Raises PermissionDenied, and ValidationError by field where ``check`` refuses it.
    """
    target = Target(
        element=element,
        measure=measure,
        value=value,
        valid_from=valid_from,
        category=category,
        department=department,
    )
    return save(target=target, by=by, source=source)


def revise(
    *,
    target: Target,
    value: Decimal,
    valid_from: datetime.date,
    version: int,
    by: User,
    source: str = Change.Source.PAGE,
) -> Target:
    """Give a target another value from a later day on, or correct it; return what holds.

    From a later day it is a new target, and the one before it stays; from its own day it
    is corrected in place. version: the newest change to it that the writer saw. What it
    says already changes nothing.

    Raises Conflict when somebody has changed or removed it since, PermissionDenied, and
    ValidationError by field.
    """
    _require_right(by)
    with recording(Change.Action.EDIT_TARGET, by=by, source=source) as change:
        current = _as_seen(target, version)
        if valid_from < current.valid_from:
            raise ValidationError(
                {
                    "valid_from": _(
                        "This target begins on %(day)s: choose that day or later."
                    )
                    % {"day": date_format(current.valid_from)}
                }
            )
        if value == current.value:
            discard(change)
            return current
        if valid_from > current.valid_from:
            current.pk, current.valid_from = None, valid_from
            current._state.adding = True
        current.value = value
        return save(target=current, by=by, source=source)


def remove(
    *, target: Target, version: int, by: User, source: str = Change.Source.PAGE
) -> None:
    """Remove a target; its history stays. Raises Conflict and PermissionDenied."""
    _require_right(by)
    with recording(Change.Action.EDIT_TARGET, by=by, source=source):
        reference.delete(_as_seen(target, version), by=by, source=source)


def save(*, target: Target, by: User, source: str = Change.Source.PAGE) -> Target:
    """Check and save a target, new or corrected; return it.

    Raises PermissionDenied, and ValidationError by field.
    """
    _require_right(by)
    with recording(Change.Action.EDIT_TARGET, by=by, source=source):
        check(target)
        return reference.save(target, by=by, source=source)


def version_of(target: Target) -> int:
    """Return the newest change to a target: what a form carries of what it shows."""
    rows = target.history.model.objects.filter(id=target.pk)
    return rows.aggregate(newest=Max("change_id"))["newest"] or 0


def check(target: Target) -> None:
    """Refuse a target that there cannot be (ValidationError by field, all at once)."""
    refusals = {}
    for check_one in (_check_group, _check_value, _check_element, _check_alone):
        for field, message in check_one(target):
            refusals.setdefault(field, []).append(message)
    if refusals:
        raise ValidationError(refusals)


def _require_right(by):
    if not permissions.can_set_targets(by):
        raise PermissionDenied


def _as_seen(target, version):
    current = Target.objects.filter(pk=target.pk).first()
    if current is None or version_of(current) != version:
        raise Conflict(current)
    return current


def _check_group(target):
    if target.category and target.department:
        yield "department", _("Choose a category or a department, not both.")


def _check_value(target):
    value = Decimal(target.value)
    if value < 0:
        yield "value", _("A target is not below 0.")
    elif target.measure not in COUNTS:
        if value > 100:
            yield "value", _("A share is at most 100 %%.").replace("%%", "%")
    elif value != value.to_integral_value():
        yield "value", _("Give a whole number of programmes.")
    elif not (target.category and target.department):
        there_are = on_record(target.category, target.department)
        if value > there_are:
            yield (
                "value",
                _("There are only %(number)d programmes that could support it.")
                % {"number": there_are},
            )


def on_record(
    category: Category | None = None, department: Department | None = None
) -> int:
    """Return how many programmes of a group could support something: all without one."""
    groups = {"category": category, "department": department}
    return Programme.objects.filter(
        **{name: group for name, group in groups.items() if group is not None}
    ).count()


def _check_element(target):
    revision = strategy_queries.revision_in_force(
        target.element.strategy_id, target.valid_from
    )
    wording = Wording.objects.filter(revision=revision, element=target.element).first()
    names = {"code": target.element.code, "day": date_format(target.valid_from)}
    if revision is None or wording is None:
        yield "valid_from", _("%(code)s is not in force on %(day)s.") % names
    elif not wording.is_alignable:
        yield (
            "element",
            _("%(code)s is context only: nothing is aligned with it.") % names,
        )


def _check_alone(target):
    same = Target.objects.filter(
        element=target.element,
        measure=target.measure,
        valid_from=target.valid_from,
        category=target.category,
        department=target.department,
    ).exclude(pk=target.pk)
    if (other := same.first()) is not None:
        message = _("There is such a target from that day already: %(value)s.")
        yield "valid_from", message % {"value": f"{other.value.normalize():f}"}
