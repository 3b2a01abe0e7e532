"""Eligibility screening for clinical trials: reviewed rules, three-valued matching, a reason for every criterion."""

__version__ = "0.1.0"
