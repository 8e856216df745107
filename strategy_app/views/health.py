"""What a load balancer asks: is the process alive, can it do its work."""

from functools import cache

from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from strategy_app.models import guards


@never_cache
@require_safe
def healthz(request):
    """Answer that the process is alive; asks nothing of the database."""
    return JsonResponse({"status": "alive"})


@never_cache
@require_safe
def readyz(request):
    """Answer whether the work can be done, and in a word why not."""
    try:
        reason = _what_is_missing()
    except Error:
        reason = "database"
    if reason:
        return JsonResponse({"status": "unavailable", "reason": reason}, status=503)
    return JsonResponse({"status": "ready"})


def _what_is_missing():
    """Return "migrations", "guards" or None; raises Error without a database."""
    if (
        not _migrations_of_the_code()
        <= MigrationRecorder(connection).applied_migrations().keys()
    ):
        return "migrations"
    if guards.missing(connection):
        return "guards"
    return None


@cache
def _migrations_of_the_code():
    """Return the keys of all migrations; the files do not change while we run."""
    return frozenset(MigrationLoader(None).graph.nodes)
