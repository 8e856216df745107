"""Who is signed in, and what they work on."""

import pytest

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
