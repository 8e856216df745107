"""Find which elements of two documents are the same, by structure alone."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from strategy_app.importers.document.draft import Draft, Element
from strategy_app.importers.document.kinds import Kind

NUMBER, PLACE, DEPTH = "number", "place", "depth"
# Comparing each with each takes a second for so many.
_MOST_COMPARED = 500_000

Pair = tuple[Element, Element]


@dataclass
class Pairs:
    """What belongs together: {code of the first: element of the second}.

    ``doubts`` says of some codes what alone speaks for it, NUMBER where the kinds differ,
    PLACE where these or the numbers do; or DEPTH, that one document nests it deeper.
    """

    found: dict[str, Element] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)


def pairs_of(first: Draft, second: Draft) -> Pairs:
    """Return which elements of two drafts are the same.

    Below one parent these are, first, those with the same number; then, in order, those of
    the same kind, the more alike what stands below them the better; then what one of the
    documents has further in, as below a heading that the other lacks; and last, where as
    many are left in both, those at the same place.
    """
    making = _Making(_Tree(first), _Tree(second))
    making.run()
    return making.pairs


class _Tree:
    """The elements of a draft by their parents, and what each holds."""

    def __init__(self, draft):
        self.children = defaultdict(list)
        self.held = {element.code: Counter() for element in draft.elements}
        self.kinds = {element.code: element.kind for element in draft.elements}
        parents = {}
        for element in draft.elements:
            self.children[element.parent].append(element)
            above = parents[element.code] = element.parent
            while above is not None:
                self.held[above].update([element.kind, *element.numbers[-1:]])
                above = parents[above]
        self.taken = set()

    def below(self, elements):
        """Return the free elements right below some."""
        return self.free([child for each in elements for child in self.children[each.code]])

    def free(self, elements):
        """Return those of some elements that have no counterpart yet."""
        return [element for element in elements if element.code not in self.taken]

    def likely(self, pairs):
        """Return pairs of which the second is of this tree, unless it is one by chance."""
        if len(pairs) != 1:
            return pairs
        element, other = pairs[0]
        kinds = {other.kind, self.kinds.get(other.parent)} - {Kind.CLAIM}
        return pairs if element.kind == other.kind or element.kind in kinds else []

    def is_open(self, element):
        """Whether neither it nor anything right below it has a counterpart."""
        return element.code not in self.taken and not any(
            child.code in self.taken for child in self.children[element.code]
        )


class _Making:
    """Pairs while they are found, level by level."""

    def __init__(self, ours, theirs):
        self.ours, self.theirs = ours, theirs
        self.pairs = Pairs()

    def run(self):
        waiting = [(self.ours.children[None], self.theirs.children[None], [], [])]
        while waiting:
            waiting += self._level(*waiting.pop())

    def _level(self, ours, theirs, more_ours, more_theirs, doubt=None):
        """Pair what stands below one parent; return what is then to be paired below that.

        more_ours, more_theirs: what would stand there, but for a heading above it that
        only one of the documents has.
        """
        found = []
        for alike in (_numbered, self._alike):
            pairs = alike(self.ours.free(ours), self.theirs.free(theirs))
            found += self._take(pairs, doubt)
        found += self._through(ours, theirs, more_ours, more_theirs)
        sides = (self.ours, ours), (self.theirs, theirs)
        left, others = (
            [element for element in tree.free(elements) if tree.is_open(element)]
            for tree, elements in sides
        )
        found += self._take(_same_place(left, others), doubt)
        # Headings that differ altogether may still have the same below them.
        inner = [
            tree.below([each for each in tree.free(elements) if not _shape(each)])
            for tree, elements in sides
        ]
        waiting = [(*inner, [], [], DEPTH)] if all(inner) else []
        followed = _followed(self.ours, ours), _followed(self.theirs, theirs)
        for element, other in found:
            below = self.ours.children[element.code], self.theirs.children[other.code]
            waiting.append((*below, followed[0][element.code], followed[1][other.code]))
        return waiting

    def _take(self, pairs, doubt=None):
        for element, other in pairs:
            self.ours.taken.add(element.code)
            self.theirs.taken.add(other.code)
            self.pairs.found[element.code] = other
            if said := doubt or _doubt(element, other):
                self.pairs.doubts[element.code] = said
        return pairs

    def _alike(self, ours, theirs):
        """Return pairs in order, of the same kind, that hold the most in common."""

        def score(element, other):
            if element.kind != other.kind or (element.numbers and other.numbers):
                return 0
            held, others = self.ours.held[element.code], self.theirs.held[other.code]
            shared = sum((held & others).values()) if held and others else 0
            if _shape(element) == _shape(other):
                return 2 + 2 * shared
            return 2 * shared

        return _in_order(ours, theirs, score)

    def _through(self, ours, theirs, more_ours, more_theirs):
        """Pair what is left with what stands further in in the other document."""
        found = []
        for pair in self._deeper(self.ours, self.theirs, ours, theirs, more_theirs):
            found += self._take([pair], DEPTH)
        for other, element in self._deeper(self.theirs, self.ours, theirs, ours, more_ours):
            found += self._take([(element, other)], DEPTH)
        return found

    @staticmethod
    def _deeper(tree, other_tree, elements, others, more):
        """Return the pairs of elements with what stands below others, or is more there."""
        left, found = tree.free(elements), []
        outer, more = other_tree.free(others), other_tree.free(more)
        while left and (outer or more):
            inner = other_tree.below(outer) + more
            # Below a statement stand its own; below a heading, what would without it.
            listed = other_tree.below([each for each in outer if not _shape(each)]) + more
            pairs = other_tree.likely(_numbered(left, inner)) or _listed(left, listed)
            found += pairs
            taken = {id(element) for pair in pairs for element in pair}
            left = [each for each in left if id(each) not in taken]
            outer, more = [each for each in inner if id(each) not in taken], []
        return found


def _doubt(element, other):
    number, other_number = element.numbers[-1:], other.numbers[-1:]
    if element.kind == other.kind and (not number or not other_number
                                       or number == other_number):  # fmt: skip
        return None
    return NUMBER if number == other_number != () else PLACE


def _shape(element):
    """Return whether an element is numbered, has a bullet, or neither."""
    return "1" if element.numbers else element.marker and "-"


def _numbered(ours, theirs):
    """Return the pairs of those that alone have their number: of their kind, or of all."""
    found = []
    for key in (lambda each: (each.kind, each.numbers[-1]), lambda each: each.numbers[-1]):
        taken = {id(element) for pair in found for element in pair}
        first, second = (
            _alone(
                [each for each in elements if each.numbers and id(each) not in taken], key
            )
            for elements in (ours, theirs)
        )
        found += [(first[each], second[each]) for each in first if each in second]
    return found


def _alone(elements, key):
    """Return {key: element} of the keys that only one element has."""
    counts = Counter(map(key, elements))
    return {key(element): element for element in elements if counts[key(element)] == 1}


def _listed(ours, theirs):
    """Return the pairs of two lists of as many bullets, or nothing.

    A single one tells too little, unless its kind is that of the other.
    """
    pairs = list(zip(ours, theirs, strict=False))
    is_alike = (
        len(ours) == len(theirs)
        and all(_shape(element) == _shape(other) == "-" for element, other in pairs)
        and (len(pairs) > 1 or ours[0].kind == theirs[0].kind)
    )
    return pairs if is_alike else []


def _same_place(ours, theirs):
    """Return the pairs of what is left: all, or kind by kind, where they are as many."""
    if len(ours) == len(theirs):
        return list(zip(ours, theirs, strict=True))
    found = []
    for kind in dict.fromkeys(element.kind for element in ours):
        alike = [
            [element for element in elements if element.kind == kind]
            for elements in (ours, theirs)
        ]
        if len(alike[0]) == len(alike[1]):
            found += zip(*alike, strict=True)
    return found


def _followed(tree, siblings):
    """Return {code: what stands below those right after it that have no counterpart}."""
    found, last = defaultdict(list), None
    for element in siblings:
        if element.code in tree.taken:
            last = element.code
        elif last is not None:
            found[last] += tree.below([element])
    return found


def _in_order(ours, theirs, score):
    """Return the pairs, none of which cross, whose scores sum up to the most.

    The earliest where several do. A pair that scores 0 is none.
    """
    if len(ours) * len(theirs) > _MOST_COMPARED:
        return [pair for pair in zip(ours, theirs, strict=False) if score(*pair)]
    scores = [[score(element, other) for other in theirs] for element in ours]
    best = [[0] * (len(theirs) + 1) for _each in range(len(ours) + 1)]
    for at in range(len(ours) - 1, -1, -1):
        here, after = best[at], best[at + 1]
        for place in range(len(theirs) - 1, -1, -1):
            paired = scores[at][place] and scores[at][place] + after[place + 1]
            here[place] = max(paired, after[place], here[place + 1])
    found, at, place = [], 0, 0
    while at < len(ours) and place < len(theirs):
        value = scores[at][place]
        if value and best[at][place] == value + best[at + 1][place + 1]:
            found.append((ours[at], theirs[place]))
            at, place = at + 1, place + 1
        elif best[at][place] == best[at + 1][place]:
            at += 1
        else:
            place += 1
    return found
