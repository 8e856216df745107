"""How gunicorn serves; the variables are listed in README.md, "Settings".

Started as ``python -m gunicorn -c config/gunicorn.py config.wsgi``. Importing the settings
also reads .env, so PORT may stand there.
"""

import os
from pathlib import Path

from config.settings import LOGGING

bind = os.environ.get("BIND") or f"127.0.0.1:{os.environ.get('PORT') or 8000}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = int(os.environ.get("WEB_THREADS") or 4)
graceful_timeout = 20
# The workers' sign of life is a file; on a slow disk it would stall them.
if Path("/dev/shm").is_dir():  # noqa: S108
    worker_tmp_dir = "/dev/shm"  # noqa: S108
# Two servers of one user would share its path.
control_socket_disable = True
# Each request is logged by the application, with its id.
accesslog = None
logconfig_dict = LOGGING
