"""Checks of the logic: contradictions, rules that are always or never true, tests said twice, answers from nothing.

Judged on complete patients: every combination of answers that the facts' values can give to the tests of a rule.
"""

from __future__ import annotations

from datetime import date
from itertools import islice
from math import prod
from typing import Final

from screener.criteria.model import All, AnyOf, Condition, FactTest, Rule, RuleSet, fact_tests, parts_of
from screener.criteria.patterns import combinations_of, fold, signatures
from screener.criteria.truth import Meaning
from screener.facts.definitions import Vocabulary
from screener.findings import Findings, Mark
from screener.logic import NO, UNKNOWN, YES, Truth

ANY_DAY: Final = date(2025, 6, 15)
"""The screening date on which rules are judged; what holds always or never holds so on every day."""

_MOST_COMBINATIONS: Final = 200_000


def check_logic(rules: RuleSet, findings: Findings) -> None:
    """Report what is wrong with the logic of the criteria, of what is unclear about them, and of named conditions."""
    check = _LogicCheck(rules.vocabulary, findings)
    for criterion in rules.criteria:
        assert criterion.mark is not None
        if criterion.rule is not None:
            check.rule(criterion.rule, f"the criterion {criterion.id}", criterion.mark)
        if criterion.unclear is not None:
            check.rule(criterion.unclear.when, f"`unclear_if` of {criterion.id}", criterion.mark)
    for note in rules.notes:
        check.note(note.when)
    for condition in rules.conditions:
        assert condition.mark is not None
        check.rule(condition.rule, f'the condition "{condition.name}"', condition.mark)


class _LogicCheck:
    def __init__(self, vocabulary: Vocabulary, findings: Findings) -> None:
        self.vocabulary = vocabulary
        self.findings = findings
        self.meaning = Meaning(vocabulary, ANY_DAY)

    def rule(self, rule: Rule, what: str, mark: Mark) -> None:
        """Check one whole rule."""
        contradicts = self.contradictions(rule)
        self.repeated(rule)
        outcomes = self.outcomes(rule)
        if outcomes == {YES}:
            self.findings.add(
                "L103", mark, f"{what} holds whatever is recorded", hint="ask for something that can fail"
            )
        elif outcomes == {NO} and not contradicts:
            self.findings.add("L104", mark, f"{what} can never hold", hint="ask for something that can be so")
        if not self.presumes(rule) and self.meaning.rule(rule)({}) is not UNKNOWN:
            message = f"{what} is settled for a patient of whom nothing is recorded"
            self.findings.add("U101", mark, message, hint="ask for something that must be recorded")

    def presumes(self, rule: Rule) -> bool:
        return any(self.vocabulary[test.fact].presume is not None for test in fact_tests(rule))

    def contradictions(self, rule: Rule) -> bool:
        """Report the smallest parts in which everything is asked at once and cannot be so."""
        if isinstance(rule, Condition):
            return False  # judged under its own name
        inside = [self.contradictions(part) for part in parts_of(rule)]
        if any(inside):
            return True
        if not isinstance(rule, All | FactTest) or self.outcomes(rule) != {NO}:
            return False
        if isinstance(rule, FactTest) and len(rule.tests) < 2:
            return False
        assert rule.mark is not None
        names = ", ".join(dict.fromkeys(f'"{test.fact}"' for test in fact_tests(rule)))
        hint = "no value passes all of these tests; look at the limits"
        self.findings.add("L102", rule.mark, f"what is asked of {names} contradicts itself", hint=hint)
        return True

    def repeated(self, rule: Rule) -> None:
        """Report parts that stand twice beside each other."""
        if isinstance(rule, Condition):
            return
        seen: list[Rule] = []
        for part in _beside(rule):
            if bare(part) in seen and part.mark is not None:
                self.findings.add("L105", part.mark, "the same is asked twice here", hint="remove one of the two")
            seen.append(bare(part))
        for part in parts_of(rule):
            self.repeated(part)

    def note(self, rule: Rule) -> None:
        """Check the rule of a note: it decides nothing, so only what contradicts or repeats itself is reported."""
        self.contradictions(rule)
        self.repeated(rule)

    def outcomes(self, rule: Rule) -> set[Truth]:
        """What the rule can come out as for complete patients; unknown stands in where there are too many to try."""
        tests = fact_tests(rule)
        groups = signatures(tests, self.vocabulary, ANY_DAY)
        if prod(len(answers) for _, answers in groups) > _MOST_COMBINATIONS:
            return {UNKNOWN}
        found: set[Truth] = set()
        for truths in islice(combinations_of(groups, len(tests)), _MOST_COMBINATIONS):
            found.add(fold(rule, iter(truths)))
            if len(found) > 1:
                break
        return found


def bare(rule: Rule) -> Rule:
    """The rule that a named condition stands for, or the rule itself."""
    return bare(rule.rule) if isinstance(rule, Condition) else rule


def _beside(rule: Rule) -> list[Rule]:
    """The parts that are asked beside each other: those of an `all` inside an `all` are, whoever wrote which."""
    parts: list[Rule] = []
    for part in parts_of(rule):
        same = isinstance(rule, All | AnyOf) and type(part) is type(rule)
        parts += _beside(part) if same else [part]
    return parts
