"""What a derived fact rests on, and the values it can come out as.

A fact keeps the events it rests on, and writes them down as evidence when somebody looks: at most facts of most
patients nobody does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final, overload

from screener.dates import PartialDate
from screener.deriving.answers import Doubt
from screener.deriving.fields import ON, date_of
from screener.facts.definitions import FactDefinition, Value
from screener.facts.events import Code, Event, EventKind
from screener.facts.values import NOTHING, Evidence, FactValue

_CODE: Final = "code"
_NO_CODE: Final = (None, None, None)
_NAMED: Final = 3


class _Unwritten(Sequence[Evidence]):
    """Evidence that is written down when it is looked at, and equal to the same evidence in a tuple.

    Args:
        events: what it is of; there is evidence where there is one of them.
        write: makes the evidence of them.
    """

    __slots__ = ("_events", "_write", "_written")

    def __init__(self, events: Sequence[object], write: Callable[[Any], tuple[Evidence, ...]]) -> None:
        self._events = events
        self._write = write
        self._written: tuple[Evidence, ...] | None = None

    def written(self) -> tuple[Evidence, ...]:
        """The evidence."""
        if self._written is None:
            self._written = self._write(self._events)
        return self._written

    def __bool__(self) -> bool:
        return bool(self._events)

    def __len__(self) -> int:
        return len(self.written())

    def __iter__(self) -> Iterator[Evidence]:
        return iter(self.written())

    @overload
    def __getitem__(self, place: int) -> Evidence: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Evidence, ...]: ...

    def __getitem__(self, place: int | slice) -> Evidence | tuple[Evidence, ...]:
        return self.written()[place]

    def __eq__(self, other: object) -> bool:
        return self.written() == (other.written() if isinstance(other, _Unwritten) else other)

    def __hash__(self) -> int:
        return hash(self.written())

    def __repr__(self) -> str:
        return repr(self.written())

    def __reduce__(self) -> tuple[type[tuple[Evidence, ...]], tuple[tuple[Evidence, ...]]]:
        return tuple, (self.written(),)


class Grounds:
    """The events that one or more facts rest on: where they are recorded, and the day of the last of them."""

    __slots__ = ("_source", "events")

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = events
        self._source: str | None = None

    @property
    def source(self) -> str:
        """Where a person can look them up: the first few records by name, and how many there are besides."""
        if self._source is None:
            events = self.events
            self._source = events[0].reference if len(events) == 1 else _named(sorted(events, key=_time))
        return self._source

    @property
    def on(self) -> PartialDate | None:
        """The date of the last of them."""
        if len(self.events) == 1:
            return self.events[0].on
        return max([one.on for one in self.events if one.on is not None], key=_end, default=None)


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
        self._name = fact.name
        self._shown = tuple(shown)
        # A day that cannot be read is a field of its own; one that can is none.
        self._tested = tuple(dict.fromkeys(name for name in (*tested, ON) if name not in self._shown))
        self._write, self._write_contradictions = self._evidence, self._contradictions

    def value(self, value: Value, grounds: Grounds) -> FactValue:
        """The fact, read off these events; its date is that of the last of them."""
        evidence = _Unwritten(grounds.events, self._write)
        return FactValue(self._name, value, grounds.on, grounds.source, "recorded", evidence)

    def unknown(self, doubt: Doubt, grounds: Grounds) -> FactValue:
        """The fact as unknown, for a reason that stands in these events."""
        write = self._write_contradictions if doubt == "conflicting" else self._write
        return FactValue(self._name, None, None, grounds.source, doubt, _Unwritten(grounds.events, write))

    def nothing(self, *, complete: bool, zero: Value | None = None) -> FactValue | None:
        """What finding nothing means: no, none or the empty set where the source holds every event, else no fact."""
        if not complete:
            return None
        value = nothing_of(self.fact) if zero is None else zero
        if value is None:
            return None
        return FactValue(self._name, value, None, f"nothing found in complete records of the kind {self.kind}")

    def _evidence(self, events: Sequence[Event]) -> tuple[Evidence, ...]:
        return tuple(sorted(map(self._of, events), key=_place))

    def _contradictions(self, events: Sequence[Event]) -> tuple[Evidence, ...]:
        return self._evidence([_every_coding(one) for one in events])

    def _of(self, event: Event) -> Evidence:
        fields = event.fields
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
        words = "; ".join(dict.fromkeys(said)) if len(said) > 1 else said[0] if said else None
        return Evidence(event.reference, event.place, event.on, system, code, display, words or None, event.status)


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


def evidence_behind(facts: Sequence[FactValue]) -> Sequence[Evidence]:
    """The evidence of several facts, each record once, in the order of time."""
    return _Unwritten([one for one in facts if one.evidence], _all)


def _all(facts: Iterable[FactValue]) -> tuple[Evidence, ...]:
    return merged(one for fact in facts for one in fact.evidence)


def merged(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Evidence of several facts, each record once, in the order of time."""
    return tuple(sorted(dict.fromkeys(evidence), key=_place))


def _named(events: Sequence[Event]) -> str:
    named = list(dict.fromkeys([one.reference for one in events]))
    more = len(named) - _NAMED
    return ", ".join(named[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _end(when: PartialDate) -> tuple[date, date]:
    return when.last, when.first


def _time(event: Event) -> tuple[date, str]:
    return event.on.first if event.on is not None else date.min, event.reference


def _place(one: Evidence) -> tuple[date, str, str, str]:
    return one.on.first if one.on is not None else date.min, one.reference, one.place, one.value or ""
