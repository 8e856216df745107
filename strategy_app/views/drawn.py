"""What takes long to draw, drawn once for all who ask for exactly the same."""

from collections.abc import Callable
from typing import Any

from django.core.cache import caches

from strategy_app.exporters import renderer

_SECONDS = 24 * 60 * 60
# Of one PDF or picture; in the cache's table it takes a third more.
_MOST_BYTES = 2_000_000


def once(key: str, draw: Callable[[], Any], *, patience: float) -> Any:
    """Return what was drawn before under the key, or draw it now, in turn.

    key: made of all that is drawn, so that what is kept is never out of date. patience: how
    many seconds to wait for one's turn. Raises renderer.Failed.
    """
    kept = caches["documents"]
    found = kept.get(key)
    if found is not None:
        return found
    with renderer.turn(patience):
        # Whoever was at work meanwhile may have drawn the same.
        found = kept.get(key)
        if found is None:
            found = draw()
            if len(found) <= _MOST_BYTES:
                kept.set(key, found, _SECONDS)
    return found
