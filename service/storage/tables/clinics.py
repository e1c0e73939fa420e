"""The customer, its sites, what they say when, and the numbers they say it from."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY

from service.storage.instants import Instant
from service.storage.tables.base import id_column, metadata, organisation_column

organisations = Table(
    "organisations",
    metadata,
    id_column(),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)

# `definition` is the clinic's TOML, the one truth about it; the other columns repeat what queries need.
clinics = Table(
    "clinics",
    metadata,
    id_column(),
    organisation_column(),
    Column("name", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("definition", Text, nullable=False),
    Column("sms_sender_id", Uuid, ForeignKey("senders.id"), nullable=False),
    Column("email_sender_id", Uuid, ForeignKey("senders.id"), nullable=False),
    Column("updated_at", Instant, nullable=False),
    UniqueConstraint("organisation_id", "name"),
)

# A sender's tokens are a bucket: `tokens` as of `refilled_at`, growing by `per_second` up to `burst`.
senders = Table(
    "senders",
    metadata,
    id_column(),
    organisation_column(),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("per_second", Float, nullable=False),
    Column("burst", Float, nullable=False),
    Column("tokens", Float, nullable=False),
    Column("refilled_at", Instant, nullable=False),
    Column("paused_until", Instant),
    UniqueConstraint("organisation_id", "channel", "address"),
)

schedules = Table(
    "schedules",
    metadata,
    id_column(),
    organisation_column(),
    Column("name", Text, nullable=False),
    Column("kinds", ARRAY(Text), nullable=False),
    Column("active_version_id", Uuid),
    Column("enabled", Boolean, nullable=False, server_default="true"),
    UniqueConstraint("organisation_id", "name"),
)

# `bundle` is the schedule with the texts it uses, in every language: a version never changes.
schedule_versions = Table(
    "schedule_versions",
    metadata,
    id_column(),
    organisation_column(),
    Column("schedule_id", Uuid, ForeignKey("schedules.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("bundle", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    UniqueConstraint("schedule_id", "number"),
)
