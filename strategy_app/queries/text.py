"""Compare two versions of a text by its words, in English and in Japanese."""

import re
import unicodedata
from collections.abc import Iterator
from difflib import Match, SequenceMatcher
from itertools import accumulate, chain, groupby, takewhile
from operator import itemgetter

# More than this share of the words changed, and a change is taken for a material one.
EDITORIAL_SHARE = 0.2

# Japanese is written without spaces: each of its characters stands for a word.
_WORD = re.compile(
    r"[\u3005-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[^\W\u3005-\u9fff]+"
)


def words(text: str) -> list[str]:
    """Return the words of a text; punctuation, spaces, case and width do not count."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def share_changed(before: str, after: str) -> float:
    """Return how much of a text has changed: 0.0 (no word) to 1.0 (every one).

    The words that were taken out or put in, of all words of both versions. Of very long
    texts that have little in common it may be more than it would have to be.
    """
    old, new = (
        [words(sentence) for sentence in _sentences(unicodedata.normalize("NFKC", text))]
        for text in (before, after)
    )
    number = sum(map(len, chain(old, new)))
    if not number:
        return 0.0
    same = sum(len(some) for is_same, some, _same in _steps(old, new) if is_same)
    return 1.0 - 2 * same / number


def is_material(before: str, after: str) -> bool:
    """Whether more of the words has changed than a correction would."""
    return before != after and share_changed(before, after) > EDITORIAL_SHARE


# Words, single Japanese characters, and whatever stands between, so that the pieces
# joined are the text.
_PIECE = re.compile(
    r"[\u3005-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[^\W\u3005-\u9fff]+|\s+|."
)


def difference(before: str, after: str) -> list[tuple[str, str]]:
    """Return two versions as one text: ("same" | "out" | "in", piece) in order.

    The pieces but those put in are ``before``; the pieces but those taken out ``after``.
    What stands between two changes counts as changed where it has no word in it: phrases
    are read, not words by turns. Very long texts that have little in common are shown as
    taken out and put in by more than a phrase.
    """
    old, new = (
        [_PIECE.findall(sentence) for sentence in _sentences(text)]
        for text in (before, after)
    )
    steps = [
        (is_same, *("".join(chain(*side)) for side in list(zip(*some, strict=True))[1:]))
        for is_same, some in groupby(_steps(old, new), itemgetter(0))
    ]
    found, taken, put = [], "", ""
    for number, (is_same, piece, other) in enumerate(steps):
        is_between = 0 < number < len(steps) - 1 and not re.search(r"\w", piece)
        if not is_same or is_between:
            taken, put = taken + piece, put + other
            continue
        found += [("out", taken), ("in", put), ("same", piece)]
        taken, put = "", ""
    found += [("out", taken), ("in", put)]
    return [(kind, piece) for kind, piece in found if piece]


# --- texts of any length ---

# Texts of more words than that, both together, are compared by their sentences first.
_AT_ONCE = 4_000
# More replaced words than that, in as many sentences, are compared one by one.
_TOO_LONG = 1_000
# After so many comparisons (less than a second) whatever is left counts as changed.
_MOST_WORK = 5_000_000

# With the spaces after it, so that no space is cut in two.
_SENTENCE = re.compile(r"[^.!?。！？\n]*(?:[.!?。！？\n]\s*)+|[^.!?。！？\n]+")


def _sentences(text):
    """Return the sentences of a text; joined they are the text."""
    return _SENTENCE.findall(text)


class _Matcher(SequenceMatcher):
    """A SequenceMatcher whose work has an end: it would take hours for some texts."""

    def __init__(self, old: list, new: list, work: int):
        super().__init__(None, old, new, autojunk=False)
        self.left = work
        # To look for a word of ``old`` costs one step for each place where it stands.
        costs = (1 + len(self.b2j.get(word, ())) for word in old)
        self._costs = [0, *accumulate(costs)]

    def find_longest_match(self, alo, ahi, blo, bhi):
        """Return nothing once the work that is left would not do."""
        cost = self._costs[ahi] - self._costs[alo]
        if cost > self.left:
            return Match(alo, blo, 0)
        self.left -= cost
        return super().find_longest_match(alo, ahi, blo, bhi)


def _steps(
    old: list[list[str]], new: list[list[str]]
) -> Iterator[tuple[bool, list[str], list[str]]]:
    """Yield (whether it stayed the same, words before, words after), in order.

    old, new: sentences of words. Where the texts are long, only what lies between
    sentences that stayed the same is compared word by word.
    """
    work, outer = _MOST_WORK, [("replace", 0, len(old), 0, len(new))]
    if sum(map(len, chain(old, new))) > _AT_ONCE:
        outer, work = _opcodes(list(map(tuple, old)), list(map(tuple, new)), work)
        outer = chain.from_iterable(_paired(step, old) for step in outer)
    for kind, i1, i2, j1, j2 in outer:
        some, others = list(chain(*old[i1:i2])), list(chain(*new[j1:j2]))
        if kind == "equal":
            yield True, some, others
            continue
        inner, work = _opcodes(some, others, work)
        for kind, a1, a2, b1, b2 in inner:
            yield kind == "equal", some[a1:a2], others[b1:b2]


def _paired(step, old):
    """Return a step as one for each sentence, where many were replaced by as many.

    So a long text of which every sentence was mended a little is still compared by words.
    """
    kind, i1, i2, j1, j2 = step
    is_long = sum(map(len, old[i1:i2])) > _TOO_LONG
    if kind != "replace" or i2 - i1 != j2 - j1 or not is_long:
        return [step]
    return [(kind, i1 + n, i1 + n + 1, j1 + n, j1 + n + 1) for n in range(i2 - i1)]


def _opcodes(old, new, work):
    """Return how one list becomes the other, and what is left of the work.

    What they begin and end with alike is set apart, and is no work.
    """
    begin = _number_alike(old, new)
    end = _number_alike(old[begin:][::-1], new[begin:][::-1])
    matcher = _Matcher(old[begin : len(old) - end], new[begin : len(new) - end], work)
    middle = [
        (kind, i1 + begin, i2 + begin, j1 + begin, j2 + begin)
        for kind, i1, i2, j1, j2 in matcher.get_opcodes()
    ]
    last = ("equal", len(old) - end, len(old), len(new) - end, len(new))
    return [("equal", 0, begin, 0, begin), *middle, last], matcher.left


def _number_alike(old, new):
    """Return with how many of the same both begin."""
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False))
    return sum(1 for _pair in pairs)
