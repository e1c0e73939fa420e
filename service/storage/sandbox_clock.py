"""How far the sandbox has moved the service's clock ahead. Outside the sandbox nobody asks."""

from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from service.storage.database import Database
from service.storage.tables import clock


def clock_ahead(database: Database) -> timedelta:
    with database.nobody() as connection:
        return connection.scalar(select(clock.c.ahead).where(clock.c.id == 1)) or timedelta()


def set_clock_ahead(database: Database, ahead: timedelta) -> bool:
    """Moves the clock forward, never back: False where it is further ahead already."""
    statement = insert(clock).values(id=1, ahead=ahead)
    with database.nobody() as connection:
        moved = connection.execute(
            statement.on_conflict_do_update(
                index_elements=["id"], set_={"ahead": ahead}, where=clock.c.ahead <= ahead
            ).returning(clock.c.id)
        )
        return moved.first() is not None


def next_due_at(database: Database, now: datetime) -> datetime | None:
    """When the next message is due; what is due already is counted by `still_moving`."""
    with database.system() as connection:
        found: datetime | None = connection.scalar(
            text("SELECT min(due_at) FROM messages WHERE state = 'planned' AND due_at > :now"), {"now": now}
        )
        return found


def still_moving(database: Database, now: datetime) -> int:
    """Messages that are due or on their way to a provider, and events not yet applied: let them finish first."""
    with database.system() as connection:
        count: int = connection.execute(
            text(
                "SELECT (SELECT count(*) FROM messages WHERE state = 'planned' AND due_at <= :now)"
                " + (SELECT count(*) FROM messages WHERE lease_until IS NOT NULL)"
                " + (SELECT count(*) FROM provider_events WHERE applied_at IS NULL AND look_again_at IS NULL)"
            ),
            {"now": now},
        ).scalar_one()
        return count
