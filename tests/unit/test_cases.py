"""Cases of a criterion: tried on every check, with each result shown and each limit tried on both sides."""

from __future__ import annotations

import pytest
from rulesets import RULES, codes, read, replaced

from screener.criteria.cases import check_cases, facts_of
from screener.findings import Findings

CASES = """    cases:
      - {name: healed, given: {healed: yes}, on: 2026-06-01, expect: met}
      - {name: not healed, given: {healed: no}, on: 2026-06-01, expect: not met}
      - {name: nothing recorded, given: {}, on: 2026-06-01, expect: unknown}
"""


def told(rule: str, *cases: str) -> list[str]:
    """The limits that the cases of a rule do not try; each case is its given facts and what to expect."""
    lines = "".join(
        f"      - {{name: c{place}, given: {given}, on: 2026-06-01, expect: {expect}}}\n"
        for place, (given, _, expect) in enumerate(case.partition(" -> ") for case in cases)
    )
    rules, found = read(
        replaced(RULES, (CASES, f"    cases:\n{lines}"), ("healed: yes\n    cases", f"{rule}\n    cases"))
    )
    assert rules is not None
    assert not found.errors, found
    findings = Findings()
    check_cases(rules, findings)
    return [finding.message for finding in findings.ordered()]


@pytest.mark.parametrize(
    ("rule", "cases", "untried"),
    [
        ("casts: {at_most: 2}", ["{casts: 2} -> met", "{casts: 3} -> not met"], []),
        ("casts: {between: [2, 3]}", ["{casts: 2} -> met", "{casts: 4} -> not met"], ["casts: from 2 to 3"]),
        ("casts: {between: [2, 3]}", ["{casts: 1} -> not met", "{casts: 2} -> met", "{casts: 4} -> not met"], []),
        (
            "casts: {at_least: 2, at_most: 3}",
            ["{casts: 1} -> not met", "{casts: 3} -> met"],
            ["casts: at most 3"],
        ),
        (
            "casts: {at_most: 2, measured_within: 1 week}",
            ["{casts: 2 on 2026-05-30} -> met", "{casts: 3 on 2026-05-30} -> not met"],
            ["casts: measured within 1 week"],
        ),
        (
            "casts: {at_most: 2, measured_within: 1 week}",
            ["{casts: 2 on 2026-05-30} -> met", "{casts: 3 on 2026-05-30} -> not met", "{casts: 1 on 2025} -> unknown"],
            [],
        ),
        ("surgery: {happened_within: 1 month}", ["{surgery: 2026-05-01} -> met", "{surgery: 2026-04} -> not met"], []),
        ("age: {at_least: 18}", ["{age: 18} -> met", "{age: 17} -> not met"], []),
        (
            "any: [{healed: yes}, {surgery: {after: fracture}}]",
            ["{healed: yes} -> met", "{healed: no, surgery: 2025, fracture: 2026} -> not met"],
            ["surgery: after the date of the fracture"],
        ),
    ],
)
def test_a_limit_is_tried_where_the_cases_stand_on_both_sides_of_it(
    rule: str, cases: list[str], untried: list[str]
) -> None:
    assert told(rule, *cases, "{} -> unknown") == [f'no case of I1 tries both sides of "{words}"' for words in untried]


def test_the_limits_of_what_is_unclear_are_tried_too() -> None:
    rule = "healed: yes\n    unclear_if: {when: {casts: {at_least: 3}}, because: x}"
    cases = ["{healed: yes, casts: 2} -> met", "{healed: no, casts: 1} -> not met"]
    assert told(rule, *cases, "{} -> unknown") == ['no case of I1 tries both sides of "casts: at least 3"']
    assert told(rule, *cases, "{healed: yes, casts: 3} -> unknown") == []


def test_every_result_needs_a_case_and_a_case_that_fails_is_told() -> None:
    assert told("healed: yes", "{healed: yes} -> not met") == [
        'no case of I1 shows "met"',
        'no case of I1 shows "unknown"',
        'the case "c0" of I1 expects "not met"; the rule gives "met"',
    ]


@pytest.mark.parametrize(
    ("rule", "expect", "found"),
    [("allows: never decides", "allowed", []), ("not_encoded: a person judges", "unknown", [])],
)
def test_a_criterion_without_a_rule_needs_no_case_and_one_it_has_is_tried(
    rule: str, expect: str, found: list[str]
) -> None:
    cases = f"    cases:\n      - {{name: any, given: {{healed: no}}, on: 2026-06-01, expect: {expect}}}\n"
    for shown in ("", cases):
        rules, errors = read(replaced(RULES, (CASES, shown), ("require:\n      healed: yes\n", f"{rule}\n")))
        assert rules is not None
        assert not errors.errors, errors
        findings = Findings()
        check_cases(rules, findings)
        assert codes(findings) == found


def test_the_facts_of_a_case_carry_their_date_and_the_source_they_are_given() -> None:
    rules, _ = read(replaced(RULES, ("given: {healed: yes}", "given: {healed: yes on 2026-05, bones: [ulna, radius]}")))
    assert rules is not None
    known = facts_of(rules.criteria[0].cases[0].given, "example")
    assert known["healed"].on is not None
    assert (known["healed"].on.text, known["healed"].source) == ("2026-05", "example")
    assert known["bones"].value == frozenset({"ulna", "radius"})
