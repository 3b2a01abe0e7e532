"""A cohort on a terminal: how far it is, and that it can be stopped in the middle of a query."""

from __future__ import annotations

import signal
from datetime import date
from pathlib import Path
from types import FrameType

import duckdb
import pytest
import sqlglot
from command_line import TRIAL, table

from screener.cohort.duckdb_beside import telling
from screener.cohort.duckdb_engine import opened
from screener.cohort.duckdb_settings import DuckDbSettings
from screener.cohort.files import find_files
from screener.cohort.query import TrialRules
from screener.criteria.library import find_rules, shipped
from screener.matching.gate import admitted

ENDLESS = "SELECT SUM(range) FROM RANGE(10000000000000)"
OFTEN_ENOUGH = 50


def test_what_stops_a_query_is_no_fault_of_the_program(tmp_path: Path) -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    def stopped_while_it_asks() -> None:
        with opened(facts, [rules], date(2026, 6, 1), DuckDbSettings("400MB", 1)) as engine:
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            engine.execute(sqlglot.parse_one(ENDLESS, dialect="duckdb"))

    rules = TrialRules(admitted(find_rules(TRIAL, shipped("criteria")), shipped("criteria")).rules)
    facts = find_files(table(tmp_path, "patient_id,er_status", "P-1,positive"))
    before = signal.signal(signal.SIGALRM, stop)
    try:
        with pytest.raises(KeyboardInterrupt):
            stopped_while_it_asks()
    finally:
        signal.signal(signal.SIGALRM, before)


def test_a_query_tells_how_far_it_is() -> None:
    seen: list[float] = []
    with duckdb.connect() as connection:

        def told(done: float) -> None:
            seen.append(done)
            if done > 0 or len(seen) == OFTEN_ENOUGH:
                connection.interrupt()

        with pytest.raises(duckdb.InterruptException), telling(connection, told):
            connection.execute(ENDLESS)
    assert seen[-1] > 0
