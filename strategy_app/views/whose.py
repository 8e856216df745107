"""Whose programmes a page is about: staff begin with those of their own departments."""

import numpy as np

from strategy_app.coverage import matrix
from strategy_app.coverage.frame import Frame
from strategy_app.forms.grid import ALL
from strategy_app.models import User
from strategy_app.models.localized import localized_text
from strategy_app.permissions import can_align_any, department_codes_of, departments_of


def whose_of(user, form) -> str:
    """Return whose programmes are shown: "mine" or "all"."""
    asked = form.cleaned_data["whose"]
    if asked or form.cleaned_data["department"]:
        return asked or ALL
    has_own = user.is_authenticated and user.role == User.Role.STAFF
    return "mine" if has_own and departments_of(user) else ALL


def mask_of(user, frame: Frame, whose: str) -> np.ndarray:
    """Return which programmes belong to the person's departments, bool[P]; else all."""
    mask = np.ones(len(frame.programmes.codes), bool)
    if whose != "mine":
        return mask
    mask[:] = False
    known = {group.code for group in frame.programmes.departments}  # at the frame's time
    for code in department_codes_of(user) & known:
        mask |= matrix.member(frame, "department", code)
    return mask


def recordable(user, frame: Frame) -> np.ndarray:
    """Return for which programmes a person may record, bool[P]: ``can_align``."""
    if not can_align_any(user):
        return np.zeros(len(frame.programmes.codes), bool)
    return mask_of(user, frame, "mine" if user.role == User.Role.STAFF else ALL)


def department_names(user, frame: Frame) -> list:
    """Return the names of a person's departments."""
    own = department_codes_of(user)
    return [
        localized_text(group.name_en, group.name_ja)
        for group in frame.programmes.departments
        if group.code in own
    ]
