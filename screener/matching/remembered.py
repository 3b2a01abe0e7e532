"""Reasons worded once: for criteria whose result rests on the values alone, and whose reason shows the dates.

The outcome of a criterion is cheap and its words are dear. Where no window takes part, all patients with the
same values of its facts get the same words, but for the dates in them. The words are made by the criterion's own
evaluator, from values whose dates are slots, and kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any, Final, NamedTuple

from screener.criteria.closures import Facts
from screener.criteria.model import Rule, fact_tests, facts_read
from screener.criteria.truth import Meaning
from screener.dates import PartialDate
from screener.facts.definitions import AGE, BIRTH_DATE, Value
from screener.facts.values import FactValue
from screener.logic import Truth
from screener.matching.criterion import CriterionEvaluator, Evaluated, Leanings, new_result
from screener.matching.results import CriterionResult

Evaluate = Callable[[Facts, Leanings], tuple[Truth, CriterionResult]]

_REMEMBERED: Final = 32768
_SLOT: Final = re.compile(r" \(\0(\d+)\0\)")


class _Words(NamedTuple):
    """A result but for its dates: `pieces` are the words between the dates, `slots` the facts whose dates they are."""

    truth: Truth
    head: tuple[Any, ...]
    pieces: tuple[str, ...]
    slots: tuple[int, ...]


def remembering(evaluator: CriterionEvaluator) -> Evaluate:
    """The evaluation of a criterion, with its words remembered where they rest on the values alone."""
    criterion = evaluator.criterion
    if evaluator.fixed is not None and not evaluator.names:
        said = evaluator.evaluate({}, {})
        return lambda facts, leanings: said
    rules = [criterion.rule] if criterion.rule is not None else []
    if criterion.unclear is not None:
        rules.append(criterion.unclear.when)
    facts = {name for rule in rules for name in facts_read(rule)}
    if evaluator.fixed is not None or not _rests_on_values(rules, evaluator.meaning):
        return evaluator.evaluate
    memory = _Memory(evaluator)
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


class _Memory:
    """The words of one criterion by the values of its facts; what is unreadable or conflicting is not kept."""

    def __init__(self, evaluator: CriterionEvaluator) -> None:
        self.evaluator = evaluator
        self.names = evaluator.names
        self.name = evaluator.names[0]
        self.words: dict[Any, _Words] = {}
        self.missing = evaluator.evaluate({}, {})

    def evaluate_one(self, facts: Facts, leanings: Leanings) -> tuple[Truth, CriterionResult]:
        """The result of a criterion that reads one fact."""
        fact = facts.get(self.name)
        if fact is None:
            return self.missing
        value = fact[1]
        if value is None:
            return self.evaluator.evaluate(facts, leanings)
        truth, head, pieces, slots = self.words.get(value) or self.learn(value, [fact])
        on = fact[2]
        if len(slots) == 1 and on is not None:
            reason = f"{pieces[0]} ({on.text}){pieces[1]}"
        else:
            reason = _filled(pieces, slots, [fact]) if slots else pieces[0]
        return truth, new_result(CriterionResult, (*head, reason, (fact,)))

    def evaluate_age(self, facts: Facts, leanings: Leanings) -> tuple[Truth, CriterionResult]:
        """The result of a criterion that reads the age alone, by the date of birth."""
        birth = facts.get(BIRTH_DATE)
        if birth is None or birth[1] is None or AGE in facts:
            return self.evaluator.evaluate(facts, leanings)
        born = birth[1].text  # type: ignore[union-attr]  # a birth date that can be read is a date
        truth, head, pieces, _ = self.words.get(born) or self.learn(born, [birth])
        return truth, new_result(CriterionResult, (*head, pieces[0], (birth,)))

    def evaluate(self, facts: Facts, leanings: Leanings) -> tuple[Truth, CriterionResult]:
        """The result of a criterion that reads several facts."""
        known: list[FactValue | None] = []
        key: list[Value | None] = []
        evidence: list[FactValue] = []
        for name in self.names:
            fact = facts.get(name)
            known.append(fact)
            if fact is None:
                key.append(None)
                continue
            value = fact[1]
            if value is None:
                return self.evaluator.evaluate(facts, leanings)
            key.append(value)
            evidence.append(fact)
        values = tuple(key)
        truth, head, pieces, slots = self.words.get(values) or self.learn(values, known)
        reason = _filled(pieces, slots, known) if slots else pieces[0]
        return truth, new_result(CriterionResult, (*head, reason, tuple(evidence)))

    def learn(self, key: Any, known: list[FactValue | None]) -> _Words:
        """Have the criterion say its words for these values, with slots for the dates."""
        if len(self.words) >= _REMEMBERED:
            self.words.clear()
        facts = {fact.fact: fact._replace(on=_slot(place)) for place, fact in enumerate(known) if fact is not None}
        evaluated: Evaluated = self.evaluator.evaluate(facts, {})
        pieces = _SLOT.split(evaluated.result.reason)
        slots = tuple(int(slot) for slot in pieces[1::2])
        words = _Words(evaluated.truth, tuple(evaluated.result[:5]), tuple(pieces[::2]), slots)
        self.words[key] = words
        return words


def _slot(place: int) -> PartialDate:
    return PartialDate(f"\0{place}\0", date.min, date.min)


def _filled(pieces: tuple[str, ...], slots: tuple[int, ...], known: list[FactValue | None]) -> str:
    """The pieces with the dates of their facts between them."""
    words = [pieces[0]]
    for slot, piece in zip(slots, pieces[1:], strict=True):
        fact = known[slot]
        if fact is not None and fact[2] is not None:
            words.append(f" ({fact[2].text})")
        words.append(piece)
    return "".join(words)
