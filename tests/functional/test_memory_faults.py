"""What can be wrong with a day at the desk: the clock, the disk, the rights. One sentence, and nothing half written."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from remembered import SAMPLE, TRIAL, Desk
from sqlalchemy import text

from screener.store.audit import Entry, record
from screener.store.decision_tables import DECISION_TABLES

pytest_plugins = ["postgres"]

WHO = ("--by", "A. Jansen")
ACTS: dict[str, tuple[str, ...]] = {
    "run": ("run", TRIAL, "--patients", str(SAMPLE), "--as-of", "2026-06-02", *WHO),
    "rescreen": ("rescreen", TRIAL, "--as-of", "2026-06-02", *WHO),
    "preview": ("rescreen", TRIAL, "--preview", "--as-of", "2026-06-02", *WHO),
    "replay": ("rescreen", TRIAL, "--replay", "1", "--out", "replay.jsonl", *WHO),
    "compare": ("rescreen", TRIAL, "--compare", "1", "1", *WHO),
    "answer": (
        "answer", TRIAL, "P-003", "primary_breast_sarcoma", "no", "--on", "2026-06-01", "--source", "chart", *WHO,
    ),
    "decide": ("decide", TRIAL, "P-001", "to_approach", *WHO),
    "worklist": ("worklist", TRIAL, *WHO),
    "funnel": ("funnel", TRIAL, *WHO),
    "export": ("export", TRIAL, "--out", "log.csv", *WHO),
    "show": ("audit", "show", *WHO),
    "approve": ("criteria", "approve", TRIAL, *WHO),
    "erase": ("erase", "P-003", "--because", "request", *WHO),
}  # fmt: skip
TABLES = (
    "screening_run", "screening_result", "fact_snapshot", "patient", "answer", "audit_row",
    *(table.__tablename__ for table in DECISION_TABLES.values()),
)  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk after one run."""
    monkeypatch.chdir(tmp_path)
    desk = Desk(tmp_path, None if request.param == "sqlite" else request.getfixturevalue("postgres_url"))
    assert desk.run(SAMPLE).code == 0
    return desk


def everything(desk: Desk) -> dict[str, list[Any]]:
    """All rows of what people and runs have written."""
    with desk.memory() as memory, memory.database.engine.connect() as connection:
        return {name: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {name}"))] for name in TABLES}


@pytest.mark.parametrize("act", ACTS)
def test_a_clock_that_jumped_back_is_one_sentence_and_nothing_is_written(desk: Desk, act: str) -> None:
    with desk.memory() as memory:
        later = datetime.now(UTC) + timedelta(days=2)
        record(memory.database, memory.keys, Entry("A. Jansen", "viewed", "audit trail"), at=later)
    before, files = everything(desk), sorted(desk.folder.rglob("*"))
    said = desk.call(*ACTS[act])
    assert (said.code, said.out, said.err.count("Error:")) == (2, "", 1), said.err
    assert "The clock lies behind the last row of the audit trail" in said.err
    assert "Set the clock of this computer" in said.err
    assert everything(desk) == before
    assert [path for path in desk.folder.rglob("*") if path not in files] == []


@pytest.mark.parametrize("act", ACTS)
def test_a_server_that_is_gone_is_one_sentence(tmp_path: Path, act: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    desk = Desk(tmp_path, f"postgresql+psycopg://nobody:secret@/none?host={tmp_path}")
    said = desk.call(*ACTS[act])
    assert (said.code, said.out, said.err.count("Error:")) == (5, "", 1), said.err
    assert "The shared store cannot be reached" in said.err
    assert "secret" not in said.err


@pytest.mark.parametrize("act", [one for one in ACTS if one not in ("replay", "export", "approve")])
def test_output_that_takes_no_more_is_one_sentence_and_what_was_kept_is_whole(tmp_path: Path, act: str) -> None:
    desk = Desk(tmp_path)
    desk.run(SAMPLE)
    settings = {"SCREENER_STORE": desk.url, "SCREENER_KEY_FILE": str(desk.key), "SCREENER_CRITERIA": str(desk.criteria)}
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "screener", *ACTS[act]]
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, cwd=tmp_path, env={**os.environ, **settings}
        )
    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
    assert "No space left on device" in done.stderr
    assert desk.call("audit", "verify").code == 0
    with desk.memory() as memory, memory.database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM screening_run WHERE outcome <> 'complete'")).scalar() == 0


def test_a_run_by_a_person_whose_name_is_too_long_is_refused(desk: Desk) -> None:
    before = everything(desk)
    said = desk.call("rescreen", TRIAL, "--by", "x" * 201)
    assert (said.code, "must have a name" in said.err) == (2, True)
    assert everything(desk) == before


def test_a_person_can_be_named_in_any_script_and_with_any_sign(desk: Desk) -> None:
    names = ("Zoë Müller-O'Neill", "李 小龍", "=cmd|' /C calc'!A0", "a;b--\\'\"")
    for name in names:
        assert desk.call("rescreen", TRIAL, "--as-of", "2026-06-01", "--by", name).code == 0
    rows = desk.call("audit", "show", *WHO, "--format", "json").json
    assert [one["who"] for one in rows if one["act"] == "screened"][1:] == list(names)
    assert desk.call("audit", "verify").code == 0
