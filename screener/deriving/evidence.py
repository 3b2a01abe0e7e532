"""What a derived fact rests on, and the values it can come out as."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from screener.dates import PartialDate
from screener.deriving.answers import Doubt
from screener.deriving.fields import ON, date_of
from screener.facts.definitions import FactDefinition, Value
from screener.facts.events import Code, Event, EventKind
from screener.facts.values import NOTHING, Evidence, FactValue

_CODE: Final = "code"
_NO_CODE: Final = (None, None, None)
_NAMED: Final = 3


class Witness:
    """Says of events of one kind what they are evidence of, for one fact.

    Args:
        fact: the fact.
        kind: the kind of event it is derived from.
        shown: the fields whose words are shown as what was recorded.
        tested: the fields that decide whether an event counts; where one contradicts itself or cannot be read, its
            words are shown too.
    """

    def __init__(
        self, fact: FactDefinition, kind: EventKind, *, shown: Iterable[str] = (), tested: Iterable[str] = ()
    ) -> None:
        self.fact = fact
        self.kind = kind
        self._shown = tuple(shown)
        # A day that cannot be read is a field of its own; one that can is none.
        self._tested = tuple(dict.fromkeys(name for name in (*tested, ON) if name not in self._shown))

    def value(self, value: Value, events: Sequence[Event]) -> FactValue:
        """The fact, read off these events; its date is that of the last of them."""
        if len(events) == 1:
            (event,) = events
            return FactValue(self.fact.name, value, event.on, event.reference, "recorded", (self._of(event),))
        evidence = self._evidence(events)
        on = max([one.on for one in evidence if one.on is not None], key=_end, default=None)
        return FactValue(self.fact.name, value, on, source_of(evidence), "recorded", evidence)

    def unknown(self, doubt: Doubt, events: Sequence[Event]) -> FactValue:
        """The fact as unknown, for a reason that stands in these events."""
        evidence = self._evidence(events if doubt != "conflicting" else [_every_coding(one) for one in events])
        return FactValue(self.fact.name, None, None, source_of(evidence), doubt, evidence)

    def nothing(self, *, complete: bool, zero: Value | None = None) -> FactValue | None:
        """What finding nothing means: no, none or the empty set where the source holds every event, else no fact."""
        value = nothing_of(self.fact) if zero is None else zero
        if not complete or value is None:
            return None
        return FactValue(self.fact.name, value, None, f"nothing found in complete records of the kind {self.kind}")

    def _evidence(self, events: Sequence[Event]) -> tuple[Evidence, ...]:
        if len(events) == 1:
            return (self._of(events[0]),)
        return tuple(sorted(map(self._of, events), key=_place))

    def _of(self, event: Event) -> Evidence:
        _, on, fields, reference, place, status, _ = event
        coded = fields.get(_CODE)
        codes: Any = None if coded is None else coded[0]  # a tuple of codes: the field is of that type
        system, code, display = codes[0] if codes else _NO_CODE
        said: list[str] = []
        for name in self._shown:
            shown = fields.get(name) if name != ON else date_of(event)
            if shown is not None:
                said.append(shown[1])
        for name in self._tested:
            tested = fields.get(name)
            if tested is not None and tested[2] != "recorded":
                said.append(tested[1])
        if len(said) > 1:
            said = ["; ".join(dict.fromkeys(said))]
        return Evidence(reference, place, on, system, code, display, (said[0] or None) if said else None, status)


def _every_coding(event: Event) -> Event:
    """The event with the words of every coding, since one may contradict another."""
    fields = dict(event.fields)
    for name, field in fields.items():
        codes = [one for one in field.value if isinstance(one, Code)] if isinstance(field.value, tuple) else []
        if len(codes) > 1:
            words = dict.fromkeys(code.display or code.code for code in codes)
            fields[name] = field._replace(said=", ".join(words))
    return event._replace(fields=fields)


def nothing_of(fact: FactDefinition) -> Value | None:
    """The value of a fact of which a complete source says nothing, none where it has no such value."""
    if fact.type == "yes_no":
        return False
    if fact.type == "set":
        return frozenset()
    return NOTHING if NOTHING in fact.options else None


def source_of(evidence: Sequence[Evidence]) -> str:
    """Where a person can look the evidence up: the first few records by name, and how many there are besides."""
    if len(evidence) == 1:
        return evidence[0].reference
    named = list(dict.fromkeys(one.reference for one in evidence))
    more = len(named) - _NAMED
    return ", ".join(named[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def merged(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Evidence of several facts, each record once, in the order of time."""
    return tuple(sorted(dict.fromkeys(evidence), key=_place))


def _end(when: PartialDate) -> tuple[date, date]:
    return when.last, when.first


def _place(one: Evidence) -> tuple[date, str, str, str]:
    return one.on.first if one.on is not None else date.min, one.reference, one.place, one.value or ""
