"""Reasons worded once: for criteria whose result rests on the values alone, and whose reason shows the dates.

The outcome of a criterion is cheap and its words are dear. Where no window takes part, all patients with the
same values of its facts get the same words, but for the dates in them. The words are made by the criterion's own
evaluator, from facts whose dates and sources are slots, and kept in the form that was asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Generic

from screener.criteria.closures import Facts
from screener.criteria.model import Rule, fact_tests, facts_read
from screener.criteria.truth import Meaning
from screener.dates import PartialDate, completed_years
from screener.facts.definitions import AGE, BIRTH_DATE
from screener.facts.values import FactValue
from screener.logic import Truth
from screener.matching.criterion import CriterionEvaluator, Leanings
from screener.matching.results import Form, T
from screener.matching.slots import slotted

Evaluate = Callable[[Facts, Leanings], tuple[Truth, T]]

_REMEMBERED: Final = 32768


def remembering(evaluator: CriterionEvaluator, form: Form[T]) -> Evaluate[T]:
    """The evaluation of a criterion, with its words remembered where they rest on the values alone."""
    criterion = evaluator.criterion
    memory = _Memory(evaluator, form)
    if evaluator.fixed is not None and not evaluator.names:
        missing = memory.missing
        return lambda facts, leanings: missing
    rules = [criterion.rule] if criterion.rule is not None else []
    if criterion.unclear is not None:
        rules.append(criterion.unclear.when)
    facts = {name for rule in rules for name in facts_read(rule)}
    if evaluator.fixed is not None or not _rests_on_values(rules, evaluator.meaning):
        return memory.evaluate_anew
    if facts == {AGE}:
        return memory.evaluate_age
    return memory.evaluate_one if len(evaluator.names) == 1 else memory.evaluate


def _rests_on_values(rules: list[Rule], meaning: Meaning) -> bool:
    """Whether the rules read values alone: no window, no presumption, and no date unless it is that of birth."""
    tests = [test for rule in rules for test in fact_tests(rule)]
    facts = [meaning.vocabulary[name] for rule in rules for name in facts_read(rule)]
    if {fact.name for fact in facts} == {AGE}:
        return True
    dated = any(fact.name == AGE or fact.type == "date" for fact in facts)
    return not dated and not any(test.measured_within for test in tests) and not any(fact.presume for fact in facts)


class _Memory(Generic[T]):
    """The words of one criterion by the values of its facts; what is unreadable or conflicting is not kept."""

    def __init__(self, evaluator: CriterionEvaluator, form: Form[T]) -> None:
        self.evaluator = evaluator
        self.form = form
        self.names = evaluator.names
        self.name = evaluator.names[0] if evaluator.names else ""
        self.words: dict[Any, tuple[Truth, Callable[[tuple[FactValue, ...]], T]]] = {}
        self.undated: dict[Any, tuple[Truth, Callable[[tuple[FactValue, ...]], T]]] = {}
        truth, said = self.learn((), {}, None)
        self.missing = truth, said(())

    def evaluate_anew(self, facts: Facts, leanings: Leanings) -> tuple[Truth, T]:
        """The result of a criterion whose words are not kept."""
        truth, result = self.evaluator.evaluate(facts, leanings)
        return truth, self.form.whole(result)

    def evaluate_one(self, facts: Facts, leanings: Leanings) -> tuple[Truth, T]:
        """The result of a criterion that reads one fact."""
        fact = facts.get(self.name)
        if fact is None:
            return self.missing
        value = fact[1]
        if value is None:
            return self.evaluate_anew(facts, leanings)
        words = self.undated if fact[2] is None else self.words
        truth, said = words.get(value) or self.learn((fact,), words, value)
        return truth, said((fact,))

    def evaluate_age(self, facts: Facts, leanings: Leanings) -> tuple[Truth, T]:
        """The result of a criterion that reads the age alone, by the date of birth."""
        birth = facts.get(BIRTH_DATE)
        if birth is None or birth[1] is None or AGE in facts:
            return self.evaluate_anew(facts, leanings)
        words = self.undated if birth[2] is None else self.words
        truth, said = words.get(birth[1].text) or self.learn_age(birth, words)  # type: ignore[union-attr]
        return truth, said((birth,))

    def evaluate(self, facts: Facts, leanings: Leanings) -> tuple[Truth, T]:
        """The result of a criterion that reads several facts."""
        key: list[Any] = []
        evidence: list[FactValue] = []
        for name in self.names:
            fact = facts.get(name)
            if fact is None:
                key.append(None)
                continue
            value = fact[1]
            if value is None:
                return self.evaluate_anew(facts, leanings)
            key.append(value if fact[2] is not None else (value,))
            evidence.append(fact)
        known, values = tuple(evidence), tuple(key)
        truth, said = self.words.get(values) or self.learn(known, self.words, values)
        return truth, said(known)

    def learn(
        self, evidence: tuple[FactValue, ...], words: dict[Any, Any], key: Any
    ) -> tuple[Truth, Callable[[tuple[FactValue, ...]], T]]:
        """Have the criterion say its words for these values, with slots for the dates and the sources."""
        if len(words) >= _REMEMBERED:
            words.clear()
        facts = {fact.fact: slotted(fact, place) for place, fact in enumerate(evidence)}
        truth, specimen = self.evaluator.evaluate(facts, {})
        words[key] = learned = truth, self.form.learned(specimen)
        return learned

    def learn_age(self, birth: FactValue, words: dict[Any, Any]) -> tuple[Truth, Callable[[tuple[FactValue, ...]], T]]:
        """The same for a date of birth; all that make the same age have the same words."""
        born = birth.value
        assert isinstance(born, PartialDate)  # a birth date that can be read is a date
        age = completed_years(born.last, self.evaluator.meaning.as_of) if born.exact else born.text
        words[born.text] = learned = words.get(age) or self.learn((birth,), words, age)
        return learned
