"""Who is signed in, and what they work on."""

import datetime

import pytest

from strategy_app.services import strategy as services
from tests import factories
from tests.views.document_rows import ENGLISH, JAPANESE


@pytest.fixture
def admin(client, chie):
    client.force_login(chie)
    return client


@pytest.fixture
def chies(db, client, chie):
    factories.make_strategy(elements=("AIM-1",))
    client.force_login(chie)
    return client


@pytest.fixture
def document(chies, chie):
    return factories.make_document(ENGLISH, chie, other=JAPANESE)


@pytest.fixture
def revised(db):
    """A second revision from 2026: "A" is reworded, "B" goes, "C" comes, "A.2" moves up."""
    strategy = factories.make_strategy()
    draft = services.create_draft(
        strategy=strategy, by=None, name_en="Second", name_ja="第2版", preface_en="Why."
    )
    services.delete_wording(wording=draft.wordings.get(element__code="B"), by=None)
    factories.add_elements(draft, ["C"])
    reworded = draft.wordings.get(element__code="A")
    reworded.body_en, reworded.body_ja = "What A is all about.", "Aの新しい説明。"
    reworded.modification = "material"
    services.save_wording(wording=reworded, by=None)
    moved = draft.wordings.get(element__code="A.2")
    moved.parent = None
    services.save_wording(wording=moved, by=None)
    services.publish(
        revision=draft,
        in_force_from=datetime.date(2026, 4, 1),
        by=None,
        despite_warnings=True,
    )
    return strategy
