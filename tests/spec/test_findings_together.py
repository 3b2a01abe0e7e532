"""Findings told together: several mistakes in one run, in order, each at its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from rulesets import ELIGIBILITY, RULES, checked, codes, read, replaced, rule_of, write_trial

from screener.errors import InvalidRules
from screener.findings import Finding, Findings, Mark, did_you_mean
from screener.matching.gate import admitted

SEVERAL = (
    ("author: rules-team", "author:"),
    ("healed: yes\n    cases", "heeled: yes\n    recoverable: perhaps\n    cases"),
    ("pain: {is: severe}", "pain: {is: sever}"),
    ("id: E1", "id: X1"),
    ("expect: does not apply", "expect: not applicable"),
)


def test_several_mistakes_of_a_file_are_all_told_in_one_run_in_the_order_of_the_file(tmp_path: Path) -> None:
    _, findings = checked(write_trial(tmp_path, rules=replaced(RULES, *SEVERAL)))
    told = [(finding.code, finding.mark.line) for finding in findings.ordered()]
    assert told == [("R106", 3), ("F101", 10), ("R117", 11), ("R116", 18), ("F103", 22), ("R117", 25)]


def test_mistakes_of_logic_words_and_cases_are_told_in_one_run_too(tmp_path: Path) -> None:
    rules = replaced(
        RULES,
        ("healed: yes\n    cases", "any:\n        - healed: yes\n        - healed: no\n    cases"),
        ("Severe pain of the wrist", "Severe pain of the knee"),
        ("expect: applies", "expect: does not apply"),
    )
    _, findings = checked(write_trial(tmp_path, rules=rules))
    assert codes(findings) == ["L103", "C103", "S102", "C101", "S101", "C103"]


def test_mistakes_of_all_files_are_told_by_file_then_line_then_column(tmp_path: Path) -> None:
    folder = write_trial(tmp_path, rules=replaced(RULES, ("author: rules-team", "author:")), vocabulary="facts: none\n")
    (folder / "registry.json").unlink()
    _, findings = checked(folder)
    marks = [finding.mark for finding in findings.ordered()]
    assert marks == sorted(marks)
    assert {Path(mark.file).name for mark in marks} == {"criteria.yaml", "registry.json", "words.yaml"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("    exclude_if:\n      pain: {is: severe}\n", "", "R114"),
        ("Severe pain of the wrist", "Severe pain of the knee", "S101"),
        ("expect: applies", "expect: unknown", "C101"),
        ("pain: {is: severe}", "not: {pain: {one_of: [none, mild, severe]}}", "L104"),
        ("pain: {is: severe}", "pain: {one_of: [none, mild, severe]}", "L103"),
    ],
)
def test_a_finding_about_a_whole_criterion_points_at_its_id_line(tmp_path: Path, old: str, new: str, code: str) -> None:
    _, findings = checked(write_trial(tmp_path, rules=replaced(RULES, (old, new))))
    found = next(finding for finding in findings if finding.code == code)
    assert (found.mark.line, found.mark.column) == (17, 5)


def test_words_that_no_quote_covers_point_at_the_line_of_their_section(tmp_path: Path) -> None:
    text = ELIGIBILITY.replace("healed\n", "healed\n* Left wrist\n").replace("of the wrist\n", "of the wrist or hand\n")
    _, findings = checked(write_trial(tmp_path, eligibility=text))
    assert [(finding.code, finding.mark.line, finding.mark.column) for finding in findings.ordered()] == [
        ("S102", 5, 1),
        ("S102", 16, 1),
    ]
    assert '"Left wrist"' in findings[0].message
    assert '"or hand"' in findings[1].message


def test_words_of_a_section_without_a_key_point_at_the_other_section_or_at_the_trial(tmp_path: Path) -> None:
    before, _, exclusion = RULES.partition("inclusion:\n")
    without = before + "exclusion:\n" + exclusion.partition("exclusion:\n")[2]
    _, findings = checked(write_trial(tmp_path, rules=without))
    assert [(finding.code, finding.mark.line) for finding in findings] == [("S102", 5)]


def test_the_same_finding_is_told_once() -> None:
    findings = Findings()
    for _ in range(2):
        findings.add("R105", Mark("a.yaml", 1, 2), "a tab stands here")
    assert len(findings) == 1


def test_warnings_alone_are_no_errors_and_the_rules_may_run(tmp_path: Path) -> None:
    rules = replaced(RULES, ("quote: |\n      Severe pain of the wrist", "quote: Severe pain of the wrist"))
    folder = write_trial(tmp_path, rules=rules)
    _, findings = checked(folder)
    assert codes(findings) == ["R118"]
    assert not findings.errors
    assert admitted(folder, folder.parent).rules.trial == "NCT00000000"


def test_rules_with_errors_are_not_admitted_and_the_error_carries_the_findings(tmp_path: Path) -> None:
    folder = write_trial(tmp_path, rules=replaced(RULES, SEVERAL[1], SEVERAL[2]))
    with pytest.raises(InvalidRules, match="have 3 errors and may not run") as caught:
        admitted(folder, folder.parent)
    assert [finding.code for finding in caught.value.findings] == ["F101", "R117", "F103"]


def test_an_approval_that_does_not_hold_keeps_no_rules_from_running(tmp_path: Path) -> None:
    folder = write_trial(tmp_path)
    words = "trial: NCT00000000\nstate: approved\nby: A. Reviewer\non: 2026-06-01\nsha256: abc\n"
    (folder / "approval.yaml").write_text(words, encoding="utf-8")
    assert codes(checked(folder)[1]) == ["A102"]
    assert admitted(folder, folder.parent).approval.state == "submitted"


def test_a_finding_as_json_has_the_keys_that_scripts_rely_on() -> None:
    finding = Finding("F101", Mark("criteria.yaml", 25, 9), 'there is no fact "x"', "did you mean y?")
    assert finding.as_json() == {
        "code": "F101", "name": "unknown-fact", "severity": "error", "file": "criteria.yaml", "line": 25, "column": 9,
        "message": 'there is no fact "x"', "hint": "did you mean y?",
    }  # fmt: skip
    assert str(Finding("F101", Mark("a", 1, 2), "no")) == "a:1:2: error F101 unknown-fact: no"


def test_a_word_without_a_close_one_gets_the_choice_where_it_is_short() -> None:
    assert did_you_mean("severre", ["severe", "mild"]) == 'did you mean "severe"?'
    assert did_you_mean("x", ["severe", "mild"]) == "write one of: mild, severe"
    assert did_you_mean("x", map(str, range(100, 113))) == ""
    assert did_you_mean("x", []) == ""


@pytest.mark.parametrize(
    ("rule", "code", "words"),
    [
        ("all: healed", "R111", "`all` must be a list, not a text"),
        ("all: {healed: yes}", "R111", "`all` must be a list, not a mapping"),
        ("not: []", "R111", "what `not` turns round must be a test or a combination of tests, not a list"),
        ("not: {healed: }", "R106", '"healed" has no value'),
        ("not: {}", "R111", "what `not` turns round holds nothing"),
        ("at_least_of: 2", "R111", "`at_least_of` must be a mapping"),
        ("at_least_of: {count: 2}", "R112", '`at_least_of` has no "of"'),
        ("at_least_of: {count: two, of: [{healed: yes}]}", "F106", '"two" is not a count'),
        ("at_least_of: {count: [2], of: [{healed: yes}]}", "R111", "`count` must be a text"),
        ("at_least_of: {count: 0, of: [{healed: yes}]}", "L109", "0 of 1 parts can always be reached"),
        ("condition: [a]", "R111", "the name of a condition must be a text"),
        ("healed: maybe", "R117", 'the answer to "healed" cannot be "maybe"'),
        ("healed: {is: [yes]}", "R111", 'the answer to "healed" must be a text'),
        ("healed: [yes]", "F102", '"healed" is a yes/no, and this is no test of one'),
        ("pain: severe", "F102", '"pain" is a choice, and this is no test of one'),
        ("pain: {}", "F102", 'nothing is asked of "pain"'),
        ("pain: {measured_within: 3 days}", "F102", 'nothing is asked of "pain"'),
        ("pain: {is: [severe]}", "R111", "an option must be a text"),
        ("pain: {one_of: []}", "L101", "`one_of` lists nothing"),
        ("pain: {one_of: severe}", "R111", "`one_of` must be a list"),
        ("pain: {one_of: [mild, sever]}", "F103", '"sever" is not an option of "pain"'),
        ("pain: {one_of: [mild, mild]}", "L105", '"mild" is listed twice'),
        ("pain: {is_not: mild}", "R107", '"is_not" is not a test'),
        ("casts: {between: [1]}", "F106", "`between` takes two numbers"),
        ("casts: {between: [1, x]}", "F106", '"x" for "casts" is not a whole number'),
        ("casts: {at_least: 1.5}", "F106", '"1.5" for "casts" is not a whole number'),
        ("casts: {at_least: [1]}", "R111", 'the value of "casts" must be a text'),
        ("platelets: {at_least: many}", "F106", '"many" for "platelets" is not a number'),
        ("surgery: {before: 03/04/2026}", "F106", '"03/04/2026" is not an ISO date'),
        ("surgery: {before: 2026-02-30}", "F106", '"2026-02-30" is not an ISO date'),
        ("surgery: {before: fractur}", "F101", 'there is no fact "fractur"'),
        ("surgery: {before: pain}", "F102", '"pain" is not a date'),
        ("surgery: {before: [fracture]}", "R111", "what a date is compared with must be a text"),
        ("surgery: {after: soon after fracture}", "F106", '"soon" is not a length of time'),
        ("surgery: {after: 5 years after pain}", "F102", '"pain" is not a date'),
        ("surgery: {happened_within: [1]}", "R111", "`happened_within` must be a text"),
        ("bones: {empty: perhaps}", "R117", '`empty` cannot be "perhaps"'),
        ("bones: full", "F102", '"bones" is a set, and this is no test of one'),
        ("age: {at_least: 18, measured_within: 1 year}", "F102", "the age is reckoned for the screening date"),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused_with_words_that_say_why(rule: str, code: str, words: str) -> None:
    tree, findings = rule_of(rule)
    assert tree is None
    assert codes(findings) == [code]
    assert words in findings[0].message


def test_a_part_that_cannot_be_read_leaves_the_others_checked() -> None:
    tree, findings = rule_of("any: [{heeled: yes}, {pain: {is: sever}}, {}]")
    assert tree is None
    assert codes(findings) == ["F101", "F103", "R111"]


def test_a_file_without_a_usable_root_says_so_and_gives_nothing() -> None:
    rules, findings = read("- one\n- two\n")
    assert rules is None
    assert [finding.message for finding in findings] == ["a rule file must be a mapping of keys to values, not a list"]
