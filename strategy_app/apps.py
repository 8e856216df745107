from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class StrategyAppConfig(AppConfig):
    name = "strategy_app"
    verbose_name = _("Strategy alignment")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from strategy_app.models import guards

        # SQLite rebuilds a table to alter it and drops its triggers on the way, so
        # they are put back after every migration rather than by one of them.
        post_migrate.connect(guards.install_after_migrate, sender=self)
