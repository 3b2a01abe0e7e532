"""Cells of a fact table as columns of the query: what the reader of fact tables makes of them, said in SQL.

Public: `Reader` reads facts, one by one, as `screener.cohort.reading.cells` describes them.
"""
