"""One patient against the rules: verdict, results, notes, and criteria that say the same of everybody."""

from __future__ import annotations

import pytest
from rulesets import AS_OF, RULES, facts, read, replaced

from screener.criteria.library import find_rules, shipped
from screener.criteria.model import RuleSet
from screener.criteria.truth import Meaning
from screener.facts.definitions import DECEASED
from screener.facts.values import FactValue, PatientRecord
from screener.logic import NO, UNKNOWN, YES
from screener.matching import remembered
from screener.matching.criterion import CriterionEvaluator
from screener.matching.evaluate import Evaluator
from screener.matching.gate import admitted

MORE = replaced(
    RULES,
    (
        "exclusion:\n",
        (
            "  - id: I2\n    quote: |\n      Casts are allowed\n    allows: casts never decide\n"
            "  - id: I3\n    quote: |\n      Fit for it\n    not_encoded: the investigator judges\n\nexclusion:\n"
        ),
    ),
) + (
    "notes:\n  - id: N1\n    when: {casts: {at_least: 3}}\n    say: Many casts.\n    cite: an invented guideline\n"
    "  - id: N2\n    when: {itp: yes}\n    say: Mind the bleeding.\n    cite: another\n"
)


def rules(text: str = RULES) -> RuleSet:
    found, findings = read(text)
    assert found is not None
    assert not findings.errors, findings
    return found


def patient(given: str, **more: FactValue) -> PatientRecord:
    return PatientRecord("P-1", {**facts(given), **more})


@pytest.mark.parametrize(
    ("given", "verdict", "results", "score"),
    [
        ("{healed: yes, pain: none}", "eligible", ["met", "does not apply"], 100),
        ("{healed: yes, pain: severe}", "not_eligible", ["met", "applies"], 50),
        ("{healed: no}", "not_eligible", ["not met", "unknown"], 0),
        ("{healed: yes}", "needs_information", ["met", "unknown"], 50),
        ("{}", "needs_information", ["unknown", "unknown"], 0),
    ],
)
def test_a_patient_gets_a_verdict_and_a_result_for_every_criterion(
    given: str, verdict: str, results: list[str], score: int
) -> None:
    evaluator = Evaluator(rules(), AS_OF)
    result = evaluator.evaluate(patient(given))
    assert (result.patient_id, result.verdict, result.score) == ("P-1", verdict, score)
    assert [one.result for one in result.criteria] == results
    outcome = evaluator.outcome(facts(given))
    assert (outcome.verdict, outcome.recoverable, outcome.score) == (verdict, result.recoverable, score)
    assert bool(result.questions) == (verdict == "needs_information")


def test_what_is_allowed_never_decides_and_what_is_not_encoded_keeps_every_patient_open() -> None:
    result = Evaluator(rules(MORE), AS_OF).evaluate(patient("{healed: yes, pain: none}"))
    assert [(one.id, one.result, one.effect, one.causes) for one in result.criteria] == [
        ("I1", "met", "passes", ()),
        ("I2", "allowed", "passes", ()),
        ("I3", "unknown", "open", ("not_encoded",)),
        ("E1", "does not apply", "passes", ()),
    ]
    assert result.criteria[1].reason == "never decides: casts never decide"
    assert result.criteria[2].reason == "not encoded: the investigator judges; a person must judge"
    assert (result.verdict, result.score, result.questions) == ("needs_information", 66, ())


def test_a_note_is_said_where_it_holds_and_changes_nothing() -> None:
    evaluator = Evaluator(rules(MORE), AS_OF)
    said = evaluator.evaluate(patient("{healed: yes, casts: 3}"))
    assert said.notes == (("N1", "Many casts.", "an invented guideline"),)
    for given in ("{healed: yes, casts: 2}", "{healed: yes}"):
        silent = evaluator.evaluate(patient(given))
        assert silent.notes == ()
        assert silent.verdict == said.verdict


@pytest.mark.parametrize(
    ("death", "said"),
    [
        (FactValue("deceased", True, None, "Patient/1"), ["N5"]),
        (FactValue("deceased", None, None, "Patient/1", "conflicting"), ["N5"]),
        (FactValue("deceased", None, None, "Patient/1", "uncertain"), []),
        (FactValue("deceased", False, None, "Patient/1"), []),
    ],
)
def test_a_death_that_one_record_tells_of_is_said_though_another_denies_it(death: FactValue, said: list[str]) -> None:
    criteria = shipped("criteria")
    evaluator = Evaluator(admitted(find_rules("NCT06452485", criteria), criteria).rules, AS_OF)
    assert [note.id for note in evaluator.notes({DECEASED: death})] == said


def test_a_criterion_whose_words_have_changed_is_open_until_a_person_looks() -> None:
    evaluator = Evaluator(rules(MORE), AS_OF, stale=["I1", "I2"])
    result = evaluator.evaluate(patient("{healed: no, pain: none}"))
    assert [(one.result, one.causes) for one in result.criteria[:2]] == [("unknown", ("rule_stale",)), ("allowed", ())]
    assert "a person must review the rule" in result.criteria[0].reason
    assert [fact.fact for fact in result.criteria[0].facts] == ["healed"]
    assert result.verdict == "needs_information"
    assert result.questions == ()


def test_the_evidence_names_the_facts_a_criterion_reads_and_both_sources_of_an_age() -> None:
    text = replaced(
        RULES,
        ("healed: yes\n    cases", "age: {at_least: 18}\n    unclear_if: {when: {itp: yes}, because: x}\n    cases"),
    )
    result = Evaluator(rules(text), AS_OF).evaluate(
        patient("{age: 40, birth_date: 1980, itp: no, casts: 1, healed: yes}")
    )
    assert [fact.fact for fact in result.criteria[0].facts] == ["birth_date", "age", "itp"]


TWO = replaced(
    RULES,
    ("healed: yes\n    cases", "any: [{healed: yes}, {casts: {at_most: 2}}]\n    cases"),
    ("pain: {is: severe}\n    cases", "all: [{pain: {is: severe}}, {platelets: {less_than: 100}}]\n    cases"),
)
GIVEN = (
    "{}",
    "{healed: yes}",
    "{healed: yes on 2026-05-20}",
    "{healed: no on 2026, casts: 1 on 2025-03}",
    "{healed: no, casts: 3 on 2025-03, pain: severe}",
    "{pain: severe on 2026-05, platelets: 99.5 on 2026-05-30}",
    "{pain: none, platelets: 99.5}",
    "{platelets: 99.50 on 2026-05-20}",
)


@pytest.mark.parametrize("text", [RULES, TWO])
@pytest.mark.parametrize("backwards", [False, True])
def test_words_that_are_remembered_are_the_words_that_would_be_said_anew(text: str, backwards: bool) -> None:
    evaluator = Evaluator(rules(text), AS_OF)
    bad = FactValue("healed", None, None, "row 2", "unreadable")
    patients = [patient(given) for given in GIVEN] + [patient("{casts: 3}", healed=bad), patient("{}", healed=bad)]
    for one in (patients[::-1] if backwards else patients) * 2:
        anew = [
            CriterionEvaluator(criterion, Meaning(evaluator.rules.vocabulary, AS_OF), stale=False)
            for criterion in evaluator.rules.criteria
        ]
        assert evaluator.evaluate(one).criteria == tuple(each.evaluate(one.facts, {}).result for each in anew)


def test_more_words_than_are_kept_are_said_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "_REMEMBERED", 2)
    text = replaced(RULES, ("healed: yes\n    cases", "platelets: {at_least: 100}\n    cases"))
    evaluator = Evaluator(rules(text), AS_OF)
    for number in (99, 100, 101, 102, 99):
        reason = evaluator.evaluate(patient(f"{{platelets: {number}}}")).criteria[0].reason
        assert reason.startswith(f"platelets is {number} x10^9/L")


def test_the_truths_of_the_rules_come_out_in_the_order_of_the_protocol() -> None:
    outcome = Evaluator(rules(MORE), AS_OF).outcome(facts("{healed: no, pain: severe}"))
    assert outcome.truths == (NO, UNKNOWN, UNKNOWN, YES)
