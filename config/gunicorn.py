"""How gunicorn serves; the variables are listed in README.md, "Settings".

Started as ``python -m gunicorn -c config/gunicorn.py config.wsgi``. Importing the settings
also reads .env, so PORT may stand there.
"""

import ctypes
import os
from contextlib import suppress
from importlib import import_module
from logging import getLogger
from pathlib import Path

from django.conf import settings

from config.settings import LOGGING, WEB_THREADS

bind = os.environ.get("BIND") or f"127.0.0.1:{os.environ.get('PORT') or 8000}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = WEB_THREADS
graceful_timeout = 20
# Code and data that are loaded before the workers part ways, they share in memory.
preload_app = True
# The workers' sign of life is a file; on a slow disk it would stall them.
if Path("/dev/shm").is_dir():  # noqa: S108
    worker_tmp_dir = "/dev/shm"  # noqa: S108
# Two servers of one user would share its path.
control_socket_disable = True

# M_MMAP_THRESHOLD of malloc.h.
_MMAP_THRESHOLD = -3


def when_ready(_server):
    """Load what every worker needs: all modules of the pages, and the data of coverage."""
    from django.db import DatabaseError, connections  # noqa: PLC0415 - once it is set up

    from strategy_app.coverage import counts  # noqa: PLC0415

    import_module(settings.ROOT_URLCONF)
    try:
        counts.load_ahead()
    except DatabaseError:  # not there yet; /readyz says so, and each worker will look
        getLogger("gunicorn.error").warning("The data could not be loaded ahead.")
    connections.close_all()  # a connection is of one process only
    _return_large_memory()


def _return_large_memory():
    """Let glibc give large arrays back when they are given up, not keep the memory.

    Two workers with 1,080,000 rows of the ledger take 242 MB instead of 361 when they have
    loaded them, and 358 instead of 509 after some writing.
    """
    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, 256 * 1024)


# Each request is logged by the application, with its id.
accesslog = None
logconfig_dict = LOGGING
