"""What the grid is asked to show, and what is to be written to several cells at once."""

import re
from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from strategy_app.forms.alignment import RATIONALE_MAX, EvidenceForm
from strategy_app.forms.fields import PlainTextField
from strategy_app.forms.scope import ScopeForm
from strategy_app.models import Element, Level, Programme
from strategy_app.services.ledger import (
    MOST,
    AddSource,
    Align,
    Asked,
    Confirm,
    Withdraw,
)

ALL = "all"


class WhoseForm(ScopeForm):
    """A scope, and whose programmes of it."""

    whose = forms.ChoiceField(
        label=_("Programmes of"),
        required=False,
        choices=[("", "–"), ("mine", _("My departments")), (ALL, _("All departments"))],
    )


class GridForm(WhoseForm):
    """A scope, whose programmes, which branches are open, and what is to be in sight."""

    open = forms.CharField(label=_("Open branches"), required=False, max_length=1000)
    at = forms.CharField(label=_("Programme"), required=False, max_length=32)

    def clean_open(self):
        """Return the codes of the open branches, or ALL."""
        codes = self.cleaned_data["open"].split(",")
        return {ALL} if ALL in codes else {code for code in codes if code}


@dataclass(frozen=True)
class CellName:
    """A cell as it is sent: by codes, with the id of the row that was seen there."""

    programme: str
    element: str
    replaces: int | None


# "SATREPS KP-2.1 123": programme, element, and the row seen there, 0 for none.
_CELL = re.compile(r"([A-Z0-9.-]{1,32}) ([A-Z0-9.-]{1,32}) ([0-9]{1,18})")


class BatchForm(forms.Form):
    """One thing to do to one cell or to many: the same for both.

    do: "level" records a level with a rationale; "evidence" adds a source to what is in
    force; "withdraw" and "confirm" need no more than the cells. What is recorded already
    stands behind a new level too: sources are added, never dropped.
    """

    do = forms.ChoiceField(
        choices=[
            ("level", _("Set the level")),
            ("evidence", _("Add a source")),
            ("withdraw", _("Withdraw")),
            ("confirm", _("Confirm")),
        ]
    )
    strategy = forms.CharField(max_length=32)
    level = forms.TypedChoiceField(
        label=_("Level"),
        required=False,
        coerce=int,
        choices=Level.choices,
        empty_value=None,
    )
    rationale = PlainTextField(
        label=_("Rationale"), required=False, max_length=RATIONALE_MAX
    )
    cells = forms.CharField(max_length=MOST * 85)

    def __init__(self, data=None, files=None):
        super().__init__(data, files)
        self.evidence = EvidenceForm(data, files, prefix="source")

    def is_valid(self):
        """Whether form and source are both in order."""
        is_valid = super().is_valid()  # which may add an error to the source
        return self.evidence.is_valid() and is_valid

    def clean_cells(self):
        """Return the cells by name."""
        lines = self.cleaned_data["cells"].split("\n")
        if len(lines) > MOST:
            raise ValidationError(
                gettext("At most %(most)d cells can be written at once.") % {"most": MOST}
            )
        names = []
        for line in lines:
            if not (found := _CELL.fullmatch(line.strip())):
                raise _no_cell(line[:80])
            names.append(CellName(found[1], found[2], int(found[3]) or None))
        return names

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("do") == "level" and cleaned.get("level") is None:
            self.add_error("level", _("Choose a level: 0, 1 or 2."))
        adds = cleaned.get("do") == "evidence" and self.evidence.is_valid()
        if adds and self.evidence.is_blank:
            self.evidence.add_error("title", _("Give the source a title."))
        return cleaned

    def problems(self) -> dict[str, list[str]]:
        """Return what is wrong, by the name of the field."""
        found = {name: list(errors) for name, errors in self.errors.items()}
        for name, errors in self.evidence.errors.items():
            found[f"source-{name}"] = list(errors)
        return found

    def asked(self) -> list[Asked]:
        """Return what is asked of each cell. Raises ValidationError for an unknown one."""
        names, cleaned = self.cleaned_data["cells"], self.cleaned_data
        programmes = Programme.objects.in_bulk(
            {name.programme for name in names}, field_name="code"
        )
        elements = {
            element.code: element
            for element in Element.objects.filter(strategy__code=cleaned["strategy"])
        }
        for name in names:
            if name.programme not in programmes or name.element not in elements:
                raise _no_cell(f"{name.programme} × {name.element}")
        return [
            self._asked(programmes[name.programme], elements[name.element], name.replaces)
            for name in names
        ]

    def _asked(self, programme, element, replaces):
        what = self.cleaned_data["do"]
        if what == "withdraw":
            return Withdraw(programme, element, replaces)
        if what == "confirm":
            return Confirm(programme, element, replaces)
        if what == "evidence":
            return AddSource(programme, element, self.evidence.source(), replaces)
        return Align(
            programme,
            element,
            self.cleaned_data["level"],
            self.cleaned_data["rationale"],
            [] if self.evidence.is_blank else [self.evidence.source()],
            replaces,
            adds=True,
        )


def _no_cell(name):
    return ValidationError(
        gettext("There is no cell “%(name)s”."), params={"name": name}, code="no_cell"
    )
