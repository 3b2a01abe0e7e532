"""What one event says of a fact: its value, or the doubt that it leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import combinations
from typing import Final, NamedTuple

from screener.criteria.closures import Facts
from screener.criteria.derivations import (
    ByOption,
    FieldOf,
    FromEvents,
    Option,
    Passes,
    ValueOf,
    Where,
    field_tests,
    wheres_of,
)
from screener.criteria.value_reading import NO_UNIT
from screener.dates import PartialDate, completed_years
from screener.deriving.answers import Doubt, Matches
from screener.deriving.fields import ON, date_of, doubt_in
from screener.deriving.numbers import in_unit, usable
from screener.deriving.sieve import by_codes, by_facts, is_coded, strict
from screener.deriving.where import Wheres
from screener.facts.definitions import BIRTH_DATE, OLDEST_AGE, FactDefinition, Value
from screener.facts.events import Event, EventField, FieldValue, Quantity
from screener.facts.imprecise import AtLeastSet

Worth = tuple[Value | None, Doubt | None]
"""The value that an event gives, or why it gives none."""
WorthOf = Callable[[Event, Facts], Worth]

_OF_ONE_THING: Final = ("code", "value_code", "histology")
"""The fields of codes that say one thing; of several sites or reasons each is one of its own."""
_CONFLICTING: Final[Worth] = (None, "conflicting")
_UNREADABLE: Final[Worth] = (None, "unreadable")
_UNCERTAIN: Final[Worth] = (None, "uncertain")


class Options(NamedTuple):
    """The options of a mapping with their tests, and the doubt where the tests of none hold."""

    tested: list[tuple[Option, Matches]]
    rest: Doubt

    @classmethod
    def of(cls, value: ByOption, wheres: Wheres) -> Options:
        """The options, compiled. Where no record can say some of them, what says none of the others may be one."""
        tested = [(option, strict(where, wheres)) for option, where in value.options]
        return cls(tested, "uncertain" if value.never else "unreadable")

    def contradicted(self, event: Event, facts: Facts) -> bool:
        """Whether the codings of one thing mean different options."""
        first = _of_first_option(self)
        return _clash([first(one, facts)[0] for one in _by_coding(event)])


def worth_of(fact: FactDefinition, value: ValueOf, wheres: Wheres) -> WorthOf:
    """The function from an event to what it says of the fact."""
    match value:
        case FieldOf(name):
            return _of_field(fact, name, wheres.as_of)
        case Passes(where):
            return _of_answer(strict(where, wheres))
        case ByOption():
            options = Options.of(value, wheres)
            worth = _of_each_option(options) if fact.type == "set" else _of_first_option(options)
            return _remembered(_of_one_mind(worth), [where for _, where in value.options])


def _remembered(worth: WorthOf, wheres: Sequence[Where]) -> WorthOf:
    """The same function, remembered where codes and options decide over it, and what facts they are the same as."""
    if all(is_coded(where) for where in wheres):
        known = by_codes(worth, wheres)
        return lambda event, _: known(event)
    return by_facts(worth, wheres)


def _of_one_mind(worth: WorthOf) -> WorthOf:
    """The same function, conflicting where the codings of one thing mean different values: none is picked."""

    def settled(event: Event, facts: Facts) -> Worth:
        apart = [worth(one, facts)[0] for one in _by_coding(event)]
        return _CONFLICTING if _clash(apart) else worth(event, facts)

    return settled


def _by_coding(event: Event) -> Iterator[Event]:
    """The event with each of several codings of one thing alone; none where there is one coding at most."""
    for name in _OF_ONE_THING:
        said = event.fields.get(name)
        if said is not None and isinstance(said.value, tuple) and len(said.value) > 1:
            for code in said.value:
                alone = EventField((code,), said.said)  # type: ignore[arg-type]  # a tuple of codes
                yield event._replace(fields={**event.fields, name: alone}, alike=None)


def _clash(values: Iterable[Value | None]) -> bool:
    """Whether values that are known differ; of two sets of which one holds the other, the larger says more."""
    known = [one.known if isinstance(one, AtLeastSet) else one for one in values if one is not None]
    return any(one != other and not _within(one, other) for one, other in combinations(known, 2))


def _within(one: Value, other: Value) -> bool:
    return isinstance(one, frozenset) and isinstance(other, frozenset) and (one <= other or other <= one)


def shown_by(derivation: FromEvents) -> list[str]:
    """The fields whose words show what was read off an event."""
    match derivation.value:
        case FieldOf(name):
            return [name]
        case ByOption() | Passes():
            wheres = list(wheres_of(derivation))[derivation.where is not None :]
            return list(dict.fromkeys(test.name for where in wheres for test in field_tests(where)))
    return []


def _of_field(fact: FactDefinition, name: str, as_of: date) -> WorthOf:
    convert = _converter(fact, as_of)

    def worth(event: Event, _: Facts) -> Worth:
        said = event.fields.get(name) if name != ON else date_of(event)
        if said is None:
            return _UNCERTAIN
        if said[0] is None:
            return None, doubt_in(said)
        value = convert(said[0])
        return _UNREADABLE if value is None else (value, None)

    return worth


def _converter(fact: FactDefinition, as_of: date) -> Callable[[FieldValue], Value | None]:
    """The function from what a field holds to a value of the fact; none where the fact cannot be that."""
    if fact.type == "set":
        return lambda value: frozenset({value})  # type: ignore[arg-type]  # the reader sees to it: an option
    if fact.numeric:
        return lambda value: _number(fact, value)
    if fact.name == BIRTH_DATE:
        return lambda value: value if isinstance(value, PartialDate) and _can_be_born(value, as_of) else None
    return lambda value: value  # type: ignore[return-value]  # the reader sees to it: a date, an option, yes or no


def _number(fact: FactDefinition, value: FieldValue) -> Value | None:
    if isinstance(value, Quantity):
        number = in_unit(value, fact.unit or NO_UNIT)
    else:
        assert isinstance(value, int)  # the other kind of field that gives a number
        number = value
    return number if number is not None and usable(fact, number) else None


def _can_be_born(birth: PartialDate, as_of: date) -> bool:
    """Whether somebody born then can be screened: not born later, and not older than anybody."""
    return birth.first <= as_of and completed_years(min(birth.last, as_of), as_of) <= OLDEST_AGE


def _of_answer(matches: Matches) -> WorthOf:
    def worth(event: Event, facts: Facts) -> Worth:
        one = matches(event, facts)
        return (one, None) if isinstance(one, bool) else (None, one)

    return worth


def _of_first_option(options: Options) -> WorthOf:
    """The first option whose tests hold; open where those of an earlier one are, and where none hold."""

    def worth(event: Event, facts: Facts) -> Worth:
        for option, matches in options.tested:
            one = matches(event, facts)
            if one is True:
                return option, None
            if one is not False:
                return None, one
        return None, options.rest

    return worth


def _of_each_option(options: Options) -> WorthOf:
    """The set of options whose tests hold; it may hold more where the tests of others are open, or none hold."""

    def worth(event: Event, facts: Facts) -> Worth:
        answers = [(option, matches(event, facts)) for option, matches in options.tested]
        known = frozenset(str(option) for option, one in answers if one is True)
        doubt = next((one for _, one in answers if not isinstance(one, bool)), None)
        if not known:
            return None, doubt or options.rest
        return known if doubt is None else AtLeastSet(known), None

    return worth
