"""Screening that remembers: only who changed is screened again, and who moved is told with the cause.

A result rests on the facts, the answers, the rules with the registry's words, and the date. Where none of them changed
it is the same, word by word, and stays in force; the date counts only from the day on which time alone can change it.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

from screener.errors import IntegrityError, ScreenerError, UsageError
from screener.store.members import unpacked_members
from screener.store.memory_tables import RunRow
from screener.worklist.answers import AnswerBook
from screener.worklist.causes import Causes, Unreadable
from screener.worklist.footing import Footing, stored_footing
from screener.worklist.overtaken import Side
from screener.worklist.pieces import PIECE, Seen, Wording, Work
from screener.worklist.report import RunReport, change_order
from screener.worklist.snapshot import encoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from screener.facts.values import PatientRecord
    from screener.store.answers import AnswerStore
    from screener.store.keys import Keys
    from screener.store.run_records import Begun, NewBasis, Order
    from screener.store.runs import RunStore


def seen_in(patients: Iterable[PatientRecord], keys: Keys) -> Iterator[Seen]:
    """Patients of a table as a run finds them."""
    pseudonym, sha256 = keys.pseudonym, hashlib.sha256
    for patient in patients:
        body = encoded(patient)
        yield Seen(pseudonym(patient.patient_id), body, sha256(body).digest(), patient.patient_id)


def remembered(store: RunStore, run: RunRow) -> Iterator[Seen]:
    """The patients of a past run as they are remembered."""
    members = unpacked_members(run.members)
    assert run.id is not None
    for one in store.in_force(run.trial_id, run.id):
        if one.patient_id in members:
            yield Seen(one.pseudonym, one.body, one.stands.facts_sha256, None)


class RememberedScreening:
    """Runs screenings and keeps them; the caller holds the lock of the screening.

    Args:
        runs: the runs of the store.
        answers: its answers.
        footing: the rules.
        basis: the same, ready to be stored.
        wording: the words of a result.
        now: the clock.
    """

    def __init__(
        self,
        runs: RunStore,
        answers: AnswerStore,
        footing: Footing,
        basis: NewBasis,
        *,
        wording: Wording,
        now: Callable[[], datetime],
    ) -> None:
        self._runs = runs
        self._answers = answers
        self._footing = footing
        self._basis = basis
        self._wording = wording
        self._now = now

    def run(self, patients: Iterable[Seen], order: Order) -> RunReport:
        """Screen and remember.

        Raises:
            ScreenerError: the patients cannot be read, or the store cannot be written; nothing of the run is kept.
        """
        begun = self._runs.begin(order, self._basis, at=self._now())
        try:
            return self._carry_out(begun, iter(patients))
        except BaseException:
            with suppress(ScreenerError):
                self._runs.abandon(self._now())
            raise

    def _carry_out(self, begun: Begun, patients: Iterator[Seen]) -> RunReport:
        as_of, previous = begun.order.as_of, begun.previous
        lapsing = previous is None or previous.as_of <= as_of.isoformat()
        book = AnswerBook(self._answers.of_trial(begun.trial_id), self._footing.rules, as_of, lapsing=lapsing)
        work = Work(
            self._runs,
            begun,
            self._footing,
            answers=book,
            wording=self._wording,
            causes=lambda basis_id, as_of: self._causes(basis_id, as_of, begun),
        )
        while seen := list(islice(patients, PIECE)):
            work.piece(seen, self._now())
        totals = work.totals()
        if begun.order.source == "table" and not any(totals.counts.values()):
            hint = "Look whether the table was written whole; --patients names it."
            raise UsageError("There is nobody in this table; nothing was changed.", hint=hint)
        work.gone()
        anchor = self._runs.end(begun, totals, work.ended, at=self._now())
        changed = tuple(sorted(work.changed, key=change_order))
        return RunReport(
            begun.number, begun.previous, totals.counts, work.screened_again, changed, tuple(work.ended), anchor
        )  # fmt: skip

    def _causes(self, basis_id: int, as_of: str, begun: Begun) -> Causes | Unreadable:
        """What finds the causes since an earlier result, from the rules and the day that it stood on."""
        try:
            same = basis_id == begun.basis_id
            old = self._footing if same else stored_footing(self._runs, basis_id, begun.order.trial)
        except IntegrityError:
            # Tonight's results are as good as ever: they must not wait until somebody has mended the past.
            return Unreadable()
        assert begun.previous is not None  # somebody moved since
        before = Side(old, date.fromisoformat(as_of), begun.previous.started)
        return Causes(before, Side(self._footing, begun.order.as_of, None))
