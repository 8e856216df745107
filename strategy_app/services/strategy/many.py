"""Write many elements of a draft at once, without queries for each of them."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from strategy_app.models import (
    Change,
    Element,
    ElementType,
    Revision,
    Strategy,
    User,
    Wording,
)
from strategy_app.queries import strategy as strategy_queries
from strategy_app.services.bulk import append_tracked
from strategy_app.services.change import discard, recording
from strategy_app.services.strategy.draft import require_draft, unapprove

# What the services themselves set, and the database holds.
_NOT_TYPED = (
    "revision", "element", "parent", "type", "strategy", "decided_by", "edited_in",
)  # fmt: skip


def save_elements(
    *,
    strategy: Strategy,
    codes: list[str],
    by: User | None,
    source: str = Change.Source.ADMIN,
) -> dict[str, Element]:
    """Return the strategy's elements of these codes, making those that there are not.

    Raises ValidationError for a code that cannot be one.
    """
    with recording(Change.Action.EDIT_STRATEGY, by=by, source=source) as change:
        found = {
            element.code: element
            for element in Element.objects.filter(strategy=strategy, code__in=codes)
        }
        new = [Element(strategy=strategy, code=code) for code in codes if code not in found]
        for element in new:
            _clean(element, element.code)
        return found | {
            element.code: element for element in append_tracked(new, change=change)
        }


def save_types(
    *,
    strategy: Strategy,
    types: list[ElementType],
    by: User | None,
    source: str = Change.Source.ADMIN,
) -> dict[str, ElementType]:
    """Give a strategy these types after its own; return all that it has by their codes.

    Of those whose code it has already, its own stays. Raises ValidationError for one that
    cannot be.
    """
    with recording(Change.Action.EDIT_STRATEGY, by=by, source=source) as change:
        found = {each.code: each for each in strategy_queries.types(strategy.pk)}
        last = max((each.order for each in found.values()), default=0)
        new = [each for each in types if each.code not in found]
        for order, each in enumerate(new, start=last + 1):
            each.strategy, each.order = strategy, order
            _clean(each, each.code)
        if not new:
            discard(change)
            return found
        return found | {each.code: each for each in append_tracked(new, change=change)}


def add_all(
    *,
    revision: Revision,
    wordings: list[Wording],
    by: User | None,
    source: str = Change.Source.ADMIN,
) -> list[Wording]:
    """Add wordings of elements that a draft does not have; return them.

    Raises NotDraft, and ValidationError for a text that cannot be one, for an element that
    is there already, for one or a type that is another strategy's, and for a parent that is
    not there, or is below.
    """
    with recording(Change.Action.EDIT_STRATEGY, by=by, source=source) as change:
        draft = require_draft(revision.pk)
        for wording in wordings:
            wording.revision, wording.edited_in = draft, change
            _clean(wording, wording.element.code)
        _check_places(draft, wordings)
        added = append_tracked(wordings, change=change)
        unapprove(draft)
        return added


def _clean(row, code):
    """Check the fields of a row; a refusal says which element is meant."""
    names = {field.name for field in row._meta.fields}
    try:
        row.clean_fields(exclude=names.intersection(_NOT_TYPED))
    except ValidationError as refused:
        raise ValidationError(f"{code}: {' '.join(refused.messages)}") from refused


def _check_places(draft, wordings):
    """Refuse elements that are there already, and parents that lead nowhere."""
    parents = dict(draft.wordings.values_list("element_id", "parent_id"))
    for wording in wordings:
        code = wording.element.code
        if wording.element.strategy_id != draft.strategy_id:
            raise ValidationError(
                _("This element belongs to another strategy.") + f" ({code})"
            )
        if wording.type.strategy_id != draft.strategy_id:
            raise ValidationError(
                _("This type belongs to another strategy.") + f" ({code})"
            )
        if wording.element_id in parents:
            raise ValidationError(_("The code %(code)s is there twice.") % {"code": code})
        parents[wording.element_id] = wording.parent_id
    for wording in wordings:
        seen, node = set(), wording.element_id
        while node is not None:
            if node in seen or node not in parents:
                code = wording.element.code
                raise ValidationError(
                    _("%(code)s has no place in the draft.") % {"code": code}
                )
            seen.add(node)
            node = parents[node]
