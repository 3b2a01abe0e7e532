"""`screener audit` and `doctor`, and the guards of the trail, on SQLite and PostgreSQL."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from remembered import SAMPLE, TRIAL, Desk
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from screener.errors import UsageError
from screener.store.address import store_address
from screener.store.audit import Entry, append, parse_anchor, person, record
from screener.store.audit_check import verify
from screener.store.database import make_engine
from screener.store.guards import missing
from screener.store.migrations import REVISIONS
from screener.store.upgrade import upgrade

pytest_plugins = ["postgres", "desks"]
NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def desk(answered_desk: Desk) -> Desk:
    return answered_desk


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
