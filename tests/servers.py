"""Real servers for tests: PostgreSQL and a broker of their own, in a temporary folder."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from service.embedded.broker import Broker, start_broker
from service.embedded.database import APP_ROLE, prepare_database, with_database
from service.embedded.postgres import Durability, start_postgres


@dataclass(frozen=True, kw_only=True)
class Database:
    """One database of a test: as its administrator, and as the application (row-level security applies)."""

    admin_url: str
    app_url: str


@contextmanager
def open_folder() -> Iterator[Path]:
    """A temporary folder for a server that runs as another user when we are root. (pytest's own temporary folder
    will not do: every pytest that starts closes it to others.)"""
    with tempfile.TemporaryDirectory(prefix="handrail-") as folder:
        yield Path(folder)


@contextmanager
def running_postgres(folder: Path) -> Iterator[str]:
    """The administrator's url of a server: `TEST_DATABASE_ADMIN_URL`, or one started in `folder`."""
    if url := os.environ.get("TEST_DATABASE_ADMIN_URL"):
        yield url
        return
    with start_postgres(folder, durability=Durability.NONE) as server:
        yield server.admin_url


@contextmanager
def empty_database(server_url: str) -> Iterator[Database]:
    """A database of its own, without tables; dropped afterwards."""
    name = f"handrail_test_{secrets.token_hex(6)}"
    password = "" if "TEST_DATABASE_ADMIN_URL" not in os.environ else "only-for-tests"
    admin_url, app_url = prepare_database(server_url, database=name, role=APP_ROLE, password=password)
    try:
        yield Database(admin_url=admin_url, app_url=app_url)
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def copy_of(server_url: str, template: Database) -> Iterator[Database]:
    """A copy of a database that nobody is connected to: faster than migrating again."""
    name = f"handrail_test_{secrets.token_hex(6)}"
    source = sql.Identifier(template.admin_url.partition("?")[0].rpartition("/")[2])
    with psycopg.connect(server_url, autocommit=True) as connection:
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), source)
        connection.execute(copy)
        connection.execute(sql.SQL("ALTER DATABASE {} SET timezone TO 'UTC'").format(sql.Identifier(name)))
        yield Database(admin_url=with_database(template.admin_url, name), app_url=with_database(template.app_url, name))
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def empty_all_tables(database: Database) -> None:
    """Removes every row but the migration's version. Sequences start again."""
    with psycopg.connect(database.admin_url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # an append-only table refuses otherwise
        names = connection.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        ).fetchall()
        if names:
            tables = sql.SQL(", ").join(sql.SQL(name) for (name,) in names)
            connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(tables))


def start_test_broker(folder: Path) -> Broker:
    """A private broker, whatever REDIS_URL says: tests must not touch a real one."""
    return start_broker(folder, {"PATH": os.environ.get("PATH", os.defpath)})
