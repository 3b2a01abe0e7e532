"""A sync that is killed: the database stays whole, so does every trial, and the next run finishes."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from itertools import count
from pathlib import Path

from registry_server import Asked, RegistryServer, Reply, json_reply, study
from sqlalchemy import text
from synced import ONE, THREE, TWO, a_night, sqlite_url, version

from screener.store.address import store_address
from screener.store.database import make_engine

pytest_plugins = ["postgres"]

KILLS = 500
KILLS_ON_A_SERVER = 100

HALF_KEPT = {
    "a check without what it brought": """
        SELECT count(*) FROM registry_check AS c WHERE outcome IN ('first', 'changed') AND NOT EXISTS
        (SELECT 1 FROM registry_snapshot AS s WHERE s.run_id = c.run_id AND s.trial_id = c.trial_id)""",
    "a record without its check": """
        SELECT count(*) FROM registry_snapshot AS s WHERE NOT EXISTS
        (SELECT 1 FROM registry_check AS c WHERE s.run_id = c.run_id AND s.trial_id = c.trial_id)""",
    "a changed record without its drift": """
        SELECT (SELECT count(*) FROM registry_check WHERE outcome = 'changed')
        - (SELECT count(*) FROM registry_drift)""",
    "a trial that was never checked": "SELECT count(*) FROM registry_trial WHERE last_checked IS NULL",
    "a run that is still open": "SELECT count(*) FROM registry_run WHERE outcome = 'running'",
}


def kill(url: str, folder: Path, kills: int) -> None:
    """Have so many runs over three changing trials killed, and one finish after them."""
    ages = count(18)

    def changing(asked: Asked) -> Reply:
        nct_id = asked.path.removeprefix("/studies/")
        return json_reply(study(nct_id, text=f"Inclusion Criteria:\n\n* Age \\>={next(ages)} years"))

    with a_night(url) as night:
        for nct_id in (ONE, TWO, THREE):
            night.serve(nct_id)
        night.sync(ONE, TWO, THREE)
    with RegistryServer() as server:
        version(server)
        for nct_id in (ONE, TWO, THREE):
            server.script_by(f"/studies/{nct_id}", changing)
        # Without rules to read, a run is at the registry and the store for nearly all of its time.
        (folder / "no-rules").mkdir()
        program = Path(__file__).with_name("killed_runs.py")
        done = subprocess.run(
            [sys.executable, str(program), str(kills), server.base_url],
            capture_output=True,
            text=True,
            timeout=170,
            env={**os.environ, "SCREENER_STORE": url, "SCREENER_CRITERIA": str(folder / "no-rules")},
        )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split()[0] == str(kills)


def see_whole_trials(url: str, kills: int) -> None:
    engine = make_engine(store_address(url))
    with engine.connect() as store:
        found = {what: store.execute(text(query)).scalar() for what, query in HALF_KEPT.items()}
        query = "SELECT count(*) FROM registry_run WHERE outcome = 'interrupted'"
        interrupted = store.execute(text(query)).scalar_one()
    engine.dispose()
    assert found == dict.fromkeys(HALF_KEPT, 0)
    # Not every kill came after the run had begun, and some came after it had ended; most hit it at work.
    assert interrupted > kills / 4


def test_500_kills_leave_whole_trials_and_the_next_run_finishes(tmp_path: Path) -> None:
    kill(sqlite_url(tmp_path), tmp_path, KILLS)
    with closing(sqlite3.connect(tmp_path / "store.db")) as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert store.execute("PRAGMA foreign_key_check").fetchall() == []
    see_whole_trials(sqlite_url(tmp_path), KILLS)


def test_kills_leave_whole_trials_in_a_shared_store_too(postgres_url: str, tmp_path: Path) -> None:
    kill(postgres_url, tmp_path, KILLS_ON_A_SERVER)
    see_whole_trials(postgres_url, KILLS_ON_A_SERVER)
