"""Edit a draft by the services, and see that a refusal has changed nothing."""

import pytest

from strategy_app.models import Change, Element, Origin, Revision, Wording
from strategy_app.queries import draft as draft_queries
from strategy_app.services import strategy as services
from tests import factories


def get(draft, code):
    return draft.wordings.get(element__code=code)


def edit(draft, code, by, **fields):
    wording = get(draft, code)
    if "type" in fields:
        fields["type"] = factories.type_of(draft.strategy, fields["type"])
    return services.edit(wording=wording, replaces=wording.edited_in_id, by=by, **fields)


def everything():
    return [
        list(model.objects.order_by("pk").values_list())
        for model in (Revision, Wording, Element, Origin, Change)
    ]


def refused(error, action, **kwargs):
    """Call a service that refuses; nothing has changed; return the refusal."""
    before = everything()
    with pytest.raises(error) as refusal:
        action(**kwargs)
    assert everything() == before
    return refusal.value


def outline(draft):
    return [(row.code, row.depth) for row in draft_queries.Draft(draft).rows]
