"""The complete truth tables of the Clinical Quality Language suite, said in the language's own nodes.

`implies` and `xor` are not words of the language; what they mean can be said with `any`, `all` and `not`.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

import pytest
from rulesets import facts, rule_of, vocabulary

from screener.criteria.truth import Meaning
from screener.dates import date
from screener.logic import AND, NO, NOT, OR, UNKNOWN, YES, Truth

FILE = "logic/cql-tests/tests/cql/CqlLogicalOperatorsTest.xml"
SPACE = {"t": "http://hl7.org/fhirpath/tests"}
TRUTHS: dict[str, Truth] = {"true": YES, "false": NO, "null": UNKNOWN}
PATIENT = {"true": "yes", "false": "no"}

A, B = "{healed: yes}", "{itp: yes}"
RULES = {
    "and": f"all: [{A}, {B}]",
    "or": f"any: [{A}, {B}]",
    "not": f"not: {A}",
    "implies": f"any: [{{not: {A}}}, {B}]",
    "xor": f"any: [{{all: [{A}, {{not: {B}}}]}}, {{all: [{{not: {A}}}, {B}]}}]",
}
ALSO = {
    "and": f"none: [{{not: {A}}}, {{not: {B}}}]",
    "or": f"at_least_of: {{count: 1, of: [{A}, {B}]}}",
    "not": f"none: [{A}]",
    "implies": f"not: {{all: [{A}, {{not: {B}}}]}}",
    "xor": f"all: [{{any: [{A}, {B}]}}, {{not: {{all: [{A}, {B}]}}}}]",
}
TABLES = {
    "and": lambda a, b: AND[a, b],
    "or": lambda a, b: OR[a, b],
    "not": lambda a, _: NOT[a],
    "implies": lambda a, b: OR[NOT[a], b],
    "xor": lambda a, b: OR[AND[a, NOT[b]], AND[NOT[a], b]],
}


def cases(data: Path) -> list[tuple[str, str, str, str | None, Truth]]:
    """Every case of the file: its name, the operator, one or two operands, and what must come out."""
    found = []
    for case in ElementTree.parse(data / FILE).getroot().iterfind(".//t:test", SPACE):
        words = (case.findtext("t:expression", "", SPACE)).split()
        if words[0] == "not":
            operator, a, b = "not", words[1], None
        else:
            a, operator, b = words
        found.append((case.get("name", ""), operator, a, b, TRUTHS[case.findtext("t:output", "", SPACE).strip()]))
    return found


def _patient(a: str, b: str | None) -> str:
    known = [f"{name}: {PATIENT[value]}" for name, value in (("healed", a), ("itp", b)) if value in PATIENT]
    return f"{{{', '.join(known)}}}"


def test_all_39_cases_are_there(shared_data: Path) -> None:
    assert Counter(operator for _, operator, *_ in cases(shared_data)) == {
        "and": 9, "or": 9, "xor": 9, "implies": 9, "not": 3
    }  # fmt: skip


@pytest.mark.parametrize("rules", [RULES, ALSO], ids=["as-said", "as-turned-round"])
def test_every_case_comes_out_the_same_through_the_nodes_of_the_language(
    shared_data: Path, rules: dict[str, str]
) -> None:
    wrong = []
    for name, operator, a, b, expected in cases(shared_data):
        rule, findings = rule_of(rules[operator])
        assert rule is not None, findings
        if Meaning(vocabulary(), date(2026, 6, 1)).rule(rule)(facts(_patient(a, b))) is not expected:
            wrong.append(name)
    assert wrong == []


def test_every_case_comes_out_the_same_through_the_tables(shared_data: Path) -> None:
    for name, operator, a, b, expected in cases(shared_data):
        assert TABLES[operator](TRUTHS[a], TRUTHS[b or "null"]) is expected, name


def test_the_cases_name_no_operator_that_is_not_tried(shared_data: Path) -> None:
    text = (shared_data / FILE).read_text(encoding="utf-8")
    used = set(re.findall(r"\b(?:and|or|xor|implies|not)\b", " ".join(re.findall(r"<expression>(.*?)</", text))))
    assert used == set(RULES) == set(ALSO) == set(TABLES)
