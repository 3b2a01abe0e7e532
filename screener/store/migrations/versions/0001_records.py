"""Tracked trials, runs, checks, snapshots, rejected answers."""

import sqlalchemy as sa
from alembic import op

from screener.store.tables import UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "registry_trial",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("nct_id", sa.String(11), nullable=False, unique=True),
        sa.Column("tracked_since", UtcTime()),
        sa.Column("tracked_by", sa.Text()),
        sa.Column("missing_since", UtcTime()),
        sa.Column("first_seen", UtcTime()),
        sa.Column("last_checked", UtcTime()),
    )
    op.create_table(
        "registry_run",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("started", UtcTime(), nullable=False),
        sa.Column("ended", UtcTime()),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("exit_code", sa.Integer()),
        sa.Column("mixed", sa.Boolean(), nullable=False),
        sa.Column("api_version", sa.Text()),
        sa.Column("data_timestamp", sa.Text()),
        sa.Column("data_timestamp_after", sa.Text()),
        sa.Column("totals", sa.JSON(), nullable=False),
    )
    op.create_table(
        "registry_check",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("run_id", sa.Integer(), sa.ForeignKey("registry_run.id"), nullable=False),
        sa.Column("trial_id", sa.Integer(), sa.ForeignKey("registry_trial.id"), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("problem", sa.Text()),
        sa.Column("http_status", sa.Integer()),
    )
    op.create_index("ix_registry_check_trial", "registry_check", ["trial_id"])
    op.create_table(
        "registry_snapshot",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("trial_id", sa.Integer(), sa.ForeignKey("registry_trial.id"), nullable=False),
        sa.Column("run_id", sa.Integer(), sa.ForeignKey("registry_run.id"), nullable=False),
        sa.Column("first_seen", UtcTime(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("protocol_sha256", sa.String(64), nullable=False),
        sa.Column("eligibility_sha256", sa.String(64), nullable=False),
        sa.Column("registry_version", sa.Text()),
        sa.Column("api_version", sa.Text()),
        sa.Column("data_timestamp", sa.Text()),
    )
    op.create_index("ix_registry_snapshot_trial", "registry_snapshot", ["trial_id"])
    op.create_table(
        "registry_rejected",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("run_id", sa.Integer(), sa.ForeignKey("registry_run.id"), nullable=False),
        sa.Column("check_id", sa.Integer(), sa.ForeignKey("registry_check.id")),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("start", sa.LargeBinary(), nullable=False),
    )
