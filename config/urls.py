from django.conf import settings
from django.contrib import admin
from django.http import Http404
from django.urls import include, path
from django.views.generic import TemplateView


def not_here(request, **_kwargs):
    """Close pages of allauth that have no use here: addresses of mail sign nobody in."""
    raise Http404


urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/email/", not_here, name="account_no_email"),
    path("accounts/3rdparty/", not_here, name="account_no_connections"),
    path("accounts/", include("allauth.urls")),
    path("", include("strategy_app.urls")),
]
if not settings.EMAIL_URL:
    # Without mail, allauth would say that it had sent some.
    page = TemplateView.as_view(template_name="account/no_password_reset.html")
    urlpatterns.insert(0, path("accounts/password/reset/", page, name="account_no_reset"))
