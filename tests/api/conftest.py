"""People who call the API, each with a token of their own."""

import pytest

from tests import factories
from tests.api.answers import client_of


@pytest.fixture
def api(ben):
    """A viewer's client."""
    return client_of(ben)


@pytest.fixture
def aikos(aiko):
    """The client of staff of department A."""
    return client_of(aiko)


@pytest.fixture
def dais(dai):
    """A manager's client."""
    return client_of(dai)


@pytest.fixture
def strategy(db):
    return factories.make_strategy(context=("B",))


@pytest.fixture
def programme(department_a):
    return factories.make_programme("PRG-1", department=department_a)
