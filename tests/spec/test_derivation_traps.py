"""Traps that other matchers fell into, as far as they concern what records say: each has its right answer here."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from events import HERE, event, quantity
from rulesets import TRIAL, write_trial

from screener.criteria.library import LoadedRules
from screener.deriving import Deriver
from screener.facts.events import Event, EventKind, PatientEvents
from screener.matching.evaluate import Evaluator
from screener.matching.gate import admitted

AS_OF = date(2026, 6, 1)
ELIGIBILITY = """Inclusion Criteria:

* Platelets at least 100 x 10^9/L within 28 days
* No surgery of the wrist within 6 months

Exclusion Criteria:

* Bisphosphonates
* Plate in the wrist of the same side
"""
VOCABULARY = """facts:
  platelets:
    label: platelets
    type: number
    unit: 10*9/L
    range: [0, 5000]
    answered_by: record
    question: How many platelets were counted?
    from: observation
    where:
      - code: {in_value_set: platelets}
    take: latest
    value: value
  surgery_date:
    label: date of the last surgery of the wrist
    type: date
    answered_by: record
    question: When was the last surgery of the wrist?
    from: procedure
    where:
      - code: {in_value_set: wrist_surgery}
    take: latest
    value: on
  bisphosphonates:
    label: bisphosphonates
    type: yes_no
    answered_by: record
    question: Are bisphosphonates taken?
    from: medication
    where:
      - code: {in_value_set: bisphosphonates}
    take: any
  latest_fracture:
    label: latest fracture
    type: event
    answered_by: record
    question: Which fracture is the latest?
    from: condition
    where:
      - code: {in_value_set: fractures}
    take: latest
  plate_same_side:
    label: plate in the wrist of the same side
    type: yes_no
    answered_by: record
    question: Is there a plate in the same wrist?
    from: procedure
    where:
      - code: {in_value_set: wrist_surgery}
      - laterality: {same_as: latest_fracture.laterality}
    take: any
"""
RULES = f"""trial: {TRIAL}
title: A trial of nothing, in people with a fractured wrist
author: rules-team

inclusion:
  - id: I1
    quote: |
      Platelets at least 100 x 10^9/L within 28 days
    require:
      platelets: {{at_least: 100, measured_within: 28 days}}
    cases:
      - {{name: at the limit, given: {{platelets: 100 on 2026-05-20}}, on: 2026-06-01, expect: met}}
      - {{name: below, given: {{platelets: 99 on 2026-05-20}}, on: 2026-06-01, expect: not met}}
      - {{name: old, given: {{platelets: 99 on 2026-04-20}}, on: 2026-06-01, expect: unknown}}
  - id: I2
    quote: |
      No surgery of the wrist within 6 months
    require:
      not:
        surgery_date: {{happened_within: 6 months}}
    cases:
      - {{name: long ago, given: {{surgery_date: 2025-11-30}}, on: 2026-06-01, expect: met}}
      - {{name: at the limit, given: {{surgery_date: 2025-12-01}}, on: 2026-06-01, expect: not met}}
      - {{name: nothing recorded, given: {{}}, on: 2026-06-01, expect: unknown}}

exclusion:
  - id: E1
    quote: |
      Bisphosphonates
    exclude_if:
      bisphosphonates: yes
    cases:
      - {{name: taken, given: {{bisphosphonates: yes}}, on: 2026-06-01, expect: applies}}
      - {{name: not taken, given: {{bisphosphonates: no}}, on: 2026-06-01, expect: does not apply}}
      - {{name: nothing recorded, given: {{}}, on: 2026-06-01, expect: unknown}}
  - id: E2
    quote: |
      Plate in the wrist of the same side
    exclude_if:
      plate_same_side: yes
    cases:
      - {{name: plate, given: {{plate_same_side: yes}}, on: 2026-06-01, expect: applies}}
      - {{name: none, given: {{plate_same_side: no}}, on: 2026-06-01, expect: does not apply}}
      - {{name: nothing recorded, given: {{}}, on: 2026-06-01, expect: unknown}}
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> LoadedRules:
    """The rules, their vocabulary and their value sets, as they stand on disk."""
    root: Path = tmp_path_factory.mktemp("trial")
    folder = write_trial(root, rules=RULES, eligibility=ELIGIBILITY, vocabulary=VOCABULARY)
    value_sets = folder.parent / "value_sets"
    value_sets.mkdir()
    for name, code in (
        ("platelets", "plt"), ("wrist_surgery", "plate"), ("bisphosphonates", "drug"), ("fractures", "fracture"),
    ):  # fmt: skip
        row = f"system,code,display,source\n{HERE},{code},{name},an invented list\n"
        (value_sets / f"{name}.csv").write_text(row, encoding="utf-8")
    return admitted(folder, folder.parent)


def results(loaded: LoadedRules, *events: Event, complete: tuple[EventKind, ...] = ()) -> dict[str, str]:
    """The result of every criterion for a patient who has these events."""
    deriver = Deriver(loaded.derivations, loaded.rules.vocabulary, AS_OF)
    record = deriver.record(PatientEvents("P-1", events, 1, frozenset(complete)))
    return {one.id: one.result for one in Evaluator(loaded.rules, AS_OF).evaluate(record).criteria}


def platelets(value: object, on: str, unit: str = "10*9/L", code: str = "plt") -> Event:
    return event("observation", on, code=code, value=quantity(value, unit))


def test_a_drug_that_is_not_recorded_is_not_clear(loaded: LoadedRules) -> None:
    other = event("medication", "2026-05-01", code="vitamin")
    assert results(loaded)["E1"] == "unknown"
    assert results(loaded, other)["E1"] == "unknown"
    assert results(loaded, other, complete=("medication",))["E1"] == "does not apply"


def test_the_newest_value_decides_whatever_an_older_one_says(loaded: LoadedRules) -> None:
    fine, poor = platelets(180, "2026-05-25"), platelets(80, "2026-05-20")
    assert results(loaded, fine, poor)["I1"] == "met"
    assert results(loaded, poor, fine)["I1"] == "met"
    assert results(loaded, platelets(180, "2026-05-20"), platelets(80, "2026-05-25"))["I1"] == "not met"


def test_an_old_value_is_stale_and_settles_nothing(loaded: LoadedRules) -> None:
    assert results(loaded, platelets(180, "2019-05-25"))["I1"] == "unknown"


def test_two_values_of_the_same_day_that_differ_settle_nothing(loaded: LoadedRules) -> None:
    assert results(loaded, platelets(180, "2026-05-25"), platelets(80, "2026-05-25"))["I1"] == "unknown"
    assert results(loaded, platelets(180, "2026-05-25"), platelets(170, "2026-05-25"))["I1"] == "unknown"


def test_another_unit_is_converted_exactly_or_the_value_is_unknown(loaded: LoadedRules) -> None:
    assert results(loaded, platelets(100, "2026-05-25", "10*3/uL"))["I1"] == "met"
    assert results(loaded, platelets("99.999", "2026-05-25", "K/uL"))["I1"] == "not met"
    assert results(loaded, platelets(100_000, "2026-05-25", "/uL"))["I1"] == "met"
    assert results(loaded, platelets(180, "2026-05-25", "mg/dL"))["I1"] == "unknown"
    assert results(loaded, platelets(180, "2026-05-25", ""))["I1"] == "unknown"


def test_a_value_of_something_else_decides_nothing(loaded: LoadedRules) -> None:
    assert results(loaded, platelets(180, "2026-05-25", code="leukocytes"))["I1"] == "unknown"
    other, older = platelets(180, "2026-05-25", code="leukocytes"), platelets(80, "2026-05-20")
    assert results(loaded, older, other)["I1"] == "not met"


def test_an_event_of_ten_years_ago_does_not_lie_within_six_months(loaded: LoadedRules) -> None:
    assert results(loaded, event("procedure", "2016-05-25", code="plate"))["I2"] == "met"
    assert results(loaded, event("procedure", "2026-05-25", code="plate"))["I2"] == "not met"
    assert results(loaded)["I2"] == "unknown"


def test_a_plate_of_unknown_side_is_neither_on_the_same_side_nor_not(loaded: LoadedRules) -> None:
    fracture = event("condition", "2026-05-01", code="fracture", laterality="left")
    for plate, expected in (
        (event("procedure", "2020-01-01", code="plate"), "unknown"),
        (event("procedure", "2020-01-01", code="plate", laterality="right"), "does not apply"),
        (event("procedure", "2020-01-01", code="plate", laterality="left"), "applies"),
    ):
        assert results(loaded, fracture, plate, complete=("procedure",))["E2"] == expected
    right = event("procedure", "2020-01-01", code="plate", laterality="right")
    assert results(loaded, right, complete=("procedure",))["E2"] == "unknown"


def test_of_an_empty_list_nothing_is_concluded_unless_it_is_complete(loaded: LoadedRules) -> None:
    assert set(results(loaded).values()) == {"unknown"}
    assert results(loaded, complete=("procedure",))["E2"] == "does not apply"
    assert results(loaded, complete=("procedure",))["I2"] == "unknown"
