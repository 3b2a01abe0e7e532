"""The results of patients in full again, from what is remembered, as an export may show them.

An export shows no day of birth, only its year, and no words on where something stands: those can name a patient.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from screener.criteria.model import facts_of, notes_of
from screener.dates import PartialDate
from screener.facts.definitions import BIRTH_DATE, DECEASED
from screener.facts.values import FactValue, PatientRecord
from screener.matching.evaluate import Evaluator
from screener.store.answers import AnswerStore
from screener.store.runs import RunStore
from screener.worklist.answers import AnswerBook
from screener.worklist.snapshot import decoded, fitting

if TYPE_CHECKING:
    from screener.criteria.closures import Facts
    from screener.matching.results import CriterionResult, NoteSaid, PatientResult
    from screener.store.memory import Memory
    from screener.worklist.cohort_view import CohortView, Entry

_AT_ONCE: Final = 500
_YEAR: Final = 4


class Told(NamedTuple):
    """A patient of the worklist with what is known and what came out of it."""

    entry: Entry
    facts: Facts
    result: PatientResult


def told(memory: Memory, view: CohortView, entries: Sequence[Entry]) -> Iterator[Told]:
    """Each patient with the facts and the result in force, answers among them, under the pseudonym."""

    evaluators = _evaluators(view)
    for entry, facts in facts_of_entries(memory, view, entries):
        result = evaluators(entry).evaluate(PatientRecord(entry.standing.pseudonym, facts))
        yield Told(entry, facts, result)


def _evaluators(view: CohortView) -> Callable[[Entry], Evaluator]:
    """What the result in force of a patient was found with."""

    @cache
    def evaluator(basis: int, as_of: str) -> Evaluator:
        footing = view.footings[basis]
        return Evaluator(footing.rules, date.fromisoformat(as_of), stale=footing.stale)

    return lambda entry: evaluator(entry.standing.basis_id, entry.standing.as_of)


def facts_of_entries(memory: Memory, view: CohortView, entries: Iterable[Entry]) -> Iterator[tuple[Entry, Facts]]:
    """Each patient with what is known, answers among it, as the result in force was found with."""
    runs = RunStore(memory.database, memory.keys)
    answers = AnswerStore(memory.database, memory.keys).of_trial(view.run.trial_id)
    book = AnswerBook(answers, view.footing.loaded.rules, view.today)
    wanted = list(entries)
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        bodies = runs.bodies({one.standing.snapshot_id for one in some})
        for entry in some:
            one = entry.standing
            facts = fitting(decoded(bodies[one.snapshot_id]), view.footings[one.basis_id].rules.vocabulary)
            yield entry, book.known(facts, one.answers).facts


def without_birthday(result: PatientResult) -> PatientResult:
    """The result with the year of birth where the day of it stood."""
    born = {
        fact.value.text
        for one in result.criteria
        for fact in one.facts
        if fact.fact == BIRTH_DATE and isinstance(fact.value, PartialDate)
    }
    if not born:
        return result
    (day,) = born
    return result._replace(criteria=tuple([_criterion(one, day) for one in result.criteria]))


def _criterion(one: CriterionResult, day: str) -> CriterionResult:
    facts = tuple([_fact(fact) for fact in one.facts])
    return one._replace(facts=facts, reason=one.reason.replace(day, day[:_YEAR]))


def _fact(fact: FactValue) -> FactValue:
    if fact.fact != BIRTH_DATE or not isinstance(fact.value, PartialDate):
        return fact
    return fact._replace(value=replace(fact.value, text=fact.value.text[:_YEAR]))


class DataAge(NamedTuple):
    """The oldest and the newest date for which something is known of a patient, of what the rules read.

    `days` is how long before the run that saw the patient last the newest was.
    """

    oldest: str
    newest: str
    days: int


class Beside(NamedTuple):
    """What stands beside a patient in a list: the age of what is known, and the notes that hold.

    `age` is none where nothing has a date. `of_death` are those of the notes that say that the patient has died.
    """

    age: DataAge | None
    notes: tuple[NoteSaid, ...]
    of_death: tuple[NoteSaid, ...]


def beside(memory: Memory, view: CohortView, entries: Iterable[Entry]) -> dict[str, Beside]:
    """What stands beside each patient, by pseudonym."""
    read = {number: [one.name for one in facts_of(footing.rules)] for number, footing in view.footings.items()}
    of_death = {number: notes_of(DECEASED, footing.rules) for number, footing in view.footings.items()}
    evaluators = _evaluators(view)
    found = {}
    for entry, facts in facts_of_entries(memory, view, entries):
        basis = entry.standing.basis_id
        notes = evaluators(entry).notes(facts)
        died = tuple(note for note in notes if note.id in of_death[basis])
        found[entry.standing.pseudonym] = Beside(_age(entry, facts, read[basis]), notes, died)
    return found


def _age(entry: Entry, facts: Facts, read: Sequence[str]) -> DataAge | None:
    known = (facts[name].on for name in read if name in facts)
    dates = sorted((on for on in known if on is not None), key=lambda on: on.last)
    if not dates:
        return None
    days = (date.fromisoformat(entry.run.as_of) - dates[-1].last).days
    return DataAge(dates[0].text, dates[-1].text, days)
