"""Laws of the worklist: the day proposed for another look is the first that matters, and a settling answer settles."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

from generated import AS_OF, patients, rule_sets, rules
from hypothesis import assume, given, settings

from screener.criteria.library import LoadedRules
from screener.criteria.model import RuleSet
from screener.dates import exactly
from screener.facts.imprecise import AtLeastSet, NumberRange
from screener.facts.values import FactValue, PatientRecord
from screener.matching.evaluate import Evaluator
from screener.worklist.footing import Footing
from screener.worklist.recheck import next_recheck
from screener.worklist.settling import Settling

Facts = dict[str, FactValue]
LOOKED_AT = 500


def footing(trial: RuleSet) -> Footing:
    return Footing(cast(LoadedRules, None), trial, (), None)


def truths(trial: RuleSet, facts: Facts, day: date) -> Any:
    return Evaluator(trial, day).outcome(facts).truths


@settings(max_examples=60)
@given(rule_sets(rules(most=2), most=2), patients())
def test_the_day_proposed_is_the_first_on_which_time_alone_changes_a_criterion(trial: RuleSet, facts: Facts) -> None:
    now, found = truths(trial, facts, AS_OF), next_recheck(footing(trial), facts, AS_OF)
    last = min(found.on - AS_OF, timedelta(days=LOOKED_AT)) if found is not None else timedelta(days=LOOKED_AT)
    for days in range(1, last.days):
        assert truths(trial, facts, AS_OF + timedelta(days=days)) == now
    if found is not None:
        assert found.on > AS_OF
        assert truths(trial, facts, found.on) != now
        assert found.because


@settings(max_examples=200)
@given(rule_sets(rules(most=2), most=3), patients(), patients())
def test_a_single_answer_does_what_was_said_of_it_whatever_it_is(trial: RuleSet, facts: Facts, other: Facts) -> None:
    result = Evaluator(trial, AS_OF).evaluate(PatientRecord("P", facts))
    assume(result.verdict == "needs_information")
    asked = [one.fact for one in result.questions]
    for name, settles in Settling(trial, AS_OF).settled_by(facts, asked):
        answer = other.get(name)
        if answer is None or not definite(answer.value):
            continue
        answered = {**facts, name: FactValue(name, answer.value, exactly(AS_OF), None)}
        verdict = Evaluator(trial, AS_OF).outcome(answered).verdict
        assert (verdict != "needs_information") or settles != "always"
        assert verdict == "needs_information" or settles != "never"
        assert verdict != "eligible" or settles == "always" or len(asked) == 1


def definite(value: Any) -> bool:
    """Whether a value is known whole, as the answer to a question is."""
    return value is not None and not isinstance(value, AtLeastSet | NumberRange) and getattr(value, "exact", True)
