"""Sealing again, with the newest key, what an older key sealed. In small transactions, so it can stop anywhere."""

from collections.abc import Iterator

from sqlalchemy import Column, ColumnElement, Connection, LargeBinary, Table, and_, func, or_, select, type_coerce

from service.storage.database import Database
from service.storage.sealing import Sealed, keys
from service.storage.tables import metadata

ROWS_AT_ONCE = 500


def tables_with_sealed_columns() -> list[Table]:
    return [table for table in metadata.sorted_tables if _sealed(table)]


def count_to_reseal(database: Database, table: Table) -> int:
    with database.system() as connection:
        return connection.execute(select(func.count()).select_from(table).where(_is_old(table))).scalar_one()


def reseal(database: Database, table: Table) -> Iterator[int]:
    """Yields the rows done after each transaction. Raises `CannotOpen` where a key is missing; the rest is kept."""
    while True:
        with database.system() as connection:
            done = _reseal_some(connection, table)
        if not done:
            return
        yield done


def _reseal_some(connection: Connection, table: Table) -> int:
    primary = list(table.primary_key.columns)
    rows = connection.execute(
        select(*primary, *_sealed(table)).where(_is_old(table)).limit(ROWS_AT_ONCE).with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        here = and_(*(column == getattr(row, column.name) for column in primary))
        values = {column.name: getattr(row, column.name) for column in _sealed(table)}
        connection.execute(table.update().where(here).values(values))
    return len(rows)


def _sealed(table: Table) -> list[Column[str]]:
    return [column for column in table.columns if isinstance(column.type, Sealed)]


def _is_old(table: Table) -> ColumnElement[bool]:
    prefix = keys().newest.encode() + b"\0"
    return or_(
        *(
            and_(
                column.is_not(None),
                func.substring(type_coerce(column, LargeBinary), 1, len(prefix)) != prefix,
            )
            for column in _sealed(table)
        )
    )
