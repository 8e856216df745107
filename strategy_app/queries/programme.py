"""Read programmes as lists; which ones is decided by the coverage matrix."""

import unicodedata

import numpy as np
from django.db.models import Q

from strategy_app.coverage.frame import Frame, known_rows
from strategy_app.models import Budget, Category, Department, Programme

SORTS = ("code", "category", "department", "start", "end")


def matching(frame: Frame, search: str) -> np.ndarray:
    """Return which programmes a search finds, bool[P].

    Every word must stand in code, name or summary, in either language, as known at the
    frame's change; full-width letters count as plain ones.
    """
    found = known_rows(Programme, frame.known_at)
    for word in unicodedata.normalize("NFKC", search).split():
        found = found.filter(
            Q(code__icontains=word)
            | Q(name_en__icontains=word)
            | Q(name_ja__icontains=word)
            | Q(summary_en__icontains=word)
            | Q(summary_ja__icontains=word)
        )
    return np.isin(frame.programmes.ids, list(found.values_list("id", flat=True)))


def ordered(frame: Frame, mask: np.ndarray, sort: str) -> np.ndarray:
    """Return the columns of the programmes in ``mask``, int64[n], in the order of ``sort``.

    sort: one of SORTS, with a leading "-" the other way round. Ties are in the order of
    codes; what is not known comes last, whichever way round.
    """
    columns = np.flatnonzero(mask)
    name = sort.removeprefix("-")
    if name == "code":
        return columns[::-1] if sort.startswith("-") else columns
    programmes = frame.programmes
    keys = {
        "category": programmes.category,
        "department": programmes.department,
        "start": programmes.starts,
        "end": programmes.ends,
    }[name][columns].astype(np.int64)
    unknown = (keys < 0) | (keys == 2**31 - 1)
    keys[unknown] = 0  # so that among themselves they are in the order of codes
    return columns[np.lexsort((-keys if sort.startswith("-") else keys, unknown))]


def in_order(frame: Frame, columns: np.ndarray) -> list[Programme]:
    """Return the programmes of these few columns, in this order, as known at the change."""
    ids = [int(pk) for pk in frame.programmes.ids[columns]]
    found = _known(frame, ids)
    return [found[pk] for pk in ids if pk in found]


def as_known(frame: Frame, programme: Programme) -> Programme | None:
    """Return a programme as the frame knows it, None where it was not on record yet."""
    if frame.known_at is None:
        return programme
    return _known(frame, [programme.pk]).get(programme.pk)


def _known(frame, ids):
    """Return these programmes by id (one query, or three for a frame that looks back).

    Categories, departments and codes are what they are today, as they are in the frame.
    """
    if frame.known_at is None:
        return Programme.objects.select_related("category", "department").in_bulk(ids)
    versions = known_rows(Programme, frame.known_at, id__in=ids)
    found = {version.id: version.instance for version in versions}
    codes = dict(Programme.objects.filter(pk__in=ids).values_list("pk", "code"))
    categories, departments = (
        model.objects.in_bulk({getattr(row, name) for row in found.values()} - {None})
        for model, name in ((Category, "category_id"), (Department, "department_id"))
    )
    for pk, row in found.items():
        row.code = codes.get(pk, row.code)
        row.category = categories.get(row.category_id)
        row.department = departments.get(row.department_id)
    return found


def budgets_of(frame: Frame, programme: Programme) -> list[Budget]:
    """Return what is on record of a programme's budgets, by fiscal year."""
    found = known_rows(Budget, frame.known_at, programme_id=programme.pk)
    return list(found.order_by("fiscal_year"))
