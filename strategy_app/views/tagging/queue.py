"""The queue: one programme against one element at a time, and what to do about it."""

from dataclasses import dataclass

import numpy as np
from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from strategy_app.coverage.waiting import Cells
from strategy_app.forms.queue import KINDS, ORDERS, QueueForm
from strategy_app.models import Change, Programme, Wording
from strategy_app.permissions import can_align_any
from strategy_app.queries import review, sanity
from strategy_app.queries import strategy as strategy_queries
from strategy_app.services.ledger import can_be_reverted
from strategy_app.views.scoping import frame_of, scoped, signed_in
from strategy_app.views.tagging.cell import Cell, Place
from strategy_app.views.waiting import Waiting
from strategy_app.views.whose import department_names, whose_of

# What has become of those that no longer wait; returned and proposed ones are of nothing.
_PROGRESS = {
    "not_assessed": _("%(done)s of %(all)s assessed"),
    "needs_review": _("%(done)s of %(all)s re-read"),
    "stale": _("%(done)s of %(all)s not stale"),
    "unconfirmed": _("%(done)s of %(all)s no longer to be confirmed by you"),
}


@dataclass(frozen=True)
class Tab:
    """One kind of work: its name, how much of it waits, and its address."""

    kind: str
    label: str
    number: int
    address: str
    is_here: bool


class Queue:
    """The cells that wait in the scope of a request, in order, and the place in them."""

    def __init__(self, request):
        asked = request.scope_form.cleaned_data
        self.request, self.scope = request, request.scope
        self.frame = frame_of(request)
        self.tree = self.frame.tree(self.scope.strategy, self.scope.today)
        self.kind = asked["kind"] or KINDS[0][0]
        self.order = asked["order"] or ORDERS[0][0]
        self.whose = whose_of(request.user, request.scope_form)
        self.at = asked["at"]
        self.waiting = Waiting(request.user, self.frame, self.tree, self.scope, self.whose)

    @cached_property
    def deferrals(self):
        """What the person has skipped for now, by the ids of programme and element."""
        return review.deferrals(self.request.user)

    @cached_property
    def cells(self) -> Cells:
        """The cells that wait: those skipped come last."""
        found = self.waiting.cells(self.kind)
        places = found.places_of(*self.waiting.place_of_all(self.deferrals))
        skipped = np.zeros(len(found), bool)
        skipped[places[places >= 0]] = True
        if self.order == "element":
            return found.chosen(np.lexsort((found.columns, found.elements, skipped)))
        if skipped.any():
            return found.chosen(np.argsort(skipped, kind="stable"))
        return found

    @cached_property
    def place(self) -> int | None:
        """The place of the cell that the address names, None where it does not wait."""
        cell = self._cell_at
        if cell is None:
            return None
        row, column = cell
        places = np.flatnonzero(
            (self.cells.elements == row) & (self.cells.columns == column)
        )
        return int(places[0]) if len(places) else None

    @cached_property
    def _cell_at(self):
        """The cell that the address names: its row and column, None for no such cell."""
        if self.at is None:
            return None
        programme, element = self.at
        column = self.frame.programmes.place_of.get(programme)
        row = self.tree.row_of.get(element)
        if row is None or column is None or not self.tree.alignable[row]:
            return None
        return row, column

    @property
    def is_elsewhere(self) -> bool:
        """Whether the address names a cell that does not, or no longer, wait here."""
        return self._cell_at is not None and self.place is None

    @property
    def shown(self) -> tuple[str, str] | None:
        """The cell to show: the one that is named, else the first that waits."""
        if self._cell_at is not None:
            return self.at
        return self.name(0)

    def name(self, place: int | None) -> tuple[str, str] | None:
        """Return the codes of programme and element at a place, None outside."""
        if place is None or not 0 <= place < len(self.cells):
            return None
        return (
            self.frame.programmes.codes[int(self.cells.columns[place])],
            self.tree.codes[int(self.cells.elements[place])],
        )

    @property
    def neighbours(self) -> tuple[tuple | None, tuple | None]:
        """The cells before and after the one shown; after the last comes the first."""
        if self.is_elsewhere:
            after = self._after_elsewhere()
            return self.name(after - 1), self.name(after) or self.name(0)
        here = self.place or 0
        following = self.name(here + 1)
        if following is None and here > 0:
            following = self.name(0)
        return self.name(here - 1), following

    def _after_elsewhere(self):
        """Return the place of the cell that would come after one that is not here."""
        row, column = self._cell_at
        if self.order == "element":
            keys, key = (self.cells.elements, self.cells.columns), (row, column)
        else:
            keys, key = (self.cells.columns, self.cells.elements), (column, row)
        later = (keys[0] > key[0]) | ((keys[0] == key[0]) & (keys[1] > key[1]))
        places = np.flatnonzero(later)
        return int(places[0]) if len(places) else len(self.cells)

    def address(self, at=None, **changed) -> str:
        """Return the address of this queue at a cell, or with parts changed."""
        asked = {
            "kind": self.kind if self.kind != KINDS[0][0] else None,
            "order": self.order if self.order != ORDERS[0][0] else None,
            "whose": self.request.scope_form.cleaned_data["whose"] or None,
            "at": ":".join(at) if at else None,
        } | changed
        return f"{reverse('queue')}?{self.scope.query(**asked)}"

    @property
    def tabs(self) -> list[Tab]:
        """All kinds of work with how much of each waits."""
        numbers = self.waiting.numbers
        return [
            Tab(kind, label, numbers[kind], self.address(kind=kind), kind == self.kind)
            for kind, label in KINDS
        ]

    @property
    def progress(self) -> dict | None:
        """How much of this kind is done in this scope, None where that says nothing."""
        whole = self.waiting.all_of(self.kind)
        if not whole:
            return None
        done = whole - len(self.cells)
        words = _PROGRESS[self.kind] % {"done": intcomma(done), "all": intcomma(whole)}
        return {"done": done, "all": whole, "words": words}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@scoped(QueueForm)
def queue(request):
    """Show the cell at which the queue stands; do with it what a form of it asks."""
    if not can_align_any(request.user):
        raise PermissionDenied
    scope = request.scope
    found = Queue(request)
    context = {
        "is_today": scope.day == scope.today and scope.known_at is None,
        "today_query": scope.but(day=scope.today, known_at=None).query(),
        "departments": department_names(request.user, found.frame),
        "whose": found.whose,
    }
    if found.tree is None or not context["is_today"]:
        return render(request, "strategy_app/tagging/queue.html", context)
    cell = _cell(found) if found.shown else None
    if request.method == "POST" and cell is not None:
        what = request.POST.get("do")
        onward = found.shown if what == "stay" else found.neighbours[1]
        if message := cell.do("save" if what == "stay" else what):
            messages.success(request, message)
            return redirect(found.address(at=onward, done=cell.name))
    before, after = found.neighbours
    context |= {
        "queue": found,
        "cell": cell,
        "tabs": found.tabs,
        "progress": found.progress,
        "orders": [
            (label, found.address(at=found.at, order=order), order == found.order)
            for order, label in ORDERS
        ],
        "before": before and found.address(at=before),
        "after": after and found.address(at=after),
        "number": (found.place or 0) + 1,
        "left": len(found.cells),
        "done": _done(request, found),
        "definitions": strategy_queries.level_definitions(),
        "whose_all": found.address(whose="all"),
        "whose_mine": found.address(whose="mine"),
    }
    status = cell.status if cell is not None else 200
    return render(request, "strategy_app/tagging/queue.html", context, status=status)


def _cell(found):
    """Return the cell at which the queue stands, read."""
    programme, element = found.shown
    wordings = Wording.objects.filter(
        revision=found.tree.revision_id, element__code=element
    )
    wording = (
        wordings.filter(element__code=element).select_related("element__strategy").first()
    )
    if wording is None:  # taken out of the strategy this very moment
        raise Http404
    cell = Cell(
        found.request,
        get_object_or_404(
            Programme.objects.select_related("category", "department"), code=programme
        ),
        wording,
        place=Place.QUEUE,
        waits_as="" if found.is_elsewhere else found.kind,
    ).read(found.frame)
    cell.address = found.address(at=found.shown)
    cell.deferral = found.deferrals.get((cell.programme.pk, cell.element.pk))
    return cell


def _done(request, found):
    """Return what has just been done, to be looked at once more; None for nothing."""
    asked = request.scope_form.cleaned_data["done"]
    if asked is None or request.method == "POST":
        return None
    programme, element = asked
    column = found.frame.programmes.place_of.get(programme)
    if column is None or not found.waiting.columns[column]:
        return None
    programme_id = int(found.frame.programmes.ids[column])
    page = reverse("programme", args=[programme])
    return {
        "programme": programme,
        "element": element,
        "name": f"{programme}:{element}",
        "again": found.address(at=asked),
        "line": f"{page}?{found.scope.query()}#{element}",
        "undo": _undo(request),
        "hints": sanity.hints(
            programme_id, found.scope.strategy, found.scope.today, element=element
        ),
    }


def _undo(request):
    """Return where the person's last change can be taken back, "" where it cannot."""
    last = Change.objects.filter(by=request.user).order_by("-id").first()
    if last is None or not can_be_reverted(last):
        return ""
    return f"{reverse('revert', args=[last.pk])}?{request.scope.query()}"
