"""What happens around every request."""

import time

import requests
from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.urls import resolve
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.encoding import escape_uri_path
from django_structlog.middlewares import RequestMiddleware
from structlog.contextvars import bind_contextvars

_PROBES = {"/healthz", "/readyz"}
_HEADERS = {
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": settings.X_FRAME_OPTIONS,
}


def headers(get_response):
    """Set the security headers, on answers too that no view has made.

    What someone signed in has been sent is not kept by any cache.
    """

    def middleware(request):
        response = get_response(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if (user := getattr(request, "user", None)) and user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    return middleware


def probes(get_response):
    """Answer health checks before anything asks for a host name, HTTPS or a session."""

    def middleware(request):
        if request.path_info in _PROBES:
            return resolve(request.path_info).func(request)
        return get_response(request)

    return middleware


class RequestLog(RequestMiddleware):
    """Log one line for each request, without anything that opens a door."""

    @staticmethod
    def format_request(request):
        """Return method and path.

        Not the query, where single sign-on has its codes, nor the key of a link for a
        forgotten password.
        """
        path = request.path
        match = request.resolver_match
        if match and (key := match.kwargs.get("key")):
            path = path.replace(key, "***")
        return f"{request.method} {escape_uri_path(path)}"

    @classmethod
    def bind_ip(cls, request):
        """Log the address that the rate limits count by, which no client can forge."""
        try:
            bind_contextvars(ip=get_adapter(request).get_client_ip(request))
        except PermissionDenied:
            bind_contextvars(ip=None)


def language(get_response):
    """Speak the language someone chose: on their account, by cookie, in the browser."""

    def middleware(request):
        chosen = request.user.language if request.user.is_authenticated else ""
        code = chosen or translation.get_language_from_request(request)
        with translation.override(code):
            request.LANGUAGE_CODE = translation.get_language()
            response = get_response(request)
        response.headers.setdefault("Content-Language", code)
        patch_vary_headers(response, ["Accept-Language"])
        return response

    return middleware


def session_age(get_response):
    """End a session that is too old, and keep one that is in use from going idle.

    The session is written at most once a minute, so that reading pages hardly writes.
    """

    def middleware(request):
        if request.user.is_authenticated:
            now = int(time.time())
            began = request.session.setdefault("began", now)
            if now - began >= settings.SESSION_MAX_HOURS * 3600:
                logout(request)
            elif now - request.session.get("seen", 0) >= 60:
                request.session["seen"] = now
        return get_response(request)

    return middleware


def provider_out_of_reach(get_response):
    """Say so when single sign-on cannot be reached; whoever has a password can go on."""

    def process_exception(request, exception):
        if not isinstance(exception, requests.RequestException):
            return None
        return render(request, "account/no_provider.html", status=503)

    def middleware(request):
        return get_response(request)

    middleware.process_exception = process_exception
    return middleware
