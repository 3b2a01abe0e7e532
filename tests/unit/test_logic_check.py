"""Checks of the logic, judged on every kind of patient there can be."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rulesets import RULES, VOCABULARY, codes, read, replaced, vocabulary

from screener.criteria.logic_check import check_logic
from screener.criteria.model import AtLeastOf, FactTest, RuleSet, YesNoTest
from screener.findings import Findings

PRESUMED = replaced(
    VOCABULARY,
    ("question: Is there an immune thrombocytopenia?}", "question: ITP?, presume: {value: no, because: asked of all}}"),
)


def rules_with(rule: str, *, words: str = VOCABULARY, head: str = "") -> RuleSet:
    text = replaced(RULES, ("healed: yes\n    cases", f"{rule}\n    cases"), ("inclusion:\n", f"{head}inclusion:\n"))
    rules, findings = read(text, words=words)
    assert rules is not None
    assert not findings.errors, findings
    return rules


def said(rule: str, *, words: str = VOCABULARY, head: str = "") -> list[str]:
    findings = Findings()
    check_logic(rules_with(rule, words=words, head=head), findings)
    return codes(findings)


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("casts: {at_least: 3, at_most: 2}", ["L102"]),
        ("casts: {between: [3, 2]}", ["L104"]),
        ("casts: {more_than: 2, less_than: 3}", ["L102"]),
        ("platelets: {more_than: 2, less_than: 3}", []),
        ("platelets: {more_than: 2.5, less_than: 2.5}", ["L102"]),
        ("casts: {at_least: 0}", ["L103"]),
        ("casts: {more_than: 9}", ["L104"]),
        ("casts: {less_than: 0}", ["L104"]),
        ("age: {less_than: 0}", ["L104"]),
        ("age: {between: [0, 130]}", ["L103"]),
        ("pain: {one_of: [none, mild, severe]}", ["L103"]),
        ("pain: {is: mild, none_of: [mild]}", ["L102"]),
        ("all: [{pain: {is: mild}}, {pain: {is: severe}}]", ["L102"]),
        ("all: [{healed: yes}, {not: {healed: yes}}]", ["L102"]),
        ("any: [{healed: yes}, {not: {healed: yes}}]", ["L103"]),
        ("any: [{casts: {at_most: 2}}, {casts: {more_than: 2}}]", ["L103"]),
        ("any: [{casts: {at_most: 2}}, {casts: {more_than: 3}}]", []),
        ("none: [{healed: yes}, {healed: no}]", ["L104"]),
        ("all: [{bones: empty}, {bones: {includes_any: [ulna]}}]", ["L102"]),
        ("bones: {only: [ulna], includes_any: [radius]}", ["L102"]),
        ("bones: {only: [radius, ulna, carpal]}", ["L103"]),
        ("surgery: {before: 2020-01-01, after: 2021-01-01}", ["L102"]),
        ("surgery: {after: 2020-01-01, before: 2020-01-02}", ["L102"]),
        ("surgery: {after: 2020-01-01, before: 2020-01-03}", []),
        ("all: [{surgery: {after: fracture}}, {surgery: {before: fracture}}]", ["L102"]),
        ("any: [{surgery: {after: fracture}}, {surgery: {on_or_before: fracture}}]", ["L103"]),
        ("all: [{surgery: {after: fracture}}, {fracture: {after: surgery}}]", ["L102"]),
        ("all: [{surgery: {after: 5 years after fracture}}, {surgery: {before: 1 year after fracture}}]", ["L102"]),
        ("all: [{surgery: {happened_within: 1 month}}, {surgery: {before: screening}}]", []),
        ("all: [{healed: yes}, {healed: yes}]", ["L105"]),
        ("any: [{all: [{healed: yes}, {itp: no}]}, {all: [{healed: yes}, {itp: no}]}]", ["L105"]),
        ("at_least_of: {count: 2, of: [{pain: {is: mild}}, {pain: {is: severe}}]}", ["L104"]),
        ("at_least_of: {count: 1, of: [{healed: yes}, {healed: no}]}", ["L103"]),
        ("any: [{healed: yes}, {all: [{casts: {at_least: 3}}, {casts: {at_most: 2}}]}]", ["L102"]),
        ("surgery: {before: 9999-12-31}", []),
        ("surgery: {after: 9999 years after fracture}", ["L104"]),
    ],
)
def test_a_rule_that_cannot_come_out_both_ways_is_told(rule: str, found: list[str]) -> None:
    assert said(rule) == found


def test_a_condition_is_judged_under_its_own_name_and_once() -> None:
    head = "conditions:\n  never:\n    all: [{healed: yes}, {healed: no}]\n\n"
    assert said("any: [{condition: never}, {itp: yes}]", head=head) == ["L102"]
    twice = "conditions:\n  well:\n    any: [{healed: yes}, {itp: yes}]\n\n"
    assert said("any: [{condition: well}, {condition: well}]", head=twice) == ["L105"]


def test_what_is_unclear_is_judged_too() -> None:
    rule = "healed: yes\n    unclear_if: {when: {casts: {at_least: 0}}, because: x}"
    findings = Findings()
    check_logic(rules_with(rule), findings)
    assert [finding.message for finding in findings] == ["`unclear_if` of I1 holds whatever is recorded"]


def test_a_rule_of_more_combinations_than_can_be_tried_is_not_judged() -> None:
    tests = ", ".join(f"{{f{place}: yes}}" for place in range(18))
    facts = "".join(
        f"  f{place}: {{label: x, type: yes_no, answered_by: record, question: x}}\n" for place in range(18)
    )
    assert said(f"all: [{tests}]", words=VOCABULARY + facts) == []


def test_a_presumption_may_settle_a_patient_of_whom_nothing_is_recorded() -> None:
    assert said("itp: no", words=PRESUMED) == []


def test_a_rule_that_nothing_settles_is_told() -> None:
    """No rule that can be written does this; the check guards against a change of the meaning."""
    rules = rules_with("healed: yes")
    settled = AtLeastOf(0, (FactTest("healed", (YesNoTest(True),)), FactTest("itp", (YesNoTest(True),))))
    findings = Findings()
    check_logic(replace(rules, criteria=(replace(rules.criteria[0], rule=settled),)), findings)
    assert codes(findings) == ["L103", "U101"]
    assert findings[1].message == "the criterion I1 is settled for a patient of whom nothing is recorded"
    assert findings[1].hint == "ask for something that must be recorded"


def test_the_vocabulary_of_these_tests_presumes_nothing() -> None:
    assert not any(fact.presume for fact in vocabulary().facts.values())
