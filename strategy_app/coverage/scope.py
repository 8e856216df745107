"""The scope: which question is asked. The same on every page, in the API, in exports."""

import dataclasses
import datetime
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

# What a filter is set to when it asks for programmes whose department is not yet known,
# or that have no partner country. Codes are in capitals, so it is none of them.
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Scope:
    """A question to the coverage matrix.

    strategy: the strategy's code. day: coverage as of that day. rollup: an element counts
    what stands on it or anything below it; otherwise only what stands on itself. level:
    the least level (1 or 2) that counts as support. category, department: a code, UNKNOWN
    or None for all; country: an ISO 3166-1 code, likewise; status: a programme status.
    basis: whether "programmes" or their "budget" is counted; inside, also "on_record": how
    many have a budget on record. layer: how far a record must be trusted to be seen
    (standing.LAYERS). known_at: the change whose knowledge is asked
    for, None for the newest. search: words that programmes must match.
    """

    strategy: str
    day: datetime.date
    rollup: bool = True
    level: int = 1
    category: str | None = None
    department: str | None = None
    country: str | None = None
    status: str | None = None
    basis: str = "programmes"
    layer: str = "claimed"
    known_at: int | None = None
    search: str = ""
    # Which programmes the search finds, bool[P]; None without a search.
    matching: Any = dataclasses.field(default=None, compare=False, repr=False)
    # The day the reader is in; it is left out of addresses, so that "today" stays today.
    today: datetime.date | None = dataclasses.field(default=None, compare=False)

    def but(self, **changes) -> Self:
        """Return the same question with some of its parts changed."""
        return dataclasses.replace(self, **changes)

    def parameters(self) -> dict[str, str]:
        """Return the parts that differ from the default, as they stand in an address."""
        parts = {"strategy": self.strategy}
        if self.day != self.today:
            parts["day"] = self.day.isoformat()
        if not self.rollup:
            parts["rollup"] = "false"
        if self.level != 1:
            parts["level"] = str(self.level)
        if self.basis != "programmes":
            parts["basis"] = self.basis
        if self.layer != "claimed":
            parts["layer"] = self.layer
        if self.known_at is not None:
            parts["known_at"] = str(self.known_at)
        if self.search:
            parts["q"] = self.search
        for name in ("category", "department", "country", "status"):
            if value := getattr(self, name):
                parts[name] = value
        return parts

    def query(self, **extra) -> str:
        """Return the query string of this scope, with ``extra`` parameters added."""
        given = {name: str(value) for name, value in extra.items() if value is not None}
        return urlencode(self.parameters() | given)
