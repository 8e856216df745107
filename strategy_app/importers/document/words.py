"""Of words alone: how lines are joined, where sentences end, what is a title."""

import re
from itertools import pairwise

from strategy_app.forms.draft import literal

MOST_TITLE = 300
# A title on a line of its own is short and no sentence.
_MOST_LINE = 80
_MOST_WIDE_TITLE, _MOST_TITLE_WORDS = 30, 10
_SHORT, _LONG = 20, 40
_END = 50

_WIDE = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff01-\uffee]")
_TERMINAL = re.compile(r"[.!?。！？．:：;；」』)）\]】＞〉》][*_\"'”’]*\Z")
_SENTENCE = re.compile(r"[。！？](?=.)|[.!?](?=\s+[A-Z\u3040-\u9fff(\"“*])", re.DOTALL)
# What a stop stands behind without ending a sentence: "St.", "vs.", "U.S.", "J."
_ABBREVIATED = re.compile(
    r"(?:\b(?:St|Dr|Mr|Mrs|Ms|Prof|vs|cf|No|Nos|Fig|Vol|Art|Sec|approx|Jr|Sr|Inc|Ltd|Co|Mt|Gov"
    r"|e\.g|i\.e)|(?<![^\W_])[A-Z])\Z"
)
# Of footnotes, behind the word or the stop that they are about.
_REFERENCES = re.compile(r"(?:\[[0-9]{1,4}\])+\Z")
_RUN_IN = re.compile(
    r"\*\*(?P<inner>[^*\n]+(?:\*(?!\*)[^*\n]+)*)\*\*(?P<after>\s*[:：。．.–—]?)\s*"
)
_ENDS_TITLE = (":", "：", "。", ".", "．", "–", "—")


def roman(number: int) -> str:
    """Return a number below 30 in small Roman digits."""
    ones = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
    return "x" * (number // 10) + ones[number % 10]


def join(before: str, after: str) -> str:
    """Return two lines as one: Japanese without, other scripts with a space between."""
    if not before or not after:
        return before + after
    is_hyphenated = re.search(r"[^\W\d_]-\Z", before[-2:]) is not None
    if is_hyphenated or (_WIDE.match(before[-1]) and _WIDE.match(after[0])):
        return before + after
    return f"{before} {after}"


def join_all(lines: list[str]) -> str:
    """Return lines as one text (see ``join``)."""
    found = []
    for before, after in pairwise(lines):
        # What stands between two lines is told by their ends.
        end = before[-2:]
        found += [before, join(end, after[:1])[len(end) : -1]]
    return "".join([*found, lines[-1]])


def ends_sentence(text: str) -> bool:
    """Whether a text ends as a sentence does."""
    return _TERMINAL.search(text[-_END:].rstrip()) is not None


def is_cut(before: str, after: str) -> bool:
    """Whether a page break between two texts is likely to stand within a sentence."""
    before, after = _REFERENCES.sub("", before.rstrip()), after.lstrip()
    if not before or not after or ends_sentence(before):
        return False
    if before.endswith((",", "、", "，", "-")) or after[0].islower():
        return True
    return len(before) >= (_SHORT if _WIDE.match(before[-1]) else _LONG)


def is_surely_cut(before: str, after: str) -> bool:
    """Whether two texts are one sentence, whatever stands between them."""
    before = before.rstrip()
    if before.endswith((",", "、", "，")):
        return True
    is_long = len(before) >= _SHORT and not ends_sentence(before)
    return is_long and after.lstrip()[:1].islower()


def is_title_line(text: str) -> bool:
    """Whether a line of its own may be a title: short, and not a sentence."""
    return 0 < len(text) <= _MOST_LINE and not re.search(
        r"[.。！？!?、,;]\Z", text.rstrip()
    )


def is_lone_title(text: str) -> bool:
    """Whether a paragraph of its own reads as a title where nothing marks any."""
    if not is_title_line(text) or re.search(r"[:：「（(\[]\Z|^[\[(（]|[。|]", text):
        return False
    if _WIDE.search(text):
        return len(text) <= _MOST_WIDE_TITLE and "、" not in text
    return text[0].isupper() and len(text.split()) <= _MOST_TITLE_WORDS


def is_all_bold(text: str) -> bool:
    """Whether nothing in a text is not bold."""
    match = _RUN_IN.match(text)
    return match is not None and match.end() == len(text)


def run_in(text: str, *, is_item: bool = False) -> tuple[str, str] | None:
    """Return the bold title that a text begins with and what follows it, or None.

    Bold words are a title when a colon, a stop or a dash ends them: "**Openness:** ...";
    in an item of a list several words also when a sentence begins behind them.
    """
    match = _RUN_IN.match(text)
    if match is None or match.end() == len(text):
        return None
    inner = match["inner"].strip()
    begins = is_item and " " in inner and text[match.end()].isupper()
    if not (match["after"].strip() or inner.endswith(_ENDS_TITLE) or begins):
        return None
    return inner.rstrip(":：").strip() or inner, text[match.end() :]


def without_bold(text: str) -> str:
    """Return a text without the signs around bold words."""
    return text.replace("**", "").strip()


def titled(text: str, *, is_item: bool = False) -> tuple[str, str]:
    """Return title and body of a statement, one of a list or not.

    A bold run-in title, else the text itself when it is one sentence that fits; else the
    first sentence, or as much of it as fits, with the whole text as the body.
    """
    if split := run_in(text, is_item=is_item):
        title, body = split
        title = without_bold(title)
        if len(title) <= MOST_TITLE:
            return title, body
        return shortened(title), text
    plain = without_bold(text)
    end = next(_ends(plain), None)
    if end is None and len(plain) <= MOST_TITLE:
        return plain, "" if plain else text
    return shortened(plain if end is None else plain[:end]), text


def _ends(text):
    """Yield where the sentences of a text end, but for the last."""
    for end in _SENTENCE.finditer(text):
        before = text[max(end.start() - 10, 0) : end.start()]
        if end[0] != "." or not _ABBREVIATED.search(before):
            yield end.start()


def shortened(text: str, most: int = MOST_TITLE) -> str:
    """Return a text of at most so many characters, cut after a word."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    if " " in cut[most // 2 :] and not text[most - 1].isspace():
        cut = cut.rpartition(" ")[0]
    return cut.rstrip() + "…"


def whole(marker: str, title: str, body: str) -> str:
    """Return marker, title and body as one Markdown text that says nothing twice."""
    if not title and not body:
        return ""
    title = literal(title)
    if _says(without_bold(body), title):
        title = ""
    text = "\n\n".join(part for part in (title, body) if part)
    return f"{marker} {text}" if marker else text


def _says(body, title):
    """Whether a body begins with its title as ``titled`` makes one of it.

    That is a sentence without its end, or as much of one as fits.
    """
    if title.endswith("…"):
        return body.startswith(title.removesuffix("…"))
    return body.startswith(title) and body[len(title) :][:1] in ("", *".!?。！？")
