"""Understand the rows of a table as judgements, each cell by the rules of the forms."""

import dataclasses
import math
import re
from collections.abc import Mapping

from django.utils.translation import gettext as _

from strategy_app.importers.cells import Line, Reader, level_names, plain
from strategy_app.importers.columns import columns_of, filled
from strategy_app.importers.table import (
    MOST,
    Row,
    Table,
    as_text,
    column_name,
    read_table,
    too_many,
)
from strategy_app.models import Strategy, User
from strategy_app.models.dates import today
from strategy_app.services import ledger

_CORRECTION = re.compile(r"cell-([1-9][0-9]{0,6})-([a-z_]{1,20})")


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
    reader = Reader(lines, strategy, by, levels)
    for line in lines:
        reader.read(line)
    _refuse_repetitions(lines)
    return lines


def plan_lines(lines: list[Line], *, by: User, seen: list[int | None]) -> ledger.Plan:
    """Return the plan of what is right in the lines, and tell each line its step.

    seen: for each line the row in force that was seen there, see ``rows_seen``.
    """
    for line, replaces in zip(lines, seen, strict=True):
        if isinstance(line.asked, ledger.Align):
            line.asked = dataclasses.replace(line.asked, replaces=replaces)
    right = [line for line in lines if line.asked and not line.errors]
    plan = ledger.plan((line.asked for line in right), by=by)
    for line, step in zip(right, plan.steps, strict=True):
        line.step = step
        for name, messages in step.errors.items():
            for message in messages:
                line.add_error(_column(name), message)
    return plan


def rows_seen(lines: list[Line]) -> list[int | None]:
    """Return for each line the id of the row in force that it would replace."""
    ids = ledger.open_ids(line.cell for line in lines if line.cell and not line.is_history)
    return [None if line.is_history else ids.get(line.cell) for line in lines]


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
    if not line.is_history:
        return today().toordinal(), math.inf
    if line.asked is None:
        return None
    until = line.asked.valid_until
    return line.asked.valid_from.toordinal(), until.toordinal() if until else math.inf


def _is_level(levels):
    return lambda text: plain(text) in levels
