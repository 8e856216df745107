"""Read and send what the pages of a draft read and send."""

import re

from strategy_app.models import Change, Element, Origin, Revision, Wording
from tests.views.reading import text_of

DRAFT = "/strategy/STR/draft/"
PARTS = {"Accept": "application/json"}


def get(code):
    return Wording.objects.get(element__code=code, revision__published_in=None)


def sent(code, **fields):
    """Return what the editor sends for an element, with some of it typed anew."""
    wording = get(code)
    return {
        name: getattr(wording, name)
        for name in ("title_en", "body_en", "title_ja", "body_ja", "source")
    } | {
        "type": wording.type.code,
        "is_alignable": "yes" if wording.is_alignable else "no",
        "replaces": wording.edited_in_id or "",
    } | fields  # fmt: skip


def stored():
    return [
        list(model.objects.order_by("pk").values_list())
        for model in (Revision, Wording, Element, Origin, Change)
    ]


def refused(client, address, data, message, status=400, **kwargs):
    """Send a form; its answer says why nothing has changed."""
    before = stored()
    page = client.post(address, data, **kwargs)
    assert page.status_code == status
    assert message in text_of(page)
    assert stored() == before
    return page


def errors_by_field(page):
    """Return what stands next to each field, by the id of its place."""
    found = re.findall(
        r'<div id="([\w-]+)_error" class="field-error">(.*?)</div>', page.content.decode()
    )
    return {name: words.strip() for name, words in found}
