"""Reading a rule file: criteria, notes, interpretations and conditions, with a finding for every mistake."""

from __future__ import annotations

import pytest
from rulesets import AS_OF, RULES, VOCABULARY, codes, facts, read, replaced, rule_of

from screener.criteria import model
from screener.criteria.model import AtLeastOf, Condition
from screener.facts.values import PatientRecord
from screener.matching import telling, verdict
from screener.matching.evaluate import Evaluator

HEALED = "healed: yes\n    cases"
NOTE = "notes:\n  - {id: N1, when: {healed: yes}, say: Good., cite: an invented guideline}\n"


def found(*pieces: tuple[str, str], more: str = "") -> list[tuple[str, str]]:
    _, findings = read(replaced(RULES, *pieces) + more)
    return [(finding.code, finding.message) for finding in findings.ordered()]


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("trial: NCT00000000", "trial: RT-HYPE", "R117", '"RT-HYPE" is not the id of a registered trial'),
        ("  - id: I1\n", "  - healed\n  - id: I1\n", "R111", "a criterion must be a mapping"),
        ("  - id: I1\n    quote", "  - quote", "R112", 'a criterion has no "id"'),
        ("id: I1\n", "id:\n", "R106", '"id" has no value'),
        ("id: I1\n", "id: [I1]\n", "R111", "`id` must be a text"),
        ("id: I1\n", "id: i1\n", "R116", 'the id "i1" does not belong'),
        ("    quote: |\n      Wrist fracture healed\n", "", "R112", 'the criterion I1 has no "quote"'),
        ("    quote: |\n      Wrist fracture healed\n", "    quote: []\n", "R111", "`quote` must be a text"),
        ("    require:\n      healed: yes\n", "    require:\n", "R106", '"require" has no value'),
        ("    require:\n      healed: yes\n", "    require: {}\n", "R111", "`require` holds nothing"),
        (HEALED, "healed: yes\n    unclear_if: yes\n    cases", "R111", "`unclear_if` must be a mapping"),
        (HEALED, "healed: yes\n    unclear_if: {because: x}\n    cases", "R112", '`unclear_if` has no "when"'),
        (HEALED, "healed: yes\n    unclear_if: {when: {itp: yes}}\n    cases", "R112", 'has no "because"'),
        (HEALED, "healed: yes\n    interpretation: [x]\n    cases", "R111", "an interpretation must be a mapping"),
        (
            HEALED,
            "healed: yes\n    interpretation: [{note: x, status: maybe}]\n    cases",
            "R117",
            "`status` cannot be",
        ),
        (HEALED, "healed: yes\n    interpretation: [{status: open}]\n    cases", "R112", 'has no "note"'),
        (
            HEALED,
            "healed: yes\n    interpretation: [{note: x, status: confirmed, by: me}]\n    cases",
            "R112",
            'an interpretation has no "on"',
        ),
        (
            HEALED,
            "healed: yes\n    interpretation: [{note: x, status: confirmed, by: me, on: 2026-02-30}]\n    cases",
            "F106",
            '"2026-02-30" is not a day of the calendar',
        ),
        ("inclusion:\n", "conditions: none\n\ninclusion:\n", "R111", "`conditions` must be a mapping"),
        ("inclusion:\n", "facts: [a]\n\ninclusion:\n", "R111", "`facts` must be a mapping"),
    ],
)
def test_a_part_of_a_file_that_cannot_be_read_is_told(old: str, new: str, code: str, words: str) -> None:
    told = found((old, new))
    assert [one for one, _ in told] == [code]
    assert words in told[0][1]


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("{id: N1, ", "{", "R112", 'a note has no "id"'),
        ("id: N1", "id: I7", "R116", 'the id "I7" does not belong'),
        ("when: {healed: yes}, ", "", "R112", 'a note has no "when"'),
        (", cite: an invented guideline", "", "R112", 'a note has no "cite"'),
        ("{healed: yes}", "{heeled: yes}", "F101", 'there is no fact "heeled"'),
        ("{id: N1, when: {healed: yes}, say: Good., cite: an invented guideline}", "N1", "R111", "a note must be"),
    ],
)
def test_a_note_that_cannot_be_read_is_told(old: str, new: str, code: str, words: str) -> None:
    told = found(more=replaced(NOTE, (old, new)))
    assert [one for one, _ in told] == [code]
    assert words in told[0][1]


def test_a_condition_that_cannot_be_read_is_told_once_and_a_chain_of_too_many_is_cut() -> None:
    head = "conditions:\n  well: {heeled: yes}\n\ninclusion:\n"
    told = found(("inclusion:\n", head), (HEALED, "all: [{condition: well}, {condition: well}]\n    cases"))
    assert [code for code, _ in told] == ["F101"]


@pytest.mark.parametrize("order", [1, -1])
def test_conditions_that_rest_on_too_many_others_are_told_and_break_nothing(order: int) -> None:
    chain = ["c0: {healed: yes}", *(f"c{place}: {{not: {{condition: c{place - 1}}}}}" for place in range(1, 300))]
    tree, findings = rule_of("condition: c299", conditions="\n".join(chain[::order]) + "\n")
    assert tree is None
    assert set(codes(findings)) == {"R109"}


def test_conditions_that_unfold_to_too_many_tests_are_told() -> None:
    twice = "[{{condition: c{0}}}, {{not: {{condition: c{0}}}}}]"
    chain = ["c0: {healed: yes}", *(f"c{place}: {{any: {twice.format(place - 1)}}}" for place in range(1, 30))]
    every = ", ".join(f"{{condition: c{place}}}" for place in range(30))
    tree, findings = rule_of(f"any: [{every}]", conditions="\n".join(chain) + "\n")
    assert tree is None
    assert set(codes(findings)) == {"R109"}
    assert "1000 tests" in findings[0].message


def test_a_named_condition_carries_its_rule_wherever_it_is_used() -> None:
    conditions = "well: {condition: very}\nvery: {healed: yes}\n"
    tree, findings = rule_of(
        "at_least_of: {count: 1, of: [{condition: well}, {condition: very}]}", conditions=conditions
    )
    assert findings == []
    assert isinstance(tree, AtLeastOf)
    well, very = tree.parts
    assert isinstance(well, Condition)
    assert well.rule == very


def test_every_rule_of_a_file_and_the_facts_it_reads_are_told_in_order() -> None:
    text = replaced(
        RULES,
        ("inclusion:\n", "conditions:\n  well: {casts: {at_most: 2}}\n\ninclusion:\n"),
        (HEALED, "all: [{healed: yes}, {condition: well}]\n    unclear_if: {when: {itp: yes}, because: x}\n    cases"),
    )
    rules, findings = read(text + NOTE)
    assert rules is not None
    assert findings == []
    assert len(model.all_rules(rules)) == 5
    assert [fact.name for fact in model.facts_of(rules)] == ["healed", "casts", "pain", "itp"]


def test_an_interpretation_never_changes_a_result() -> None:
    open_note = "healed: yes\n    interpretation: [{note: x, status: open}]\n    cases"
    one, two = read(RULES)[0], read(replaced(RULES, (HEALED, open_note)))[0]
    assert one is not None
    assert two is not None
    assert two.criteria[0].interpretations[0].status == "open"
    for given in ("{}", "{healed: yes, pain: none}"):
        patient = PatientRecord("P", facts(given))
        results = [Evaluator(rules, AS_OF).evaluate(patient) for rules in (one, two)]
        assert results[0] == results[1]


def test_what_is_remembered_is_bounded_and_says_the_same_when_it_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "_REMEMBERED", 2)
    monkeypatch.setattr(verdict, "_REMEMBERED", 2)
    rule = "all: [{platelets: {at_least: 100}}, {surgery: {before: 2026-01-01}}]"
    rules, _ = read(replaced(RULES, (HEALED, f"{rule}\n    cases")))
    assert rules is not None
    evaluator = Evaluator(rules, AS_OF)
    for number in (99, 150, 101, 102, 99):
        for pain in ("none", "severe"):
            given = f"{{platelets: {number}, surgery: 2025-01-01, pain: {pain}}}"
            result = evaluator.evaluate(PatientRecord("P", facts(given)))
            assert f"platelets is {number} x10^9/L" in result.criteria[0].reason
            passes = (number >= 100) + (pain == "none")
            assert result.score == passes * 50


def test_a_criterion_of_many_open_facts_asks_for_all_of_them() -> None:
    extra = "".join(f"  f{n}: {{label: x, type: yes_no, answered_by: record, question: x}}\n" for n in range(10))
    rule = "all: [" + ", ".join(f"{{f{n}: yes}}" for n in range(10)) + "]"
    rules, _ = read(replaced(RULES, (HEALED, f"{rule}\n    cases")), words=VOCABULARY + extra)
    assert rules is not None
    result = Evaluator(rules, AS_OF).evaluate(PatientRecord("P", facts("{pain: none}")))
    assert [question.fact for question in result.questions] == [f"f{n}" for n in range(10)]
