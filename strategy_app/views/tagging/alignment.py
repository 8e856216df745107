"""Record how a programme aligns with an element: one line, one form, one service."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from strategy_app.coverage import frame as coverage_frame
from strategy_app.coverage import matrix
from strategy_app.forms.alignment import AlignmentForm
from strategy_app.forms.queue import NoteForm
from strategy_app.forms.scope import ScopeForm
from strategy_app.models import Element, Programme, Wording
from strategy_app.models.dates import today
from strategy_app.permissions import can_align, can_confirm
from strategy_app.queries import alignment as alignment_queries
from strategy_app.queries import history as history_queries
from strategy_app.queries import review as review_queries
from strategy_app.queries import sanity, second_reading
from strategy_app.queries import strategy as strategy_queries
from strategy_app.services import ledger
from strategy_app.services.ledger import Conflict, Unread
from strategy_app.views.programmes.programme import Beside, level_definitions, line_of
from strategy_app.views.scoping import only_post, scoped, signed_in
from strategy_app.views.tagging.queue_cell import number_in


class _Cell:
    """A programme and an element as the address names them, and what stands there."""

    def __init__(self, request, code, strategy, element_code):
        self.request = request
        self.programme = get_object_or_404(
            Programme.objects.select_related("category", "department"), code=code
        )
        self.element = get_object_or_404(
            Element.objects.select_related("strategy"),
            strategy__code=strategy,
            code=element_code,
        )
        self.wording = self._wording()
        self.read()
        request.scope = request.scope.but(strategy=strategy)

    def read(self):
        """Read what stands here now, and how it came about."""
        self.frame = coverage_frame.current()
        self.history = alignment_queries.history_of_cell(
            self.programme, self.element, self.frame, today()
        )
        self.current = next((r for r in self.history if r.closed_in_id is None), None)

    def _wording(self):
        """Return the wording in force today, else the last one that was published."""
        revision = strategy_queries.revision_in_force(self.element.strategy_id, today())
        published = Wording.objects.filter(
            element=self.element, revision__published_in__isnull=False
        ).select_related("element")
        wording = (
            published.filter(revision=revision).first()
            or published.order_by("-revision__in_force_from").first()
        )
        if wording is None:
            raise Http404
        return wording

    @property
    def back(self):
        """The line of this cell on the programme's page."""
        page = reverse("programme", args=[self.programme.code])
        return f"{page}?{self.request.scope.query()}#{self.element.code}"

    def form(self, data=None, files=None):
        return AlignmentForm(
            data,
            files,
            programme=self.programme,
            element=self.element,
            current=self.current,
            wording=self.wording,
            # Several lines of a page may be open at a time.
            auto_id=f"{self.element.code}-%s",
        )

    def show_form(self, form, *, status=200, refusal="", **new):
        """Answer with the form: in place for htmx, else on a page of its own.

        new: what it was overtaken by (``show_new``).
        """
        context = {
            "element": self.element,
            "wording": self.wording,
            "current": self.current,
            "returned": self._returned(),
            "form": form,
            "definitions": level_definitions(),
            "refusal": refusal,
            "back": self.back,
        } | new
        return self._show("strategy_app/tagging/_alignment_form.html", context, status)

    def show_new(self, form, conflict):
        """Answer with the form, and with what stands here that its sender has not seen."""
        if not isinstance(conflict, Unread):
            return self.show_form(form, status=409, conflict=self.current or "withdrawn")
        read = conflict.read
        changes = second_reading.reworded(read, self.wording) if read else []
        return self.show_form(form, status=409, unread=True, changed_since=changes)

    def show_line(self, message, *, saved=False):
        """Answer with what stands there now: the line for htmx, else back to the page."""
        if not self.request.htmx:
            messages.success(self.request, message)
            return redirect(self.back)
        self.read()
        context = {"line": self._line(), "message": message}
        if saved:
            context["saved_hints"] = sanity.hints(
                self.programme.pk,
                self.element.strategy.code,
                today(),
                element=self.element.code,
            )
        return self._show("strategy_app/tagging/_alignment_saved.html", context, 200)

    def show_refused_note(self, note):
        """Answer with the line, and in it the note and what is wrong with it."""
        context = {"line": self._line(), "note": note, "element": self.element}
        return self._show("strategy_app/tagging/_alignment_line.html", context, 400)

    def _show(self, fragment, context, status):
        """Answer with a line: by itself for htmx, else on a page of its own."""
        context |= {
            "programme": self.programme,
            "may_align": can_align(self.request.user, self.programme),
            "fragment": fragment,
            "back": self.back,
        }
        page = "strategy_app/tagging/alignment.html"
        template = fragment if self.request.htmx else page
        return render(self.request, template, context, status=status)

    def _returned(self):
        """Return the open return of what stands here."""
        if self.current is None:
            return None
        found = review_queries.returns_of([self.current], self.frame)
        return found.get(self.current.pk)

    def _beside(self):
        """Read what the line shows beside its row, from the data as it is now."""
        returned = self._returned()
        return Beside(
            self.history,
            {self.current.pk: returned} if returned else {},
            history_queries.versions_of(self.programme),
        )

    def _line(self):
        depth, effective = self._place()
        return line_of(
            self.request,
            self.programme,
            self.wording,
            self.current,
            self._beside(),
            depth=depth,
            effective=effective,
        )

    def _place(self):
        """Return depth and effective level of the cell, from the data as it is now."""
        frame = self.frame
        tree = frame.tree(self.element.strategy.code, today())
        column = frame.programmes.column_of(self.programme.pk)
        row = tree.row_of.get(self.element.code) if tree else None
        if row is None or column is None:
            return 0, None
        levels = matrix.levels(frame, tree, today(), rollup=True)
        return int(tree.depth[row]), matrix.level_of(levels[row, column])


@require_http_methods(["GET", "POST"])
@signed_in
@scoped(ScopeForm, "line")
def align(request, code, strategy, element_code):
    """Show the form of one cell, and record what it is sent."""
    cell = _Cell(request, code, strategy, element_code)
    if not can_align(request.user, cell.programme):
        raise PermissionDenied
    if request.method == "GET":
        if request.htmx and "line" in request.GET:
            return cell.show_line("")
        return cell.show_form(cell.form())
    form = cell.form(request.POST, request.FILES)
    if not form.is_valid():
        return cell.show_form(form, status=400)
    try:
        ledger.align(**form.judgement(), by=request.user)
    except Conflict as conflict:
        return _show_conflict(cell, request, conflict)
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        return cell.show_form(form, status=400)
    return cell.show_line(
        _("%(programme)s × %(element)s is recorded.")
        % {"programme": cell.programme.code, "element": cell.element.code},
        saved=True,
    )


def _show_conflict(cell, request, conflict):
    """Show both: what somebody else recorded meanwhile, and what was typed here."""
    cell.read()
    data = request.POST.copy()
    data["replaces"] = cell.current.pk if cell.current else ""
    data["read"] = cell.wording.pk
    form = cell.form(data, request.FILES)
    form.is_valid()
    return cell.show_new(form, conflict)


@only_post
@signed_in
@scoped()
def withdraw(request, code, strategy, element_code):
    """Withdraw the row in force: not assessed again."""
    cell = _Cell(request, code, strategy, element_code)
    try:
        ledger.withdraw(
            programme=cell.programme,
            element=cell.element,
            replaces=number_in(request.POST.get("replaces")),
            by=request.user,
        )
    except Conflict:
        return cell.show_form(cell.form(), status=409, conflict=cell.current or "withdrawn")
    return cell.show_line(
        _("%(programme)s × %(element)s is withdrawn: it counts as not assessed.")
        % {"programme": cell.programme.code, "element": cell.element.code}
    )


@only_post
@signed_in
@scoped()
def confirm(request, code, strategy, element_code):
    """Confirm the row in force as a second person."""
    cell = _Cell(request, code, strategy, element_code)
    if cell.current is None or cell.current.pk != number_in(request.POST.get("replaces")):
        return _conflict_for_reader(cell)
    try:
        ledger.confirm(alignment=cell.current, by=request.user)
    except Conflict as conflict:
        return _conflict_for_reader(cell, conflict)
    except ValidationError as refusal:
        return _refused_to_reader(cell, refusal)
    return cell.show_line(
        _("%(programme)s × %(element)s is confirmed.")
        % {"programme": cell.programme.code, "element": cell.element.code}
    )


@only_post
@signed_in
@scoped()
def send_back(request, code, strategy, element_code):
    """Return the row in force to its author, with a note, as a second person."""
    cell = _Cell(request, code, strategy, element_code)
    if cell.current is None or cell.current.pk != number_in(request.POST.get("replaces")):
        return _conflict_for_reader(cell)
    note = NoteForm(request.POST)
    if not can_confirm(request.user, cell.current):
        raise PermissionDenied
    if not note.is_valid():
        return cell.show_refused_note(note)
    try:
        ledger.send_back(
            alignment=cell.current, note=note.cleaned_data["note"], by=request.user
        )
    except Conflict:
        return _conflict_for_reader(cell)
    return cell.show_line(
        _("%(programme)s × %(element)s is returned to its author.")
        % {"programme": cell.programme.code, "element": cell.element.code}
    )


@only_post
@signed_in
@scoped()
def reaffirm(request, code, strategy, element_code):
    """Record that the row in force is still right."""
    cell = _Cell(request, code, strategy, element_code)
    try:
        ledger.reaffirm(
            programme=cell.programme,
            element=cell.element,
            replaces=number_in(request.POST.get("replaces")),
            read=number_in(request.POST.get("read")),
            by=request.user,
        )
    except Conflict as conflict:
        return _conflict_for_reader(cell, conflict)
    except ValidationError as refusal:
        return _refused_to_reader(cell, refusal)
    return cell.show_line(
        _("%(programme)s × %(element)s is still right.")
        % {"programme": cell.programme.code, "element": cell.element.code}
    )


def _conflict_for_reader(cell, conflict=None):
    """Show what stands there now; nothing was typed that could be lost."""
    cell.read()
    return cell.show_new(cell.form(), conflict)


def _refused_to_reader(cell, refusal):
    """Show why this cannot be done, with the form in which it can be seen to."""
    return cell.show_form(cell.form(), status=400, refusal=" ".join(refusal.messages))
