"""The trees of a strategy's published revisions, and of what a draft would make."""

from collections.abc import Callable, Iterator, Mapping
from itertools import zip_longest
from operator import itemgetter

import numpy as np

from strategy_app.coverage.frame.columns import ALWAYS, Tree
from strategy_app.models import Origin, Revision, Wording


def load_trees(number: int, *, elements: set[int] | None = None) -> dict[str, list[Tree]]:
    """Return the trees of all revisions published up to a change, by strategy and day.

    elements: their ids, where only these are asked about: then each stands by itself.
    """
    revisions = list(
        Revision.objects.filter(published_in__lte=number)
        .order_by("strategy__code", "in_force_from")
        .values("id", "strategy__code", "in_force_from", "published_in")
    )
    wordings = {}
    texts = Wording.objects.filter(revision__published_in__lte=number)
    if elements is not None:
        texts = texts.filter(element__in=elements)
    for row in (
        texts.order_by("position")
        .values("revision_id", "element_id", "element__code", "parent_id", "modification",
                "is_alignable", "title_en", "title_ja")
    ):  # fmt: skip
        if elements is not None:
            row["parent_id"] = None
        wordings.setdefault(row["revision_id"], []).append(row)
    origins = {}
    published = Origin.objects.filter(revision__published_in__lte=number).order_by("id")
    for revision, *pair in published.values_list("revision", "element", "origin"):
        origins.setdefault(revision, []).append(pair)
    # What an element comes from stays so while it is there; its last rewording always.
    trees, material, seen, known = {}, {}, set(), []
    for revision, following in zip_longest(revisions, revisions[1:]):
        same = following and following["strategy__code"] == revision["strategy__code"]
        own = wordings.get(revision["id"], [])
        day = revision["in_force_from"].toordinal()
        material |= dict.fromkeys(reworded(own, seen), day)
        here = {row["element_id"] for row in own}
        seen |= here
        known = [origin for origin in known if origin[0] in here]
        known += [(*pair, day) for pair in origins.get(revision["id"], ())]
        trees.setdefault(revision["strategy__code"], []).append(
            build_tree(
                own,
                material=material,
                origins=known,
                revision_id=revision["id"],
                published=revision["published_in"],
                strategy=revision["strategy__code"],
                in_force_from=revision["in_force_from"],
                in_force_until=following["in_force_from"] if same else None,
            )
        )
    return trees


def reworded(wordings: list[dict], seen: set[int]) -> list[int]:
    """Return the elements that these wordings have changed materially: their ids.

    wordings: of one revision. seen: the elements that had a wording before it; what was
    withdrawn and comes back as new says something else than it did.
    """
    return [
        row["element_id"]
        for row in wordings
        if row["modification"] in Wording.ASKS_TO_REREAD
        and (row["modification"] != Wording.Modification.NEW or row["element_id"] in seen)
    ]


def in_order(children: Mapping[int | None, list], id_of: Callable) -> Iterator:
    """Yield what is in a tree: parents first, siblings as they stand.

    children: what stands below each id, below None at the top. id_of: what tells its id.
    """
    stack = children.get(None, [])[::-1]
    while stack:
        yield (one := stack.pop())
        stack += children.get(id_of(one), [])[::-1]


def build_tree(wordings: list[dict], *, material=None, origins=(), **of_revision) -> Tree:
    """Return the Tree of wordings (dicts as read from the database), parents first.

    material: by element id, the ordinal of the day of its last material change so far.
    origins: (element id, id of the element that it comes from, ordinal of the day from
    which).
    """
    material = material or {}
    children = {}
    for row in wordings:
        children.setdefault(row["parent_id"], []).append(row)
    rows, row_of, parent, depth = [], {None: -1}, [], []
    for row in in_order(children, itemgetter("element_id")):
        above = row_of[row["parent_id"]]
        row_of[row["element_id"]] = len(rows)
        parent.append(above)
        depth.append(depth[above] + rows[above]["is_alignable"] if above >= 0 else 0)
        rows.append(row)
    return Tree(
        element_ids=np.array([row["element_id"] for row in rows], np.int64),
        codes=[row["element__code"] for row in rows],
        titles_en=[row["title_en"] for row in rows],
        titles_ja=[row["title_ja"] for row in rows],
        parent=np.array(parent, np.int32),
        alignable=np.array([row["is_alignable"] for row in rows], bool),
        depth=np.array(depth, np.int32),
        material_from=np.array(
            [material.get(row["element_id"], ALWAYS) for row in rows], np.int32
        ),
        origins=np.array(
            [(row_of[one], *other) for one, *other in origins if one in row_of], np.int64
        ).reshape(-1, 3),
        **of_revision,
    )
