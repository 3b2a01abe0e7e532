"""Reasons: the tests that decided a result, each said in words with the value and its date."""

from __future__ import annotations

from typing import Final

from screener.criteria.closures import Facts, born, fresh
from screener.criteria.model import (
    DateTest,
    FactReference,
    FactTest,
    NoneOf,
    Not,
    Rule,
    YesNoTest,
    fact_tests,
    parts_of,
)
from screener.criteria.patterns import deciding
from screener.criteria.truth import Meaning
from screener.criteria.words import tests_words, value_words
from screener.dates import completed_years
from screener.facts.definitions import AGE, BIRTH_DATE, FactDefinition, Value
from screener.facts.values import FactValue
from screener.logic import NO, UNKNOWN, YES, Truth
from screener.matching.results import cause_of

_REMEMBERED: Final = 4096
_HOW: Final = {
    "conflicting": "is recorded differently by sources of equal standing",
    "imprecise": "is recorded too imprecisely to tell",
    "uncertain": "is not recorded; records that bear on it do not settle it",
}


class Said:
    """What was said of one criterion: statements, causes of what is unknown, and the presumptions leaned on."""

    __slots__ = ("causes", "presumed", "statements")

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.causes: list[str] = []
        self.presumed: list[str] = []


class Telling:
    """Says why one rule came out as it did.

    Args:
        rule: the rule.
        meaning: the meaning of rules on the screening date.
        wanted: false where the rule holding counts against the patient, which changes how a near miss is worded.
    """

    def __init__(self, rule: Rule, meaning: Meaning, *, wanted: bool) -> None:
        self._rule = rule
        self._truths = tuple(meaning.rule(test) for test in fact_tests(rule))
        self._tests = tuple(_TestTelling(test, meaning, wanted=way) for test, way in _ways(rule, wanted=wanted))
        self._deciding: dict[tuple[Truth, ...], tuple[tuple[_TestTelling, Truth], ...]] = {}

    def tell(self, facts: Facts, said: Said) -> None:
        """Add to what is said the statements of the tests that decided."""
        if len(self._tests) == 1:
            self._tests[0].tell(facts, self._truths[0](facts), said)
            return
        pattern = tuple([truth(facts) for truth in self._truths])
        decided = self._deciding.get(pattern)
        if decided is None:
            _, places = deciding(self._rule, iter(pattern))
            decided = self._deciding[pattern] = tuple((self._tests[place], pattern[place]) for place in places)
        for test, truth in decided:
            test.tell(facts, truth, said)


def _ways(rule: Rule, *, wanted: bool) -> list[tuple[FactTest, bool]]:
    """Every test of a rule, and whether its holding is wanted; `not` and `none` turn that round."""
    if isinstance(rule, FactTest):
        return [(rule, wanted)]
    inner = not wanted if isinstance(rule, Not | NoneOf) else wanted
    return [found for part in parts_of(rule) for found in _ways(part, wanted=inner)]


class _TestTelling:
    """Says what one test of a fact came out as."""

    def __init__(self, test: FactTest, meaning: Meaning, *, wanted: bool) -> None:
        self.test = test
        self.name = test.fact
        self.fact = meaning.vocabulary[test.fact]
        self.vocabulary = meaning.vocabulary
        self.as_of = meaning.as_of
        self.asked = tests_words(test, meaning.vocabulary)
        says_itself = all(isinstance(one, YesNoTest) for one in test.tests)
        self.missed = "" if says_itself else f" where {self.asked}" if wanted else f", not {self.asked}"
        self.held = "" if self.fact.type in ("yes_no", "choice") else f"; {self.asked}"
        self.verb = f"{self.fact.label}: " if self.fact.type == "yes_no" else f"{self.fact.label} is "
        compared = (one.other for one in test.tests if isinstance(one, DateTest))
        self.compared = tuple(other.fact for other in compared if isinstance(other, FactReference))
        self.plain = test.fact != AGE and not self.compared
        self.not_recorded = f"{self.fact.label} is not recorded"
        self.words: dict[Value | None, str] = {}

    def tell(self, facts: Facts, truth: Truth, said: Said) -> None:
        """Say it; the truth of the test is handed in."""
        value = facts.get(self.name)
        if truth is UNKNOWN:
            cause, statement = self.unknown(value, facts)
            said.causes.append(cause)
        elif value is not None and self.plain:
            on = value[2]
            words = self.words.get(value[1]) or self.remember(value[1])
            outcome = self.held if truth else self.missed
            statement = f"{words}{outcome}" if on is None else f"{words} ({on.text}){outcome}"
        else:
            statement = self.known(value, facts, said) + (self.held if truth else self.missed)
        said.statements.append(statement)

    def remember(self, value: Value | None) -> str:
        """The words for a value, kept for the next patient who has it."""
        if len(self.words) >= _REMEMBERED:
            self.words.clear()
        words = self.words[value] = self.verb + value_words(value, self.fact)
        return words

    def known(self, value: FactValue | None, facts: Facts, said: Said) -> str:
        """A value that settled the test."""
        if self.name == AGE:
            return self.known_age(facts)
        if value is None:
            presumption = self.fact.presume
            assert presumption is not None  # nothing else settles a fact that is not recorded
            said.presumed.append(self.name)
            return f"{self.verb}presumed {value_words(presumption.value, self.fact)} ({presumption.because})"
        return self.recorded(value, facts)

    def recorded(self, value: FactValue, facts: Facts) -> str:
        words = self.verb + value_words(value.value, self.fact) + (f" ({value.on.text})" if value.on else "")
        others = [self.vocabulary[name] for name in self.compared if name in facts]
        return words + "".join(f", {other.label} {value_words(facts[other.name].value, other)}" for other in others)

    def known_age(self, facts: Facts) -> str:
        birth = born(facts, self.as_of)
        assert birth is not None  # an age without a birth is unknown
        # Of a year of birth that is still running some days lie ahead; nobody is younger than born.
        low = max(completed_years(birth.last, self.as_of), 0)
        high = low if birth.exact else max(completed_years(birth.first, self.as_of), 0)
        ages = f"age is {low}" if low == high else f"age is {low} to {high}"
        recorded = facts.get(BIRTH_DATE)
        if recorded is not None and recorded[1] is birth:
            return f"{ages} (born {birth.text})"
        on = facts[AGE].on
        how = f"on {on.text}" if on else f"without a date, taken as of {self.as_of}"
        return f"{ages} (recorded {how})"

    def unknown(self, value: FactValue | None, facts: Facts) -> tuple[str, str]:
        """The cause of an unknown and its words."""
        if self.name == AGE:
            return self.unknown_age(facts)
        if value is None:
            return "not_recorded", self.not_recorded
        if value.value is None:
            return cause_of(value.state), _not_usable(self.fact, value)
        window = self.test.measured_within
        if window is not None and fresh(value, window, self.as_of) is not YES:
            return self.not_fresh(value)
        for name in self.compared:
            other = facts.get(name)
            if other is None:
                return "not_recorded", f"{self.vocabulary[name].label} is not recorded"
            if other.value is None:
                return cause_of(other.state), _not_usable(self.vocabulary[name], other)
        return "imprecise", f"{self.recorded(value, facts)} is too imprecise to settle: {self.asked}"

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
        if born(facts, self.as_of) is not None:
            return "imprecise", f"{self.known_age(facts)} is too imprecise to settle: {self.asked}"
        for name in (BIRTH_DATE, AGE):
            value = facts.get(name)
            if value is None:
                continue
            if value.value is not None:
                return "imprecise", f"{self.recorded(value, facts)}, known in part; asked is {self.asked}"
            return cause_of(value.state), _not_usable(self.vocabulary[name], value)
        return "not_recorded", "neither date of birth nor age is recorded"


def _not_usable(fact: FactDefinition, value: FactValue) -> str:
    where = f" ({value.source})" if value.source else ""
    if value.state in _HOW:
        return f"{fact.label} {_HOW[value.state]}{where}"
    return f"{fact.label} is recorded, but cannot be read{where}"
