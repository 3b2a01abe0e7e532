"""What is sealed of an act: the content of the row that it wrote, so that the trail shows a change of that row too."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import orjson

from screener.store.decision_tables import DECISION_TABLES, DecisionRow
from screener.store.memory_tables import AnswerRow, Basis, ResultRow, RulesBundle, RunRow, ScreenedTrial
from screener.store.tables import AcknowledgementRow, DriftRow, SnapshotRow, Trial

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sqlmodel import Session

RESULT_PARTS: Final = tuple(one for one in ResultRow.model_fields if one not in ("until_run", "seal"))
"""What is sealed of a result: all of its row but the run that ended it, which has a row of its own."""


def run_content(session: Session, row: RunRow) -> bytes:
    """What is sealed of a run, with what it rests on."""
    basis = session.get(Basis, row.basis_id)
    rests_on = None
    if basis is not None:
        bundle = session.get(RulesBundle, basis.rules_sha256)
        files = hashlib.sha256(bundle.files).hexdigest() if bundle is not None else None
        rests_on = [basis.sha256, basis.rules_sha256, basis.registry_text, basis.engine, files]
    trial = session.get(ScreenedTrial, row.trial_id)
    return orjson.dumps(
        [row.id, row.trial_id, trial.name if trial is not None else None, row.basis_id, row.previous_id, row.source,
         row.as_of, row.who, _moment(row.started), _moment(row.ended), row.outcome, row.registry_sha256,
         row.registry_version, dict(sorted(row.counts.items())), (row.members or b"").hex(), row.facts_sha256,
         row.results_sha256, rests_on]
    )  # fmt: skip


def _moment(at: datetime | None) -> str | None:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at is not None else None


def run_hashes(results: Iterable[tuple[int, bytes, bytes]]) -> tuple[str, str]:
    """The hashes that a run keeps over all facts and over all results.

    Args:
        results: the number of each patient, the hash of the facts, and that of the result, in the order of the numbers.
    """
    facts, words = hashlib.sha256(), hashlib.sha256()
    for patient, facts_sha256, result_sha256 in results:
        number = patient.to_bytes(8, "big")
        facts.update(number + facts_sha256)
        words.update(number + result_sha256)
    return facts.hexdigest(), words.hexdigest()


def result_content(row: Mapping[str, Any], pseudonym: str) -> bytes:
    """What is sealed of a result and whose it is."""
    return orjson.dumps([pseudonym, *[_part(row[name]) for name in RESULT_PARTS]])


def _part(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return int(value) if isinstance(value, bool) else value


def answer_content(row: AnswerRow) -> bytes:
    """What is sealed of an answer: all that its author gave; that it ended is told by a row of its own."""
    return orjson.dumps(
        [row.id, row.trial_id, row.patient_id, row.fact, row.value, row.true_on, row.who, row.source, row.note,
         _moment(row.at), row.evidence_sha256, row.rule_sha256]
    )  # fmt: skip


def decision_content(row: DecisionRow) -> bytes:
    """What is sealed of a decision: all of it."""
    return orjson.dumps(
        [row.id, row.trial_id, row.patient_id, row.run_id, row.reader, _moment(row.at), row.who, row.state, row.verdict,
         row.override, row.override_reason, row.reason_code, row.reason_text, row.recheck_on, row.recheck_because,
         row.do_not_contact, row.clinician, row.approached_on, row.attempt_no, row.consent_status, row.consent_version,
         row.note]
    )  # fmt: skip


def acknowledgement_content(session: Session, row: AcknowledgementRow) -> bytes:
    """What is sealed of an acknowledgement, with the change that it is about."""
    drift = session.get(DriftRow, row.drift_id)
    about = None
    if drift is not None:
        texts = [session.get(SnapshotRow, one) for one in (drift.from_snapshot_id, drift.to_snapshot_id)]
        trial = session.get(Trial, drift.trial_id)
        about = [trial.nct_id if trial is not None else None, drift.from_snapshot_id, drift.to_snapshot_id]
        about += [one.eligibility_sha256 if one is not None else None for one in texts]
    return orjson.dumps([row.id, row.drift_id, row.who, row.why, _moment(row.at), about])


SEALED: Final[dict[str, tuple[type[Any], Callable[[Session, Any], bytes]]]] = {
    "run": (RunRow, run_content),
    "acknowledgement": (AcknowledgementRow, acknowledgement_content),
    "answer": (AnswerRow, lambda _, row: answer_content(row)),
    **{name: (table, lambda _, row: decision_content(row)) for name, table in DECISION_TABLES.items()},
}
"""By the first word of an audit row's part: the table of the row that it names, and what is sealed of it."""


def sealed_content(session: Session, part: str) -> bytes | None:
    """The content of the row that a part names, as it is now; none where it is gone."""
    kind, _, number = part.partition(" ")
    model, content = SEALED[kind]
    row = session.get(model, int(number))
    return content(session, row) if row is not None else None
