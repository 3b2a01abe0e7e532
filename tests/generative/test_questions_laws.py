"""Laws of the questions: what is asked can settle what is open, and nothing less can. Tried by brute force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, product

from generated import AS_OF, leaves, patients, rule_sets, rules
from hypothesis import assume, given, settings
from rulesets import RULES, facts, read, replaced

from screener.criteria.model import Criterion, RuleSet
from screener.criteria.truth import Meaning, few_values
from screener.facts.definitions import ANSWERED_BY, Vocabulary
from screener.facts.values import FactValue, PatientRecord
from screener.logic import UNKNOWN
from screener.matching.evaluate import Evaluator
from screener.matching.results import PatientResult, result_of

NAMES = ("healed", "itp", "pain", "casts")
Facts = dict[str, FactValue]
plain = leaves(NAMES).map(lambda leaf: replace(leaf, measured_within=None))


def answered(names: tuple[str, ...], known: Facts, words: Vocabulary) -> Iterator[Facts]:
    """The patient after every way of answering for these facts."""
    for values in product(*(few_values(words[name]) for name in names)):
        yield {**known, **{name: FactValue(name, value, None, None) for name, value in zip(names, values, strict=True)}}


def effects(criterion: Criterion, names: tuple[str, ...], known: Facts, words: Vocabulary) -> set[str]:
    """Every effect that a criterion can have once these facts are answered."""
    holds = Meaning(words, AS_OF).criterion(criterion)
    return {result_of(criterion, holds(one))[1] for one in answered(names, known, words)}


def could_settle(names: tuple[str, ...], goals: dict[Criterion, str], known: Facts, words: Vocabulary) -> bool:
    """Whether one way of answering for these facts brings every criterion to its goal at once."""
    holds = {criterion: Meaning(words, AS_OF).criterion(criterion) for criterion in goals}
    return any(
        all(result_of(criterion, holds[criterion](one))[1] == goal for criterion, goal in goals.items())
        for one in answered(names, known, words)
    )


def could_settle_each(names: tuple[str, ...], goals: dict[Criterion, str], known: Facts, words: Vocabulary) -> bool:
    """Whether for each of the criteria some answer to these facts reaches its goal."""
    return all(could_settle(names, {criterion: goal}, known, words) for criterion, goal in goals.items())


def open_goals(rule_set: RuleSet, result: PatientResult, free: tuple[str, ...], known: Facts) -> dict[Criterion, str]:
    """The open criteria that can be settled, each with the best effect it can still have."""
    goals = {}
    for criterion, told in zip(rule_set.criteria, result.criteria, strict=True):
        if told.effect == "open" and criterion.rule is not None:
            possible = effects(criterion, free, known, rule_set.vocabulary)
            if possible != {"open"}:
                goals[criterion] = "passes" if "passes" in possible else "fails"
    return goals


@settings(max_examples=150)
@given(rule_sets(rules(plain, most=4), most=2), patients(NAMES))
def test_the_facts_asked_for_could_settle_every_criterion_and_no_fewer_facts_could(
    rule_set: RuleSet, known: Facts
) -> None:
    result = Evaluator(rule_set, AS_OF).evaluate(PatientRecord("P", known))
    assume(result.verdict == "needs_information")
    words = rule_set.vocabulary
    free = tuple(
        name for name in NAMES if (words[name].presume is None if name not in known else known[name].value is None)
    )
    goals = open_goals(rule_set, result, free, known)
    asked = tuple(question.fact for question in result.questions)
    assert len(set(asked)) == len(asked)
    assert set(asked) <= set(free)
    assert could_settle_each(asked, goals, known, words)
    if not could_settle(free, goals, known, words):
        return  # no answers serve all of them at once
    assert could_settle(asked, goals, known, words)
    for size in range(len(asked)):
        for fewer in combinations(free, size):
            assert not could_settle(fewer, goals, known, words), fewer


@settings(max_examples=80)
@given(rule_sets(rules(plain, most=4), most=2), patients(NAMES))
def test_a_question_names_the_open_criteria_it_would_help_and_who_can_answer(rule_set: RuleSet, known: Facts) -> None:
    result = Evaluator(rule_set, AS_OF).evaluate(PatientRecord("P", known))
    still_open = {told.id for told in result.criteria if told.effect == "open"}
    for question in result.questions:
        fact = rule_set.vocabulary[question.fact]
        assert (question.question, question.answered_by) == (fact.question, fact.answered_by)
        assert question.answered_by in ANSWERED_BY
        assert question.criteria
        assert set(question.criteria) <= still_open
    assert result.verdict == "needs_information" or result.questions == ()


PULLING_APART = replaced(
    RULES,
    ("healed: yes\n    cases", "any: [{healed: yes}, {itp: yes}]\n    cases"),
    ("pain: {is: severe}\n    cases", "none: [{healed: no}, {pain: {is: none}}]\n    cases"),
)


def test_one_answer_that_two_criteria_want_differently_is_not_enough_to_ask_for() -> None:
    rule_set, _ = read(PULLING_APART)
    assert rule_set is not None
    evaluator = Evaluator(rule_set, AS_OF)
    asked = tuple(question.fact for question in evaluator.evaluate(PatientRecord("P", facts("{}"))).questions)
    verdicts = {evaluator.outcome(one).verdict for one in answered(asked, {}, rule_set.vocabulary)}
    assert verdicts != {"needs_information"}
    assert UNKNOWN not in verdicts
