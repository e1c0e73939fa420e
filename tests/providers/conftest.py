from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from service.providers.http_client import HttpClient
from tests.providers.stand_in import StandIn


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def provider(anyio_backend: str) -> AsyncIterator[StandIn]:
    async with StandIn().running() as stand_in:
        yield stand_in


@pytest.fixture
async def http(anyio_backend: str) -> AsyncIterator[HttpClient]:
    client = HttpClient(timeout=timedelta(seconds=0.4), connect_timeout=timedelta(seconds=0.3))
    yield client
    await client.close()
