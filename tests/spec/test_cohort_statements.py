"""A statement reads the same however sqlglot was installed."""

from __future__ import annotations

from datetime import date

import pytest
import rulesets

from screener.cohort import writing
from screener.cohort.columns import SourceColumn, cohort_table
from screener.cohort.dialects import DIALECTS
from screener.cohort.layout import statement
from screener.cohort.query import CohortQuery, TrialRules
from screener.cohort.sql import table
from screener.criteria.model import Criterion, RuleSet

RULES = (
    "healed: no", "casts: {at_most: 1}", "platelets: {at_most: 100}", "bones: {empty: yes}", "pain: {one_of: [mild]}",
)  # fmt: skip


def said(dialect: str) -> str:
    """The statement for a table of text."""
    criteria = []
    for place, text in enumerate(RULES, start=1):
        tree, findings = rulesets.rule_of(text)
        assert tree is not None, findings
        criteria.append(Criterion(f"I{place}", "inclusion", "x", tree))
    rules = RuleSet("NCT00000000", "x", "x", tuple(criteria), (), (), rulesets.vocabulary())
    headings = ["patient_id", *rules.vocabulary.facts]
    columns = cohort_table([SourceColumn(one, "text") for one in headings], rules.vocabulary, name="cohort")
    query = CohortQuery([TrialRules(rules)], columns, DIALECTS[dialect](), as_of=date(2026, 6, 1))
    return writing.written(statement(query, table("cohort"), "wide", query.has_id()), dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_compiled_sqlglot_which_takes_no_classes_below_its_own_says_the_same(
    monkeypatch: pytest.MonkeyPatch, dialect: str
) -> None:
    own = said(dialect)
    monkeypatch.setattr(writing, "_COMPILED", True)
    monkeypatch.delattr(writing, "_Apart")
    monkeypatch.delattr(writing, "_made_for")
    assert said(dialect) == own


def test_what_spark_is_to_work_out_by_itself_stands_twice() -> None:
    assert " | CASE " in said("spark")
    assert "GREATEST(" in said("spark")
