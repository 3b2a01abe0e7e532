"""The gate that rules pass before they may run: read, checked in every way, their cases and example patients tried."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, partial
from pathlib import Path

from screener.criteria.case_reading import ExamplePatient
from screener.criteria.cases import check_cases, facts_of
from screener.criteria.library import LoadedRules, load
from screener.criteria.logic_check import check_logic
from screener.criteria.model import RuleSet
from screener.criteria.source import check_source
from screener.errors import InvalidRules
from screener.facts.values import PatientRecord
from screener.findings import ERROR, Findings
from screener.matching.evaluate import Evaluator
from screener.matching.results import PatientResult


def check(folder: Path, shared_folder: Path) -> tuple[LoadedRules | None, Findings]:
    """Load a rule set and check it in every way.

    Args:
        folder: the trial's folder.
        shared_folder: the folder of criteria whose vocabulary is used where none stands beside the trial's folder.

    Returns:
        What could be loaded, and every finding. Logic, words and cases are checked once the files can be read.
    """
    findings = Findings()
    loaded = load(folder, shared_folder, findings)
    if loaded is None or any(_stops_reading(finding.code) for finding in findings):
        return loaded, findings
    check_logic(loaded.rules, findings)
    if loaded.record is not None:
        check_source(loaded.rules, loaded.record.eligibility, findings)
    check_cases(loaded.rules, findings)
    _check_examples(loaded, findings)
    return loaded, findings


def admitted(folder: Path, shared_folder: Path) -> LoadedRules:
    """A rule set that may run.

    An approval that does not hold is no obstacle: the rules count as submitted then, and every output says so.

    Raises:
        InvalidRules: the rule set has errors.
    """
    loaded, findings = check(folder, shared_folder)
    errors = [one for one in findings.ordered() if one.severity == ERROR and not one.code.startswith("A")]
    if errors or loaded is None:
        count = f"{len(errors)} error{'' if len(errors) == 1 else 's'}"
        raise InvalidRules(f"The rules in {folder} have {count} and may not run.", findings=findings.ordered())
    return loaded


def _stops_reading(code: str) -> bool:
    """Whether a finding means that a part of the rules could not be read, so that judging the rest would mislead."""
    return code[0] in "RFL" and code not in ("R118", "R119", "F105", "L108")


def example_results(
    rules: RuleSet, examples: Iterable[ExamplePatient]
) -> Iterator[tuple[ExamplePatient, PatientResult]]:
    """What the rules say of example patients; compiled once for each screening date that they name."""
    on = cache(partial(Evaluator, rules))
    for example in examples:
        facts = facts_of(example.given, "example patient")
        yield example, on(example.on).evaluate(PatientRecord(example.id, facts))


def mistakes(example: ExamplePatient, result: PatientResult) -> list[str]:
    """Where the rules do not say what the example expects."""
    fails = tuple(one.id for one in result.criteria if one.effect == "fails")
    still_open = tuple(one.id for one in result.criteria if one.effect == "open")
    wrong = []
    if result.verdict != example.expect:
        wrong.append(f"the verdict is {result.verdict}, expected is {example.expect}")
    if example.recoverable is not None and result.recoverable is not example.recoverable:
        wrong.append(f"recoverable is {_yes_no(result.recoverable)}, expected is {_yes_no(example.recoverable)}")
    for word, found, expected in (("failing", fails, example.fails), ("open", still_open, example.open)):
        if expected is not None and set(found) != set(expected):
            wrong.append(f"{word} are {', '.join(found) or 'none'}, expected are {', '.join(expected) or 'none'}")
    return wrong


def _yes_no(value: bool | None) -> str:
    return "not asked" if value is None else "yes" if value else "no"


def _check_examples(loaded: LoadedRules, findings: Findings) -> None:
    for example, result in example_results(loaded.rules, loaded.examples):
        for wrong in mistakes(example, result):
            message = f'the example patient "{example.id}" gets another answer: {wrong}'
            findings.add("C104", example.mark, message, hint="one of the two is wrong: look at the quotes")
