"""The role and the database that Handrail works with, made by an administrator of the server."""

from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

APP_ROLE = "handrail_app"
DATABASE = "handrail"


def prepare_database(
    server_url: str, *, database: str = DATABASE, role: str = APP_ROLE, password: str = ""
) -> tuple[str, str]:
    """Makes the role (it cannot bypass row-level security) and the database, where missing.

    `server_url` is an administrator's, for any database of the server. Returns (administrator's url, the
    application's url) of the database. Without a password the server must trust its unix socket.
    """
    with psycopg.connect(server_url, autocommit=True) as connection:
        _ensure_role(connection, role, password)
        _ensure_database(connection, database)
    admin_url = with_database(server_url, database)
    return admin_url, _with_user(admin_url, role, password)


def _ensure_role(connection: psycopg.Connection, role: str, password: str) -> None:
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb = sql.SQL("ALTER ROLE {}" if found else "CREATE ROLE {}").format(sql.Identifier(role))
    rights = sql.SQL(" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOBYPASSRLS")
    secret = sql.SQL(" PASSWORD {}").format(sql.Literal(password)) if password else sql.SQL("")
    connection.execute(verb + rights + secret)


def _ensure_database(connection: psycopg.Connection, database: str) -> None:
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is None:
        create = sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0")
        connection.execute(create.format(sql.Identifier(database)))
    connection.execute(sql.SQL("ALTER DATABASE {} SET timezone TO 'UTC'").format(sql.Identifier(database)))


def with_database(url: str, database: str) -> str:
    """The same server and user, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{quote(database)}"))


def _with_user(url: str, user: str, password: str) -> str:
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    secret = f":{quote(password, safe='')}" if password else ""
    return urlunsplit(parts._replace(netloc=f"{quote(user)}{secret}@{place}"))
