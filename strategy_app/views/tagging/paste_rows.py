"""The rows of a table's preview, as its template prints them."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from strategy_app.importers.cells import Line
from strategy_app.importers.columns import COLUMNS, EVIDENCE, HISTORY, REQUIRED
from strategy_app.models import Wording
from strategy_app.services.ledger import sources_of
from strategy_app.views.tagging.batch import kind_name, step_name

_SIGNS = {"error": "▲", "conflict": "⇄", "add": "+", "update": "→", "same": "="}


@dataclass(frozen=True)
class Field:
    """One cell that can be put right: is_there says whether its table has the column."""

    key: str
    label: str
    value: str
    errors: list[str]
    is_there: bool


@dataclass(frozen=True)
class Group:
    """The fields that stand in one column of the page."""

    label: str
    fields: list[Field]


@dataclass(frozen=True)
class ShownRow:
    """A line of a table: groups holds its fields where it is wrong, by column."""

    line: Line
    sign: str
    label: str
    groups: list[Group]
    adds_source: bool
    keeps: int
    wording: Wording | None


def shown_row(line: Line, has_periods: bool) -> ShownRow:
    """Return a line as it is printed, in a table with or without a column of periods."""
    kind = line.kind
    step = line.step
    recorded = sources_of(step.current) if step else []
    return ShownRow(
        line=line,
        sign=_SIGNS[kind],
        label=step_name(step) if kind != "error" else kind_name(kind),
        groups=_groups(line, has_periods) if kind == "error" else [],
        adds_source=kind == "update" and len(step.sources) > len(recorded),
        keeps=len(recorded) if kind == "update" else 0,
        wording=_wording(step),
    )


def _wording(step):
    """Return the wording that a row is, or would be, about."""
    if step is None:
        return None
    return step.wording or (step.current and step.current.wording)


def _groups(line, has_periods):
    """Return the fields of a line by the column of the page in which they stand."""
    groups = [(COLUMNS[key], (key,)) for key in REQUIRED] + [(_("Evidence"), EVIDENCE)]
    if has_periods:
        groups.append((pgettext("period", "In force"), HISTORY))
    return [
        Group(
            str(label),
            [
                Field(
                    key=key,
                    label=str(COLUMNS[key]),
                    value=line.cells.get(key, ""),
                    errors=line.errors.get(key, []),
                    is_there=key in line.cells,
                )
                for key in keys
                # A column that the table does not have is mentioned where it is missed.
                if key in line.cells or key in line.errors
            ],
        )
        for label, keys in groups
    ]


def kinds_with_numbers(numbers: dict[str, int]) -> list[tuple[str, str, str, int]]:
    """Return (kind, sign, label, number) of what can become of rows, worst first.

    Errors and additions are told even where there is none.
    """
    return [
        (kind, sign, kind_name(kind), numbers[kind])
        for kind, sign in _SIGNS.items()
        if numbers[kind] or kind in ("error", "add")
    ]
