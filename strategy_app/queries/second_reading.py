"""Read what a second reader needs to see: what has changed since it was last confirmed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from strategy_app.models import Alignment, Programme, Wording
from strategy_app.models.localized import localized_text
from strategy_app.queries import alignment as alignment_queries
from strategy_app.queries.text import difference


@dataclass(frozen=True)
class Changed:
    """One thing that is not what it was: a level from → to, or a text by its pieces.

    what: "level", "rationale", "evidence", "wording" or "programme"; of the last two,
    field: "title", "body", "name" or "summary".
    """

    what: str
    before: object = None
    after: object = None
    pieces: list[tuple[str, str]] | None = None
    field: str = ""


@dataclass(frozen=True)
class SinceConfirmed:
    """The row of a cell that was confirmed last, and what has changed since."""

    row: Alignment
    changes: list[Changed]


def since_confirmed(
    current: Alignment, history: Iterable[Alignment], wording: Wording, versions: list
) -> SinceConfirmed | None:
    """Return what has changed since a second person last confirmed this cell, if ever.

    history: every row of the cell, the newest first. wording: the one in force. versions:
    those of its programme, the newest first
    (``queries.history.versions_of``).
    """
    confirmed = [row for row in history if row.confirmed_in_id is not None]
    if not confirmed:
        return None
    last = confirmed[0]
    changes = [*_judgement(last, current), *reworded(last.wording, wording)]
    text_changed = current.programme.text_changed_in_id
    if text_changed and text_changed > last.confirmed_in_id:
        changes += _programme_text(current.programme, last.confirmed_in_id, versions)
    return SinceConfirmed(last, changes)


def since_confirmed_of(
    rows: Iterable[Alignment], wordings: dict[int, Wording]
) -> dict[int, SinceConfirmed]:
    """Return the same for many rows in force, by the row's id: two queries and evidence.

    wordings: those in force, by the id of their element.
    """
    rows = [row for row in rows if row.element_id in wordings]
    earlier = (
        alignment_queries.rows()
        .filter(
            confirmed_in__isnull=False,
            programme__in={row.programme_id for row in rows},
            element__in={row.element_id for row in rows},
        )
        .order_by("-opened_in_id", "-id")
    )
    history_of, versions_of = defaultdict(list), defaultdict(list)
    for row in earlier if rows else ():
        history_of[row.programme_id, row.element_id].append(row)
    changed = {row.programme_id for row in rows if row.programme.text_changed_in_id}
    if changed:
        for version in Programme.history.filter(id__in=changed).order_by("-history_id"):
            versions_of[version.id].append(version)
    found = {
        row.pk: since_confirmed(
            row,
            history_of[row.programme_id, row.element_id],
            wordings[row.element_id],
            versions_of[row.programme_id],
        )
        for row in rows
    }
    return {pk: since for pk, since in found.items() if since is not None}


def reworded(before: Wording, after: Wording) -> list[Changed]:
    """Return what is different between two wordings of an element."""
    if before.pk == after.pk:
        return []
    return _in_both_languages("wording", before, after, ("title", "body"))


def _judgement(last, current):
    changes = []
    if last.level != current.level:
        changes.append(Changed("level", last.level, current.level))
    changes += _texts("rationale", last.rationale, current.rationale)
    changes += _texts("evidence", _sources(last), _sources(current))
    return changes


def _sources(row):
    """Return the evidence of a row as text, a line each."""
    lines = []
    for item in row.evidence.all():
        day = item.dated_on.isoformat() if item.dated_on else ""
        where = item.url or item.file.name
        lines.append(" · ".join(part for part in (item.title, where, day) if part))
    return "\n".join(lines)


def _programme_text(programme, confirmed_in, versions):
    then = next((row for row in versions if row.change_id <= confirmed_in), None)
    if then is None:
        return []
    return _in_both_languages("programme", then, programme, ("name", "summary"))


def _in_both_languages(what, before, after, names):
    """Compare texts as they are read here; where these agree, in each language by itself.

    Who reads English is not told that nothing has changed where the Japanese has.
    """

    def changes(read):
        return [
            change
            for name in names
            for change in _texts(what, read(before, name), read(after, name), name)
        ]

    def in_english(instance, name):
        return getattr(instance, f"{name}_en")

    def in_japanese(instance, name):
        return getattr(instance, f"{name}_ja")

    def as_read(instance, name):
        pair = in_english(instance, name), in_japanese(instance, name)
        return localized_text(*pair).text

    return changes(as_read) or changes(in_english) + changes(in_japanese)


def _texts(what, before, after, field=""):
    if before == after:
        return []
    return [Changed(what, before, after, difference(before, after), field)]
