"""Feasibility: what each criterion costs a cohort, what is not known of it, and what a change of a limit would bring.

Public: `measure` (a cohort and the rules of a trial to a `Feasibility`).
"""
