"""Kinds of telephone lines, and a clinician's own cut-offs for a patient."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.storage.row_security import statements_for

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("contact_points", sa.Column("line_type", sa.Text(), nullable=True))
    op.create_table(
        "clock_overrides",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("minutes_before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("clock_overrides_organisation_id_fkey")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("clock_overrides_patient_id_fkey")),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("clock_overrides_pkey")),
    )
    op.create_index(
        op.f("clock_overrides_organisation_id_review_on_idx"),
        "clock_overrides",
        ["organisation_id", "review_on"],
        unique=False,
    )
    for statement in statements_for("clock_overrides"):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("clock_overrides")
    op.drop_column("contact_points", "line_type")
