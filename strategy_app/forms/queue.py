"""What the queue is asked to show, and the words that go with what is done from it."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from strategy_app.forms.fields import PlainTextField
from strategy_app.forms.grid import WhoseForm
from strategy_app.words import PARTS, RECORDS

NOTE_MAX = 1000

KINDS = [
    ("not_assessed", PARTS["not_assessed"].name),
    ("needs_review", RECORDS["needs_review"].name),
    ("proposed", _("Proposed")),
    ("stale", RECORDS["stale"].name),
    ("unconfirmed", _("To confirm")),
    ("returned", _("Returned to me")),
]
ORDERS = [
    ("programme", pgettext_lazy("order of the queue", "Programme by programme")),
    ("element", pgettext_lazy("order of the queue", "Element by element")),
]
# "SATREPS:KP-2.1"
_CELL = re.compile(r"([A-Z0-9.-]{1,32}):([A-Z0-9.-]{1,32})")


class CellField(forms.CharField):
    """A cell as it stands in an address; read as (programme, element), None for none."""

    def to_python(self, value):
        found = _CELL.fullmatch(super().to_python(value))
        return found.groups() if found else None


class QueueForm(WhoseForm):
    """A scope, what is waited for, in which order, and where in the queue one is."""

    kind = forms.ChoiceField(label=_("Waiting"), required=False, choices=KINDS)
    order = forms.ChoiceField(label=_("Order"), required=False, choices=ORDERS)
    # A place that there is not is the beginning: addresses outlive what they name.
    at = CellField(required=False)
    done = CellField(required=False)


class NoteForm(forms.Form):
    """The note with which a second reader returns a record."""

    note = PlainTextField(
        label=_("Note to the author"),
        max_length=NOTE_MAX,
        error_messages={"required": _("Say what ought to be looked at again.")},
    )


class ReasonForm(forms.Form):
    """Why a cell is skipped for now."""

    reason = PlainTextField(
        label=_("Why it has to wait"),
        max_length=NOTE_MAX,
        error_messages={"required": _("Say why it has to wait.")},
    )


class WithdrawForm(forms.Form):
    """Why a record is withdrawn, where somebody says so."""

    reason = PlainTextField(required=False, max_length=NOTE_MAX)
