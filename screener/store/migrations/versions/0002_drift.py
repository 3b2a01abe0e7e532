"""Drifts between snapshots, and their acknowledgement."""

import sqlalchemy as sa
from alembic import op

from screener.store.tables import UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "registry_drift",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("trial_id", sa.Integer(), sa.ForeignKey("registry_trial.id"), nullable=False),
        sa.Column("from_snapshot_id", sa.Integer(), sa.ForeignKey("registry_snapshot.id"), nullable=False),
        sa.Column("to_snapshot_id", sa.Integer(), sa.ForeignKey("registry_snapshot.id"), nullable=False),
        sa.Column("classes", sa.JSON(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("created", UtcTime(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
    )
    op.create_index("ix_registry_drift_trial", "registry_drift", ["trial_id"])
    op.create_table(
        "registry_acknowledgement",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("drift_id", sa.Integer(), sa.ForeignKey("registry_drift.id"), nullable=False, unique=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
    )
