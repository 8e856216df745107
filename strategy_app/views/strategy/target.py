"""Targets of an element: what holds, what is to come, what was; set, revised, removed."""

import datetime
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from strategy_app.coverage import targets as coverage_targets
from strategy_app.forms.target import RevisionForm, TargetForm
from strategy_app.models import Change, Element, Target
from strategy_app.permissions import can_set_targets
from strategy_app.queries import history as history_queries
from strategy_app.services import target as target_services
from strategy_app.services.target import Conflict
from strategy_app.views.rows import amount, decimal, element_address, group_label
from strategy_app.views.scoping import frame_of, only_post, scoped, signed_in

_EDITS = 30


@dataclass(frozen=True)
class TargetRow:
    """One target in words: when it holds, how it stands, where it is edited.

    state: "met", "missing", or "open" where budgets on record do not tell.
    """

    measure: str
    value: str
    group: str
    valid_from: datetime.date
    standing: str
    state: str
    stored: Target | None


def targets_of(request, element, coverage) -> dict:
    """Return what the element's page says of its targets."""
    frame, scope = frame_of(request), request.scope
    own = [target for target in frame.targets if target.element_id == element.pk]
    own.sort(key=lambda target: (target.measure, target.category or "",
                                 target.department or "", target.valid_from))  # fmt: skip
    holding = coverage_targets.in_force(frame, scope.day)
    standings = {
        standing.target: standing
        for standing in coverage_targets.standings(frame, coverage, every=True)
    }
    may_set = can_set_targets(request.user) and scope.known_at is None
    stored = _stored(element) if own and may_set else {}
    times = {"now": [], "to_come": [], "earlier": []}
    for target in own:
        time = "to_come" if target.valid_from > scope.day else "earlier"
        times["now" if target in holding else time].append(
            _row(frame, target, standings.get(target), stored)
        )
    return {
        "targets": times,
        "target_edits": _edits(element, frame.change),
        "may_set_targets": may_set,
        "set_target_address": _address("target-add", scope, scope.strategy, element.code),
    }


def _stored(element):
    """Return the stored targets by what tells them apart."""
    found = Target.objects.filter(element=element).select_related("category", "department")
    return {
        (
            target.measure,
            target.valid_from,
            target.category and target.category.code,
            target.department and target.department.code,
        ): target
        for target in found
    }


def _row(frame, target, standing, stored):
    key = (target.measure, target.valid_from, target.category, target.department)
    by = "category" if target.category else "department"
    group = target.category or target.department
    return TargetRow(
        measure=Target.Measure(target.measure).label,
        value=amount(target.measure, target.value),
        group=group_label(frame, by, group) if group else "",
        valid_from=target.valid_from,
        standing=_standing_words(target.measure, standing) if standing else "",
        state=_state_of(standing) if standing else "",
        stored=stored.get(key),
    )


def _state_of(standing):
    if standing.is_open:
        return "open"
    return "missing" if standing.missing else "met"


def _standing_words(measure, standing):
    words = {
        "met": _("target met: %(low)s"),
        "missing": _missing_words(measure, standing.missing),
        "open": _(
            "not known: from %(low)s to %(high)s; no budget is on record for %(number)s of"
            " %(active)s active programmes"
        ),
    }[_state_of(standing)]
    return words % {
        "missing": decimal(standing.missing),
        "low": amount(measure, standing.low),
        "high": amount(measure, standing.high),
        "number": intcomma(standing.unbudgeted),
        "active": intcomma(standing.active),
    }


def _missing_words(measure, missing):
    """Say how much is missing; from a share to a share it is points, not per cent."""
    if not measure.startswith("share"):
        return _("%(missing)s missing: now %(low)s, at most %(high)s")
    return ngettext(
        "%(missing)s point short: now %(low)s, at most %(high)s",
        "%(missing)s points short: now %(low)s, at most %(high)s",
        1 if decimal(missing) == "1" else 2,
    )


def _edits(element, until):
    """Return who changed which target of an element when, from what to what."""
    edits = history_queries.edits_among(
        Target, _EDITS, element_id=element.pk, change_id__lte=until
    )
    changes = Change.objects.select_related("by").in_bulk(
        {edit.change_id for edit in edits}
    )
    return [(changes[edit.change_id], edit) for edit in edits]


def _address(name, scope, *args):
    return f"{reverse(name, args=args)}?{scope.query()}"


def _back(request, element):
    scope = request.scope.but(strategy=element.strategy.code)
    return f"{element_address(scope, element.code)}#targets"


def _may_set(request):
    if not can_set_targets(request.user):
        raise PermissionDenied


@require_http_methods(["GET", "POST"])
@signed_in
@scoped()
def add(request, code, element_code):
    """Show the form of a new target, and set the one it is sent."""
    _may_set(request)
    element = get_object_or_404(
        Element.objects.select_related("strategy"), strategy__code=code, code=element_code
    )
    if request.method == "GET":
        return _show(request, element, TargetForm(element=element))
    form = TargetForm(request.POST, element=element)
    if form.is_valid():
        try:
            target_services.set_target(
                element=element, by=request.user, **form.cleaned_data
            )
        except ValidationError as refusal:  # somebody was faster
            form.refuse(refusal)
        else:
            messages.success(request, _("The target is set."))
            return redirect(_back(request, element))
    return _show(request, element, form, status=400)


@require_http_methods(["GET", "POST"])
@signed_in
@scoped()
def revise(request, number):
    """Show the form of a target, and correct or follow it as it is sent."""
    _may_set(request)
    target = _target_or_none(number)
    if target is None:
        return _gone(request, number)
    version = target_services.version_of(target)
    if request.method == "GET":
        return _show_revision(request, target, _form(target, version))
    form = _form(target, version, request.POST)
    if form.is_valid():
        try:
            target_services.revise(
                target=target,
                value=form.cleaned_data["value"],
                valid_from=form.cleaned_data["valid_from"],
                version=form.cleaned_data["version"] or 0,
                by=request.user,
            )
        except Conflict as conflict:
            return _show_conflict(request, conflict, number)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The target is saved."))
            return redirect(_back(request, target.element))
    return _show_revision(request, target, form, status=400)


@only_post
@signed_in
@scoped()
def remove(request, number):
    """Remove a target; its history stays on the element's page."""
    _may_set(request)
    target = _target_or_none(number)
    if target is None:
        return _gone(request, number)
    version = request.POST.get("version", "")
    try:
        target_services.remove(
            target=target,
            version=int(version) if version.isdecimal() and len(version) < 19 else 0,
            by=request.user,
        )
    except Conflict as conflict:
        return _show_conflict(request, conflict, number)
    messages.success(request, _("The target is removed. Its history stays below."))
    return redirect(_back(request, target.element))


def _form(target, version, data=None):
    return RevisionForm(data, target=target, version=version)


def _target_or_none(number):
    return (
        Target.objects.filter(pk=number)
        .select_related("element__strategy", "category", "department")
        .first()
    )


def _gone(request, number):
    """Say that somebody has removed it, on the page where its history is."""
    last = Target.history.filter(id=number).order_by("-history_id").first()
    element = get_object_or_404(
        Element.objects.select_related("strategy"), pk=last and last.element_id
    )
    messages.error(
        request, _("Somebody has removed this target meanwhile. Nothing was saved.")
    )
    return redirect(_back(request, element))


def _show_conflict(request, conflict, number):
    """Show both: what somebody else has saved meanwhile, and what was typed here."""
    target = conflict.current and _target_or_none(number)
    if target is None:
        return _gone(request, number)
    version = target_services.version_of(target)
    data = {"value": target.value, "valid_from": target.valid_from}
    data |= request.POST.dict() | {"version": version}
    form = _form(target, version, data)
    form.is_valid()
    newest = Change.objects.select_related("by").get(pk=version)
    return _show_revision(request, target, form, status=409, conflict=newest)


def _show_revision(request, target, form, **kwargs):
    return _show(request, target.element, form, target=target, **kwargs)


def _show(request, element, form, *, status=200, target=None, conflict=None):
    request.scope = request.scope.but(strategy=element.strategy.code)
    context = {
        "element": element,
        "form": form,
        "target": target,
        "target_value": target and amount(target.measure, float(target.value)),
        "version": target and form["version"].value(),
        "conflict": conflict,
        "back": _back(request, element),
    }
    return render(request, "strategy_app/strategy/target.html", context, status=status)
