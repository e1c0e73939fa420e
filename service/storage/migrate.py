"""Brings a database to the schema this code needs: roles, tables, policies, rights. Safe to run again at any time."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.engine import make_url

from service.storage.database import SYSTEM_ROLE
from service.storage.row_security import grants_for

MIGRATIONS = Path(__file__).parent / "migrations"
_ONE_AT_A_TIME = 7_306_227_001  # an advisory lock: several hosts may start at once


class TooOld(Exception):
    """PostgreSQL before 15 lacks what the schema relies on."""


def upgrade(admin_url: str, app_url: str) -> None:
    """Migrates as the owner (`admin_url`), then gives the role of `app_url` its rights.

    Raises `TooOld` before PostgreSQL 15. Creates the application's role, with the password of its URL, where missing.
    """
    app = make_url(app_url)
    role, password = app.username or "handrail_app", app.password
    engine = create_engine(make_url(admin_url).set(drivername="postgresql+psycopg"))
    try:
        with engine.begin() as connection:
            if _major_version(connection) < 15:
                raise TooOld("Handrail needs PostgreSQL 15 or later; this server is older")
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
            connection.execute(text("SET LOCAL lock_timeout = '10s'"))
            _make_roles(connection, role, str(password) if password else None)
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            _grant(connection, role)
    finally:
        engine.dispose()


def is_current(connection: Connection) -> bool:
    """Whether the database has exactly the schema this code was written for."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    head = ScriptDirectory.from_config(config).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() == head


def _make_roles(connection: Connection, role: str, password: str | None) -> None:
    connection.execute(
        text(
            f"DO $$ BEGIN CREATE ROLE {SYSTEM_ROLE} NOLOGIN NOBYPASSRLS;"
            " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        )
    )
    known = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).scalar()
    if known is None:
        connection.exec_driver_sql(f'CREATE ROLE "{role}" LOGIN NOSUPERUSER NOBYPASSRLS NOINHERIT')
        if password:
            quoted = connection.execute(text("SELECT quote_literal(:p)"), {"p": password}).scalar_one()
            connection.exec_driver_sql(f'ALTER ROLE "{role}" PASSWORD {quoted}')
    # Without NOINHERIT the role would see every organisation's rows at all times, not only after SET ROLE.
    connection.exec_driver_sql(f'ALTER ROLE "{role}" NOINHERIT')
    option = " WITH INHERIT FALSE" if _major_version(connection) >= 16 else ""
    connection.exec_driver_sql(f'GRANT {SYSTEM_ROLE} TO "{role}"{option}')


def _major_version(connection: Connection) -> int:
    return int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000


def _grant(connection: Connection, role: str) -> None:
    for member in (role, SYSTEM_ROLE):
        connection.exec_driver_sql(f'GRANT USAGE ON SCHEMA public TO "{member}"')
        for table in inspect(connection).get_table_names():
            connection.exec_driver_sql(grants_for(table, member))
