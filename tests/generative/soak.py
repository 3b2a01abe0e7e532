"""`python soak.py SECONDS`: generated rules and patients, until the time is up or an engine says something else.

Every round has a seed of its own, which is printed when it fails; hypothesis then shrinks what it found. What is found
becomes a named test.
"""

from __future__ import annotations

import secrets
import sys
import time

import cohorts
import duckdb
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from test_cohort_agreement import check

from screener.cohort.query import TrialRules

ROUND = 40


def main(seconds: float) -> int:
    started, rounds = time.monotonic(), 0
    connection = duckdb.connect(config={"threads": 1})
    while time.monotonic() - started < seconds:
        number = secrets.randbits(32)

        @seed(number)
        @settings(max_examples=ROUND, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(cohorts.trials_together(), st.integers(0, 2**32))
        def agree(trials: list[TrialRules], table_seed: int) -> None:
            check(connection, trials, table_seed)

        try:
            agree()
        except BaseException:
            sys.stderr.write(f"Seed {number}, after {rounds * ROUND * cohorts.TOGETHER:,} rule sets.\n")
            raise
        rounds += 1
    sys.stdout.write(f"{rounds * ROUND * cohorts.TOGETHER:,} rule sets, and no difference.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
