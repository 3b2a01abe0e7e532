"""A past run again, from what is remembered: the same rules, facts, answers and days give the same words and bytes."""

from __future__ import annotations

import hashlib
from datetime import date
from functools import cache, partial
from typing import TYPE_CHECKING, NoReturn

from screener import __version__
from screener.errors import IntegrityError
from screener.facts.values import PatientRecord
from screener.matching.evaluate import Evaluator
from screener.matching.results import PatientResult
from screener.store.members import unpacked_members
from screener.store.patients import taken_out
from screener.worklist.answers import AnswerBook
from screener.worklist.footing import stored_footing
from screener.worklist.pieces import Wording
from screener.worklist.snapshot import decoded, fitting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from screener.store.answers import AnswerStore
    from screener.store.memory_tables import RunRow
    from screener.store.run_records import Remembered
    from screener.store.runs import RunStore


class Replay:
    """One past run of a trial, ready to be gone through again.

    Raises:
        UsageError: the trial has no such run.
    """

    def __init__(self, runs: RunStore, answers: AnswerStore, trial: str, number: int, *, wording: Wording) -> None:
        self.run: RunRow = runs.past(trial, number)
        self._runs = runs
        self._number = number
        self._wording = wording
        self._answers = answers
        self._footing = cache(partial(stored_footing, runs, trial=trial))
        self._evaluator = cache(self._made)

    def results(self) -> Iterator[PatientResult]:
        """The result of each patient of the run, under the pseudonym, in the order in which they became known.

        Raises:
            IntegrityError: something that is stored no longer gives what it gave.
        """
        members = unpacked_members(self.run.members)
        answers = self._answers.of_trial(self.run.trial_id)
        book = AnswerBook(answers, self._footing(self.run.basis_id).rules, date.fromisoformat(self.run.as_of))
        facts_sha256, results_sha256 = hashlib.sha256(), hashlib.sha256()
        for one in self._runs.in_force(self.run.trial_id, self._number):
            if one.patient_id in members:
                number = one.patient_id.to_bytes(8, "big")
                facts_sha256.update(number + one.stands.facts_sha256)
                results_sha256.update(number + one.stands.sha256)
                yield self._result(one, book)
        with self._runs.database.reading() as session:
            forgotten = members & taken_out(session)
        whole = (facts_sha256.hexdigest(), results_sha256.hexdigest())
        # Where patients were erased since, the others are held against their own hashes alone.
        if not forgotten and whole != (self.run.facts_sha256, self.run.results_sha256):
            self._differs("its patients are no longer those it had")

    def _result(self, one: Remembered, book: AnswerBook) -> PatientResult:
        if hashlib.sha256(one.body).digest() != one.stands.facts_sha256:
            self._differs(f"the facts of {one.pseudonym} were changed")
        evaluator = self._evaluator(one.stands.basis_id, one.stands.as_of)
        facts = book.known(fitting(decoded(one.body), evaluator.rules.vocabulary), one.stands.answers).facts
        result = evaluator.evaluate(PatientRecord(one.pseudonym, facts))
        if hashlib.sha256(self._wording(result).encode()).digest() != one.stands.sha256:
            engine = self._footing(one.stands.basis_id).engine
            by = f" by version {engine}, and this is version {__version__}" if engine != __version__ else ""
            self._differs(f"the result of {one.pseudonym} comes out otherwise; it was screened{by}" if by else
                          f"the result of {one.pseudonym} comes out otherwise")  # fmt: skip
        return result

    def _made(self, basis: int, as_of: str) -> Evaluator:
        footing = self._footing(basis)
        return Evaluator(footing.rules, date.fromisoformat(as_of), stale=footing.stale)

    def _differs(self, why: str) -> NoReturn:
        hint = "Check the store with: screener audit verify"
        raise IntegrityError(f"Run {self._number} cannot be gone through again: {why}.", hint=hint)
