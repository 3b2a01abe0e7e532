"""Decisions: the moves of patients between states, before consent and after it in tables of their own."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from screener.store.tables import UtcTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    for name in ("pre_screening_decision", "screening_decision"):
        op.create_table(name, *_columns())
        op.create_index(f"ix_{name}_patient", name, ["trial_id", "patient_id"])


def _columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("trial_id", sa.Integer(), sa.ForeignKey("screened_trial.id"), nullable=False),
        sa.Column("patient_id", sa.Integer(), sa.ForeignKey("patient.id"), nullable=False),
        sa.Column("run_id", sa.Integer(), sa.ForeignKey("screening_run.id"), nullable=False),
        sa.Column("reader", sa.SmallInteger(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("override", sa.Boolean(), nullable=False),
        sa.Column("override_reason", sa.Text()),
        sa.Column("reason_code", sa.String(40)),
        sa.Column("reason_text", sa.Text()),
        sa.Column("recheck_on", sa.String(10)),
        sa.Column("recheck_because", sa.Text()),
        sa.Column("do_not_contact", sa.Boolean(), nullable=False),
        sa.Column("clinician", sa.Text()),
        sa.Column("approached_on", sa.String(10)),
        sa.Column("attempt_no", sa.SmallInteger(), nullable=False),
        sa.Column("consent_status", sa.String(12)),
        sa.Column("consent_version", sa.Text()),
        sa.Column("note", sa.Text()),
    ]
