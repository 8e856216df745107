"""The columns of a table of alignments: what they are called, and which is which."""

import unicodedata
from bisect import bisect_right
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategy_app.importers.table import Row, Table, column_name

# In the order that is understood without a header. After the label, other names for it.
COLUMNS = {
    "programme": gettext_lazy("Programme"),
    "element": gettext_lazy("Element"),
    "level": gettext_lazy("Level"),
    "rationale": gettext_lazy("Rationale"),
    "title": gettext_lazy("Evidence title"),
    "url": gettext_lazy("Evidence address"),
    "dated_on": gettext_lazy("Evidence date"),
    "valid_from": gettext_lazy("Valid from"),
    "valid_until": gettext_lazy("Valid until"),
}
HISTORY = ("valid_from", "valid_until")
REQUIRED = ("programme", "element", "level", "rationale")
EVIDENCE = ("title", "url", "dated_on")

# English and Japanese, as headers of ours and of other people's tables have it.
HEADERS = {
    "en": {
        "programme": ["Programme", "Programme code", "Program", "Program code"],
        "element": ["Element", "Element code", "Strategy element"],
        "level": ["Level", "Alignment level"],
        "rationale": ["Rationale", "Reason"],
        "title": ["Evidence title", "Evidence", "Source", "Title", "Source title"],
        "url": [
            "Evidence address", "Evidence link", "Evidence URL", "Address", "URL", "Link",
        ],
        "dated_on": [
            "Evidence date", "Date", "Date of the source", "Source date", "Dated on",
        ],
        "valid_from": ["Valid from", "From"],
        "valid_until": ["Valid until", "Until", "To"],
    },
    "ja": {
        "programme": ["事業", "事業コード", "プログラム", "事業名"],
        "element": ["戦略要素", "要素", "要素コード", "戦略要素コード"],
        "level": ["整合度", "レベル"],
        "rationale": ["判断理由", "理由"],
        "title": ["根拠資料名", "根拠資料", "根拠資料の名称", "根拠資料の題名", "出典"],
        "url": [
            "根拠資料のURL", "根拠資料へのリンク", "根拠資料のアドレス", "アドレス",
            "リンク",
        ],
        "dated_on": ["根拠資料の日付", "資料の日付", "日付"],
        "valid_from": ["適用開始日", "有効期間の開始日", "開始日"],
        "valid_until": ["適用終了日", "有効期間の終了日", "終了日"],
    },
}  # fmt: skip


def matchable(text: str) -> str:
    """Return a name without case, width, blanks and the like, to compare it by."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in folded if letter.isalnum())


_KEYS = {
    matchable(name): key
    for of_language in HEADERS.values()
    for key, names in of_language.items()
    for name in names
}


def header_in(language: str) -> dict[str, str]:
    """Return the headers of the template in a language, by column."""
    names = HEADERS["ja" if language.startswith("ja") else "en"]
    return {key: names[key][0] for key in COLUMNS}


def columns_of(
    table: Table, is_level: Callable[[str], bool]
) -> tuple[dict[str, int], list[Row]]:
    """Return where each column stands, and the rows below the header, if there is one.

    is_level: whether a text means a level, by which a row is told from a header. Raises
    ValidationError for a header that is unknown, doubled, missing or blank.
    """
    first = table.rows[0]
    keys = [_KEYS.get(matchable(cell)) for cell in first.cells]
    if not _is_header(first, keys, is_level):
        return {key: place for place, key in enumerate(COLUMNS)}, table.rows
    errors = [*_unknown(table, keys), *_doubled(first, keys), *_missing(keys)]
    if errors:
        raise ValidationError(errors)
    if not table.rows[1:]:
        raise ValidationError(_("There is nothing below the header."))
    return {key: place for place, key in enumerate(keys) if key}, table.rows[1:]


def _is_header(row, keys, is_level):
    """Whether a first row names columns: some that we know, or nothing else it could be."""
    known = sum(key is not None for key in keys)
    if known >= 2:
        return True
    level = row.cells[2] if len(row.cells) > 2 else ""
    has_digits = any(letter.isdigit() for cell in row.cells for letter in cell)
    return not is_level(level) and (bool(known) or not has_digits)


def _unknown(table, keys):
    first = table.rows[0]
    for place, (cell, key) in enumerate(zip(first.cells, keys, strict=True)):
        if key is None and cell.strip():
            yield ValidationError(
                _("Row %(row)d, column %(column)s: there is no column “%(name)s” here.")
                % {"row": first.number, "column": column_name(place), "name": cell[:80]}
            )
    widest = max(len(row.cells) for row in table.rows)
    for place in range(widest):
        if place >= len(keys) or not first.cells[place].strip():
            used = [row for row in table.rows[1:] if _cell(row, place).strip()]
            if used:
                yield ValidationError(
                    _("Row %(row)d: column %(column)s has no header.")
                    % {"row": used[0].number, "column": column_name(place)}
                )


def _doubled(first, keys):
    for place, key in enumerate(keys):
        if key and key in keys[:place]:
            yield ValidationError(
                _("Row %(row)d, column %(column)s: “%(name)s” stands here twice.")
                % {
                    "row": first.number,
                    "column": column_name(place),
                    "name": COLUMNS[key],
                }
            )


def _missing(keys):
    missing = [str(COLUMNS[key]) for key in REQUIRED if key not in keys]
    if missing:
        yield ValidationError(
            _("These columns are missing: %(names)s.")
            % {"names": get_text_list(missing, _("and"))}
        )


def _cell(row, place):
    return row.cells[place] if place < len(row.cells) else ""


def filled(table: Table, is_level: Callable[[str], bool]) -> list[Row]:
    """Return the rows with a merged programme or element standing in each of its rows.

    Any other merge is understood as its first cell, which is how it is stored.
    """
    try:
        columns, _rows = columns_of(table, is_level)
    except ValidationError:
        return table.rows
    meant = {columns["programme"], columns["element"]}
    row_of = {row.number: list(row.cells) for row in table.rows}
    numbers = sorted(row_of)
    for merge in table.merges:
        place = merge.first_column
        if place not in meant or merge.first_row not in row_of:
            continue
        text = _cell(Row(0, tuple(row_of[merge.first_row])), place)
        # A row that is blank but for this is not one that somebody meant.
        below = slice(
            bisect_right(numbers, merge.first_row), bisect_right(numbers, merge.last_row)
        )
        for number in numbers[below]:
            cells = row_of[number]
            cells += [""] * (place + 1 - len(cells))
            cells[place] = text
    return [Row(number, tuple(cells)) for number, cells in sorted(row_of.items())]
