"""Why a verdict moved between two runs: which datum, answer, rule, registry line or day did it.

Everything that differs between the two runs is tried: what alone would have moved the old verdict, and what alone holds
the new one, is a cause. Where only several together moved it, all of them are.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple

from screener.criteria.model import facts_of, facts_read
from screener.criteria.words import listed, value_words
from screener.facts.definitions import BIRTH_DATE, Vocabulary
from screener.facts.values import FactValue
from screener.matching.evaluate import Evaluator
from screener.matching.results import Outcome
from screener.worklist.answers import Known
from screener.worklist.calendar import Calendar
from screener.worklist.footing import Footing, held_against
from screener.worklist.overtaken import Kind, Side, went_back, why_other
from screener.worklist.snapshot import fitting
from screener.worklist.wording import same_rule

Facts = Mapping[str, FactValue]
Parts = frozenset[str]
"""What of the new run takes part: `rule`, `registry`, `date`, and names of facts."""

RULE: Final = "rule"
REGISTRY: Final = "registry"
DATE: Final = "date"


class Cause(NamedTuple):
    """One reason why a verdict moved, in words for a person."""

    kind: Kind
    what: str


class Unreadable:
    """Stands for the causes where what the earlier run stood on cannot be read any more, as after an upgrade."""

    def of(self, _old: Known, _new: Known) -> tuple[Cause, ...]:
        """The one cause that can be told."""
        return (Cause("rule", "the rules of the last run cannot be read by this version of the program"),)


class Causes:
    """Finds the causes between two runs."""

    def __init__(self, old: Side, new: Side) -> None:
        self._old, self._new = old, new
        self._changed = frozenset(
            part
            for part, differs in (
                (RULE, _rules_of(old.footing) != _rules_of(new.footing)),
                (REGISTRY, old.footing.registry_text != new.footing.registry_text),
                (DATE, old.as_of != new.as_of),
            )
            if differs
        )
        self._read = {fact.name for side in (old, new) for fact in facts_of(side.footing.rules)} | {BIRTH_DATE}
        self._evaluator = cache(self._made)
        self._footing = cache(self._mixed)
        self._calendar = Calendar(new.footing.rules)

    def of(self, was: Known, now: Known) -> tuple[Cause, ...]:
        """The causes for one patient, of whom this was and is known."""
        old, new = was.facts, now.facts
        names = {name for name in {*old, *new} & self._read if old.get(name) != new.get(name)}
        changed = self._changed | names

        @cache
        def outcome(parts: Parts) -> Outcome:
            facts = dict(old)
            for name in names & parts:
                if name in new:
                    facts[name] = new[name]
                else:
                    facts.pop(name, None)
            evaluator = self._evaluator(parts & {RULE, REGISTRY, DATE})
            return evaluator.outcome(fitting(facts, evaluator.rules.vocabulary))

        before, after = outcome(frozenset()).verdict, outcome(changed).verdict
        moved = [
            part
            for part in sorted(changed)
            if outcome(frozenset({part})).verdict != before or outcome(changed - {part}).verdict != after
        ]
        said = [
            self._say(part, was, now, outcome(changed - {part}), outcome(changed)) for part in moved or sorted(changed)
        ]
        return tuple(dict.fromkeys(said))

    def _made(self, parts: Parts) -> Evaluator:
        footing = self._footing(parts - {DATE})
        as_of = (self._new if DATE in parts else self._old).as_of
        return Evaluator(footing.rules, as_of, stale=footing.stale)

    def _mixed(self, parts: Parts) -> Footing:
        """The rules, and the registry's words, of either run."""
        old, new = self._old.footing, self._new.footing
        words = (new if REGISTRY in parts else old).registry_text
        return held_against((new if RULE in parts else old).loaded, words)

    def _say(self, part: str, was: Known, now: Known, without: Outcome, whole: Outcome) -> Cause:
        if part == RULE:
            return Cause("rule", self._say_rules())
        if part == REGISTRY:
            return Cause("registry", self._say_registry())
        if part == DATE:
            return Cause("date", self._say_date(now.facts, without, whole))
        vocabulary = self._new.footing.rules.vocabulary
        label = vocabulary[part].label if part in vocabulary else part
        before, after = (_words(known.facts.get(part), vocabulary) for known in (was, now))
        why = why_other(part, (self._old, was), (self._new, now))
        return Cause(why.kind, f"{label} was {before}, is {after}{why.remark}")

    def _say_rules(self) -> str:
        old, new = self._old.footing, self._new.footing
        if old.loaded.sha256 == new.loaded.sha256:
            return f"the program is version {new.engine} now, was {old.engine}"
        before = {one.id: one for one in old.rules.criteria if one.id not in old.stale}
        after = {one.id: one for one in new.rules.criteria if one.id not in new.stale}
        said = [f"{name} is new" for name in after if name not in before]
        said += [f"{name} is gone" for name in before if name not in after]
        said += [f"{name} was changed" for name in after if name in before and not same_rule(before[name], after[name])]
        return listed(said, "and") if said else "the rules' files were changed"

    def _say_registry(self) -> str:
        before, after = set(self._old.footing.stale), set(self._new.footing.stale)
        said = [f"the words behind {name} changed, and it waits for a person" for name in sorted(after - before)]
        said += [f"{name} no longer waits for a person" for name in sorted(before - after)]
        return listed(said, "and") if said else "the registry's words changed"

    def _say_date(self, facts: Facts, without: Outcome, whole: Outcome) -> str:
        if self._new.as_of < self._old.as_of:
            return went_back(self._old, self._new)
        criteria = self._new.footing.rules.criteria
        differ = [
            one
            for one, was, now in zip(criteria, without.truths, whole.truths, strict=True)
            if was is not now and one.rule
        ]
        read = {name for one in differ if one.rule is not None for name in facts_read(one.rule)}
        turns = list(self._calendar.turns(facts, self._old.as_of, self._new.as_of))
        said = [f"{turn.what} ({turn.on})" for turn in turns if turn.fact in read]
        return listed(dict.fromkeys(said), "and") if said else f"the screening date is {self._new.as_of}"


def _rules_of(footing: Footing) -> tuple[str, str]:
    return footing.loaded.sha256, footing.engine


def _words(fact: FactValue | None, vocabulary: Vocabulary) -> str:
    if fact is None:
        return "not recorded"
    if fact.value is None:
        return {"unreadable": "not readable"}.get(fact.state, fact.state)
    on = f" ({fact.on.text})" if fact.on else ""
    return f"{value_words(fact.value, vocabulary[fact.fact])}{on}" if fact.fact in vocabulary else "recorded"
