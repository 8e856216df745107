"""Compare two versions of a text by its words, in English and in Japanese."""

import re
import unicodedata
from difflib import SequenceMatcher

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

    The words that were taken out or put in, of all words of both versions.
    """
    old, new = words(before), words(after)
    if not old and not new:
        return 0.0
    return 1.0 - SequenceMatcher(None, old, new, autojunk=False).ratio()


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
    are read, not words by turns.
    """
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    steps = SequenceMatcher(None, old, new, False).get_opcodes()
    found, taken, put = [], "", ""
    for number, (kind, i1, i2, j1, j2) in enumerate(steps):
        piece = "".join(old[i1:i2])
        is_between = 0 < number < len(steps) - 1 and not re.search(r"\w", piece)
        if kind != "equal" or is_between:
            taken, put = taken + piece, put + "".join(new[j1:j2])
            continue
        found += [("out", taken), ("in", put), ("same", piece)]
        taken, put = "", ""
    found += [("out", taken), ("in", put)]
    return [(kind, piece) for kind, piece in found if piece]
