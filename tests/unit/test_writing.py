"""Rules written and read back: what comes back says the same, whatever it says."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from written_rules import CONDITIONS, NODES, OWN, SHARED, VOCABULARY, rule_sets, rules

from screener.criteria.library import RULES, shipped
from screener.criteria.model import Criterion, FactTest, NumberTest, RuleSet
from screener.criteria.reader import read_rules
from screener.criteria.writing import rule_data, rules_text
from screener.facts.definitions import FactDefinition
from screener.findings import ERROR, Findings
from screener.located import read_text
from screener.matching.gate import admitted

TRIAL = shipped("criteria") / "NCT06452485"


def read_back(text: str, shared: list[FactDefinition]) -> tuple[RuleSet, Findings]:
    findings = Findings()
    node = read_text(text, "written.yaml", findings)
    read = read_rules(node, shared, findings)
    assert read is not None, findings
    return read, findings


def set_of(*criteria: Criterion) -> RuleSet:
    return RuleSet("NCT00000000", "title", "author", criteria, (), CONDITIONS, VOCABULARY, own_facts=tuple(OWN))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(rule_sets())
def test_rules_that_are_written_and_read_back_are_equal(rules: RuleSet) -> None:
    read, findings = read_back(rules_text(rules), list(SHARED.values()))
    assert read == rules
    assert [one for one in findings if one.severity == ERROR] == []
    assert {name: read.vocabulary[name] for name in OWN} == OWN


@settings(max_examples=50, deadline=None)
@given(rules())
def test_writing_twice_gives_the_same_text(rule: object) -> None:
    written = rules_text(set_of(Criterion("I1", "inclusion", "words", rule)))  # type: ignore[arg-type]
    read, _ = read_back(written, list(SHARED.values()))
    assert rules_text(read) == written


@pytest.mark.parametrize("rule", NODES.values(), ids=NODES)
def test_every_node_and_test_of_the_model_survives(rule: object) -> None:
    before = set_of(Criterion("I1", "inclusion", "words", rule))  # type: ignore[arg-type]
    read, _ = read_back(rules_text(before), list(SHARED.values()))
    assert read.criteria[0].rule == rule


@example("#", "- : {a}")
@example("a: b\n\n  - c # d\n'e'", "|\n>")
@example("\\>=18 years  \nlast", "\x07 \x85 \u2028 \ufeff é 😀")
@settings(max_examples=300, deadline=None)
@given(st.text(min_size=1), st.text(min_size=1))
def test_any_words_survive_as_quote_and_as_reason(quote: str, reason: str) -> None:
    # The reader drops outer spaces and takes every kind of line end for one, so these cannot be in what it has read.
    quote, reason = (" ".join(text.split("\r")).strip() or "words" for text in (quote, reason))
    before = set_of(Criterion("I1", "inclusion", quote, allows=reason))
    read, _ = read_back(rules_text(before), list(SHARED.values()))
    assert (read.criteria[0].quote, read.criteria[0].allows) == (quote, reason)


@pytest.mark.parametrize("number", [0, -3, 10**30, Decimal("0.1"), Decimal("123456789012345678.5"), Decimal("1E-7")])
def test_no_digit_of_a_limit_is_lost(number: int | Decimal) -> None:
    rule = FactTest("level", (NumberTest("at_least", number),))
    before = set_of(Criterion("I1", "inclusion", "words", rule))
    read, _ = read_back(rules_text(before), list(SHARED.values()))
    assert read.criteria[0].rule == rule


def test_the_shipped_rules_survive_and_pass_every_check(tmp_path: Path) -> None:
    loaded = admitted(TRIAL, TRIAL.parent)
    folder = tmp_path / TRIAL.name
    folder.mkdir()
    (folder / RULES).write_text(rules_text(loaded.rules), encoding="utf-8")
    (folder / "registry.json").write_bytes((TRIAL / "registry.json").read_bytes())
    again = admitted(folder, TRIAL.parent)
    assert again.rules == loaded.rules


def test_quotes_stand_in_blocks_and_tests_in_one_line() -> None:
    loaded = admitted(TRIAL, TRIAL.parent)
    text = rules_text(loaded.rules)
    assert "    quote: |\n      \\>=18 years\n    require:\n      age: {at_least: 18}\n    recoverable: yes\n" in text


def test_rule_data_is_what_the_yaml_says() -> None:
    rules = admitted(TRIAL, TRIAL.parent).rules
    assert rule_data(next(one.rule for one in rules.criteria if one.id == "I3" and one.rule)) == {
        "all": [
            {"recurrence_type": {"one_of": ["local", "regional", "local_and_regional", "second_primary_ipsilateral"]}},
            {"primary_irradiated_postoperatively": "yes"},
        ]
    }


def test_the_vocabulary_of_the_tests_has_a_fact_of_every_type() -> None:
    assert {fact.type for fact in SHARED.values()} == {"yes_no", "choice", "integer", "number", "date", "set"}
