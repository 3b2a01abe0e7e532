"""Answers, decisions and runs that are killed: what was acknowledged is there, whole, with its audit row."""

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
from screener.store.decision_tables import PreScreeningDecision
from screener.store.memory_tables import AnswerRow, AuditRow, FactSnapshot, ResultRow, RunRow

KILLS = 500


def settings(desk: Desk) -> dict[str, str]:
    return {
        **os.environ,
        "SCREENER_STORE": desk.url,
        "SCREENER_KEY_FILE": str(desk.key),
        "SCREENER_CRITERIA": str(desk.criteria),
    }


def test_500_kills_lose_nothing_that_was_acknowledged_and_tear_no_pair(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.run(SAMPLE)
    program = Path(__file__).with_name("killed_acts.py")
    done = subprocess.run(
        [sys.executable, str(program), str(KILLS), desk.url, str(desk.criteria)],
        capture_output=True,
        timeout=900,
        env=settings(desk),
    )
    assert (done.returncode, done.stderr) == (0, b"")
    acknowledged = done.stdout.decode().splitlines()
    assert len(acknowledged) == len(set(acknowledged)) > KILLS
    with desk.memory() as memory:
        # This holds every answer and decision against its row, and every row against them.
        rows = verify(memory.database, memory.keys).rows
        with memory.database.reading() as session:
            answers = set(session.exec(select(AnswerRow.id)))
            decisions = set(session.exec(select(PreScreeningDecision.id)))
            standing = session.exec(select(func.count()).where(col(AnswerRow.ended).is_(None))).one()
            ended = session.exec(select(func.count()).where(AuditRow.act == "ended an answer")).one()
    kept = {f"answer {number}" for number in answers} | {f"decision {number}" for number in decisions}
    assert set(acknowledged) <= kept
    assert len(kept) - len(acknowledged) <= KILLS, "at most the one that each was at when it was killed"
    assert min(len(answers), len(decisions)) > KILLS / 4
    assert standing <= 12
    assert (rows, ended) == (1 + len(kept) + ended, len(answers) - standing)


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
