"""What takes long to draw is drawn once for all who ask for it."""

import threading
from concurrent.futures import ThreadPoolExecutor

from django.core.cache.backends.locmem import LocMemCache

from strategy_app.views import drawn


class Together(LocMemCache):
    """Who looks into it for the first time waits until a second one has looked too."""

    both, seen = threading.Barrier(2, timeout=60), set()

    def get(self, key, *arguments, **keywords):
        found = super().get(key, *arguments, **keywords)
        thread = threading.get_ident()
        if thread not in self.seen:
            self.seen.add(thread)
            self.both.wait()
        return found


def test_two_who_ask_at_once_share_one_drawing(settings):
    settings.CACHES = {
        **settings.CACHES,
        "documents": {"BACKEND": f"{__name__}.Together", "LOCATION": "together"},
    }
    drawings = []

    def draw():
        drawings.append("A chart")
        return drawings[-1]

    def ask(_number):
        return drawn.once("key", draw, patience=60)

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(ask, range(2))) == ["A chart", "A chart"]
    assert drawings == ["A chart"]
