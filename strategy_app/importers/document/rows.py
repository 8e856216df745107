"""What a document proposes, as rows that somebody corrects, and the draft they make.

A row is plain values, to be stored as JSON. Row 0 is the document itself: its titles name
the revision, its bodies are the preface. The others are elements in the document's order;
``depth`` says how many of them a row stands below, so its parent is the nearest row above
it that is less deep. A row that is used as text alone joins the element above it.
"""

from collections.abc import Iterable, Iterator

from django.utils import translation
from django.utils.translation import gettext as _

from strategy_app.importers.document import words
from strategy_app.importers.document.blocks import Block
from strategy_app.importers.document.draft import Draft, Element
from strategy_app.importers.document.match import beside
from strategy_app.importers.document.outline import outline
from strategy_app.models import ElementType

ALIGNABLE, CONTEXT, TEXT = "alignable", "context", "text"
LANGUAGES = ("en", "ja")
MOST_NAME = 100


def source_of(blocks: list[Block]) -> list[list]:
    """Return [line, text as it stood] of each block, in their order."""
    return [[block.line, f"{block.marker} {block.text}".strip()] for block in blocks]


def rows_of(
    blocks: dict[str, list[Block]], name: str = "", types: Iterable[ElementType] = ()
) -> list[dict]:
    """Return the rows that a document proposes, with the other language's beside it.

    blocks: by language, that of the document first; name: what the revision is called, the
    document's title when it is empty; types: as ``outline`` takes them. What only the other
    document has becomes rows that are text. Notes are in both languages: who reads them
    later may have chosen the other.
    """
    found, others = (_rows_told_in(told_in, blocks, name, types) for told_in in LANGUAGES)
    for row, other in zip(found, others, strict=True):
        for note, twin in zip(row["notes"], other["notes"], strict=True):
            note["message"] = dict(
                zip(LANGUAGES, (note["message"], twin["message"]), strict=True)
            )
    return found


def _rows_told_in(language, blocks, name, types):
    """Return the rows with their notes in a language."""
    with translation.override(language):
        drafts = [
            outline(each, language=code, types=types) for code, each in blocks.items()
        ]
        if len(drafts) == 1:
            return _rows(drafts[0], None, blocks, name)
        return _rows(beside(*drafts), drafts[1], blocks, name)


def _rows(draft, other, blocks, name):
    rows = [_document_row(draft, name), *_element_rows(draft)]
    if other is not None:
        rows = _with_lone(rows, other)
    for language, each in blocks.items():
        held = {number for row in rows for number in row["blocks"][language]}
        rows[0]["blocks"][language] = [
            block.number for block in each if block.number not in held
        ]
    _give_notes(rows, draft)
    return rows


def _row(**fields):
    return {
        "code": "", "kind": "", "use": CONTEXT, "depth": 0, "numbers": [],
        "title_en": "", "title_ja": "", "body_en": "", "body_ja": "",
        "markers": {}, "blocks": {language: [] for language in LANGUAGES},
        "notes": [], "is_seen": False,
    } | fields  # fmt: skip


def _texts(language, title, body):
    return {f"title_{language}": title, f"body_{language}": body}


def _document_row(draft, name):
    row = _row(
        **_texts(draft.language, words.shortened(name or draft.title, MOST_NAME),
                 draft.preface)
    )  # fmt: skip
    if draft.other_language:
        title = words.shortened(draft.other_title, MOST_NAME)
        row |= _texts(draft.other_language, title, draft.other_preface)
    return row


def _element_rows(draft):
    depths = {None: -1}
    for element in draft.elements:
        depths[element.code] = depths[element.parent] + 1
        row = _element_row(draft.language, element, depths[element.code])
        if element.other_blocks:
            row |= _texts(draft.other_language, element.other_title, element.other_body)
            row["markers"][draft.other_language] = element.other_marker
            row["blocks"][draft.other_language] = list(element.other_blocks)
        yield row


def _element_row(language, element, depth):
    row = _row(
        code=element.code,
        kind=element.kind,
        use=ALIGNABLE if element.is_alignable else CONTEXT,
        depth=depth,
        numbers=list(element.numbers),
        markers={language: element.marker},
        **_texts(language, element.title, element.body),
    )
    row["blocks"][language] = list(element.blocks)
    return row


def _with_lone(rows, other):
    """Return the rows with what only the other document has, each after what it follows."""
    matched = {
        row["blocks"][other.language][0]: row
        for row in rows if row["blocks"][other.language]
    }  # fmt: skip
    found, follows, codes = list(rows), rows[0], {row["code"] for row in rows}
    depths = {None: -1}
    for element in other.elements:
        depths[element.code] = depths[element.parent] + 1
        if row := matched.get(element.blocks[0]):
            depths[element.code] = row["depth"]
        else:
            row = _element_row(other.language, element, depths[element.code])
            row["use"] = TEXT
            # It has to be named anew should it become an element.
            row["code"] = "" if element.code in codes else element.code
            message = _("Only one of the two documents has this.")
            row["notes"].append(_note(element.line, other.language, message))
            found.insert(_place_after(found, follows, row["depth"]), row)
        follows = row
    level(found)
    return found


def _place_after(rows, follows, depth):
    """Return where a row of some depth goes: after one, and what is deeper below that."""
    place = next(at for at, row in enumerate(rows) if row is follows) + 1
    while place < len(rows) and rows[place]["depth"] > depth:
        place += 1
    return place


def level(rows: list) -> None:
    """Let no row stand more than one step deeper than the one above it."""
    deepest = 0
    for row in rows[1:]:
        row["depth"] = max(0, min(row["depth"], deepest))
        deepest = row["depth"] + 1


def _note(line, language, message, text=""):
    return {"line": line, "language": language, "message": str(message), "text": text}


def _give_notes(rows, draft):
    """Put each note beside the row that its block is in."""
    at = {
        (language, number): row
        for row in rows
        for language, numbers in row["blocks"].items()
        for number in numbers
    }
    for note in draft.notes:
        text = note.text if note.is_left_out else ""
        at.get((note.language, note.block), rows[0])["notes"].append(
            _note(note.line, note.language, note.message, text)
        )


def elements_in(rows: list) -> Iterator[tuple[int, dict]]:
    """Yield (number, row) of the rows that are elements."""
    for number, row in enumerate(rows[1:], start=1):
        if row["use"] != TEXT:
            yield number, row


def places_of(rows: list, number: int) -> list[int]:
    """Return the elements that a row can stand below where it is, outermost first."""
    places, deepest = [], None
    for above in range(number - 1, 0, -1):
        if deepest is None or rows[above]["depth"] < deepest:
            deepest = rows[above]["depth"]
            if rows[above]["use"] != TEXT:
                places.append(above)
    return places[::-1]


def parent_of(rows: list, number: int) -> int:
    """Return the row that a row stands below, 0 at the top."""
    above = [place for place in places_of(rows, number)
             if rows[place]["depth"] < rows[number]["depth"]]  # fmt: skip
    return above[-1] if above else 0


def is_empty(row: dict) -> bool:
    """Whether nothing is left of a row, its text having been laid beside another one's."""
    return row["use"] == TEXT and not any(text_of(row, code) for code in LANGUAGES)


def places_for_text(rows: list, number: int, language: str) -> list[int]:
    """Return the rows that have no text in a language and could take this row's."""
    if not number or not text_of(rows[number], language):
        return []
    return [
        place for place, row in enumerate(rows)
        if place and place != number
        and not text_of(row, language) and not is_empty(row)
    ]  # fmt: skip


def draft_of(rows: list, languages: list[str]) -> Draft:
    """Return the draft that rows make; every word of theirs is in it.

    languages: that of the document, and the other one's where there are two.
    """
    first, second = [*languages, ""][:2]
    bodies = _bodies(rows)
    found = Draft(
        language=first,
        title=rows[0][f"title_{first}"],
        preface=bodies[0, first],
        other_language=second,
        other_title=rows[0][f"title_{second}"] if second else "",
        other_preface=bodies[0, second] if second else "",
    )
    path = []  # the elements above, as (depth, code)
    for number, row in enumerate(rows[1:], start=1):
        while path and path[-1][0] >= row["depth"]:
            path.pop()
        if row["use"] == TEXT:
            continue
        element = Element(
            code=row["code"],
            parent=path[-1][1] if path else None,
            kind=row["kind"],
            title=row[f"title_{first}"],
            body=bodies[number, first],
            blocks=row["blocks"][first],
            marker=row["markers"].get(first, ""),
            numbers=tuple(row["numbers"]),
            is_alignable=row["use"] == ALIGNABLE,
        )
        if second:
            element.other_title = row[f"title_{second}"]
            element.other_body = bodies[number, second]
            element.other_marker = row["markers"].get(second, "")
        found.elements.append(element)
        path.append((row["depth"], row["code"]))
    return found


def _bodies(rows):
    """Return {(row, language): body}, the rows that are text having joined another one."""
    bodies, above = {}, dict.fromkeys(LANGUAGES, 0)
    for number, row in enumerate(rows):
        for language in LANGUAGES:
            body = row[f"body_{language}"]
            bodies[number, language] = body
            if number and row["use"] == TEXT:
                place = (above[language], language)
                parts = (bodies[place], text_of(row, language))
                bodies[place] = "\n\n".join(part for part in parts if part)
            elif row[f"title_{language}"]:
                # A text without a title in its language would have no place.
                above[language] = number
    return bodies


def text_of(row: dict, language: str) -> str:
    """Return what a row says in a language as one text: marker, title and body."""
    marker = row["markers"].get(language, "")
    return words.whole(marker, row[f"title_{language}"], row[f"body_{language}"])
