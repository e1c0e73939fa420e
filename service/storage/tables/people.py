"""Patients, how they can be reached, and what they agreed to."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from service.storage.instants import Instant
from service.storage.sealing import Sealed
from service.storage.tables.base import id_column, metadata, organisation_column

patients = Table(
    "patients",
    metadata,
    id_column(),
    organisation_column(),
    Column("external_id", Text, nullable=False),
    Column("given_name", Sealed("patients.given_name"), nullable=False),
    Column("family_name", Sealed("patients.family_name"), nullable=False),
    Column("language", Text, nullable=False),
    Column("timezone", Text),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    UniqueConstraint("organisation_id", "external_id"),
)

# One row per number or address of an organisation, however many patients share it.
contact_points = Table(
    "contact_points",
    metadata,
    id_column(),
    organisation_column(),
    Column("channel", Text, nullable=False),
    Column("address", Sealed("contact_points.address"), nullable=False),
    Column("address_index", LargeBinary, nullable=False),
    Column("line_type", Text),  # "landline" once a provider said so; None: nothing is known
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("organisation_id", "channel", "address_index"),
)

patient_contacts = Table(
    "patient_contacts",
    metadata,
    organisation_column(),
    Column("patient_id", Uuid, ForeignKey("patients.id"), primary_key=True),
    Column("contact_point_id", Uuid, ForeignKey("contact_points.id"), primary_key=True),
    Column("rank", Integer, nullable=False),
    Index(None, "contact_point_id"),
)

# A clinician's own cut-offs for one patient, in minutes before the start by clock; the audit keeps the earlier ones.
clock_overrides = Table(
    "clock_overrides",
    metadata,
    organisation_column(),
    Column("patient_id", Uuid, ForeignKey("patients.id"), primary_key=True),
    Column("minutes_before", JSONB, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("why", Sealed("clock_overrides.why"), nullable=False),
    Column("set_at", Instant, nullable=False),
    Column("review_on", Date, nullable=False),
    Index(None, "organisation_id", "review_on"),
)

# The ledger: rows are only ever added. The row of a contact point and category that was said last says what holds:
# `said_at` is when it was said, `at` when we stored it. News may arrive in another order than it was said in.
# `source_ref` names the reply, import or message that said it; a patient's exact words are that reply's body.
consent_events = Table(
    "consent_events",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    organisation_column(),
    Column("contact_point_id", Uuid, ForeignKey("contact_points.id"), nullable=False),
    Column("category", Text, nullable=False),
    Column("given", Boolean, nullable=False),
    Column("source", Text, nullable=False),
    Column("source_ref", Text, nullable=False, server_default=""),
    Column("actor", Text, nullable=False),
    Column("said_at", Instant, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "contact_point_id", "category", "said_at"),
)
