"""Who is calling the API: someone with a token, or someone signed in on the site."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions, permissions

from strategy_app.models import ApiToken
from strategy_app.permissions import can_read


class TokenAuthentication(authentication.BaseAuthentication):
    """``Authorization: Token KEY``."""

    def authenticate(self, request):
        scheme, _space, key = authentication.get_authorization_header(request).partition(
            b" "
        )
        if scheme.lower() != b"token":
            return None
        token = ApiToken.of_key(_text(key))
        if token is None:
            raise exceptions.AuthenticationFailed(_("This token is not valid."))
        if token.is_read_only and request.method not in permissions.SAFE_METHODS:
            raise exceptions.PermissionDenied(_("This token may only read."))
        return token.user, token

    def authenticate_header(self, request):
        return "Token"


class SessionAuthentication(authentication.SessionAuthentication):
    """The session of the site, with its protection against forged requests."""

    def authenticate_header(self, request):
        return "Session"


class MayRead(permissions.BasePermission):
    """Reading is for people with an account, or for all where pages are public."""

    def has_permission(self, request, view):
        if request.method in permissions.SAFE_METHODS:
            return can_read(request.user)
        return request.user.is_authenticated


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema):
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token KEY`",
        }


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = SessionAuthentication
    name = "session"

    def get_security_definition(self, auto_schema):
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


def _text(key):
    return key.strip().decode("ascii", errors="replace")
