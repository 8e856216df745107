"""The tables. Everything that is written goes through ``strategy_app.services``."""

from strategy_app.models.alignment import (
    Alignment,
    Deferral,
    Dismissal,
    Evidence,
    Level,
    LevelDefinition,
    Return,
)
from strategy_app.models.change import Change, ChangeRequired
from strategy_app.models.pending_document import PendingDocument
from strategy_app.models.pending_table import PendingTable
from strategy_app.models.people import ApiToken, User
from strategy_app.models.programme import Budget, Category, Department, Programme
from strategy_app.models.saved_view import SavedView
from strategy_app.models.strategy import (
    Correspondence,
    Element,
    ElementType,
    Origin,
    Revision,
    Strategy,
    Wording,
)
from strategy_app.models.target import Target
from strategy_app.models.thresholds import Thresholds

__all__ = [
    "Alignment",
    "ApiToken",
    "Budget",
    "Category",
    "Change",
    "ChangeRequired",
    "Correspondence",
    "Deferral",
    "Department",
    "Dismissal",
    "Element",
    "ElementType",
    "Evidence",
    "Level",
    "LevelDefinition",
    "Origin",
    "PendingDocument",
    "PendingTable",
    "Programme",
    "Return",
    "Revision",
    "SavedView",
    "Strategy",
    "Target",
    "Thresholds",
    "User",
    "Wording",
]
