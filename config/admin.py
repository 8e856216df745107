"""The administration's site: our name on it, allauth at its door, our models only.

It stands outside ``strategy_app.admin``, whose modules register on it: were it inside,
making the site would import them, and they would need the site that is being made.
"""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.db.models.base import ModelBase
from django.utils.translation import gettext_lazy as _

from strategy_app.models import Change

# The index and the side bar list the models in the order in which they are worked with.
_GROUPS = [
    (
        _("Strategy"),
        [
            "Strategy",
            "ElementType",
            "Revision",
            "Wording",
            "Element",
            "Target",
            "Thresholds",
        ],
    ),
    (_("Programmes"), ["Programme", "Department", "Category"]),
    (_("Records"), ["Alignment", "LevelDefinition", "Change"]),
    (_("People"), ["User", "ApiToken"]),
]
_RECENT = 10


class AdminSite(admin.AdminSite):
    site_title = _("Strategy administration")
    site_header = _("Strategy administration")
    index_title = _("What strategy admins keep")
    site_url = "/"

    def login(self, request, extra_context=None):
        """Send strangers to the sign-in of the site, with its one-time codes and limits."""
        return secure_admin_login(super().login)(request, extra_context=extra_context)

    def register(self, model_or_iterable, admin_class=None, **options):
        """Register our own models; those of libraries would bypass our services."""
        if isinstance(model_or_iterable, ModelBase):
            model_or_iterable = [model_or_iterable]
        ours = [
            model for model in model_or_iterable if model._meta.app_label == "strategy_app"
        ]
        super().register(ours, admin_class, **options)

    def get_app_list(self, request, app_label=None):
        """Return our models in groups, as if each group were an app."""
        apps = super().get_app_list(request, app_label)
        if not apps:
            return apps
        (ours,) = apps
        by_name = {entry["object_name"]: entry for entry in ours["models"]}
        return [
            ours | {"name": name, "models": [by_name[model] for model in models]}
            for name, models in _GROUPS
        ]

    def index(self, request, extra_context=None):
        changes = Change.objects.select_related("by").order_by("-id")[:_RECENT]
        return super().index(
            request, (extra_context or {}) | {"recent_changes": list(changes)}
        )
