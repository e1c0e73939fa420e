"""Connections and transactions, each bound to one organisation by row-level security.

Two ways in: `organisation(id)` sees one organisation's rows; `system()` sees all, for the few jobs that serve every
organisation at once (the claim, the sweepers, webhooks whose organisation is not yet known, sign-in).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import ConnectionPoolEntry

SYSTEM_ROLE = "handrail_system"


class UnsafeRole(Exception):
    """The application would connect as a role that row-level security does not bind."""


class Database:
    """A pool of connections as the application's role. One transaction per `with` block, rolled back on error."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self._engine = create_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            hide_parameters=True,  # an error's text must not carry what a statement was about
            connect_args={"connect_timeout": 5, "application_name": "handrail"},
        )
        event.listen(self._engine, "connect", _set_limits)

    @contextmanager
    def organisation(self, organisation_id: UUID) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            connection.execute(
                text("SELECT set_config('handrail.organisation', :id, true)"), {"id": str(organisation_id)}
            )
            yield connection

    @contextmanager
    def system(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            connection.execute(text(f"SET LOCAL ROLE {SYSTEM_ROLE}"))
            yield connection

    @contextmanager
    def nobody(self) -> Iterator[Connection]:
        """A transaction that belongs to no organisation and sees nobody's rows."""
        with self._engine.begin() as connection:
            yield connection

    def refuse_unsafe_role(self) -> None:
        """Raises `UnsafeRole` where the database would let this role past row-level security."""
        with self.nobody() as connection:
            row = connection.execute(
                text(
                    "SELECT current_user, r.rolsuper OR r.rolbypassrls AS bypasses,"
                    " EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user) AS owns"
                    " FROM pg_roles r WHERE r.rolname = current_user"
                )
            ).one()
        if row.bypasses or row.owns:
            raise UnsafeRole(
                f"DATABASE_URL connects as {row.current_user!r}, whom row-level security does not bind. Connect as a"
                " plain role (`handrail migrate` makes handrail_app) and keep the owner for DATABASE_ADMIN_URL."
            )

    def close(self) -> None:
        self._engine.dispose()


def _set_limits(connection: object, _record: ConnectionPoolEntry) -> None:
    """A transaction left open by a fault must not hold back vacuum, nor a stuck statement a worker, for ever."""
    cursor = connection.cursor()  # type: ignore[attr-defined]  # a DB-API connection, which has no common type
    cursor.execute("SET idle_in_transaction_session_timeout = '60s'; SET statement_timeout = '120s'")
    cursor.execute("SET TIME ZONE 'UTC'")
    cursor.close()
    connection.commit()  # type: ignore[attr-defined]  # the same
