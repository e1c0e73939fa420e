"""Pausing a sender that the provider refuses, so that not every message runs into the same wall."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select

from service.storage.tables import messages, senders


def pause_sender_of(connection: Connection, message_id: UUID, until: datetime) -> None:
    sender = select(messages.c.sender_id).where(messages.c.id == message_id).scalar_subquery()
    connection.execute(senders.update().where(senders.c.id == sender).values(paused_until=until))
