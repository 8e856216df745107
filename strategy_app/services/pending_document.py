"""Keep documents that are looked over, and correct them row by row."""

import hashlib
import json

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from strategy_app.models import Change, PendingDocument, Strategy, User
from strategy_app.services.pending import make_room


class KeptAlready(Exception):
    """The document has become a draft before, in ``change``."""

    def __init__(self, change: Change):
        super().__init__("kept already")
        self.change = change


class Overtaken(Exception):
    """A row, or where rows stand, has been changed since it was read."""


def keep(
    *,
    owner: User,
    strategy: Strategy,
    name: str,
    languages: list[str],
    source: dict[str, list],
    rows: list[dict],
) -> PendingDocument:
    """Keep a document that somebody looks over, in place of their oldest ones.

    languages: that of the document, and the other one's; source, rows: see the model.
    """
    with transaction.atomic():
        document = PendingDocument.objects.create(
            owner=owner,
            made_at=timezone.now(),
            name=name[:200],
            strategy=strategy,
            languages=languages,
            source=source,
            rows=rows,
        )
        make_room(PendingDocument.objects.filter(owner=owner, kept_in=None))
    return document


def state_of(document: PendingDocument, number: int) -> str:
    """Return what a row says and where the rows stand, as a digest for ``correct``."""
    row = {
        name: value for name, value in document.rows[number].items() if name != "is_seen"
    }
    places = [(each["depth"], _first_block(document, each)) for each in document.rows]
    digest = hashlib.sha256(json.dumps([row, places], sort_keys=True).encode()).hexdigest()
    return f"{_first_block(document, row)}.{digest}"


def number_now(document: PendingDocument, number: int, state: str) -> int:
    """Return where a row stands now that had this number when its state was read."""
    block = state.partition(".")[0]
    blocks = [_first_block(document, row) for row in document.rows]
    return blocks.index(block) if block and block in blocks else number


def _first_block(document, row):
    """Return which block of the source a row begins with: no correction changes that."""
    for language in document.languages:
        if numbers := row["blocks"][language]:
            return f"{language}{numbers[0]}"
    return ""


def correct(
    *, document: PendingDocument, number: int, values: dict, replaces: str, by: User
) -> list[int]:
    """Put values in place of a row's; another depth moves it with what stands below it.

    What is less deep goes behind the rest of what it leaves, so that no other row comes to
    stand elsewhere. Returns the numbers that the rows had before, in their order now.
    replaces: the ``state_of`` that was read; another row that was corrected meanwhile stays
    so. Raises Overtaken by another correction, KeptAlready, PermissionDenied when it is
    somebody else's, LookupError without such a row.
    """
    with transaction.atomic():
        rows = _read(document, by).rows
        row = rows[number]
        if replaces != state_of(document, number):
            raise Overtaken
        order = list(range(len(rows)))
        if values.get("depth", row["depth"]) != row["depth"]:
            order = _moved(rows, number, values["depth"])
        row.update(values)
        row["is_seen"] = True
        document.rows = [rows[place] for place in order]
        _save(document)
    return order


def move_text(
    *, document: PendingDocument, number: int, to: int, language: str, by: User
) -> None:
    """Lay a row's text in a language, and its source, beside another row's.

    A row that has nothing left is no element. Raises KeptAlready, PermissionDenied, and
    LookupError when the other row has a text in that language, or is the document itself.
    """
    with transaction.atomic():
        rows = _read(document, by).rows
        row, other = rows[number], rows[to]
        title, body = f"title_{language}", f"body_{language}"
        if number == to or not number or not to or other[title] or other[body]:
            raise LookupError
        for name in (title, body):
            other[name], row[name] = row[name], ""
        other["blocks"][language] += row["blocks"][language]
        row["blocks"][language] = []
        if marker := row["markers"].pop(language, ""):
            other["markers"][language] = marker
        row["is_seen"] = other["is_seen"] = True
        if not any(row[name] for name in row if name.startswith(("title_", "body_"))):
            row["use"] = "text"
        _save(document)


def _moved(rows, number, depth):
    """Give a row another depth; return the order in which the rows stand then."""
    end = _end(rows, number)
    step = depth - rows[number]["depth"]
    for row in rows[number:end]:
        row["depth"] = max(depth, row["depth"] + step)
    to = end
    while to < len(rows) and rows[to]["depth"] >= depth + (rows[to]["use"] != "text"):
        to += 1
    return [*range(number), *range(end, to), *range(number, end), *range(to, len(rows))]


def _end(rows, number):
    """Return where what stands below a row, and the text that joins it, ends."""
    end = number + 1
    while end < len(rows) and rows[end]["depth"] > rows[number]["depth"]:
        end += 1
    after = end
    while after < len(rows) and rows[after]["use"] == "text":
        after += 1
    lowest = rows[after]["depth"] if after < len(rows) else 0
    # Text that has an element of its own below it keeps that one where it is.
    return after if all(row["depth"] >= lowest for row in rows[end:after]) else end


def throw_away(*, document: PendingDocument, by: User) -> None:
    """Remove a document that is not wanted. Raises KeptAlready, PermissionDenied."""
    with transaction.atomic():
        _read(document, by).delete()


def close(*, document: PendingDocument, change: Change, by: User) -> list[dict]:
    """Note in which change the document becomes a draft; return its rows as they are now.

    For the change that makes the draft. Raises KeptAlready, PermissionDenied.
    """
    rows = _read(document, by).rows
    document.kept_in, document.rows, document.source = change, [], {}
    document.save(update_fields=["kept_in", "rows", "source"])
    return rows


def _save(document):
    document.made_at = timezone.now()
    document.save(update_fields=["rows", "made_at"])


def _read(document, by):
    """Read the document anew, locked until the transaction ends."""
    if document.owner_id != by.pk:
        raise PermissionDenied
    document.refresh_from_db(
        from_queryset=PendingDocument.objects.select_for_update(of=("self",))
    )
    if document.kept_in_id is not None:
        raise KeptAlready(document.kept_in)
    return document
