"""Read programmes as lists; which ones is decided by the coverage matrix."""

import unicodedata

import numpy as np
from django.db.models import Q

from strategy_app.coverage.frame import Frame
from strategy_app.models import Programme

SORTS = ("code", "category", "department", "start", "end")


def matching(frame: Frame, search: str) -> np.ndarray:
    """Return which programmes a search finds, bool[P].

    Every word must stand in code, name or summary, in either language; full-width letters
    count as plain ones.
    """
    found = Programme.objects.all()
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
    """Return the programmes of these few columns, in this order (one query)."""
    ids = [int(pk) for pk in frame.programmes.ids[columns]]
    found = Programme.objects.select_related("category", "department").in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]
