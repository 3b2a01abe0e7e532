"""Small rule sets for tests: a valid trial that does not exist, written to disk or read from a text, piece by piece."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from screener.criteria.case_reading import CaseReader
from screener.criteria.cases import facts_of
from screener.criteria.library import LoadedRules
from screener.criteria.model import Rule, RuleSet
from screener.criteria.reader import read_rules
from screener.criteria.rule_reading import RuleReader
from screener.criteria.truth import Meaning
from screener.facts.definitions import Vocabulary
from screener.facts.values import FactValue
from screener.facts.vocabulary import read_vocabulary_file
from screener.findings import Findings
from screener.located import read_text
from screener.logic import Truth
from screener.matching.gate import check

TRIAL = "NCT00000000"
AS_OF = date(2026, 6, 1)

ELIGIBILITY = """Inclusion Criteria:

* Wrist fracture healed

Exclusion Criteria:

* Severe pain of the wrist
"""

VOCABULARY = """facts:
  healed: {label: wrist fracture healed, type: yes_no, answered_by: clinician, question: Is the wrist fracture healed?}
  pain: {label: pain in the wrist, type: choice, options: [none, mild, severe], answered_by: patient, question: Pain?}
  casts: {label: number of casts, type: integer, range: [0, 9], answered_by: record, question: How many casts?}
  platelets: {label: platelets, type: number, unit: x10^9/L, range: [0, 2000], answered_by: record, question: How many?}
  fracture: {label: date of the fracture, type: date, answered_by: record, question: When did the wrist break?}
  surgery: {label: date of the surgery, type: date, answered_by: record, question: When was the surgery?}
  bones: {label: broken bones, type: set, options: [radius, ulna, carpal], answered_by: record, question: Which bones?}
  itp: {label: thrombocytopenia, type: yes_no, answered_by: record, question: Is there an immune thrombocytopenia?}
"""

RULES = f"""trial: {TRIAL}
title: A trial of nothing, in people with a healed wrist fracture
author: rules-team

inclusion:
  - id: I1
    quote: |
      Wrist fracture healed
    require:
      healed: yes
    cases:
      - {{name: healed, given: {{healed: yes}}, on: 2026-06-01, expect: met}}
      - {{name: not healed, given: {{healed: no}}, on: 2026-06-01, expect: not met}}
      - {{name: nothing recorded, given: {{}}, on: 2026-06-01, expect: unknown}}

exclusion:
  - id: E1
    quote: |
      Severe pain of the wrist
    exclude_if:
      pain: {{is: severe}}
    cases:
      - {{name: severe, given: {{pain: severe}}, on: 2026-06-01, expect: applies}}
      - {{name: none, given: {{pain: none}}, on: 2026-06-01, expect: does not apply}}
      - {{name: nothing recorded, given: {{}}, on: 2026-06-01, expect: unknown}}
"""


def replaced(text: str, *pieces: tuple[str, str]) -> str:
    """The text with pieces replaced, each of which must stand in it exactly once."""
    for old, new in pieces:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the text"
        text = text.replace(old, new)
    return text


def record(eligibility: str = ELIGIBILITY, nct_id: str = TRIAL) -> str:
    """A registry record, as JSON, that holds no more than the rules rest on."""
    modules = {
        "identificationModule": {"nctId": nct_id},
        "statusModule": {"overallStatus": "RECRUITING", "lastUpdatePostDateStruct": {"date": "2025-10-06"}},
        "eligibilityModule": {"eligibilityCriteria": eligibility},
    }
    return json.dumps({"protocolSection": modules}, indent=1)


def write_trial(
    root: Path, *, rules: str = RULES, eligibility: str = ELIGIBILITY, vocabulary: str = VOCABULARY, patients: str = ""
) -> Path:
    """A rule set on disk, with the vocabulary beside it; the trial's folder."""
    folder = root / "criteria" / TRIAL
    folder.mkdir(parents=True, exist_ok=True)
    (root / "criteria" / "vocabulary").mkdir(exist_ok=True)
    (root / "criteria" / "vocabulary" / "words.yaml").write_text(vocabulary, encoding="utf-8")
    (folder / "criteria.yaml").write_text(rules, encoding="utf-8")
    (folder / "registry.json").write_text(record(eligibility), encoding="utf-8")
    if patients:
        (folder / "patients.yaml").write_text(patients, encoding="utf-8")
    return folder


def checked(folder: Path) -> tuple[LoadedRules | None, Findings]:
    """What every check says of a rule set on disk."""
    return check(folder, folder.parent)


def codes(findings: Findings) -> list[str]:
    """The codes of the findings, in the order they are told."""
    return [finding.code for finding in findings.ordered()]


def vocabulary(text: str = VOCABULARY) -> Vocabulary:
    """The facts of a vocabulary text without a mistake in it."""
    findings = Findings()
    facts = read_vocabulary_file(read_text(text, "vocabulary.yaml", findings), findings)
    assert not findings, findings
    return Vocabulary.of(*facts)


def read(text: str, *, words: str = VOCABULARY) -> tuple[RuleSet | None, Findings]:
    """A rule file read, and what reading it found; nothing else is checked."""
    findings = Findings()
    shared = read_vocabulary_file(read_text(words, "vocabulary.yaml", findings), findings)
    return read_rules(read_text(text, "criteria.yaml", findings), shared, findings), findings


def rule_of(text: str, *, words: str = VOCABULARY, conditions: str = "") -> tuple[Rule | None, Findings]:
    """One rule read from a text, and the findings."""
    findings = Findings()
    named = read_text(conditions, "conditions.yaml", findings) if conditions else None
    reader = RuleReader(vocabulary(words), named, findings)  # type: ignore[arg-type]
    node = read_text(text, "rule.yaml", findings)
    assert node is not None, findings
    return reader.rule(node, "the rule"), findings


def facts(text: str = "{}", *, words: str = VOCABULARY) -> dict[str, FactValue]:
    """The facts of a small patient, written as a case writes them."""
    findings = Findings()
    case = f"- {{name: one, given: {text}, on: 2026-06-01, expect: met}}"
    read = CaseReader(vocabulary(words), findings).read(read_text(case, "case.yaml", findings), ("met",))
    assert not findings, findings
    return facts_of(read[0].given)


def truth(rule: str, patient: str = "{}", *, as_of: date = AS_OF, words: str = VOCABULARY) -> Truth:
    """What a rule without a mistake says of a small patient."""
    tree, findings = rule_of(rule, words=words)
    assert tree is not None, findings
    return Meaning(vocabulary(words), as_of).rule(tree)(facts(patient, words=words))
