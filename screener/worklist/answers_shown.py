"""The answers on a patient that stand, as they are shown: with what the record says otherwise beside each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from screener.criteria.words import value_words
from screener.facts.definitions import Value, Vocabulary
from screener.facts.values import FactValue, plain
from screener.store.answers import AnswerStore
from screener.store.rows import key_of
from screener.worklist.answers import ANSWERED
from screener.worklist.snapshot import value_of

if TYPE_CHECKING:
    from screener.store.memory import Memory
    from screener.worklist.cohort_view import CohortView, Entry

_YES_NO: Final = {"True": "yes", "False": "no"}


class AnswerShown(NamedTuple):
    """An answer that stands; `counted` says whether the last result rests on it.

    `recorded_otherwise` is what the record says of the fact, where that is something else.
    """

    number: int
    fact: str
    value: str
    on: str
    by: str
    source: str
    note: str | None
    counted: bool
    recorded_otherwise: str | None


def answers_shown(memory: Memory, view: CohortView, entry: Entry, facts: Mapping[str, FactValue]) -> list[AnswerShown]:
    """The answers on a patient that stand.

    Args:
        memory: the store and its key.
        view: the trial after its last run.
        entry: the patient.
        facts: the facts that the patient's last result rests on, answers among them.
    """
    standing = AnswerStore(memory.database, memory.keys).standing(view.run.trial_id, entry.standing.patient_id)
    counted = set(entry.standing.answers.split(","))
    vocabulary = view.footings[entry.standing.basis_id].rules.vocabulary
    values = {key_of(one.id): value_of(one.value) for one in standing}
    return [
        AnswerShown(
            key_of(one.id), one.fact, _words(values[key_of(one.id)], one.fact, vocabulary), one.true_on, one.who,
            one.source, one.note, str(one.id) in counted,
            _otherwise(facts.get(one.fact), values[key_of(one.id)], vocabulary),
        )
        for one in standing
    ]  # fmt: skip


def _otherwise(fact: FactValue | None, answered: Value, vocabulary: Vocabulary) -> str | None:
    """What the record says: beside an answer that counted, else the fact itself."""
    if fact is None:
        return None
    if fact.state == ANSWERED:
        beside = next(iter(fact.evidence), None)
        said = beside.value if beside is not None else None
        return _YES_NO.get(said, said) if said is not None else None
    if fact.value is None:
        return fact.state
    return None if fact.value == answered else _words(fact.value, fact.fact, vocabulary)


def _words(value: Value, name: str, vocabulary: Vocabulary) -> str:
    return value_words(value, vocabulary[name]) if name in vocabulary else str(plain(value))
