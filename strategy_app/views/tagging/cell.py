"""One cell, programme × element: what stands there, and what is done about it.

Programme page, element page, grid, queue and administration show this one: a line of it, or
the cell opened. They differ in what comes after, which ``Place`` says.
"""

from collections import defaultdict
from enum import StrEnum

import numpy as np
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from strategy_app.coverage import frame as coverage_frame
from strategy_app.coverage import matrix, proposals
from strategy_app.forms.alignment import AlignmentForm
from strategy_app.forms.queue import NoteForm, ReasonForm, WithdrawForm
from strategy_app.forms.scope import ScopeForm
from strategy_app.models import Change, Element, Programme, Wording
from strategy_app.models.dates import today
from strategy_app.permissions import can_align, can_confirm
from strategy_app.queries import alignment as alignment_queries
from strategy_app.queries import history as history_queries
from strategy_app.queries import review as review_queries
from strategy_app.queries import sanity, second_reading
from strategy_app.queries import strategy as strategy_queries
from strategy_app.services import ledger
from strategy_app.services.ledger import Conflict, Unread
from strategy_app.views.scoping import frame_of, number_in, scoped, signed_in

# What follows from the row in force, and is read anew when that is.
_DERIVED = (
    "returned", "proposals", "dismissal", "since_confirmed", "changes", "form",
)  # fmt: skip
# What asks whether a judgement is still right: made anew, it has to be confirmed anew.
_REREADING = ("needs_review", "stale")


class Place(StrEnum):
    """Where a cell is shown, which is where one comes back to."""

    PROGRAMME = ""
    ELEMENT = "element"
    ADMIN = "admin"
    QUEUE = "queue"


class Cell:
    """A programme and an element, with the forms that stand beside them.

    history: the rows of the ledger about them, the newest first. waits_as: in the queue, as
    what kind of work it waits; "" where it does not wait there.
    """

    def __init__(self, request, programme, wording, *, place, scope=None, waits_as=""):
        self.request, self.scope = request, scope or request.scope
        self.programme, self.wording = programme, wording
        self.element = wording.element
        self.place, self.waits_as = place, waits_as
        self.status, self.conflict, self.refusal = 200, None, ""
        self.unread, self.changed_since = False, []
        self.deferral = self.effective = None
        self.depth = 0
        self.note, self.reason = NoteForm(), ReasonForm()

    def read(self, frame=None):
        """Read what stands here now, and how it came about; return the cell.

        frame: the one of the request, where that is as good as new.
        """
        for name in _DERIVED:
            self.__dict__.pop(name, None)
        self.frame = frame or coverage_frame.current()
        self.history = alignment_queries.history_of_cell(
            self.programme, self.element, self.frame, today()
        )
        self.current = next((r for r in self.history if r.closed_in_id is None), None)
        return self

    @cached_property
    def form(self) -> AlignmentForm:
        """The form that records it, begun with what is in force or proposed."""
        return self._form()

    def _form(self, data=None, files=None):
        return AlignmentForm(
            data,
            files,
            programme=self.programme,
            element=self.element,
            current=self.current,
            wording=self.wording,
            proposals=self.proposals,
            # Several lines of a page may be open at a time.
            auto_id=f"{self.element.code}-%s",
        )

    # --- where it is ---

    @property
    def name(self) -> str:
        """The cell as it stands in addresses."""
        return f"{self.programme.code}:{self.element.code}"

    @cached_property
    def address(self) -> str:
        """Where it is read and answered."""
        codes = [self.programme.code, self.scope.strategy, self.element.code]
        asked = self.scope.query(**{"from": self.place.value or None})
        return f"{reverse('align', args=codes)}?{asked}"

    @property
    def element_address(self) -> str:
        """The page of its element."""
        page = reverse("element", args=[self.scope.strategy, self.element.code])
        return f"{page}?{self.scope.query()}"

    @property
    def programme_address(self) -> str:
        """The page of its programme."""
        return f"{reverse('programme', args=[self.programme.code])}?{self.scope.query()}"

    @property
    def back(self) -> str:
        """The page that led here: its line there, where it has one."""
        if self.place == Place.ELEMENT:
            return self.element_address
        page = self.programme_address
        if self.place == Place.ADMIN:
            page = reverse("admin:strategy_app_programme_change", args=[self.programme.pk])
            page += f"?strategy={self.scope.strategy}"
        return f"{page}#{self.element.code}"

    # --- what is shown ---

    @property
    def level(self) -> int | None:
        """The level in force in the cell itself."""
        return self.current and self.current.level

    @property
    def is_from_below(self) -> bool:
        """Whether what stands below gives it a higher level than its own."""
        return self.effective is not None and (
            self.current is None or self.effective > self.current.level
        )

    @property
    def is_in_queue(self) -> bool:
        """Whether it is shown in the queue, where one goes on to the next."""
        return self.place == Place.QUEUE

    @property
    def is_elsewhere(self) -> bool:
        """Whether the queue shows it although it does not wait there, or no longer does."""
        return self.is_in_queue and not self.waits_as

    @property
    def may_align(self) -> bool:
        """Whether the person may record here: what is recorded holds from today."""
        return may_record_on(self.scope) and can_align(self.request.user, self.programme)

    @property
    def _is_open(self):
        row = self.current
        return row is not None and may_record_on(self.scope) and row.valid_until is None

    @property
    def may_confirm(self) -> bool:
        """Whether the person may confirm, or return, what stands here."""
        return (
            self._is_open
            and self.waits_as not in _REREADING
            and not self.current.state.is_confirmed
            and not self.current.state.is_reworded
            and can_confirm(self.request.user, self.current)
        )

    @property
    def may_reaffirm(self) -> bool:
        """Whether it asks whether the judgement is still right."""
        return (
            self._is_open
            and self.may_align
            and (not self.is_in_queue or self.waits_as in _REREADING)
            and (self.current.state.is_reworded or self.current.state.is_stale)
        )

    @property
    def may_withdraw(self) -> bool:
        """Whether the person may withdraw it; in the queue not what they are to confirm."""
        hides = self.is_in_queue and self.may_confirm
        return self.current is not None and self.may_align and not hides

    @property
    def may_accept(self) -> bool:
        """Whether there is a proposal to take over, to change first or to set aside."""
        return bool(self.proposals) and self.may_align and not self.is_elsewhere

    @property
    def shows_form(self) -> bool:
        """Whether the form stands open: there is nothing quicker to do, or it was sent."""
        if self.form.is_bound or not self.is_in_queue:
            return True
        quicker = self.may_reaffirm or self.may_confirm or self.may_accept
        return not quicker and not self.is_elsewhere

    @cached_property
    def returned(self):
        """The open return of what stands here."""
        if self.current is None:
            return None
        return review_queries.returns_of([self.current], self.frame).get(self.current.pk)

    @cached_property
    def proposals(self):
        """What was recorded of the elements that this one was split or merged from.

        The highest level first, which is what keys take. Each with its ``changes``: what
        the wording in force says differently from the one that was judged.
        """
        tree = self.frame.tree(self.scope.strategy, self.scope.today)
        if self.current is not None or tree is None:
            return []
        found = proposals.records_proposed(
            self.frame, tree, self.scope.today,
            programme=self.programme.pk, element=self.element.code,
        )  # fmt: skip
        rows = alignment_queries.rows().filter(pk__in=found) if found else []
        for row in rows:
            row.changes = second_reading.reworded(row.wording, self.wording)
        return sorted(rows, key=lambda row: (-row.level, row.element.code))

    @cached_property
    def dismissal(self):
        """That somebody said that what it comes from does not apply to it."""
        if self.current is not None or self.proposals:
            return None
        return review_queries.dismissal_of(self.programme, self.element)

    @cached_property
    def versions(self):
        """The programme as it was, the newest first."""
        return history_queries.versions_of(self.programme)

    @cached_property
    def since_confirmed(self):
        """What has changed since a second person last confirmed it."""
        if self.current is None or self.current.state.is_confirmed:
            return None
        return second_reading.since_confirmed(
            self.current, self.history, self.wording, self.versions
        )

    @cached_property
    def changes(self):
        """What of the wording has changed since it was judged."""
        if self.current is None:
            return []
        return second_reading.reworded(self.current.wording, self.wording)

    # --- what is done ---

    def do(self, what) -> str:
        """Do what a form asks and return what to say of it; "" where it is refused.

        Then ``status`` and the forms say why, and nothing that was typed is lost.
        """
        acts = {
            "save": self._save,
            "defer": self._defer,
            "reaffirm": self._reaffirm,
            "withdraw": self._withdraw,
            "accept": self._accept,
            "dismiss": self._dismiss,
            "confirm": self._confirm,
            "return": self._return,
        }
        try:
            if what not in acts:
                raise ValidationError(_("This page does not know what to do."))
            message = acts[what]()
        except Conflict as conflict:
            self._overtaken(conflict)
            return ""
        except ValidationError as refused:
            self.status = 400
            if self.form.is_bound:
                self.form.add_error(None, refused.messages)
            else:
                self.refusal = " ".join(refused.messages)
            return ""
        if not message:
            self.status = 400
            return ""
        return message % {"programme": self.programme.code, "element": self.element.code}

    def _overtaken(self, conflict):
        """Show both: what is new here, and what was typed."""
        is_typed = self.form.is_bound
        self.read()
        self.status, self.unread = 409, isinstance(conflict, Unread)
        if not self.unread:
            self.conflict = self.current or "withdrawn"
        elif conflict.read:
            self.changed_since = second_reading.reworded(conflict.read, self.wording)
        if is_typed:
            data = self.request.POST.copy()
            data["replaces"] = self.current.pk if self.current else ""
            data["read"] = self.wording.pk
            self.form = self._form(data, self.request.FILES)
            self.form.is_valid()

    def _save(self):
        self.form = self._form(self.request.POST, self.request.FILES)
        if not self.form.is_valid():
            return ""
        ledger.align(**self.form.judgement(), **self._by)
        return _("%(programme)s × %(element)s is recorded.")

    def _defer(self):
        self.reason = ReasonForm(self.request.POST)
        if not self.reason.is_valid():
            return ""
        ledger.defer(
            programme=self.programme,
            element=self.element,
            reason=self.reason.cleaned_data["reason"],
            **self._by,
        )
        return _("%(programme)s × %(element)s is skipped for now; it comes last.")

    def _reaffirm(self):
        ledger.reaffirm(**self._row_seen, read=self._wording_read, **self._by)
        return _("%(programme)s × %(element)s is still right.")

    def _withdraw(self):
        why = WithdrawForm(self.request.POST)
        if not why.is_valid():
            raise ValidationError(why.errors["reason"])
        ledger.withdraw(**self._row_seen, **why.cleaned_data, **self._by)
        return _("%(programme)s × %(element)s is withdrawn: it counts as not assessed.")

    def _accept(self):
        seen = number_in(self.request.POST.get("proposal"))
        row = next((row for row in self.proposals if row.pk == seen), None)
        if row is None:
            self._seen_empty()
        ledger.accept(
            element=self.element, proposal=row, read=self._wording_read, **self._by
        )
        return _("%(programme)s × %(element)s is recorded.")

    def _dismiss(self):
        if not self.proposals:
            self._seen_empty()
        ledger.dismiss(
            programme=self.programme,
            element=self.element,
            read=self._wording_read,
            seen=[number_in(text) for text in self.request.POST.getlist("proposal")],
            **self._by,
        )
        return _("%(programme)s × %(element)s: set aside. It stays not assessed.")

    def _seen_empty(self):
        """Refuse to answer a proposal that does not wait any more."""
        if self.current is not None:
            raise Conflict(self.current)
        raise ValidationError(_("This proposal does not wait any more."))

    def _confirm(self):
        ledger.confirm(alignment=self._seen(), **self._by)
        return _("%(programme)s × %(element)s is confirmed.")

    def _return(self):
        self.note = NoteForm(self.request.POST)
        row = self._seen()
        if not can_confirm(self.request.user, row):
            raise PermissionDenied
        if not self.note.is_valid():
            return ""
        ledger.send_back(alignment=row, note=self.note.cleaned_data["note"], **self._by)
        return _("%(programme)s × %(element)s is returned to its author.")

    def _seen(self):
        """Return the row in force if it is the one that was seen, else Conflict."""
        seen = number_in(self.request.POST.get("replaces"))
        if self.current is None or self.current.pk != seen:
            raise Conflict(self.current)
        return self.current

    @property
    def _by(self):
        is_admin = self.place == Place.ADMIN
        source = Change.Source.ADMIN if is_admin else Change.Source.PAGE
        return {"by": self.request.user, "source": source}

    @property
    def _wording_read(self):
        return number_in(self.request.POST.get("read"))

    @property
    def _row_seen(self):
        return {
            "programme": self.programme,
            "element": self.element,
            "replaces": number_in(self.request.POST.get("replaces")),
        }


# --- all cells of a programme ---


def cells_of(request, programme, history, versions, **where) -> list[Cell]:
    """Return the cells of a programme with every alignable element, as on the day.

    history: all rows of the ledger about it. versions: the programme as it was, the newest
    first. where: as Cell takes it. At most two queries, whatever their number.
    """
    scope, frame = where.get("scope") or request.scope, frame_of(request)
    tree = frame.tree(scope.strategy, scope.day)
    if tree is None:
        return []
    levels = matrix.levels(frame, tree, scope.day, rollup=True)
    column = frame.programmes.column_of(programme.pk)
    current = alignment_queries.in_force(history)
    wordings = strategy_queries.wordings_by_element(tree.revision_id)
    returns = _returns_among(frame, history)
    history_of = defaultdict(list)
    for found in history:
        history_of[found.element_id].append(found)
    cells = []
    for row in np.flatnonzero(tree.alignable):
        element = int(tree.element_ids[row])
        cell = Cell(request, programme, wordings[element], **where)
        cell.depth = int(tree.depth[row])
        if column is not None:
            cell.effective = matrix.level_of(levels[row, column])
        cell.current = current.get(element)
        cell.history = history_of[element]
        cell.returned = returns.get(cell.current and cell.current.pk)
        cell.versions = versions
        cells.append(cell)
    return cells


def _returns_among(frame, history):
    """Return the open returns of these rows; without asking where none is returned."""
    returned = set(review_queries.returned(frame).rows.tolist())
    concerned = [row for row in history if row.pk in returned]
    return review_queries.returns_of(concerned, frame) if concerned else {}


def may_record_on(scope) -> bool:
    """Whether a page of this scope offers to record: what is recorded holds from today."""
    return scope.day == scope.today and scope.known_at is None


# --- the page of one cell, which is also what stands in a line and in a drawer ---

_OPENED = "strategy_app/tagging/_cell_opened.html"
_LEFT = "strategy_app/tagging/_cell_left.html"


@require_http_methods(["GET", "POST"])
@signed_in
@scoped(ScopeForm, "line", "from")
def cell(request, code, strategy, element_code):
    """Show one cell, opened or as a line; do with it what a form of it asks."""
    found = _cell_at(request, code, strategy, element_code)
    if request.method == "GET":
        if not found.may_align:
            raise PermissionDenied
        is_line = request.htmx and "line" in request.GET
        return _show(found, _LEFT if is_line else _OPENED)
    what = request.POST.get("do", "save")
    message = found.do(what)
    if not message:
        return _show(found, _OPENED)
    if not request.htmx:
        messages.success(request, message)
        return redirect(found.back)
    found.read()
    hints = _hints(found) if what == "save" else []
    return _show(found, _LEFT, message=message, saved_hints=hints)


def _cell_at(request, code, strategy, element_code):
    programme = get_object_or_404(
        Programme.objects.select_related("category", "department"), code=code
    )
    element = get_object_or_404(Element, strategy__code=strategy, code=element_code)
    # What is recorded holds from today, whichever day the page has shown.
    request.scope = request.scope.but(strategy=strategy, day=today(), known_at=None)
    place = request.GET.get("from", "")
    if place not in (Place.ELEMENT, Place.ADMIN):
        place = Place.PROGRAMME
    return Cell(request, programme, _wording_of(element), place=Place(place)).read()


def _wording_of(element):
    """Return the wording in force today, else the last one that was published."""
    revision = strategy_queries.revision_in_force(element.strategy_id, today())
    published = Wording.objects.filter(
        element=element, revision__published_in__isnull=False
    ).select_related("element__strategy")
    wording = (
        published.filter(revision=revision).first()
        or published.order_by("-revision__in_force_from").first()
    )
    if wording is None:
        raise Http404
    return wording


def _show(found, fragment, **context):
    """Answer with a cell: by itself for htmx, else on a page of its own."""
    if fragment != _OPENED:
        _put_in_tree(found)
    context |= {
        "cell": found,
        "programme": found.programme,
        "definitions": strategy_queries.level_definitions(),
        "fragment": fragment,
    }
    page = "strategy_app/tagging/cell.html"
    template = fragment if found.request.htmx else page
    return render(found.request, template, context, status=found.status)


def _put_in_tree(found):
    """Read depth and effective level of a cell, from the data as it is now."""
    frame, scope = found.frame, found.scope
    tree = frame.tree(scope.strategy, scope.today)
    column = frame.programmes.column_of(found.programme.pk)
    row = tree.row_of.get(found.element.code) if tree else None
    if row is None or column is None:
        return
    levels = matrix.levels(frame, tree, scope.today, rollup=True)
    found.depth = int(tree.depth[row])
    found.effective = matrix.level_of(levels[row, column])


def _hints(found):
    return sanity.hints(
        found.programme.pk, found.scope.strategy, today(), element=found.element.code
    )
