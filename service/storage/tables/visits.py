"""Appointments, how ready each is, what patients wrote, and what staff must do."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from service.domain.values import AppointmentStatus
from service.storage.instants import Instant
from service.storage.sealing import Sealed
from service.storage.tables.base import id_column, metadata, organisation_column

_statuses = ", ".join(f"'{status}'" for status in AppointmentStatus)

appointments = Table(
    "appointments",
    metadata,
    id_column(),
    organisation_column(),
    Column("clinic_id", Uuid, ForeignKey("clinics.id"), nullable=False),
    Column("patient_id", Uuid, ForeignKey("patients.id"), nullable=False),
    Column("external_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("booked_at", Instant),
    Column("attended_at", Instant),
    Column("clinician", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("source_digest", LargeBinary, nullable=False),
    # What the source said with this visit; None where it did not say. Together they make the imported permission.
    Column("sms_permitted", Boolean),
    Column("email_permitted", Boolean),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    UniqueConstraint("organisation_id", "external_id"),
    CheckConstraint(f"status IN ({_statuses})", name="status"),
    CheckConstraint("ends_at > starts_at", name="ends_after_it_starts"),
    Index(None, "organisation_id", "starts_at"),
    Index(None, "patient_id", "starts_at"),
)

# What is known of a visit's readiness now; moving or cancelling it deletes the rows, the audit keeps the story.
readiness = Table(
    "readiness",
    metadata,
    organisation_column(),
    Column("appointment_id", Uuid, ForeignKey("appointments.id"), primary_key=True),
    Column("item", Text, primary_key=True),
    Column("ok", Boolean, nullable=False),
    Column("detail", Sealed("readiness.detail")),
    Column("how", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

replies = Table(
    "replies",
    metadata,
    id_column(),
    organisation_column(),
    Column("clinic_id", Uuid, ForeignKey("clinics.id")),
    Column("contact_point_id", Uuid, ForeignKey("contact_points.id")),
    Column("patient_id", Uuid, ForeignKey("patients.id")),
    Column("appointment_id", Uuid, ForeignKey("appointments.id")),
    Column("answers_message_id", Uuid),
    Column("event_key", Text, nullable=False, unique=True),
    Column("from_address", Sealed("replies.from_address"), nullable=False),
    Column("to_address", Text, nullable=False),
    Column("body", Sealed("replies.body"), nullable=False),
    Column("media", Integer, nullable=False, server_default="0"),
    Column("received_at", Instant, nullable=False),
    Column("intent", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("urgency", Text, nullable=False),
    Column("value", Text, nullable=False, server_default=""),
    Column("needs_staff", Boolean, nullable=False),
    Column("read_at", Instant),
    Column("read_by", Text),
    Index(None, "organisation_id", "received_at"),
    Index(None, "contact_point_id", "received_at"),
    Index(
        "replies_unread_idx",
        "organisation_id",
        "received_at",
        postgresql_where=text("read_at IS NULL AND needs_staff"),
    ),
)

# `dedupe_key` keeps one cause from making the same task twice while it is open; done, it may come again.
tasks = Table(
    "tasks",
    metadata,
    id_column(),
    organisation_column(),
    Column("clinic_id", Uuid, ForeignKey("clinics.id")),
    Column("patient_id", Uuid, ForeignKey("patients.id")),
    Column("appointment_id", Uuid, ForeignKey("appointments.id")),
    Column("message_id", Uuid),
    Column("reply_id", Uuid, ForeignKey("replies.id")),
    Column("kind", Text, nullable=False),
    Column("say", Text, nullable=False),
    Column("dedupe_key", Text, nullable=False),
    Column("deadline_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("done_at", Instant),
    Column("done_by", Text),
    Index(
        "tasks_once_key",
        "organisation_id",
        "dedupe_key",
        unique=True,
        postgresql_where=text("done_at IS NULL"),
    ),
    # Whether a visit's task was raised before, done or not.
    Index(None, "appointment_id"),
    Index("tasks_open_idx", "organisation_id", "deadline_at", postgresql_where=text("done_at IS NULL")),
)
