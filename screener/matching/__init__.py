"""The matcher: one patient against the rules, with a result, a reason and the evidence for every criterion.

Public: `Evaluator` (outcomes and results of patients) and the result types of `screener.matching.results`.
"""
