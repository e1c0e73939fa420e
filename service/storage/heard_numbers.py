"""Which of our numbers patients write to."""

from datetime import datetime

from sqlalchemy import Connection, select, union

from service.domain.values import Channel
from service.storage.tables import replies, senders


def numbers_written_to(connection: Connection, since: datetime) -> list[str]:
    """Our own telephone numbers, of every organisation: those that send by name, and those written to since then."""
    named = select(senders.c.address).where(senders.c.channel == Channel.SMS, senders.c.address.startswith("+"))
    heard = select(replies.c.to_address).where(replies.c.received_at >= since, replies.c.to_address.startswith("+"))
    return sorted(connection.scalars(union(named, heard)))
