"""Events of made-up patients, and facts derived from them, for tests: codes of systems that do not exist."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from textwrap import dedent, indent
from typing import Any

from screener.criteria.derivation_reading import read_derivations
from screener.criteria.derivations import Derivations
from screener.dates import PartialDate, parse_date
from screener.deriving import Deriver
from screener.facts.definitions import Value, Vocabulary
from screener.facts.events import FIELDS, Code, Event, EventField, EventKind, Interval, PatientEvents, Quantity
from screener.facts.value_sets import ValueSet
from screener.facts.values import FactValue
from screener.facts.vocabulary import read_vocabulary_file
from screener.findings import Findings
from screener.located import Mapping, read_text

AS_OF = date(2026, 6, 1)
HERE = "http://codes.test/here"
THERE = "http://codes.test/there"

VALUE_SETS = {
    one.name: one
    for one in (
        ValueSet.of("wrist", (HERE, "wrist"), (HERE, "distal-radius")),
        ValueSet.of("fracture", (HERE, "fracture")),
        ValueSet.of("cast", (HERE, "cast")),
        ValueSet.of("plate", (HERE, "plate")),
        ValueSet.of("platelets", (HERE, "plt")),
        ValueSet.of("sore", (HERE, "sore")),
        ValueSet.of("calm", (HERE, "calm")),
    )
}


def codes(*words: str) -> EventField:
    """Codes as recorded, each `system|code` or a code of the one system that the value sets know."""
    parts = [word.rpartition("|") for word in words]
    made = tuple(Code(system or HERE, code, code) for system, _, code in parts)
    return EventField(made, ", ".join(words))


def quantity(low: object, unit: str, *, high: object = ...) -> EventField:
    """A measured value; with two ends a range, of which none has no limit."""
    ends = [None if end is None else Fraction(str(end)) for end in (low, low if high is ... else high)]
    return EventField(Quantity(Interval(*ends), unit), f"{low} {unit}")


def conflicting(said: str) -> EventField:
    return EventField(None, said, "conflicting")


def unreadable(said: str) -> EventField:
    return EventField(None, said, "unreadable")


_COUNTED = iter(range(1, 1_000_000))


def event(kind: EventKind, on: str | None = None, /, **fields: Any) -> Event:
    """An event; a field of codes is a word or several, a date a text, and what is a field already stays as it is.

    `standing`, `status`, `reference` and `place` are those of the event itself.
    """
    about = {name: fields.pop(name) for name in ("standing", "status", "reference", "place") if name in fields}
    about.setdefault("reference", f"{kind.title()}/{next(_COUNTED)}")
    about.setdefault("place", "records.json")
    made = {name: _field(FIELDS[kind][name].type, value) for name, value in fields.items()}
    return Event(kind, None if on is None else parse_date(on), made, **about)


def _field(kind: str, value: Any) -> EventField:
    if isinstance(value, EventField):
        return value
    if kind == "codes":
        return codes(*([value] if isinstance(value, str) else value))
    if kind == "date":
        return EventField(value if isinstance(value, PartialDate) else parse_date(value), str(value))
    return EventField(value, str(value))


def facts_text(**definitions: str) -> str:
    """A vocabulary of facts of which only the type and what follows it matters; `_` in a name stands for a space."""
    parts = ["facts:\n" if definitions else "facts: {}\n"]
    for name, body in definitions.items():
        label = name.replace("_", " ")
        parts.append(f"  {name}:\n    label: {label}\n    answered_by: record\n    question: What of the {label}?\n")
        parts.append(indent(dedent(body).strip("\n"), "    ") + "\n")
    return "".join(parts)


def derivations_of(text: str) -> tuple[Derivations, Vocabulary, Findings]:
    """What is read of a vocabulary, and what is found in it."""
    findings = Findings()
    node = read_text(text, "words.yaml", findings)
    vocabulary = Vocabulary.of(*read_vocabulary_file(node, findings))
    facts = node.get("facts") if isinstance(node, Mapping) else None
    return read_derivations([facts], vocabulary, VALUE_SETS, findings), vocabulary, findings


class Words:
    """A vocabulary with its derivations, without a mistake in it, and what it makes of patients."""

    def __init__(self, *, as_of: date = AS_OF, **definitions: str) -> None:
        self.derivations, self.vocabulary, findings = derivations_of(facts_text(**definitions))
        assert not findings, "\n".join(map(str, findings))
        self.deriver = Deriver(self.derivations, self.vocabulary, as_of)

    def facts(
        self, *events: Event, complete: Iterable[EventKind] = (), known: Iterable[FactValue] = ()
    ) -> dict[str, FactValue]:
        """The facts of a patient who has these events."""
        patient = PatientEvents("P-1", events, 1, frozenset(complete))
        return dict(self.deriver.record(patient, {one.fact: one for one in known}).facts)

    def fact(self, name: str, *events: Event, complete: Iterable[EventKind] = ()) -> FactValue | None:
        """One fact of a patient who has these events."""
        return self.facts(*events, complete=complete).get(name)

    def told(self, name: str, *events: Event, complete: Iterable[EventKind] = ()) -> Value | str | None:
        """The value of one fact; where it has none its state, and nothing where it is not recorded."""
        fact = self.fact(name, *events, complete=complete)
        if fact is None:
            return None
        assert (fact.value is None) == (fact.state != "recorded")
        return f"? {fact.state}" if fact.value is None else fact.value
