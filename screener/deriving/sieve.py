"""Which events a derivation may find: told for every derivation at once by the codes and options of an event.

Records repeat few combinations of code, site, side and role very often. What a combination says of each test that
rests on such fields alone is worked out once and remembered, so most events are laid aside for most derivations with
one look. What else a test asks (dates, numbers, other facts) is asked only of the events that are left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Generic, NamedTuple, TypeVar

from screener.criteria.closures import Facts
from screener.criteria.derivations import HasCode, InValueSet, SameAs, Where, WhereAll, field_tests
from screener.criteria.model import ChoiceTest, YesNoTest
from screener.deriving.answers import Answer, Matches, both
from screener.deriving.where import Wheres
from screener.facts.events import OTHER_FORM, Code, Event, EventField, EventKind

Told = TypeVar("Told")
Sifted = tuple[tuple[int, Answer], ...]
Sift = Callable[[Event], Sifted]
"""The places of the derivations that may find an event, each with what its codes and options answer."""

_REMEMBERED: Final = 16_384
_LONGEST: Final = 4_000
_NO_FACTS: Final[Facts] = {}
_OF_CODES_AND_OPTIONS: Final = (InValueSet, HasCode, ChoiceTest, YesNoTest)


class Parts(NamedTuple):
    """A test in two, both of which must hold: what codes and options alone answer, and the rest, if there is any."""

    coded: Where | None
    rest: Where | None


def parted(where: Where | None) -> Parts:
    """A test taken apart."""
    if where is None:
        return Parts(None, None)
    parts = where.parts if isinstance(where, WhereAll) else (where,)
    coded = tuple(one for one in parts if is_coded(one))
    rest = tuple(one for one in parts if one not in coded)
    return Parts(WhereAll(coded) if coded else None, WhereAll(rest) if rest else None)


def is_coded(where: Where) -> bool:
    """Whether codes and options alone answer a test."""
    return all(isinstance(check, _OF_CODES_AND_OPTIONS) for test in field_tests(where) for check in test.tests)


def compares_options(where: Where) -> bool:
    """Whether codes and options, and what facts they are the same as, answer a test."""
    kinds = (*_OF_CODES_AND_OPTIONS, SameAs)
    return all(isinstance(check, kinds) for test in field_tests(where) for check in test.tests)


class ByCodes(Generic[Told]):
    """What a function tells of events, remembered by the fields that it looks at.

    Args:
        tell: the function; the tests that it asks are coded ones.
        wheres: these tests.
    """

    def __init__(self, tell: Callable[[Event], Told], wheres: Iterable[Where]) -> None:
        names = {test.name for where in wheres for test in field_tests(where)}
        self._tell = tell
        self._names = tuple(sorted(names))
        # A test of a field that is not recorded looks whether its other form is there.
        self._others = sorted({OTHER_FORM[name] for name in names if name in OTHER_FORM})
        self._known: dict[tuple[object, ...], Told] = {}
        self._of_alike: dict[object, Told] = {}

    def __call__(self, event: Event) -> Told:
        """What the function tells of an event."""
        alike = event[7]
        if alike is None:
            return self._by_fields(event)
        found = self._of_alike.get(alike)
        if found is None:
            found = self._by_fields(event)
            if len(self._of_alike) >= _REMEMBERED:
                self._of_alike.clear()
            self._of_alike[alike] = found
        return found

    def _by_fields(self, event: Event) -> Told:
        fields = event.fields
        key: tuple[object, ...] = tuple(map(fields.get, self._names))
        if self._others:
            key += tuple(name in fields for name in self._others)
        found = self._known.get(key)
        if found is None:
            found = self._tell(event)
            if _letters(key) <= _LONGEST:
                if len(self._known) >= _REMEMBERED:
                    self._known.clear()
                self._known[key] = found
        return found


class ByFacts(Generic[Told]):
    """What a function tells of events that are alike, remembered by the facts that it looks at.

    Args:
        tell: the function; the tests that it asks compare options with facts, or are coded ones.
        wheres: these tests.
    """

    def __init__(self, tell: Callable[[Event, Facts], Told], wheres: Iterable[Where]) -> None:
        checks = [check for where in wheres for test in field_tests(where) for check in test.tests]
        self._tell = tell
        self._names = tuple(dict.fromkeys(check.fact for check in checks if isinstance(check, SameAs)))
        self._known: dict[tuple[object, ...], Told] = {}

    def __call__(self, event: Event, facts: Facts) -> Told:
        """What the function tells of an event."""
        if event.alike is None:
            return self._tell(event, facts)
        key: list[object] = [event.alike]
        for name in self._names:
            fact = facts.get(name)
            key.append(None if fact is None else (fact.value, fact.state))
        known = tuple(key)
        found = self._known.get(known)
        if found is None:
            found = self._tell(event, facts)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[known] = found
        return found


def _letters(key: Iterable[object]) -> int:
    """The letters of the words beside codes, which a record can make as long as it likes."""
    values = [one.value for one in key if isinstance(one, EventField) and isinstance(one.value, tuple)]
    codes = [code for value in values for code in value if isinstance(code, Code)]
    return sum([len(code.system) + len(code.code) + len(code.display or "") for code in codes])


def by_codes(tell: Callable[[Event, Facts], Told], wheres: Iterable[Where]) -> ByCodes[Told]:
    """What a function of events and facts tells, remembered: its tests are coded ones, so it looks at no fact."""
    return ByCodes(lambda event: tell(event, _NO_FACTS), wheres)


def strict(where: Where, wheres: Wheres) -> Matches:
    """As `Wheres.strict`, with what codes and options answer remembered."""
    coded, rest = parted(where)
    if coded is None:
        return wheres.strict(where)
    answer_of = by_codes(wheres.strict(coded), (coded,))
    if rest is None:
        return lambda event, _: answer_of(event)
    holds = wheres.strict(rest)

    def matches(event: Event, facts: Facts) -> Answer:
        one = answer_of(event)
        return one if one is False else both(one, holds(event, facts))

    return matches


def by_facts(tell: Callable[[Event, Facts], Told], wheres: Sequence[Where]) -> Callable[[Event, Facts], Told]:
    """What a function tells, remembered where its tests compare options with facts, or are coded ones."""
    return ByFacts(tell, wheres) if all(compares_options(where) for where in wheres) else tell


class _Sieve:
    """Sifts the events of one kind, in one reading of the tests."""

    def __init__(self) -> None:
        self._tests: list[tuple[int, Matches]] = []
        self._wheres: list[Where] = []

    def add(self, place: int, matches: Matches, where: Where | None) -> None:
        """Add the test of the derivation at a place."""
        self._tests.append((place, matches))
        self._wheres += [] if where is None else [where]

    def sift(self) -> Sift:
        """The function that sifts an event, when every test was added."""
        return by_codes(self._sifted, self._wheres)

    def _sifted(self, event: Event, facts: Facts) -> Sifted:
        asked = [(place, matches(event, facts)) for place, matches in self._tests]
        return tuple((place, one) for place, one in asked if one is not False)


class Sieves:
    """Sifts the events of every kind that derivations read, of sources that hold every event and of others.

    `places` is how many derivations were added.
    """

    def __init__(self, wheres: Wheres) -> None:
        self.places = 0
        self._wheres = wheres
        self._complete: dict[EventKind, _Sieve] = {}
        self._incomplete: dict[EventKind, _Sieve] = {}
        self._sifts: dict[frozenset[EventKind], dict[EventKind, Sift]] = {}

    def place(self, kind: EventKind, where: Where | None) -> int:
        """Add the test of a derivation; the place at which a reading keeps the events that may pass it."""
        tests = self._wheres.both(where)
        for sieves, matches in ((self._complete, tests.complete), (self._incomplete, tests.incomplete)):
            sieves.setdefault(kind, _Sieve()).add(self.places, matches, where)
        self.places += 1
        return self.places - 1

    def of(self, complete: frozenset[EventKind]) -> Mapping[EventKind, Sift]:
        """By kind, what sifts the events of a patient of whom these kinds are complete; to be asked in the end."""
        found = self._sifts.get(complete)
        if found is None:
            chosen = self._incomplete | {kind: one for kind, one in self._complete.items() if kind in complete}
            found = self._sifts[complete] = {kind: one.sift() for kind, one in chosen.items()}
        return found
