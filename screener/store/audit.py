"""The audit trail: who did what, when, to which patient; each row is sealed together with the one before.

A row holds no clinical value and no name of a patient. It is written in the transaction of the act that it tells of, so
that neither is ever there without the other. Numbers have no gap; the guards of the table and the chain of seals (HMAC,
RFC 2104) show any later change, and an anchor kept elsewhere shows that the end was cut off.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

import orjson
from sqlalchemy import text
from sqlmodel import col, select

from screener.errors import IntegrityError, UsageError
from screener.store.keys import check_key
from screener.store.memory_tables import AuditRow, StoreKey
from screener.store.rows import storable
from screener.store.seals import acknowledgement_content
from screener.store.tables import AcknowledgementRow, DriftRow, Trial

if TYPE_CHECKING:
    from sqlmodel import Session

    from screener.store.database import Database
    from screener.store.keys import Keys

_ADVISORY_KEY: Final = 0x5C4EE7E3
_SKEW: Final = timedelta(minutes=5)
"""How far the clocks of several computers may lie apart."""

_LONGEST_NAME: Final = 200
_SHOWN: Final = 32
FIRST: Final = b"the audit trail begins here"
APPROVED: Final = "approved rules"
REVIEWED: Final = "took rules under review"
FOUND_APPROVED: Final = "found rules approved"
"""The acts of approval; their part is `rules` and the hash of the bytes that are approved."""

ACKNOWLEDGED: Final = "acknowledged a change"
FOUND_ACKNOWLEDGED: Final = "found a change acknowledged"
"""The acts of acknowledging a change of the registry's record; their part names the acknowledgement."""

SCREENED: Final = "screened"
"""The act of a run that ended; its part names the run."""

ERASED: Final = "erased"
"""The act of taking out all that is kept of a patient; its part is `patient`, the number, a colon and why."""


UNBOUND: Final = "The store no longer says which key its audit trail was sealed with."


class Entry(NamedTuple):
    """One act: who did what; `part` names the row it wrote or what was looked at, `sealed` is that row's content."""

    who: str
    act: str
    part: str
    trial: str | None = None
    pseudonym: str | None = None
    sealed: bytes | None = None


class Anchor(NamedTuple):
    """A row of the trail by number and seal; kept elsewhere, it proves that the trail up to there is still the same."""

    number: int
    mac: str

    def __str__(self) -> str:
        return f"{self.number}:{self.mac[:_SHOWN]}"


def parse_anchor(given: str) -> Anchor:
    """Read an anchor as it was printed.

    Raises:
        UsageError: it is none.
    """
    number, _, mac = given.strip().partition(":")
    hexadecimal = len(mac) >= _SHOWN and all(sign in "0123456789abcdef" for sign in mac)
    if not number.isascii() or not number.isdigit() or not hexadecimal:
        raise UsageError("The anchor cannot be read.", hint="Write it as `screener audit anchor` printed it.")
    return Anchor(int(number), mac)


def person(name: str) -> str:
    """A name as it is kept of who did something.

    Raises:
        UsageError: it is blank or too long.
    """
    clean = " ".join(unicodedata.normalize("NFC", storable(name) or "").split())
    if not clean or len(clean) > _LONGEST_NAME:
        raise UsageError("Who does this must have a name.", hint="Give it with --by.")
    return clean


def in_turn(session: Session) -> None:
    """Wait until nobody else writes to the trail; until the end of the transaction nobody will."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_KEY})


def bind_key(session: Session, keys: Keys, at: datetime) -> None:
    """Note which key a store is sealed with, the first time it is used, and tell of what was acknowledged until then.

    Raises:
        IntegrityError: the store belongs to another key, or has a trail and no longer says of which key.
    """
    in_turn(session)
    row = session.get(StoreKey, 1)
    if row is None:
        if _last(session) is not None:
            raise IntegrityError(UNBOUND, hint="Keep the store as it is, and compare it with a backup.")
        session.add(StoreKey(id=1, fingerprint=keys.fingerprint, made=at))
        session.flush()
        for one in session.exec(select(AcknowledgementRow).order_by(col(AcknowledgementRow.id))).all():
            tell_of_acknowledgement(session, keys, one, act=FOUND_ACKNOWLEDGED, at=at)
    else:
        check_key(keys, row.fingerprint)


def tell_of_acknowledgement(
    session: Session, keys: Keys, row: AcknowledgementRow, *, act: str, at: datetime
) -> None:  # fmt: skip
    """Add the row of an acknowledgement, which decides which rules count, in the transaction that keeps it."""
    content = acknowledgement_content(session, row)
    trial = session.get_one(Trial, session.get_one(DriftRow, row.drift_id).trial_id).nct_id
    append(session, keys, Entry(row.who, act, f"acknowledgement {row.id}", trial, sealed=content), at=at)


def append(session: Session, keys: Keys, entry: Entry, *, at: datetime) -> Anchor:
    """Add a row, in the transaction of the act that it tells of.

    Args:
        session: a session that writes.
        keys: the keys of this store.
        entry: the act.
        at: the time, with its zone.

    Returns:
        The new head of the trail.

    Raises:
        UsageError: the clock lies behind the last row.
        IntegrityError: the key is not the one of this store.
    """
    bind_key(session, keys, at)
    last = _last(session)
    row = AuditRow(
        number=last.number + 1 if last else 1,
        at=_moment(at, last),
        who=entry.who,
        act=entry.act,
        trial=entry.trial,
        pseudonym=entry.pseudonym,
        part=entry.part,
        seal=keys.seal(entry.sealed) if entry.sealed is not None else None,
        mac=b"",
    )
    row.mac = keys.seal((last.mac if last else FIRST) + content(row))
    session.add(row)
    session.flush()
    return Anchor(row.number, row.mac.hex())


def check_clock(session: Session, at: datetime) -> None:
    """See whether a row of this time could be added, before anything is done that it would tell of.

    Raises:
        UsageError: the clock lies behind the last row.
    """
    _moment(at, _last(session))


def _last(session: Session) -> AuditRow | None:
    return session.exec(select(AuditRow).order_by(col(AuditRow.number).desc()).limit(1)).first()


def _moment(at: datetime, last: AuditRow | None) -> str:
    """The time of a row: never before that of the row before it."""
    moment = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    if last is None or moment >= last.at:
        return moment
    if datetime.fromisoformat(last.at) - at > _SKEW:
        hint = "Set the clock of this computer and run again; nothing was written."
        raise UsageError(f"The clock lies behind the last row of the audit trail, of {last.at}.", hint=hint)
    return last.at


def content(row: AuditRow) -> bytes:
    """What is sealed of a row."""
    seal = row.seal.hex() if row.seal is not None else None
    return orjson.dumps([row.number, row.at, row.who, row.act, row.trial, row.pseudonym, row.part, seal])


def head(session: Session) -> Anchor | None:
    """The last row of the trail."""
    row = _last(session)
    return Anchor(row.number, row.mac.hex()) if row else None


def tells_of_approval(session: Session, rules_sha256: str) -> bool:
    """Whether the trail tells that these bytes were approved."""
    query = select(AuditRow.number).where(AuditRow.part == f"rules {rules_sha256}")
    return session.exec(query.where(col(AuditRow.act).in_((APPROVED, FOUND_APPROVED))).limit(1)).first() is not None


def record(database: Database, keys: Keys, entry: Entry, *, at: datetime) -> Anchor:
    """Add a row for an act that writes nothing else, such as a view or an export.

    Raises:
        UsageError: the clock lies behind the last row.
        IntegrityError: the store cannot be written, or the key is not the one of this store.
    """
    with database.writing() as session:
        return append(session, keys, entry, at=at)
