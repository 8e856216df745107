"""Who may do what. Pages, API, administration and services all ask here.

Rights follow from a person's role and departments:

- viewer: reads;
- staff: records alignments of programmes of their own departments, and confirms those
  of colleagues;
- manager: records and confirms for every department, sets targets;
- strategy admin: all of it, and keeps strategy, programmes and people.
"""

from django.conf import settings

from strategy_app.models import User

_EVERY_DEPARTMENT = {User.Role.MANAGER, User.Role.ADMIN}


def can_read(user):
    """Whether they may read strategy, programmes and coverage."""
    return user.is_authenticated or settings.PUBLIC_PAGES


def can_see_people(user):
    """Whether names of people are shown to them; the public never sees any."""
    return user.is_authenticated


def can_align(user, programme):
    """Whether they may record how this programme aligns."""
    if not user.is_authenticated:
        return False
    if user.role in _EVERY_DEPARTMENT:
        return True
    return (
        user.role == User.Role.STAFF
        and programme.department_id is not None
        and programme.department_id in departments_of(user)
    )


def can_align_any(user):
    """Whether there may be a programme whose alignment they record."""
    return user.is_authenticated and user.role != User.Role.VIEWER


def can_confirm(user, alignment):
    """Whether they may confirm this record: whoever may record it, but its author."""
    return (
        can_align(user, alignment.programme)
        and alignment.judgement.opened_in.by_id != user.pk
    )


def can_set_targets(user):
    """Whether they may say how much support an element should have."""
    return user.is_authenticated and user.role in _EVERY_DEPARTMENT


def can_administer(user):
    """Whether they may edit the strategy, programmes, departments and people."""
    return user.is_authenticated and user.role == User.Role.ADMIN


def departments_of(user):
    """Return the ids of their departments; asked of the database once per request."""
    return set(_departments(user))


def department_codes_of(user):
    """Return the codes of their departments, likewise."""
    return set(_departments(user).values()) if user.is_authenticated else set()


def _departments(user):
    if not hasattr(user, "_department_codes"):
        user._department_codes = {item.pk: item.code for item in user.departments.all()}
    return user._department_codes
