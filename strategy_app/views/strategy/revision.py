"""Published revisions, each at its own address for ever, and two of them compared."""

import datetime
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from strategy_app.forms.document import TextForm
from strategy_app.forms.revision import DRAFT, RevisionsForm
from strategy_app.forms.scope import ScopeForm
from strategy_app.models import Revision, Strategy
from strategy_app.models.dates import today
from strategy_app.permissions import can_administer
from strategy_app.queries import revision as revision_queries
from strategy_app.queries import strategy as strategy_queries
from strategy_app.queries.revision import Turnover
from strategy_app.views.scoping import reading, scoped
from strategy_app.views.strategy import document
from strategy_app.views.strategy.differences import differences


@dataclass(frozen=True)
class RevisionRow:
    """A published revision, the days it is in force, and what it changed.

    ``in_force_until`` is the first day of the next one, ``previous`` the one before it.
    """

    revision: Revision
    in_force_until: datetime.date | None
    previous: Revision | None
    turnover: Turnover

    @property
    def state(self) -> str:
        """Whether it is still to come, in force today, or past."""
        day = today()
        if self.revision.in_force_from > day:
            return "coming"
        is_over = self.in_force_until is not None and self.in_force_until <= day
        return "past" if is_over else "in force"

    @property
    def changes(self) -> str:
        """What it changed, in words."""
        number = self.turnover
        if self.previous is None:
            return _("The first revision: %(number)d elements.") % {"number": number.new}
        return _(
            "%(new)d new, %(material)d materially reworded, %(editorial)d edited,"
            " %(withdrawn)d withdrawn."
        ) % vars(number)


def revision_rows(revisions) -> list[RevisionRow]:
    """Return the published revisions of a strategy, the newest first (two queries)."""
    revisions = list(revisions)
    turnovers = revision_queries.turnovers(revisions)
    newer = [None, *(revision.in_force_from for revision in revisions)]
    older = [*revisions[1:], None]
    return [
        RevisionRow(revision, until, previous, turnovers[revision.pk])
        for revision, until, previous in zip(revisions, newer, older, strict=False)
    ]


def permanent_address(request, strategy: Strategy, revision: Revision) -> str:
    """Return where a published revision can be read for ever, host and all."""
    path = reverse("strategy-revision", args=[strategy.code, revision.in_force_from])
    return request.build_absolute_uri(path)


@reading
@scoped(TextForm)
def revision(request, code, day):
    """Show a published revision as it was worded, whatever has come after it."""
    return render(request, "strategy_app/strategy/revision.html", shown(request, code, day))


def shown(request, code, day):
    """Return what the page and its PDF show."""
    strategy = get_object_or_404(Strategy, code=code)
    request.scope = scope = request.scope.but(strategy=code)
    rows = revision_rows(strategy_queries.published_revisions(strategy.pk))
    row = next((row for row in rows if row.revision.in_force_from == day), None)
    if row is None:
        raise Http404
    now = next((other.revision for other in rows if other.state == "in force"), None)
    sections = document.sections(
        row.revision, previous=row.previous, now=now if row.state == "past" else None
    )
    setting = document.setting(scope, request.scope_form.cleaned_data)
    return {
        "strategy": strategy,
        "row": row,
        "revision": row.revision,
        "in_force": now,
        "revisions": rows,
        "sections": sections,
        "contents": document.contents(sections),
        "permanent": permanent_address(request, strategy, row.revision),
        "setting": setting,
        "pdf": f"{reverse('strategy-revision-pdf', args=[code, day])}{setting['here']}",
    }


@reading
@scoped(ScopeForm, *RevisionsForm.NAMES)
def compare(request, code):
    """Show two revisions as one text, or side by side; strategy admins see the draft."""
    strategy = get_object_or_404(Strategy, code=code)
    request.scope = request.scope.but(strategy=code)
    revisions = list(strategy_queries.published_revisions(strategy.pk))
    draft = None
    if can_administer(request.user):
        draft = strategy.revisions.filter(published_in__isnull=True).first()
    form = RevisionsForm(request.GET, revisions=revisions, draft=draft)
    is_valid = form.is_valid()
    context = {
        "strategy": strategy,
        "form": form,
        "kept": _kept(request),
        "choices": _choices(form),
        "display_fields": [form["view"], form["show"]],
    }
    if is_valid and form.before:
        context |= _compared(strategy, form) | {"exchanged": _exchanged(request, form)}
    return render(
        request,
        "strategy_app/strategy/revision_compare.html",
        context,
        status=200 if is_valid else 400,
    )


def _choices(form):
    """Return each of the two fields with its options: (value, revision, whether chosen)."""
    known = [*([form.draft] if form.draft else []), *form.revisions]
    chosen = {"from": getattr(form, "before", None), "to": getattr(form, "after", None)}
    return [
        (form[name], [(_name_of(row), row, row == chosen[name]) for row in known])
        for name in ("from", "to")
    ]


def _name_of(revision):
    """Return what stands for a revision in an address."""
    return DRAFT if revision.is_draft else revision.in_force_from.isoformat()


def _compared(strategy, form):
    is_whole = form.cleaned_data["show"] == "all"
    return differences(strategy, form.before, form.after, is_whole=is_whole) | {
        "is_whole": is_whole,
        "is_side_by_side": form.cleaned_data["view"] == "side",
        "either": [form.before, form.after],
    }


def _exchanged(request, form):
    """Return the query that holds the two against each other the other way round."""
    shown = [(name, form.cleaned_data[name]) for name in ("view", "show")]
    two = [("from", _name_of(form.after)), ("to", _name_of(form.before))]
    return urlencode(
        [*two, *((name, value) for name, value in shown if value), *_kept(request)]
    )


def _kept(request):
    """Return what else the address asks, to be asked again: (name, value) each."""
    return [
        (name, value)
        for name, values in request.GET.lists()
        if name not in RevisionsForm.NAMES
        for value in values
    ]
