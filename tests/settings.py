"""The product's settings, with what tests need otherwise."""

import os

os.environ.setdefault("REQUIRE_SECRET_KEY", "false")
os.environ["DEBUG"] = "false"
os.environ.pop("DEMO_PASSWORD", None)
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL") or "sqlite:///:memory:"

from config.settings import *  # noqa: F403
from config.settings import BASE_DIR, DATABASE, STORAGES

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
# Hashed names would need collectstatic before every run.
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES["default"] = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
STATIC_ROOT = BASE_DIR / "static-that-is-not-collected"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if DATABASE["ENGINE"] != "django.db.backends.sqlite3":
    DATABASE["CONN_MAX_AGE"] = 0
