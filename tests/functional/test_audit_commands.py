"""`screener audit` and `doctor`, and the guards of the trail, on SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from remembered import SAMPLE, TRIAL, Desk, changed
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from screener.errors import UsageError
from screener.store.address import store_address
from screener.store.audit import Entry, append, parse_anchor, person, record
from screener.store.audit_check import verify
from screener.store.database import make_engine, open_database
from screener.store.guards import missing
from screener.store.migrations import REVISIONS
from screener.store.upgrade import upgrade

pytest_plugins = ["postgres"]
NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    """A desk after one run and one answer."""
    desk = Desk(tmp_path, None if request.param == "sqlite" else request.getfixturevalue("postgres_url"))
    desk.run(SAMPLE)
    desk.answer("P-003", "primary_breast_sarcoma", "no")
    return desk


def test_a_whole_trail_is_verified_and_its_anchor_printed(desk: Desk) -> None:
    anchor = desk.call("audit", "anchor").out.strip()
    said = desk.call("audit", "verify", "--anchor", anchor, "--format", "json")
    assert (said.code, said.json) == (0, {"whole": True, "rows": 2, "anchor": anchor})
    desk.rescreen()
    assert desk.call("audit", "verify", "--anchor", anchor).code == 0


def test_a_row_names_who_when_what_and_which_patient_and_no_value(desk: Desk) -> None:
    rows = desk.call("audit", "show", "--patient", "P-003", "--format", "json").json
    name = desk.pseudonym("P-003")
    assert [(one["who"], one["act"], one["part"], one["trial"], one["pseudonym"]) for one in rows] == [
        ("A. Jansen", "answered", "answer 1", TRIAL, name),
        (rows[1]["who"], "viewed", "audit trail", None, name),
    ]
    assert "sarcoma" not in desk.call("audit", "show").out


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_row SET who = 'nobody' WHERE number = 1",
        "DELETE FROM audit_row WHERE number = 2",
        "INSERT INTO audit_row (number, at, who, act, part, mac) VALUES (9, 'x', 'x', 'x', 'x', 'x')",
    ],
)
def test_the_guards_refuse_to_change_remove_or_leave_a_gap(desk: Desk, statement: str) -> None:
    with desk.memory() as memory, memory.database.engine.begin() as connection, pytest.raises(DBAPIError):
        connection.execute(text(statement))
    assert desk.call("audit", "verify").code == 0


def test_a_row_is_not_replaced_by_another_of_its_number(desk: Desk) -> None:
    sqlite = desk.url.startswith("sqlite")
    values = "(number, at, who, act, part, mac) VALUES (2, 'x', 'x', 'x', 'x', 'x')"
    statement = (
        f"INSERT OR REPLACE INTO audit_row {values}"
        if sqlite
        else f"INSERT INTO audit_row {values} ON CONFLICT (number) DO UPDATE SET who = 'x'"
    )
    with desk.memory() as memory, memory.database.engine.begin() as connection, pytest.raises(DBAPIError):
        connection.execute(text(statement))
    assert desk.call("audit", "verify").code == 0


def test_the_trail_cannot_be_emptied_at_once(desk: Desk) -> None:
    statement = "DELETE FROM audit_row" if desk.url.startswith("sqlite") else "TRUNCATE audit_row"
    with desk.memory() as memory, memory.database.engine.begin() as connection, pytest.raises(DBAPIError):
        connection.execute(text(statement))


@pytest.mark.parametrize("old", REVISIONS[:-1])
def test_the_guards_are_up_in_a_store_of_each_age(old: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    for url in (f"sqlite:///{tmp_path}/store.db", request.getfixturevalue("postgres_url")):
        address = store_address(url)
        if address.file:
            address.file.touch(mode=0o600)
        engine = make_engine(address)
        upgrade(engine, address, to=old)
        upgrade(engine, address)
        with engine.connect() as connection:
            assert missing(connection) == []
        engine.dispose()


def test_lost_guards_are_told_though_every_row_is_whole(desk: Desk) -> None:
    sqlite = desk.url.startswith("sqlite")
    drop = "DROP TRIGGER audit_row_stays" if sqlite else "ALTER TABLE audit_row DISABLE TRIGGER audit_row_stays"
    with desk.memory() as memory, memory.database.engine.begin() as connection:
        connection.execute(text(drop))
    said = desk.call("audit", "verify")
    assert (said.code, "lost its guards: audit_row_stays" in said.err) == (5, True)
    doctor = desk.call("doctor")
    assert (doctor.code, "gone: audit_row_stays" in doctor.out) == (5, True)


def unguarded(desk: Desk, *statements: str) -> None:
    """Change the past as somebody would who owns the database, and put the guards up again."""
    from screener.store.guards import put_up

    sqlite = desk.url.startswith("sqlite")
    with desk.memory() as memory, memory.database.engine.begin() as connection:
        for name in ("audit_row_stays", "audit_row_is_kept", "audit_row_is_next"):
            connection.execute(text(f"DROP TRIGGER {name}" + ("" if sqlite else " ON audit_row")))
        for statement in statements:
            connection.execute(text(statement))
        put_up(connection)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit_row SET who = 'B. Visser' WHERE number = 1", "Row 1 of the audit trail was changed"),
        ("UPDATE audit_row SET part = 'answer 2' WHERE number = 2", "Row 2 of the audit trail was changed"),
        ("UPDATE audit_row SET pseudonym = NULL WHERE number = 2", "Row 2 of the audit trail was changed"),
        ("UPDATE audit_row SET seal = NULL WHERE number = 2", "Row 2 of the audit trail was changed"),
        ("DELETE FROM audit_row WHERE number = 1", "Row 1 of the audit trail is gone"),
        ("DELETE FROM audit_row WHERE number = 2", "Row 2 of the audit trail is gone: nothing tells of answer 1"),
        (
            "UPDATE answer SET value = 'true' WHERE id = 1",
            "Row 2 of the audit trail tells of answer 1, which was changed",
        ),
        ("DELETE FROM answer WHERE id = 1", "Row 2 of the audit trail tells of answer 1, which is gone"),
        ("UPDATE screening_run SET as_of = '2026-05-01'", "Row 1 of the audit trail tells of run 1, which was changed"),
        ("UPDATE screening_run SET ended = '2026-06-01T12:00:00Z'", "Row 1 of the audit trail tells of run 1"),
        ("UPDATE screening_run SET outcome = 'interrupted'", "Row 1 of the audit trail tells of run 1, which was"),
        ("UPDATE screening_run SET outcome = 'running'", "Row 1 of the audit trail tells of run 1, which was changed"),
        ("UPDATE screened_trial SET name = 'NCT00000000'", "Row 1 of the audit trail tells of run 1, which was"),
        ("UPDATE answer SET at = '2026-06-01T12:00:00Z'", "Row 2 of the audit trail tells of answer 1, which was"),
        ("UPDATE screening_basis SET engine = '9.9'", "Row 1 of the audit trail tells of run 1, which was changed"),
        ("UPDATE rules_bundle SET files = ''", "Row 1 of the audit trail tells of run 1, which was changed"),
    ],
)
def test_what_was_changed_past_the_guards_is_found_and_the_first_broken_row_named(
    desk: Desk, statement: str, said: str
) -> None:
    unguarded(desk, statement)
    found = desk.call("audit", "verify")
    assert (found.code, found.out) == (5, "")
    assert said in found.err


def test_two_rows_that_were_swapped_are_found(desk: Desk) -> None:
    unguarded(
        desk,
        "UPDATE audit_row SET number = -1 WHERE number = 1",
        "UPDATE audit_row SET number = 1 WHERE number = 2",
        "UPDATE audit_row SET number = 2 WHERE number = -1",
    )
    assert "Row 1 of the audit trail was changed" in desk.call("audit", "verify").err


def test_a_tail_that_was_cut_with_all_it_tells_of_is_found_with_an_anchor(desk: Desk) -> None:
    anchor = desk.call("audit", "anchor").out.strip()
    unguarded(desk, "DELETE FROM audit_row WHERE number = 2", "DELETE FROM answer")
    assert desk.call("audit", "verify").code == 0
    said = desk.call("audit", "verify", "--anchor", anchor)
    assert (said.code, "Row 2 of the audit trail is gone" in said.err) == (5, True)


def test_an_anchor_of_another_trail_is_told(desk: Desk) -> None:
    said = desk.call("audit", "verify", "--anchor", f"1:{'0' * 32}")
    assert (said.code, "Row 1 of the audit trail is not the one that the anchor names" in said.err) == (5, True)


@pytest.mark.parametrize("wrong", ["", "1", "1:xyz", f"x:{'0' * 32}", "1:00ff"])
def test_an_anchor_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(UsageError, match="anchor"):
        parse_anchor(wrong)


def test_a_clock_that_jumped_back_is_one_sentence_and_nothing_is_written(desk: Desk) -> None:
    with desk.memory() as memory:
        entry = Entry("A. Jansen", "viewed", "audit trail")
        later = datetime.now(UTC) + timedelta(days=2)
        record(memory.database, memory.keys, entry, at=later)
        with pytest.raises(UsageError, match="clock lies behind the last row"):
            record(memory.database, memory.keys, entry, at=later - timedelta(minutes=6))
        record(memory.database, memory.keys, entry, at=later - timedelta(minutes=4))
        assert verify(memory.database, memory.keys).rows == 4
    run = desk.run(SAMPLE, "2026-06-02")
    assert (run.code, "The clock lies behind" in run.err) == (2, True)
    with desk.memory() as memory:
        assert verify(memory.database, memory.keys).rows == 4


def test_an_act_and_its_row_are_kept_together_or_not_at_all(desk: Desk) -> None:
    with desk.memory() as memory:
        with suppress(InterruptedError), memory.database.writing() as session:
            append(session, memory.keys, Entry("A. Jansen", "viewed", "audit trail"), at=datetime.now(UTC))
            raise InterruptedError
        assert verify(memory.database, memory.keys).rows == 2


@pytest.mark.parametrize("name", ["", "   ", "\0", "x" * 201])
def test_who_acts_must_have_a_name(name: str) -> None:
    with pytest.raises(UsageError, match="must have a name"):
        person(name)


def test_the_doctor_says_where_everything_is_and_changes_nothing(desk: Desk) -> None:
    said = desk.call("doctor", "--format", "json")
    found = {one["what"]: one["found"] for one in said.json}
    amiss = [one["what"] for one in said.json if not one["well"]]
    # The server of the tests does without fsync, and the doctor says so.
    assert (said.code, amiss) == ((0, []) if desk.url.startswith("sqlite") else (5, ["fsync"]))
    assert found["key"].startswith(f"{desk.key} (named by SCREENER_KEY_FILE)")
    assert found["key's permissions"] == "0600, its user alone"
    assert found["schema"] == f"version {REVISIONS[-1]}, the newest"
    assert found["patients"] == "12, by pseudonym alone"
    assert found["head of the audit trail"].startswith("2:")
    if desk.url.startswith("sqlite"):
        settings = {name: found[name] for name in ("journal_mode", "synchronous", "foreign_keys", "quick check")}
        assert settings == {"journal_mode": "wal", "synchronous": "full", "foreign_keys": "on", "quick check": "ok"}
        assert found["store's permissions"] == "0600, its user alone"
    else:
        assert found["synchronous_commit"] == "on"


def test_the_doctor_makes_no_store_and_no_key(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    said = desk.call("doctor")
    assert (said.code, "none yet at" in said.out, "there is no key yet" in said.out) == (0, True, True)
    assert not desk.key.exists()
    assert not list(tmp_path.glob("store*"))


def test_the_doctor_says_what_is_amiss_and_what_to_do(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.run(SAMPLE)
    desk.key.chmod(0o640)
    said = desk.call("doctor")
    assert (said.code, f"chmod 600 {desk.key}" in said.out) == (5, True)
    desk.key.unlink()
    lost = desk.call("doctor")
    assert (lost.code, "lost: there is no key file" in lost.out) == (5, True)


def test_the_doctor_leaves_an_older_store_at_its_version(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    address = store_address(desk.url)
    assert address.file is not None
    address.file.touch(mode=0o600)
    engine = make_engine(address)
    upgrade(engine, address, to=REVISIONS[-2])
    engine.dispose()
    assert f"version {REVISIONS[-2]}; the next command brings it to {REVISIONS[-1]}" in desk.call("doctor").out
    with closing(sqlite3.connect(address.file)) as store:
        assert store.execute("SELECT version_num FROM screener_version").fetchone() == (REVISIONS[-2],)


def test_nothing_was_remembered_yet_is_one_sentence(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    for arguments in (("audit", "verify"), ("audit", "anchor"), ("audit", "show")):
        said = desk.call(*arguments)
        assert (said.code, "There is no store yet" in said.err) == (2, True)
    open_database(store_address(desk.url))
    said = desk.call("audit", "verify")
    assert (said.code, "Nothing was remembered in this store yet" in said.err) == (2, True)


def test_a_folder_in_the_place_of_the_key_is_one_sentence(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.key.mkdir(parents=True, mode=0o700)
    said = desk.run(SAMPLE)
    assert (said.code, "The key" in said.err, "cannot be read" in said.err) == (5, True, True)


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
