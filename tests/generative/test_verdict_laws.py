"""Laws of the verdict, for every rule set and patient that can be generated."""

from __future__ import annotations

from generated import AS_OF, patients, rule_sets
from hypothesis import given, settings
from hypothesis import strategies as st

from screener.criteria.model import RuleSet
from screener.criteria.truth import Meaning
from screener.facts.values import FactValue, PatientRecord
from screener.logic import UNKNOWN
from screener.matching.criterion import CriterionEvaluator
from screener.matching.evaluate import Evaluator, EvaluatorOf
from screener.matching.results import CAUSES, rank_key
from screener.reports.formats import ResultForm
from screener.reports.json_forms import JsonForm
from screener.reports.json_text import patient_text

Facts = dict[str, FactValue]


@settings(max_examples=60)
@given(rule_sets(), patients())
def test_no_open_criterion_is_ever_eligible_and_no_failing_one_is_hidden(rules: RuleSet, facts: Facts) -> None:
    result = Evaluator(rules, AS_OF).evaluate(PatientRecord("P", facts))
    deciding = [known for rule, known in zip(rules.criteria, result.criteria, strict=True) if rule.decides]
    effects = [known.effect for known in deciding]
    expected = "not_eligible" if "fails" in effects else "needs_information" if "open" in effects else "eligible"
    assert result.verdict == expected
    assert result.score == effects.count("passes") * 100 // len(effects)
    failing = [rule for rule, known in zip(rules.criteria, result.criteria, strict=True) if known.effect == "fails"]
    assert result.recoverable == (all(rule.recoverable for rule in failing) if failing else None)


@settings(max_examples=60)
@given(rule_sets(), patients())
def test_every_open_result_has_a_cause_every_other_none_and_all_have_a_reason(rules: RuleSet, facts: Facts) -> None:
    for known in Evaluator(rules, AS_OF).evaluate(PatientRecord("P", facts)).criteria:
        assert bool(known.causes) == (known.effect == "open")
        assert list(known.causes) == [cause for cause in CAUSES if cause in known.causes]
        assert known.reason
        assert "None" not in known.reason
        assert "\0" not in known.reason


@settings(max_examples=60)
@given(rule_sets(), patients())
def test_the_short_outcome_is_that_of_the_full_result(rules: RuleSet, facts: Facts) -> None:
    evaluator = Evaluator(rules, AS_OF)
    outcome, result = evaluator.outcome(facts), evaluator.evaluate(PatientRecord("P", facts))
    assert outcome[:3] == (result.verdict, result.recoverable, result.score)
    for truth, known in zip(outcome.truths, result.criteria, strict=True):
        if known.effect != "passes" or known.result != "allowed":
            assert (truth is UNKNOWN) == (known.effect == "open")


@settings(max_examples=30)
@given(st.data(), rule_sets(), st.lists(patients(), min_size=2, max_size=6))
def test_the_order_of_patients_changes_nothing(data: st.DataObject, rules: RuleSet, some: list[Facts]) -> None:
    records = [PatientRecord(f"P{place}", facts) for place, facts in enumerate(some)]
    one, other = Evaluator(rules, AS_OF), Evaluator(rules, AS_OF)
    first = {record.patient_id: one.evaluate(record) for record in records}
    again = {record.patient_id: other.evaluate(record) for record in data.draw(st.permutations(records))}
    assert first == again
    assert sorted(first.values(), key=rank_key) == sorted(again.values(), key=rank_key)


@settings(max_examples=30)
@given(rule_sets(), st.lists(patients(), min_size=1, max_size=4))
def test_words_that_are_remembered_are_the_words_that_would_be_said_anew(rules: RuleSet, some: list[Facts]) -> None:
    evaluator = Evaluator(rules, AS_OF)
    meaning = Meaning(rules.vocabulary, AS_OF)
    for facts in some * 2:
        anew = [CriterionEvaluator(one, meaning, stale=False).evaluate(facts, {}).result for one in rules.criteria]
        assert list(evaluator.evaluate(PatientRecord("P", facts)).criteria) == anew


@settings(max_examples=60)
@given(rule_sets(), st.lists(patients(), min_size=1, max_size=4), st.sampled_from([3, 65_536]))
def test_a_patient_in_a_writers_form_is_written_as_the_result_in_words_is(
    rules: RuleSet, some: list[Facts], most_texts: int
) -> None:
    form, words = JsonForm(most_texts), ResultForm()
    evaluator = Evaluator(rules, AS_OF)
    to_json, to_words = EvaluatorOf(rules, AS_OF, form), EvaluatorOf(rules, AS_OF, words)
    for rank, facts in enumerate(some * 2):
        patient = PatientRecord("P", facts)
        result = evaluator.evaluate(patient)
        assert form.unpacked(form.packed(to_json.evaluate(patient)), rank) == patient_text(result, rank).encode()
        assert to_words.evaluate(patient).criteria == tuple(one.result for one in result.criteria)
