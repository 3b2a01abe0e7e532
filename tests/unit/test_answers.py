"""Answers as they are typed: of the fact's type, and of a day to come only where a rule asks for one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import rulesets

from screener.criteria.model import RuleSet
from screener.dates import parse_date
from screener.errors import UsageError
from screener.worklist.answers import answer_value, definition_of

TODAY = date(2026, 6, 1)


def rules(folder: Path, exclude_if: str) -> RuleSet:
    """Rules whose exclusion is this test of the surgery."""
    text = rulesets.replaced(rulesets.RULES, ("pain: {is: severe}", exclude_if))
    cases = text.index("    cases:", text.index("exclusion:"))
    loaded, _ = rulesets.checked(rulesets.write_trial(folder, rules=text[:cases]))
    assert loaded is not None
    return loaded.rules


def test_what_only_has_happened_has_no_day_to_come(tmp_path: Path) -> None:
    found = rules(tmp_path, "surgery: {happened_within: 6 months}")
    fact = definition_of(found, "surgery")
    assert answer_value(found, fact, "2026-06-01", today=TODAY) == parse_date("2026-06-01")
    assert answer_value(found, fact, "2026", today=TODAY) == parse_date("2026")
    for late in ("2026-06-02", "2026-07", "2027"):
        with pytest.raises(UsageError, match="is after today"):
            answer_value(found, fact, late, today=TODAY)


def test_what_a_rule_holds_against_the_screening_may_be_planned(tmp_path: Path) -> None:
    found = rules(tmp_path, "surgery: {after: screening}")
    assert answer_value(found, definition_of(found, "surgery"), "2026-07", today=TODAY) == parse_date("2026-07")


def test_a_fact_that_no_rule_reads_is_refused_with_the_closest_name_and_without_what_was_typed(tmp_path: Path) -> None:
    found = rules(tmp_path, "surgery: {after: screening}")
    with pytest.raises(UsageError) as close:
        definition_of(found, "surgry")
    assert (close.value.hint, "surgry" in close.value.message) == ('Did you mean "surgery"?', False)
    with pytest.raises(UsageError) as far:
        definition_of(found, "MRN-88120457")
    assert far.value.hint == "Facts of this trial: healed, surgery."
