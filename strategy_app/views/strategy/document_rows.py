"""The rows of a document that is looked over, as its template prints them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from strategy_app.forms.draft import LONGEST_TEXT
from strategy_app.importers.document.kinds import Kind, Types, new_type
from strategy_app.importers.document.rows import (
    LANGUAGES,
    TEXT,
    parent_of,
    places_for_text,
    places_of,
)
from strategy_app.models import PendingDocument
from strategy_app.models.localized import localized_text
from strategy_app.queries import strategy as strategy_queries
from strategy_app.queries.text import difference, words

_DEEPEST = 6
# Fewer words than this share in common, and two titles may be about different things.
_LIKE_SHARE = 0.4


@dataclass(frozen=True)
class ShownRow:
    """A row: texts holds (language, marker, title, body), source (language, blocks).

    ``indent`` is its depth as far as it is drawn, ``above`` the code of its parent;
    ``notes`` holds (language of the document, message, words that it is about),
    ``problems`` every message by field. ``is_known`` says that an element with its code
    was published, ``now`` holds (language, title) of that one where they differ.
    """

    number: int
    row: dict
    indent: int
    above: str
    kind: str
    texts: list[tuple[str, str, str, str]]
    source: list[tuple[str, list[tuple[int, str]]]]
    notes: list[tuple[str, str, str]]
    problems: dict[str, list[str]]
    is_known: bool
    now: list[tuple[str, str]]
    is_unlike: bool
    is_doubtful: bool

    @property
    def is_text(self) -> bool:
        """Whether it is no element."""
        return self.row["use"] == TEXT

    @property
    def is_long(self) -> bool:
        """Whether a text is longer than the workshop takes once it is edited."""
        return any(len(body) > LONGEST_TEXT for _code, _mark, _title, body in self.texts)

    @property
    def name(self) -> str:
        """What it is called where only one line says so: its code, else its title."""
        titles = localized_text(self.row["title_en"], self.row["title_ja"])
        return self.row["code"] or titles.text


def is_doubtful(row: dict, known: dict) -> bool:
    """Whether something in a row was not surely understood, and nobody has looked at it.

    known: titles by code, as ``queries.strategy.newest_titles`` returns them.
    """
    return not row["is_seen"] and (bool(row["notes"]) or is_unlike(row, known))


def is_unlike(row: dict, known: dict) -> bool:
    """Whether a row has the code of an element that seems to be about something else.

    Codes are proposed from kind and place, so another document's may only happen to agree.
    """
    titles = _titles(row, known)
    return bool(titles) and all(
        before != after and _share_common(before, after) < _LIKE_SHARE
        for _language, before, after in titles
    )


def _share_common(before, after):
    """Return how many of the words of two titles are in both, wherever: 0.0 to 1.0."""
    old, new = Counter(words(before)), Counter(words(after))
    return 2 * (old & new).total() / ((old + new).total() or 1)


def _titles(row, known):
    """Return (language, title so far, title) where both are there."""
    published = known.get(row["code"]) if row["use"] != TEXT else None
    if published is None:
        return []
    return [
        (language, published[name], row[name])
        for language in LANGUAGES
        if published[name := f"title_{language}"] and row[name]
    ]


def shown_rows(
    document: PendingDocument, numbers: Iterable[int], problems: dict, known: dict
) -> list:
    """Return some rows of a document.

    problems: as ``problems_of`` returns them; known: as ``is_doubtful`` takes them.
    """
    types = types_with_names(document)
    return [
        _shown_row(document, number, problems.get(number, {}), known, types)
        for number in numbers
    ]


def types_with_names(document: PendingDocument) -> dict[str, str]:
    """Return what an element can be, by code: the strategy's types, then proposed ones."""
    own = list(strategy_queries.types(document.strategy_id))
    found, known = {each.code: str(each) for each in own}, Types(own)
    kinds = dict.fromkeys([*Kind.values, *(row["kind"] for row in document.rows)])
    for kind in kinds:
        if kind and known.code_of(kind) not in found:
            found[kind] = _("%(name)s (new type)") % {"name": new_type(kind)}
    return found


def _shown_row(document, number, problems, known, types):
    row = document.rows[number]
    parent = parent_of(document.rows, number) if number else 0
    texts = [
        (language, row["markers"].get(language, ""), row[f"title_{language}"],
         row[f"body_{language}"])
        for language in document.languages
    ]  # fmt: skip
    source = [
        (language, [document.source[language][place - 1] for place in places])
        for language in document.languages if (places := row["blocks"][language])
    ]  # fmt: skip
    return ShownRow(
        number=number,
        row=row,
        indent=min(row["depth"], _DEEPEST),
        above=document.rows[parent]["code"] if parent else "",
        kind=types.get(row["kind"], ""),
        texts=[text for text in texts if text[2] or text[3]],
        source=source,
        notes=[(note["language"], _message(note), note["text"]) for note in row["notes"]],
        problems=problems,
        is_known=row["code"] in known,
        now=[(code, was) for code, was, title in _titles(row, known) if was != title],
        is_unlike=is_unlike(row, known),
        is_doubtful=is_doubtful(row, known),
    )


def _message(note):
    """Return what a note says in the reader's language."""
    return localized_text(note["message"]["en"], note["message"]["ja"]).text


def differences(form, held: dict) -> list[tuple[str, str, list]]:
    """Return (label, language, pieces) of the fields in which a form differs from a row."""
    form.is_valid()
    return [
        (form[name].label, name[-2:] if "_" in name else "",
         difference(_in_words(form[name], held[name]), _in_words(form[name], typed)))
        for name, typed in form.cleaned_data.items()
        if name in held and typed != held[name]
    ]  # fmt: skip


def _in_words(field, value):
    """Return a value as its field shows it."""
    choices = dict(getattr(field.field, "choices", ()))
    return str(choices.get(value, value)).strip()


def places_with_names(rows: list[dict], number: int) -> list[tuple[int, str]]:
    """Return (number, name) of the rows that a row can stand below, indented."""
    return [
        (place, f"{'　' * step}{_named(rows[place])}")
        for step, place in enumerate(places_of(rows, number))
    ]


def takers_with_names(document: PendingDocument, number: int) -> list[tuple[int, str]]:
    """Return (number, name) of the rows that could take a row's second language."""
    if len(document.languages) < 2:
        return []
    places = places_for_text(document.rows, number, document.languages[1])
    return [(place, _named(document.rows[place])) for place in places]


def _named(row):
    title = localized_text(row["title_en"], row["title_ja"]).text
    return f"{row['code']} {title[:60]}".strip()
