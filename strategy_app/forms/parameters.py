"""The names in a query string: what nobody asks for is refused, by pages and API alike."""

from collections.abc import Collection, Iterator

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

# What is wrong: the parameter or field, a message, a short code for programs.
Problem = tuple[str, str, str]


def unknown(name: str) -> Problem:
    """Return the problem that there is no parameter or field of this name."""
    return name[:100], _("There is no such parameter or field."), "unknown"


def misread(
    data: QueryDict, known: Collection[str], several: Collection[str] = ()
) -> Iterator[Problem]:
    """Yield each parameter that is not known, or is given twice and not of ``several``.

    Of two values a form reads the last one: the other would be left out unseen.
    """
    for name, values in data.lists():
        if name not in known:
            yield unknown(name)
        elif len(values) > 1 and name not in several:
            yield name, _("Give this once."), "repeated"
