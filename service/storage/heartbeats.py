"""Signs of life: who did their work, and when last."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from service.storage.database import Database
from service.storage.tables import heartbeats


def beat(database: Database, name: str, now: datetime) -> None:
    with database.nobody() as connection:
        connection.execute(
            insert(heartbeats)
            .values(name=name, at=now)
            .on_conflict_do_update(index_elements=["name"], set_={"at": now})
        )


def last_beats(database: Database) -> Mapping[str, datetime]:
    with database.nobody() as connection:
        return {row.name: row.at for row in connection.execute(select(heartbeats))}
