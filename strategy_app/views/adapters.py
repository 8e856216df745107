"""How sign-in behaves here: nobody signs up; single sign-on makes viewers."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter

from strategy_app.models import Change
from strategy_app.services.change import recording


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        """Accounts are made by strategy admins or come from single sign-on."""
        return False


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request, sociallogin):
        """Whoever the identity provider lets in becomes a viewer."""
        return True

    def save_user(self, request, sociallogin, form=None):
        with recording(Change.Action.EDIT_PERSON, by=None, reason="First single sign-on"):
            user = super().save_user(request, sociallogin, form)
            if not user.name:
                user.name = sociallogin.account.extra_data.get("name", "")[:150]
                user.save()
            return user
