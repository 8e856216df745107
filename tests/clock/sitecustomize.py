"""Let a Python process live on the day that TODAY names, while its clock goes on.

`tests/conftest.py` imports this, and puts the folder on the path of every process that a
test starts, where Python imports a module of this name by itself.
"""

import datetime
import os
import time

import time_machine

_ZONE = datetime.timezone(datetime.timedelta(hours=9))


def _travel():
    """Shift the clock; processes that are started from here on share the shift.

    It begins at seven in the morning in Tokyo, when it is yesterday still in UTC.
    """
    if "TODAY_SHIFT" not in os.environ:
        day = datetime.date.fromisoformat(os.environ["TODAY"])
        morning = datetime.datetime.combine(day, datetime.time(7), _ZONE)
        os.environ["TODAY_SHIFT"] = str(morning.timestamp() - time.time())
    shift = float(os.environ["TODAY_SHIFT"])
    time_machine.travel(time.time() + shift).start()


if os.environ.get("TODAY") and not time_machine.escape_hatch.is_travelling():
    _travel()
