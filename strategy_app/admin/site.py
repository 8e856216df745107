"""The administration's site: our name on it, allauth at its door."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class AdminSite(admin.AdminSite):
    site_title = _("Strategy administration")
    site_header = _("Strategy administration")
    index_title = _("What strategy admins keep")
    login = secure_admin_login(admin.AdminSite.login)
