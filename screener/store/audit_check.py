"""Checking the audit trail from first row to last: against itself, against anchors, against what it tells of."""

from __future__ import annotations

import hmac
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from screener.errors import IntegrityError
from screener.store.answers import ENDED
from screener.store.audit import ERASED, FIRST, UNBOUND, Anchor, content
from screener.store.decision_tables import DECISION_TABLES
from screener.store.guards import missing
from screener.store.keys import check_key
from screener.store.memory_tables import AnswerRow, AuditRow, RunRow, StoreKey
from screener.store.results_check import changed_runs, untold_runs
from screener.store.seals import sealed_content
from screener.store.tables import AcknowledgementRow

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Sequence

    from sqlmodel import Session

    from screener.store.database import Database
    from screener.store.keys import Keys

_TEXTS: Final = ("at", "who", "act", "trial", "pseudonym", "part")
_AS_BYTES: Final = "CASE typeof({0}) WHEN 'text' THEN CAST({0} AS BLOB) WHEN 'null' THEN NULL ELSE 0 END"
"""Texts come as bytes, since a flipped bit can make a text that is none; what is no text any more comes as a number."""

_SQLITE: Final = f"SELECT number, {', '.join(map(_AS_BYTES.format, _TEXTS))}, seal, mac FROM audit_row ORDER BY number"  # noqa: S608
_OTHERS: Final = f"SELECT number, {', '.join(_TEXTS)}, seal, mac FROM audit_row ORDER BY number"  # noqa: S608
_HINT: Final = "Keep the store as it is, and compare it with a backup; the rows before are whole."


class Whole(NamedTuple):
    """A trail without a fault: how many rows, and the last one."""

    rows: int
    head: Anchor | None


def verify(database: Database, keys: Keys, anchors: Sequence[Anchor] = ()) -> Whole:
    """Check the whole trail.

    Args:
        database: the store.
        keys: its keys.
        anchors: rows of the trail as they were printed earlier.

    Raises:
        IntegrityError: it was changed; the message names the first broken row.
    """
    with database.reading() as session:
        _check_key(session, keys)
        trail = _walked(session, keys, {anchor.number: anchor.mac for anchor in anchors})
        _check_bound(session, trail.number)
        _check_told(session, trail.told, trail.number)
        _check_ended(session, trail)
        _check_results(session, keys, trail)
        _check_guards(session)
    return Whole(trail.number, Anchor(trail.number, trail.mac.hex()) if trail.number else None)


@dataclass(slots=True)
class _Trail:
    """The trail as far as it was gone along: the last row, and which row tells last of what.

    `told` and `ended` are by the part that a row names; `erased` are numbers of patients.
    """

    number: int = 0
    mac: bytes = FIRST
    told: dict[str, int] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)
    erased: set[int] = field(default_factory=set)


def _walked(session: Session, keys: Keys, wanted: dict[int, str]) -> _Trail:
    """Go along all rows; `wanted` are the beginnings of the seals that some of them must have."""
    trail, erasures = _Trail(), _erasures(session)
    with closing(_rows(session)) as rows:
        for row in rows:
            trail.number += 1
            _check_row(row, trail.number, trail.mac, keys)
            if not row.mac.hex().startswith(wanted.pop(trail.number, "")):
                _broken(trail.number, "is not the one that the anchor names")
            if row.seal is not None and erasures.get(row.pseudonym or "", 0) < trail.number:
                _check_sealed(session, row, keys)
                trail.told[row.part] = trail.number
                if row.act == ENDED:
                    trail.ended[row.part] = trail.number
            if row.act == ERASED:
                trail.erased.add(int(row.part.removeprefix("patient ").partition(":")[0]))
            trail.mac = row.mac
    if wanted:
        _broken(trail.number + 1, f"is gone, and all after it: an anchor names row {max(wanted)}")
    return trail


def _check_key(session: Session, keys: Keys) -> None:
    bound = session.get(StoreKey, 1)
    if bound is not None:
        check_key(keys, bound.fingerprint)


def _check_bound(session: Session, rows: int) -> None:
    if rows and session.get(StoreKey, 1) is None:
        raise IntegrityError(UNBOUND, hint=_HINT)


def _erasures(session: Session) -> dict[str, int]:
    """The last row that tells of the erasure of each pseudonym: what rows before it tell of is gone with it."""
    name = "CAST(pseudonym AS BLOB)" if session.get_bind().dialect.name == "sqlite" else "pseudonym"
    query = text(f"SELECT number, {name} FROM audit_row WHERE act = :act ORDER BY number")  # noqa: S608
    try:
        found = session.connection().execute(query, {"act": ERASED}).all()
    except SQLAlchemyError:
        return {}  # the walk along the rows says which of them cannot be read
    return {name.decode(errors="replace") if isinstance(name, bytes) else str(name): number for number, name in found}


def _rows(session: Session) -> Generator[AuditRow]:
    """The rows as they are on the disk, whatever became of them."""
    statement = text(_SQLITE if session.get_bind().dialect.name == "sqlite" else _OTHERS)
    statement = statement.execution_options(yield_per=1000)
    number = 0
    try:
        # Closed even where the check ends early: on a server the rows come through a cursor of their own.
        with session.connection().execute(statement) as found:
            for row in found:
                number += 1
                yield _read(tuple(row), number)
    except SQLAlchemyError:
        _broken(number + 1, "cannot be read")


def _read(found: tuple[Any, ...], number: int) -> AuditRow:
    texts = []
    for value in found[1:7]:
        try:
            texts.append(value.decode() if isinstance(value, bytes) else value)
        except UnicodeDecodeError:
            _broken(number, "was changed")
    at, who, act, trial, pseudonym, part = texts
    seal, mac = found[7:]
    kinds = (
        all(isinstance(one, str | None) for one in texts) and isinstance(mac, bytes) and isinstance(seal, bytes | None)
    )
    if not kinds or None in (at, who, act, part):
        _broken(number, "was changed")
    row = AuditRow(number=found[0], at=at, who=who, act=act, part=part, mac=mac, seal=seal)
    row.trial, row.pseudonym = trial, pseudonym
    return row


def _check_row(row: AuditRow, number: int, before: bytes, keys: Keys) -> None:
    if row.number != number:
        _broken(number, "is gone")
    if not hmac.compare_digest(row.mac, keys.seal(before + content(row))):
        _broken(number, "was changed, or a row before it was")


def _check_sealed(session: Session, row: AuditRow, keys: Keys) -> None:
    """Whether what an act wrote is still what it wrote."""
    assert row.seal is not None
    try:
        now = sealed_content(session, row.part)
    except (TypeError, ValueError, AttributeError):  # SQLite lets a column hold what is not of its type
        _broken(row.number, f"tells of {row.part}, which was changed since")
    if now is None:
        _broken(row.number, f"tells of {row.part}, which is gone")
    if not hmac.compare_digest(row.seal, keys.seal(now)):
        _broken(row.number, f"tells of {row.part}, which was changed since")


def _check_told(session: Session, told: Collection[str], last: int) -> None:
    """Whether the trail tells of every act that is there."""
    runs = session.exec(select(RunRow.id).where(RunRow.outcome == "complete").order_by(col(RunRow.id)))
    answers = session.exec(select(AnswerRow.id).order_by(col(AnswerRow.id)))
    acknowledged = session.exec(select(AcknowledgementRow.id).order_by(col(AcknowledgementRow.id))) if last else ()
    decisions = [
        (name, session.exec(select(table.id).order_by(col(table.id)))) for name, table in DECISION_TABLES.items()
    ]
    for kind, numbers in (("run", runs), ("answer", answers), ("acknowledgement", acknowledged), *decisions):
        for number in numbers:
            if f"{kind} {number}" not in told:
                _broken(last + 1, f"is gone: nothing tells of {kind} {number}")


def _check_ended(session: Session, trail: _Trail) -> None:
    """Whether the answers that stand are those that the trail tells of no end."""
    over = {f"answer {one}" for one in session.exec(select(AnswerRow.id).where(col(AnswerRow.ended).is_not(None)))}
    differ = sorted(trail.ended.get(part, trail.told[part]) for part in over ^ trail.ended.keys())
    if differ:
        _broken(differ[0], "tells of an answer that was ended, or revived, since")


def _check_results(session: Session, keys: Keys, trail: _Trail) -> None:
    """Whether the results of every run that the trail tells of are still those."""
    rows = {int(part.removeprefix("run ")): number for part, number in trail.told.items() if part.startswith("run ")}
    untold = untold_runs(session, rows)
    if untold:
        _broken(trail.number + 1, f"is gone: nothing tells of run {min(untold)}, whose results are kept")
    changed = changed_runs(session, keys, rows, trail.erased)
    if changed:
        number, run = min((rows[run], run) for run in changed)
        _broken(number, f"tells of run {run}, whose results or facts were changed since")


def _check_guards(session: Session) -> None:
    lost = missing(session.connection())
    if lost:
        hint = "Somebody has had the means to change the past; the rows themselves are whole."
        raise IntegrityError(f"The audit trail has lost its guards: {', '.join(lost)}.", hint=hint)


def _broken(number: int, what: str) -> NoReturn:
    raise IntegrityError(f"Row {number} of the audit trail {what}.", hint=_HINT)
