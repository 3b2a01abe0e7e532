"""Derivations compiled into steps, each of which adds to what is known of a patient."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from screener.criteria.derivations import (
    ByOption,
    Derivation,
    FieldOf,
    FromEvents,
    FromFacts,
    Passes,
    ValueOf,
    field_tests,
)
from screener.criteria.truth import Meaning
from screener.deriving import taking
from screener.deriving.answers import Matches
from screener.deriving.evidence import Witness
from screener.deriving.found import PICKS, Found, find
from screener.deriving.reading import Reading
from screener.deriving.resting import Resting, without_presumptions
from screener.deriving.sieve import Sieves, by_facts, parted
from screener.deriving.where import Wheres
from screener.deriving.worth import Options, shown_by, worth_of
from screener.facts.definitions import EVENT, FactDefinition, Vocabulary
from screener.facts.values import FactValue

_Derive = Callable[[Reading], FactValue | None]
Step = tuple[str, _Derive]
"""The name of a fact, and what derives it of a patient; of an event, what chooses it, which is no fact."""
_FindIn = Callable[[Reading], Found]


class Steps:
    """Compiles derivations for one vocabulary.

    Args:
        vocabulary: the facts that the derivations and the rules speak of.
        wheres: what compiles tests of events.
        fields: the fields of events that are wanted as facts, each `event.field`; all of them where it is none.
    """

    def __init__(self, vocabulary: Vocabulary, wheres: Wheres, fields: Collection[str] | None) -> None:
        self._vocabulary = vocabulary
        self._wheres = wheres
        self._fields = fields
        self.sieves = Sieves(wheres)
        self._meaning = Meaning(without_presumptions(vocabulary), wheres.as_of)

    def of(self, derivation: Derivation) -> Iterator[Step]:
        """The steps of one derivation."""
        if isinstance(derivation, FromFacts):
            resting = Resting(derivation, self._meaning)
            yield derivation.fact, lambda reading: resting.value(reading.facts)
        elif derivation.type == EVENT:
            yield derivation.fact, self._choosing(derivation)
            for fact in self._vocabulary.events[derivation.fact].fields():
                if self._fields is None or fact.name in self._fields:
                    yield fact.name, self._of_field(derivation, fact)
        else:
            yield derivation.fact, self._of_events(derivation)

    def _finding(self, derivation: FromEvents) -> _FindIn:
        kind, parts = derivation.kind, parted(derivation.where)
        place = self.sieves.place(kind, parts.coded)
        matches: tuple[Matches | None, Matches | None] = (None, None)
        if parts.rest is not None:
            rest = self._wheres.both(parts.rest)
            matches = by_facts(rest.incomplete, (parts.rest,)), by_facts(rest.complete, (parts.rest,))

        def found(reading: Reading) -> Found:
            complete = kind in reading.complete
            return find(reading.sifted[place], matches[complete], reading.facts, complete=complete)

        return found

    def _choosing(self, derivation: FromEvents) -> _Derive:
        assert derivation.take is not None  # an event is always picked
        found, pick, name = self._finding(derivation), PICKS[derivation.take], derivation.fact

        def choose(reading: Reading) -> None:
            reading.chosen[name] = pick(found(reading))

        return choose

    def _of_field(self, derivation: FromEvents, fact: FactDefinition) -> _Derive:
        name = fact.name.partition(".")[2]
        witness = Witness(fact, derivation.kind, shown=[name], tested=_tested(derivation))
        worth = worth_of(fact, FieldOf(name), self._wheres)
        event = derivation.fact
        return lambda reading: taking.settled(reading.chosen[event], worth, reading.facts, witness)

    def _of_events(self, derivation: FromEvents) -> _Derive:
        fact, kind, value = self._vocabulary[derivation.fact], derivation.kind, derivation.value
        witness = Witness(fact, kind, shown=shown_by(derivation), tested=_tested(derivation))
        if (derivation.take, value) == ("all", None):
            matches, place = self._wheres.both(derivation.where).complete, self.sieves.place(kind, None)
            return lambda reading: taking.all_match(
                reading.sifted[place], matches, reading.facts, witness, complete=kind in reading.complete
            )
        if derivation.event is not None:
            event, worth = derivation.event, worth_of(fact, _value_of(derivation), self._wheres)
            return lambda reading: taking.settled(reading.chosen[event], worth, reading.facts, witness)
        found = self._finding(derivation)
        match derivation.take, value:
            case "any", ByOption():
                options = Options.of(value, self._wheres)
                return lambda reading: taking.first_option(found(reading), options, reading.facts, witness)
            case "any", _:
                return lambda reading: taking.any_matches(found(reading), witness)
            case "count", _:
                return lambda reading: taking.counted(found(reading), witness)
        worth = worth_of(fact, _value_of(derivation), self._wheres)
        match derivation.take:
            case "all":
                return lambda reading: taking.gathered(found(reading), worth, reading.facts, witness)
            case "highest" | "lowest":
                highest = derivation.take == "highest"
                return lambda reading: taking.extreme(found(reading), worth, reading.facts, witness, highest=highest)
        assert derivation.take is not None
        pick = PICKS[derivation.take]
        return lambda reading: taking.settled(pick(found(reading)), worth, reading.facts, witness)


def _value_of(derivation: FromEvents) -> ValueOf:
    """What is read off an event: a value, or whether a test holds of it."""
    if derivation.value is not None:
        return derivation.value
    assert derivation.where is not None  # what is asked of one event is a value or a test
    return Passes(derivation.where)


def _tested(derivation: FromEvents) -> list[str]:
    return [test.name for test in field_tests(derivation.where)]
