"""Definitions of facts read from files."""

from __future__ import annotations

from decimal import Decimal

import pytest
from rulesets import codes

from screener.facts.definitions import FactDefinition, Vocabulary
from screener.facts.vocabulary import merge, read_facts, read_vocabulary_file
from screener.findings import Findings
from screener.located import read_text

ASKED = "answered_by: record, question: What?"


def reading(text: str) -> tuple[list[FactDefinition], Findings]:
    findings = Findings()
    node = read_text(f"facts:\n  {text}\n", "words.yaml", findings)
    return read_vocabulary_file(node, findings), findings


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [
        ("[0, 5]", 0, 5), ("[-5, 5]", -5, 5), ("[0.5, 1.5]", Decimal("0.5"), Decimal("1.5")), ("[2.0, 2]", 2, 2),
        ("0 or more", 0, None), ("0.5 or more", Decimal("0.5"), None),
    ],
)  # fmt: skip
def test_a_range_is_two_numbers_or_one_and_more(written: str, low: object, high: object) -> None:
    (fact,), findings = reading(f"score: {{label: score, type: number, unit: points, range: {written}, {ASKED}}}")
    assert findings == []
    assert (fact.low, fact.high, fact.unit, fact.numeric) == (low, high, "points", True)


@pytest.mark.parametrize(
    "written",
    ["[5, 0]", "[1]", "[1, 2, 3]", "[a, b]", "[nan, 5]", "nan or more", "0 or less", "5", "{low: 1}",
     "[0, 1e999999999]", "[[1], 2]", "or more"],
)  # fmt: skip
def test_a_range_that_is_none_is_told(written: str) -> None:
    (fact,), findings = reading(f"score: {{label: score, type: number, range: {written}, {ASKED}}}")
    assert "F107" in codes(findings)
    assert (fact.low, fact.high) == (None, None)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (f"age: {{label: x, type: integer, {ASKED}}}", "F109", '"age" is built in'),
        (f"all: {{label: x, type: integer, {ASKED}}}", "F109", '"all" is built in'),
        (f"Healed: {{label: x, type: yes_no, {ASKED}}}", "F109", '"Healed" cannot be the name of a fact'),
        (f"a__on: {{label: x, type: yes_no, {ASKED}}}", "F109", '"a__on" cannot be the name of a fact'),
        ("healed: yes", "R111", 'the fact "healed" must be a mapping'),
        (f"healed: {{type: yes_no, {ASKED}}}", "R112", 'the fact "healed" has no "label"'),
        (f"healed: {{label: x, type: boolean, {ASKED}}}", "R117", 'the type of the fact "healed" cannot be "boolean"'),
        ("healed: {label: x, type: yes_no, answered_by: me, question: x}", "R117", "`answered_by` cannot be"),
        (f"healed: {{label: x, type: yes_no, units: x, {ASKED}}}", "R107", '"units" is not a key of the fact'),
        (f"healed: {{label: x, type: yes_no, unit: x, {ASKED}}}", "F107", "`unit` does not go with the type yes_no"),
        (f"side: {{label: x, type: choice, range: [0, 1], options: [a], {ASKED}}}", "F107", "`range` does not go with"),
        (f"side: {{label: x, type: choice, {ASKED}}}", "F107", "a choice needs its `options`"),
        (f"side: {{label: x, type: set, {ASKED}}}", "F107", "a set needs its `options`"),
        (f"side: {{label: x, type: choice, options: left, {ASKED}}}", "R111", "`options` must be a list"),
        (f"side: {{label: x, type: choice, options: [Left], {ASKED}}}", "F107", '"Left" cannot be an option'),
        (f"side: {{label: x, type: choice, options: [a, a], {ASKED}}}", "F107", 'the option "a" is listed twice'),
        (f"side: {{label: x, type: choice, options: [[a], b], {ASKED}}}", "R111", "an option must be a text"),
        (f"side: {{label: x, type: choice, options: [a, ''], {ASKED}}}", "R106", "this item has no value"),
        (f"itp: {{label: x, type: yes_no, {ASKED}, presume: no}}", "R111", "`presume` must be a mapping"),
        (f"itp: {{label: x, type: yes_no, {ASKED}, presume: {{value: no}}}}", "R112", '`presume` has no "because"'),
        (
            f"itp: {{label: x, type: yes_no, {ASKED}, presume: {{value: 7, because: x}}}}",
            "F106",
            "the presumed value is not yes or no",
        ),
        (
            f"side: {{label: x, type: choice, options: [a], {ASKED}, presume: {{value: b, because: x}}}}",
            "F103",
            "the presumed value is not a listed option",
        ),
    ],
)
def test_a_definition_that_does_not_fit_together_is_told(text: str, code: str, words: str) -> None:
    _, findings = reading(text)
    assert codes(findings) == [code]
    assert words in findings[0].message


def test_an_empty_list_of_options_is_no_choice() -> None:
    facts, findings = reading(f"side: {{label: x, type: choice, options: [], {ASKED}}}")
    assert facts == []
    assert codes(findings) == ["F107"]


def test_a_presumption_is_read_by_the_type_of_the_fact() -> None:
    (fact,), findings = reading(f"itp: {{label: x, type: yes_no, {ASKED}, presume: {{value: No, because: asked}}}}")
    assert findings == []
    assert fact.presume is not None
    assert (fact.presume.value, fact.presume.because) == (False, "asked")


def test_a_vocabulary_is_one_mapping_called_facts() -> None:
    for text, code in (("- a\n", "R111"), ("words: {a: b}\n", "R107"), ("facts: none\n", "R111")):
        findings = Findings()
        assert read_vocabulary_file(read_text(text, "words.yaml", findings), findings) == []
        assert code in codes(findings)
    assert read_facts(None, Findings()) == []


def test_of_a_fact_defined_twice_the_first_definition_stays() -> None:
    first, _ = reading(f"healed: {{label: first, type: yes_no, {ASKED}}}")
    second, _ = reading(f"healed: {{label: second, type: yes_no, {ASKED}}}")
    findings = Findings()
    assert [fact.label for fact in merge([first, second], findings)] == ["first"]
    assert codes(findings) == ["F108"]
    assert "words.yaml, line 2" in findings[0].message


def test_a_vocabulary_holds_the_built_in_facts_too() -> None:
    words = Vocabulary.of(FactDefinition("healed", "healed", "yes_no", "record", "Healed?"))
    assert {"healed", "age", "birth_date"} == set(words.facts)
    assert "age" in words
    assert "other" not in words
    assert words["healed"].label == "healed"
    assert words["age"].numeric
    assert not words["healed"].numeric
