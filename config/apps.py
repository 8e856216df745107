from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AdminConfig(DjangoAdminConfig):
    """Django's admin with our site class: branding and allauth's sign-in."""

    default_site = "config.admin.AdminSite"
