from collections.abc import Iterator

import pytest

from tests.servers import Database
from tests.web.browser import Browser
from tests.web.house import House


@pytest.fixture
def house(database: Database) -> Iterator[House]:
    """An organisation with the shipped configuration and one member of staff, and no visits yet."""
    house = House(database).furnish()
    yield house
    house.services.database.close()


@pytest.fixture
def browser(house: House) -> Browser:
    """Of somebody signed in."""
    return house.browser()
