"""One patient while facts are derived: the events by kind, the facts known so far, and the events that facts are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from screener.deriving.evidence import merged
from screener.deriving.found import Asked, Chosen
from screener.deriving.sieve import Sieves
from screener.facts.events import PatientEvents
from screener.facts.values import FactValue


class Reading:
    """What is known of one patient, growing as one derivation after the other is asked.

    Args:
        patient: the events.
        known: facts from a source of higher standing: they stay, and what records say beside them is shown with them.
        as_of: the screening date; what happened only after it has not happened yet.
        sieves: tell which derivations may find an event.
    """

    def __init__(self, patient: PatientEvents, known: Mapping[str, FactValue], as_of: date, sieves: Sieves) -> None:
        self.complete = patient.complete
        self.facts: dict[str, FactValue] = dict(known)
        self.chosen: dict[str, Chosen] = {}
        self.known = known
        sifted: list[list[Asked]] = [[] for _ in range(sieves.places)]
        self.sifted = sifted
        of_kind = sieves.of(patient.complete).get
        for event in patient.events:
            sift, on = of_kind(event[0]), event[1]
            if sift is not None and (on is None or on.first <= as_of):
                for place, answer in sift(event):
                    sifted[place].append((event, answer))

    def put(self, name: str, derived: FactValue) -> None:
        """Add a derived fact; one that is known already stays, with the records that say something else."""
        known = self.known.get(name)
        if known is None:
            self.facts[name] = derived
        elif derived.value != known.value:
            self.facts[name] = known._replace(evidence=merged((*known.evidence, *derived.evidence)))
