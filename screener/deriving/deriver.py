"""From the events of a patient to a record of facts: every derivation compiled once, and asked of each patient."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from screener.criteria.derivations import Derivations, FieldOf, FromEvents, definition_of, facts_of
from screener.deriving.reading import Reading
from screener.deriving.steps import Step, Steps
from screener.deriving.where import Wheres
from screener.facts.definitions import AGE, BIRTH_DATE, Vocabulary
from screener.facts.events import PatientEvents
from screener.facts.values import FactValue, PatientRecord

_NOTHING_KNOWN: Final[Mapping[str, FactValue]] = MappingProxyType({})
_BORN: Final = FromEvents(BIRTH_DATE, "date", "patient", take="only", value=FieldOf(BIRTH_DATE))


class Deriver:
    """Derives the facts of patients from their events, as they are known on one screening date.

    Args:
        derivations: how facts are derived; they were checked.
        vocabulary: the facts that they and the rules speak of.
        as_of: the screening date.
        names: the facts that are wanted, such as those that rules read; all of them unless told. The date of birth is
            always derived.
    """

    def __init__(
        self, derivations: Derivations, vocabulary: Vocabulary, as_of: date, *, names: Collection[str] | None = None
    ) -> None:
        self._as_of = as_of
        wanted = None if names is None else _behind(names, derivations)
        steps = Steps(vocabulary, Wheres(derivations.value_sets, as_of), wanted)
        self._sieves = steps.sieves
        definitions = None if wanted is None else {definition_of(name) for name in wanted}
        chosen = [one for name, one in derivations.facts.items() if definitions is None or name in definitions]
        self._steps: list[Step] = [step for one in (_BORN, *chosen) for step in steps.of(one)]

    def record(self, patient: PatientEvents, known: Mapping[str, FactValue] = _NOTHING_KNOWN) -> PatientRecord:
        """The facts of one patient.

        Args:
            patient: the events.
            known: facts from a source of higher standing, such as the answer of a person. They stay as they are, facts
                that rest on them follow them, and records that say something else are kept with them as evidence.
        """
        reading = Reading(patient, known, self._as_of, self._sieves)
        for name, derive in self._steps:
            derived = derive(reading)
            if derived is not None:
                reading.put(name, derived)
        return PatientRecord(patient.patient_id, reading.facts, patient.row)


def _behind(names: Collection[str], derivations: Derivations) -> set[str]:
    """The facts, and all that they rest on."""
    found: set[str] = set()
    waiting = [name for name in names if name != AGE]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            derivation = derivations.facts.get(definition_of(name))
            waiting += facts_of(derivation) if derivation is not None else ()
    return found
