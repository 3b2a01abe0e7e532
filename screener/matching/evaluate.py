"""One patient against the rules: the definition of what a rule set says, with reasons and evidence.

Pure: no clock, no files, no state that a result could depend on. The rules are compiled once for a screening date.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final

from screener.criteria.model import Criterion, Rule, RuleSet, facts_read
from screener.criteria.truth import Facts, Meaning, TruthOf
from screener.facts.definitions import AGE, BIRTH_DATE
from screener.facts.values import FactValue, PatientRecord
from screener.logic import NO, UNKNOWN, YES, Truth
from screener.matching.questions import Questions
from screener.matching.results import (
    ALLOWED,
    CAUSES,
    RESULTS,
    CriterionResult,
    Effect,
    Leaning,
    NoteSaid,
    Outcome,
    PatientResult,
    Question,
    Result,
)
from screener.matching.telling import Said, Telling
from screener.matching.verdict import VerdictOf

_ALLOWED: Final[dict[Truth, tuple[Result, Effect]]] = dict.fromkeys((YES, NO, UNKNOWN), ALLOWED)
_NOTHING: Final[tuple[str, ...]] = ()


class Evaluator:
    """Evaluates patients against one rule set on one screening date.

    Args:
        rules: a rule set that was checked.
        as_of: the screening date; every window counts from it.
        stale: ids of criteria whose registry words have changed; their result is unknown until a person looks.
    """

    def __init__(self, rules: RuleSet, as_of: date, *, stale: Collection[str] = ()) -> None:
        self.rules = rules
        self.as_of = as_of
        meaning = Meaning(rules.vocabulary, as_of)
        telling = Telling(meaning)
        self._criteria = tuple(_Compiled(one, meaning, telling, stale=one.id in stale) for one in rules.criteria)
        self._truths = tuple(one.truth for one in self._criteria)
        self._verdict = VerdictOf(rules.criteria)
        self._questions = Questions(rules.criteria, meaning)
        self._asking = tuple(place for place, one in enumerate(rules.criteria) if one.decides and one.id not in stale)
        self._notes = tuple((meaning.rule(note.when), NoteSaid(note.id, note.say, note.cite)) for note in rules.notes)

    def outcome(self, facts: Facts) -> Outcome:
        """The verdict and what each rule came out as, without a word said."""
        return self._verdict([truth(facts) for truth in self._truths])

    def evaluate(self, patient: PatientRecord) -> PatientResult:
        """Everything there is to say of a patient: verdict, and for every criterion the result, reason and evidence."""
        facts = patient.facts
        outcome = self.outcome(facts)
        leanings: dict[str, list[str]] = {}
        results = tuple(
            [one.result(facts, truth, leanings) for one, truth in zip(self._criteria, outcome.truths, strict=True)]
        )
        questions: tuple[Question, ...] = ()
        if outcome.verdict == "needs_information":
            still_open = [place for place in self._asking if outcome.truths[place] is UNKNOWN]
            questions = self._questions.ask(facts, still_open)
        return PatientResult(
            patient.patient_id, outcome.verdict, outcome.recoverable, outcome.score, results, questions,
            self._leanings(leanings) if leanings else (),
            tuple([note for holds, note in self._notes if holds(facts) is YES]),
        )  # fmt: skip

    def _leanings(self, leanings: dict[str, list[str]]) -> tuple[Leaning, ...]:
        found = []
        for name, criteria in leanings.items():
            presumption = self.rules.vocabulary[name].presume
            assert presumption is not None
            found.append(Leaning(name, presumption.value, presumption.because, tuple(criteria)))
        return tuple(found)


class _Compiled:
    """One criterion, ready to be asked of many patients."""

    def __init__(self, criterion: Criterion, meaning: Meaning, telling: Telling, *, stale: bool) -> None:
        self.criterion = criterion
        self.vocabulary = meaning.vocabulary
        self.names = _evidence_names(criterion)
        self.outcomes = RESULTS[criterion.kind] if criterion.decides else _ALLOWED
        self.fixed = _fixed_words(criterion, stale=stale)
        self.truth: TruthOf = (lambda facts: UNKNOWN) if self.fixed else meaning.criterion(criterion)
        if self.fixed is None and criterion.rule is not None:
            wanted = criterion.kind == "inclusion"
            self.holds = meaning.rule(criterion.rule)
            self.tell = telling.rule(criterion.rule, wanted=wanted)
            if criterion.unclear is not None:
                self.unclear = meaning.rule(criterion.unclear.when)
                self.tell_unclear = telling.rule(criterion.unclear.when, wanted=False)

    def result(self, facts: Facts, truth: Truth, leanings: dict[str, list[str]]) -> CriterionResult:
        """The result of this criterion, whose rule came out as `truth`; presumptions leaned on go to `leanings`."""
        criterion = self.criterion
        result, effect = self.outcomes[truth]
        evidence = tuple([facts[name] for name in self.names if name in facts])
        if self.fixed is not None:
            causes, reason = self.fixed
            return CriterionResult(criterion.id, criterion.kind, result, effect, causes, reason, evidence)
        said = Said()
        if truth is UNKNOWN:
            causes = self.say_unknown(facts, said)
        else:
            self.tell(facts, truth, said)
            causes = _NOTHING
        if said.presumed:
            evidence += self.presumed(said, leanings)
        statements = said.statements
        reason = statements[0] if len(statements) == 1 else "; ".join(dict.fromkeys(statements))
        return CriterionResult(criterion.id, criterion.kind, result, effect, causes, reason, evidence)

    def say_unknown(self, facts: Facts, said: Said) -> tuple[str, ...]:
        """Say why the criterion is open, and return the causes in their order."""
        unclear = self.criterion.unclear
        if self.holds(facts) is UNKNOWN:
            self.tell(facts, UNKNOWN, said)
        if unclear is not None:
            applies = self.unclear(facts)
            if applies is not NO:
                self.tell_unclear(facts, applies, said)
                said.causes.append("interpretation_open")
            if applies is YES:
                said.statements.append(f"{unclear.because}; a person must decide")
        if len(said.causes) == 1:
            return tuple(said.causes)
        return tuple([cause for cause in CAUSES if cause in said.causes])

    def presumed(self, said: Said, leanings: dict[str, list[str]]) -> tuple[FactValue, ...]:
        """The evidence of presumptions: the presumed values, marked as such."""
        values = []
        for name in dict.fromkeys(said.presumed):
            leanings.setdefault(name, []).append(self.criterion.id)
            presumption = self.vocabulary[name].presume
            assert presumption is not None
            values.append(FactValue(name, presumption.value, None, None, "presumed"))
        return tuple(values)


def _fixed_words(criterion: Criterion, *, stale: bool) -> tuple[tuple[str, ...], str] | None:
    """Causes and reason of a criterion that says the same of every patient, or none where it does not."""
    if criterion.allows is not None:
        return (), f"never decides: {criterion.allows}"
    if stale:
        return ("rule_stale",), "the registry's words behind this rule have changed; a person must review the rule"
    if criterion.not_encoded is not None:
        return ("not_encoded",), f"not encoded: {criterion.not_encoded}; a person must judge"
    return None


def _evidence_names(criterion: Criterion) -> tuple[str, ...]:
    rules: list[Rule] = [criterion.rule] if criterion.rule is not None else []
    if criterion.unclear is not None:
        rules.append(criterion.unclear.when)
    names: dict[str, None] = {}
    for name in (name for rule in rules for name in facts_read(rule)):
        names.update(dict.fromkeys((BIRTH_DATE, AGE) if name == AGE else (name,)))
    return tuple(names)
