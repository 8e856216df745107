"""One cell of the queue: what stands there, and what is done about it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from strategy_app.coverage import proposals
from strategy_app.coverage.frame import current
from strategy_app.forms.alignment import AlignmentForm
from strategy_app.forms.queue import NoteForm, ReasonForm
from strategy_app.models import Programme, Wording
from strategy_app.permissions import can_align, can_confirm
from strategy_app.queries import alignment as alignment_queries
from strategy_app.queries import history as history_queries
from strategy_app.queries import review, second_reading
from strategy_app.services import ledger
from strategy_app.services.ledger import Conflict, Unread

# What follows from the row in force, and is read anew when that is.
_DERIVED = ("returned", "proposals", "dismissal", "since_confirmed", "reworded")


class QueueCell:
    """A programme and an element side by side, with the forms that stand beside them."""

    def __init__(self, request, queue, programme_code, element_code):
        self.request, self.queue = request, queue
        self.programme = get_object_or_404(
            Programme.objects.select_related("category", "department"), code=programme_code
        )
        self.wording = (
            Wording.objects.filter(
                revision=queue.tree.revision_id, element__code=element_code
            )
            .select_related("element__strategy")
            .first()
        )
        if self.wording is None:  # taken out of the strategy this very moment
            raise Http404
        self.element = self.wording.element
        self.status, self.conflict, self.refusal = 200, None, ""
        self.unread, self.changed_since = False, []
        self.note, self.reason = NoteForm(), ReasonForm()
        self._read(queue.frame)
        self.form = self._form()

    def _read(self, frame):
        for name in _DERIVED:
            self.__dict__.pop(name, None)
        self.frame = frame
        self.history = alignment_queries.history_of_cell(
            self.programme, self.element, self.frame, self.queue.scope.today
        )
        self.current = next((r for r in self.history if r.closed_in_id is None), None)

    def _form(self, data=None, files=None):
        return AlignmentForm(
            data,
            files,
            programme=self.programme,
            element=self.element,
            current=self.current,
            wording=self.wording,
            proposals=self.proposals,
            auto_id="judge-%s",
        )

    # --- what is shown ---

    @property
    def name(self) -> str:
        """The cell as it stands in addresses."""
        return f"{self.programme.code}:{self.element.code}"

    @property
    def is_elsewhere(self) -> bool:
        """Whether it does not wait here, or no longer does."""
        return self.queue.is_elsewhere

    @property
    def may_align(self) -> bool:
        """Whether the person may record here."""
        return can_align(self.request.user, self.programme)

    @property
    def may_confirm(self) -> bool:
        """Whether the person may confirm, or return, what stands here."""
        return (
            self.current is not None
            and not self.may_reaffirm  # judged anew, it has to be confirmed anew
            and not self.current.state.is_confirmed
            and not self.current.state.is_reworded
            and can_confirm(self.request.user, self.current)
        )

    @property
    def may_reaffirm(self) -> bool:
        """Whether it asks whether the judgement is still right."""
        return (
            self.current is not None
            and not self.is_elsewhere
            and self.queue.kind in ("needs_review", "stale")
        )

    @property
    def may_accept(self) -> bool:
        """Whether there is a proposal to take over, to change first or to set aside."""
        return bool(self.proposals) and self.may_align and not self.is_elsewhere

    @property
    def shows_form(self) -> bool:
        """Whether the form stands open: there is nothing quicker to do, or it was sent."""
        quicker = (
            self.may_reaffirm or self.may_confirm or self.may_accept or self.is_elsewhere
        )
        return self.form.is_bound or not quicker

    @cached_property
    def returned(self):
        """The open return of what stands here."""
        if self.current is None:
            return None
        return review.returns_of([self.current], self.frame).get(self.current.pk)

    @cached_property
    def proposals(self):
        """What was recorded of the elements that this one was split or merged from.

        The highest level first, which is what keys take. Each with its ``changes``: what
        the wording in force says differently from the one that was judged.
        """
        if self.current is not None:
            return []
        queue = self.queue
        found = proposals.records_proposed(
            queue.frame, queue.tree, queue.scope.today,
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
        return review.dismissal_of(self.programme, self.element)

    @property
    def deferral(self):
        """That the person has skipped it for now."""
        return self.queue.deferrals.get((self.programme.pk, self.element.pk))

    @cached_property
    def since_confirmed(self):
        """What has changed since a second person last confirmed it."""
        if self.current is None or self.current.state.is_confirmed:
            return None
        return second_reading.since_confirmed(
            self.current,
            self.history,
            self.wording,
            history_queries.versions_of(self.programme),
        )

    @cached_property
    def reworded(self):
        """What of the wording has changed since it was judged."""
        if self.current is None:
            return []
        return second_reading.reworded(self.current.wording, self.wording)

    # --- what is done ---

    def do(self, what):
        """Do what a form asks and answer with the next cell; None where it is refused."""
        acts = {
            "save": self._save,
            "stay": self._save,
            "defer": self._defer,
            "reaffirm": self._reaffirm,
            "withdraw": self._withdraw,
            "accept": self._accept,
            "dismiss": self._dismiss,
            "confirm": self._confirm,
            "return": self._return,
        }
        if what not in acts:
            self.status, self.refusal = 400, _("This page does not know what to do.")
            return None
        following = self.queue.neighbours[1]
        try:
            message = acts[what]()
        except Conflict as conflict:
            self._overtaken(conflict)
            return None
        except ValidationError as refused:
            self.status, self.refusal = 400, " ".join(refused.messages)
            return None
        if message is None:
            self.status = 400
            return None
        messages.success(
            self.request,
            message % {"programme": self.programme.code, "element": self.element.code},
        )
        here = (self.programme.code, self.element.code)
        onward = here if what == "stay" else following
        return redirect(self.queue.address(at=onward, done=self.name))

    def _overtaken(self, conflict):
        """Show both: what is new here, and what was typed."""
        self._read(current())
        self.status, self.unread = 409, isinstance(conflict, Unread)
        if not self.unread:
            self.conflict = self.current or "withdrawn"
        elif conflict.read:
            self.changed_since = second_reading.reworded(conflict.read, self.wording)
        if self.form.is_bound:
            data = self.request.POST.copy()
            data["replaces"] = self.current.pk if self.current else ""
            data["read"] = self.wording.pk
            self.form = self._form(data, self.request.FILES)
            self.form.is_valid()

    def _save(self):
        self.form = self._form(self.request.POST, self.request.FILES)
        if not self.form.is_valid():
            return None
        ledger.align(**self.form.judgement(), by=self.request.user)
        return _("%(programme)s × %(element)s is recorded.")

    def _defer(self):
        self.reason = ReasonForm(self.request.POST)
        if not self.reason.is_valid():
            return None
        ledger.defer(
            programme=self.programme,
            element=self.element,
            reason=self.reason.cleaned_data["reason"],
            by=self.request.user,
        )
        return _("%(programme)s × %(element)s is skipped for now; it comes last.")

    def _reaffirm(self):
        ledger.reaffirm(**self._row_seen(), read=self._wording_read(), by=self.request.user)
        return _("%(programme)s × %(element)s is still right.")

    def _withdraw(self):
        ledger.withdraw(**self._row_seen(), by=self.request.user)
        return _("%(programme)s × %(element)s is withdrawn: it counts as not assessed.")

    def _accept(self):
        seen = number_in(self.request.POST.get("proposal"))
        row = next((row for row in self.proposals if row.pk == seen), None)
        if row is None:
            self._seen_empty()
        ledger.accept(
            element=self.element,
            proposal=row,
            read=self._wording_read(),
            by=self.request.user,
        )
        return _("%(programme)s × %(element)s is recorded.")

    def _dismiss(self):
        if not self.proposals:
            self._seen_empty()
        ledger.dismiss(
            programme=self.programme,
            element=self.element,
            read=self._wording_read(),
            seen=[number_in(text) for text in self.request.POST.getlist("proposal")],
            by=self.request.user,
        )
        return _("%(programme)s × %(element)s: set aside. It stays not assessed.")

    def _seen_empty(self):
        """Refuse to answer a proposal that does not wait any more."""
        if self.current is not None:
            raise Conflict(self.current)
        raise ValidationError(_("This proposal does not wait any more."))

    def _wording_read(self):
        return number_in(self.request.POST.get("read"))

    def _row_seen(self):
        return {
            "programme": self.programme,
            "element": self.element,
            "replaces": number_in(self.request.POST.get("replaces")),
        }

    def _confirm(self):
        ledger.confirm(alignment=self._seen(), by=self.request.user)
        return _("%(programme)s × %(element)s is confirmed.")

    def _return(self):
        self.note = NoteForm(self.request.POST)
        row = self._seen()
        if not self.note.is_valid():
            return None
        ledger.send_back(
            alignment=row, note=self.note.cleaned_data["note"], by=self.request.user
        )
        return _("%(programme)s × %(element)s is returned to its author.")

    def _seen(self):
        """Return the row in force if it is the one that was seen, else Conflict."""
        seen = number_in(self.request.POST.get("replaces"))
        if self.current is None or self.current.pk != seen:
            raise Conflict(self.current)
        return self.current


def number_in(text: str | None) -> int:
    """Return the id that a form names; 0, which no row has, for what is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0
