"""The cells of the grid as HTML: joined from ready-made parts, for there are thousands."""

from dataclasses import dataclass

import numpy as np
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from strategy_app import words
from strategy_app.coverage import cells as coverage_cells
from strategy_app.coverage import matrix
from strategy_app.coverage.frame import Frame, Tree
from strategy_app.coverage.standing import State
from strategy_app.models import Level


@dataclass(frozen=True)
class Row:
    """One programme's row: its column in the frame, its cells as HTML."""

    column: int
    html: SafeString


class Faces:
    """What a cell shows, and says to a screen reader, by what stands in it."""

    def __init__(self):
        self._known = {}

    def of(self, level, flags):
        """Return (class, what is shown, what is said) of a cell."""
        key = (level, flags)
        if key not in self._known:
            state = None if level is None else State(flags)
            self._known[key] = _face(level, state)
        return self._known[key]


def _face(level, state):
    word = words.of_level(level)
    if state is None:
        return "cell none", word.sign, escape(str(word.name))
    told = [words.RECORDS[name] for name in _told(level, state)]
    shown, marks = f"{word.sign} {level}", "".join(one.sign for one in told)
    if marks:
        shown += f"<i>{marks}</i>"
    said = [word.name, *(one.said for one in told)]
    return f"cell l{level}", shown, escape(", ".join(map(str, said)))


def _told(level, state):
    """Yield what is told of a record in a cell; of level 0 not what it does not need."""
    is_claim = level >= Level.SIGNIFICANT
    if state.is_reworded:
        yield "needs_review"
    if is_claim and not state.is_evidenced:
        yield "unevidenced"
    if state.is_confirmed:
        yield "confirmed"
    elif is_claim:
        yield "unconfirmed"


def rows(
    frame: Frame, tree: Tree, day, columns: np.ndarray, shown: list[int], folded: set[int]
) -> list[Row]:
    """Return the rows of these programmes; ``shown`` are the elements' rows in the tree.

    In the cell of a ``folded`` element stands also how much below it is assessed.
    """
    cells = coverage_cells.of_programmes(frame, tree, day, columns)
    below, of_all = coverage_cells.below(tree, cells)
    faces = Faces()
    codes = [tree.codes[row] for row in shown]
    made = []
    for place, column in enumerate(columns):
        code = frame.programmes.codes[column]
        base = reverse("align", args=[code, tree.strategy, "X"]).removesuffix("X/")
        parts = []
        for row, element in zip(shown, codes, strict=True):
            css, face, said = faces.of(
                matrix.level_of(cells.level[row, place]),
                int(cells.stands[row, place]),
            )
            if row in folded:
                face += f"<small>{below[row, place]}/{of_all[row]}</small>"
            parts.append(
                f'<td class="{css}"><a href="{base}{element}/" data-cell="{code} {element}"'
                f' data-row="{cells.ids[row, place]}"'
                f' aria-label="{code} × {element}: {said}">{face}</a></td>'
            )
        made.append(Row(int(column), mark_safe("".join(parts))))  # noqa: S308 -- codes only
    return made


def one_by_one(frame: Frame, tree: Tree, day, names: list[tuple[str, str]], folded) -> dict:
    """Return the cells of these (programme, element) codes as HTML, by "CODE ELEMENT"."""
    column_of = frame.programmes.place_of
    elements_of = {}
    for programme, element in names:
        if programme in column_of and element in tree.row_of:
            elements_of.setdefault(programme, []).append(element)
    found = {}
    for programme, elements in elements_of.items():
        shown = [tree.row_of[element] for element in elements]
        columns = np.array([column_of[programme]])
        (row,) = rows(frame, tree, day, columns, shown, folded)
        parts = row.html.split("</td>")[:-1]
        for element, part in zip(elements, parts, strict=True):
            found[f"{programme} {element}"] = f"{part}</td>"
    return found
