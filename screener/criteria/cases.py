"""Cases: small patients that stand beside a criterion and are tried on every check."""

from __future__ import annotations

from typing import Final

from screener.criteria.case_reading import CaseReader
from screener.criteria.closures import Facts, fresh
from screener.criteria.model import (
    BetweenTest,
    Case,
    Criterion,
    FactTest,
    GivenValue,
    NumberTest,
    Rule,
    RuleSet,
    Test,
    fact_tests,
    facts_read,
)
from screener.criteria.tests import limits
from screener.criteria.truth import Meaning
from screener.criteria.words import test_words
from screener.facts.definitions import Vocabulary
from screener.facts.values import FactValue
from screener.findings import Findings
from screener.logic import NO, UNKNOWN, YES, Truth

_WORDS: Final[dict[str, dict[Truth, str]]] = {
    "inclusion": {YES: "met", NO: "not met", UNKNOWN: "unknown"},
    "exclusion": {YES: "applies", NO: "does not apply", UNKNOWN: "unknown"},
}


def facts_of(given: tuple[GivenValue, ...], source: str | None = None) -> dict[str, FactValue]:
    """The facts of a small patient."""
    return {one.fact: FactValue(one.fact, one.value, one.on, source) for one in given}


def result_of_case(criterion: Criterion, case: Case, vocabulary: Vocabulary) -> str:
    """What the criterion gives for a case."""
    if criterion.allows is not None:
        return "allowed"
    truth = Meaning(vocabulary, case.on).criterion(criterion)(facts_of(case.given))
    return _WORDS[criterion.kind][truth]


def check_cases(rules: RuleSet, findings: Findings) -> None:
    """Report cases that fail, results no case shows, and limits that are not tried on both sides."""
    for criterion in rules.criteria:
        for case in criterion.cases:
            given = result_of_case(criterion, case, rules.vocabulary)
            if given != case.expect:
                message = f'the case "{case.name}" of {criterion.id} expects "{case.expect}"; the rule gives "{given}"'
                findings.add("C103", case.mark, message, hint="one of the two is wrong: look at the quote")
        if criterion.rule is not None:
            _check_results(criterion, rules.vocabulary, findings)
            _check_limits(criterion, rules.vocabulary, findings)


def _check_results(criterion: Criterion, vocabulary: Vocabulary, findings: Findings) -> None:
    assert criterion.mark is not None
    shown = {case.expect for case in criterion.cases}
    for result in CaseReader.results(criterion.kind, None):
        if result not in shown and not (result == "unknown" and _always_settled(criterion, vocabulary)):
            hint = f"add a case with `expect: {result}`"
            findings.add("C101", criterion.mark, f'no case of {criterion.id} shows "{result}"', hint=hint)


def _always_settled(criterion: Criterion, vocabulary: Vocabulary) -> bool:
    """Whether no case can leave the criterion open: presumptions answer for every fact, and no date is asked of."""
    rules = _rules_of(criterion)
    facts = [vocabulary[name] for rule in rules for name in facts_read(rule)]
    windows = any(test.measured_within for rule in rules for test in fact_tests(rule))
    unsettled = any(fact.presume is None or fact.type == "date" for fact in facts)
    return criterion.unclear is None and not windows and not unsettled


def _rules_of(criterion: Criterion) -> list[Rule]:
    rules = [criterion.rule] if criterion.rule is not None else []
    return [*rules, criterion.unclear.when] if criterion.unclear is not None else rules


def _check_limits(criterion: Criterion, vocabulary: Vocabulary, findings: Findings) -> None:
    for leaf in (leaf for rule in _rules_of(criterion) for leaf in fact_tests(rule)):
        for words in _untried(leaf, criterion.cases, vocabulary):
            assert leaf.mark is not None
            hint = "add a case on each side of it"
            message = f'no case of {criterion.id} tries both sides of "{leaf.fact}: {words}"'
            findings.add("C102", leaf.mark, message, hint=hint)


def _untried(leaf: FactTest, cases: tuple[Case, ...], vocabulary: Vocabulary) -> list[str]:
    """The limits of a test that the cases do not try on both sides, in words."""
    fact = vocabulary[leaf.fact]
    untried = [test_words(test, fact, vocabulary) for test in leaf.tests if not _tried(leaf, test, cases, vocabulary)]
    if leaf.measured_within is not None:
        ages = {_fresh(leaf, case) for case in cases}
        if not {YES, NO} <= ages:
            untried.append(f"measured within {leaf.measured_within}")
    return untried


def _tried(leaf: FactTest, test: Test, cases: tuple[Case, ...], vocabulary: Vocabulary) -> bool:
    if not limits(test):
        return True
    sides: list[Test] = [test]
    if isinstance(test, BetweenTest):
        sides = [NumberTest("at_least", test.low), NumberTest("at_most", test.high)]
    return all({YES, NO} <= {_holds(leaf.fact, side, case, vocabulary) for case in cases} for side in sides)


def _holds(fact: str, test: Test, case: Case, vocabulary: Vocabulary) -> Truth:
    return Meaning(vocabulary, case.on).rule(FactTest(fact, (test,)))(facts_of(case.given))


def _fresh(leaf: FactTest, case: Case) -> Truth:
    facts: Facts = facts_of(case.given)
    value = facts.get(leaf.fact)
    assert leaf.measured_within is not None
    return UNKNOWN if value is None else fresh(value, leaf.measured_within, case.on)
