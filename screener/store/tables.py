"""The tables. Rows are made from checked values only, never from what came over the wire."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import JSON, DateTime, Index, LargeBinary, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Field, SQLModel


class UtcTime(TypeDecorator[datetime]):
    """A time in UTC to the second: text that ends in Z on SQLite, a timestamp with time zone on PostgreSQL."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type in the database."""
        return dialect.type_descriptor(String(20) if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """To the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone")
        moment = value.astimezone(UTC).replace(microsecond=0)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        moment: datetime = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.astimezone(UTC)


def _key() -> Any:
    return Field(default=None, primary_key=True)


def _time(**more: Any) -> Any:
    return Field(sa_type=UtcTime, **more)


def _json() -> Any:
    return Field(sa_type=JSON)


def _text(**more: Any) -> Any:
    return Field(sa_type=Text, **more)


class Trial(SQLModel, table=True):
    """A trial; tracked as long as `tracked_since` is set. It is never deleted.

    `last_checked` is when the registry last answered with a good record of it.
    """

    __tablename__ = "registry_trial"

    id: int | None = _key()
    nct_id: str = Field(sa_type=String(11), unique=True)
    tracked_since: datetime | None = _time(default=None)
    tracked_by: str | None = _text(default=None)
    missing_since: datetime | None = _time(default=None)
    first_seen: datetime | None = _time(default=None)
    last_checked: datetime | None = _time(default=None)


class Run(SQLModel, table=True):
    """A run of the sync; `outcome` is running, complete, incomplete or interrupted."""

    __tablename__ = "registry_run"

    id: int | None = _key()
    started: datetime = _time()
    ended: datetime | None = _time(default=None)
    outcome: str = Field(sa_type=String(12))
    exit_code: int | None = None
    mixed: bool = False
    api_version: str | None = _text(default=None)
    data_timestamp: str | None = _text(default=None)
    data_timestamp_after: str | None = _text(default=None)
    totals: dict[str, int] = _json()


class CheckRow(SQLModel, table=True):
    """One attempt at one trial."""

    __tablename__ = "registry_check"
    __table_args__ = (Index("ix_registry_check_trial", "trial_id"),)

    id: int | None = _key()
    run_id: int = Field(foreign_key="registry_run.id")
    trial_id: int = Field(foreign_key="registry_trial.id")
    at: datetime = _time()
    outcome: str = Field(sa_type=String(12))
    problem: str | None = _text(default=None)
    http_status: int | None = None


class SnapshotRow(SQLModel, table=True):
    """A good record whose protocol section differs from the one before; the trial's last one is in force."""

    __tablename__ = "registry_snapshot"
    __table_args__ = (Index("ix_registry_snapshot_trial", "trial_id"),)

    id: int | None = _key()
    trial_id: int = Field(foreign_key="registry_trial.id")
    run_id: int = Field(foreign_key="registry_run.id")
    first_seen: datetime = _time()
    body: bytes = Field(sa_type=LargeBinary)
    protocol_sha256: str = Field(sa_type=String(64))
    eligibility_sha256: str = Field(sa_type=String(64))
    registry_version: str | None = _text(default=None)
    api_version: str | None = _text(default=None)
    data_timestamp: str | None = _text(default=None)


class RejectedRow(SQLModel, table=True):
    """An answer that was not accepted: its status, headers and first bytes."""

    __tablename__ = "registry_rejected"

    id: int | None = _key()
    run_id: int = Field(foreign_key="registry_run.id")
    check_id: int | None = Field(default=None, foreign_key="registry_check.id")
    at: datetime = _time()
    url: str = _text()
    status: int
    headers: list[list[str]] = _json()
    start: bytes = Field(sa_type=LargeBinary)


class DriftRow(SQLModel, table=True):
    """What changed between two snapshots; `state` is noted, open or acknowledged."""

    __tablename__ = "registry_drift"
    __table_args__ = (Index("ix_registry_drift_trial", "trial_id"),)

    id: int | None = _key()
    trial_id: int = Field(foreign_key="registry_trial.id")
    from_snapshot_id: int = Field(foreign_key="registry_snapshot.id")
    to_snapshot_id: int = Field(foreign_key="registry_snapshot.id")
    classes: list[str] = _json()
    details: dict[str, Any] = _json()
    created: datetime = _time()
    state: str = Field(sa_type=String(12))


class AcknowledgementRow(SQLModel, table=True):
    """That a person has looked at a drift."""

    __tablename__ = "registry_acknowledgement"

    id: int | None = _key()
    drift_id: int = Field(foreign_key="registry_drift.id", unique=True)
    who: str = _text()
    why: str = _text()
    at: datetime = _time()


TABLES: Final = (Trial, Run, CheckRow, SnapshotRow, RejectedRow, DriftRow, AcknowledgementRow)
