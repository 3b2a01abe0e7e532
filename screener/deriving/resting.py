"""Facts that rest on other facts: whether a rule holds of them, or the option whose rule does."""

from __future__ import annotations

from dataclasses import replace

from screener.criteria.closures import Facts, TruthOf
from screener.criteria.derivations import FromFacts, Option, RuleByOption, facts_of
from screener.criteria.truth import Meaning
from screener.deriving.answers import Doubt, doubt_of, gravest
from screener.deriving.evidence import evidence_behind
from screener.facts.definitions import AGE, BIRTH_DATE, Value, Vocabulary
from screener.facts.imprecise import AtLeastSet
from screener.facts.values import FactValue
from screener.logic import UNKNOWN, YES


def without_presumptions(vocabulary: Vocabulary) -> Vocabulary:
    """The same facts, none of which presumes a value: what is derived from a presumption would not say so."""
    facts = {name: replace(fact, presume=None) for name, fact in vocabulary.facts.items()}
    return Vocabulary(facts, vocabulary.events)


class Resting:
    """One fact that rests on others, ready to be asked of many patients."""

    def __init__(self, derivation: FromFacts, meaning: Meaning) -> None:
        self.name = derivation.fact
        self._reads = _read(derivation)
        value = derivation.value
        by_option = value if isinstance(value, RuleByOption) else None
        self._options: list[tuple[Option, TruthOf]] = (
            [(option, meaning.rule(rule)) for option, rule in by_option.options] if by_option else []
        )
        self._rule = meaning.rule(value) if not isinstance(value, RuleByOption) else None
        self._set = derivation.type == "set"

    def value(self, facts: Facts) -> FactValue | None:
        """The fact, none where it is not recorded."""
        value = self._of_rule(facts) if self._rule is not None else self._of_options(facts)
        read = [facts[name] for name in self._reads if name in facts]
        evidence = evidence_behind(read)
        source = "; ".join(dict.fromkeys(fact.source for fact in read if fact.source)) or None
        if value is not None:
            dates = [fact.on for fact in read]
            # It is known as of the oldest of what it rests on.
            on = min((one for one in dates if one is not None), key=lambda one: (one.first, one.last), default=None)
            return FactValue(self.name, value, None if None in dates else on, source, "recorded", evidence)
        doubt = self._doubt(facts)
        return None if doubt is None else FactValue(self.name, None, None, source, doubt, evidence)

    def _of_rule(self, facts: Facts) -> Value | None:
        assert self._rule is not None
        return self._rule(facts)

    def _of_options(self, facts: Facts) -> Value | None:
        known: list[str] = []
        still_open = False
        for option, holds in self._options:
            truth = holds(facts)
            if truth is YES and not self._set:
                return None if still_open else option
            if truth is YES:
                known.append(str(option))
            still_open = still_open or truth is UNKNOWN
        if not self._set or (still_open and not known):
            return None
        return AtLeastSet(frozenset(known)) if still_open else frozenset(known)

    def _doubt(self, facts: Facts) -> Doubt | None:
        """Why the fact is unknown; none where it is because facts it rests on are not recorded."""
        doubts = [doubt_of(facts[name]) for name in self._reads if name in facts and facts[name].value is None]
        if doubts:
            return gravest(doubts)
        return None if any(name not in facts for name in self._reads) else "imprecise"


def _read(derivation: FromFacts) -> tuple[str, ...]:
    """The facts that are looked at; the age is looked up in the date of birth."""
    return tuple(dict.fromkeys(BIRTH_DATE if name == AGE else name for name in facts_of(derivation)))
