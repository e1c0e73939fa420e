"""Organisations are kept apart by the database, even where a query forgets to."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import create_engine, func, insert, inspect, select, text, update
from sqlalchemy.exc import DBAPIError, ProgrammingError

from service.storage.clinics import add_organisation
from service.storage.database import Database, UnsafeRole
from service.storage.ids import new_id
from service.storage.row_security import OPEN_TABLES
from service.storage.tables import audit, metadata, patients
from tests import servers

NOW = datetime(2027, 3, 1, tzinfo=UTC)


@pytest.fixture
def storage(database: servers.Database) -> Iterator[Database]:
    opened = Database(database.app_url)
    yield opened
    opened.close()


def organisation(storage: Database, slug: str) -> UUID:
    with storage.system() as connection:
        return add_organisation(connection, slug, slug, NOW)


def note(storage: Database, organisation_id: UUID) -> None:
    row = {
        "organisation_id": organisation_id,
        "at": NOW,
        "actor": "a",
        "action": "b",
        "subject": "c",
        "subject_id": "d",
    }
    with storage.organisation(organisation_id) as connection:
        connection.execute(insert(audit).values(row))


def test_without_the_setting_a_query_sees_nothing(storage: Database) -> None:
    note(storage, organisation(storage, "north"))
    with storage.nobody() as connection:
        for table in metadata.sorted_tables:
            if table.name not in OPEN_TABLES:
                assert connection.execute(select(func.count()).select_from(table)).scalar() == 0, table.name


def test_an_organisation_sees_its_own_rows_and_no_others(storage: Database) -> None:
    north, south = organisation(storage, "north"), organisation(storage, "south")
    note(storage, north)
    for owner, seen in ((north, 1), (south, 0)):
        with storage.organisation(owner) as connection:
            assert connection.scalar(select(func.count()).select_from(audit)) == seen


def test_a_row_cannot_be_stored_for_another_organisation(storage: Database) -> None:
    north, south = organisation(storage, "north"), organisation(storage, "south")
    row = {"organisation_id": south, "at": NOW, "actor": "a", "action": "b", "subject": "c", "subject_id": "d"}
    with pytest.raises(ProgrammingError, match="row-level security"), storage.organisation(north) as connection:
        connection.execute(insert(audit).values(row))


def test_the_setting_ends_with_its_transaction(storage: Database) -> None:
    north = organisation(storage, "north")
    note(storage, north)
    with storage.organisation(north):
        pass
    with storage.nobody() as connection:
        assert connection.scalar(select(func.count()).select_from(audit)) == 0


def test_every_table_is_under_row_level_security(database: servers.Database) -> None:
    engine = create_engine(database.admin_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        bare = connection.scalars(
            text(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND NOT relrowsecurity"
                " AND relnamespace = 'public'::regnamespace"
            )
        ).all()
        assert set(bare) == set(OPEN_TABLES)
        assert set(inspect(connection).get_table_names()) - {"alembic_version"} == set(metadata.tables)
    engine.dispose()


def test_the_owner_of_the_tables_is_refused_as_the_applications_role(database: servers.Database) -> None:
    as_owner = Database(database.admin_url)
    with pytest.raises(UnsafeRole, match="DATABASE_ADMIN_URL"):
        as_owner.refuse_unsafe_role()
    as_owner.close()


def test_the_applications_role_is_accepted(storage: Database) -> None:
    storage.refuse_unsafe_role()


@pytest.mark.parametrize("change", [update(audit).values(actor="x"), audit.delete()])
def test_the_audit_cannot_be_changed(storage: Database, database: servers.Database, change: object) -> None:
    north = organisation(storage, "north")
    note(storage, north)
    with pytest.raises(ProgrammingError, match="permission denied"), storage.organisation(north) as connection:
        connection.execute(change)  # type: ignore[call-overload]  # an update or a delete
    engine = create_engine(database.admin_url.replace("postgresql://", "postgresql+psycopg://"))
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(change)  # type: ignore[call-overload]  # an update or a delete
    engine.dispose()


def test_a_naive_instant_is_refused(storage: Database) -> None:
    north = organisation(storage, "north")
    values = {"organisation_id": north, "at": NOW.replace(tzinfo=None), "actor": "a", "action": "b"}
    with pytest.raises(Exception, match="time zone"), storage.organisation(north) as connection:
        connection.execute(insert(audit).values(**values, subject="c", subject_id="d"))


def test_new_ids_rise_and_are_version_7() -> None:
    ids = [new_id() for _ in range(3)]
    assert {made.version for made in ids} == {7}
    assert patients.c.id.default is not None
