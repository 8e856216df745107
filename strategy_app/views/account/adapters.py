"""How sign-in behaves here: nobody signs up; single sign-on makes viewers."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import respond_429
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.core.exceptions import ValidationError

from strategy_app.models import Change
from strategy_app.services.change import recording

# The period of the narrower limit in ACCOUNT_RATE_LIMITS.
_RETRY_AFTER_SECONDS = 300


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        """Accounts are made by strategy admins or come from single sign-on."""
        return False

    def pre_authenticate(self, request, **credentials):
        """Refuse after too many wrong passwords, whatever the password is now."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as refusal:
            response = respond_429(request)
            response.headers["Retry-After"] = str(_RETRY_AFTER_SECONDS)
            raise ImmediateHttpResponse(response) from refusal


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request, sociallogin):
        """Whoever the identity provider lets in becomes a viewer."""
        return True

    def populate_user(self, request, sociallogin, data):
        user = super().populate_user(request, sociallogin, data)
        user.name = (data.get("name") or "")[:150]
        return user

    def save_user(self, request, sociallogin, form=None):
        with recording(Change.Action.EDIT_PERSON, by=None, reason="First single sign-on"):
            return super().save_user(request, sociallogin, form)
