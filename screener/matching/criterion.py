"""One criterion of one patient: the result, its cause, the reason in words and the evidence."""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

from screener.criteria.closures import Facts, TruthOf
from screener.criteria.model import Criterion, Rule, facts_read
from screener.criteria.truth import Meaning
from screener.facts.definitions import AGE, BIRTH_DATE
from screener.facts.values import FactValue
from screener.logic import NO, UNKNOWN, YES, Truth
from screener.matching.results import ALLOWED, CAUSES, RESULTS, CriterionResult, Effect, Result
from screener.matching.slots import new_result
from screener.matching.telling import Said, Telling

_ALLOWED: Final[dict[Truth, tuple[Result, Effect]]] = dict.fromkeys((YES, NO, UNKNOWN), ALLOWED)
_NOTHING: Final[tuple[str, ...]] = ()

Leanings = dict[str, list[str]]
"""The presumptions that results leaned on, with the ids of those criteria."""


class Evaluated(NamedTuple):
    """What the rule of a criterion came out as, and the result in words."""

    truth: Truth
    result: CriterionResult


class CriterionEvaluator:
    """One criterion, ready to be asked of many patients: the definition of its result and reason."""

    def __init__(self, criterion: Criterion, meaning: Meaning, *, stale: bool) -> None:
        self.criterion = criterion
        self.start = (criterion.id, criterion.kind)
        self.meaning = meaning
        self.vocabulary = meaning.vocabulary
        self.names = _evidence_names(criterion)
        self.outcomes = RESULTS[criterion.kind] if criterion.decides else _ALLOWED
        self.fixed = _fixed_words(criterion, stale=stale)
        self.truth: TruthOf = _open if self.fixed else meaning.criterion(criterion)
        self.clear_by_presumption = False
        if criterion.rule is not None:
            wanted = criterion.kind == "inclusion"
            self.holds = meaning.rule(criterion.rule)
            self.telling = Telling(criterion.rule, meaning, wanted=wanted)
            if criterion.unclear is not None:
                self.unclear = meaning.rule(criterion.unclear.when)
                self.telling_unclear = Telling(criterion.unclear.when, meaning, wanted=False)
                read = facts_read(criterion.unclear.when)
                self.clear_by_presumption = any(self.vocabulary[name].presume is not None for name in read)

    def evaluate(self, facts: Facts, leanings: Leanings) -> Evaluated:
        """The truth and the result for a patient; presumptions that were leaned on go to `leanings`."""
        truth = self.truth(facts)
        evidence = tuple([facts[name] for name in self.names if name in facts])
        if self.fixed is not None:
            return self.made(truth, *self.fixed, evidence)
        said = Said()
        if truth is UNKNOWN:
            causes = self.say_unknown(facts, said)
        else:
            self.telling.tell(facts, said)
            causes = _NOTHING
            if self.clear_by_presumption:
                self.say_presumed_clear(facts, said)
        if said.presumed:
            evidence += self.presumed(said, leanings)
        statements = said.statements
        reason = statements[0] if len(statements) == 1 else "; ".join(dict.fromkeys(statements))
        return self.made(truth, causes, reason, evidence)

    def made(self, truth: Truth, causes: tuple[str, ...], reason: str, evidence: tuple[FactValue, ...]) -> Evaluated:
        """The truth and the result, put together."""
        fields = (*self.start, *self.outcomes[truth], causes, reason, evidence)
        return Evaluated(truth, new_result(CriterionResult, fields))

    def say_unknown(self, facts: Facts, said: Said) -> tuple[str, ...]:
        """Say why the criterion is open, and return the causes in their order."""
        unclear = self.criterion.unclear
        if unclear is None or self.holds(facts) is UNKNOWN:
            self.telling.tell(facts, said)
        if unclear is not None:
            applies = self.unclear(facts)
            if applies is not NO:
                self.telling_unclear.tell(facts, said)
                said.causes.append("interpretation_open")
            if applies is YES:
                said.statements.append(f"{unclear.because}; a person must decide")
        return tuple(said.causes) if len(said.causes) == 1 else _ordered(frozenset(said.causes))

    def say_presumed_clear(self, facts: Facts, said: Said) -> None:
        """Say why the protocol's text counts as clear, where that leans on a presumption."""
        why = Said()
        self.telling_unclear.tell(facts, why)
        if why.presumed:
            said.presumed += why.presumed
            said.statements += why.statements

    def presumed(self, said: Said, leanings: Leanings) -> tuple[FactValue, ...]:
        """The evidence of presumptions: the presumed values, marked as such."""
        values = []
        for name in dict.fromkeys(said.presumed):
            leanings.setdefault(name, []).append(self.criterion.id)
            presumption = self.vocabulary[name].presume
            assert presumption is not None
            values.append(FactValue(name, presumption.value, None, None, "presumed"))
        return tuple(values)


def _open(_: Facts) -> Truth:
    return UNKNOWN


@cache
def _ordered(causes: frozenset[str]) -> tuple[str, ...]:
    return tuple(cause for cause in CAUSES if cause in causes)


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
