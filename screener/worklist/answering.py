"""Taking an answer down: everything is checked before anything is kept."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from screener.errors import UsageError
from screener.store.answers import AnswerStore
from screener.store.audit import Anchor, person
from screener.store.memory_tables import AnswerRow
from screener.store.patients import patient_named, trial_named
from screener.store.rows import key_of, storable
from screener.store.runs import RunStore
from screener.worklist.answers import answer_value, definition_of, evidence_of
from screener.worklist.snapshot import decoded, value_text
from screener.worklist.wording import rules_reading

if TYPE_CHECKING:
    from screener.criteria.model import RuleSet
    from screener.store.memory import Memory

_LONGEST_TEXT = 2000


class Given(NamedTuple):
    """An answer as a person gives it."""

    patient: str
    fact: str
    value: str
    on: date
    by: str
    source: str
    note: str | None = None


class Kept(NamedTuple):
    """An answer that was kept, and the head of the audit trail."""

    number: int
    pseudonym: str
    anchor: Anchor


def take_down(memory: Memory, rules: RuleSet, given: Given, *, today: date, now: datetime) -> Kept:
    """Keep an answer.

    Raises:
        UsageError: it is of the wrong type, of a day to come, of a fact that no criterion reads, or of a patient who
            was never screened; nothing is kept.
    """
    who, source = person(given.by), _text(given.source, "source")
    fact = definition_of(rules, given.fact.strip())
    value = answer_value(rules, fact, given.value, today=today)
    if given.on > today:
        raise UsageError("The day for which the answer holds lies in the future.", hint="Give the day with --on.")
    with memory.database.reading() as session:
        trial_id = trial_named(session, rules.trial)
        patient = patient_named(session, memory.keys, given.patient)
    present = RunStore(memory.database, memory.keys).present(trial_id, patient.number)
    if present is None:
        hint = f"Screen first: screener run {rules.trial} --patients PATH"
        raise UsageError(f"This patient was never screened for {rules.trial}.", hint=hint)
    row = AnswerRow(
        trial_id=trial_id,
        patient_id=patient.number,
        fact=fact.name,
        value=value_text(value),
        true_on=given.on.isoformat(),
        who=who,
        source=source,
        note=_text(given.note, "note") if given.note is not None else None,
        at=now,
        evidence_sha256=evidence_of(decoded(present.remembered.body), fact.name),
        rule_sha256=rules_reading(rules, fact.name),
    )
    store = AnswerStore(memory.database, memory.keys)
    anchor = store.keep(row, trial=rules.trial, pseudonym=patient.pseudonym)
    assert row.id is not None  # it was kept
    return Kept(row.id, patient.pseudonym, anchor)


def withdraw(memory: Memory, rules: RuleSet, given: tuple[str, str], *, by: str, now: datetime) -> Kept:
    """End the answer on a patient's fact, by the names of both; it no longer counts from the next run on.

    Raises:
        UsageError: there is none that stands; nothing is kept.
    """
    who, fact = person(by), given[1].strip()
    with memory.database.reading() as session:
        trial_id = trial_named(session, rules.trial)
        patient = patient_named(session, memory.keys, given[0])
    store = AnswerStore(memory.database, memory.keys)
    numbers = [key_of(one.id) for one in store.standing(trial_id, patient.number) if one.fact == fact]
    for number in numbers:
        anchor = store.withdraw(number, who=who, trial=rules.trial, pseudonym=patient.pseudonym, at=now)
        if anchor is not None:
            return Kept(number, patient.pseudonym, anchor)
    hint = f"See those that stand with: screener worklist {rules.trial} --patient ID"
    raise UsageError("No answer to that fact of this patient stands.", hint=hint)


def _text(given: str, what: str) -> str:
    clean = " ".join((storable(given) or "").split())
    if not clean or len(clean) > _LONGEST_TEXT:
        raise UsageError(f"The {what} of the answer is blank, or too long.", hint=f"Give it with --{what}.")
    return clean
