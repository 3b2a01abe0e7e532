"""Cohorts, case by case: what was once told differently by the query and by the evaluator, and what must never be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import duckdb
import pytest
import rulesets

from screener.cohort.columns import SourceColumn, cohort_table
from screener.cohort.dialects import DIALECTS, DuckDb
from screener.cohort.layout import statement
from screener.cohort.query import CohortQuery, TrialRules
from screener.cohort.sql import table as relation
from screener.cohort.writing import written
from screener.criteria.model import Criterion, Rule, RuleSet
from screener.errors import UsageError
from screener.facts.table import FactTable
from screener.facts.values import UNSETTLED
from screener.matching.evaluate import Evaluator

AS_OF = date(2026, 6, 1)


def rule_set(*rules: str, words: str = rulesets.VOCABULARY) -> RuleSet:
    """Inclusion criteria I1, I2 and so on from rules without a mistake."""
    trees: list[Rule] = []
    for text in rules:
        tree, findings = rulesets.rule_of(text, words=words)
        assert tree is not None, findings
        trees.append(tree)
    criteria = tuple(Criterion(f"I{place}", "inclusion", "x", tree) for place, tree in enumerate(trees, start=1))
    return RuleSet("NCT00000000", "x", "x", criteria, (), (), rulesets.vocabulary(words))


class InMemory:
    def __init__(self, headings: list[str], cells: list[str]) -> None:
        self.headings = headings
        self._cells = cells

    def rows(self, reject: object) -> Any:
        del reject
        yield 2, list(self._cells)


def by_evaluator(rules: RuleSet, cells: dict[str, str]) -> tuple[tuple[str, str], ...]:
    source = InMemory(["patient_id", *cells], ["P-1", *cells.values()])
    (patient,) = FactTable(source, rules.vocabulary, as_of=AS_OF, name="rows", unknown=[])
    result = Evaluator(rules, AS_OF).evaluate(patient)
    return tuple((one.result, ";".join(one.causes)) for one in result.criteria)


def by_query(rules: RuleSet, cells: dict[str, str]) -> tuple[tuple[str, str], ...]:
    headings = ["patient_id", *cells]
    columns = cohort_table([SourceColumn(one, "text") for one in headings], rules.vocabulary, name="cohort")
    query = CohortQuery([TrialRules(rules)], columns, DuckDb(), as_of=AS_OF)
    said = written(statement(query, relation("cohort"), "wide", query.has_id()), "duckdb")
    with duckdb.connect() as connection:
        names = ", ".join(f'? as "{one}"' for one in headings)
        connection.execute(f"create table cohort as select {names}", ["P-1", *cells.values()])
        (row,) = connection.execute(said).fetchall()
    return tuple(zip(row[4::2], row[5::2], strict=True))


@pytest.mark.parametrize(
    ("rule", "cells"),
    [
        # A plain number with a date that cannot be read was told as not recorded.
        ("age: {at_least: 18}", {"age": "16", "age__on": "\u0662\u0660\u0662\u0664"}),
        # An age of eighteen digits overflowed on the way to a date of birth.
        ("age: {at_least: 18}", {"age": "999999999999999999", "birth_date": ""}),
        # A whole day compared with a partial one was open without a cause.
        ("surgery: {on_or_after: 2026}", {"surgery": "2026-03-01"}),
        # An age that by its date would be over 130 now is unreadable, whatever it was then.
        ("age: {at_least: 18}", {"age": "120", "age__on": "2000-01-01"}),
        # The birth date is used before the age, unless it cannot be read.
        ("age: {at_least: 18}", {"age": "40", "birth_date": "2015-01-01"}),
        ("age: {at_least: 18}", {"age": "40", "birth_date": "01/01/2015"}),
        ("age: {at_least: 18}", {"birth_date": "1890"}),
        ("age: {at_least: 18}", {"birth_date": "2026-06-02"}),
        # Numbers with a power of ten, and ranges with their ends left out.
        ("platelets: {at_least: 100}", {"platelets": "1e2"}),
        ("platelets: {at_least: 100}", {"platelets": "9.999999999999999e1"}),
        ("platelets: {more_than: 0}", {"platelets": "1e-30"}),
        ("platelets: {at_most: 100}", {"platelets": "1e99"}),
        ("platelets: {more_than: 100}", {"platelets": ">100"}),
        ("platelets: {at_least: 100}", {"platelets": "<100"}),
        ("platelets: {equals: 100}", {"platelets": ">=100 <=100"}),
        ("casts: {at_least: 3}", {"casts": ">2"}),
        ("casts: {at_most: 2}", {"casts": ">9"}),
        # Capitals that only look like letters, and spaces that only look like none.
        ("pain: {is: mild}", {"pain": "\u00a0MILD\u2003"}),
        ("pain: {is: mild}", {"pain": "m\u0130ld"}),
        ("bones: {includes_any: [radius]}", {"bones": "Radius ;\tulna"}),
        ("bones: {only: [radius]}", {"bones": ">=radius"}),
        ("bones: {includes_all: [radius]}", {"bones": ">=radius;ulna"}),
        ("bones: {empty: yes}", {"bones": ">=none"}),
        ("bones: {excludes_all: [ulna]}", {"bones": "radius;;ulna"}),
        # Freshness: exactly at the edge, astride it, undated.
        ("casts: {at_most: 2, measured_within: 28 days}", {"casts": "1", "casts__on": "2026-05-04"}),
        ("casts: {at_most: 2, measured_within: 28 days}", {"casts": "1", "casts__on": "2026-05-03"}),
        ("casts: {at_most: 2, measured_within: 1 month}", {"casts": "1", "casts__on": "2026"}),
        ("casts: {at_most: 2, measured_within: 1 month}", {"casts": "1", "casts__on": ""}),
        ("casts: {at_most: 2, measured_within: 1 month}", {"casts": "1"}),
        ("casts: {at_most: 2, measured_within: 1 month}", {"casts": "", "casts__on": "2026-07-01"}),
        # A leap day a year on is the first of March.
        ("surgery: {on_or_after: 1 year after fracture}", {"surgery": "2025-02-28", "fracture": "2024-02-29"}),
        ("surgery: {on_or_after: 1 year after fracture}", {"surgery": "2025-03-01", "fracture": "2024-02-29"}),
        ("surgery: {before: fracture}", {"surgery": "2025", "fracture": "2025-03-01"}),
        ("surgery: {before: fracture}", {"surgery": "2025", "fracture": "never"}),
        ("surgery: {before: fracture}", {"surgery": "2025"}),
    ],
)  # fmt: skip
def test_the_query_reads_a_cell_as_the_evaluator_does(rule: str, cells: dict[str, str]) -> None:
    rules = rule_set(rule)
    assert by_query(rules, cells) == by_evaluator(rules, cells)


@pytest.mark.parametrize("mark", sorted(UNSETTLED))
@pytest.mark.parametrize(
    "rule",
    [
        "healed: yes",
        "pain: {is: mild}",
        "casts: {at_most: 2}",
        "casts: {at_most: 2, measured_within: 28 days}",
        "platelets: {at_least: 100}",
        "fracture: {before: 2026-01-01}",
        "surgery: {before: fracture}",
        "bones: {includes_any: [radius]}",
        "age: {at_least: 18}",
    ],
)
@pytest.mark.parametrize("beside", ["", "never"])
def test_a_fact_that_is_marked_as_not_settled_keeps_its_cause(rule: str, mark: str, beside: str) -> None:
    rules = rule_set(rule)
    facts = ("healed", "pain", "casts", "platelets", "fracture", "bones")
    cells = dict.fromkeys((*facts, "birth_date"), f" {mark}") | {"surgery": "2026-03-01", "casts__on": beside}
    assert by_query(rules, cells) == by_evaluator(rules, cells)


def test_a_mark_is_written_as_it_is_and_other_words_are_no_mark() -> None:
    rules = rule_set("pain: {is: mild}", "bones: {only: [radius]}")
    for cell in ("?Conflicting", "? conflicting", "?conflicting;radius", "?"):
        cells = {"pain": cell, "bones": cell}
        assert by_query(rules, cells) == by_evaluator(rules, cells) == (("unknown", "unreadable"),) * 2


@pytest.mark.parametrize(
    ("cell", "on", "said"),
    [
        (">89", "", ("met", "")),
        (">=17", "", ("unknown", "imprecise")),
        (">=17", "2025-03-01", ("met", "")),
        ("<18", "", ("not met", "")),
        ("<18", "2025-03-01", ("unknown", "imprecise")),
        (">=40 <50", "2020", ("met", "")),
        (">89", "1970", ("unknown", "unreadable")),
        ("<0", "", ("unknown", "imprecise")),
        (">130", "", ("unknown", "imprecise")),
        ("?imprecise", "", ("unknown", "imprecise")),
    ],
)
def test_an_age_that_is_known_in_part_settles_what_it_can_settle(cell: str, on: str, said: tuple[str, str]) -> None:
    rules, cells = rule_set("age: {at_least: 18}"), {"age": cell, "age__on": on}
    assert by_evaluator(rules, cells) == (said,)
    assert by_query(rules, cells) == (said,)


def test_a_fact_without_a_column_is_not_recorded() -> None:
    assert by_query(rule_set("healed: yes"), {"casts": "1"}) == (("unknown", "not_recorded"),)


@pytest.mark.parametrize(("csv", "none"), [(False, None), (True, "")])
def test_in_a_long_result_a_trial_says_nothing_of_a_criterion_that_it_does_not_have(
    csv: bool, none: str | None
) -> None:
    first, second = rule_set("healed: yes"), rule_set("healed: no", "pain: {is: mild}")
    trials = [TrialRules(first), TrialRules(replace(second, trial="NCT11111111"))]
    headings = ["patient_id", "healed", "pain"]
    columns = cohort_table([SourceColumn(one, "text") for one in headings], first.vocabulary, name="cohort")
    query = CohortQuery(trials, columns, DuckDb(), as_of=AS_OF)
    said = written(statement(query, relation("cohort"), "long", query.has_id(), csv=csv), "duckdb")
    with duckdb.connect() as connection:
        connection.execute("create table cohort as select 'P-1' as patient_id, 'yes' as healed, '' as pain")
        found = connection.execute(f"select trial, I1, I1__causes, I2, I2__causes from ({said}) order by trial")
        assert found.fetchall() == [
            ("NCT00000000", "met", "", none, none),
            ("NCT11111111", "not met", "", "unknown", "not_recorded"),
        ]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_names_and_texts_are_quoted_whatever_they_hold(dialect: str) -> None:
    columns = cohort_table([SourceColumn("Patient_ID ", "text"), SourceColumn("Healed", "text")],
                           rulesets.vocabulary(), name="it's")  # fmt: skip
    query = CohortQuery([TrialRules(rule_set("healed: yes"))], columns, DIALECTS[dialect](), as_of=AS_OF)
    said = written(statement(query, relation('the "table"'), "wide", query.has_id()), dialect)
    quote = "`" if dialect == "spark" else '"'
    assert f"{quote}Patient_ID {quote} AS {quote}patient_id{quote}" in said
    assert '"the ""table"""' in said or '`the "table"`' in said


def test_trials_that_mean_different_things_by_a_fact_are_refused() -> None:
    one = rule_set("healed: yes")
    words = rulesets.replaced(rulesets.VOCABULARY, ("label: wrist fracture healed", "label: another fracture"))
    other = rule_set("healed: yes", words=words)
    columns = cohort_table(
        [SourceColumn("patient_id", "text"), SourceColumn("healed", "text")], one.vocabulary, name="x"
    )
    with pytest.raises(UsageError, match="means something else by"):
        CohortQuery([TrialRules(one), TrialRules(other)], columns, DuckDb(), as_of=AS_OF)
