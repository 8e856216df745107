"""Rehearse a draft, approve it, publish it: what would happen first, then that it does."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from strategy_app.coverage import rehearsal
from strategy_app.forms.publish import PublishForm, ReadForm, RehearsalForm, first_day
from strategy_app.forms.scope import ScopeForm
from strategy_app.models import Strategy
from strategy_app.permissions import can_administer
from strategy_app.queries import strategy as strategy_queries
from strategy_app.services import strategy as strategy_services
from strategy_app.views.gap_rows import gap_rows
from strategy_app.views.rows import element_rows, group_label
from strategy_app.views.scoping import frame_of, scoped, signed_in
from strategy_app.views.strategy.differences import differences


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@scoped(ScopeForm, "on")
def publish(request, code):
    """Show what publishing the draft would do; by POST approve or publish it."""
    if not can_administer(request.user):
        raise PermissionDenied
    strategy = get_object_or_404(Strategy, code=code)
    request.scope = request.scope.but(strategy=code)
    draft = strategy_queries.draft_of(strategy.pk)
    if draft is None:
        return redirect("draft", code)
    newest = strategy_queries.published_revisions(strategy.pk).first()
    first = first_day(newest and newest.in_force_from)
    form, approval = _form(request, first), ReadForm(_sent(request, "approve"))
    if form.is_valid() and _is_published(request, draft, form):
        return redirect(f"{reverse('strategy', args=[code])}?{request.scope.query()}")
    if approval.is_valid() and _is_approved(request, draft, approval):
        return redirect(request.get_full_path())
    # First: what is changed while the rest is read is then no part of what was read.
    version = strategy_queries.version_of(draft)
    context = _rehearsed(request, strategy, draft, _day_of(form))
    context |= differences(strategy, newest, draft) | {
        "strategy": strategy,
        "draft": draft,
        "newest": newest,
        "form": form,
        "approval": approval,
        "version": version,
        "problems": strategy_services.problems_of(draft),
        "needs_approval": settings.PUBLICATION_NEEDS_APPROVAL,
        "may_publish": strategy_services.is_approved_for(draft, request.user),
    }
    is_refused = form.errors or approval.errors or form.refused
    status = 400 if is_refused else 200
    return render(request, "strategy_app/strategy/publish.html", context, status=status)


def _sent(request, what):
    """Return what was sent to be done, None where it is something else or nothing."""
    is_approval = request.POST.get("do") == "approve"
    is_meant = is_approval == (what == "approve")
    return request.POST if request.method == "POST" and is_meant else None


def _form(request, first):
    """Return the form to publish with, filled with the day that is rehearsed."""
    sent = _sent(request, "publish")
    asked = RehearsalForm({"day": request.GET.get("on")})
    asked.is_valid()
    form = PublishForm(sent, initial={"day": asked.cleaned_data.get("day") or first})
    form.refused = None if sent else asked.errors.get("day")
    return form


def _day_of(form):
    """Return the day to rehearse: the one that was sent, else the one asked for."""
    return (form.is_bound and form.cleaned_data.get("day")) or form.initial["day"]


_CHANGED = gettext_lazy(
    "The draft was changed while you had this page open. Read it again."
)
_PUBLISHED = gettext_lazy("Somebody else has just published this draft.")


def _is_approved(request, draft, form):
    """Approve the draft that was read; a refusal stands in the form."""
    try:
        strategy_services.approve(
            revision=draft, version=form.cleaned_data["version"], by=request.user
        )
    except strategy_services.Overtaken:
        form.add_error(None, _CHANGED)
    except strategy_services.NotDraft:
        form.add_error(None, _PUBLISHED)
    else:
        messages.success(request, _("You have approved the draft as it is now."))
    return not form.errors


def _is_published(request, draft, form):
    """Publish the draft that was read; a refusal stands in the form."""
    try:
        strategy_services.publish(
            revision=draft,
            version=form.cleaned_data["version"],
            in_force_from=form.cleaned_data["day"],
            by=request.user,
            despite_warnings=form.cleaned_data["all_the_same"],
            source="page",
        )
    except ValidationError as refusal:
        _refuse(form, refusal)
    except strategy_services.Overtaken:
        form.add_error(None, _CHANGED)
    except strategy_services.NotApproved:
        form.add_error(None, _("A second person has to approve the draft as it is now."))
    except strategy_services.NotDraft:
        form.add_error(None, _PUBLISHED)
    else:
        messages.success(
            request,
            _("Published. It takes force on %(day)s.")
            % {"day": date_format(form.cleaned_data["day"])},
        )
    return not form.errors


def _refuse(form, refusal):
    """Put a service's words next to what they are about."""
    if hasattr(refusal, "error_dict"):
        for message in refusal.message_dict.get("in_force_from", []):
            form.add_error("day", message)
    else:
        form.add_error("all_the_same", refusal)


def _rehearsed(request, strategy, draft, day):
    """Return the numbers of both sides on that day, from the real data."""
    frame = frame_of(request)
    found = rehearsal.rehearse(
        frame,
        strategy.code,
        strategy_queries.rows_of_tree(draft),
        day,
        origins=list(draft.origins.values_list("element_id", "origin_id")),
    )
    after = {row.code: row for row in element_rows(found.after)}
    before = {row.code: row for row in element_rows(found.before)}
    rows = [
        _row(before.get(element), after.get(element), found.withdrawn.get(element))
        for element in [*after, *(one for one in before if one not in after)]
    ]
    return {
        "rehearsal": found,
        "rows": rows,
        "same": sum(row["is_same"] for row in rows),
        "withdrawn": _withdrawn(found.before.tree, found.after.tree),
        "gap_lists": [
            (_("Opening"), gap_rows(found.after.frame, found.after, found.opened)),
            (_("Closing"), gap_rows(frame, found.before, found.closed)),
        ],
        "asked": [
            (
                group_label(frame, "department", department),
                request.scope.but(department=department).query(),
                found.reread.get(department, 0),
                found.proposed.get(department, 0),
            )
            for department in {**found.reread, **found.proposed}
        ],
        "reread_total": sum(found.reread.values()),
        "proposed_total": sum(found.proposed.values()),
    }


def _withdrawn(before, after):
    """Return the codes that the draft's tree no longer has: gaps there close with them."""
    return before.row_of.keys() - after.row_of.keys() if before else set()


def _row(before, after, withdrawn):
    """Return one element's numbers without the draft and with it, "–" for none."""
    sides = [
        [part.count for part in side.parts] if side else ["–"] * 4
        for side in (before, after)
    ]
    shown = after or before
    return {
        "code": shown.code,
        "title": shown.title,
        "depth": shown.depth,
        "before": before,
        "after": after,
        "pairs": list(zip(*sides, strict=True)),
        "is_same": sides[0] == sides[1],
        "withdrawn": withdrawn,
    }
