"""What stands before a heading or a statement: bullets, numbers, "Key Point 2", 第1章."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from strategy_app.importers.document import words

_D = "[0-9０-９]{1,3}"
_K = "[一二三四五六七八九十]{1,3}"
_OPEN, _CLOSE = "[(（]", "[)）]"
_DASH = "[-－‐‑–—.．]"
_JAPANESE = "\u3040-\u30ff\u3400-\u9fff々〆「『（【〔"
# What may follow a number directly: a space, or the Japanese sentence itself.
_THEN = rf"(?:\s+|(?=[{_JAPANESE}*])|$)"

_KANA = "アイウエオカキクケコサシスセソタチツテト"
_HALF = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄ"
_A = f"[{_KANA}{_HALF}]"
# One letter alone may be the initial of a name, whose next one follows, or a word.
_ROMAN_NUMBER = r"(?=[IVX])X{0,2}(?:IX|IV|V?I{0,3})"

# How markers are usually nested where nothing is indented: the lower the further out.
_RANKED = [
    (1, re.compile(rf"{_K}[、．.]\s*")),
    (1, re.compile(rf"{_ROMAN_NUMBER}(?:[．、]\s*|\.{_THEN}(?![a-z]|[A-Z]\.))")),
    (1, re.compile(r"[Ⅰ-Ⅻ](?:[.．、)）]\s*|\s+|$)")),
    (3, re.compile(rf"{_OPEN}\s*{_D}(?:{_DASH}{_D}){{1,4}}\s*{_CLOSE}\s*")),
    (3, re.compile(rf"{_D}(?:[-－]{_D}){{1,4}}[.．)）]?(?:\s+|(?=[{_JAPANESE}*]))")),
    (2, re.compile(rf"{_D}(?:[.．]{_D}){{1,4}}[.．]?(?:\s+(?=[A-Z*{_JAPANESE}])"
                   rf"|(?=[{_JAPANESE}*]))")),
    (2, re.compile(rf"{_D}(?:[．、）]\s*|[.)]{_THEN})")),
    (2, re.compile(r"[⒈-⒛]\s*")),
    (4, re.compile(rf"{_OPEN}\s*(?:{_D}|{_K})\s*{_CLOSE}\s*")),
    (4, re.compile(r"[⑴-⒇㈠-㈩]\s*")),
    (5, re.compile(r"[①-⑳㉑-㉟❶-❿]\s*")),
    (6, re.compile(rf"(?:{_A}[.．、)）]|{_OPEN}\s*{_A}\s*{_CLOSE})\s*|{_A}[\u3000 ]+")),
    (6, re.compile(r"[ⅰ-ⅻ](?:[.．、)）]\s*|\s+|$)")),
    (6, re.compile(rf"(?:{_OPEN}(?:[a-zA-Z]|[ivx]{{2,4}}|[IVX]{{2,4}}|[ⅰ-ⅻⅠ-Ⅻ]){_CLOSE}"
                   r"|(?:[a-z]|[ivx]{2,4})[.)]|[A-Z]\))\s+")),
    (7, re.compile(r"[■◆●▶➢❖]\s*")),
    (8, re.compile(r"[□◇○◎◦▪▫‣•✓]\s*|[-*+–—](?:\s+|$)")),
    (9, re.compile(r"[・･·]\s*")),
]  # fmt: skip
_ROMAN = {words.roman(number): number for number in range(1, 30)}
_KANJI = "一二三四五六七八九"
_FIRST_BULLET = 7

# A word that says what it is, with its number. Only the number may be missing its space.
_LABEL = re.compile(
    rf"""(?:
        (?P<english>(?:strategic\s+)?(?:key\s+(?:points?|results?)|kr|(?:priority|focus)\s+areas?
            |priorit(?:y|ies)|pillars?|aims?|objectives?|goals?|targets?|missions?|purposes?
            |drivers?|global\s+issues?|indicators?|themes?|recommendations?|commitments?
            |actions?|principles?|outcomes?|outputs?|measures?|milestones?|perspectives?
            |initiatives?|chapter|section|part|article|appendix|annex))
        \s*(?:no\.?\s*)?(?P<english_number>{_D}(?:[.]{_D})?)(?![0-9A-Za-z%])
        |(?P<japanese>重点事項|重点項目|重点課題|重点施策|重点|要点|基本目標|政策目標|目標|目的|ねらい
            |使命|原動力|地球規模課題|課題|指標|柱|基本方針|方針|具体的施策|施策|取組|戦略)
        \s*(?P<japanese_number>{_D}|[①-⑳])(?![0-9０-９年月%％つ])
        |第\s*(?P<ordinal>{_D}|{_K})\s*(?P<unit>の柱|の重点|重点|目標|部|章|節|項|条)
            (?=[\s:：、，．.「『【（(]|[{_JAPANESE}]|$)
    )\s*[:：.．、，)）]?\s*(?:[-–—]\s+)?""",
    re.VERBOSE | re.IGNORECASE,
)
_UNITS = {"部": 1, "章": 2, "節": 3, "項": 4, "条": 4, "part": 1, "chapter": 2,
          "section": 3, "article": 4, "appendix": 2, "annex": 2}  # fmt: skip
_BELOW_UNITS = 5


@dataclass(frozen=True)
class Marker:
    """What stood before a text: as written, what it counts, how far in such ones stand.

    ``label`` is the word of "Key Point 2", in lower case, and "" for mere numbers.
    """

    text: str
    numbers: tuple[int, ...] = ()
    rank: float = _FIRST_BULLET + 1
    label: str = ""

    @property
    def is_bullet(self) -> bool:
        """Whether it counts nothing."""
        return not self.numbers

    def follows(self, other: "Marker") -> bool:
        """Whether it is the next number after another one that is written alike."""
        *outer, last = other.numbers or (0,)
        return self.rank == other.rank and self.numbers == (*outer, last + 1)

    @property
    def style(self) -> str:
        """How it writes its number, digits being 0: "(0)" of "- (2)"; "" of other signs."""
        sign = unicodedata.normalize("NFKC", self.text.split()[-1])
        return re.sub(r"[0-9]+", "0", sign) if re.search("[0-9]", sign) else ""

    @property
    def level(self) -> int:
        """How deep a heading stands that only its label shows."""
        return _UNITS.get(self.label, _BELOW_UNITS)


def split_marker(text: str) -> tuple[Marker | None, str]:
    """Return the number or bullet before a text, or None, and what follows it.

    Bold signs around both stay around what follows: "**1. Title**" is "1." and "**Title**".
    """
    bold = "**" if text.startswith("**") else ""
    inner = text[len(bold) :]
    for rank, pattern in _RANKED:
        match = pattern.match(inner)
        if match and not (bold and rank >= _FIRST_BULLET):
            sign = match[0].strip()
            numbers = () if rank >= _FIRST_BULLET else _numbers(sign)
            rest = inner[match.end() :]
            # Bold that only the number had ends with it.
            rest = rest.removeprefix("**").lstrip() if _closes(bold, rest) else bold + rest
            # 2.1 stands below 2, though written alike.
            return Marker(sign, numbers, rank + max(len(numbers) - 1, 0) / 10), rest
    return None, text


_MOST_BEFORE = 20
_PLAIN = re.compile(rf"([1-9][0-9]?)\s+(?=[A-Z*「{_JAPANESE}])")


def plain_number(text: str) -> int | None:
    """Return the number that a text begins with, without any sign behind it, or None."""
    match = _PLAIN.match(text[:_MOST_BEFORE].lstrip(" >"))
    return int(match[1]) if match else None


def split_plain_number(text: str) -> tuple[Marker | None, str]:
    """Return the mere number before a text, or None, and what follows it: "1 Purpose"."""
    match = _PLAIN.match(text)
    if match is None:
        return None, text
    return Marker(match[1], (int(match[1]),), 2), text[match.end() :]


# A document's own code before a text: SO1.1, KP-2.
_CODE = re.compile(
    r"(?P<code>(?P<letters>[A-Z]{1,6})-?(?P<numbers>[0-9]{1,3}(?:[.-][0-9]{1,3}){0,4}))"
    r"(?:\s*[:：.]\s*|\s+|\Z)"
)


def split_code(text: str, rank: float = 2) -> tuple[Marker | None, str]:
    """Return a code before a text, or None, and what follows it; its label is its letters.

    It may be a mere word, such as G7: ``letters_of_codes`` tells.
    """
    match = _CODE.match(text)
    if match is None:
        return None, text
    marker = Marker(match["code"], _numbers(match["numbers"]), rank, match["letters"])
    return marker, text[match.end() :]


def letters_of_codes(texts: Iterable[str]) -> set[str]:
    """Return the letters with which the codes of a document begin.

    Several of its texts begin with different ones, of which one counts the first.
    """
    found = defaultdict(set)
    for text in texts:
        marker, _rest = split_code(text)
        if marker is not None:
            found[marker.label].add(marker.numbers)
    return {
        letters for letters, codes in found.items()
        if len(codes) > 1 and any(1 in (code[0], code[-1]) for code in codes)
    }  # fmt: skip


def own_number(outer: Marker, text: str) -> tuple[Marker, str]:
    """Return the marker of a list's item, whose own number comes before its list's.

    Of "- (2-1) Text" the number in brackets is the marker, at the place of the bullet.
    """
    inner, rest = split_marker(text)
    if inner is None or not inner.numbers or inner.text[0] not in "(（":
        return outer, text
    sign = inner.text if outer.is_bullet else f"{outer.text} {inner.text}"
    return Marker(sign, inner.numbers, outer.rank), rest


def split_label(text: str) -> tuple[Marker | None, str]:
    """Return the labelled number before a text ("Key Point 2:", "第1章"), and the rest."""
    bold = "**" if text.startswith("**") else ""
    inner = text[len(bold) :]
    match = _LABEL.match(inner)
    if match is None:
        return None, text
    number = match["english_number"] or match["japanese_number"] or match["ordinal"]
    label = match["english"] or match["japanese"] or match["unit"]
    rest = inner[match.end() :]
    rest = rest.removeprefix("**").lstrip() if _closes(bold, rest) else bold + rest
    label = re.sub(r"\s+", " ", label.lower())
    return Marker(match[0].strip(), _numbers(number), 0, label), rest


def _closes(bold, rest):
    return bold and rest.startswith("**")


def _numbers(sign):
    """Return what a marker counts: (2, 1) for "(2-1)", (3,) for ③, 三 and c."""
    plain = unicodedata.normalize("NFKC", sign).lower()
    if digits := re.findall(r"[0-9]+", plain):
        return tuple(int(digit) for digit in digits)
    if "❶" <= sign[0] <= "❿":
        return (ord(sign[0]) - ord("❶") + 1,)
    word = re.sub(r"[^\w]", "", plain)
    if word in _ROMAN:
        return (_ROMAN[word],)
    if word and all(letter in _KANJI + "十" for letter in word):
        return (_kanji(word),)
    if word[:1] and word[0] in _KANA:
        return (_KANA.index(word[0]) + 1,)
    return (ord(word[0]) - ord("a") + 1,) if "a" <= word[:1] <= "z" else ()


def _kanji(word):
    """Return the number that kanji write: 十二 is 12."""
    tens, ten, ones = word.rpartition("十")
    if not ten:
        return int("".join(str(_KANJI.index(letter) + 1) for letter in word))
    of = _KANJI.find(tens[-1:]) + 1 if tens[-1:] else 1
    return of * 10 + (_KANJI.find(ones[:1]) + 1 if ones else 0)
