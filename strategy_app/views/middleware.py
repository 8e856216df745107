"""What happens around every request."""

import time

from django.conf import settings
from django.contrib.auth import logout
from django.utils import translation

_HEADERS = {
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def language(get_response):
    """Speak the language someone chose: on their account, by cookie, in the browser."""

    def middleware(request):
        chosen = request.user.language if request.user.is_authenticated else ""
        code = chosen or translation.get_language_from_request(request)
        with translation.override(code):
            request.LANGUAGE_CODE = translation.get_language()
            response = get_response(request)
            if hasattr(response, "render") and not response.is_rendered:
                response.render()
        response.headers.setdefault("Content-Language", code)
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
            if now - began > settings.SESSION_MAX_HOURS * 3600:
                logout(request)
            elif now - request.session.get("seen", 0) > 60:
                request.session["seen"] = now
        return get_response(request)

    return middleware


def headers(get_response):
    """Set the security headers that Django has no setting for."""

    def middleware(request):
        response = get_response(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    return middleware
