"""Keep people and their API tokens."""

import datetime

from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from strategy_app.models import ApiToken, Change, User
from strategy_app.services import reference
from strategy_app.services.change import discard, recording


def create_person(
    *,
    username: str,
    by: User | None,
    password: str | None = None,
    departments=(),
    source: str = Change.Source.COMMAND,
    **fields,
) -> User:
    """Make an account and return it; without a password it signs in by SSO only."""
    with recording(Change.Action.EDIT_PERSON, by=by, source=source):
        user = User.objects.create_user(username, password, **fields)
        user.departments.set(departments)
        return user


def set_language(*, user: User, language: str) -> None:
    """Remember the language someone reads in ("en", "ja", "" for the browser's)."""
    if user.language != language:
        user.language = language
        reference.save(user, by=user, source=Change.Source.PAGE)


def remove_one_time_codes(
    *, user: User, by: User, source: str = Change.Source.ADMIN
) -> bool:
    """Let someone who lost their phone sign in by password alone; return whether it did.

    Where they have no one-time codes, nothing changes.
    """
    with recording(
        Change.Action.EDIT_PERSON, by=by, source=source, reason="One-time codes removed"
    ) as change:
        removed, _models = Authenticator.objects.filter(user=user).delete()
        if removed:
            user.save()  # the history says whose
        else:
            discard(change)
    return bool(removed)


def create_token(
    *,
    user: User,
    name: str,
    by: User | None,
    is_read_only: bool = True,
    days: int = 365,
    source: str = Change.Source.PAGE,
) -> tuple[ApiToken, str]:
    """Make an API token that lives ``days`` days; return it and its key.

    The key cannot be had again: only its digest is stored.
    """
    key = ApiToken.new_key()
    token = ApiToken(
        user=user,
        name=name,
        digest=ApiToken.digest_of(key),
        is_read_only=is_read_only,
        expires_at=timezone.now() + datetime.timedelta(days=days),
    )
    reference.save(token, by=by, source=source)
    return token, key


def revoke_token(
    *, token: ApiToken, by: User, source: str = Change.Source.PAGE
) -> ApiToken:
    """Make a token unusable from now on; return it. Revoking twice changes nothing.

    Raises PermissionDenied when it is somebody else's and ``by`` is no admin.
    """
    if token.user_id != by.pk and by.role != User.Role.ADMIN:
        raise PermissionDenied
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        reference.save(token, by=by, source=source)
    return token
