"""Read the cells of a row: what each says, by the rules of the forms, or what is wrong."""

import datetime
import re
import unicodedata
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategy_app.forms.alignment import RATIONALE_MAX, EvidenceForm
from strategy_app.forms.fields import AddressField, DayField, PlainTextField
from strategy_app.importers.columns import COLUMNS, EVIDENCE, HISTORY
from strategy_app.models import Element, Level, LevelDefinition, Programme
from strategy_app.permissions import can_administer
from strategy_app.services.ledger import Align, Load, Step, batches, check_judgement

# What people and spreadsheets write for a hyphen.
_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—―−ー－", "-"))
# Days before 1927 are none of a source, and a year alone (2026) is no day.
_SERIAL = re.compile(r"[1-9][0-9]{4}(?:\.[0-9]+)?")
# What a spreadsheet shows for an error of its own.
_CELL_ERROR = re.compile(r"#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NULL!|NUM!|SPILL!|CALC!)")
# Days are counted from 1900-01-01 = 1, with a 29 February 1900 that did not exist.
_DAY_ZERO = datetime.date(1899, 12, 30)


@dataclass
class Line:
    """One row of a table: what it says, and what would become of it.

    cells: its text by column. errors: what is wrong, by column, and under "row" what
    concerns none of them. asked: what it asks of the ledger, once no cell is wrong; step:
    what would come of it, once it has been planned.
    """

    number: int
    cells: dict[str, str]
    errors: dict[str, list[str]] = field(default_factory=dict)
    programme: Programme | None = None
    element: Element | None = None
    level: int | None = None
    asked: Align | Load | None = None
    step: Step | None = None

    @property
    def cell(self) -> tuple[int, int] | None:
        """The ids of programme and element, None while one of them is not known."""
        if self.programme is None or self.element is None:
            return None
        return self.programme.pk, self.element.pk

    @property
    def is_history(self) -> bool:
        """Whether it says from or until when it held."""
        return any(self.cells.get(name) for name in HISTORY)

    @property
    def rationale(self) -> str:
        """Its rationale as it would be recorded; empty while something is wrong."""
        return self.asked.rationale if self.asked else ""

    @property
    def kind(self) -> str:
        """What would become of it: add, update, same, conflict or error."""
        return "error" if self.errors or self.step is None else self.step.kind

    def add_error(self, column: str, message: str) -> None:
        """Say what is wrong with a column."""
        self.errors.setdefault(column if column in COLUMNS else "row", []).append(message)


def level_names() -> dict[str, int]:
    """Return the levels by what they are called: numbers, and names in both languages."""
    found = {}
    for level in Level:
        # Some programs write whole numbers as 1.0.
        for name in (str(level.value), f"{level.value}.0", level.name.replace("_", " ")):
            found[name] = level.value
    for language in ("en", "ja"):
        with translation.override(language):
            found |= {str(level.label): level.value for level in Level}
    for definition in LevelDefinition.objects.exclude(level=None):
        for name in (definition.name_en, definition.name_ja):
            found[name] = definition.level
            # "主要(主たる目的)" is called "主要" as well.
            found[re.split("[(（]", name)[0]] = definition.level
    return {plain(name): level for name, level in found.items() if name}


class Reader:
    """Read lines cell by cell, with what all of them share looked up once."""

    def __init__(self, lines, strategy, by, levels):
        self.strategy, self.levels = strategy, levels
        self.loads_history = can_administer(by)
        self.programmes = {}
        codes = {_code(line.cells["programme"]) for line in lines}
        for some in batches(code for code in codes if code.isascii() and len(code) <= 32):
            for programme in Programme.objects.filter(code__in=some):
                self.programmes[programme.code] = programme
        self.elements = {
            element.code: element
            for element in Element.objects.filter(strategy=strategy).select_related(
                "strategy"
            )
        }
        self.sources = {}
        self.rationale = PlainTextField(max_length=RATIONALE_MAX, required=False)
        self.day = DayField(required=False)

    def read(self, line: Line) -> None:
        """Fill in what the cells of a line say, and what is wrong with them."""
        for key, text in line.cells.items():
            if text.startswith("="):
                line.add_error(key, _("This is a formula: put its result here as a value."))
            elif _CELL_ERROR.fullmatch(text.strip()):
                line.add_error(key, _("This cell holds an error of the spreadsheet."))
        line.programme = self._programme(line)
        line.element = self._element(line)
        line.level = self._level(line)
        rationale = self._rationale(line)
        days = [self._day(line, name) for name in HISTORY]
        sources = self._sources(line)
        if line.errors:
            return
        what = (line.programme, line.element, line.level, rationale)
        if line.is_history:
            line.asked = Load(*what, *days, sources)
        else:  # no source that is recorded is ever dropped
            line.asked = Align(*what, sources, adds=True)

    def _programme(self, line):
        text = line.cells["programme"]
        found = self.programmes.get(_code(text))
        if found is None and "programme" not in line.errors:
            line.add_error(
                "programme",
                _("There is no programme “%(code)s”.") % {"code": text[:80]}
                if text
                else _("Name the programme by its code."),
            )
        return found

    def _element(self, line):
        text = line.cells["element"]
        found = self.elements.get(_code(text))
        if found is None and "element" not in line.errors:
            line.add_error(
                "element",
                _("There is no element “%(code)s” in %(strategy)s.")
                % {"code": text[:80], "strategy": self.strategy.name}
                if text
                else _("Name the element by its code."),
            )
        return found

    def _level(self, line):
        text = line.cells["level"]
        found = self.levels.get(plain(text))
        if found is None and "level" not in line.errors:
            line.add_error("level", _("Choose a level: 0, 1 or 2."))
        return found

    def _rationale(self, line):
        """Return the rationale; that it is missing is told at once with all the rest."""
        text = self._cleaned(line, "rationale", self.rationale) or ""
        if not text and "rationale" not in line.errors:
            try:
                check_judgement(
                    Level.SIGNIFICANT if line.level is None else line.level, "", []
                )
            except ValidationError as refusal:
                line.errors["rationale"] = refusal.message_dict["rationale"]
        return text

    def _cleaned(self, line, key, form_field):
        """Return a cell as a field of the forms reads it."""
        if key in line.errors:
            return None
        try:
            return form_field.clean(line.cells.get(key, ""))
        except ValidationError as refusal:
            for message in refusal.messages:
                line.add_error(key, message)
            return None

    def _day(self, line, key):
        if key in line.errors or not line.cells.get(key):
            if key == "valid_from" and line.cells.get("valid_until"):
                line.add_error(key, _("Give the first day as well."))
            return None
        if not self.loads_history:
            line.add_error(
                key, _("Only strategy admins load history: leave this column out.")
            )
            return None
        line.cells[key] = _day_text(line.cells[key])
        return self._cleaned(line, key, self.day)

    def _sources(self, line):
        """Return the source of a line, if it names one."""
        texts = {key: line.cells.get(key, "") for key in EVIDENCE}
        if not any(texts.values()) or line.errors.keys() & set(EVIDENCE):
            return []
        if texts["dated_on"]:
            texts["dated_on"] = line.cells["dated_on"] = _day_text(texts["dated_on"])
        is_history = self.loads_history and line.is_history
        asked = (is_history, *texts.values())
        if asked not in self.sources:  # many rows rest on the same source
            form = (_UndatedSourceForm if is_history else _SourceForm)(texts)
            is_source = form.is_valid() and not form.is_blank
            self.sources[asked] = [form.source()] if is_source else [], form.errors
        sources, errors = self.sources[asked]
        for key, messages in errors.items():
            for message in messages:
                line.add_error(key, message)
        for source in sources:
            if source.dated_on:  # shown as it was understood
                line.cells["dated_on"] = source.dated_on.isoformat()
        return list(sources)


class _SourceForm(EvidenceForm):
    """A source in a table, where no file can stand beside it."""

    url = AddressField(max_length=1000, required=False)
    no_address = gettext_lazy("Give the address of the source.")


class _UndatedSourceForm(_SourceForm):
    """A source of history, which may have been recorded without its date."""

    def _is_as_recorded(self, cleaned):
        return True


def _code(text):
    """Return a code as it is kept: "ｐ－００１" is P-001."""
    return plain(text).translate(_HYPHENS).upper()


def plain(text: str) -> str:
    """Return a name without width, case and blanks."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _day_text(text):
    """Return a day that stands there as a spreadsheet's number as a day."""
    number = unicodedata.normalize("NFKC", text).strip()
    if _SERIAL.fullmatch(number):
        return (_DAY_ZERO + datetime.timedelta(int(float(number)))).isoformat()
    return text
