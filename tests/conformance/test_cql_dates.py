"""The date comparisons of the Clinical Quality Language suite that the language can say.

A case is run where each side is a day, a month or a year, compared by an operator the language has. Where the suite
compares by the year or the month, it is run if the two differ there, because then the precision changes nothing.
All others are left out, each for a reason that is named. The sum of both is every case of the two files whose result is
yes, no or unknown and that speaks of a date or a time.
"""

from __future__ import annotations

import csv
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import NamedTuple

import pytest
from rulesets import facts, rule_of, truth, vocabulary

from screener.criteria.truth import Meaning
from screener.dates import before, date, on_or_before, parse_date
from screener.facts.values import FactValue
from screener.logic import NO, UNKNOWN, YES, Truth

FOLDER = "logic/cql-tests/tests/cql"
FILES = ("CqlDateTimeOperatorsTest.xml", "CqlComparisonOperatorsTest.xml")
SPACE = {"t": "http://hl7.org/fhirpath/tests"}
TRUTHS: dict[str, Truth] = {"true": YES, "false": NO, "null": UNKNOWN}

DATE = r"DateTime\((\d{4})(?:, ?(\d{1,2})(?:, ?(\d{1,2}))?)?\)"
OPERATORS = {
    "before {} of": "before",
    "after {} of": "after",
    "same {} or before": "on_or_before",
    "same {} or after": "on_or_after",
    "same {} as": "same",
    "same {}": "same",
}
SIGNS = {"<": "before", ">": "after", "<=": "on_or_before", ">=": "on_or_after"}
PRECISIONS = {"year": 1, "month": 2, "day": 3}
WORDS = SIGNS | {words.format(one): operator for words, operator in OPERATORS.items() for one in PRECISIONS}
COMPARISON = re.compile(rf"{DATE} ({'|'.join(map(re.escape, WORDS))}) {DATE}")

LEFT_OUT = {
    "time of day": (r"@T|T\d\d:|DateTime\(\d+(?:, ?\d+){3,}", "a fact is a date; it has no time of day"),
    "clock": (r"Today\(\)|Now\(\)", "the screening date is handed in, never read from a clock"),
    "arithmetic": (r"[-+] \d+ (?:days|weeks|years|hours|seconds)", "a rule compares; it does not calculate"),
    "duration": (r"(?:months|years|days) between", "a length is a window; it is not a number to compare"),
    "precision": (
        r"(?:before|after) (?:year|month) of|same (?:year|month)",
        "what differs by the day alone cannot be said by year or month",
    ),
    "tuple": (r"Tuple \{", "there are no tuples"),
    "null parts": (r"DateTime\(null|, null", "a date has no parts that are unknown but the last ones"),
}
"""Why a case cannot be said, in the order in which the reasons are tried; every case left out matches one."""

with (Path(__file__).parent / "cql_dates_left_out.csv").open(encoding="utf-8", newline="") as table:
    NAMED = {row["case"]: row["reason"] for row in csv.DictReader(table)}
"""Every case that is left out, by name, with its reason."""


class Case(NamedTuple):
    """One case of the suite."""

    name: str
    expression: str
    expected: Truth


def all_cases(data: Path) -> list[Case]:
    """Every case about dates or times whose result is yes, no or unknown."""
    found = []
    for file in FILES:
        for test in ElementTree.parse(data / FOLDER / file).getroot().iterfind(".//t:test", SPACE):
            expression = " ".join(test.findtext("t:expression", "", SPACE).split())
            output = test.findtext("t:output", "", SPACE).strip()
            if output in TRUTHS and re.search(r"Date|@|Today|Now", expression):
                found.append(Case(test.get("name", ""), expression, TRUTHS[output]))
    return found


def said(case: Case) -> tuple[str, str, str] | None:
    """The case as two dates and an operator of the language, or none where it cannot be said."""
    match = COMPARISON.fullmatch(case.expression)
    if match is None:
        return None
    a, b = ([part.zfill(2) for part in match.group(*places) if part] for places in ((1, 2, 3), (5, 6, 7)))
    named = next((PRECISIONS[word] for word in match[4].split() if word in PRECISIONS), 3)
    if named < 3 and a[:named] == b[:named]:
        return None  # what comes out depends on the precision
    return "-".join(a), WORDS[match[4]], "-".join(b)


def reason(case: Case) -> str | None:
    """Why a case is left out."""
    return next((name for name, (pattern, _) in LEFT_OUT.items() if re.search(pattern, case.expression)), None)


def rule(operator: str, other: str) -> str:
    """The rule that compares the date of the surgery with another point."""
    if operator == "same":
        return f"surgery: {{on_or_before: {other}, on_or_after: {other}}}"
    return f"surgery: {{{operator}: {other}}}"


def test_every_case_is_run_or_named_with_the_reason_why_it_is_left_out(shared_data: Path) -> None:
    cases = all_cases(shared_data)
    left_out = {case.name: reason(case) for case in cases if not said(case)}
    assert left_out == NAMED
    assert len({case.name for case in cases}) == len(cases) == 231
    assert sum(said(case) is not None for case in cases) + len(NAMED) == len(cases)


def test_every_case_comes_out_the_same_with_the_other_date_in_the_rule(shared_data: Path) -> None:
    for case in all_cases(shared_data):
        if words := said(case):
            a, operator, b = words
            assert truth(rule(operator, b), f"{{surgery: {a}}}") is case.expected, case.name


def test_every_case_comes_out_the_same_with_the_other_date_as_a_fact(shared_data: Path) -> None:
    for case in all_cases(shared_data):
        if words := said(case):
            a, operator, b = words
            given = f"{{surgery: {a}, fracture: {b}}}"
            assert truth(rule(operator, "fracture"), given) is case.expected, case.name


def test_every_case_with_a_whole_second_date_comes_out_the_same_on_that_screening_date(shared_data: Path) -> None:
    tried = 0
    for case in all_cases(shared_data):
        words = said(case)
        if words is None or len(words[2]) != 10:
            continue
        a, operator, b = words
        tree, findings = rule_of(rule(operator, "screening"))
        assert tree is not None, findings
        holds = Meaning(vocabulary(), date.fromisoformat(b)).rule(tree)
        known = {"surgery": FactValue("surgery", parse_date(a), None, None)}
        assert holds(known) is case.expected, case.name
        tried += 1
    assert tried == 38


def test_a_partial_date_is_a_range_where_the_suite_compares_by_the_year(shared_data: Path) -> None:
    """By design: the suite calls a year the same as itself; as days, two dates of one year need not be."""
    case = next(case for case in all_cases(shared_data) if case.name == "DateTimeSameOrAfterYearTrue1")
    assert case == ("DateTimeSameOrAfterYearTrue1", "DateTime(2014) same year or after DateTime(2014)", YES)
    assert truth("surgery: {on_or_after: 2014}", "{surgery: 2014}") is UNKNOWN
    assert on_or_before(parse_date("2014"), parse_date("2014")) is UNKNOWN
    assert before(parse_date("2013"), parse_date("2014")) is YES


@pytest.mark.parametrize("name", LEFT_OUT)
def test_every_reason_is_said_in_words_and_is_the_reason_of_some_case(shared_data: Path, name: str) -> None:
    pattern, words = LEFT_OUT[name]
    assert len(words.split()) >= 4
    assert any(re.search(pattern, case.expression) for case in all_cases(shared_data))
    assert name in NAMED.values()


def test_an_unknown_operand_is_unknown_as_in_the_suite() -> None:
    assert truth("surgery: {before: 2014}") is UNKNOWN
    assert truth("surgery: {before: fracture}", "{surgery: 2014}") is UNKNOWN
    assert facts("{surgery: 2014}")["surgery"].value == parse_date("2014")
