"""Somebody changes the past: every byte, every row, every swap and every cut of the audit trail is found."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from remembered import SAMPLE, Desk

from screener.errors import IntegrityError
from screener.store.address import store_address
from screener.store.audit import Anchor, Entry, append
from screener.store.audit_check import verify
from screener.store.guards import put_up
from screener.store.keys import Keys
from screener.store.memory import open_memory

ROWS = 120
FLIPS = 1000
HEADER_BYTES = 12
"""What SQLite writes in front of the content of such a row: the length, the number, and the types of the columns."""

NUMBERS_TYPE = 9
"""So far in front of the content stands the type of the number, which SQLite does not read: the number is the row's."""


class Trail(NamedTuple):
    """A store with a trail, whole and closed."""

    file: Path
    keys: Keys
    head: Anchor


@pytest.fixture(scope="module")
def trail(tmp_path_factory: pytest.TempPathFactory) -> Trail:
    folder = tmp_path_factory.mktemp("trail")
    desk, chance = Desk(folder), random.Random(6452485)
    desk.run(SAMPLE)
    names = [desk.pseudonym(f"P-{number:03d}") for number in range(1, 13)]
    with desk.memory() as memory, memory.database.writing() as session:
        for _ in range(ROWS):
            who, patient = chance.choice(("A. Jansen", "B. Visser", "Zoë Müller")), chance.choice(names)
            head = append(
                session, memory.keys, Entry(who, "viewed", "log", "NCT06452485", patient), at=datetime.now(UTC)
            )
    keys = memory.keys
    file = folder / "store.db"
    with closing(sqlite3.connect(file)) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        store.execute("VACUUM")
    return Trail(file, keys, head)


def said_of(copy: Path, trail: Trail, *anchors: Anchor) -> str:
    """What the check says of a copy of the store; nothing where it finds it whole."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCREENER_KEY_FILE", str(trail.keys.path))
        try:
            with open_memory(store_address(f"sqlite:///{copy}")) as memory:
                verify(memory.database, memory.keys, anchors)
        except IntegrityError as error:
            return error.message
    return ""


def tampered(trail: Trail, folder: Path, change: Callable[[sqlite3.Connection], object]) -> Path:
    """A copy of the store that was changed past the guards, which were put up again."""
    from sqlalchemy import create_engine

    copy = folder / "copy.db"
    shutil.copy(trail.file, copy)
    with closing(sqlite3.connect(copy, isolation_level=None)) as store:
        for name in ("audit_row_stays", "audit_row_is_kept", "audit_row_is_next"):
            store.execute(f"DROP TRIGGER {name}")
        change(store)
    engine = create_engine(f"sqlite:///{copy}")
    with engine.begin() as connection:
        put_up(connection)
    engine.dispose()
    return copy


def number_in(said: str) -> int:
    assert said.startswith("Row "), said
    return int(said.split()[1])


def test_the_trail_is_whole_to_begin_with(trail: Trail) -> None:
    assert said_of(trail.file, trail, trail.head) == ""


def test_a_flipped_bit_at_1000_random_places_of_the_rows_is_found_each_time(trail: Trail, tmp_path: Path) -> None:
    chance, content = random.Random(6452485), trail.file.read_bytes()
    with closing(sqlite3.connect(trail.file)) as store:
        query = "SELECT number, mac, at || who || act || trial || pseudonym || part FROM audit_row WHERE number > 1"
        rows = [(number, mac, len(words.encode())) for number, mac, words in store.execute(query)]
    copy, missed = tmp_path / "copy.db", []
    for _ in range(FLIPS):
        number, mac, before = chance.choice(rows)
        end = content.index(mac) + len(mac)
        start = end - len(mac) - before
        place = chance.choice([one for one in range(start - HEADER_BYTES, end) if one != start - NUMBERS_TYPE])
        spoilt = bytearray(content)
        spoilt[place] ^= 1 << chance.randrange(8)
        copy.write_bytes(spoilt)
        said = said_of(copy, trail)
        if not said or (said.startswith("Row ") and number_in(said) > number):
            missed.append((number, place - start, content[place], spoilt[place], said))
        for beside in ("-wal", "-shm"):
            copy.with_name(copy.name + beside).unlink(missing_ok=True)
    assert missed == []


@pytest.mark.parametrize("number", [1, 2, 3, 60, ROWS, ROWS + 1])
def test_a_row_that_was_removed_is_found(trail: Trail, tmp_path: Path, number: int) -> None:
    copy = tampered(trail, tmp_path, lambda store: store.execute("DELETE FROM audit_row WHERE number = ?", (number,)))
    assert number_in(said_of(copy, trail, trail.head)) == number


def test_a_row_that_was_removed_and_the_rest_numbered_anew_is_found(trail: Trail, tmp_path: Path) -> None:
    def close_the_gap(store: sqlite3.Connection) -> None:
        store.execute("DELETE FROM audit_row WHERE number = 7")
        for number in range(8, ROWS + 2):
            store.execute("UPDATE audit_row SET number = number - 1 WHERE number = ?", (number,))

    assert number_in(said_of(tampered(trail, tmp_path, close_the_gap), trail)) == 7


def test_rows_that_were_swapped_are_found(trail: Trail, tmp_path: Path) -> None:
    chance = random.Random(6452485)
    for _ in range(40):
        one, other = sorted(chance.sample(range(1, ROWS + 2), 2))

        def swap(store: sqlite3.Connection, one: int = one, other: int = other) -> None:
            for old, new in ((one, -1), (other, one), (-1, other)):
                store.execute("UPDATE audit_row SET number = ? WHERE number = ?", (new, old))

        assert number_in(said_of(tampered(trail, tmp_path, swap), trail)) == one


@pytest.mark.parametrize("kept", [0, 1, 2, 60, ROWS])
def test_a_tail_that_was_cut_is_found_with_the_anchor(trail: Trail, tmp_path: Path, kept: int) -> None:
    def cut(store: sqlite3.Connection) -> None:
        store.execute("DELETE FROM audit_row WHERE number > ?", (kept,))

    assert number_in(said_of(tampered(trail, tmp_path, cut), trail, trail.head)) == kept + 1


def test_a_row_that_was_put_in_is_found(trail: Trail, tmp_path: Path) -> None:
    def put_in(store: sqlite3.Connection) -> None:
        store.execute(
            "INSERT INTO audit_row SELECT ?, at, who, act, trial, pseudonym, part, seal, mac FROM audit_row"
            " WHERE number = 5",
            (ROWS + 2,),
        )

    assert number_in(said_of(tampered(trail, tmp_path, put_in), trail)) == ROWS + 2


def test_a_trail_that_was_written_anew_with_another_key_is_found(trail: Trail, tmp_path: Path) -> None:
    other = tmp_path / "key"
    other.write_text("cd" * 32)
    other.chmod(0o600)
    assert "is not the one of this store" in said_of(trail.file, trail._replace(keys=Keys(other, b"", b"", "")))
