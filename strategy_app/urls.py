"""Every address of the product but sign-in and the administration's own."""

from django.urls import include, path

urlpatterns = [
    path("api/", include("strategy_app.api.urls")),
]
