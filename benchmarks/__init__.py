"""Benchmarks: printed as a table, medians of five, never a test. Compare within one run."""
