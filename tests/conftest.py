"""What every test may ask for by name. The database and the broker are real, and belong to this run alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.embedded.broker import Broker
from service.storage.migrate import upgrade
from tests import servers
from tests.clinic import ClinicUnderTest, open_clinic
from tests.servers import Database
from tests.stack import Stack, running_stack


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The administrator's url of a PostgreSQL server."""
    with servers.open_folder() as folder, servers.running_postgres(folder) as url:
        yield url


@pytest.fixture
def server_folder() -> Iterator[Path]:
    """For a server's files."""
    with servers.open_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def migrated_template(postgres_url: str) -> Iterator[Database]:
    """A migrated database that nobody connects to, for copies."""
    with servers.empty_database(postgres_url) as template:
        upgrade(template.admin_url, template.app_url)
        yield template


@pytest.fixture(scope="session")
def session_database(postgres_url: str, migrated_template: Database) -> Iterator[Database]:
    """The one database that `database` empties for each test."""
    with servers.copy_of(postgres_url, migrated_template) as copy:
        yield copy


@pytest.fixture
def database(session_database: Database) -> Database:
    """Migrated and empty."""
    servers.empty_all_tables(session_database)
    return session_database


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A private Redis, in memory."""
    with servers.start_test_broker(tmp_path_factory.mktemp("broker")) as running:
        yield running


@pytest.fixture
def stack(database: Database, tmp_path: Path) -> Iterator[Stack]:
    """The whole service as real processes, with the demonstration loaded. Takes some seconds; for stories."""
    with running_stack(database, tmp_path) as running:
        yield running


@pytest.fixture
def clinic(database: Database, tmp_path: Path) -> Iterator[ClinicUnderTest]:
    """The shipped configuration on an empty database, with the sandbox as provider. It is Monday noon, March 1."""
    with open_clinic(database, tmp_path) as opened:
        yield opened


@pytest.fixture
def repository() -> Path:
    """The root of this repository."""
    return Path(__file__).parent.parent
