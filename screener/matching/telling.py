"""Reasons: the parts of a rule that decided its result, each said in words with the value and its date.

For every node the parts that decide are those that came out as the node itself did: of a failed `all` the failed
parts, of an open one the open parts, of a satisfied one all. So every near miss is named, and nothing beside the point.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from screener.criteria.model import (
    All,
    AnyOf,
    AtLeastOf,
    Condition,
    DateTest,
    FactReference,
    FactTest,
    NoneOf,
    Not,
    Rule,
    YesNoTest,
)
from screener.criteria.truth import Facts, Meaning, TruthOf, born, fresh
from screener.criteria.words import tests_words, value_words
from screener.dates import PartialDate, completed_years
from screener.facts.definitions import AGE, BIRTH_DATE, FactDefinition
from screener.facts.values import FactValue
from screener.logic import NO, NOT, UNKNOWN, YES, Truth


class Said:
    """What was said of one criterion: statements, causes of what is unknown, and the presumptions leaned on."""

    __slots__ = ("causes", "presumed", "statements")

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.causes: list[str] = []
        self.presumed: list[str] = []


Tell = Callable[[Facts, Truth, Said], None]
"""Says why a rule came out as the truth that is handed in."""


class Telling:
    """Compiles rules into functions that say why they came out as they did."""

    def __init__(self, meaning: Meaning) -> None:
        self.meaning = meaning
        self.vocabulary = meaning.vocabulary

    def rule(self, rule: Rule, *, wanted: bool) -> Tell:
        """The teller of a rule; `wanted` is false where the rule holding counts against the patient."""
        match rule:
            case FactTest():
                return _Leaf(rule, self.meaning, wanted=wanted).tell
            case All(parts):
                return _telling_parts(self._parts(parts, wanted=wanted), all_of=YES)
            case AnyOf(parts):
                return _telling_parts(self._parts(parts, wanted=wanted), all_of=NO)
            case NoneOf(parts):
                return _turned(_telling_parts(self._parts(parts, wanted=not wanted), all_of=NO))
            case Not(part):
                return _turned(self.rule(part, wanted=not wanted))
            case AtLeastOf(_, parts):
                return _telling_parts(self._parts(parts, wanted=wanted), all_of=None)
            case Condition(_, inner):
                return self.rule(inner, wanted=wanted)

    def _parts(self, parts: tuple[Rule, ...], *, wanted: bool) -> list[tuple[TruthOf, Tell]]:
        return [(self.meaning.rule(part), self.rule(part, wanted=wanted)) for part in parts]


def _telling_parts(parts: list[tuple[TruthOf, Tell]], *, all_of: Truth) -> Tell:
    """Tells the parts that came out as the whole; where the whole is `all_of`, every part did."""

    def tell(facts: Facts, truth: Truth, said: Said) -> None:
        everything = truth is not UNKNOWN and truth is all_of
        for part, tell_part in parts:
            if everything or part(facts) is truth:
                tell_part(facts, truth, said)

    return tell


def _turned(tell_part: Tell) -> Tell:
    return lambda facts, truth, said: tell_part(facts, NOT[truth], said)


class _Leaf:
    """Says what one test of a fact came out as."""

    def __init__(self, test: FactTest, meaning: Meaning, *, wanted: bool) -> None:
        self.test = test
        self.fact = meaning.vocabulary[test.fact]
        self.vocabulary = meaning.vocabulary
        self.as_of = meaning.as_of
        self.is_age = test.fact == AGE
        asked = tests_words(test, meaning.vocabulary)
        says_itself = all(isinstance(one, YesNoTest) for one in test.tests)
        named = self.fact.type in ("yes_no", "choice")
        self.missed = "" if says_itself else f" where {asked}" if wanted else f", not {asked}"
        self.held = "" if named else f"; {asked}"
        self.asked = asked
        self.yes_no = self.fact.type == "yes_no"
        self.verb = f"{self.fact.label}: " if self.yes_no else f"{self.fact.label} is "

    def tell(self, facts: Facts, truth: Truth, said: Said) -> None:
        value = facts.get(self.test.fact)
        if truth is UNKNOWN:
            cause, statement = self.unknown(value, facts)
            said.causes.append(cause)
            said.statements.append(statement)
        elif self.is_age:
            said.statements.append(self.known_age(facts) + (self.held if truth else self.missed))
        elif value is None:
            said.statements.append(self.presumed(said) + (self.held if truth else self.missed))
        else:
            said.statements.append(self.known(value, facts) + (self.held if truth else self.missed))

    def presumed(self, said: Said) -> str:
        presumption = self.fact.presume
        assert presumption is not None  # nothing else settles a fact that is not recorded
        said.presumed.append(self.fact.name)
        return f"{self.verb}presumed {value_words(presumption.value, self.fact)} ({presumption.because})"

    def known(self, value: FactValue, facts: Facts) -> str:
        words = self.verb + value_words(value.value, self.fact)
        if value.on is not None:
            words = f"{words} ({value.on.text})"
        others = [self.vocabulary[name] for name in self.references() if name in facts]
        return words + "".join(f", {other.label} {value_words(facts[other.name].value, other)}" for other in others)

    def references(self) -> list[str]:
        tests = (one for one in self.test.tests if isinstance(one, DateTest))
        return [one.other.fact for one in tests if isinstance(one.other, FactReference)]

    def known_age(self, facts: Facts) -> str:
        birth = born(facts, self.as_of)
        assert birth is not None  # an age without a birth is unknown
        ages = _ages(birth, self.as_of)
        if facts.get(BIRTH_DATE) is not None and birth is facts[BIRTH_DATE].value:
            return f"age is {ages} (born {birth.text})"
        on = facts[AGE].on
        recorded = f"recorded on {on.text}" if on else f"recorded without a date, taken as of {self.as_of}"
        return f"age is {ages} ({recorded})"

    def unknown(self, value: FactValue | None, facts: Facts) -> tuple[str, str]:
        """The cause of an unknown and its words."""
        if self.is_age:
            return self.unknown_age(facts)
        if value is None:
            return "not_recorded", f"{self.fact.label} is not recorded"
        if value.state in ("unreadable", "conflicting"):
            return value.state, _not_usable(self.fact, value)
        window = self.test.measured_within
        if window is not None and fresh(value, window, self.as_of) is not YES:
            return self.not_fresh(value)
        for name in self.references():
            other = facts.get(name)
            if other is None:
                return "not_recorded", f"{self.vocabulary[name].label} is not recorded"
            if other.value is None:
                return other.state, _not_usable(self.vocabulary[name], other)
        return "imprecise", f"{self.known(value, facts)} is too imprecise to settle: {self.asked}"

    def not_fresh(self, value: FactValue) -> tuple[str, str]:
        window = self.test.measured_within
        assert window is not None
        words = self.verb + value_words(value.value, self.fact)
        if value.on is None:
            return "not_recorded", f"{words}, but its date is not recorded; asked is {self.asked}"
        if fresh(value, window, self.as_of) is NO:
            return "stale", f"{words} ({value.on.text}), older than {window} on {self.as_of}; asked is {self.asked}"
        return "imprecise", f"{words} ({value.on.text}), which may be older than {window} on {self.as_of}"

    def unknown_age(self, facts: Facts) -> tuple[str, str]:
        birth = born(facts, self.as_of)
        if birth is not None:
            return "imprecise", f"{self.known_age(facts)} is too imprecise to settle: {self.asked}"
        for name in (BIRTH_DATE, AGE):
            value = facts.get(name)
            if value is not None:
                return value.state, _not_usable(self.vocabulary[name], value)
        return "not_recorded", "neither date of birth nor age is recorded"


def _not_usable(fact: FactDefinition, value: FactValue) -> str:
    where = f" ({value.source})" if value.source else ""
    if value.state == "conflicting":
        return f"{fact.label} is recorded differently by sources of equal standing{where}"
    return f"{fact.label} is recorded but cannot be read{where}"


def _ages(birth: PartialDate, as_of: date) -> str:
    low, high = completed_years(birth.last, as_of), completed_years(birth.first, as_of)
    return str(high) if low == high else f"{low} to {high}"
