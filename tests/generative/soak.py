"""`python soak.py SECONDS [SEED]`: generated rules and patients, until the time is up or an engine says something else.

Every example goes to DuckDB, every eighth also to PostgreSQL and Spark where they are installed. Every round has a
seed of its own, which is printed when it fails; hypothesis then shrinks what it found. What is found becomes a named
test.
"""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack

import cohorts
import engines
import java
import postgres
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from screener.cohort.query import TrialRules

ROUND = 40
SELDOM = 8


def rounds(often: engines.Ask, others: Sequence[engines.Ask], seconds: float, first: int) -> int:
    """Go on until the time is up.

    Returns:
        How many rule sets were tried.
    """
    started, tried, number = time.monotonic(), 0, first
    while time.monotonic() - started < seconds:

        @seed(number)
        @settings(max_examples=ROUND, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(cohorts.trials_together(), st.integers(0, 2**32))
        def agree(trials: list[TrialRules], table_seed: int) -> None:
            engines.check([often, *(others if table_seed % SELDOM == 0 else ())], trials, table_seed)

        try:
            agree()
        except BaseException:
            sys.stderr.write(f"Seed {number}, after {tried:,} rule sets.\n")
            raise
        tried += ROUND * cohorts.TOGETHER
        number = secrets.randbits(32)
    return tried


def main(seconds: float, first: int) -> None:
    with ExitStack() as closing:
        duckdb = closing.enter_context(engines.on_duckdb())
        others = {}
        if postgres.programs() is not None:
            others["PostgreSQL"] = closing.enter_context(
                engines.on_postgres(closing.enter_context(postgres.running_server()))
            )
        if java.installed():
            others["Spark"] = closing.enter_context(engines.on_spark())
        tried = rounds(duckdb, list(others.values()), seconds, first)
    sys.stdout.write(f"{tried:,} rule sets on {', '.join(['DuckDB', *others])}, and no difference.\n")


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else secrets.randbits(32))
