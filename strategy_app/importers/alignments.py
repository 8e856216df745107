"""Understand the rows of a table as judgements, each cell by the rules of the forms."""

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from strategy_app.forms.alignment import RATIONALE_MAX, EvidenceForm
from strategy_app.forms.fields import DayField, PlainTextField
from strategy_app.importers.columns import (
    COLUMNS,
    EVIDENCE,
    HISTORY,
    columns_of,
    filled,
)
from strategy_app.importers.table import MOST, Row, Table, as_text, column_name, read_table
from strategy_app.importers.workbook import day_of_serial, is_cell_error, too_many
from strategy_app.models import (
    Element,
    Level,
    LevelDefinition,
    Programme,
    Strategy,
    User,
)
from strategy_app.models.dates import today
from strategy_app.permissions import can_administer
from strategy_app.services.alignment import (
    Judgement,
    Period,
    Verdict,
    judge,
    judge_history,
)
from strategy_app.services.alignment.many import batches, open_ids, open_rows
from strategy_app.services.alignment.rules import check_judgement, sources_of

# What people and spreadsheets write for a hyphen.
_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—―−ー－", "-"))
_CORRECTION = re.compile(r"cell-([1-9][0-9]{0,6})-([a-z_]{1,20})")
# Days before 1927 are none of a source, and a year alone (2026) is no day.
_SERIAL = re.compile(r"[1-9][0-9]{4}(?:\.[0-9]+)?")


@dataclass
class Line:
    """One row of a table: what it says, and what would become of it.

    cells: its text by column. errors: what is wrong, by column, and under "row" what
    concerns none of them. Either ``judgement`` or ``period`` is there once no cell is
    wrong; ``verdict`` once it has been judged.
    """

    number: int
    cells: dict[str, str]
    errors: dict[str, list[str]] = field(default_factory=dict)
    programme: Programme | None = None
    element: Element | None = None
    level: int | None = None
    judgement: Judgement | None = None
    period: Period | None = None
    verdict: Verdict | None = None

    @property
    def cell(self) -> tuple[int, int] | None:
        """The ids of programme and element, None while one of them is not known."""
        if self.programme is None or self.element is None:
            return None
        return self.programme.pk, self.element.pk

    @property
    def rationale(self) -> str:
        """Its rationale as it would be recorded; empty while something is wrong."""
        said = self.judgement or self.period
        return said.rationale if said else ""

    @property
    def kind(self) -> str:
        """What would become of it: add, update, same, conflict or error."""
        if self.errors or self.verdict is None:
            return "error"
        return self.verdict.kind

    def add_error(self, column: str, message: str) -> None:
        """Say what is wrong with a column."""
        self.errors.setdefault(column if column in COLUMNS else "row", []).append(message)


def level_names() -> dict[str, int]:
    """Return the levels by what they are called: numbers, and names in both languages."""
    found = {str(level): level.value for level in Level} | {
        level.name.replace("_", " "): level.value for level in Level
    }
    for language in ("en", "ja"):
        with translation.override(language):
            found |= {str(level.label): level.value for level in Level}
    for definition in LevelDefinition.objects.exclude(level=None):
        for name in (definition.name_en, definition.name_ja):
            found[name] = definition.level
            # "主要(主たる目的)" is called "主要" as well.
            found[re.split("[(（]", name)[0]] = definition.level
    return {_plain(name): level for name, level in found.items() if name}


def as_pasted(table: Table) -> str:
    """Return a table as the text that somebody might have pasted, merges resolved."""
    return as_text(filled(table, _is_level(level_names())))


def corrected(text: str, sent: Mapping[str, str]) -> str:
    """Return a table's text with single cells put right.

    sent: new cells by "cell-ROW-COLUMN", such as cell-7-level; whatever else is left out.
    """
    table = read_table(text)
    columns, rows = columns_of(table, _is_level(level_names()))
    cells_of = {str(row.number): list(row.cells) for row in table.rows}
    below_header = {str(row.number) for row in rows}
    for name, value in sent.items():
        match = _CORRECTION.fullmatch(name)
        if match and match[1] in below_header and match[2] in columns:
            cells, place = cells_of[match[1]], columns[match[2]]
            cells += [""] * (place + 1 - len(cells))
            cells[place] = value
    return as_text(Row(int(number), tuple(cells)) for number, cells in cells_of.items())


def read_lines(table: Table, *, strategy: Strategy, by: User) -> list[Line]:
    """Return the rows of a table as lines, not judged yet.

    Raises ValidationError where its columns cannot be told.
    """
    levels = level_names()
    columns, rows = columns_of(table, _is_level(levels))
    if len(rows) > MOST:
        raise too_many(MOST)
    lines = [_line(row, columns) for row in rows]
    reader = _Reader(lines, strategy, by, levels)
    for line in lines:
        reader.read(line)
    _refuse_repetitions(lines)
    return lines


def judge_lines(lines: list[Line], *, by: User, seen: list[int | None]) -> None:
    """Give each line its verdict; writes nothing.

    seen: for each line the row in force that was seen there, see ``rows_seen``.
    """
    rows = open_rows(line.cell for line in lines if line.cell and not line.period)
    for line, replaces in zip(lines, seen, strict=True):
        if line.judgement is not None and not line.errors:
            line.judgement = _beside_recorded(line, rows.get(line.cell), replaces)
    for attribute, judged in [
        ("judgement", lambda items: judge(items, by=by, current_of=rows)),
        ("period", lambda items: judge_history(items, by=by)),
    ]:
        some = [line for line in lines if getattr(line, attribute) and not line.errors]
        verdicts = judged([getattr(line, attribute) for line in some]) if some else []
        for line, verdict in zip(some, verdicts, strict=True):
            line.verdict = verdict
            for name, messages in verdict.errors.items():
                for message in messages:
                    line.add_error(_column(name), message)


def rows_seen(lines: list[Line]) -> list[int | None]:
    """Return for each line the id of the row in force that it would replace."""
    ids = open_ids(line.cell for line in lines if line.cell and not line.period)
    return [None if line.period else ids.get(line.cell) for line in lines]


def to_record(lines: Iterable[Line]) -> tuple[list[Judgement], list[Period]]:
    """Return what lines without errors ask to be recorded, and to be loaded as history."""
    lines = list(lines)
    return (
        [line.judgement for line in lines if line.judgement],
        [line.period for line in lines if line.period],
    )


def _beside_recorded(line, row, replaces):
    """Return the judgement with its source beside those recorded: none is ever dropped."""
    judgement = line.judgement
    recorded = sources_of(row)
    known = {item.identity for item in recorded}
    added = [item for item in judgement.evidence if item.identity not in known]
    return Judgement(
        judgement.programme,
        judgement.element,
        judgement.level,
        judgement.rationale,
        recorded + added,
        replaces,
    )


def _column(name):
    """Return the column that a rule of the ledger is about."""
    return "title" if name == "evidence" else name


def _line(row: Row, columns: dict[str, int]) -> Line:
    cells = {
        key: row.cells[place].strip() if place < len(row.cells) else ""
        for key, place in columns.items()
    }
    line = Line(row.number, cells)
    for place in range(max(columns.values()) + 1, len(row.cells)):
        if row.cells[place].strip():
            line.add_error(
                "row",
                _("Column %(column)s is one too many.") % {"column": column_name(place)},
            )
    return line


def _refuse_repetitions(lines):
    """Say on the second line of a cell that it stands above already, and where."""
    above: dict[tuple, list[Line]] = {}
    for line in lines:
        if line.cell is None:
            continue
        others = above.setdefault(line.cell, [])
        first = next((other for other in others if _at_once(other, line)), None)
        if first is not None:
            line.add_error(
                "element",
                _("This cell stands in row %(row)d already.") % {"row": first.number},
            )
        others.append(line)


def _at_once(one, other):
    """Whether two lines of a cell would hold on the same day."""
    times = [_time_of(one), _time_of(other)]
    if None in times:
        return False
    (begins, ends), (other_begins, other_ends) = times
    return begins < other_ends and other_begins < ends


def _time_of(line):
    """Return from which day until before which a line would hold, None if that is wrong."""
    if not _is_history(line):
        return today().toordinal(), math.inf
    if line.period is None:
        return None
    until = line.period.valid_until
    return line.period.valid_from.toordinal(), until.toordinal() if until else math.inf


def _is_history(line):
    return any(line.cells.get(name) for name in HISTORY)


def _plain(text):
    """Return a name without width, case and blanks."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _is_level(levels):
    return lambda text: _plain(text) in levels


def _code(text):
    """Return a code as it is kept: "ｐ－００１" is P-001."""
    return _plain(text).translate(_HYPHENS).upper()


class _UndatedEvidenceForm(EvidenceForm):
    """A source of history, which may have been recorded without its date."""

    def _is_as_recorded(self, cleaned):
        return True


class _Reader:
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
            elif is_cell_error(text):
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
        if _is_history(line):
            line.period = Period(*what, *days, sources)
        else:
            line.judgement = Judgement(*what, sources)

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
        found = self.levels.get(_plain(text))
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
        is_history = self.loads_history and _is_history(line)
        asked = (is_history, *texts.values())
        if asked not in self.sources:  # many rows rest on the same source
            form = (_UndatedEvidenceForm if is_history else EvidenceForm)(texts)
            is_source = form.is_valid() and not form.is_blank
            self.sources[asked] = [form.source()] if is_source else [], form.errors
        sources, errors = self.sources[asked]
        for key, messages in errors.items():
            for message in messages:
                line.add_error(key, message)
        return list(sources)


def _day_text(text):
    """Return a day that stands there as a spreadsheet's number as a day."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if _SERIAL.fullmatch(plain) and (day := day_of_serial(float(plain))):
        return day.isoformat()
    return text
