"""Tagging in the administration: a programme's panel, and one judgement on a page."""

from dataclasses import dataclass, field

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from strategy_app import words
from strategy_app.forms.alignment import AlignmentForm
from strategy_app.models import (
    Alignment,
    Change,
    Element,
    LevelDefinition,
    Programme,
    Strategy,
    Wording,
)
from strategy_app.models.dates import today
from strategy_app.queries import alignment as alignment_queries
from strategy_app.queries import strategy as strategy_queries
from strategy_app.services import ledger


@dataclass
class Line:
    """One alignable element with the row in force, if any."""

    wording: Wording
    depth: int
    row: Alignment | None

    @property
    def symbol(self):
        """The sign of its level."""
        return words.of_level(self.row.level if self.row else None).sign

    @property
    def needs_review(self):
        """Whether the text has changed materially since it was judged."""
        return self.row is not None and self.row.state.is_reworded


@dataclass
class Group:
    """The lines below one branch of the tree."""

    wording: Wording
    lines: list[Line] = field(default_factory=list)

    @property
    def assessed(self):
        """How many of its elements have a row in force."""
        return sum(line.row is not None for line in self.lines)


def panel(programme, code=None):
    """Return what the tagging panel of a programme shows."""
    strategies = list(Strategy.objects.order_by("code"))
    strategy = _chosen(strategies, code)
    revision = strategy and strategy_queries.revision_in_force(strategy.pk, today())
    groups = _groups(programme, strategy, revision) if revision else []
    return {
        "strategies": strategies,
        "strategy": strategy,
        "revision": revision,
        "groups": groups,
        "elements": sum(len(group.lines) for group in groups),
        "assessed": sum(group.assessed for group in groups),
    }


def _chosen(strategies, code):
    """Return the strategy of that code, else the default one, else the first."""
    by_code = {strategy.code: strategy for strategy in strategies}
    for wanted in (code, settings.DEFAULT_STRATEGY):
        if wanted in by_code:
            return by_code[wanted]
    return strategies[0] if strategies else None


def _groups(programme, strategy, revision):
    """Return the alignable elements by branch, each branch in the order of the tree."""
    rows = alignment_queries.in_force_of_programme(programme, strategy.code, today())
    groups = []
    for wording, depth, branch in in_tree_order(strategy_queries.wordings(revision)):
        if wording is branch:
            top = depth
        if not wording.is_alignable:
            continue
        if not groups or groups[-1].wording is not branch:
            groups.append(Group(branch))
        row = rows.get(wording.element_id)
        groups[-1].lines.append(Line(wording, depth - top, row))
    return groups


def in_tree_order(wordings):
    """Yield (wording, depth, its branch), parents before their children.

    A branch begins at the top, or right below where all stands below one text that is
    context only: that is the strategy itself.
    """
    children = {}
    known = {wording.element_id for wording in wordings}
    for wording in wordings:
        parent = wording.parent_id if wording.parent_id in known else None
        children.setdefault(parent, []).append(wording)
    tops = [wording for wording in children.get(None, []) if wording.element_id in children]
    whole = tops[0] if len(tops) == 1 and not tops[0].is_alignable else None
    stack = [(wording, 0, None) for wording in reversed(children.get(None, []))]
    while stack:
        wording, depth, branch = stack.pop()
        if branch is None and wording is not whole:
            branch = wording
        yield wording, depth, branch or wording
        below = children.get(wording.element_id, [])
        stack += [(child, depth + 1, branch) for child in reversed(below)]


# --- one judgement ---


def align_view(site, request, programme_id, element_id):
    """Show and save one judgement; what was typed survives every refusal."""
    programme = get_object_or_404(Programme, pk=programme_id)
    element = get_object_or_404(Element.objects.select_related("strategy"), pk=element_id)
    current = alignment_queries.open_row(programme, element)
    cell = {"programme": programme, "element": element}
    conflict = None
    if request.method == "POST" and "_withdraw" in request.POST:
        conflict = _withdraw(request, cell)
        form = AlignmentForm(**cell, current=current)
        if conflict is None:
            return HttpResponseRedirect(_back(programme, element))
    elif request.method == "POST":
        form = AlignmentForm(request.POST, request.FILES, **cell, current=current)
        if form.is_valid():
            conflict = _align(request, form, current)
        if form.is_valid() and conflict is None:
            return HttpResponseRedirect(_next(request, programme, element))
    else:
        form = AlignmentForm(**cell, current=current)
    if conflict is not None:
        current = conflict.current and alignment_queries.open_row(programme, element)
        if form.is_bound:
            form = _again(request, cell, current)
    return _page(site, request, form, current, conflict)


def _align(request, form, current):
    """Save what the form holds; return the Conflict that refused it, if any."""
    try:
        row = ledger.align(**form.judgement(), by=request.user, source=Change.Source.ADMIN)
    except ledger.Conflict as conflict:
        return conflict
    except ValidationError as refusal:
        for name, texts in refusal.message_dict.items():
            form.add_error(name if name in form.fields else None, texts)
            form.refused.setdefault(name, []).extend(texts)
        return None
    if current is not None and row.pk == current.pk:
        messages.info(request, _("Nothing was changed."))
    else:
        messages.success(
            request,
            _("Saved: %(element)s is now “%(level)s”.")
            % {"element": row.element.code, "level": row.get_level_display()},
        )
    return None


def _withdraw(request, cell):
    """Close the row in force; return the Conflict that refused it, if any."""
    seen = request.POST.get("replaces", "")
    try:
        ledger.withdraw(
            **cell,
            # No row has the id 0, so what is no id is a conflict.
            replaces=int(seen) if seen.isascii() and seen.isdigit() else 0,
            by=request.user,
            reason=request.POST.get("reason", "").strip(),
            source=Change.Source.ADMIN,
        )
    except ledger.Conflict as conflict:
        return conflict
    messages.success(
        request,
        _("Withdrawn: %(element)s is not assessed again.")
        % {"element": cell["element"].code},
    )
    return None


def _again(request, cell, current):
    """Return the form as it was sent, now meant to replace the row in force."""
    data = request.POST.copy()
    data["replaces"] = str(current.pk) if current else ""
    form = AlignmentForm(data, request.FILES, **cell, current=current)
    form.is_valid()
    return form


def _back(programme, element):
    address = reverse("admin:strategy_app_programme_change", args=[programme.pk])
    return f"{address}?strategy={element.strategy.code}#element-{element.pk}"


def _next(request, programme, element):
    """Return where to go on: back to the panel, or to what is not assessed yet."""
    if "_next" in request.POST:
        groups = panel(programme, element.strategy.code)["groups"]
        lines = [line for group in groups for line in group.lines]
        ids = [line.wording.element_id for line in lines]
        here = ids.index(element.pk) + 1 if element.pk in ids else 0
        for line in lines[here:] + lines[:here]:
            if line.row is None:
                return align_address(programme, line.wording.element_id)
        messages.info(request, _("Every element is assessed."))
    return _back(programme, element)


def align_address(programme, element_id):
    """Return the page on which one judgement is made."""
    return reverse("admin:strategy_app_programme_align", args=[programme.pk, element_id])


def _page(site, request, form, current, conflict):
    programme, element = form.programme, form.element
    revision = strategy_queries.revision_in_force(element.strategy_id, today())
    wordings = strategy_queries.wordings_by_element(revision.pk) if revision else {}
    wording = wordings.get(element.pk)
    definitions = {row.level: row for row in LevelDefinition.objects.all()}
    refused = dict(form.refused) if form.is_bound else {}
    context = site.each_context(request) | {
        "title": _("%(programme)s: %(element)s")
        % {"programme": programme.code, "element": element.code},
        "subtitle": str(wording.title) if wording else "",
        "opts": Programme._meta,
        "programme": programme,
        "element": element,
        "wording": wording,
        "parents": _above(wordings, wording),
        "form": form,
        "choices": [
            (radio, words.of_level(level).sign, definitions.get(level))
            for radio, (level, _label) in zip(
                form["level"].subwidgets, form.fields["level"].choices, strict=True
            )
        ],
        "current": current,
        "current_symbol": words.of_level(current.level if current else None).sign,
        "conflict": conflict,
        "files_lost": bool(form.is_bound and request.FILES),
        "refused_evidence": refused.pop("evidence", []),
        "refused": [
            text
            for name, texts in refused.items()
            if name not in form.fields
            for text in texts
        ],
        "back": _back(programme, element),
    }
    request.current_app = site.name
    return TemplateResponse(
        request, "admin/strategy_app/programme/align.html", context,
        status=409 if conflict else 200,
    )  # fmt: skip


def _above(wordings, wording):
    """Return the wordings above one, from the top."""
    found = []
    while wording is not None and wording.parent_id in wordings:
        wording = wordings[wording.parent_id]
        found.insert(0, wording)
    return found
