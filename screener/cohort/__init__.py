"""Cohorts of millions: the rules of a trial compiled into one SQL statement, and the engines that run it.

Public: `compile_query` (rules and a table's columns to SQL), and for each engine the module named after it.
"""
