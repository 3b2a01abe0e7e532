"""What `screener audit verify` finds where results, facts, runs or answers were changed and no row of the trail was."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from remembered import SAMPLE, Desk, changed
from sqlalchemy import text

pytest_plugins = ["postgres", "desks"]
NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def desk(answered_desk: Desk) -> Desk:
    return answered_desk


@pytest.mark.parametrize(
    ("statement", "row", "run"),
    [
        ("UPDATE screening_result SET verdict = 'eligible' WHERE patient_id = 3", 1, 1),
        ("UPDATE screening_result SET score = 100 WHERE patient_id = 3 AND run_id = 3", 4, 3),
        ("UPDATE screening_result SET next_on = '2999-01-01' WHERE patient_id = 7", 1, 1),
        ("UPDATE screening_result SET sha256 = '' WHERE patient_id = 7", 1, 1),
        ("UPDATE fact_snapshot SET body = (SELECT body FROM fact_snapshot WHERE id = 1) WHERE id = 3", 1, 1),
        ("UPDATE patient SET pseudonym = 'AAAAAAAAAAAAAAAA' WHERE id = 5", 1, 1),
        ("DELETE FROM screening_result WHERE patient_id = 5", 1, 1),
        ("DELETE FROM screening_result WHERE patient_id = 3 AND run_id = 1", 1, 1),
        ("DELETE FROM screening_result WHERE patient_id = 3 AND run_id = 3", 4, 3),
        ("UPDATE screening_result SET until_run = NULL WHERE patient_id = 3 AND run_id = 1", 3, 2),
        ("UPDATE screening_result SET until_run = 2 WHERE patient_id = 5", 3, 2),
    ],
)
def test_a_result_or_facts_that_were_changed_are_found_though_no_row_of_the_trail_was(
    desk: Desk, statement: str, row: int, run: int
) -> None:
    assert desk.rescreen("2026-06-02").json["run"] == 2
    assert desk.run(changed(desk.folder, SAMPLE, "P-003", "who_performance_status", "4"), "2026-06-03").json["run"] == 3
    assert desk.call("audit", "verify").code == 0
    with desk.memory() as memory, memory.database.engine.begin() as connection:
        connection.execute(text(statement))
    said = desk.call("audit", "verify")
    assert (said.code, said.out) == (5, "")
    assert f"Row {row} of the audit trail tells of run {run}, whose results or facts were changed since" in said.err


def test_a_trail_without_the_mark_of_its_key_is_told_and_not_gone_on_with(desk: Desk) -> None:
    with desk.memory() as memory, memory.database.engine.begin() as connection:
        connection.execute(text("DELETE FROM store_key"))
    for said in (desk.call("audit", "verify"), desk.run(SAMPLE, "2026-06-02")):
        assert (said.code, "no longer says which key" in said.err) == (5, True)


@pytest.mark.parametrize("left", [False, True])
def test_a_last_result_that_was_removed_and_the_one_before_revived_is_found(desk: Desk, left: bool) -> None:
    assert desk.rescreen("2026-06-02").json["changed"]
    if left:
        lines = SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
        without = desk.folder / "without.csv"
        without.write_text("".join(line for line in lines if not line.startswith("P-003,")), encoding="utf-8")
        desk.run(without, "2026-06-03")
    assert desk.call("audit", "verify").code == 0
    with desk.memory() as memory, memory.database.engine.begin() as connection:
        connection.execute(text("DELETE FROM screening_result WHERE patient_id = 3 AND run_id = 2"))
        connection.execute(text("UPDATE screening_result SET until_run = NULL WHERE patient_id = 3"))
    said = desk.call("audit", "verify")
    assert (said.code, "Row 3 of the audit trail tells of run 2, whose results" in said.err) == (5, True)


def test_results_of_a_run_that_ended_are_not_taken_back_though_the_store_calls_it_open(desk: Desk) -> None:
    desk.rescreen("2026-06-02")
    with desk.memory() as memory, memory.database.engine.begin() as connection:
        connection.execute(text("UPDATE screening_run SET outcome = 'running' WHERE id = 2"))
    said = desk.run(SAMPLE, "2026-06-03")
    assert (said.code, "calls run 2 open" in said.err) == (5, True)
    with desk.memory() as memory, memory.database.engine.begin() as connection:
        connection.execute(text("UPDATE screening_run SET outcome = 'complete' WHERE id = 2"))
    assert desk.call("audit", "verify").code == 0


def planted(desk: Desk, *more: str) -> None:
    """Put a result of run 3 there, which nobody has begun, in a file whose foreign keys are not looked at."""
    columns = "trial_id, patient_id, {}, basis_id, snapshot_id, facts_sha256, answers, as_of, verdict, score, results"
    names = f"{columns}, questions, sha256, seal"
    copied = "INSERT INTO screening_result ({}) SELECT {} FROM screening_result WHERE patient_id = 3 AND run_id = 2"
    with closing(sqlite3.connect(desk.url.removeprefix("sqlite:///"))) as store, store:
        store.execute(copied.format(names.format("run_id"), names.format("3")))
        for one in more:
            store.execute(one)


def test_a_result_of_a_run_to_come_is_found_and_not_taken_over(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.run(SAMPLE)
    desk.answer("P-003", "primary_breast_sarcoma", "no")
    desk.rescreen("2026-06-02")
    planted(desk, "UPDATE screening_result SET until_run = 3 WHERE patient_id = 3 AND run_id = 2")
    said = desk.call("audit", "verify")
    assert (said.code, "nothing tells of run 3, whose results are kept" in said.err) == (5, True)
    following = desk.run(SAMPLE, "2026-06-03")
    assert (following.code, "holds results of a run to come" in following.err) == (5, True)


def test_an_end_in_a_run_to_come_is_found_before_that_run_and_after_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.run(SAMPLE)
    with closing(sqlite3.connect(tmp_path / "store.db")) as store, store:
        store.execute("UPDATE screening_result SET until_run = 2 WHERE patient_id = 3")
    assert "nothing tells of run 2, whose results are kept" in desk.call("audit", "verify").err
    desk.run(SAMPLE, "2026-06-02")
    assert desk.call("audit", "verify").code == 5


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("UPDATE answer SET ended = NULL, ended_why = NULL WHERE id = 1", 3),
        ("UPDATE answer SET ended = '2026-06-01 12:00:00', ended_why = 'rule' WHERE id = 2", 4),
    ],
)
def test_an_answer_that_was_revived_or_ended_past_the_trail_is_found(desk: Desk, statement: str, row: int) -> None:
    desk.answer("P-003", "primary_breast_sarcoma", "yes")
    assert desk.call("audit", "verify").code == 0
    with desk.memory() as memory, memory.database.engine.begin() as connection:
        connection.execute(text(statement))
    said = desk.call("audit", "verify")
    assert (said.code, f"Row {row} of the audit trail tells of an answer that was ended, or revived" in said.err) == (
        5,
        True,
    )
