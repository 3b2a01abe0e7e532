"""One patient while facts are derived: the events by kind, the facts known so far, and the events that facts are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from screener.deriving.evidence import merged
from screener.deriving.found import Chosen
from screener.facts.events import Event, EventKind, PatientEvents
from screener.facts.values import FactValue


class Reading:
    """What is known of one patient, growing as one derivation after the other is asked.

    Args:
        patient: the events.
        known: facts from a source of higher standing: they stay, and what records say beside them is shown with them.
        as_of: the screening date; what happened only after it has not happened yet.
    """

    def __init__(self, patient: PatientEvents, known: Mapping[str, FactValue], as_of: date) -> None:
        self.complete = patient.complete
        self.facts: dict[str, FactValue] = dict(known)
        self.chosen: dict[str, Chosen] = {}
        self._known = known
        self._kinds: dict[EventKind, list[Event]] = {}
        for event in patient.events:
            if event.on is None or event.on.first <= as_of:
                self._kinds.setdefault(event.kind, []).append(event)

    def events(self, kind: EventKind) -> list[Event]:
        """The events of a kind."""
        return self._kinds.get(kind, [])

    def put(self, name: str, derived: FactValue | None) -> None:
        """Add a derived fact; one that is known already stays, with the records that say something else."""
        if derived is None:
            return
        known = self._known.get(name)
        if known is None:
            self.facts[name] = derived
        elif derived.value != known.value:
            self.facts[name] = known._replace(evidence=merged((*known.evidence, *derived.evidence)))
