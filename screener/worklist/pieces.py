"""A run at work, piece by piece: who is the same as before keeps the result, who is not is screened again."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from screener.errors import UsageError
from screener.facts.values import FactValue, PatientRecord
from screener.matching.evaluate import Evaluator
from screener.matching.results import PatientResult
from screener.store.members import packed, unpacked_members
from screener.store.rows import key_of
from screener.store.run_records import Begun, Piece, Stands, Totals
from screener.store.seals import run_hashes
from screener.worklist.answers import AnswerBook, Known
from screener.worklist.calendar import Calendar
from screener.worklist.causes import Cause
from screener.worklist.report import VERDICTS, Change
from screener.worklist.snapshot import decoded, fitting

if TYPE_CHECKING:
    from screener.store.answers import Lapse
    from screener.store.runs import RunStore
    from screener.worklist.causes import Causes, Unreadable
    from screener.worklist.footing import Footing

PIECE: Final = 2000
"""Patients kept in one transaction."""

_LETTERS: Final = {"met": "m", "not met": "n", "applies": "a", "does not apply": "d", "unknown": "u", "allowed": "w"}
_FIRST: Final = Cause("fact", "new: screened for the first time")
_BACK: Final = Cause("fact", "came back: was not in the last run")
_GONE: Final = Cause("fact", "gone: is not in this run")

_UNKNOWN: Final = (None, None)

Wording = Callable[[PatientResult], str]
"""The whole result of a patient as text; its hash is kept, so that a replay can be held against it."""

Facts = Mapping[str, FactValue]


class Seen(NamedTuple):
    """A patient as a run finds it: pseudonym, facts and their hash, and the id in the table where there is one."""

    pseudonym: str
    body: bytes
    sha256: bytes
    patient_id: str | None


class _Mover(NamedTuple):
    """A patient whose verdict moved, until the cause is looked for; `back` who was not in the last run."""

    seen: Seen
    stands: Stands
    after: str
    now: Known
    back: bool


class Work:
    """Screens and keeps piece by piece, and gathers what a run comes to.

    Args:
        store: the runs.
        begun: the run.
        footing: its rules.
        answers: the answers of the trial.
        wording: the words of a result.
        causes: from the basis and the day of an earlier result to what finds the causes since; asked for only where
            somebody moved.
    """

    def __init__(
        self,
        store: RunStore,
        begun: Begun,
        footing: Footing,
        *,
        answers: AnswerBook,
        wording: Wording,
        causes: Callable[[int, str], Causes | Unreadable],
    ) -> None:
        self._store = store
        self._begun = begun
        self._answers = answers
        self._wording = wording
        self._causes = cache(causes)
        self._vocabulary = footing.rules.vocabulary
        self._evaluator = Evaluator(footing.rules, begun.order.as_of, stale=footing.stale)
        self._calendar = Calendar(footing.rules)
        self._today = begun.order.as_of.isoformat()
        self._before = unpacked_members(begun.previous.members if begun.previous else None)
        self._members: set[int] = set()
        self._next_patient, self._next_snapshot = begun.next_patient, begun.next_snapshot
        self._counts: Counter[str] = Counter()
        self._hashes: list[tuple[int, bytes, bytes]] = []
        self.changed: list[Change] = []
        self.ended: list[Lapse] = []
        self.screened_again = 0

    def piece(self, seen: list[Seen], at: datetime) -> None:
        """Screen and keep one piece."""
        known = self._store.known(self._begun, [one.pseudonym for one in seen])
        piece, movers, verdicts = Piece([], [], [], []), [], []
        members, before, answers, hashes = self._members, self._before, self._answers, self._hashes
        for one in seen:
            number, stands = known.get(one.pseudonym, _UNKNOWN)
            if number is None:
                number = self._new_patient(one.pseudonym, piece, at)
            if number in members:
                raise UsageError("A patient stands in the source twice.", hint="Keep one row a patient.")
            members.add(number)
            now = self._with_answers(number, one) if number in answers else None
            if stands is not None and self._holds(stands, one, now):
                verdict, sha256 = stands.verdict, stands.sha256
            else:
                now = now or Known(self._facts(one))
                verdict, sha256 = self._screen(number, one, now, stands=stands, piece=piece)
                if stands is not None and verdict != stands.verdict:
                    movers.append(_Mover(one, stands, verdict, now, number not in before))
            verdicts.append(verdict)
            hashes.append((number, one.sha256, sha256))
            if number not in before and (stands is None or verdict == stands.verdict):
                self._arrived(one, verdict, known=stands is not None)
        self._counts.update(verdicts)
        if piece.results:
            self._store.write(self._begun, piece)
        self._explain(movers)

    def _new_patient(self, pseudonym: str, piece: Piece, at: datetime) -> int:
        number, self._next_patient = self._next_patient, self._next_patient + 1
        piece.patients.append({"id": number, "pseudonym": pseudonym, "first_seen": at})
        return number

    def _with_answers(self, number: int, one: Seen) -> Known:
        """What is known of the patient with the answers that stand."""
        judged = self._answers.judge(number, one.pseudonym, self._facts(one))
        self.ended += judged.ended
        return judged.known

    def _facts(self, one: Seen) -> Facts:
        return fitting(decoded(one.body), self._vocabulary)

    def _holds(self, stands: Stands, one: Seen, now: Known | None) -> bool:
        """Whether a result stays in force: nothing that it rests on has changed."""
        return (
            stands.facts_sha256 == one.sha256
            and stands.basis_id == self._begun.basis_id
            and stands.answers == (now.key if now else "")
            and stands.as_of <= self._today
            and (stands.next_on is None or self._today < stands.next_on)
        )

    def _screen(
        self, number: int, one: Seen, now: Known, *, stands: Stands | None, piece: Piece
    ) -> tuple[str, bytes]:  # fmt: skip
        """Screen a patient; the verdict, and the hash of the result in words."""
        self.screened_again += 1
        facts = now.facts
        result = self._evaluator.evaluate(PatientRecord(one.pseudonym, facts))
        sha256 = hashlib.sha256(self._wording(result).encode()).digest()
        if stands is not None:
            piece.ended.append(number)
        row: dict[str, Any] = {
            "trial_id": self._begun.trial_id,
            "patient_id": number,
            "run_id": self._begun.number,
            "basis_id": self._begun.basis_id,
            "snapshot_id": self._snapshot(number, one, stands, piece),
            "facts_sha256": one.sha256,
            "answers": now.key,
            "as_of": self._today,
            "next_on": self._next_on(result, facts),
            "verdict": result.verdict,
            "recoverable": result.recoverable,
            "score": result.score,
            "results": "".join([_LETTERS[criterion.result] for criterion in result.criteria]),
            "questions": ";".join([question.fact for question in result.questions]),
            "sha256": sha256,
        }
        row["seal"] = self._store.seal(row, one.pseudonym)
        piece.results.append(row)
        return result.verdict, sha256

    def _snapshot(self, number: int, one: Seen, stands: Stands | None, piece: Piece) -> int:
        """The number under which the patient's facts are kept."""
        if stands is not None and stands.facts_sha256 == one.sha256:
            return stands.snapshot_id
        snapshot, self._next_snapshot = self._next_snapshot, self._next_snapshot + 1
        piece.snapshots.append({"id": snapshot, "patient_id": number, "run_id": self._begun.number, "body": one.body})
        return snapshot

    def _next_on(self, result: PatientResult, facts: Facts) -> str | None:
        turn = self._calendar.next_turn(facts, self._begun.order.as_of, asked=bool(result.questions))
        return None if turn is None else turn.isoformat()

    def _arrived(self, one: Seen, verdict: str, *, known: bool) -> None:
        """Tell of somebody who was not in the last run."""
        if self._begun.previous is not None:
            self.changed.append(Change(one.pseudonym, one.patient_id, None, verdict, (_BACK if known else _FIRST,)))

    def _explain(self, movers: list[_Mover]) -> None:
        """Find out why some verdicts moved."""
        previous = self._begun.previous
        if not movers or previous is None:
            return
        bodies = self._store.bodies({one.stands.snapshot_id for one in movers if not _same_facts(one)})
        for seen, stands, after, now, back in movers:
            old = self._answers.known(decoded(bodies.get(stands.snapshot_id, seen.body)), stands.answers)
            rested = (stands.basis_id, stands.as_of) if back else (previous.basis_id, previous.as_of)
            because = ((_BACK,) if back else ()) + self._causes(*rested).of(old, now)
            self.changed.append(Change(seen.pseudonym, seen.patient_id, stands.verdict, after, because))

    def gone(self) -> None:
        """Tell of those who took part in the last run and not in this one."""
        previous = self._begun.previous
        if previous is None:
            return
        missing = iter(sorted(self._before - self._members))
        while some := list(islice(missing, PIECE)):
            found = self._store.verdicts(self._begun.trial_id, some, key_of(previous.id))
            self.changed += [Change(name, None, verdict, None, (_GONE,)) for name, verdict in found.values()]

    def totals(self) -> Totals:
        """What the run comes to."""
        facts_sha256, results_sha256 = run_hashes(sorted(self._hashes))
        counts = {verdict: self._counts[verdict] for verdict in VERDICTS}
        return Totals(counts, packed(self._members), facts_sha256, results_sha256)


def _same_facts(mover: _Mover) -> bool:
    return mover.stands.facts_sha256 == mover.seen.sha256
