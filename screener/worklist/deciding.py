"""Making a decision: where the patient stands is looked up, the move is checked, then it is kept with its audit row."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from screener.errors import UsageError
from screener.store.answers import AnswerStore
from screener.store.audit import Anchor, person
from screener.store.decision_tables import DecisionRow
from screener.store.decisions import FIRST_READER, SECOND_READER, DecisionStore
from screener.store.patients import Known, patient_named, trial_named
from screener.store.rows import storable
from screener.store.run_records import Present
from screener.store.runs import RunStore
from screener.worklist.answers import AnswerBook
from screener.worklist.footing import Footing
from screener.worklist.recheck import Recheck, next_recheck
from screener.worklist.snapshot import decoded, fitting
from screener.worklist.states import (
    Move,
    Standing,
    State,
    check_move,
    disagrees,
    state_after,
    state_without_decision,
)

if TYPE_CHECKING:
    from screener.store.memory import Memory


class Given(NamedTuple):
    """A decision as a person gives it; `second` is a second reader's, which moves nothing."""

    patient: str
    move: Move
    by: str
    second: bool = False
    clinician: str | None = None
    approached_on: date | None = None
    consent_status: str | None = None
    consent_version: str | None = None
    note: str | None = None


class Kept(NamedTuple):
    """A decision that was kept, and the head of the audit trail."""

    row: DecisionRow
    pseudonym: str
    anchor: Anchor


class _Case(NamedTuple):
    """What a decision is about: the patient as the last run found them, who decides, and when."""

    trial_id: int
    patient: Known
    present: Present
    criteria: tuple[str, ...]
    who: str
    today: date
    now: datetime

    @property
    def verdict(self) -> str:
        return self.present.remembered.stands.verdict


def decide(memory: Memory, footing: Footing, given: Given, *, today: date, now: datetime) -> Kept:
    """Keep a decision.

    Raises:
        UsageError: the patient was never screened, or the move may not be made; nothing is kept.
    """
    who, trial = person(given.by), footing.rules.trial
    with memory.database.reading() as session:
        trial_id, patient = trial_named(session, trial), patient_named(session, memory.keys, given.patient)
    present = RunStore(memory.database, memory.keys).present(trial_id, patient.number)
    if present is None:
        hint = f"Screen first: screener run {trial} --patients PATH"
        raise UsageError(f"This patient was never screened for {trial}.", hint=hint)
    case = _Case(trial_id, patient, present, tuple(one.id for one in footing.rules.criteria), who, today, now)
    because = None
    if given.move.to == "recheck_due" and not given.second:
        recheck = _recheck(memory, footing, case, given.move)
        given, because = given._replace(move=given.move._replace(recheck_on=recheck.on)), recheck.because

    def make(before: DecisionRow | None) -> DecisionRow:
        row = _second(given, case, before) if given.second else _first(given, case, before)
        row.recheck_because = because
        return row

    kept, anchor = DecisionStore(memory.database, memory.keys).keep(trial_id, trial, patient, make)
    return Kept(kept, patient.pseudonym, anchor)


def state_of(before: DecisionRow | None, verdict: str, *, first_seen_now: bool) -> State:
    """Where a patient stands now, by the decision in force and the verdict of the last run."""
    if before is None:
        return state_without_decision(verdict, first_seen_now=first_seen_now)
    return state_after(before.state, then=before.verdict, now=verdict)  # type: ignore[arg-type]


def _first(given: Given, case: _Case, before: DecisionRow | None) -> DecisionRow:
    """A decision that moves the patient; what it does not say anew stays as it was."""
    move = given.move
    state = state_of(before, case.verdict, first_seen_now=case.present.first_seen_now)
    barred = before is not None and before.do_not_contact
    check_move(move, Standing(state, case.verdict, barred), criteria=case.criteria, today=case.today)
    row = _row(given, case, FIRST_READER)
    row.do_not_contact = move.reason == "DNC" or (barred if move.do_not_contact is None else move.do_not_contact)
    row.clinician = _text(given.clinician) or (before.clinician if before else None)
    row.consent_status = given.consent_status or (before.consent_status if before else None)
    row.consent_version = _text(given.consent_version) or (before.consent_version if before else None)
    row.approached_on = _approached_on(given, case, before)
    row.attempt_no = (before.attempt_no if before else 0) + (move.to == "approached")
    if move.to == "enrolled" and row.consent_status != "given":
        raise UsageError("Nobody is enrolled without consent.", hint="Say so with --consent given --consent-version.")
    return row


def _second(given: Given, case: _Case, before: DecisionRow | None) -> DecisionRow:
    """A second reader's decision, kept beside the first one."""
    if before is None:
        raise UsageError("There is no first decision on this patient yet.", hint="Decide without --second first.")
    if before.who == case.who:
        raise UsageError("The second reader must be somebody else than the first.", hint="Give the name with --by.")
    row = _row(given, case, SECOND_READER)
    row.do_not_contact, row.attempt_no = before.do_not_contact, before.attempt_no
    return row


def _row(given: Given, case: _Case, reader: int) -> DecisionRow:
    move = given.move
    return DecisionRow(
        trial_id=case.trial_id,
        patient_id=case.patient.number,
        run_id=case.present.run,
        reader=reader,
        at=case.now,
        who=case.who,
        state=move.to,
        verdict=case.verdict,
        override=disagrees(move, case.verdict),
        override_reason=_text(move.override_reason),
        reason_code=move.reason,
        reason_text=_text(move.reason_text),
        recheck_on=move.recheck_on.isoformat() if move.recheck_on else None,
        do_not_contact=False,
        attempt_no=0,
        note=_text(given.note),
    )


def _approached_on(given: Given, case: _Case, before: DecisionRow | None) -> str | None:
    if given.move.to != "approached":
        if given.approached_on is not None:
            raise UsageError("Only who is approached has a day of it.", hint="Leave --on away.")
        return before.approached_on if before else None
    if given.approached_on is not None and given.approached_on > case.today:
        raise UsageError("The day of the approach lies in the future.", hint="Give the day with --on.")
    return (given.approached_on or case.today).isoformat()


def _recheck(memory: Memory, footing: Footing, case: _Case, move: Move) -> Recheck:
    """The day to look again: the one given, else the first on which time alone changes something."""
    if move.recheck_on is not None:
        return Recheck(move.recheck_on, "a person chose the day")
    remembered = case.present.remembered
    answers = AnswerStore(memory.database, memory.keys).of_trial(case.trial_id)
    book = AnswerBook(answers, footing.loaded.rules, case.today)
    facts = book.with_answers(fitting(decoded(remembered.body), footing.rules.vocabulary), remembered.stands.answers)
    found = next_recheck(footing, facts, case.today)
    if found is None:
        raise UsageError("Time alone changes nothing for this patient.", hint="Give a day with --recheck.")
    return found


def _text(given: str | None) -> str | None:
    return " ".join((storable(given) or "").split()) or None if given is not None else None
