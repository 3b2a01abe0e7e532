"""The criteria language: rule files read into a frozen model, checked against the vocabulary and the registry's words.

Public: `RuleSet` and the nodes of `screener.criteria.model`, `read_rule_set`, `check_rule_set`, `Truths` of a rule.
"""
