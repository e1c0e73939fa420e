"""Patients and their consent, appointments, readiness, replies, tasks."""

import sqlalchemy as sa
from alembic import op

from service.storage.row_security import append_only_statements, statements_for

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
    "patients",
    "contact_points",
    "patient_contacts",
    "consent_events",
    "appointments",
    "readiness",
    "replies",
    "tasks",
)


def upgrade() -> None:
    op.create_table(
        "contact_points",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("address_index", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("contact_points_organisation_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("contact_points_pkey")),
        sa.UniqueConstraint(
            "organisation_id",
            "channel",
            "address_index",
            name=op.f("contact_points_organisation_id_channel_address_index_key"),
        ),
    )
    op.create_table(
        "patients",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("given_name", sa.LargeBinary(), nullable=False),
        sa.Column("family_name", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("patients_organisation_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("patients_pkey")),
        sa.UniqueConstraint("organisation_id", "external_id", name=op.f("patients_organisation_id_external_id_key")),
    )
    op.create_table(
        "consent_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("contact_point_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_ref", sa.Text(), server_default="", nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_point_id"], ["contact_points.id"], name=op.f("consent_events_contact_point_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("consent_events_organisation_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("consent_events_pkey")),
    )
    op.create_index(
        op.f("consent_events_contact_point_id_category_said_at_idx"),
        "consent_events",
        ["contact_point_id", "category", "said_at"],
        unique=False,
    )
    op.create_table(
        "patient_contacts",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("contact_point_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_point_id"], ["contact_points.id"], name=op.f("patient_contacts_contact_point_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("patient_contacts_organisation_id_fkey")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("patient_contacts_patient_id_fkey")),
        sa.PrimaryKeyConstraint("patient_id", "contact_point_id", name=op.f("patient_contacts_pkey")),
    )
    op.create_index(
        op.f("patient_contacts_contact_point_id_idx"), "patient_contacts", ["contact_point_id"], unique=False
    )
    op.create_table(
        "appointments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clinician", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("source_digest", sa.LargeBinary(), nullable=False),
        sa.Column("sms_permitted", sa.Boolean(), nullable=True),
        sa.Column("email_permitted", sa.Boolean(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('booked', 'cancelled', 'no_show', 'attended', 'retracted')", name=op.f("appointments_status")
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("appointments_ends_after_it_starts")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("appointments_clinic_id_fkey")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("appointments_organisation_id_fkey")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("appointments_patient_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("appointments_pkey")),
        sa.UniqueConstraint(
            "organisation_id", "external_id", name=op.f("appointments_organisation_id_external_id_key")
        ),
    )
    op.create_index(
        op.f("appointments_organisation_id_starts_at_idx"),
        "appointments",
        ["organisation_id", "starts_at"],
        unique=False,
    )
    op.create_index(
        op.f("appointments_patient_id_starts_at_idx"), "appointments", ["patient_id", "starts_at"], unique=False
    )
    op.create_table(
        "readiness",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("detail", sa.LargeBinary(), nullable=True),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointments.id"], name=op.f("readiness_appointment_id_fkey")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("readiness_organisation_id_fkey")),
        sa.PrimaryKeyConstraint("appointment_id", "item", name=op.f("readiness_pkey")),
    )
    op.create_table(
        "replies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=True),
        sa.Column("contact_point_id", sa.Uuid(), nullable=True),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("appointment_id", sa.Uuid(), nullable=True),
        sa.Column("answers_message_id", sa.Uuid(), nullable=True),
        sa.Column("event_key", sa.Text(), nullable=False),
        sa.Column("from_address", sa.LargeBinary(), nullable=False),
        sa.Column("to_address", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("media", sa.Integer(), server_default="0", nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), server_default="", nullable=False),
        sa.Column("needs_staff", sa.Boolean(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointments.id"], name=op.f("replies_appointment_id_fkey")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("replies_clinic_id_fkey")),
        sa.ForeignKeyConstraint(
            ["contact_point_id"], ["contact_points.id"], name=op.f("replies_contact_point_id_fkey")
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("replies_organisation_id_fkey")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("replies_patient_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("replies_pkey")),
        sa.UniqueConstraint("event_key", name=op.f("replies_event_key_key")),
    )
    op.create_index(
        op.f("replies_contact_point_id_received_at_idx"), "replies", ["contact_point_id", "received_at"], unique=False
    )
    op.create_index(
        op.f("replies_organisation_id_received_at_idx"), "replies", ["organisation_id", "received_at"], unique=False
    )
    op.create_index(
        "replies_unread_idx",
        "replies",
        ["organisation_id", "received_at"],
        unique=False,
        postgresql_where=sa.text("read_at IS NULL AND needs_staff"),
    )
    op.create_table(
        "tasks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=True),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("appointment_id", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("reply_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("say", sa.Text(), nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointments.id"], name=op.f("tasks_appointment_id_fkey")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("tasks_clinic_id_fkey")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("tasks_organisation_id_fkey")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("tasks_patient_id_fkey")),
        sa.ForeignKeyConstraint(["reply_id"], ["replies.id"], name=op.f("tasks_reply_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("tasks_pkey")),
    )
    op.create_index(
        "tasks_once_key",
        "tasks",
        ["organisation_id", "dedupe_key"],
        unique=True,
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_index(op.f("tasks_appointment_id_idx"), "tasks", ["appointment_id"], unique=False)
    op.create_index(
        "tasks_open_idx",
        "tasks",
        ["organisation_id", "deadline_at"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
    )
    for table in TABLES:
        for statement in statements_for(table):
            op.execute(statement)
    for statement in append_only_statements("consent_events"):
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
