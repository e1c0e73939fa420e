"""Messages and the attempts to send them."""

import sqlalchemy as sa
from alembic import op

from service.storage.row_security import statements_for

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("messages", "attempts")


def upgrade() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("appointment_id", sa.Uuid(), nullable=True),
        sa.Column("appointment_version", sa.Integer(), nullable=True),
        sa.Column("visit_starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("visit_kind", sa.Text(), nullable=True),
        sa.Column("contact_point_id", sa.Uuid(), nullable=True),
        sa.Column("sender_id", sa.Uuid(), nullable=True),
        sa.Column("schedule_version_id", sa.Uuid(), nullable=True),
        sa.Column("in_reply_to", sa.Uuid(), nullable=True),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("occurrence", sa.Integer(), server_default="1", nullable=False),
        sa.Column("text_name", sa.Text(), server_default="", nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("asks", sa.Text(), nullable=True),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("epoch", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state = 'skipped' OR (due_at IS NOT NULL AND expires_at IS NOT NULL AND channel IS NOT NULL AND contact_point_id IS NOT NULL AND sender_id IS NOT NULL)",
            name=op.f("messages_can_be_sent"),
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'claimed', 'sending', 'handed_over', 'sent', 'delivered', 'undelivered', 'uncertain', 'failed', 'skipped', 'suppressed', 'cancelled', 'expired')",
            name=op.f("messages_state"),
        ),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointments.id"], name=op.f("messages_appointment_id_fkey")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("messages_clinic_id_fkey")),
        sa.ForeignKeyConstraint(
            ["contact_point_id"], ["contact_points.id"], name=op.f("messages_contact_point_id_fkey")
        ),
        sa.ForeignKeyConstraint(["in_reply_to"], ["replies.id"], name=op.f("messages_in_reply_to_fkey")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("messages_organisation_id_fkey")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("messages_patient_id_fkey")),
        sa.ForeignKeyConstraint(
            ["schedule_version_id"], ["schedule_versions.id"], name=op.f("messages_schedule_version_id_fkey")
        ),
        sa.ForeignKeyConstraint(["sender_id"], ["senders.id"], name=op.f("messages_sender_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("messages_pkey")),
    )
    op.create_index(
        op.f("messages_contact_point_id_handed_over_at_idx"),
        "messages",
        ["contact_point_id", "handed_over_at"],
        unique=False,
    )
    op.create_index(
        "messages_due_idx",
        "messages",
        ["sender_id", "priority", "due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'planned'"),
    )
    op.create_index(
        "messages_lease_idx",
        "messages",
        ["lease_until"],
        unique=False,
        postgresql_where=sa.text("lease_until IS NOT NULL"),
    )
    op.create_index(
        "messages_once_key",
        "messages",
        ["appointment_id", "step", "occurrence", "appointment_version", "contact_point_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("appointment_id IS NOT NULL AND in_reply_to IS NULL"),
    )
    op.create_index(
        "messages_one_answer_key",
        "messages",
        ["in_reply_to"],
        unique=True,
        postgresql_where=sa.text("in_reply_to IS NOT NULL"),
    )
    op.create_index(
        op.f("messages_organisation_id_due_at_idx"), "messages", ["organisation_id", "due_at"], unique=False
    )
    op.create_index(op.f("messages_patient_id_due_at_idx"), "messages", ["patient_id", "due_at"], unique=False)
    op.create_index(
        "messages_stale_idx", "messages", ["expires_at"], unique=False, postgresql_where=sa.text("state = 'planned'")
    )
    op.create_index(
        "messages_unsettled_idx",
        "messages",
        ["updated_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('uncertain', 'handed_over')"),
    )
    op.create_table(
        "attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("attempts_message_id_fkey")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("attempts_organisation_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("attempts_pkey")),
        sa.UniqueConstraint("message_id", "number", name=op.f("attempts_message_id_number_key")),
    )
    op.create_index(
        "attempts_provider_id_idx",
        "attempts",
        ["provider_id"],
        unique=False,
        postgresql_where=sa.text("provider_id IS NOT NULL"),
    )
    for table in TABLES:
        for statement in statements_for(table):
            op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
