"""The migrations make exactly the tables that the code describes."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from service.storage.migrate import is_current, upgrade
from service.storage.tables import metadata
from tests import servers


def test_the_migrated_database_has_the_tables_of_the_code(database: servers.Database) -> None:
    engine = create_engine(database.admin_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert is_current(connection)
    engine.dispose()


def test_migrating_again_changes_nothing(database: servers.Database) -> None:
    upgrade(database.admin_url, database.app_url)
