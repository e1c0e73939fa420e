"""Messages and the attempts to send them: the tables that must never say a thing twice or lose it."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from service.domain.states import State
from service.storage.instants import Instant
from service.storage.sealing import Sealed
from service.storage.tables.base import id_column, metadata, organisation_column

_states = ", ".join(f"'{state}'" for state in State)

messages = Table(
    "messages",
    metadata,
    id_column(),
    organisation_column(),
    Column("clinic_id", Uuid, ForeignKey("clinics.id"), nullable=False),
    Column("patient_id", Uuid, ForeignKey("patients.id")),
    Column("appointment_id", Uuid, ForeignKey("appointments.id")),
    Column("appointment_version", Integer),
    Column("visit_starts_at", Instant),
    Column("visit_kind", Text),
    Column("contact_point_id", Uuid, ForeignKey("contact_points.id")),
    Column("sender_id", Uuid, ForeignKey("senders.id")),
    Column("schedule_version_id", Uuid, ForeignKey("schedule_versions.id")),
    Column("in_reply_to", Uuid, ForeignKey("replies.id")),
    Column("step", Text, nullable=False),
    Column("occurrence", Integer, nullable=False, server_default="1"),
    Column("text_name", Text, nullable=False, server_default=""),
    Column("channel", Text),
    Column("category", Text, nullable=False),
    Column("asks", Text),
    Column("priority", SmallInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("why", Text, nullable=False),
    Column("due_at", Instant),
    Column("expires_at", Instant),
    Column("epoch", Integer, nullable=False, server_default="0"),
    Column("lease_until", Instant),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("subject", Sealed("messages.subject")),
    Column("body", Sealed("messages.body")),
    Column("handed_over_at", Instant),
    Column("settled_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    CheckConstraint(f"state IN ({_states})", name="state"),
    CheckConstraint(
        "state = 'skipped' OR (due_at IS NOT NULL AND expires_at IS NOT NULL AND channel IS NOT NULL"
        " AND contact_point_id IS NOT NULL AND sender_id IS NOT NULL)",
        name="can_be_sent",
    ),
    # One message per appointment, step, occurrence, version and recipient: the guard against saying it twice.
    Index(
        "messages_once_key",
        "appointment_id",
        "step",
        "occurrence",
        "appointment_version",
        "contact_point_id",
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=text("appointment_id IS NOT NULL AND in_reply_to IS NULL"),
    ),
    # One answer to a reply, however often the reply is processed.
    Index("messages_one_answer_key", "in_reply_to", unique=True, postgresql_where=text("in_reply_to IS NOT NULL")),
    # The claim reads this one, a range per sender and priority.
    Index("messages_due_idx", "sender_id", "priority", "due_at", postgresql_where=text("state = 'planned'")),
    # Expiry reads this one.
    Index("messages_stale_idx", "expires_at", postgresql_where=text("state = 'planned'")),
    # Leases: on the column, not on the state, so that the planner never takes it for a tiny index and scans it.
    Index("messages_lease_idx", "lease_until", postgresql_where=text("lease_until IS NOT NULL")),
    Index("messages_unsettled_idx", "updated_at", postgresql_where=text("state IN ('uncertain', 'handed_over')")),
    Index(None, "contact_point_id", "handed_over_at"),
    Index(None, "organisation_id", "due_at"),
    Index(None, "patient_id", "due_at"),
)

# Written and committed before the provider is called. `id` is the opaque id that callbacks carry.
attempts = Table(
    "attempts",
    metadata,
    id_column(),
    organisation_column(),
    Column("message_id", Uuid, ForeignKey("messages.id"), nullable=False),
    Column("number", SmallInteger, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("provider", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("outcome", Text),
    Column("code", Text, nullable=False, server_default=""),
    Column("words", Text, nullable=False, server_default=""),
    Column("provider_id", Text),
    UniqueConstraint("message_id", "number"),
    Index("attempts_provider_id_idx", "provider_id", postgresql_where=text("provider_id IS NOT NULL")),
)
