"""Making a decision: where the patient stands is looked up, the move is checked, then it is kept with its audit row."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from screener.criteria.approval import same_person
from screener.errors import UsageError
from screener.store.answers import AnswerStore
from screener.store.audit import Anchor, person
from screener.store.decision_tables import DecisionRow, PreScreeningDecision, ScreeningDecision
from screener.store.decisions import FIRST_READER, SECOND_READER, Before, DecisionStore
from screener.store.patients import Known, patient_named, trial_named
from screener.store.rows import storable
from screener.store.run_records import Present
from screener.store.runs import RunStore
from screener.worklist.answers import AnswerBook
from screener.worklist.footing import Footing, changed_since, stored_footing
from screener.worklist.outcomes import Outcomes, outcomes
from screener.worklist.recheck import Recheck, next_recheck
from screener.worklist.snapshot import decoded, fitting
from screener.worklist.states import (
    CONTACT,
    Move,
    Standing,
    State,
    check_consent,
    check_move,
    check_second_reading,
    disagrees,
    state_after,
    state_without_decision,
)

if TYPE_CHECKING:
    from screener.store.memory import Memory


LONGEST_TEXT: Final = 2000
"""Of a reason or a note, in characters; so no cell of a spreadsheet is ever too small for one."""


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
    """A decision that was kept, and the head of the audit trail; `changed` says what changed since the last run."""

    row: DecisionRow
    pseudonym: str
    anchor: Anchor
    changed: str | None


class _Case(NamedTuple):
    """What a decision is about: the patient as the last run found them, who decides, and when."""

    trial_id: int
    patient: Known
    present: Present
    found: Outcomes
    criteria: tuple[str, ...]
    who: str
    today: date
    now: datetime

    @property
    def verdict(self) -> str:
        return self.present.remembered.stands.verdict

    def standing(self, state: State, *, barred: bool, barred_elsewhere: bool) -> Standing:
        """Where the patient stands before the decision."""
        return Standing(state, self.verdict, barred, barred_elsewhere, self.found.failing, self.found.unknown)


def decide(memory: Memory, footing: Footing, given: Given, *, today: date, now: datetime) -> Kept:
    """Keep a decision.

    Raises:
        UsageError: the patient was never screened, or the move may not be made; nothing is kept.
    """
    who, trial = person(given.by), footing.rules.trial
    given = given._replace(move=_written(given.move))
    with memory.database.reading() as session:
        trial_id, patient = trial_named(session, trial), patient_named(session, memory.keys, given.patient)
    present = RunStore(memory.database, memory.keys).present(trial_id, patient.number)
    if present is None:
        hint = f"Screen first: screener run {trial} --patients PATH"
        raise UsageError(f"This patient was never screened for {trial}.", hint=hint)
    found = _found(memory, footing, trial_id, patient.number, present)
    case = _Case(trial_id, patient, present, found, footing.criteria, who, today, now)
    changed = _changed(memory, footing, case)
    because = None
    if given.move.to == "recheck_due" and not given.second:
        recheck = _recheck(memory, footing, case, given.move)
        given, because = given._replace(move=given.move._replace(recheck_on=recheck.on)), recheck.because

    same = partial(_same_criteria, RunStore(memory.database, memory.keys), trial, case)

    def make(before: Before) -> DecisionRow:
        _check_changed(changed, given, before.decision, trial)
        row = _second(given, case, before) if given.second else _first(given, case, before, same_as_in=same)
        row.recheck_because = because
        return row

    kept, anchor = DecisionStore(memory.database, memory.keys).keep(trial_id, trial, patient, make)
    return Kept(kept, patient.pseudonym, anchor, changed)


def _found(memory: Memory, footing: Footing, trial_id: int, patient: int, present: Present) -> Outcomes:
    """The criteria that fail and are open for the patient in the last run."""
    runs = RunStore(memory.database, memory.keys)
    number, letters = runs.letters(trial_id, [patient], present.run)[patient]
    same = runs.basis(number)[0].sha256 == footing.sha256
    return outcomes(letters, (footing if same else stored_footing(runs, number, footing.rules.trial)).criteria)


def _changed(memory: Memory, footing: Footing, case: _Case) -> str | None:
    """What changed since the last run."""
    runs = RunStore(memory.database, memory.keys)
    basis, _ = runs.basis(runs.past(footing.rules.trial, case.present.run).basis_id)
    return changed_since(footing, (basis.sha256, basis.engine), case.present.run)


def _check_changed(changed: str | None, given: Given, before: DecisionRow | None, trial: str) -> None:
    """Let nobody be contacted over results that rest on rules which no longer stand; who is enrolled was long ago."""
    contact = given.move.to in CONTACT and not given.second and not _stays_enrolled(given.move, before)
    if changed is not None and contact:
        raise UsageError(changed, hint=f"Rescreen with: screener rescreen {trial}")


def _stays_enrolled(move: Move, before: DecisionRow | None) -> bool:
    return before is not None and move.to == before.state == "enrolled"


def state_of(before: DecisionRow | None, verdict: str, *, first_seen_now: bool, same_criteria: bool = True) -> State:
    """Where a patient stands now, by the decision in force and the verdict of the last run.

    A decision against the screening was made over the criteria that failed, or were open, then: where these are no
    longer the same ones, it asks for another look.
    """
    if before is None:
        return state_without_decision(verdict, first_seen_now=first_seen_now)
    as_decided = same_criteria or not before.override
    return state_after(before.state, then=before.verdict, now=verdict, as_decided=as_decided)  # type: ignore[arg-type]


def _same_criteria(runs: RunStore, trial: str, case: _Case, decided_in: int) -> bool:
    """Whether the criteria that fail and are open are those of the run in which the patient was decided on."""
    patient = case.patient.number
    then, now = (
        runs.letters(case.trial_id, [patient], number).get(patient) for number in (decided_in, case.present.run)
    )
    if then is None or now is None or then == now:
        return then == now
    before, after = (outcomes(letters, stored_footing(runs, basis, trial).criteria) for basis, letters in (then, now))
    return not before.differ(after)


def _first(given: Given, case: _Case, stands: Before, *, same_as_in: Callable[[int], bool]) -> DecisionRow:
    """A decision that moves the patient; what it does not say anew stays as it was."""
    before = stands.decision
    same = before is None or same_as_in(before.run_id)
    move = _with_same_override(given.move, case.verdict, before if same else None)
    state = state_of(before, case.verdict, first_seen_now=case.present.first_seen_now, same_criteria=same)
    barred = before is not None and before.do_not_contact
    now = case.standing(state, barred=barred, barred_elsewhere=stands.barred_elsewhere)
    check_move(move, now, criteria=case.criteria, today=case.today)
    if barred and move.do_not_contact is False and _text(given.note) is None:
        raise UsageError("That contact is allowed again needs its reason.", hint="Say with --note who allowed it.")
    check_consent(before.consent_status if before else None, given.consent_status)
    consent = given.consent_status or (before.consent_status if before else None)
    if move.to == "enrolled" and state != "enrolled" and consent != "given":
        raise UsageError("Nobody is enrolled without consent.", hint="Say so with --consent given --consent-version.")
    after_consent = isinstance(before, ScreeningDecision) or consent == "given"
    row = _row(ScreeningDecision if after_consent else PreScreeningDecision, given, case, move)
    row.do_not_contact = move.reason == "DNC" or (barred if move.do_not_contact is None else move.do_not_contact)
    row.clinician = _text(given.clinician) or (before.clinician if before else None)
    row.consent_status = consent
    row.consent_version = _text(given.consent_version) or (before.consent_version if before else None)
    row.approached_on = _approached_on(given, case, before)
    row.attempt_no = (before.attempt_no if before else 0) + (move.to == "approached")
    if before is not None and _stays_enrolled(move, before):
        row.override, row.override_reason = before.override, before.override_reason
    return row


def _with_same_override(move: Move, verdict: str, before: DecisionRow | None) -> Move:
    """The move with the reason given before, where it goes on against the same verdict: nobody says it twice.

    `before` is the decision in force, none where other criteria fail or are open than when it was made.
    """
    goes_on = before is not None and before.override and before.verdict == verdict and before.state in CONTACT
    if before is None or not goes_on or move.override_reason or move.to not in CONTACT:
        return move
    return move._replace(override_reason=before.override_reason)


def _second(given: Given, case: _Case, stands: Before) -> DecisionRow:
    """A second reader's decision, kept beside the first one."""
    before = stands.decision
    if before is None:
        raise UsageError("There is no first decision on this patient yet.", hint="Decide without --second first.")
    if same_person(before.who, case.who):
        raise UsageError("The second reader must be somebody else than the first.", hint="Give the name with --by.")
    moving = {
        "--do-not-contact": given.move.do_not_contact, "--clinician": given.clinician, "--on": given.approached_on,
        "--consent": given.consent_status, "--consent-version": given.consent_version,
    }  # fmt: skip
    said = [name for name, value in moving.items() if value is not None]
    if said:
        raise UsageError("A second reading moves nothing.", hint=f"Leave {' and '.join(said)} away, or --second.")
    now = case.standing("new", barred=False, barred_elsewhere=False)  # a reading moves nobody, and contacts nobody
    check_second_reading(given.move, now, criteria=case.criteria, today=case.today)
    row = _row(type(before), given, case, given.move)
    row.reader, row.do_not_contact, row.attempt_no = SECOND_READER, before.do_not_contact, before.attempt_no
    return row


def _row(table: type[DecisionRow], given: Given, case: _Case, move: Move) -> DecisionRow:
    override = disagrees(move, case.standing("new", barred=False, barred_elsewhere=False))
    return table(
        trial_id=case.trial_id,
        patient_id=case.patient.number,
        run_id=case.present.run,
        reader=FIRST_READER,
        at=case.now,
        who=case.who,
        state=move.to,
        verdict=case.verdict,
        override=override,
        override_reason=move.override_reason if override else None,
        reason_code=move.reason,
        reason_text=move.reason_text,
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
    facts = book.known(fitting(decoded(remembered.body), footing.rules.vocabulary), remembered.stands.answers).facts
    found = next_recheck(footing, facts, case.today)
    if found is None:
        raise UsageError("Time alone changes nothing for this patient.", hint="Give a day with --recheck.")
    return found


def _written(move: Move) -> Move:
    """The move with its words as they are kept, so that blanks are no reason."""
    return move._replace(reason_text=_text(move.reason_text), override_reason=_text(move.override_reason))


def _text(given: str | None) -> str | None:
    if given is None:
        return None
    clean = " ".join(_without_controls(storable(given) or "").split())
    if len(clean) > LONGEST_TEXT:
        raise UsageError(f"A text is longer than {LONGEST_TEXT:,} characters.", hint="Say it in fewer words.")
    return clean or None


def _without_controls(text: str) -> str:
    """The text without signs that no reader shows and some files cannot hold; a line's end is a space."""
    return "".join(" " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign for sign in text)
