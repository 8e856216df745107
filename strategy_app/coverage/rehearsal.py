"""What a draft would change if it were published: computed, and nothing written."""

import datetime
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from strategy_app.coverage import counts, gaps, matrix, waiting
from strategy_app.coverage.counts import Coverage
from strategy_app.coverage.frame import ALWAYS, Frame, Tree
from strategy_app.coverage.frame.trees import build_tree, reworded
from strategy_app.coverage.scope import UNKNOWN, Scope


@dataclass(frozen=True)
class Rehearsal:
    """Coverage on the day a draft would take force: without it and with it.

    opened, closed: gaps (kind, element code, group) that there are with it only, without it
    only. reread: by department code (UNKNOWN last), how many records in force its people
    would have to read again. proposed: likewise, how many empty cells would have something
    to go by, for their element is split or merged. withdrawn: how many records of each
    element that is left out would no longer be counted, by code.
    """

    day: datetime.date
    before: Coverage
    after: Coverage
    opened: list[gaps.Gap]
    closed: list[gaps.Gap]
    reread: dict[str, int]
    proposed: dict[str, int]
    withdrawn: dict[str, int]


def rehearse(
    frame: Frame,
    strategy: str,
    wordings: list[dict],
    day: datetime.date,
    *,
    origins: list[tuple[int, int]] = (),
) -> Rehearsal:
    """Compute what publishing ``wordings`` with force from ``day`` would do.

    wordings: of the draft, as ``frame.trees.build_tree`` takes them. origins: (element id,
    id of the element that it comes from). The ledger and the programmes are the real ones.
    """
    with_draft = _with_draft(frame, strategy, wordings, day, origins)
    scope = Scope(strategy, day, today=day)
    before, after = counts.elements(frame, scope), counts.elements(with_draft, scope)
    found = {_name(before, gap): gap for gap in gaps.find(frame, scope)}
    would = {_name(after, gap): gap for gap in gaps.find(with_draft, scope)}
    return Rehearsal(
        day=day,
        before=before,
        after=after,
        opened=[gap for name, gap in would.items() if name not in found],
        closed=[gap for name, gap in found.items() if name not in would],
        reread=_reread(frame, with_draft, scope),
        proposed=_proposed(frame, with_draft, scope),
        withdrawn=_withdrawn(frame, before, after),
    )


def _with_draft(frame, strategy, wordings, day, origins):
    """Return the frame as it would be, sharing all but the trees with the real one."""
    trees = [tree for tree in frame.trees.get(strategy, []) if tree.in_force_from < day]
    material, seen, known = {}, set(), []
    # All of them: what the last one has left out may come back.
    for tree in trees:
        changed = tree.material_from != ALWAYS
        ids = tree.element_ids[changed].tolist()
        material |= dict(zip(ids, tree.material_from[changed].tolist(), strict=True))
        seen |= set(tree.element_ids.tolist())
    for last in trees[-1:]:
        known = [
            (int(last.element_ids[row]), *pair) for row, *pair in last.origins.tolist()
        ]
        trees[-1] = replace(last, in_force_until=day)
    material |= dict.fromkeys(reworded(wordings, seen), day.toordinal())
    draft = build_tree(
        wordings,
        material=material,
        origins=[*known, *((one, other, day.toordinal()) for one, other in origins)],
        # Whatever is closed by now has not lasted until then.
        published=frame.change,
        revision_id=0,
        strategy=strategy,
        in_force_from=day,
        in_force_until=None,
    )
    return replace(frame, trees={**frame.trees, strategy: [*trees, draft]})


def _name(coverage, gap):
    return gap.kind, coverage.tree.codes[gap.row], gap.group, gap.measure


def _reread(frame, with_draft, scope):
    """Count the records that would ask to be re-read and do not now, by department."""
    tree, new = frame.tree(scope.strategy, scope.day), with_draft.trees[scope.strategy][-1]
    asks = np.flatnonzero(waiting.to_be_reread(with_draft, new, scope.day))
    if tree is not None:
        asks = np.setdiff1d(
            asks, np.flatnonzero(waiting.to_be_reread(frame, tree, scope.day))
        )
    return _by_department(frame, frame.ledger.programme[asks])


def _proposed(frame, with_draft, scope):
    """Count the empty cells that would be proposed and are not now, by department."""
    tree, new = frame.tree(scope.strategy, scope.day), with_draft.trees[scope.strategy][-1]
    would = _proposed_cells(with_draft, new, scope.day)
    if tree is not None:
        would = np.setdiff1d(would, _proposed_cells(frame, tree, scope.day))
    return _by_department(frame, would >> _ID_BITS)


# Of what tells a cell in any tree: the programme's column, then the id of its element.
_ID_BITS = 32


def _proposed_cells(frame, tree, day):
    columns, rows = waiting.proposed(frame, tree, day)
    return columns.astype(np.int64) << _ID_BITS | tree.element_ids[rows]


def _by_department(frame, columns):
    """Count programmes, given by their columns, by the code of their department."""
    codes = [group.code for group in frame.programmes.departments] + [UNKNOWN]
    department = frame.programmes.department[columns]
    numbers = Counter(codes[index] for index in department.tolist())
    return {code: numbers[code] for code in codes if numbers[code]}


def _withdrawn(frame, before, after):
    """Count the records of elements that programmes could no longer be aligned with."""
    if before.tree is None:
        return {}
    kept = _alignable(after.tree)
    gone = [code for code in _alignable(before.tree) if code not in kept]
    rows = matrix.records(frame, before.tree, before.scope, before.columns)
    elements = frame.ledger.element[rows]
    ids = {code: before.tree.element_ids[before.tree.row_of[code]] for code in gone}
    return {code: int((elements == pk).sum()) for code, pk in ids.items()}


def _alignable(tree: Tree) -> list[str]:
    return [
        code for code, yes in zip(tree.codes, tree.alignable.tolist(), strict=True) if yes
    ]
