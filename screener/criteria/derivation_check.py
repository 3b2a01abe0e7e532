"""Checks of what rules and derivations say of facts together."""

from __future__ import annotations

from screener.criteria.derivations import Derivations, definition_of, facts_of
from screener.criteria.model import RuleSet, all_rules, facts_read
from screener.findings import Findings


def check_unused(rules: RuleSet, derivations: Derivations, findings: Findings) -> None:
    """Report facts of the trial that no rule reads, neither itself nor through a fact that is derived from them."""
    if findings.errors:
        return
    used = used_definitions(rules, derivations)
    for name in rules.own_facts:
        mark = rules.vocabulary.defined(name).mark
        if name not in used and mark is not None:
            findings.add("F105", mark, f'no criterion reads the fact "{name}"', hint="remove it")


def used_definitions(rules: RuleSet, derivations: Derivations) -> dict[str, None]:
    """The names of the facts and events that rules read, and of those behind them, each before what it rests on."""
    used: dict[str, None] = {}
    waiting = [name for rule in all_rules(rules) for name in facts_read(rule)]
    while waiting:
        name = definition_of(waiting.pop(0))
        if name in used:
            continue
        used[name] = None
        derivation = derivations.facts.get(name)
        waiting += facts_of(derivation) if derivation is not None else ()
    return used
