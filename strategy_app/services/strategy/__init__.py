"""Keep strategies: draft, edit the draft, say how it changed, approve, publish."""

from strategy_app.services.strategy.crosswalk import suggested
from strategy_app.services.strategy.decide import decide, set_origins
from strategy_app.services.strategy.draft import (
    FIELDS,
    NotDraft,
    Overtaken,
    add,
    bring_back,
    check_place,
    create_draft,
    delete_wording,
    discard_draft,
    edit,
    mark_current,
    recode,
    save_draft,
    save_element,
    save_wording,
)
from strategy_app.services.strategy.languages import behind
from strategy_app.services.strategy.many import add_all, save_elements, save_types
from strategy_app.services.strategy.order import DIRECTIONS, move, put_below
from strategy_app.services.strategy.publish import (
    NotApproved,
    Problem,
    approve,
    is_approved_for,
    problems_of,
    publish,
)

__all__ = [
    "DIRECTIONS",
    "FIELDS",
    "NotApproved",
    "NotDraft",
    "Overtaken",
    "Problem",
    "add",
    "add_all",
    "approve",
    "behind",
    "bring_back",
    "check_place",
    "create_draft",
    "decide",
    "delete_wording",
    "discard_draft",
    "edit",
    "is_approved_for",
    "mark_current",
    "move",
    "problems_of",
    "publish",
    "put_below",
    "recode",
    "save_draft",
    "save_element",
    "save_elements",
    "save_types",
    "save_wording",
    "set_origins",
    "suggested",
]
