"""Answers and runs that are killed: what was acknowledged is there, whole, with its row of the audit trail."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from remembered import SAMPLE, TRIAL, Desk
from sqlmodel import col, func, select

from screener.store.audit_check import verify
from screener.store.memory_tables import AnswerRow, AuditRow, FactSnapshot, ResultRow, RunRow

KILLS = 500


def settings(desk: Desk) -> dict[str, str]:
    return {
        **os.environ,
        "SCREENER_STORE": desk.url,
        "SCREENER_KEY_FILE": str(desk.key),
        "SCREENER_CRITERIA": str(desk.criteria),
    }


def test_500_kills_lose_no_answer_that_was_acknowledged_and_tear_no_pair(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.run(SAMPLE)
    program = Path(__file__).with_name("killed_answers.py")
    done = subprocess.run(
        [sys.executable, str(program), str(KILLS), desk.url, str(desk.criteria)],
        capture_output=True,
        timeout=170,
        env=settings(desk),
    )
    assert (done.returncode, done.stderr) == (0, b"")
    acknowledged = {int(number) for number in done.stdout.split()}
    assert len(acknowledged) > KILLS
    with desk.memory() as memory:
        # This holds every answer against its row, and every row against its answer.
        rows = verify(memory.database, memory.keys).rows
        with memory.database.reading() as session:
            kept = set(session.exec(select(AnswerRow.id)))
            standing = session.exec(select(func.count()).where(col(AnswerRow.ended).is_(None))).one()
            ended = session.exec(select(func.count()).where(AuditRow.act == "ended an answer")).one()
    assert acknowledged <= kept
    assert standing <= 12
    assert (rows, ended) == (1 + len(kept) + ended, len(kept) - standing)


def test_a_run_that_is_killed_leaves_nothing_that_counts_and_the_next_is_whole(tmp_path: Path) -> None:
    desk, chance = Desk(tmp_path), random.Random(6452485)
    heading, *rows = SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
    many = "".join(row.replace("P-0", f"P-{copy}-0", 1) for copy in range(900) for row in rows)
    table, other = tmp_path / "many.csv", tmp_path / "other.csv"
    table.write_text(heading + many, encoding="utf-8")
    other.write_text(heading + many.replace(",whole_breast,", ",none,"), encoding="utf-8")
    first = desk.run(table)
    command = [sys.executable, "-m", "screener", "run", TRIAL, "--patients", str(other), "--as-of", "2026-06-02"]
    interrupted = 0
    for _ in range(12):
        begun = subprocess.Popen(command, env=settings(desk), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _until_at_work(desk, begun)
        time.sleep(chance.uniform(0.0, 1.0))
        begun.send_signal(signal.SIGKILL)
        interrupted += begun.wait() == -signal.SIGKILL
    assert interrupted
    counts = desk.run(table, "2026-06-03").json["counts"]
    assert counts == first.json["counts"]
    with desk.memory() as memory, memory.database.reading() as session:
        complete = select(RunRow.id).where(RunRow.outcome == "complete")
        for column in (ResultRow.run_id, FactSnapshot.run_id):
            assert not session.exec(select(func.count()).where(col(column).not_in(complete))).one()
        ended_by = session.exec(select(ResultRow.until_run).distinct()).all()
        assert set(ended_by) - {None} <= set(session.exec(complete))
    assert len(desk.replay(1)) == 10_800
    assert desk.call("audit", "verify").code == 0


def _until_at_work(desk: Desk, process: subprocess.Popen[bytes]) -> None:
    """Wait until a run has begun to write, or has ended."""
    with desk.memory() as memory:
        while process.poll() is None:
            with memory.database.reading() as session:
                if session.exec(select(func.count()).where(RunRow.outcome == "running")).one():
                    return
            time.sleep(0.02)
