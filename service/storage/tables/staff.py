"""The people who work at the clinic, their signed-in sessions, and the keys of programs."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, LargeBinary, Table, Text, UniqueConstraint, Uuid

from service.storage.instants import Instant
from service.storage.tables.base import id_column, metadata, organisation_column

staff = Table(
    "staff",
    metadata,
    id_column(),
    organisation_column(),
    Column("email", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("last_seen_at", Instant),
    Column("disabled_at", Instant),
)

# Only a hash of the cookie is kept, so that a copy of the table signs nobody in.
staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    organisation_column(),
    Column("staff_id", Uuid, ForeignKey("staff.id"), nullable=False),
    Column("csrf_token", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Index(None, "staff_id"),
)

# Keys of other programs. Again only a hash: the key itself is shown once, when it is made.
api_keys = Table(
    "api_keys",
    metadata,
    id_column(),
    organisation_column(),
    Column("name", Text, nullable=False),
    Column("key_hash", LargeBinary, nullable=False, unique=True),
    Column("may_write", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("last_used_at", Instant),
    UniqueConstraint("organisation_id", "name"),
)
