"""The coordinator's memory: patients by pseudonym, facts, runs, results, answers, the guarded audit trail."""

import sqlalchemy as sa
from alembic import op

from screener.store.guards import put_up
from screener.store.tables import UtcTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _patients_and_rules()
    _runs()
    _results()
    _answers()
    _audit()


def _patients_and_rules() -> None:
    op.create_table(
        "store_key",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("made", UtcTime(), nullable=False),
        sa.CheckConstraint("id = 1", name="one_key"),
    )
    op.create_table(
        "patient",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("pseudonym", sa.String(16), nullable=False, unique=True),
        sa.Column("first_seen", UtcTime(), nullable=False),
    )
    op.create_table(
        "screened_trial",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False, unique=True),
    )
    op.create_table(
        "rules_bundle",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("files", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "screening_basis",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False, unique=True),
        sa.Column("trial_id", sa.Integer(), sa.ForeignKey("screened_trial.id"), nullable=False),
        sa.Column("rules_sha256", sa.String(64), sa.ForeignKey("rules_bundle.sha256"), nullable=False),
        sa.Column("registry_text", sa.Text()),
        sa.Column("engine", sa.Text(), nullable=False),
    )


def _runs() -> None:
    op.create_table(
        "screening_run",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("trial_id", sa.Integer(), sa.ForeignKey("screened_trial.id"), nullable=False),
        sa.Column("basis_id", sa.Integer(), sa.ForeignKey("screening_basis.id"), nullable=False),
        sa.Column("previous_id", sa.Integer(), sa.ForeignKey("screening_run.id")),
        sa.Column("source", sa.String(12), nullable=False),
        sa.Column("as_of", sa.String(10), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("registry_sha256", sa.String(64)),
        sa.Column("registry_version", sa.Text()),
        sa.Column("started", UtcTime(), nullable=False),
        sa.Column("ended", UtcTime()),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("members", sa.LargeBinary()),
        sa.Column("facts_sha256", sa.String(64)),
        sa.Column("results_sha256", sa.String(64)),
    )
    op.create_index("ix_screening_run_trial", "screening_run", ["trial_id"])


def _results() -> None:
    op.create_table(
        "fact_snapshot",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("patient_id", sa.Integer(), sa.ForeignKey("patient.id"), nullable=False),
        sa.Column("run_id", sa.Integer(), sa.ForeignKey("screening_run.id"), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_fact_snapshot_patient", "fact_snapshot", ["patient_id"])
    op.create_index("ix_fact_snapshot_run", "fact_snapshot", ["run_id"])
    op.create_table(
        "screening_result",
        sa.Column("trial_id", sa.Integer(), sa.ForeignKey("screened_trial.id"), primary_key=True, autoincrement=False),
        sa.Column("patient_id", sa.Integer(), sa.ForeignKey("patient.id"), primary_key=True),
        sa.Column("run_id", sa.Integer(), sa.ForeignKey("screening_run.id"), primary_key=True),
        sa.Column("until_run", sa.Integer(), sa.ForeignKey("screening_run.id")),
        sa.Column("basis_id", sa.Integer(), sa.ForeignKey("screening_basis.id"), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), sa.ForeignKey("fact_snapshot.id"), nullable=False),
        sa.Column("facts_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("as_of", sa.String(10), nullable=False),
        sa.Column("next_on", sa.String(10)),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("recoverable", sa.Boolean()),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("results", sa.Text(), nullable=False),
        sa.Column("questions", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_screening_result_run", "screening_result", ["run_id"])


def _answers() -> None:
    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("trial_id", sa.Integer(), sa.ForeignKey("screened_trial.id"), nullable=False),
        sa.Column("patient_id", sa.Integer(), sa.ForeignKey("patient.id"), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("true_on", sa.String(10), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("evidence_sha256", sa.String(64), nullable=False),
        sa.Column("rule_sha256", sa.String(64), nullable=False),
        sa.Column("ended", UtcTime()),
        sa.Column("ended_why", sa.String(12)),
    )
    op.create_index("ix_answer_patient", "answer", ["trial_id", "patient_id"])


def _audit() -> None:
    op.create_table(
        "audit_row",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("trial", sa.Text()),
        sa.Column("pseudonym", sa.String(16)),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("seal", sa.LargeBinary()),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
    )
    put_up(op.get_bind())
