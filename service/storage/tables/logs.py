"""What happened and when: provider events, the audit, heartbeats, the sandbox's clock."""

from sqlalchemy import BigInteger, Column, Identity, Index, Integer, Interval, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from service.storage.instants import Instant
from service.storage.sealing import Sealed
from service.storage.tables.base import metadata, organisation_column

# Each event once, whatever its organisation turns out to be: a webhook arrives before that is known.
provider_events = Table(
    "provider_events",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("event_key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("attempt_id", Uuid),
    Column("provider_id", Text, nullable=False),
    Column("content", Sealed("provider_events.content"), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("applied_at", Instant),
    Column("look_again_at", Instant),  # it could not be applied yet, and must not hold up what came after it
    Column("result", Text, nullable=False, server_default=""),
    Index("provider_events_waiting_idx", "id", postgresql_where=text("applied_at IS NULL")),
    Index("provider_events_attempt_id_idx", "attempt_id", postgresql_where=text("attempt_id IS NOT NULL")),
)

# Append-only: a trigger refuses UPDATE and DELETE. `details` holds no name, number, address or text of a person.
audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    organisation_column(),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("details", JSONB, nullable=False, server_default="{}"),
    Index(None, "organisation_id", "at"),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", Text, primary_key=True),
    Column("at", Instant, nullable=False),
)

clock = Table(
    "clock",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ahead", Interval, nullable=False),
)
